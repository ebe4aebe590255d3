"""A virtual screen, and waiting for what a program shows on it."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic


def eventually(condition: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Whether `condition` comes true; asked again every half second."""
    deadline = monotonic() + seconds
    never = Event()
    while monotonic() < deadline:
        if condition():
            return True
        never.wait(0.5)
    return False


@contextmanager
def virtual_screen(width: int, height: int) -> Iterator[str]:
    """An Xvfb of its own; yields its display name."""
    read, write = os.pipe()
    server = subprocess.Popen(
        [
            "Xvfb",
            "-displayfd",
            str(write),
            "-screen",
            "0",
            f"{width}x{height}x24",
            "-nolisten",
            "tcp",
        ],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    try:
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()
