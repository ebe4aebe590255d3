"""Every public word, by key and language. A language is one TOML file in this folder.

Not Qt's own translation tools: they compile, they know no fallback by screen, and an office could
not mend a word with an editor. Must not know who shows a word, nor how.

The header [language] of a file says: `name` (its own), `reviewed` ("" or by whom), and where it
needs them `script` (code points, "1780-17FF"), `font` (a family of Debian's), `spaced`
(lines end at spaces only) and `digits` (zero to nine). Thai and English have every word; the
others those of CITIZEN, and borrow the staff's from Thai.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
FALLBACK = "th"
COMPLETE = ("th", "en")
"""Languages of officers as well as citizens."""
CITIZEN = (
    "frame.",
    "scale5.",
    "scale4.",
    "scale3.",
    "closed.title",
    "closed.subtitle",
    "ready.question",
    "ready.panel_down",
    "ready.skip",
    "ready.closes",
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


class MissingWord(KeyError):
    """A key that the language does not have."""


@dataclass(frozen=True, slots=True)
class Script:
    """Code points `first` to `last` are drawn with the machine's family `font`.
    `spaced`: a line may end at a space or U+200B only; nobody here knows the script's words."""

    first: int
    last: int
    font: str
    spaced: bool


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words under keys such as `ready.staff`."""

    code: str
    by_key: dict[str, str]
    name: str
    reviewed: str
    """Who speaks it and has read it; empty: to be reviewed by a speaker."""
    digits: dict[int, int]
    own: frozenset[str]
    """Keys that are not borrowed."""

    @classmethod
    @cache
    def load(cls, code: str) -> "Words":
        """The language's words; read once: every view asks for them."""
        tables = _tables(code)
        header = tables.pop("language")
        own = {f"{t}.{k}": v for t, words in tables.items() for k, v in words.items()}
        borrowed = {} if code == FALLBACK else cls.load(FALLBACK).by_key
        digits = str.maketrans("0123456789", header.get("digits", "0123456789"))
        name, reviewed = header["name"], header["reviewed"]
        return cls(
            code=code,
            by_key={**borrowed, **own},
            name=name,
            reviewed=reviewed,
            digits=digits,
            own=frozenset(own),
        )

    def get(self, key: str, **fields: object) -> str:
        """The word under `key` with `{fields}` filled in; MissingWord when there is none."""
        try:
            return self.by_key[key].format(**{k: self._number(v) for k, v in fields.items()})
        except KeyError:
            raise MissingWord(f"{self.code}: {key}") from None

    def missing(self) -> tuple[str, ...]:
        """Keys that this language owes and does not have."""
        owed = self.load(FALLBACK).own
        if self.code not in COMPLETE:
            owed = frozenset(key for key in owed if key.startswith(CITIZEN))
        return tuple(sorted(owed - self.own))

    def _number(self, value: object) -> str:
        """Numbers and hours in the language's digits; names of devices as they are."""
        text = str(value)
        plain = text.replace(":", "").replace(".", "").isdigit()
        return text.translate(self.digits) if plain else text


@cache
def languages() -> tuple[str, ...]:
    """Codes of every language there is, the complete ones first."""
    names = (entry.name for entry in _HERE.iterdir())
    codes = (name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    return tuple(sorted(codes, key=lambda code: (code not in COMPLETE, code != FALLBACK, code)))


@cache
def scripts() -> tuple[Script, ...]:
    """The scripts beyond Thai and Latin, as the languages' headers name them."""
    found = []
    for code in languages():
        header = _tables(code)["language"]
        for span in header.get("script", "").split():
            first, last = span.split("-")
            found.append(
                Script(
                    first=int(first, 16),
                    last=int(last, 16),
                    font=header["font"],
                    spaced=header["spaced"],
                )
            )
    return tuple(found)


@cache
def _read(code: str) -> str:
    return (_HERE / f"{code}.toml").read_text("utf-8")


def _tables(code: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(_read(code))
