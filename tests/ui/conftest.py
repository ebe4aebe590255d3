"""A running terminal in a window, on a clock moved by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kiosk.config import Settings, parse
from kiosk.datafolder import DataFolder
from kiosk.pin import generate
from kiosk.terminal import SERVICE_OWNER
from tests.builders import PRASIT, SOMYING, FakeClock
from ui import theme
from ui.app import Running, start
from ui.window import TerminalWindow


class Counter:
    """One counter: its window, its program, its PINs."""

    def __init__(self, folder: DataFolder, settings: Settings, qtbot: QtBot) -> None:
        self.folder, self.settings = folder, settings
        self.clock = FakeClock()
        self.pins: dict[str, str] = {}
        self.window = TerminalWindow()
        qtbot.addWidget(self.window, before_close_func=lambda _: None)
        self.window.resize(1280, 800)
        self.window.show()
        self.running = self.open()

    def open(self) -> Running:
        return start(self.folder, self.settings, self.clock, self.window)

    def crash_and_start(self) -> None:
        """The program dies without a word and is started again."""
        self.running.presenter.blockSignals(True)
        self.running.store.close()
        self.running = self.open()


@pytest.fixture(autouse=True)
def still() -> Iterator[None]:
    """Pictures are compared here: nothing moves unless a test asks for it."""
    theme.set_still(True)
    yield
    theme.set_still(False)


SETTINGS = '[comments]\nurl = "https://example.org/c"\n'


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
