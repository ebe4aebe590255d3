"""A running terminal in a window, on a clock moved by hand."""

import shutil
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


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder with two officers, to be copied: no file knows where it lies. And the PINs: each
    takes 30 ms of work to set, and is meant to."""
    folder = DataFolder(tmp_path_factory.mktemp("prepared") / "data")
    folder.create()
    store, terminal = folder.open(FakeClock())
    terminal.add_officers([SOMYING, PRASIT])
    pins = {"101": generate(), "102": generate(), "service": generate()}
    for owner in ("101", "102"):
        terminal.set_pin(owner, pins[owner])
    terminal.set_pin(SERVICE_OWNER, pins["service"])
    store.close()
    return folder.path, pins


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> DataFolder:
    """New; at a counter that stands, one with officers."""
    folder = DataFolder(tmp_path / "data")
    if "counter" in request.fixturenames:
        path, _ = request.getfixturevalue("prepared")
        shutil.copytree(path, folder.path)
    else:
        folder.create()
    return folder


@pytest.fixture
def counter(
    folder: DataFolder, prepared: tuple[Path, dict[str, str]], qtbot: QtBot
) -> Iterator[Counter]:
    counter = Counter(folder, parse(SETTINGS), qtbot)
    counter.pins = dict(prepared[1])
    yield counter
    counter.running.stop()
