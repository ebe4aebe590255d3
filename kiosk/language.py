"""Words by key and language: one TOML file for each language and room.

A file has tables of words. A word is a text with `{values}`, or two texts `one` and `other`
where the language has a plural: `one` is for the value `n` = 1. The table `language` is the file's
header; its `digits` are zero to nine. Must not know who prints a word, nor where.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kiosk.domain.refusal import Refusal

LANGUAGES = ("th", "en")
"""The languages of officers, pages and papers."""
HEADER = "language"
_NUMBERED = frozenset(("number", "numbers", "met_number", "counter"))
"""Values of a refusal that are ids of figures: staff numbers, counters."""
ROOM = Path(__file__).parent / "words"
"""What the core refuses."""


class MissingWord(KeyError):
    """A key that the language does not have."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words under keys such as `refusal.empty`."""

    code: str
    by_key: Mapping[str, str]
    singular: Mapping[str, str]
    """The form for n = 1, of the words that have one."""
    digits: dict[int, str]

    def get(self, key: str, **values: object) -> str:
        """The word under `key` with its `{values}` filled in; MissingWord when there is none."""
        forms = self.singular if values.get("n") == 1 and key in self.singular else self.by_key
        try:
            text = forms[key]
        except KeyError:
            raise MissingWord(f"{self.code}: {key}") from None
        try:
            return text.format(**{name: self.written(value) for name, value in values.items()})
        except KeyError as error:
            raise MissingWord(f"{self.code}: {key}: value {error}") from None

    def tables(self) -> dict[str, dict[str, str]]:
        """The words by table and name, for templates; the plural of those that have two forms."""
        tables: dict[str, dict[str, str]] = {}
        for key, word in self.by_key.items():
            table, _, name = key.partition(".")
            tables.setdefault(table, {})[name] = word
        return tables

    def refusal(self, refusal: Refusal) -> str:
        """What is refused, as a sentence of this language."""
        if refusal.problems != (refusal,):
            return "; ".join(self.refusal(problem) for problem in refusal.problems)
        values = dict(refusal.values)
        if "field" in values:
            field = str(values["field"])
            values["field"] = self.by_key.get(f"field.{field}", field)
        for name in _NUMBERED & values.keys():
            values[name] = str(values[name]).translate(self.digits)
        return self.get(f"refusal.{refusal.key}", **values)

    def written(self, value: object) -> str:
        """A value inside a sentence: whole numbers in the language's digits, texts as they are."""
        if isinstance(value, Refusal):
            return self.refusal(value)
        if isinstance(value, int):
            return f"{value:,}".translate(self.digits)
        return str(value)


@cache
def load(code: str, *rooms: Path) -> Words:
    """The language's words of all `rooms` together; read once."""
    by_key: dict[str, str] = {}
    singular: dict[str, str] = {}
    digits = ""
    for room in rooms:
        tables = read(room, code)
        digits = tables.pop(HEADER, {}).get("digits", digits)
        others, ones = flat(tables)
        if twice := by_key.keys() & others.keys():
            raise ValueError(f"{room}: {min(twice)} stands in another room too")
        by_key |= others
        singular |= ones
    return Words(code=code, by_key=by_key, singular=singular, digits=digit_table(digits))


def in_english(error: Exception) -> str:
    """One line about an error, as the command lines print it."""
    return load("en", ROOM).refusal(error) if isinstance(error, Refusal) else str(error)


@cache
def _text(room: Path, code: str) -> str:
    return (room / f"{code}.toml").read_text("utf-8")


def read(room: Path, code: str) -> dict[str, dict[str, Any]]:
    """The tables of one file; the caller may change them."""
    return tomllib.loads(_text(room, code))


def flat(tables: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    """The words under `table.key`, and the singular forms of those that have one."""
    by_key: dict[str, str] = {}
    singular: dict[str, str] = {}
    for table, words in tables.items():
        for name, word in words.items():
            key = f"{table}.{name}"
            if isinstance(word, str):
                by_key[key] = word
            else:
                by_key[key], singular[key] = word["other"], word["one"]
    return by_key, singular


def digit_table(digits: str) -> dict[int, str]:
    """For str.translate: 0 to 9 as the language writes them."""
    return {ord(digit): own for digit, own in zip("0123456789", digits, strict=False)}


def counted(n: int, one: str, other: str) -> str:
    """A count with its noun, for the lines that a command line prints in English."""
    return f"{n:,} {one if n == 1 else other}"
