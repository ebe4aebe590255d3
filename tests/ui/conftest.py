"""A running terminal in a window, on a clock moved by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kiosk.datafolder import DataFolder
from kiosk.pin import generate
from kiosk.settings.reading import parse
from kiosk.terminal import SERVICE_OWNER
from tests.support.builders import PRASIT, SOMYING, FakeClock
from tests.support.counter import SETTINGS, Counter
from ui import theme


@pytest.fixture(autouse=True)
def still() -> Iterator[None]:
    """Pictures are compared here: nothing moves unless a test asks for it."""
    theme.set_still(True)
    yield
    theme.set_still(False)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    return folder


@pytest.fixture
def counter(folder: DataFolder, qtbot: QtBot) -> Iterator[Counter]:
    store, terminal = folder.open(FakeClock())
    terminal.add_officers([SOMYING, PRASIT])
    pins = {"101": generate(), "102": generate(), "service": generate()}
    for owner in ("101", "102"):
        terminal.set_pin(owner, pins[owner])
    terminal.set_pin(SERVICE_OWNER, pins["service"])
    store.close()
    counter = Counter(folder, parse(SETTINGS), qtbot)
    counter.pins = pins
    yield counter
    counter.running.stop()
