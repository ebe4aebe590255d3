"""The model finds a central that says it took what it did not, and one that looks away."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
import stamina

from sync.central.store.engine import CentralStore
from sync.central.usecases import intake
from sync.central.usecases.intake import Signed
from sync.central.usecases.terminal_requests import TerminalRequest
from sync.messages import Answer, DayReport, Receipt
from sync.protocol import digest
from tests.evidence.histories import History, make_templates


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    stamina.set_testing(True, attempts=1)
    make_templates(tmp_path)
    yield tmp_path
    stamina.set_testing(False)
    shutil.rmtree(tmp_path)


def test_a_receipt_for_what_was_thrown_away_is_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def receipt(report: DayReport, body: bytes) -> Receipt:
        stored = Answer.STORED
        return Receipt(
            terminal=report.terminal,
            date=report.date,
            revision=report.revision,
            digest=digest(body),
            answer=stored,
        )

    def forget(self: TerminalRequest, report: DayReport, body: bytes, now: datetime) -> Receipt:
        return receipt(report, body)

    def forget_all(_: CentralStore, calls: Sequence[Signed], now: datetime) -> list[Receipt]:
        return [receipt(call.day_report(now), call.body) for call in calls]

    monkeypatch.setattr(TerminalRequest, "take_day", forget)
    monkeypatch.setattr(intake, "take_days", forget_all)
    assert any(
        "central shows (0, 0, 0, 0, 0)" in wrong
        for wrong in History(folder / "h", Random(1)).play()
    )


def test_a_machine_put_back_to_an_older_copy_is_refused_by_name(folder: Path) -> None:
    history = History(folder / "h", Random(2))
    side, older = history.sides[0], folder / "older"
    side.copy(older)
    side.press(Random(1))
    side.close_day()
    side.sync()
    side.put_back(older)
    side.sync()
    assert side.state in {"rollback", "fork"}


def test_a_central_put_back_gets_again_what_it_had_given_receipts_for(folder: Path) -> None:
    history = History(folder / "h", Random(3))
    side = history.sides[0]
    history.central.back_up()
    side.press(Random(1))
    side.close_day()
    side.sync()
    history.central.put_back()
    assert list(history._differs(side))
    side.sync()
    assert not list(history._differs(side))
    assert side.state == ""
