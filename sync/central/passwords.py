"""Account passwords: argon2id at rest, made here first; what others would guess is refused, and
guesses are slowed.

What is refused (OWASP ASVS 6.2.11 asks for a list): the account's name, its owner's names, the
office's id and names, each also as the Thai keyboard's keys give it in English; and what zxcvbn
finds easy, from its 30,000 common passwords, our COMMON_HERE, keyboard runs, dates and repeats.
"""

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from threading import BoundedSemaphore

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from kiosk.domain.refusal import Refusal
from sync.central.thaikeyboard import latin_keys

SHORTEST, LONGEST = 10, 200
"""Characters. No rule about signs: length is what helps (NIST SP 800-63B, 5.1.1)."""
FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=1)
WORKERS = 2
"""Passwords hashed at once: each takes 19 MiB and a core."""
COMMON_HERE = (
    "รหัสผ่าน", "สวัสดี", "สวัสดีครับ", "สวัสดีค่ะ", "ประเทศไทย", "ไทยแลนด์",
    "กรุงเทพ", "กรุงเทพมหานคร", "ความลับ", "ทดสอบ", "ผู้ดูแลระบบ",
    "เจ้าหน้าที่", "ผู้อำนวยการ", "สำนักงานเขต", "ประชาชน", "บริการ",
    "ความพึงพอใจ", "คิดถึง", "รักนะ", "รักเธอ", "ฉันรักเธอ", "รักแม่",
    "รักพ่อ", "ครอบครัว", "ในหลวง", "สงกรานต์", "ฟหกด", "ๆไำพ", "ผปแอ",
    "sawasdee", "sawatdee", "sabaidee", "rakthai", "thailand", "bangkok",
    "krungthep", "satisfaction", "kiosk", "central", "report", "district",
    "officer", "director", "songkran", "muaythai",
)  # fmt: skip
"""Words that Thai offices guess first and no English list has."""
_JUDGED = 72
"""Characters that zxcvbn looks at: its time grows with their square."""
_EASY_BELOW = 3
"""Of zxcvbn's scores 0 to 4: fewer than 10^8 guesses."""
_LEAST_WORD = 4
"""Characters of a name that a password may not hold."""
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
"""OWASP's profile of 19 MiB and 2 passes."""
_AT_WORK = BoundedSemaphore(WORKERS)


class WeakPassword(Refusal):
    """A password that is not accepted."""


def generate() -> str:
    """Four groups of four: 80 bits, readable over a telephone."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def require_strong(password: str, known: Iterable[str] = ()) -> None:
    """WeakPassword when it is too short or long, holds a word of `known` (the account, its owner,
    the office), or is easy to guess."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword("password_length", least=SHORTEST, most=LONGEST)
    words = tuple(_words(known))
    typed = (password.casefold(), latin_keys(password).casefold())
    for word in words:
        if any(word in text for text in typed):
            raise WeakPassword("password_context", word=word)
    if any(_is_easy(text, words) for text in set(typed)):
        raise WeakPassword("password_weak")


def _words(known: Iterable[str]) -> Iterator[str]:
    """Each name whole and in its parts, and what its keys give in English."""
    for name in known:
        for part in (name, name.removeprefix("สำนักงานเขต"), *name.split()):
            for word in (part.casefold(), latin_keys(part).casefold()):
                if len(word) >= _LEAST_WORD:
                    yield word


def _is_easy(text: str, words: tuple[str, ...]) -> bool:
    from zxcvbn import zxcvbn  # 0.1 s to load its lists: only who sets a password waits for it

    common = [*words, *COMMON_HERE, *(latin_keys(word) for word in COMMON_HERE)]
    return int(zxcvbn(text[:_JUDGED], user_inputs=common)["score"]) < _EASY_BELOW


def hashed(password: str) -> str:
    with _AT_WORK:
        return _HASHER.hash(password)


def matches(password: str, secret: str) -> bool:
    """Whether it is the password; an empty or broken secret matches nothing."""
    try:
        with _AT_WORK:
            return _HASHER.verify(secret, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False


NOBODY = hashed(secrets.token_urlsafe(16))
"""Checked for accounts that don't exist: the answer takes as long."""


def locked_until(tries: int, now: datetime) -> datetime | None:
    """Until when the next try waits: five are free, then 15 s, doubling, an hour at most."""
    if tries < FREE_TRIES:
        return None
    wait: timedelta = FIRST_WAIT * 2.0 ** min(tries - FREE_TRIES, 12)
    return now + min(wait, LONGEST_WAIT)
