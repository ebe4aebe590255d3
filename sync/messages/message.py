"""How a message is read and written: one JSON object in canonical bytes.

Canonical: keys sorted, no white space, UTF-8, no fraction, no escape that JSON does not need. So
equal messages have equal bytes and equal digests. Reading is strict: a field that is missing,
unknown or out of bounds is a BadMessage, and so is any other spelling of the same values.
"""

import re
from collections.abc import Hashable, Iterable
from functools import cache
from typing import ClassVar, Self, TypeVar

from msgspec import DecodeError, Raw, Struct, ValidationError
from msgspec.json import Decoder, Encoder, decode

from kiosk.domain.refusal import excerpt
from sync.messages.values import DESCRIPTIONS
from sync.protocol import MAX_BODY, VERSION, BadMessage

T = TypeVar("T")

_ENCODER = Encoder(order="sorted")
_PLACE = re.compile(r"(?P<problem>.*?)(?: - at `\$\.?(?P<place>.*)`)?", re.DOTALL)
_FIELD = re.compile(r"Object (?P<problem>missing|contains).* field `(?P<field>.*)`", re.DOTALL)
_PATTERN = re.compile(r"Expected `str` matching regex '(?P<pattern>.*)'", re.DOTALL)
_UNKNOWN = re.compile(r"Invalid enum value (?P<value>.*)", re.DOTALL)
_CONTROL = re.compile(rb"(?<!\\)(?:\\\\)*\\[bfnrtu]")
"""A control character as canonical bytes spell it."""
_LONGEST_ERROR = 200
"""Characters: a stranger's words are not repeated at length."""


class Row(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Values that travel as a list, in the order of the fields."""


class Message(Struct, frozen=True, forbid_unknown_fields=True, tag_field="v", tag=VERSION):
    """One whole body. The field `v` holds the version of the protocol."""

    MAX_BYTES: ClassVar[int] = MAX_BODY

    def to_bytes(self) -> bytes:
        return _ENCODER.encode(self)

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """The message in `body`; BadMessage."""
        if len(body) > cls.MAX_BYTES:
            raise BadMessage(f"body: more than {cls.MAX_BYTES} bytes")
        try:
            message: Self = _decoder(cls).decode(body)
        except ValidationError as error:
            raise BadMessage(_explanation(str(error))) from None
        except (DecodeError, UnicodeDecodeError, RecursionError):
            raise BadMessage("body: not JSON") from None
        _check_canonical(message, body)
        message.check()
        return message

    def check(self) -> None:
        """BadMessage where the fields contradict each other, which no type can say."""


@cache
def _decoder(kind: type[T]) -> Decoder[T]:
    return Decoder(kind)


def check_once(field: str, keys: Iterable[Hashable]) -> None:
    """BadMessage where a key stands twice in the rows of `field`."""
    listed = list(keys)
    if len(set(listed)) != len(listed):
        raise BadMessage(f"{field}: a key stands twice")


def _check_canonical(message: Message, body: bytes) -> None:
    if message.to_bytes() != body:
        if "v" not in decode(body, type=dict[str, Raw]):
            raise BadMessage("v: missing")
        raise BadMessage(
            "body: not canonical: keys sorted and once each, no white space, no needless escapes"
        )
    if b"\\" in body and _CONTROL.search(body):
        fields = decode(body, type=dict[str, Raw])
        field = next(name for name, value in fields.items() if _CONTROL.search(bytes(value)))
        raise BadMessage(f"{field}: a character that can't be shown")


def _explanation(error: str) -> str:
    """msgspec's error as `field: what was expected`, in one line."""
    split = _PLACE.fullmatch(error)
    problem, place = (split["problem"], split["place"] or "") if split else (error, "")
    if place == "v":
        return f"v: only version {VERSION} is spoken here"
    if field := _FIELD.fullmatch(problem):
        name = f"{place}.{field['field']}" if place else field["field"]
        problem = "missing" if field["problem"] == "missing" else "unknown field"
        return f"{excerpt(name, _LONGEST_ERROR)}: {problem}"
    if pattern := _PATTERN.fullmatch(problem):
        problem = DESCRIPTIONS.get(pattern["pattern"], problem)
    elif unknown := _UNKNOWN.fullmatch(problem):
        problem = f"{unknown['value'][:40]} is not known"
    elif problem.startswith("Invalid RFC3339"):
        problem = "a date that exists, YYYY-MM-DD, expected"
    problem = problem[0].lower() + problem[1:]
    return f"{place or 'body'}: {excerpt(problem, _LONGEST_ERROR)}"
