"""Home-made boxes that print one line of text for each press.

Which lines mean a button: the settings' `codes`, one for each button, or, without them, a number
alone or after one of a few words ("3", "B3", "Button 3", "KEY:3"). Everything else is ignored: such
boards print a page of text, with numbers in it, when they start. `{}` in a code stands for letters
and digits that are others each time, such as a counter's: "BTN=1 NO={}".
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

MAX_LINE = 40
"""Bytes of a line without its end; longer ones are ignored whole."""
MAX_KEYS = 16
ANY_RUN = "{}"
_NUMBERED = re.compile(r"(?:(?:b|btn|button|k|key|p|press|s|score)[ :=#-]?)?0?(\d{1,2})", re.I)


def _pattern(code: str) -> re.Pattern[str]:
    """The lines that a code means."""
    parts = map(re.escape, code.strip().split(ANY_RUN))
    return re.compile("[0-9A-Za-z]+".join(parts), re.IGNORECASE)


class AsciiLineCodec:
    """`codes` empty: numbers. A line ends with CR, LF or both."""

    def __init__(self, codes: tuple[str, ...] = ()) -> None:
        self._codes = [(_pattern(code), key) for key, code in enumerate(codes, start=1)]
        self._pending = bytearray()
        self._skipping = False
        self._frames = self._bad = self._dropped = 0

    def feed(self, data: bytes) -> list[PlainFromPanel]:
        messages: list[PlainFromPanel] = []
        for byte in data:
            if byte in b"\r\n":
                messages += self._line()
            elif self._skipping:
                self._dropped += 1
            elif len(self._pending) == MAX_LINE:
                self._skip()
                self._dropped += 1
            else:
                self._pending.append(byte)
        return messages

    def quiet(self) -> list[PlainFromPanel]:
        if self._pending:
            self._skip()
        self._skipping = False
        return []

    def encode(self, message: PlainFromHost) -> bytes:
        match message:
            case Poll() | Lamp():
                return b""

    @property
    def counters(self) -> LineCounters:
        return LineCounters(self._frames, self._bad, self._dropped)

    def _skip(self) -> None:
        self._dropped += len(self._pending)
        self._pending.clear()
        self._skipping = True

    def _line(self) -> list[PlainFromPanel]:
        line, self._skipping = bytes(self._pending), False
        self._pending.clear()
        if not line:
            return []
        if not all(0x20 <= byte < 0x7F or byte == 0x09 for byte in line):
            self._bad += 1
            return []
        self._frames += 1
        return [self._meaning(line.decode("ascii").strip())]

    def _meaning(self, text: str) -> PlainFromPanel:
        if self._codes:
            matching = (key for pattern, key in self._codes if pattern.fullmatch(text))
            key = next(matching, None)
        else:
            number = _NUMBERED.fullmatch(text)
            key = int(number[1]) if number and 1 <= int(number[1]) <= MAX_KEYS else None
        return UnknownCode(text) if key is None else Pressed(key)


class AsciiLineBox:
    """The far end: "1" and an end of line for button 1."""

    lamp = False

    def __init__(self, keys: int = 5, codes: tuple[str, ...] = ()) -> None:
        self.keys, self._codes = keys, codes

    def down(self, key: int, ms: int) -> bytes:
        word = self._codes[key - 1] if self._codes else str(key)
        return word.encode("ascii") + b"\r\n"

    def up(self, key: int, ms: int) -> bytes:
        return b""

    def answer(self, data: bytes) -> bytes:
        return b""
