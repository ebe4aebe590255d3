"""Cedrus response pads in XID mode: six bytes for each key down and each key up.

`'k' | info | u32 milliseconds, low byte first`. Info: bits 0-1 the port (0: the keys), bits 2-3
zero, bit 4 set for down, bits 5-7 the key, where 0 means 8. There is no check and no end, so a byte
lost in a frame can cost that press; the pause before the next one puts things right. (Port and key
bits as the vendor's own open library reads them.)
"""

from hardware.codec import (
    Lamp,
    LineCounters,
    PlainFromHost,
    PlainFromPanel,
    Poll,
    Pressed,
    Released,
    Unknown,
)
from hardware.framing import NO_FRAME, Scan

SIZE = 6
KEYS = 8
_START = ord("k")
_PORT, _ZERO, _DOWN = 0x03, 0x0C, 0x10


def frame(key: int, down: bool, ms: int, port: int = 0) -> bytes:
    """The six bytes of `key` (1-8) going down or up at the pad's time `ms`."""
    info = (key % KEYS) << 5 | (_DOWN if down else 0) | port
    return bytes([_START, info]) + (ms % 2**32).to_bytes(4, "little")


def measure(buffer: bytes) -> int | None:
    if buffer[0] != _START or (len(buffer) > 1 and buffer[1] & _ZERO):
        return NO_FRAME
    return SIZE if len(buffer) >= SIZE else None


class XidCodec:
    def __init__(self) -> None:
        self._scan = Scan(measure, SIZE)
        self._frames = 0

    def feed(self, data: bytes) -> list[PlainFromPanel]:
        return [self._parse(frame_bytes[1]) for frame_bytes in self._scan.feed(data)]

    def quiet(self) -> list[PlainFromPanel]:
        return [self._parse(frame_bytes[1]) for frame_bytes in self._scan.quiet()]

    def encode(self, message: PlainFromHost) -> bytes:
        match message:
            case Poll() | Lamp():
                return b""

    @property
    def counters(self) -> LineCounters:
        return LineCounters(self._frames, self._scan.bad, self._scan.dropped)

    def _parse(self, info: int) -> PlainFromPanel:
        self._frames += 1
        if info & _PORT:
            return Unknown(f"port {info & _PORT}")
        key = info >> 5 or KEYS
        return Pressed(key) if info & _DOWN else Released(key)


class XidPad:
    """The far end."""

    lamp = False

    def __init__(self, keys: int = 5) -> None:
        self.keys = min(keys, KEYS)

    def down(self, key: int, ms: int) -> bytes:
        return frame(key, True, ms)

    def up(self, key: int, ms: int) -> bytes:
        return frame(key, False, ms)

    def answer(self, data: bytes) -> bytes:
        return b""
