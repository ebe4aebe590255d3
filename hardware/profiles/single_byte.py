"""Home-made boxes that send one byte for each press, with no frame around it.

Without `codes` in the settings: the digits "1" to "9", or the bare values 1 to 8. A code is one
character, or a byte in hex such as "0x41".
"""

import re

from hardware.codec import (
    Lamp,
    LineCounters,
    PlainFromHost,
    PlainFromPanel,
    Poll,
    Pressed,
    UnknownCode,
)

_PLAIN = {ord("0") + n: n for n in range(1, 10)} | {n: n for n in range(1, 9)}
_HEX = re.compile(r"0x([0-9a-fA-F]{2})")


def byte_of(code: str) -> int:
    """The byte a code names; ValueError when it names none."""
    if match := _HEX.fullmatch(code):
        return int(match[1], 16)
    if len(code) == 1 and code.isascii():
        return ord(code)
    raise ValueError(f"{code!r} is neither one character nor a byte such as 0x41")


class SingleByteCodec:
    """`codes` empty: digits or small values. Whitespace (line ends) is passed over."""

    def __init__(self, codes: tuple[str, ...] = ()) -> None:
        self._keys = {byte_of(code): key for key, code in enumerate(codes, start=1)} or _PLAIN
        self._frames = 0

    def feed(self, data: bytes) -> list[PlainFromPanel]:
        messages: list[PlainFromPanel] = []
        for byte in data:
            key = self._keys.get(byte)
            if key is None and byte in b"\r\n":
                continue
            self._frames += 1
            message = UnknownCode(f"0x{byte:02X}") if key is None else Pressed(key)
            messages.append(message)
        return messages

    def quiet(self) -> list[PlainFromPanel]:
        return []

    def encode(self, message: PlainFromHost) -> bytes:
        match message:
            case Poll() | Lamp():
                return b""

    @property
    def counters(self) -> LineCounters:
        return LineCounters(self._frames)


class SingleByteBox:
    """The far end: the digit of the button, or its code."""

    lamp = False

    def __init__(self, keys: int = 5, codes: tuple[str, ...] = ()) -> None:
        self.keys = keys
        self._bytes = [byte_of(code) for code in codes] or [ord("0") + n for n in range(1, 10)]

    def down(self, key: int, ms: int) -> bytes:
        return bytes([self._bytes[key - 1]])

    def up(self, key: int, ms: int) -> bytes:
        return b""

    def answer(self, data: bytes) -> bytes:
        return b""
