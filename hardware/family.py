"""What a panel family is: everything by which one kind of panel differs from another.

The rest of the program asks a family and never asks which one it is.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

from hardware.codec import Codec, FarEnd, PlainCodec
from hardware.difference import alike
from hardware.link import Link, PressMark
from hardware.numbered_link import PanelLink
from hardware.plain_link import GAP, Manners, PlainLink
from hardware.port import NO_LINE, Connection, LineMode, Parity, Port, Wiring
from hardware.serial_port import SERIAL_LINES

if TYPE_CHECKING:
    from hardware.sim_command import Simulated


class NoSuchPanel(ValueError):
    """A profile, code or address that can't be used; one line for a person."""


class Certainty(IntEnum):
    """How sure a search is, once it has read something, that it has met this family."""

    BYTES = 0
    """Any bytes at all would do."""
    SENSIBLE_BYTES = 1
    """Bytes that mean a button without having been learned."""
    BURSTS = 2
    """Several bytes at once, of no family that we know."""
    LINES = 3
    """Lines of text, which other families send by accident only."""
    FRAMES = 4
    """Frames that can't be taken for another family's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelFamily(ABC):
    """`name` is the profile in the settings; `line_modes` has the usual one first; `certainty` is
    what a message of this family proves to a search."""

    name: str
    description: str
    connection: Connection = SERIAL_LINES
    line_modes: tuple[LineMode, ...] = (NO_LINE,)
    certainty: Certainty
    most_buttons: int = 16
    pause: float = GAP
    """Seconds of silence after which what a panel said is whole, while it is being learned."""

    @property
    @abstractmethod
    def answers(self) -> bool:
        """Whether such a panel answers when it is asked; else it speaks only when pressed."""

    @property
    def numbers_are_sure(self) -> bool:
        """Whether a button that says its number is better known by that than by its code."""
        return self.certainty is Certainty.FRAMES

    def trials(self, wiring: Wiring) -> tuple[Wiring, ...]:
        """How a search asks such a panel, one after another while it is refused. `wiring`: what is
        known of it."""
        return (replace(wiring, buttons=self.most_buttons),)

    @property
    def debounce(self) -> float:
        """Seconds after a press in which another of the same button means nothing."""
        return 0.0

    def open(self, port: str, line_mode: LineMode, wiring: Wiring, *, alone: bool = True) -> Port:
        """The port at which such a panel is plugged in; PortLost. See Connection.open."""
        return self.connection.open(port, line_mode, wiring, alone=alone)

    @abstractmethod
    def link(self, wiring: Wiring, last: Iterable[PressMark] = ()) -> Link:
        """The host's end of a panel; NoSuchPanel when its codes or address can't be used."""

    @abstractmethod
    def simulated(self, path: Path, wiring: Wiring) -> "Simulated":
        """A panel of this family on a pseudo-terminal that appears at `path`."""

    def code_reader(self) -> PlainCodec | None:
        """A codec that reports every press as an UnknownCode; None when the family's presses carry
        numbers only, so that there is no code to learn."""
        return None

    def doubts(self, code: str) -> bool:
        """Whether what was heard may be another speed's."""
        return False

    def learn(self, sightings: Sequence[Sequence[str]]) -> tuple[str, ...]:
        """A code for each button, from what the code reader reported of each at least twice.
        Refusal when there is none."""
        raise NoSuchPanel(f"{self.name}: there are no codes to learn")

    def line_mode(self, baud: int = 0, parity: str = "") -> LineMode:
        """How to open the port: what the settings say, else the family's usual."""
        usual = self.line_modes[0]
        if baud:
            usual = next((mode for mode in self.line_modes if mode.baud == baud), LineMode(baud))
        chosen_parity = Parity(parity) if parity else usual.parity
        return LineMode(usual.baud, chosen_parity)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedFamily(PanelFamily):
    """Panels that number their presses and repeat each until it is acknowledged."""

    codec: Callable[[], Codec]

    @property
    def answers(self) -> bool:
        return True

    def link(self, wiring: Wiring, last: Iterable[PressMark] = ()) -> Link:
        return PanelLink(self.codec(), last)

    def simulated(self, path: Path, wiring: Wiring) -> "Simulated":
        if self.connection is not SERIAL_LINES:
            raise NoSuchPanel(f"{self.name}: hardware/firmware/README.md says how to try one")
        from hardware.simulator import SimulatedPanel  # the running terminal needs no simulator

        return SimulatedPanel(path, keys=wiring.buttons)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainFamily(PanelFamily):
    """Panels that report a press once. `codec` and `far_end` raise ValueError for a bad code or
    address."""

    codec: Callable[[Wiring], PlainCodec]
    far_end: Callable[[Wiring], FarEnd]
    manners: Manners
    unused_code: str = ""
    """A code that no button sends: a codec that knows only this one reports every press as it
    stands on the line. Empty: presses carry numbers, and codes can't be learned."""
    learn_codes: Callable[[Sequence[Sequence[str]]], tuple[str, ...]] | None = None
    burst_reader: Callable[[], PlainCodec] | None = None
    """Reports every press where no codec of the family's own can."""
    doubtful: Callable[[str], bool] | None = None
    """Whether a code may be what another speed looks like."""
    codes_are_surer: bool = False
    """Whether a code tells which button it was wherever a number does."""
    asked_counts: tuple[int, ...] = ()
    """Numbers of inputs that a polled panel may have, the most first."""
    asked_codes: tuple[tuple[str, ...], ...] = ()
    """Where else it may have them."""
    manners_of: Callable[[Manners, Wiring], Manners] | None = None
    """The manners, where they depend on what the settings say; `manners` then are the usual."""

    @property
    def answers(self) -> bool:
        return self.manners.poll > 0

    @property
    def numbers_are_sure(self) -> bool:
        return self.certainty is Certainty.FRAMES and not self.codes_are_surer

    def trials(self, wiring: Wiring) -> tuple[Wiring, ...]:
        counts = self.asked_counts or (self.most_buttons,)
        numbered = tuple(replace(wiring, buttons=count) for count in counts)
        codes = self.asked_codes
        return numbered + tuple(replace(wiring, buttons=len(c), codes=c) for c in codes)

    @property
    def debounce(self) -> float:
        return self.manners.debounce

    def link(self, wiring: Wiring, last: Iterable[PressMark] = ()) -> Link:
        try:
            codec = self.codec(wiring)
        except ValueError as error:
            raise NoSuchPanel(f"{self.name}: {error}") from None
        manners = self.manners_of(self.manners, wiring) if self.manners_of else self.manners
        return PlainLink(self.name, wiring.buttons, codec, manners)

    def simulated(self, path: Path, wiring: Wiring) -> "Simulated":
        from hardware.plain_simulator import SimulatedPlainPanel

        return SimulatedPlainPanel(path, self.name, self.far_end(wiring))

    def code_reader(self) -> PlainCodec | None:
        if self.burst_reader is not None:
            return self.burst_reader()
        if not self.unused_code:
            return None
        return self.codec(Wiring(codes=(self.unused_code,)))

    def doubts(self, code: str) -> bool:
        return self.doubtful is not None and self.doubtful(code)

    def learn(self, sightings: Sequence[Sequence[str]]) -> tuple[str, ...]:
        return (self.learn_codes or alike)(sightings)
