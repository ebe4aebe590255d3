"""Candle RS-485 pads: four keys, a lamp, several pads on one pair of wires.

A frame is `01 address body 07`, address and body 20h-7Fh, both ways alike; no check, no reply.
From the pad: 31h-34h, keys 1-4. To the pad: 30h lamp off, 31h red, 32h green, 33h/34h the same
blinking every 200 ms, 35h/36h every 500 ms; 7 more with a beep.
"""

from hardware.codec import Lamp, LineCounters, PlainFromHost, PlainFromPanel, Poll, Pressed, Unknown
from hardware.framing import Reassembly

START, END = 0x01, 0x07
KEYS = 4
FIRST_KEY = 0x31
LAMP_OFF = 0x30
LAMP_KEPT = 0x36
"""Green, blinking slowly. Not 31h-34h: an adapter that echoes what we send would press a key."""
ANY = 0
"""Listen to every pad on the wires; the lamp is that of the pad that was pressed."""
_LOW, _HIGH = 0x20, 0x7F


def frame(address: int, body: int) -> bytes:
    """The four bytes of a message. ValueError when address or body is out of 20h-7Fh."""
    if not (_LOW <= address <= _HIGH and _LOW <= body <= _HIGH):
        raise ValueError(f"address {address:#x} and body {body:#x} must be from 0x20 to 0x7f")
    return bytes([START, address, body, END])


class CandleCodec:
    """ValueError when `address` is neither ANY nor a pad's."""

    def __init__(self, address: int = ANY) -> None:
        if address != ANY:
            frame(address, LAMP_OFF)
        self._listens_to = address
        self._reassembly = Reassembly(START, END, limit=4)
        self._frames = self._bad = 0

    def feed(self, data: bytes) -> list[PlainFromPanel]:
        messages: list[PlainFromPanel] = []
        for frame_bytes in self._reassembly.feed(data):
            messages += self._parse(frame_bytes)
        return messages

    def quiet(self) -> list[PlainFromPanel]:
        self._reassembly.forget()
        return []

    def encode(self, message: PlainFromHost) -> bytes:
        match message:
            case Lamp(on, pad) if pad or self._listens_to:
                return frame(pad or self._listens_to, LAMP_KEPT if on else LAMP_OFF)
            case Lamp() | Poll():
                return b""

    @property
    def counters(self) -> LineCounters:
        return LineCounters(self._frames, self._bad, self._reassembly.dropped)

    def _parse(self, frame_bytes: bytes) -> list[PlainFromPanel]:
        if len(frame_bytes) != 3 or not all(_LOW <= byte <= _HIGH for byte in frame_bytes[1:]):
            self._bad += 1
            return []
        self._frames += 1
        _, address, body = frame_bytes
        if self._listens_to not in (ANY, address):
            return [Unknown(f"pad {address:#x}")]
        key = body - FIRST_KEY + 1
        if not 1 <= key <= KEYS:
            return [Unknown(f"body {body:#x}")]
        return [Pressed(key, address)]


class CandlePad:
    """The far end: one pad at `address`."""

    def __init__(self, keys: int = KEYS, address: int = 0x20) -> None:
        self.keys, self.lamp = min(keys, KEYS), False
        self._address = address or 0x20
        self._reassembly = Reassembly(START, END, limit=4)

    def down(self, key: int, ms: int) -> bytes:
        return frame(self._address, FIRST_KEY + key - 1)

    def up(self, key: int, ms: int) -> bytes:
        return b""

    def answer(self, data: bytes) -> bytes:
        for frame_bytes in self._reassembly.feed(data):
            if len(frame_bytes) == 3 and frame_bytes[1] == self._address:
                self.lamp = frame_bytes[2] != LAMP_OFF
        return b""
