"""Boxes whose frames nobody has published: fixed bytes, and one that names the button.

A code is a whole frame in hex, such as "A5 03 5A". `??` stands for any byte, `?3` for a byte of
which only half is known: counters. A check of all bytes before it is `xor`, `sum`, `sum16` (two
bytes, the high one first), `crc-modbus` (the low one first) or `crc-ccitt` (the high one first); a
digit behind it leaves out so many of the first bytes: "A5 ?? 03 xor1 5A". Without codes: "A5 01 5A"
for button 1, and so on.

What is sent to a box is written in the same way: the question of one that must be asked, and the
lamp and the voice of one that has them.
"""

import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Final

from hardware.codec import (
    Lamp,
    LineCounters,
    PlainFromHost,
    PlainFromPanel,
    Poll,
    Pressed,
    UnknownCode,
)
from hardware.framing import BAD_FRAME, NO_FRAME, Scan
from hardware.profiles import modbus

MAX_FRAME = 32
"""Bytes of a frame, and of what a press may send while it is being learned."""
MAX_BURST = 3 * MAX_FRAME
"""Bytes between two pauses: a frame may be said several times."""
MAX_KEYS = 16
LEAST_KNOWN = 2
"""Bytes of a frame that must be known, so that noise is no press."""
ANY = "??"

CHECKS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "crc-modbus": modbus.crc,
    "crc-ccitt": lambda data: binascii.crc_hqx(data, 0xFFFF).to_bytes(2, "big"),
    "sum16": lambda data: sum(data).to_bytes(2, "big"),
    "xor": lambda data: bytes([reduce(xor, data, 0)]),
    "sum": lambda data: bytes([sum(data) % 256]),
}
_BYTE = re.compile(r"[0-9A-F?]{2}")
_CHECK = re.compile(rf"({'|'.join(CHECKS)})([1-3]?)")
_NIBBLE_UP = 4
_LONE_BIT = re.compile("(?=010|101)")
"""In a byte as it is written, with the start bit behind it."""


@dataclass(frozen=True, slots=True)
class Check:
    """The check at `place`, over all bytes before it but the first `skip`."""

    name: str
    place: int
    skip: int = 0

    def of(self, frame: bytes) -> bytes:
        return CHECKS[self.name](frame[self.skip : self.place])

    def holds(self, frame: bytes) -> bool:
        """Whether `frame` has this check where it belongs."""
        value = self.of(frame)
        return frame[self.place : self.place + len(value)] == value

    def places(self, frame: bytes) -> frozenset[int]:
        """Where it stands."""
        return frozenset(range(self.place, self.place + len(self.of(frame))))

    @property
    def code(self) -> str:
        return f"{self.name}{self.skip or ''}"


