"""A program beside `kiosk run` gives way to it, so that no press waits for a processor: sched(7).

Niceness alone shares a processor out: who gives way still keeps one that a press wants, for some
milliseconds. SCHED_IDLE gives it up at once. But who holds what a press waits for must not wait for
a processor itself: it runs as everybody does until it has let go.
"""

import gc
import os
import resource
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

NICENESS = 10
"""Of a process that could not return."""
_LIMIT_OF_ZERO = 20
"""RLIMIT_NICE is 20 less the lowest niceness that is allowed: getrlimit(2)."""


def behind(words: Sequence[str]) -> list[str]:
    """The command line that starts `words` as after `step_back`, from the first moment on."""
    chrt = shutil.which("chrt") if _may_return() else None
    return [chrt, "--idle", "0", *words] if chrt else [*words]


def step_back() -> None:
    """Have the processor from now on when nobody else wants it; where this process may not leave
    that again for a while, only give way as far as niceness does."""
    with suppress(OSError):  # the same filter may take niceness too: it goes on as it is
        if _may_return():
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        else:
            os.nice(NICENESS)


@contextmanager
def in_front() -> Iterator[None]:
    """Run as everybody does, for as long as a press may wait for what this thread holds. Nor is
    garbage collected meanwhile: of all that a command has loaded that takes some 40 ms."""
    collected = gc.isenabled()
    gc.disable()
    stepped_back = os.sched_getscheduler(0) == os.SCHED_IDLE
    if stepped_back:
        with suppress(PermissionError):  # another program has put it there, and had the right
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    try:
        yield
    finally:
        if stepped_back:
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        if collected:
            gc.enable()


def _may_return() -> bool:
    """Who may go before others may, which a container takes from its root; and who has a unit's
    LimitNICE."""
    try:
        os.sched_setscheduler(0, os.sched_getscheduler(0), os.sched_getparam(0))
    except OSError:  # a filter of system calls
        return False
    own = os.getpriority(os.PRIO_PROCESS, 0)
    try:
        os.setpriority(os.PRIO_PROCESS, 0, own - 1)
    except PermissionError:
        allowed, _ = resource.getrlimit(resource.RLIMIT_NICE)
        return _LIMIT_OF_ZERO - own <= allowed
    os.setpriority(os.PRIO_PROCESS, 0, own)
    return True
