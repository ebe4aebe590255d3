"""Runs a scenario in a forked child under strace, which injects faults at chosen system calls.

Forked, so that a thousand runs don't import the product a thousand times; strace, because the
fault then hits the very call that the product makes.
"""

import os
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FILE_CALLS = (
    "pwrite64",
    "fdatasync",
    "fsync",
    "ftruncate",
    "fallocate",
    "rename",
    "unlink",
    "openat",
    "mkdir",
    "chmod",
)
"""What changes files; opening is among them because a full disk can't make one."""

CALLS = (*FILE_CALLS, "write", "sendto")
"""And what else leaves the process: words to the rig, bytes to central."""

Say = Callable[[str], None]
Scenario = Callable[[Say], None]


class NoStrace(Exception):
    """The rig's tool is missing."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What the scenario said before it ended, and how: 0, 1 (it raised) or -signal."""

    said: tuple[str, ...]
    code: int


def run(scenario: Scenario, *options: str, log: Path | None = None) -> Ended:
    """Run `scenario` to its end under strace with `options`."""
    if shutil.which("strace") is None:
        raise NoStrace("strace is missing; an administrator can run: apt-get install strace")
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        _be_the_child(scenario, into)
    os.close(into)
    os.waitpid(child, os.WUNTRACED)  # it stopped itself, to be taken hold of
    command = ["strace", "-qqq", "-p", str(child), "-o", str(log or os.devnull), *options]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE)
    while not _traced(child):
        if tracer.poll() is not None:
            os.kill(child, signal.SIGKILL)
            said = tracer.stderr.read().decode() if tracer.stderr else ""
            raise NoStrace(said.strip())
        os.sched_yield()
    os.kill(child, signal.SIGCONT)
    with os.fdopen(out) as words:
        said_ = tuple(words.read().splitlines())
    _, status = os.waitpid(child, 0)
    tracer.wait()
    if tracer.stderr:
        tracer.stderr.close()
    return Ended(said_, os.waitstatus_to_exitcode(status))


def kill_at(call: str, number: int) -> tuple[str, ...]:
    """strace's options: signal 9 on entering the `number`th such call."""
    return ("-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={number}")


def fail_at(call: str, number: int, error: str, *, on: bool) -> tuple[str, ...]:
    """The `number`th such call fails with `error`; `on`: and all that follow."""
    when = f"{number}+" if on else str(number)
    return ("-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}")


def _be_the_child(scenario: Scenario, into: int) -> None:
    """Wait for the tracer, run, and leave without a parent's clean-up."""
    code = 1
    try:
        os.kill(os.getpid(), signal.SIGSTOP)
        with os.fdopen(into, "w", buffering=1) as words:
            try:
                scenario(lambda line: print(line, file=words))
            except Exception as error:
                print(f"raised {type(error).__name__}: {error}", file=words)
                raise
        code = 0
    except Exception:
        traceback.print_exc(file=sys.stderr)
    finally:
        os._exit(code)


def _traced(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    return "TracerPid:\t0\n" not in status
