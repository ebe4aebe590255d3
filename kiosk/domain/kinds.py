"""Kinds of values: what a setting may be, what to write instead of a wrong value, its JSON Schema.

`read` gives the typed value of what stands in the file, or raises a Refusal. `written` is the way
back. `schema` is what an editor checks; it may accept more than `read` does, never less.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date, time
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from kiosk.domain.dates import day_in
from kiosk.domain.people import IDENTIFIER, MAX_NAME, identifier, plain, readable, says_something
from kiosk.domain.refusal import Refusal, excerpt

Schema = dict[str, Any]
PUBLIC_KEY = re.compile(r"age1[02-9ac-hj-np-z]{58}")
TIME_OF_DAY = r"([01][0-9]|2[0-3]):[0-5][0-9]"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
"""Of a holiday: a year of the Buddhist Era is later."""


class BadValue(Refusal):
    """What to write instead."""


class Kind:
    """Any value; the base of all kinds."""

    def read(self, value: object) -> Any:
        return value

    def written(self, value: Any) -> Any:
        """A typed value as TOML or JSON has it."""
        return value

    def schema(self) -> Schema:
        return {}


def _text(value: object) -> str:
    if not isinstance(value, str) or any(ord(character) < 0x20 for character in value):
        raise BadValue("write_text")
    return value


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _listed(value: object, most: int, refusal: BadValue) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise refusal
    return value


class Text(Kind):
    """One line of text that no screen shows: a port's name, a path."""

    def __init__(self, *, least: int = 0) -> None:
        self.least = least

    def read(self, value: object) -> str:
        text = _text(value)
        if len(text) < self.least:
            raise BadValue("write_text")
        return text

    def schema(self) -> Schema:
        return {"type": "string", "minLength": self.least} if self.least else {"type": "string"}


class BackupKey(Kind):
    """The public half of the key that the office's copies are sealed to; empty: none."""

    def read(self, value: object) -> str:
        text = _text(value)
        if text and not PUBLIC_KEY.fullmatch(text):
            raise BadValue("write_backup_key")
        return text

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^({PUBLIC_KEY.pattern})?$"}


class ScreenText(Kind):
    """A text for people, from `least` to `most` characters long."""

    def __init__(self, most: int, *, least: int = 1) -> None:
        self.least, self.most = least, most

    def read(self, value: object) -> str:
        text = readable("text", _text(value)).strip()
        text = text if says_something(text) else ""
        if not self.least <= len(text) <= self.most:
            raise BadValue("write_characters", least=str(self.least), most=str(self.most))
        return text

    def schema(self) -> Schema:
        return {"type": "string", "minLength": self.least, "maxLength": self.most}


class Name(Kind):
    """A word or a name that screens and spreadsheets show."""

    def read(self, value: object) -> str:
        return plain("text", _text(value))

    def schema(self) -> Schema:
        return {"type": "string", "minLength": 1, "maxLength": MAX_NAME}


class Identifier(Kind):
    def read(self, value: object) -> str:
        return identifier("id", _text(value))

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{IDENTIFIER.pattern}$"}


class WebAddress(Kind):
    """An http address of at most `most` characters, or "" for none unless it is `needed`. `whole`:
    of a whole host, without a path."""

    def __init__(self, most: int, *, needed: bool = False, whole: bool = False) -> None:
        self.most, self.needed, self.whole = most, needed, whole

    def read(self, value: object) -> str:
        address = _text(value)
        if not address and not self.needed:
            return address
        if not _is_web_address(address) or len(address) > self.most:
            raise BadValue("write_address", most=str(self.most))
        if self.whole and _has_path(address):
            raise BadValue("write_whole_host")
        return address

    def schema(self) -> Schema:
        pattern = "^https?://" if self.needed else "^(https?://|$)"
        return {"type": "string", "maxLength": self.most, "pattern": pattern}


def _has_path(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.path.strip("/") or parts.query or parts.fragment)


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


