"""Boxes of buttons on a real kernel: plugged, pressed, held and pulled in a virtual machine.

What pseudo-terminals can't show: the kernel's own names, its repeats of a held key, what the screen
hears of a box that is ours, a plug pulled while it is read, a bouncing pin. The trials are in
keypad_guest.py and gpio_guest.py.
"""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.evidence import gpio_guest, keypad_guest
from tests.evidence.figure import Figure, Measured, Run
from tests.evidence.guest import ASK, ENDED, SAW, Trial
from tests.evidence.virtual_machine import Hand, NoMachine, kernel, running, simulated_pins

Modules = Callable[[Path, Path], Sequence[Path]]
"""From a folder of their own, and the kernel's."""


def press_keypads(given: Run) -> Measured:
    return _press(given, keypad_guest.__name__, keypad_guest.TRIALS, lambda *_: ())


def press_pins(given: Run) -> Measured:
    return _press(
        given, gpio_guest.__name__, gpio_guest.TRIALS, lambda *where: [simulated_pins(*where)]
    )


def _press(given: Run, program: str, trials: Sequence[Trial], modules: Modules) -> Measured:
    """Every trial, `given.size` times, each in a machine of its own."""
    failures: list[str] = []
    done = 0
    try:
        opened = kernel(given.folder)
        more = modules(given.folder, opened)
        for _ in range(given.size):
            with running(given.folder, opened, program, more) as (machine, hand):
                remarks = dict(_remarks(machine, hand))
            done += len(remarks)
            missing = {trial.__name__ for trial in trials} - set(remarks)
            failures += [f"{name}: never came to it" for name in sorted(missing)]
            failures += [f"{name}: {remark}" for name, remark in remarks.items() if remark]
    except NoMachine as error:
        failures.append(str(error))
    return Measured(f"{done} trials, {len(failures)} not as they should be", tuple(failures))


def _remarks(machine: "subprocess.Popen[str]", hand: Hand) -> Iterator[tuple[str, str]]:
    """What the program in the machine reports of each trial."""
    assert machine.stdin is not None
    assert machine.stdout is not None
    for line in machine.stdout:
        match line.split():
            case [word] if word == ENDED:
                return
            case [word, name, *remark] if word == SAW:
                yield name, " ".join(remark)
            case [word, what, *rest] if word == ASK:
                _obey(hand, what, rest)
                machine.stdin.write("done\n")
                machine.stdin.flush()


def _obey(hand: Hand, what: str, words: list[str]) -> None:
    match what, words:
        case "plug", [name, socket_number]:
            hand.plug(name, socket_number)
        case "pull", [name]:
            hand.pull(name)
        case "down" | "up", [key]:
            hand.key(key, down=what == "down")


FIGURES = (
    Figure(
        name="keypads on a real kernel",
        target="plugged, held, pulled: as promised",
        quick=0,
        full=1,
        measure=press_keypads,
        full_only=True,
    ),
    Figure(
        name="buttons on pins of a real kernel",
        target="bounced, held, taken: as promised",
        quick=0,
        full=1,
        measure=press_pins,
        full_only=True,
    ),
)
