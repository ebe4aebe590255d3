"""Strict reading of the wire's JSON: each field taken once, nothing unknown, nothing guessed;
and the one canonical spelling that digests are taken of."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from kiosk.domain.people import BadPerson, identifier

VERSION = 1
MAX_BODY = 1 << 20
"""Bytes of the largest body either end reads."""
MAX_ROWS = 20_000
MAX_COUNT = 10_000_000
MAX_TIME = 1 << 33
"""Seconds since 1970: year 2242."""

_UNSHOWN = re.compile("[\x00-\x1f\ud800-\udfff]")
"""Control characters, and halves of characters that UTF-8 can't carry."""

T = TypeVar("T")


class BadMessage(ValueError):
    """Bytes that are no message of this version; the text names the field."""


def canonical(value: Mapping[str, Any]) -> bytes:
    """The one spelling of a message: RFC 8785's for the integers, texts, lists we use."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def etag(body: bytes) -> str:
    """The HTTP entity tag (RFC 9110, 8.8.3) of a body."""
    return f'"{digest(body)[:32]}"'


class Fields:
    """A message's fields, each taken once; what is left over is an error."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    @classmethod
    def of(cls, body: bytes) -> "Fields":
        if len(body) > MAX_BODY:
            raise BadMessage(f"body: more than {MAX_BODY} bytes")
        try:
            values = json.loads(body)
        except (ValueError, RecursionError):
            raise BadMessage("body: not JSON") from None
        if not isinstance(values, dict):
            raise BadMessage("body: not a JSON object")
        fields = cls(values)
        if fields.take("v") != VERSION:
            raise BadMessage(f"v: only version {VERSION} is spoken here")
        return fields

    def take(self, name: str) -> Any:
        try:
            return self._values.pop(name)
        except KeyError:
            raise BadMessage(f"{name}: missing") from None

    def done(self) -> None:
        if self._values:
            raise BadMessage(f"{min(self._values)[:40]}: unknown field")

    def text(self, name: str, limit: int) -> str:
        return text(name, self.take(name), limit)

    def id(self, name: str) -> str:
        return id_text(name, self.take(name))

    def count(self, name: str, most: int = MAX_COUNT) -> int:
        return count(name, self.take(name), most)

    def date(self, name: str) -> date:
        return day(name, self.take(name))

    def head(self, name: str) -> tuple[int, str]:
        """A journal's number and hash."""
        value = self.take(name)
        if not (isinstance(value, list) and len(value) == 2):
            raise BadMessage(f"{name}: number and hash expected")
        return count(name, value[0]), text(name, value[1], 64)

    def later_rows(
        self, name: str, width: int, parse: Callable[[str, list[Any]], T]
    ) -> tuple[T, ...]:
        """Rows that an older program does not send, and a newer one only where there are some."""
        return self.rows(name, width, parse) if name in self._values else ()

    def rows(self, name: str, width: int, parse: Callable[[str, list[Any]], T]) -> tuple[T, ...]:
        value = self.take(name)
        if not isinstance(value, list) or len(value) > MAX_ROWS:
            raise BadMessage(f"{name}: a list of at most {MAX_ROWS} rows expected")
        for row in value:
            if not (isinstance(row, list) and len(row) == width):
                raise BadMessage(f"{name}: rows of {width} expected")
        return tuple(parse(name, row) for row in value)


def text(name: str, value: Any, limit: int) -> str:
    if not isinstance(value, str) or len(value) > limit:
        raise BadMessage(f"{name}: a text of at most {limit} characters expected")
    if _UNSHOWN.search(value):
        raise BadMessage(f"{name}: a character that can't be shown")
    return value


def id_text(name: str, value: Any) -> str:
    try:
        return identifier(name, text(name, value, 32))
    except BadPerson as error:
        raise BadMessage(str(error)) from None


def officer_id(name: str, value: Any) -> str:
    return "" if value == "" else id_text(name, value)


def count(name: str, value: Any, most: int = MAX_COUNT) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise BadMessage(f"{name}: a whole number from 0 to {most} expected")
    return value


def day(name: str, value: Any) -> date:
    found = text(name, value, 10)
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", found, re.ASCII):
        raise BadMessage(f"{name}: YYYY-MM-DD expected")
    try:
        return date.fromisoformat(found)
    except ValueError:
        raise BadMessage(f"{name}: no such date") from None


def member(kind: type[StrEnum], name: str, value: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise BadMessage(f"{name}: {str(value)[:40]!r} is not known") from None
