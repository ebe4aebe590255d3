"""Every public word, by key and language. A language is one TOML file in this folder.

Not Qt's own translation tools: they compile, they know no fallback by screen, and an office could
not mend a word with an editor. Must not know who shows a word, nor how.

The header [language] of a file says: `name` (its own), `reviewed` ("" or by whom), and where it
needs them `script` (code points, "1780-17FF"), `font` (a family of Debian's), `spaced`
(lines end at spaces only) and `digits` (zero to nine). Thai and English have every word; the
others those of CITIZEN, and borrow the staff's from Thai. What an office may replace (the question,
the usual words of the scale, the reasons) is no word of these two files: kiosk/domain/wording.py.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kiosk import language
from kiosk.domain import wording
from kiosk.domain.refusal import Refusal
from kiosk.domain.scale import LEVELS, of_five
from kiosk.language import MissingWord

__all__ = [
    "CITIZEN",
    "COMPLETE",
    "FALLBACK",
    "MissingWord",
    "Script",
    "Words",
    "languages",
    "scripts",
]

_HERE = Path(__file__).parent
FALLBACK = "th"
COMPLETE = language.LANGUAGES
"""Languages of officers as well as citizens."""
CITIZEN = (
    "frame.",
    "scale",
    "closed.title",
    "closed.nobody",
    "closed.subtitle",
    "closed.opens_today",
    "closed.opens_on",
    "clock.time",
    "clock.now",
    "clock.date",
    "weekday.",
    "month.",
    "ready.question",
    "ready.panel_down",
    "ready.private",
    "ready.skip",
    "ready.closed",
    "ready.closes",
    "ready.follows",
    "waiting.",
    "notices.",
    "sound.",
    "reason.",
    "reasons.",
    "thanks.",
    "paused.title",
    "paused.subtitle",
    "out_of_service.title",
    "out_of_service.subtitle",
)
"""Keys, or beginnings of keys, of what a citizen may read."""


@dataclass(frozen=True, slots=True)
class Script:
    """Code points `first` to `last` are drawn with the machine's family `font`.
    `spaced`: a line may end at a space or U+200B only; nobody here knows the script's words."""

    first: int
    last: int
    font: str
    spaced: bool


@dataclass(frozen=True, slots=True)
class Words(language.Words):
    """One language's words under keys such as `ready.staff`."""

    name: str
    reviewed: str
    """Who speaks it and has read it; empty: to be reviewed by a speaker."""
    own: frozenset[str]
    """Keys that are not borrowed."""

    @classmethod
    @cache
    def load(cls, code: str) -> "Words":
        """The language's words; read once: every view asks for them."""
        tables = language.read(_HERE, code)
        header = tables.pop(language.HEADER)
        texts, singular = language.flat(tables)
        own = {**texts, **_replaceable(code)}
        own |= _shorter_scales(own)
        borrowed = {} if code == FALLBACK else cls.load(FALLBACK).by_key
        return cls(
            code=code,
            by_key={**borrowed, **own},
            singular=singular,
            digits=language.digit_table(header.get("digits", "")),
            name=header["name"],
            reviewed=header["reviewed"],
            own=frozenset(own),
        )

    def missing(self) -> tuple[str, ...]:
        """Keys that this language owes and does not have."""
        owed = self.load(FALLBACK).own
        if self.code not in COMPLETE:
            owed = frozenset(key for key in owed if key.startswith(CITIZEN))
        return tuple(sorted(owed - self.own))

    def trouble(self, trouble: Refusal) -> str:
        """What is wrong with a device, for the staff."""
        code = self.code if self.code in COMPLETE else FALLBACK
        return language.load(code, language.ROOM).refusal(trouble)

    def written(self, value: object) -> str:
        """Numbers and hours in the language's digits; names of devices as they are."""
        text = str(value)
        plain = text.replace(":", "").replace(".", "").isdigit()
        return text.translate(self.digits) if plain else text


def _replaceable(code: str) -> dict[str, str]:
    """The words that an office may replace, where it writes in this language itself."""
    if code not in wording.LANGUAGES:
        return {}
    words = {
        f"reason.{reason.id}": reason.words.in_language(code) for reason in wording.DEFAULT_REASONS
    }
    for score, level in enumerate(wording.DEFAULT_LEVEL_WORDS, start=1):
        words[f"scale5.{score}"] = level.in_language(code)
    words["ready.question"] = wording.DEFAULT_QUESTION.in_language(code)
    return words


def _shorter_scales(words: dict[str, str]) -> dict[str, str]:
    """The words of four and of three levels, from those of five."""
    return {
        f"scale{levels}.{score}": words[key]
        for levels in LEVELS
        for score in range(1, levels + 1)
        if (key := f"scale5.{of_five(score, levels)}") in words
    }


@cache
def languages() -> tuple[str, ...]:
    """Codes of every language there is, the complete ones first."""
    names = (entry.name for entry in _HERE.iterdir())
    codes = (name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    return tuple(sorted(codes, key=lambda code: (code not in COMPLETE, code != FALLBACK, code)))


@cache
def scripts() -> tuple[Script, ...]:
    """The scripts beyond Thai and Latin, as the languages' headers name them."""
    drawn = []
    for code in languages():
        header = language.read(_HERE, code)[language.HEADER]
        for span in header.get("script", "").split():
            first, last = span.split("-")
            drawn.append(
                Script(
                    first=int(first, 16),
                    last=int(last, 16),
                    font=header["font"],
                    spaced=header["spaced"],
                )
            )
    return tuple(drawn)
