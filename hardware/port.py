"""What a port is: where a panel is plugged in and its bytes come from, of whatever kind.

A Connection is a kind of port: a serial line, an input device, the pins of a small computer. Each
family names the one by which its panels come; nobody else asks which it is.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from kiosk.domain.refusal import Refusal
from kiosk.language import in_english


class PortLost(Refusal):
    """The port can't be opened or has gone; one line that names it and the remedy."""

    def __str__(self) -> str:
        return in_english(self)


@dataclass(frozen=True, slots=True)
class PortInfo:
    """A port of this machine. `stable` is the name to write into the settings."""

    device: str
    stable: str
    description: str


class Parity(StrEnum):
    NONE = "none"
    EVEN = "even"
    ODD = "odd"


@dataclass(frozen=True, slots=True)
class LineMode:
    """Speed in bits a second and parity; always 8 data bits, 1 stop bit."""

    baud: int
    parity: Parity = Parity.NONE


NO_LINE = LineMode(0)
"""Of a port that is no serial line: it has no speed."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the settings say of one panel, for its port and its codec. 0, "" and () mean the
    family's own; no buttons: a search, for which a port opens whatever may have one."""

    buttons: int = 5
    address: int = 0
    codes: tuple[str, ...] = ()
    poll: str = ""
    lamp_on: str = ""
    lamp_off: str = ""
    voice: str = ""
    key_file: str = ""
    lamp: str = ""
    pull: str = ""


class Port(Protocol):
    """An open port. Nothing here waits: read and write return at once."""

    def fileno(self) -> int:
        """Readable whenever `read` would give something, for select or a notifier."""
        ...

    def read(self) -> bytes:
        """What has arrived, b"" when nothing has; PortLost when the port is gone."""
        ...

    def write(self, data: bytes) -> None:
        """Send as much as goes now and keep the rest for the next call; PortLost."""
        ...

    def close(self) -> None: ...


class Connection(ABC):
    """A kind of port."""

    asked_for_only = False
    """Whether a search leaves it alone until somebody names a profile of its kind."""

    @abstractmethod
    def find(self) -> tuple[PortInfo, ...]:
        """Every port of this kind, with a name that stays the same after replugging where there
        is one."""

    @abstractmethod
    def owns(self, name: str) -> bool:
        """Whether that name, as a person writes it, looks like a port of this kind."""

    def place(self, name: str) -> str:
        """What all names of one port have in common."""
        return name

    @abstractmethod
    def open(self, name: str, line_mode: LineMode, wiring: Wiring, *, alone: bool = True) -> Port:
        """PortLost when it can't be. `alone`: no other program hears what the panel says, where
        this kind of port can see to that; a search listens beside the others."""
