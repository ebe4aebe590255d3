"""What panels and the host say to each other, as values, whatever the panel family.

A codec turns bytes into these and back. It is pure: no port, no clock.
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
    """A press, kept and resent by the panel until acknowledged. `ms` is the panel's own clock."""

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
    """Sent every two seconds; `held` names the keys that are down."""

    boot: str
    ms: int
    held: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A well-formed message of a type this version does not know: to be ignored."""

    name: str


@dataclass(frozen=True, slots=True)
class WhoAreYou:
    """The host asks for Hello."""


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The press is committed; the panel may forget it and light its lamp."""

    boot: str
    seq: int


@dataclass(frozen=True, slots=True)
class Refuse:
    """The host can't work with this panel; `reason` is for whoever looks at the line."""

    reason: str


FromPanel = Hello | KeyDown | KeyUp | Heartbeat | Unknown
FromHost = WhoAreYou | Acknowledge | Refuse


@dataclass(frozen=True, slots=True)
class LineCounters:
    """What came over the line since the codec was made."""

    frames: int = 0
    bad_frames: int = 0
    dropped_bytes: int = 0


class Codec(Protocol):
    """One panel family, seen from the host. Never raises on any bytes."""

    def feed(self, data: bytes) -> list[FromPanel]: ...

    def encode(self, message: FromHost) -> bytes: ...

    @property
    def counters(self) -> LineCounters: ...
