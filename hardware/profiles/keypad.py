"""Keypads, gamepad encoders and macro pads, by USB or Bluetooth, as the kernel reports their keys.

The records of an input device (struct input_event of linux/input.h, 64 bits): seconds and
microseconds, 8 bytes each; type and code, 2 each; value, 4; all low byte first. Type 1 is a key:
value 1 down, 0 up, 2 held, again and again. Without `codes` in the settings the usual keys of such
boxes are buttons 1, 2, …; a code is a key's name, such as "KEY_KP1".
"""

import struct
from time import time

from hardware.codec import (
    Lamp,
    LineCounters,
    PlainFromHost,
    PlainFromPanel,
    Poll,
    Pressed,
    Released,
    Unknown,
    UnknownCode,
)
from hardware.framing import NO_FRAME, Scan
from hardware.key_names import LAST_KEY, MODIFIERS, USUAL, key_named, name_of

RECORD = struct.Struct("<qqHHi")
REPORT, KEY = 0, 1
DROPPED = 3
"""Of a report: the kernel has lost records, for nobody read them."""
UP, DOWN, HELD = 0, 1, 2
UNUSED_KEY = f"{LAST_KEY:#x}"
"""KEY_MAX, which no device has."""
_LAST_TYPE = 0x1F
_LATEST = 2**33
"""Seconds; a time beyond is none, and the record no record."""


def record(kind: int, code: int, value: int, at: float = 0.0) -> bytes:
    """One record, `at` seconds of the wall clock; 0: now."""
    seconds, part = divmod(at or time(), 1)
    return RECORD.pack(int(seconds), int(part * 1_000_000), kind, code, value)


def measure(buffer: bytes) -> int | None:
    """For framing.Scan: the kernel sends whole records only, so that a sensible one is one."""
    if len(buffer) < RECORD.size:
        return None
    seconds, microseconds, kind, code, value = RECORD.unpack_from(buffer)
    is_time = 0 <= seconds < _LATEST and 0 <= microseconds < 1_000_000
    is_key = kind == KEY and 0 < code <= LAST_KEY and value in (UP, DOWN, HELD)
    is_other = kind != KEY and kind <= _LAST_TYPE
    return RECORD.size if is_time and (is_key or is_other) else NO_FRAME


class KeypadCodec:
    def __init__(self, codes: tuple[str, ...] = ()) -> None:
        """ValueError for a name that no key has."""
        self._buttons = {key_named(code): button for button, code in enumerate(codes, start=1)}
        if not codes:
            self._buttons = {
                key: button
                for kind_of_box in USUAL
                for button, keys in enumerate(kind_of_box, start=1)
                for key in keys
            }
        self._scan = Scan(measure, RECORD.size)
        self._frames = self._lost = 0

    def feed(self, data: bytes) -> list[PlainFromPanel]:
        return self._messages(self._scan.feed(data))

    def quiet(self) -> list[PlainFromPanel]:
        return self._messages(self._scan.quiet())

    def encode(self, message: PlainFromHost) -> bytes:
        match message:
            case Poll() | Lamp():
                return b""

    @property
    def counters(self) -> LineCounters:
        return LineCounters(self._frames, self._lost, self._scan.dropped)

    def _messages(self, records: list[bytes]) -> list[PlainFromPanel]:
        messages: list[PlainFromPanel] = []
        for data in records:
            _, _, kind, code, value = RECORD.unpack(data)
            if kind == KEY:
                self._frames += 1
                messages += self._key(code, value)
            elif kind == REPORT and code == DROPPED:
                self._lost += 1
                messages.append(Unknown("lost"))
        return messages

    def _key(self, key: int, value: int) -> list[PlainFromPanel]:
        button = self._buttons.get(key)
        if value == HELD:
            return []
        if button is not None:
            return [Pressed(button) if value == DOWN else Released(button)]
        if value == DOWN and key not in MODIFIERS:
            return [UnknownCode(name_of(key))]
        return []


class Keypad:
    """The far end: digits, or what its codes say; a report after each key, as the kernel has it."""

    lamp = False

    def __init__(self, keys: int = 5, codes: tuple[str, ...] = ()) -> None:
        self.keys = keys
        self._keys = [key_named(code) for code in codes] or [keys[0] for keys in USUAL[0]]

    def down(self, key: int, ms: int) -> bytes:
        return self._said(key, DOWN)

    def up(self, key: int, ms: int) -> bytes:
        return self._said(key, UP)

    def answer(self, data: bytes) -> bytes:
        return b""

    def _said(self, key: int, value: int) -> bytes:
        return record(KEY, self._keys[key - 1], value) + record(REPORT, 0, 0)
