"""What the programs in the virtual machine have in common: they try, and report what they saw.

`ask` is answered by whoever holds the machine: it plugs, presses and pulls. Every line that is
reported names what was tried and what came of it; an empty remark: as it should be.
"""

import select
import sys
from collections.abc import Callable, Iterable
from time import monotonic

from hardware.family import PanelFamily
from hardware.link import ButtonPressed, ButtonStuck, Link
from hardware.port import NO_LINE, Port, Wiring

READY, ASK, SAW, ENDED = "ready", "ask", "saw", "ended"
Trial = Callable[[], str]


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def ask(*words: object) -> None:
    """Have something done with a hand."""
    say(ASK, *words)
    sys.stdin.readline()


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        if holds():
            return True
        select.select([], [], [], 0.05)
    return False


class Terminal:
    """The host's end of one panel, as the running terminal has it. PortLost."""

    def __init__(self, family: PanelFamily, name: str, wiring: Wiring) -> None:
        self.port: Port = family.open(name, NO_LINE, wiring)
        self._link: Link = family.link(wiring)
        self._link.opened(monotonic())
        self.stuck: list[int] = []

    def listen(self, seconds: float) -> list[int]:
        """Every button pressed in that time. PortLost."""
        pressed: list[int] = []
        deadline = monotonic() + seconds
        while (now := monotonic()) < deadline:
            readable, _, _ = select.select([self.port], [], [], 0.05)
            events = self._link.feed(self.port.read(), now) if readable else []
            for event in events + self._link.tick(now):
                if isinstance(event, ButtonPressed):
                    pressed.append(event.button)
                    self._link.acknowledge(event.mark)
                if isinstance(event, ButtonStuck):
                    self.stuck.append(event.button)
            self.port.write(self._link.outgoing())
        return pressed

    def close(self) -> None:
        self.port.close()


def run(trials: Iterable[Trial]) -> None:
    say(READY)
    for trial in trials:
        try:
            remark = trial()
        except Exception as error:
            remark = f"{type(error).__name__}: {error}"
        say(SAW, trial.__name__, remark)
    say(ENDED)
