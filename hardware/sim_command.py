"""A simulated panel as a program: commands on a descriptor, answers as lines.

Knows no protocol: any panel that can be plugged, pressed and asked how it is will do.
"""

import os
import select
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from hardware.simulator import Fault


class HasFileno(Protocol):
    def fileno(self) -> int: ...


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

    def replug(self) -> None: ...

    def unplug(self) -> None: ...

    def press(self, key: int, now: float) -> None: ...

    def key_down(self, key: int, now: float) -> None: ...

    def key_up(self, key: int, now: float) -> None: ...

    def readable(self, now: float) -> None: ...

    def tick(self, now: float) -> None: ...

    def status(self, now: float) -> str: ...


LOOK_EVERY = 0.1
HELP = "press N | down N | up N | fault NAME | unplug | replug | restart | status | quit"


def serve(
    panel: Simulated,
    clock: Callable[[], float],
    commands: HasFileno = sys.stdin,
    say: Callable[[str], None] = print,
) -> None:
    """Be a panel until `quit` or the end of `commands`; one command a line, HELP names them."""
    panel.start(clock())
    say(f"panel {panel.device} at {panel.path}; {HELP}")
    reported, unread = 0, b""
    try:
        while True:
            watched: list[HasFileno] = [commands, panel] if panel.plugged else [commands]
            readable, _, _ = select.select(watched, [], [], LOOK_EVERY)
            now = clock()
            if panel in readable:
                panel.readable(now)
            panel.tick(now)
            for seq in panel.acknowledged[reported:]:
                say(f"acknowledged {seq}")
            reported = len(panel.acknowledged)
            if commands not in readable:
                continue
            # Read below any buffer: select sees only what the kernel still has.
            data = os.read(commands.fileno(), 4096)
            *lines, unread = (unread + data).split(b"\n")
            for line in lines:
                if line.strip() == b"quit":
                    return
                say(obey(panel, line.decode("utf-8", "replace").split(), now))
            if not data:
                return
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
            case ["replug"]:
                panel.replug()
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
