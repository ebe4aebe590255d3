"""Officers' names: in which order they stand in a list, and how one is found by typing. No Qt.

Nobody looks a person up by their title.
"""

import re
import unicodedata
from collections.abc import Iterable

from kiosk.domain.people import Officer
from kiosk.domain.thaiorder import Place, thai_order

_TITLE = re.compile(
    r"(?:ว่าที่\s*)?"
    r"(?:ร้อยตรี(?:หญิง)?|นางสาว|นาง|นาย|(?:[ก-ฮ]{1,2}\.\s?){1,3}(?:หญิง)?|(?:Mrs?|Miss|Ms|Dr)\b\.?)?"
    r"\s*"
)
_LEADING_VOWELS = "เแโใไ"
_CONSONANTS = ("ก", "ฮ")
_THAI = ("\u0e00", "\u0e7f")


def without_title(name: str) -> str:
    title = _TITLE.match(name)
    bare = name[title.end() :] if title else name
    begins_a_name = bare and (letters(bare[0]) or bare[0] in _LEADING_VOWELS)
    return bare if begins_a_name else name


def initials(name: str) -> str:
    """Two letters for a name: its first consonants, titles and leading vowels left out."""
    words = (letters(word) for word in without_title(name).split()[:2])
    return "".join(word[:1] for word in words) or "?"


def letters(text: str) -> str:
    """What of `text` is typed to find it: Thai consonants, digits and other letters in capitals."""
    plain = unicodedata.normalize("NFD", text)
    return "".join(letter.upper() for letter in plain if _is_typed(letter))


def in_order(officers: Iterable[Officer]) -> tuple[Officer, ...]:
    """By name, as a Thai directory has them, then by number."""
    return tuple(sorted(officers, key=lambda officer: (_place(officer.name), officer.number)))


def matching(officers: Iterable[Officer], typed: str) -> tuple[Officer, ...]:
    """Those whose number, name or family name begins with `typed`."""
    return tuple(officer for officer in officers if _rests(officer, typed))


def next_letters(officers: Iterable[Officer], typed: str) -> tuple[str, ...]:
    """The letters of names that may follow `typed`, in order."""
    following = {rest[0] for officer in officers for rest in _name_rests(officer, typed) if rest}
    return tuple(sorted(following))


def _is_typed(letter: str) -> bool:
    if _THAI[0] <= letter <= _THAI[1]:
        return _CONSONANTS[0] <= letter <= _CONSONANTS[1]
    return letter.isalnum()


def _place(name: str) -> list[Place]:
    """Of each word: who has the same first name stands together."""
    return [thai_order(word) for word in without_title(name).split()]


def _rests(officer: Officer, typed: str) -> list[str]:
    """What is left to type of each of the officer's words that begin with `typed`."""
    number = letters(officer.number)
    rests = _name_rests(officer, typed)
    return [*rests, number.removeprefix(typed)] if number.startswith(typed) else rests


def _name_rests(officer: Officer, typed: str) -> list[str]:
    words = (letters(word) for word in without_title(officer.name).split())
    return [word.removeprefix(typed) for word in words if word.startswith(typed)]
