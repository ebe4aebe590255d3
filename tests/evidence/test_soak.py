"""The soak's totals are compared with what was pressed, and what it holds with what it held."""

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from pytestqt.qtbot import QtBot

from tests.evidence.soak import Held, Office, live


@pytest.fixture
def office(tmp_path: Path, qtbot: QtBot) -> Iterator[Office]:
    office = Office(tmp_path, Random(3))
    qtbot.addWidget(office.bench.window, before_close_func=lambda _: None)
    yield office
    office.stop()


def test_a_press_that_was_never_made_shows(office: Office) -> None:
    office.day(0, 30)
    assert office.shown() == office.pressed
    office._count(5)
    assert office.shown() != office.pressed


def test_a_descriptor_left_open_each_day_shows(office: Office) -> None:
    left: list[int] = []
    try:
        _, failures = live(office, 3, 20, lambda: left.append(os.open("/dev/null", os.O_RDONLY)))
    finally:
        for descriptor in left:
            os.close(descriptor)
    assert failures[-1] == "2 more descriptors"


def test_memory_kept_each_day_shows(office: Office) -> None:
    # Much more than a process that has just run other tests may give back meanwhile.
    kept: list[bytes] = []
    _, failures = live(office, 3, 20, lambda: kept.append(os.urandom(64 << 20)))
    assert any(failure.startswith("memory grew by") for failure in failures)


def test_what_shrinks_or_stays_is_no_growth() -> None:
    assert Held(110.0, 20).grown(Held(112.0, 20)) == []
    assert Held(112.0, 20).grown(Held(110.1, 21)) == []
    assert Held(112.1, 22).grown(Held(110.0, 20)) == ["memory grew by 2.1 MB", "2 more descriptors"]