class Flag(Kind):
    def read(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise BadValue("write_flag")
        return value

    def schema(self) -> Schema:
        return {"type": "boolean"}


class Number(Kind):
    """A number from `least` to `most`, whole or not."""

    def __init__(self, least: float, most: float) -> None:
        self.least, self.most = least, most

    def read(self, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadValue("write_a_number")
        if not self.least <= value <= self.most:
            raise BadValue("write_number", least=f"{self.least:g}", most=f"{self.most:g}")
        return float(value)

    def written(self, value: float) -> float:
        return int(value) if value == int(value) else value

    def schema(self) -> Schema:
        return {"type": "number", "minimum": self.least, "maximum": self.most}


class Whole(Kind):
    """A whole number from `least` to `most`; 0 too where it means `zero`."""

    def __init__(self, least: int, most: int, *, zero: bool = False) -> None:
        self.least, self.most, self.zero = least, most, zero

    def read(self, value: object) -> int:
        accepted = (0,) if self.zero else ()
        if _whole(value) and (self.least <= value <= self.most or value in accepted):
            return value
        key = "write_whole_or_0" if self.zero else "write_whole"
        raise BadValue(key, least=str(self.least), most=str(self.most))

    def schema(self) -> Schema:
        bounds: Schema = {"type": "integer", "minimum": self.least, "maximum": self.most}
        return {"anyOf": [bounds, {"const": 0}]} if self.zero else bounds


class Choice(Kind):
    """One of several texts or whole numbers."""

    def __init__(self, choices: Collection[str] | Collection[int]) -> None:
        self.choices: tuple[str | int, ...] = (*choices,)

    def read(self, value: Any) -> str | int:
        if value in self.choices and not isinstance(value, bool):
            return self.choices[self.choices.index(value)]
        raise BadValue("write_one_of", choices=", ".join(map(str, self.choices)))

    def written(self, value: str | int) -> str | int:
        return str(value) if isinstance(value, str) else value

    def schema(self) -> Schema:
        return {"enum": [self.written(choice) for choice in self.choices]}


class TimeOfDay(Kind):
    def read(self, value: object) -> time:
        text = _text(value)
        if not re.fullmatch(TIME_OF_DAY, text):
            raise BadValue("write_time")
        return time.fromisoformat(text)

    def written(self, value: time) -> str:
        return f"{value:%H:%M}"

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{TIME_OF_DAY}$"}


class Days(Kind):
    """Days of the calendar, as texts or as TOML's own dates."""

    def __init__(self, most: int) -> None:
        self.most = most

    def read(self, value: object) -> frozenset[date]:
        days = _listed(value, self.most, BadValue("write_days", most=str(self.most)))
        return frozenset(_day(day) for day in days)

    def written(self, value: frozenset[date]) -> list[str]:
        return sorted(day.isoformat() for day in value)

    def schema(self) -> Schema:
        day = {"type": "string", "pattern": f"^{DAY}$"}
        return {"type": "array", "maxItems": self.most, "items": day}


def _day(value: object) -> date:
    text = value.isoformat() if type(value) is date else value
    if not isinstance(text, str):
        raise BadValue("write_day")
    try:
        return day_in(text)
    except ValueError:
        raise BadValue("no_such_day", day=excerpt(text)) from None


class Names(Kind):
    """A list of `least` to `most` names, or an empty one."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def read(self, value: object) -> tuple[str, ...]:
        refusal = BadValue("write_names", least=str(self.least), most=str(self.most))
        names = _listed(value, self.most, refusal)
        if names and len(names) < self.least:
            raise refusal
        return tuple(plain("text", _text(name)) for name in names)

    def written(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def schema(self) -> Schema:
        return {"type": "array", "maxItems": self.most, "items": Name().schema()}


class LevelWords(Kind):
    """The words of a scale's levels: from `least` to `most`, no two alike."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def read(self, value: object) -> tuple[str, ...]:
        refusal = BadValue("write_level_words", least=self.least, most=self.most)
        words = tuple(plain("text", _text(word)) for word in _listed(value, self.most, refusal))
        if len(words) < self.least or len(set(words)) != len(words):
            raise refusal
        return words

    def written(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def schema(self) -> Schema:
        bounds = {"minItems": self.least, "maxItems": self.most, "uniqueItems": True}
        return {"type": "array", "items": Name().schema(), **bounds}


class Different(Kind):
    """A list of at most `most` texts, no two alike, none empty. `refusal`: key of what to write."""

    def __init__(self, most: int, refusal: str) -> None:
        self.most, self.refusal = most, refusal

    def read(self, value: object) -> tuple[str, ...]:
        items = _listed(value, self.most, BadValue(self.refusal))
        texts = tuple(_text(item) for item in items)
        if not all(texts) or len(set(texts)) != len(texts):
            raise BadValue(self.refusal)
        return texts

    def written(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def schema(self) -> Schema:
        text = {"type": "string", "minLength": 1}
        return {"type": "array", "maxItems": self.most, "uniqueItems": True, "items": text}


class ButtonScores(Kind):
    """The score of each button, 0 for a button without; empty: the best face's button first."""

    def __init__(self, most: int, best: int) -> None:
        self.most, self.best = most, best

    def read(self, value: object) -> tuple[int, ...]:
        buttons = _listed(value, self.most, BadValue("write_scores"))
        for score in buttons:
            if not _whole(score):
                raise BadValue("write_scores")
            if not 0 <= score <= self.best:
                raise BadValue("not_on_scale", score=score, most=self.best)
        scores = [score for score in buttons if score]
        if (buttons and not scores) or len(set(scores)) != len(scores):
            raise BadValue("one_button_a_score")
        return tuple(buttons)

    def written(self, value: tuple[int, ...]) -> list[int]:
        return list(value)

    def schema(self) -> Schema:
        score = {"type": "integer", "minimum": 0, "maximum": self.best}
        return {"type": "array", "maxItems": self.most, "items": score}


class KeyScores(Kind):
    """A table of key = score."""

    def __init__(self, best: int) -> None:
        self.best = best

    def read(self, value: object) -> dict[str, int]:
        if not isinstance(value, dict):
            raise BadValue("write_keys")
        for score in value.values():
            if not _whole(score):
                raise BadValue("write_keys")
            if not 1 <= score <= self.best:
                raise BadValue("not_on_scale", score=score, most=self.best)
        return dict(value)

    def written(self, value: Mapping[str, int]) -> dict[str, int]:
        return dict(value)

    def schema(self) -> Schema:
        score = {"type": "integer", "minimum": 1, "maximum": self.best}
        return {"type": "object", "additionalProperties": score}


class LanguageCodes(Different):
    """Codes alone: which languages there are, the screens know."""

    def __init__(self) -> None:
        super().__init__(most=50, refusal="write_languages")
