"""The hand that reads pages sees an order where there is one, and none in a terminal's file."""

from pathlib import Path
from random import Random

import pysqlite3.dbapi2 as sqlite

from kiosk.domain.rating import Half
from tests.evidence.figure import Run
from tests.evidence.pageorder import PRESSES, Day, pairs_in_order, read_pages


def test_no_file_of_a_terminal_tells_which_of_two_presses_came_first(tmp_path: Path) -> None:
    measured = read_pages(Run(size=3, seed=1, folder=tmp_path))
    assert not measured.failures, measured.text


def test_an_order_that_is_there_is_read(tmp_path: Path) -> None:
    day = Day(tmp_path / "kiosk.db", Random(1), forgets=False)
    day.press_half(Half.MORNING)
    day.store.checkpoint()
    content = (tmp_path / "kiosk.db").read_bytes()
    right, pairs = pairs_in_order(content, day.halves[0])
    day.store.close()
    assert right > 0.9 * pairs


def test_what_lay_elsewhere_before_is_nowhere(tmp_path: Path) -> None:
    """Neither on free pages nor behind the end of a page, nor in the log of writes."""
    day = Day(tmp_path / "kiosk.db", Random(1))
    day.press_half(Half.MORNING)
    day.noon()
    files = day.files()
    day.store.close()
    ids, outcomes = day.halves
    for id_ in ids:
        assert files["kiosk.db"].count(id_) == 2, "of the rating, and of its reason"
    for id_ in outcomes:
        assert files["kiosk.db"].count(id_) == 1
    assert files["kiosk.db-wal"] == b""


def test_a_reason_after_noon_does_not_tell_that_its_rating_came_just_before(
    tmp_path: Path,
) -> None:
    day = Day(tmp_path / "kiosk.db", Random(1))
    day.press_half(Half.MORNING)
    late = day.press_before_noon()
    day.noon()
    day.give_reason(late)
    day.press_half(Half.AFTERNOON)
    day.close()
    day.files()
    copy = sqlite.connect(str(tmp_path / "copy.db"))
    reasons = copy.execute("SELECT * FROM fresh_reasons").fetchall()
    settled = copy.execute("SELECT count(*) FROM reasons").fetchone()
    copy.close()
    day.store.close()
    assert len(reasons) == 2 * PRESSES + 1, "those of the whole day lie together"
    assert settled == (0,)
    assert not any(half in row for row in reasons for half in ("am", "pm"))
