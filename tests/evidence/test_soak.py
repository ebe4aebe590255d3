"""The soak's totals are compared with what was pressed, not with themselves."""

from pathlib import Path
from random import Random

from pytestqt.qtbot import QtBot

from tests.evidence.soak import Office


def test_a_press_that_was_never_made_shows(tmp_path: Path, qtbot: QtBot) -> None:
    office = Office(tmp_path, Random(3))
    qtbot.addWidget(office.bench.window, before_close_func=lambda _: None)
    office.day(0, 30)
    assert office.shown() == office.pressed
    office._count(5)
    assert office.shown() != office.pressed
    office.bench.running.stop()
    office.panel.stop()