@dataclass(frozen=True, slots=True)
class Frame:
    """What a frame must be like: `values` where `masks` has bits, and its check."""

    masks: bytes
    values: bytes
    check: Check | None = None

    @classmethod
    def read(cls, code: str) -> "Frame":
        """The frame that a code describes; ValueError, in words, when it is none."""
        masks, values, check = bytearray(), bytearray(), None
        for word in code.upper().split():
            named = _CHECK.fullmatch(word.lower())
            if named and check is None:
                check = Check(named[1], len(masks), int(named[2] or 0))
                size = len(check.of(bytes(len(masks))))
                masks += bytes(size)
                values += bytes(size)
            elif _BYTE.fullmatch(word):
                high, low = (0 if half == "?" else 15 for half in word)
                masks.append(high << _NIBBLE_UP | low)
                values.append(int(word.replace("?", "0"), 16))
            else:
                raise ValueError(f"{code!r}: {word!r} is no byte in hex and no check")
        if len(masks) > MAX_FRAME:
            raise ValueError(f"{code!r} has more than {MAX_FRAME} bytes")
        return cls(bytes(masks), bytes(values), check)

    def __len__(self) -> int:
        return len(self.masks)

    @property
    def known(self) -> int:
        """How many of its bytes noise would have to hit."""
        checked = len(self.check.of(self.values)) if self.check else 0
        return sum(mask == 0xFF for mask in self.masks) + checked

    def begins(self, data: bytes) -> bool:
        """Whether `data`, as far as both go, is like this frame; the check is not looked at."""
        parts = zip(data, self.masks, self.values, strict=False)
        return all(byte & mask == value for byte, mask, value in parts)

    def overlaps(self, other: "Frame") -> bool:
        """Whether the same bytes may be, or begin, both."""
        mine = zip(self.masks, self.values, strict=True)
        others = zip(other.masks, other.values, strict=True)
        return not any(
            mask & other_mask & (value ^ other_value)
            for (mask, value), (other_mask, other_value) in zip(mine, others, strict=False)
        )

    def bytes(self, counter: int = 0) -> bytes:
        """Such a frame; `counter` stands where any byte may."""
        pairs = zip(self.masks, self.values, strict=True)
        frame = bytearray(value | (counter & 0xFF & ~mask) for mask, value in pairs)
        if self.check is not None:
            value = self.check.of(bytes(frame))
            frame[self.check.place : self.check.place + len(value)] = value
        return bytes(frame)


def button_frames(codes: Sequence[str]) -> tuple[Frame, ...]:
    """The frames of the buttons, in order. ValueError where noise could be one, or where one could
    be another's."""
    written = codes or [f"A5 {key:02X} 5A" for key in range(1, MAX_KEYS + 1)]
    frames: list[Frame] = []
    for code in written:
        frame = Frame.read(code)
        if frame.known < LEAST_KNOWN:
            raise ValueError(f"{code!r}: at least {LEAST_KNOWN} bytes must be known")
        for number, other in enumerate(frames, start=1):
            if frame.overlaps(other):
                raise ValueError(f"{code!r} may be button {number} too")
        frames.append(frame)
    return tuple(frames)


@dataclass(frozen=True, slots=True)
class Replies:
    """What is sent to such a box, as codes; empty: it has no such thing. The voice is sent with the
    lamp."""

    poll: str = ""
    lamp_on: str = ""
    lamp_off: str = ""
    voice: str = ""

    @property
    def confirms(self) -> bool:
        """Whether the box can say that a press was kept."""
        return bool(self.lamp_on or self.voice)


class HexFrameCodec:
    """ValueError for a code or reply that can't be, and for a reply that is a button's frame: an
    adapter that echoes what we send would press it."""

    def __init__(self, codes: Sequence[str] = (), replies: Replies = Replies()) -> None:
        self._frames = button_frames(codes)
        self._poll = self._reply(replies.poll)
        self._kept = self._reply(replies.lamp_on) + self._reply(replies.voice)
        self._dark = self._reply(replies.lamp_off)
        self._scan = Scan(self._measure, max(map(len, self._frames)))
        self._count = 0

    def feed(self, data: bytes) -> list[PlainFromPanel]:
        return self._presses(self._scan.feed(data))

    def quiet(self) -> list[PlainFromPanel]:
        return self._presses(self._scan.quiet())

    def encode(self, message: PlainFromHost) -> bytes:
        match message:
            case Poll():
                return self._poll
            case Lamp(on):
                return self._kept if on else self._dark

    @property
    def counters(self) -> LineCounters:
        return LineCounters(self._count, self._scan.bad, self._scan.dropped)

    def _presses(self, frames: list[bytes]) -> list[PlainFromPanel]:
        self._count += len(frames)
        return [Pressed(self._key(frame)) for frame in frames]

    def _key(self, frame: bytes) -> int:
        of_size = (key for key, own in enumerate(self._frames, 1) if len(own) == len(frame))
        return next(key for key in of_size if self._frames[key - 1].begins(frame))

    def _measure(self, buffer: bytes) -> int | None:
        """No two frames begin alike, so that at most one fits."""
        for frame in self._frames:
            if frame.begins(buffer):
                if len(buffer) < len(frame):
                    return None
                whole = frame.check is None or frame.check.holds(buffer)
                return len(frame) if whole else BAD_FRAME
        return NO_FRAME

    def _reply(self, code: str) -> bytes:
        if not code:
            return b""
        frame = Frame.read(code)
        if any(mask != 0xFF for mask in frame.masks) and not frame.check:
            raise ValueError(f"{code!r}: write every byte of what is sent")
        data = frame.bytes()
        for number, button in enumerate(self._frames, start=1):
            if len(data) >= len(button) and button.begins(data):
                raise ValueError(f"{code!r} is also the frame of button {number}")
        return data


