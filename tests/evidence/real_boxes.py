"""Boxes of buttons on a real kernel: plugged, pressed, held and pulled in a virtual machine.

What pseudo-terminals can't show: the kernel's own names, its repeats of a held key, what the screen
hears of a box that is ours, a plug pulled while it is read. The trials are in kernel_guest.py.
"""

import subprocess
from collections.abc import Iterator

from tests.evidence import kernel_guest
from tests.evidence.figure import Figure, Measured, Run
from tests.evidence.virtual_machine import Hand, NoMachine, kernel, running

TRIALS = frozenset(trial.__name__ for trial in kernel_guest.TRIALS)


def press_real_boxes(given: Run) -> Measured:
    """Every trial, `given.size` times, each in a machine of its own."""
    failures: list[str] = []
    done = 0
    try:
        opened = kernel(given.folder)
        for _ in range(given.size):
            with running(given.folder, opened, kernel_guest.__name__) as (machine, hand):
                remarks = dict(_remarks(machine, hand))
            done += len(remarks)
            missing = TRIALS - set(remarks)
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
        match line.split(maxsplit=2):
            case [kernel_guest.ENDED]:
                return
            case [kernel_guest.SAW, name, *remark]:
                yield name, " ".join(remark).strip()
            case [kernel_guest.ASK, what, rest]:
                _obey(hand, what, rest.split())
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


FIGURE = Figure(
    name="boxes of buttons on a real kernel",
    target="plugged, held, pulled: as promised",
    quick=0,
    full=1,
    measure=press_real_boxes,
    full_only=True,
)
