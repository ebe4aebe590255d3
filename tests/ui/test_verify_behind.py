"""The whole file is recomputed behind the running terminal, and each night."""

from pathlib import Path

import pysqlite3.dbapi2 as sqlite
from pytestqt.qtbot import QtBot

from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Record
from tests.support.builders import FakeClock, rating
from ui.verify_behind import LEAST_BETWEEN, MOST_BETWEEN, VerifyBehind


def test_what_was_changed_by_hand_is_found_behind_the_running_terminal(
    tmp_path: Path, qtbot: QtBot
) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    store, terminal = folder.open(FakeClock())
    terminal.carry_out([Record(rating(1))])
    raw = sqlite.connect(str(folder.database), isolation_level=None)
    raw.execute("DROP TRIGGER ratings_no_update")
    raw.close()
    behind = VerifyBehind(folder.path, lambda: 0.0)
    with qtbot.waitSignal(behind.doubted, timeout=30_000) as doubt:
        behind.begin()
    assert "guard" in doubt.args[0]
    store.close()


def test_it_comes_after_the_nights_sync_or_once_a_day_and_never_twice_at_once(
    tmp_path: Path,
) -> None:
    now = 0.0
    behind = VerifyBehind(tmp_path / "none", lambda: now)
    behind.at_night()
    assert not behind.busy, "the start was just now"
    now = LEAST_BETWEEN
    behind.look()
    assert not behind.busy
    behind.at_night()
    assert behind.busy
    behind.stop()
    now = LEAST_BETWEEN + MOST_BETWEEN
    behind.look()
    assert behind.busy
    behind.stop()
