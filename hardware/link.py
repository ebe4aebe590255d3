"""What any panel's conversation with the host comes to: events, counters, and the host's end.

A link is fed with bytes and with time; it has no thread, no port and no clock of its own. A press
comes out once, and is acknowledged to the panel only when the caller says that it was committed.
"""

from dataclasses import dataclass, field
from typing import Protocol

from hardware.codec import LineCounters

STUCK_AFTER = 10.0
"""Seconds after which a button that is still down is stuck."""


@dataclass(frozen=True, slots=True)
class PressMark:
    """Which press it was: panel, its boot, its number. The same press has the same mark."""

    device: str
    boot: str
    seq: int
    kept: bool = field(default=False, compare=False)
    """Whether it became a rating: only then a lamp lights."""


@dataclass(frozen=True, slots=True)
class PanelUp:
    device: str
    firmware: str
    keys: int


@dataclass(frozen=True, slots=True)
class PanelDown:
    reason: str


@dataclass(frozen=True, slots=True)
class PanelRefused:
    message: str


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """A new press. Answer with `acknowledge(mark)` once it is committed as a rating, `forget(mark)`
    when it is none, or `release(mark)` when it could not be stored: the panel then offers it again.
    Until one of the three, no other comes."""

    button: int
    mark: PressMark
    age: float = field(default=0.0, compare=False)
    """Seconds between the press and its first arrival at this host; not part of which press it is.
    0 where a panel stores nothing."""


@dataclass(frozen=True, slots=True)
class ButtonStuck:
    """A button has been down for STUCK_AFTER; it counts for nothing until it comes up."""

    button: int


LinkEvent = PanelUp | PanelDown | PanelRefused | ButtonPressed | ButtonStuck


@dataclass(frozen=True, slots=True)
class LinkCounters:
    line: LineCounters
    presses: int = 0
    repeats: int = 0
    bounces: int = 0
    unknown: int = 0


class Link(Protocol):
    """The host's end of any panel, as whoever holds its port sees it. Seconds are of one steady
    clock."""

    @property
    def acknowledges(self) -> bool:
        """Whether a PressMark outlives this process: the panel may send that press again."""
        ...

    @property
    def tick_every(self) -> float: ...

    @property
    def up(self) -> bool: ...

    @property
    def counters(self) -> LinkCounters: ...

    def opened(self, now: float) -> None: ...

    def lost(self, reason: str) -> list[LinkEvent]: ...

    def feed(self, data: bytes, now: float) -> list[LinkEvent]: ...

    def tick(self, now: float) -> list[LinkEvent]: ...

    def outgoing(self) -> bytes: ...

    @property
    def undecided(self) -> float:
        """Seconds after which `tick` must be called to decide what the last bytes were; 0: they
        are decided."""
        ...

    def acknowledge(self, mark: PressMark) -> None:
        """The press is a rating, and committed: the panel may forget it, and lights its lamp."""
        ...

    def forget(self, mark: PressMark) -> None:
        """The press is no rating: the panel may forget it, and lights nothing."""
        ...

    def release(self, mark: PressMark) -> None: ...
