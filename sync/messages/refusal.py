"""What central answers where it can't give a message: one line, signed where the request was
proven."""

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import decode, encode

_LONGEST = 200
"""Characters that are shown of somebody else's words."""


class ErrorLine(Struct, frozen=True):
    """Why a request was not answered."""

    error: str

    def to_bytes(self) -> bytes:
        return encode(self)

    @classmethod
    def words(cls, body: bytes) -> str:
        """What an answer of anybody says of itself; "" where it says nothing that can be read."""
        try:
            return decode(body, type=cls).error[:_LONGEST]
        except (ValidationError, DecodeError, UnicodeDecodeError, RecursionError):
            return ""
