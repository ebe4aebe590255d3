"""Who serves, where, and with what: officers, services, counters, and the types of their ids."""

import re
import unicodedata
from dataclasses import dataclass
from typing import NewType

from kiosk.domain.dates import arabic
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
_SPACES = re.compile("[ \u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_TYPED_TWO_WAYS = (
    (re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32"), "\\1\u0e33"),
    (re.compile("([\u0e48-\u0e4b])\u0e4d\u0e32"), "\\1\u0e33"),
    (re.compile("\u0e33([\u0e48-\u0e4b])"), "\\1\u0e33"),
    (re.compile("\u0e40\u0e40"), "\u0e41"),
)
"""Thai that looks the same and is typed in two ways: SARA AM of its two halves, with the tone mark
in any place, and SARA AE of two SARA E. Unicode's own forms leave them apart."""


class BadPerson(Refusal):
    """A field of an officer, or another short text, that is not accepted."""


def identifier(field: str, text: str) -> str:
    """`text` when it is 1-32 of A-Z a-z 0-9 . _ - and starts with a letter or digit."""
    if not IDENTIFIER.fullmatch(text):
        raise BadPerson("id_form", field=field, text=excerpt(text))
    return text


def composed(text: str) -> str:
    """`text` in NFC, and of Thai that is typed in two ways one."""
    clean = unicodedata.normalize("NFC", text)
    for typed, spelling in _TYPED_TWO_WAYS:
        clean = typed.sub(spelling, clean)
    return clean


def section_id(text: str) -> SectionId:
    """A section by the name that a person typed, so that what looks the same is the same: other
    spaces, signs that nobody sees, and a vowel typed as two. BadPerson names what is wrong."""
    visible = composed("".join(map(_as_seen, text)))
    return SectionId(plain("section", re.sub(" +", " ", visible), empty=True))


def _as_seen(char: str) -> str:
    """Every space as the plain one; nothing of a sign that nobody sees, unless it turns texts
    around: that one is refused."""
    category = unicodedata.category(char)
    if category == "Cf" and char not in _BIDI:
        return ""
    return " " if category == "Zs" else char


def says_something(text: str) -> bool:
    """Whether there is anything that a reader sees: a reason of unseen characters is none."""
    return any(unicodedata.category(char) not in _UNSEEN and not char.isspace() for char in text)


def plain(field: str, text: str, *, empty: bool = False) -> str:
    """`text` in one spelling, white space folded; refused when a screen or a spreadsheet would trip
    on it.

    Refused: control and bidi characters, a first character that a spreadsheet runs as a formula,
    a pile of combining marks (Thai needs at most two on one consonant), more than MAX_NAME.
    """
    clean = composed(text).strip()
    if not says_something(clean) and (clean or not empty):
        raise BadPerson("empty", field=field)
    clean = _SPACES.sub(" ", clean)
    if len(clean) > MAX_NAME:
        raise BadPerson("too_long", field=field, n=len(clean), most=MAX_NAME)
    if clean.startswith(_FORMULA):
        raise BadPerson("formula", field=field, text=excerpt(clean))
    return readable(field, clean)


def readable(field: str, text: str) -> str:
    """`text` in one spelling; refused when a screen would trip on it: control and bidi characters,
    a pile of combining marks (Thai needs at most two on one consonant)."""
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


def name_key(name: str) -> str:
    """The same for two spellings of one name: what nobody sees makes no difference."""
    seen = "".join(char for char in name if unicodedata.category(char) != "Cf")
    return " ".join(composed(seen).split()).casefold()


def number_key(number: str) -> str:
    """The same for `007` and `7`, which people take for one number."""
    return number.lstrip("0").casefold() or "0"


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
    prose = "".join(characters)
    return prose if says_something(prose) else ""


@dataclass(frozen=True, slots=True)
class Officer:
    """One person who serves. `id` is the person's own and is shown to nobody: what comes in stays
    under it, whatever number and name the person has. `number` is what is typed at sign-on, unique
    among the active."""

    id: OfficerId
    number: str
    name: str
    position: str = ""
    section: SectionId = SectionId("")
    retired: bool = False
    photo: bytes | None = None

    @classmethod
    def parse(
        cls, number: str, name: str, position: str = "", section: str = "", *, id: str
    ) -> "Officer":
        """An officer from words that came from outside; BadPerson names what is wrong."""
        entry = RosterEntry.parse(number, name, position, section, id)
        return cls(
            id=OfficerId(identifier("id", entry.id)),
            number=entry.number,
            name=entry.name,
            position=entry.position,
            section=SectionId(entry.section),
        )


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """What somebody says of one officer: a line of a file, or a form. Which person it is about is
    told by `kiosk.domain.rosterplan`. `id` is empty where a person typed it, and comes back in a
    file that was exported."""

    number: str
    name: str
    position: str = ""
    section: str = ""
    id: str = ""

    @classmethod
    def parse(
        cls, number: str, name: str, position: str = "", section: str = "", id: str = ""
    ) -> "RosterEntry":
        """BadPerson names what is wrong."""
        return cls(
            number=identifier("number", arabic(number.strip())),
            name=plain("name", name),
            position=plain("position", position, empty=True),
            section=section_id(section),
            id=identifier("id", id.strip()) if id.strip() else "",
        )
