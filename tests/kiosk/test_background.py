"""Commands beside `kiosk run` give way to it, as far as the system lets them come back."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from kiosk.background import behind

CAP_SYS_NICE = 1 << 23
RIGHTS = re.findall(r"CapEff:\s+(\w+)", Path("/proc/self/status").read_text())
may_come_back = pytest.mark.skipif(
    not int(RIGHTS[0], 16) & CAP_SYS_NICE, reason="only who has CAP_SYS_NICE may come back"
)
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give or take this right")
PROGRAM = """
import gc, os, resource, sys
from kiosk.background import in_front, step_back
resource.setrlimit(resource.RLIMIT_NICE, (0, 0))
if sys.argv[1:]:
    os.setuid(65534)
names = {os.SCHED_OTHER: "as everybody", os.SCHED_IDLE: "behind everybody"}
def tell():
    niceness = os.getpriority(os.PRIO_PROCESS, 0)
    print(names[os.sched_getscheduler(0)], niceness, gc.isenabled(), sep=", ")
step_back()
tell()
with in_front():
    tell()
tell()
"""


def told(*how: str, below: Sequence[str] = ()) -> list[str]:
    """What a process says of itself after it stepped back, in front, and after that. `below`: the
    program that starts it."""
    words = [*below, sys.executable, "-c", PROGRAM, *how]
    words = ["nice", "-n", str(-os.getpriority(os.PRIO_PROCESS, 0)), *words]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@may_come_back
def test_a_command_is_behind_everybody_but_while_a_press_may_wait_for_it() -> None:
    assert told() == [
        "behind everybody, 0, True",
        "as everybody, 0, False",
        "behind everybody, 0, True",
    ]


@may_come_back
def test_a_command_is_behind_from_its_first_moment() -> None:
    program = "import os; print(os.sched_getscheduler(0) == os.SCHED_IDLE)"
    done = subprocess.run(
        behind([sys.executable, "-c", program]), capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"


@only_root
def test_who_could_not_come_back_gives_way_by_niceness_alone() -> None:
    assert told("without rights") == [
        "as everybody, 10, True",
        "as everybody, 10, False",
        "as everybody, 10, True",
    ]


@only_root
def test_a_root_whom_a_container_keeps_from_coming_back_gives_way_by_niceness_alone() -> None:
    assert told(below=("setpriv", "--bounding-set=-sys_nice")) == [
        "as everybody, 10, True",
        "as everybody, 10, False",
        "as everybody, 10, True",
    ]


@only_root
@pytest.mark.parametrize(
    ("filtered", "niceness"),
    [
        (["sched_setscheduler:error=EPERM"], 10),
        (["sched_setscheduler:error=EPERM", "setpriority:error=EPERM"], 0),
    ],
)
def test_a_command_works_where_a_filter_takes_these_calls(
    filtered: Sequence[str], niceness: int
) -> None:
    below = ["strace", "-qqq", "-o", os.devnull]
    for call in filtered:
        below += ["-e", f"inject={call}"]
    assert told(below=below)[0] == f"as everybody, {niceness}, True"