class BurstReader:
    """For the wizard: whatever comes between two pauses is one code."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._bursts = self._dropped = 0

    def feed(self, data: bytes) -> list[PlainFromPanel]:
        self._pending += data
        del self._pending[MAX_BURST + 1 :]
        return []

    def quiet(self) -> list[PlainFromPanel]:
        is_short = len(self._pending) <= MAX_BURST
        burst = _once(bytes(self._pending)) if is_short else b""
        self._pending.clear()
        if not LEAST_KNOWN <= len(burst) <= MAX_FRAME:
            self._dropped += len(burst)
            return []
        self._bursts += 1
        return [UnknownCode(burst.hex(" ").upper())]

    def encode(self, message: PlainFromHost) -> bytes:
        return b""

    @property
    def counters(self) -> LineCounters:
        return LineCounters(self._bursts, 0, self._dropped)


def _once(burst: bytes) -> bytes:
    """A frame that is said several times in a row, said once."""
    for size in range(LEAST_KNOWN, len(burst) // 2 + 1):
        if len(burst) % size == 0 and burst == burst[:size] * (len(burst) // size):
            return burst[:size]
    return burst


def is_smeared(code: str) -> bool:
    """Whether a burst is what slower bits look like at our speed: no bit that is alone between two
    others, in any of its bytes. A frame that somebody chose seldom is."""
    return not any(_LONE_BIT.search(f"{byte:08b}0") for byte in bytes.fromhex(code))


class HexFrameBox:
    """The far end. A counter, where the codes have room for one, grows with each press."""

    def __init__(
        self, keys: int = 5, codes: Sequence[str] = (), replies: Replies = Replies()
    ) -> None:
        self._frames = button_frames(codes)
        self.keys, self.lamp, self.said = min(keys, len(self._frames)), False, 0
        """`said`: how often it has spoken."""
        self._counter = 0
        self._poll, self._on, self._off, self._voice = (
            Frame.read(code).bytes()
            for code in (replies.poll, replies.lamp_on, replies.lamp_off, replies.voice)
        )
        self._down: int | None = None
        self._heard = b""

    def down(self, key: int, ms: int) -> bytes:
        self._counter += 1
        self._down = key
        return b"" if self._poll else self._frames[key - 1].bytes(self._counter)

    def up(self, key: int, ms: int) -> bytes:
        self._down = None
        return b""

    def answer(self, data: bytes) -> bytes:
        self._heard = (self._heard + data)[-4 * MAX_FRAME :]
        answers = b""
        while order := self._next():
            if order == self._on:
                self.lamp = True
            if order == self._off:
                self.lamp = False
            self.said += order == self._voice
            if order == self._poll:
                answers += self._state()
        return answers

    def _next(self) -> bytes:
        """The first thing that was said to it, taken off."""
        orders = [code for code in (self._poll, self._on, self._off, self._voice) if code]
        places = [(self._heard.find(code), code) for code in orders if code in self._heard]
        if not places:
            return b""
        place, code = min(places)
        self._heard = self._heard[place + len(code) :]
        return code

    def _state(self) -> bytes:
        if self._down is None:
            return b"\x00\x00"
        return self._frames[self._down - 1].bytes(self._counter)
