"""What panels and the host say to each other, as values, whatever the panel family.

A codec turns bytes into these and back. It is pure: no port, no clock. There are two kinds of
panels. Numbered ones (our own protocol) count their presses and repeat each until it is
acknowledged. Plain ones (everything that can be bought) report a press once and forget it.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Hello:
    """A panel says who it is. `boot` is random for each start of the panel."""

    version: str
    device: str
    boot: str
    firmware: str
    keys: int


@dataclass(frozen=True, slots=True)
class KeyDown:
    """A press, resent by the panel until acknowledged. `ms` is the panel's own clock."""

    boot: str
    seq: int
    key: int
    ms: int


@dataclass(frozen=True, slots=True)
class KeyUp:
    boot: str
    key: int
    ms: int


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Sent every two seconds; `keys_down` names the keys that are down."""

    boot: str
    ms: int
    keys_down: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A well-formed message of a type this version does not know: to be ignored."""

    name: str


@dataclass(frozen=True, slots=True)
class UnknownCode(Unknown):
    """A press whose code is none of the settings'; `name` is that code as the settings write it."""


@dataclass(frozen=True, slots=True)
class WhoAreYou:
    """The host asks for Hello."""


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The press is committed; the panel may forget it and light its lamp."""

    boot: str
    seq: int


@dataclass(frozen=True, slots=True)
class Forget:
    """The press came too late to be anybody's: the panel may forget it, and lights no lamp."""

    boot: str
    seq: int


@dataclass(frozen=True, slots=True)
class Refuse:
    """The host can't work with this panel; `reason` is for whoever looks at the line."""

    reason: str


FromPanel = Hello | KeyDown | KeyUp | Heartbeat | Unknown
FromHost = WhoAreYou | Acknowledge | Forget | Refuse


@dataclass(frozen=True, slots=True)
class LineCounters:
    """What came over the line since the codec was made."""

    frames: int = 0
    bad_frames: int = 0
    dropped_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Pressed:
    """A plain panel says that a key went down. Keys count from 1; `pad` names the panel where
    several speak on one line."""

    key: int
    pad: int = 0


@dataclass(frozen=True, slots=True)
class Released:
    key: int


@dataclass(frozen=True, slots=True)
class KeysDown:
    """A polled panel's answer: the keys that are down now."""

    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Denied:
    """A polled panel can't answer what it is asked; `reason` is for a person."""

    reason: str


@dataclass(frozen=True, slots=True)
class Poll:
    """The host asks which keys are down."""


@dataclass(frozen=True, slots=True)
class Lamp:
    """The lamp that confirms a press: the same for every key; `pad` as in Pressed."""

    on: bool
    pad: int = 0


PlainFromPanel = Pressed | Released | KeysDown | Denied | Unknown
PlainFromHost = Poll | Lamp


class Codec(Protocol):
    """A numbered family, seen from the host. Never raises on any bytes."""

    def feed(self, data: bytes) -> list[FromPanel]: ...

    def encode(self, message: FromHost) -> bytes: ...

    @property
    def counters(self) -> LineCounters: ...


class PlainCodec(Protocol):
    """A plain family, seen from the host. Never raises on any bytes; the messages do not depend
    on the pieces in which the bytes come."""

    def feed(self, data: bytes) -> list[PlainFromPanel]: ...

    def quiet(self) -> list[PlainFromPanel]:
        """The line has been silent for longer than a frame may pause: the bytes that wait begin no
        frame. Returns the messages behind them."""
        ...

    def encode(self, message: PlainFromHost) -> bytes:
        """The bytes to send; none when this family has no such message."""
        ...

    @property
    def counters(self) -> LineCounters: ...


class FarEnd(Protocol):
    """A plain family, seen from the panel: for simulators and tests."""

    keys: int
    lamp: bool

    def down(self, key: int, ms: int) -> bytes:
        """What the panel sends by itself when `key` (from 1) goes down at its time `ms`."""
        ...

    def up(self, key: int, ms: int) -> bytes: ...

    def answer(self, data: bytes) -> bytes:
        """What the panel answers to the host's bytes."""
        ...
