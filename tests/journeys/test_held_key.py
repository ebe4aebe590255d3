"""A key that is held down on a keyboard pad, as a real X server repeats it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.store.journal import Kind
from tests.support.builders import SOMYING
from tests.support.office import sign_on_directly
from tests.support.screen import eventually, virtual_screen

SETTINGS = """\
[office]
opens = "00:00"
closes = "23:59"
[times]
lock = 0.2
thanks = 0.2
[keys]
b = 4
"""
HELD_SECONDS = "2"
"""An X server begins to repeat after two thirds of a second, 25 times a second."""


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A terminal whose officer is on duty."""
    folder = DataFolder(tmp_path / "data")
    folder.create()
    folder.settings_file.write_text(SETTINGS, encoding="utf-8")
    store, terminal = folder.open(SystemClock())
    terminal.add_officers([SOMYING])
    store.close()
    sign_on_directly(folder.path)
    return folder


@pytest.fixture
def display(folder: DataFolder) -> Iterator[str]:
    """An X server on which the terminal runs."""
    with virtual_screen(1024, 600) as display:
        env = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        command = [sys.executable, "-m", "ui", "--data", str(folder.path), "run"]
        program = subprocess.Popen(command, env=env)
        try:
            yield display
        finally:
            program.terminate()
            program.wait(timeout=20)


def presses(folder: DataFolder) -> tuple[int, int]:
    """Ratings, and presses that were counted beside them."""
    store, _ = folder.open(SystemClock())
    with store.read() as snapshot:
        tallies = [snapshot.ratings.tally(day) for day in snapshot.ratings.days()]
    store.close()
    return sum(t.n for t in tallies), sum(t.outcomes.total() for t in tallies)


def is_running(folder: DataFolder) -> bool:
    store, _ = folder.open(SystemClock())
    with store.read() as snapshot:
        last = snapshot.journal.last(Kind.STARTED)
    store.close()
    return last is not None


def press(display: str, *words: str) -> None:
    subprocess.run(["xdotool", *words], env={**os.environ, "DISPLAY": display}, check=True)


def test_a_held_key_rates_once_and_again_only_once_it_came_up(
    display: str, folder: DataFolder
) -> None:
    assert eventually(lambda: is_running(folder))
    press(display, "keydown", "b", "sleep", HELD_SECONDS, "keyup", "b")
    assert eventually(lambda: presses(folder) == (1, 0)), presses(folder)
    press(display, "keydown", "b", "sleep", "0.1", "keyup", "b")
    assert eventually(lambda: presses(folder) == (2, 0)), presses(folder)
