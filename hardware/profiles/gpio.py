"""Buttons on the pins of a Raspberry Pi or another small computer, as the kernel reports them.

The records of requested lines (struct gpio_v2_line_event of linux/gpio.h): time, 8 bytes; then 4
each: 1 pressed or 2 released, the line, two numbers in order; 24 bytes of nothing; all low byte
first. A code is a line, such as "GPIO17" or "17"; without `codes` USUAL_LINES are buttons 1, 2, ….
To the host's port: one byte, the lamp, 0 or 1.
"""

import re
import struct
from itertools import count

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

RECORD = struct.Struct("<QIIII24x")
PRESSED, RELEASED = 1, 2
"""An active edge and its end: the port says which level a pressed button has."""
USUAL_LINES = (5, 6, 13, 19, 26, 16, 20, 21)
"""At the end of the header, among four pins of ground; nothing else uses them by default."""
NO_LAMP = "none"
_LAST_LINE = 1023
UNUSED_LINE = f"GPIO{_LAST_LINE}"
_LATEST = 2**60
"""Nanoseconds; a time beyond is none."""
_CODE = re.compile(r"(?:GPIO)?(\d{1,4})", re.IGNORECASE)


def line_of(code: str) -> int:
    """The line that a code names; ValueError when it names none."""
    match = _CODE.fullmatch(code)
    if not match or int(match[1]) > _LAST_LINE:
        raise ValueError(f"{code!r} is no line such as GPIO17")
    return int(match[1])


def lines_of(codes: tuple[str, ...], buttons: int) -> tuple[int, ...]:
    """The lines of the buttons 1, 2, …; ValueError."""
    return tuple(line_of(code) for code in codes) or USUAL_LINES[:buttons]


def lamp_of(lamp: str, lines: tuple[int, ...]) -> int | None:
    """The line of the lamp; None where there is none. ValueError."""
    if lamp in ("", NO_LAMP):
        return None
    line = line_of(lamp)
    if line in lines:
        raise ValueError(f"lamp {lamp!r} is the line of a button")
    return line


def measure(buffer: bytes) -> int | None:
    """For framing.Scan: the kernel sends whole records only, so that a sensible one is one."""
    if len(buffer) < RECORD.size:
        return None
    time, edge, line, _, _ = RECORD.unpack_from(buffer)
    is_record = time < _LATEST and edge in (PRESSED, RELEASED) and line <= _LAST_LINE
    return RECORD.size if is_record and not any(buffer[24 : RECORD.size]) else NO_FRAME


class GpioCodec:
    def __init__(self, codes: tuple[str, ...] = (), buttons: int = 5, lamp: str = "") -> None:
        """ValueError for a code or a lamp that is no line."""
        lines = lines_of(codes, buttons)
        lamp_of(lamp, lines)
        self._buttons = {line: button for button, line in enumerate(lines, start=1)}
        self._scan = Scan(measure, RECORD.size)
        self._frames = 0

    def feed(self, data: bytes) -> list[PlainFromPanel]:
        return [self._parse(record) for record in self._scan.feed(data)]

    def quiet(self) -> list[PlainFromPanel]:
        return [self._parse(record) for record in self._scan.quiet()]

    def encode(self, message: PlainFromHost) -> bytes:
        match message:
            case Poll():
                return b""
            case Lamp(on):
                return bytes([on])

    @property
    def counters(self) -> LineCounters:
        return LineCounters(self._frames, self._scan.bad, self._scan.dropped)

    def _parse(self, record: bytes) -> PlainFromPanel:
        self._frames += 1
        _, edge, line, _, _ = RECORD.unpack(record)
        button = self._buttons.get(line)
        if button is not None:
            return Pressed(button) if edge == PRESSED else Released(button)
        return UnknownCode(f"GPIO{line}") if edge == PRESSED else Unknown(f"GPIO{line}")


class GpioBox:
    """The far end: the kernel with buttons on its lines."""

    def __init__(self, keys: int = 5, codes: tuple[str, ...] = ()) -> None:
        self._lines = lines_of(codes, keys)
        self.keys = len(self._lines)
        self.lamp = False
        self._numbers = count(1)

    def down(self, key: int, ms: int) -> bytes:
        return self._said(key, PRESSED, ms)

    def up(self, key: int, ms: int) -> bytes:
        return self._said(key, RELEASED, ms)

    def answer(self, data: bytes) -> bytes:
        self.lamp = bool(data[-1]) if data else self.lamp
        return b""

    def _said(self, key: int, edge: int, ms: int) -> bytes:
        number = next(self._numbers)
        return RECORD.pack(ms * 1_000_000, edge, self._lines[key - 1], number, number)
