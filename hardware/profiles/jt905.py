"""Service evaluators of taxis, as JT/T 905 (China) frames them.

`55 AA | length | type | vendor | command | data | check | 55 AA`: length (two bytes, high first)
counts from type to data, check is the XOR from length to data. Evaluators have type 06 or 11. The
standard's frame is confirmed; which command carries the press differs, so: without `codes` in the
settings a frame with one byte of data, 1-16 or "1"-"9", is that button; a code is the command and
the beginning of the data in hex, such as "0010:03"; `??` stands for any byte, such as a counter's.
"""

import re
from functools import reduce
from operator import xor

from hardware.codec import (
    Lamp,
    LineCounters,
    PlainFromHost,
    PlainFromPanel,
    Poll,
    Pressed,
    Unknown,
    UnknownCode,
)
from hardware.framing import BAD_FRAME, NO_FRAME, Scan

MARK = b"\x55\xaa"
EVALUATORS = (0x06, 0x11)
MAX_LENGTH = 64
"""Of the bytes from type to data; evaluators' frames have about a dozen."""
MAX_KEYS = 16
_AROUND = 7
"""Bytes of a frame beside those that its length counts."""
_CODE = re.compile(r"([0-9a-fA-F]{4}):((?:[0-9a-fA-F]{2}|\?\?)*)")


def check(data: bytes) -> int:
    """XOR of all bytes."""
    return reduce(xor, data, 0)


def frame(device: int, vendor: int, command: int, data: bytes) -> bytes:
    """A whole frame. OverflowError when a number does not fit."""
    body = bytes([device, vendor]) + command.to_bytes(2, "big") + data
    counted = len(body).to_bytes(2, "big") + body
    return MARK + counted + bytes([check(counted)]) + MARK


def code_bytes(code: str) -> bytes:
    """Command and data of a code, zeros where any byte may stand; ValueError when it is none."""
    return bytes.fromhex(_hex_of(code).replace("??", "00"))


def _hex_of(code: str) -> str:
    match = _CODE.fullmatch(code)
    if not match:
        raise ValueError(f"{code!r} is no command and data in hex, such as 0010:03")
    return match[1] + match[2]


def _pattern(code: str) -> re.Pattern[bytes]:
    """The commands and data that begin as a code says."""
    digits = _hex_of(code)
    pairs = (digits[place : place + 2] for place in range(0, len(digits), 2))
    parts = (b"." if pair == "??" else re.escape(bytes.fromhex(pair)) for pair in pairs)
    return re.compile(b"".join(parts), re.DOTALL)


def measure(buffer: bytes) -> int | None:
    """For framing.Scan: the size of the frame at the beginning of `buffer`."""
    if buffer[:1] != MARK[:1] or buffer[1:2] not in (b"", MARK[1:]):
        return NO_FRAME
    if len(buffer) < 4:
        return None
    length = int.from_bytes(buffer[2:4], "big")
    if not 4 <= length <= MAX_LENGTH:
        return NO_FRAME
    size = length + _AROUND
    if len(buffer) < size:
        return None
    counted, check_byte, end_mark = buffer[2 : size - 3], buffer[size - 3], buffer[size - 2 : size]
    return size if end_mark == MARK and check(counted) == check_byte else BAD_FRAME


class Jt905Codec:
    def __init__(self, codes: tuple[str, ...] = ()) -> None:
        self._codes = [(_pattern(code), key) for key, code in enumerate(codes, start=1)]
        self._scan = Scan(measure, MAX_LENGTH + _AROUND)
        self._frames = 0

    def feed(self, data: bytes) -> list[PlainFromPanel]:
        return [self._parse(frame_bytes) for frame_bytes in self._scan.feed(data)]

    def quiet(self) -> list[PlainFromPanel]:
        return [self._parse(frame_bytes) for frame_bytes in self._scan.quiet()]

    def encode(self, message: PlainFromHost) -> bytes:
        match message:
            case Poll() | Lamp():
                return b""

    @property
    def counters(self) -> LineCounters:
        return LineCounters(self._frames, self._scan.bad, self._scan.dropped)

    def _parse(self, frame_bytes: bytes) -> PlainFromPanel:
        self._frames += 1
        device, command_and_data = frame_bytes[4], frame_bytes[6:-3]
        if device not in EVALUATORS:
            return Unknown(f"type {device:02X}")
        key = self._key(command_and_data)
        if key is None:
            command, data = command_and_data[:2], command_and_data[2:]
            return UnknownCode(f"{command.hex()}:{data.hex()}")
        return Pressed(key)

    def _key(self, command_and_data: bytes) -> int | None:
        if self._codes:
            matching = (key for code, key in self._codes if code.match(command_and_data))
            return next(matching, None)
        if len(command_and_data) != 3:
            return None
        value = command_and_data[2]
        is_digit = ord("1") <= value <= ord("9")
        number = value - ord("0") if is_digit else value
        return number if 1 <= number <= MAX_KEYS else None


class Jt905Evaluator:
    """The far end: command 0000h with the button's number, or what its code says."""

    lamp = False

    def __init__(self, keys: int = 5, codes: tuple[str, ...] = ()) -> None:
        self.keys = keys
        self._codes = [code_bytes(code) for code in codes]

    def down(self, key: int, ms: int) -> bytes:
        command_and_data = self._codes[key - 1] if self._codes else bytes([0, 0, key])
        command = int.from_bytes(command_and_data[:2], "big")
        return frame(EVALUATORS[0], 0, command, command_and_data[2:])

    def up(self, key: int, ms: int) -> bytes:
        return b""

    def answer(self, data: bytes) -> bytes:
        return b""
