"""Service evaluators of taxis, as JT/T 905 (China) frames them.

`55 AA | length | type | vendor | command | data | check | 55 AA`: length (two bytes, high first)
counts from type to data, check is the XOR from length to data. Evaluators have type 06 or 11. The
standard's frame is confirmed; which command carries the press differs, so: without `codes` in the
settings a frame with one byte of data, 1-16 or "1"-"9", is that button; a code is the command and
the beginning of the data in hex, such as "0010:03".
"""

import re
from functools import reduce
from operator import xor

from hardware.codec import Lamp, LineCounters, PlainFromHost, PlainFromPanel, Poll, Pressed, Unknown
from hardware.framing import BAD_FRAME, NO_FRAME, Scan

MARK = b"\x55\xaa"
EVALUATORS = (0x06, 0x11)
MAX_LENGTH = 64
"""Of the bytes from type to data; evaluators' frames have about a dozen."""
MAX_KEYS = 16
_AROUND = 7
"""Bytes of a frame beside those that its length counts."""
_CODE = re.compile(r"([0-9a-fA-F]{4}):((?:[0-9a-fA-F]{2})*)")


def check(data: bytes) -> int:
    """XOR of all bytes."""
    return reduce(xor, data, 0)


def frame(device: int, vendor: int, command: int, data: bytes) -> bytes:
    """A whole frame. OverflowError when a number does not fit."""
    body = bytes([device, vendor]) + command.to_bytes(2, "big") + data
    counted = len(body).to_bytes(2, "big") + body
    return MARK + counted + bytes([check(counted)]) + MARK


def code_bytes(code: str) -> bytes:
    """Command and data of a code; ValueError when it is none."""
    match = _CODE.fullmatch(code)
    if not match:
        raise ValueError(f"{code!r} is no command and data in hex, such as 0010:03")
    return bytes.fromhex(match[1] + match[2])


def measure(held: bytes) -> int | None:
    if held[:1] != MARK[:1] or held[1:2] not in (b"", MARK[1:]):
        return NO_FRAME
    if len(held) < 4:
        return None
    length = int.from_bytes(held[2:4], "big")
    if not 4 <= length <= MAX_LENGTH:
        return NO_FRAME
    size = length + _AROUND
    if len(held) < size:
        return None
    good = held[size - 2 : size] == MARK and check(held[2 : size - 3]) == held[size - 3]
    return size if good else BAD_FRAME


class Jt905Codec:
    def __init__(self, codes: tuple[str, ...] = ()) -> None:
        self._codes = [(code_bytes(code), key) for key, code in enumerate(codes, start=1)]
        self._scan = Scan(measure, MAX_LENGTH + _AROUND)
        self._frames = 0

    def feed(self, data: bytes) -> list[PlainFromPanel]:
        return [self._parse(held) for held in self._scan.feed(data)]

    def quiet(self) -> list[PlainFromPanel]:
        return [self._parse(held) for held in self._scan.quiet()]

    def encode(self, message: PlainFromHost) -> bytes:
        match message:
            case Poll() | Lamp():
                return b""

    @property
    def counters(self) -> LineCounters:
        return LineCounters(self._frames, self._scan.bad, self._scan.dropped)

    def _parse(self, held: bytes) -> PlainFromPanel:
        self._frames += 1
        device, said = held[4], held[6:-3]
        if device not in EVALUATORS:
            return Unknown(f"type {device:02X}")
        key = self._key(said)
        return Pressed(key) if key else Unknown(f"{said[:2].hex()}:{said[2:].hex()}")

    def _key(self, said: bytes) -> int | None:
        if self._codes:
            return next((key for code, key in self._codes if said.startswith(code)), None)
        if len(said) != 3:
            return None
        value = said[2] - 0x30 if 0x31 <= said[2] <= 0x39 else said[2]
        return value if 1 <= value <= MAX_KEYS else None


class Jt905Evaluator:
    """The far end: command 0000h with the button's number, or what its code says."""

    lamp = False

    def __init__(self, keys: int = 5, codes: tuple[str, ...] = ()) -> None:
        self.keys = keys
        self._codes = [code_bytes(code) for code in codes]

    def down(self, key: int, ms: int) -> bytes:
        said = self._codes[key - 1] if self._codes else bytes([0, 0, key])
        return frame(EVALUATORS[0], 0, int.from_bytes(said[:2], "big"), said[2:])

    def up(self, key: int, ms: int) -> bytes:
        return b""

    def heard(self, data: bytes) -> bytes:
        return b""
