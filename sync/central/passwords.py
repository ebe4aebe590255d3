"""Account passwords: argon2id at rest, made here first, guesses slowed and then stopped."""

import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from kiosk.domain.refusal import Refusal
from sync.central.line import Line

SHORTEST, LONGEST = 10, 200
"""Characters. No rule about signs: length is what helps (NIST SP 800-63B, 5.1.1)."""
FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=1)
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
"""OWASP's profile of 19 MiB and 2 passes."""
LINE = Line(8)
"""Those who sign in now."""


class WeakPassword(Refusal):
    """A password that is not accepted."""


def generate() -> str:
    """Four groups of four: 80 bits, readable over a telephone."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def require_strong(password: str, *known: str) -> None:
    """WeakPassword when it is too short or long, one sign over and over, or holds the name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword("password_length", least=SHORTEST, most=LONGEST)
    folded = password.casefold()
    if len(set(folded)) < 5 or any(len(k) > 3 and k.casefold() in folded for k in known):
        raise WeakPassword("password_weak")


def hashed(password: str) -> str:
    with LINE.turn():
        return _HASHER.hash(password)


def matches(password: str, secret: str) -> bool:
    """Whether it is the password; an empty or broken secret matches nothing."""
    try:
        with LINE.turn():
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
