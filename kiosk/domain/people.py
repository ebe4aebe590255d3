"""Who serves, where, and with what: officers, services, counters, and the types of their ids."""

import re
import unicodedata
from dataclasses import dataclass
from typing import NewType

from kiosk.domain.refusal import Refusal, excerpt

OfficerId = NewType("OfficerId", str)
ServiceId = NewType("ServiceId", str)
CounterId = NewType("CounterId", str)
SectionId = NewType("SectionId", str)

NO_OFFICER = OfficerId("")
"""Where a press goes when nobody is signed on: counted, to no officer."""

MAX_NAME = 80
"""Characters of a name or a position: longer ones don't fit a screen or a paper."""

IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_BIDI = {"\u200e", "\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""The wide ones too: some spreadsheets read them as the narrow."""
_NEVER_SHOWN = ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")
_UNSEEN = ("Cf", "Mn", "Me", "Zs")
_MARKS_IN_A_ROW = 3


# The vowel ำ as two signs, whichever of them the tone mark follows.
_AM = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32")


class BadPerson(Refusal):
    """A field of an officer, or another short text, that is not accepted."""


def identifier(field: str, text: str) -> str:
    """`text` when it is 1-32 of A-Z a-z 0-9 . _ - and starts with a letter or digit."""
    if not IDENTIFIER.fullmatch(text):
        raise BadPerson("id_form", field=field, text=excerpt(text))
    return text


def composed(text: str) -> str:
    """`text` in NFC, with the vowel ำ as one sign however it was typed: NFC does not join its two
    halves."""
    return _AM.sub("\\1\u0e33", unicodedata.normalize("NFC", text))


def section_id(text: str) -> SectionId:
    """A section by the name that a person typed, so that what looks the same is the same: other
    spaces, signs that nobody sees, and a vowel typed as two. BadPerson names what is wrong."""
    visible = "".join(map(_as_seen, composed(text))).replace("\u0e40\u0e40", "\u0e41")
    return SectionId(plain("section", re.sub(" +", " ", visible), empty=True))


def _as_seen(char: str) -> str:
    """Every space as the plain one; nothing of a sign that nobody sees, unless it turns texts
    around: that one is refused."""
    category = unicodedata.category(char)
    if category == "Cf" and char not in _BIDI:
        return ""
    return " " if category == "Zs" else char


def plain(field: str, text: str, *, empty: bool = False) -> str:
    """`text` in NFC, outer spaces gone; refused when a screen or a spreadsheet would trip on it.

    Refused: control and bidi characters, a first character that a spreadsheet runs as a formula,
    a pile of combining marks (Thai needs at most two on one consonant), more than MAX_NAME.
    """
    clean = composed(text).strip()
    if all(unicodedata.category(char) in _UNSEEN for char in clean) and (clean or not empty):
        raise BadPerson("empty", field=field)
    if len(clean) > MAX_NAME:
        raise BadPerson("too_long", field=field, n=len(clean), most=MAX_NAME)
    if clean.startswith(_FORMULA):
        raise BadPerson("formula", field=field, text=excerpt(clean))
    return readable(field, clean)


def readable(field: str, text: str) -> str:
    """`text` in NFC; refused when a screen would trip on it: control and bidi characters, a pile of
    combining marks (Thai needs at most two on one consonant)."""
    clean = composed(text)
    marks = 0
    for char in clean:
        category = unicodedata.category(char)
        if char in _BIDI or category in _NEVER_SHOWN:
            raise BadPerson("unshowable", field=field, character=f"U+{ord(char):04X}")
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MARKS_IN_A_ROW:
            raise BadPerson("marks", field=field)
    return clean


def tidied(text: str) -> str:
    """Prose of several lines as `readable` would take each of them: what it refuses is left out.
    Texts that are pasted from elsewhere have such characters without anybody's knowing."""
    characters: list[str] = []
    marks = 0
    for char in composed(text):
        category = unicodedata.category(char)
        if char not in "\n\t" and (char in _BIDI or category in _NEVER_SHOWN):
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= _MARKS_IN_A_ROW:
            characters.append(char)
    return "".join(characters)


@dataclass(frozen=True, slots=True)
class Officer:
    """One person who serves. `number` is what is typed at sign-on, unique among the active."""

    id: OfficerId
    number: str
    name: str
    position: str = ""
    section: SectionId = SectionId("")
    retired: bool = False
    photo: bytes | None = None

    @classmethod
    def parse(
        cls, number: str, name: str, position: str = "", section: str = "", id: str = ""
    ) -> "Officer":
        """An officer from words a person typed; BadPerson names what is wrong.

        Without an `id`, the number serves as one.
        """
        number = identifier("number", number.strip())
        return cls(
            id=OfficerId(identifier("id", id.strip() or number)),
            number=number,
            name=plain("name", name),
            position=plain("position", position, empty=True),
            section=section_id(section),
        )
