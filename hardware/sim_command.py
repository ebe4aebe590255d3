"""A simulated panel as a program: commands on a descriptor, answers as lines.

Knows no protocol: any panel that can be plugged, pressed and asked how it is will do.
"""

import select
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from hardware.command_lines import CommandLines, HasFileno
from hardware.simulator import Fault


class Simulated(HasFileno, Protocol):
    """Any simulated panel."""

    fault: Fault

    @property
    def device(self) -> str: ...

    @property
    def path(self) -> Path: ...

    @property
    def acknowledged(self) -> list[int]: ...

    @property
    def plugged(self) -> bool: ...

    def start(self, now: float) -> None: ...

    def plug(self) -> None: ...

    def unplug(self) -> None: ...

    def press(self, key: int, now: float) -> None: ...

    def key_down(self, key: int, now: float) -> None: ...

    def key_up(self, key: int, now: float) -> None: ...

    def readable(self, now: float) -> None: ...

    def tick(self, now: float) -> None: ...

    def status(self, now: float) -> str: ...


LOOK_EVERY = 0.1
HELP = "press N | down N | up N | fault NAME | unplug | plug | restart | status | quit"


def serve(
    panel: Simulated,
    clock: Callable[[], float],
    commands: HasFileno = sys.stdin,
    say: Callable[[str], None] = print,
) -> None:
    """Be a panel until `quit` or the end of `commands`; one command a line, HELP names them."""
    lines = CommandLines(commands)
    panel.start(clock())
    say(f"panel {panel.device} at {panel.path}; {HELP}")
    reported = 0
    try:
        while not lines.ended:
            watched: list[HasFileno] = [lines, panel] if panel.plugged else [lines]
            readable, _, _ = select.select(watched, [], [], LOOK_EVERY)
            now = clock()
            if panel in readable:
                panel.readable(now)
            panel.tick(now)
            for seq in panel.acknowledged[reported:]:
                say(f"acknowledged {seq}")
            reported = len(panel.acknowledged)
            for line in lines.read() if lines in readable else []:
                if line == "quit":
                    return
                say(obey(panel, line.split(), now))
    finally:
        panel.unplug()


def obey(panel: Simulated, words: list[str], now: float) -> str:
    """Do what one command line says; the answer is one line."""
    try:
        match words:
            case ["press", key]:
                panel.press(int(key), now)
            case ["down", key]:
                panel.key_down(int(key), now)
            case ["up", key]:
                panel.key_up(int(key), now)
            case ["fault", name]:
                panel.fault = Fault(name)
            case ["unplug"]:
                panel.unplug()
            case ["plug"]:
                panel.plug()
            case ["restart"]:
                panel.unplug()
                panel.start(now)
            case ["status"]:
                return panel.status(now)
            case _:
                return HELP
    except ValueError as error:
        return str(error)
    return "ok"
