"""`kiosk outbox`: what is parked is shown by name, sent after all, or dropped with a reason."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Record
from kiosk.store.journal import Kind
from kiosk.store.outbox import Delivery
from kiosk.store.state import Enrolment
from sync.closing import close_days
from sync.messages import Answer, HeldWhy
from sync.parking import held_reports, park
from sync.receipts import answer_words
from tests.support.builders import SOMYING, TODAY, FakeClock, rating
from ui.cli import app

BEFORE = TODAY - timedelta(days=1)
REFUSED = "counter: unknown"


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A terminal with a day that is due, and one that central refused."""
    folder, clock = DataFolder(tmp_path / "terminal"), FakeClock()
    folder.create()
    store, terminal = folder.open(clock)
    terminal.add_officers([SOMYING])
    terminal.join(
        Enrolment(
            url="http://127.0.0.1:1", site="dindaeng", terminal="a", counter="1", central_key=""
        )
    )
    for day in (BEFORE, TODAY):
        terminal.carry_out([Record(rating(5, day=day))])
    close_days(store, clock, today=True)
    with store.read() as snapshot:
        [first, _] = snapshot.outbox.due()
    park(store, clock.now(), first, HeldWhy.REFUSED, REFUSED)
    store.close()
    return folder


def outbox(folder: DataFolder, *words: str) -> Result:
    return CliRunner().invoke(app, ["--data", str(folder.path), "outbox", *words])


def states(folder: DataFolder) -> list[Delivery]:
    store, _ = folder.open(FakeClock())
    with store.read() as snapshot:
        every = [parcel.state for parcel in snapshot.outbox.everything()]
    store.close()
    return every


def test_what_is_parked_is_named_with_the_reason_and_what_to_type(folder: DataFolder) -> None:
    shown = outbox(folder)
    assert shown.exit_code == 1
    assert shown.stdout.splitlines() == [
        f"due      {TODAY} revision 1",
        f"parked   {BEFORE} revision 1  central refuses it: {REFUSED}",
        "Next: kiosk outbox again DAY, or kiosk outbox drop DAY --reason WHY",
    ]
    printed = json.loads(outbox(folder, "--json").stdout)
    assert {state: [row["day"] for row in rows] for state, rows in printed.items()} == {
        "due": [str(TODAY)],
        "parked": [str(BEFORE)],
        "dropped": [],
    }
    assert (printed["parked"][0]["why"], printed["parked"][0]["words"]) == ("refused", REFUSED)


def test_a_parked_report_is_sent_after_all(folder: DataFolder) -> None:
    again = outbox(folder, "again", f"{BEFORE:%d/%m/%Y}")
    assert (again.exit_code, "Next: kiosk sync" in again.stdout) == (0, True)
    assert states(folder) == [Delivery.DUE] * 2
    assert outbox(folder).exit_code == 0
    refused = outbox(folder, "again", str(BEFORE))
    assert (refused.exit_code, "no such report is parked" in refused.stderr) == (2, True)


def test_a_dropped_report_stays_in_the_file_with_its_reason_and_may_come_back(
    folder: DataFolder,
) -> None:
    dropped = outbox(folder, "drop", str(BEFORE), "--reason", "  test\n presses ")
    assert (dropped.exit_code, "Central learns of it" in dropped.stdout) == (0, True)
    assert states(folder) == [Delivery.DROPPED, Delivery.DUE]
    shown = outbox(folder)
    assert shown.exit_code == 0
    assert f"dropped  {BEFORE} revision 1  not to be sent: test presses" in shown.stdout
    store, _ = folder.open(FakeClock())
    with store.read() as snapshot:
        [held] = held_reports(snapshot).reports
        entry = snapshot.journal.last(Kind.DAY_DROPPED)
    store.close()
    assert (held.date, held.words) == (BEFORE, "test presses")
    assert entry is not None
    assert json.loads(entry.detail)["reason"] == "test presses"
    assert outbox(folder, "again", str(BEFORE)).exit_code == 0
    assert states(folder) == [Delivery.DUE] * 2


WRONG: tuple[tuple[tuple[str, ...], str], ...] = (
    (("drop", str(BEFORE), "--reason", "  "), "--reason: write 1 to"),
    (("drop", str(BEFORE), "--reason", "x" * 5000), "--reason: write 1 to"),
    (("drop", str(BEFORE), "--reason", "\x1b[2J"), "--reason: write 1 to"),
    (("drop", str(TODAY), "--reason", "due, not parked"), "no such report is parked"),
    (("drop", str(BEFORE), "--revision", "7", "--reason", "x"), "no such report is parked"),
    (("drop", str(BEFORE)), "--reason"),
    (("again", "yesterday"), "write the day as YYYY-MM-DD"),
    (("again", "2026-02-30"), "write the day as YYYY-MM-DD"),
)


def test_what_can_not_be_settled_is_refused_in_a_line_and_changes_nothing(
    folder: DataFolder,
) -> None:
    for words, said in WRONG:
        refused = outbox(folder, *words)
        assert refused.exit_code == 2
        assert said in refused.stderr
    assert states(folder) == [Delivery.PARKED, Delivery.DUE]


def test_what_central_sets_aside_says_where_the_reason_stands() -> None:
    assert "its page of terminals says why" in answer_words(Answer.PARKED)
    assert {answer_words(one) for one in Answer if one is not Answer.PARKED} == {
        one.value for one in Answer if one is not Answer.PARKED
    }
