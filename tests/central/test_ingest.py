"""What central decides of a day report, of heads and of sheets: pure, every case."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from sync.central.ingest import StoredDay, decide, judge_heads, judge_sheets
from sync.messages import Answer, Head, OpenSheet
from tests.support.day_reports import DAY, day_report
from tests.support.terminal_requests import made_heads

A, B = "a" * 64, "b" * 64


@pytest.mark.parametrize(
    ("stored", "revision", "digest", "answer"),
    [
        (None, 1, A, Answer.STORED),
        (StoredDay(1, A), 2, B, Answer.STORED),
        (StoredDay(1, A), 2, A, Answer.STORED),
        (StoredDay(2, A), 2, A, Answer.ALREADY_HAVE),
        (StoredDay(2, A), 1, A, Answer.ALREADY_HAVE),
        (StoredDay(2, A), 2, B, Answer.CONFLICT),
        (StoredDay(2, A), 1, B, Answer.STALE),
    ],
)
def test_a_day_report(stored: StoredDay | None, revision: int, digest: str, answer: Answer) -> None:
    assert decide(stored, day_report(revision), digest) is answer


@pytest.mark.parametrize(
    ("stored", "now", "at_last", "answer"),
    [
        (Head(0, ""), Head(5, A), "", Answer.STORED),
        (Head(5, A), Head(5, A), "", Answer.STORED),
        (Head(5, A), Head(5, A), A, Answer.STORED),
        (Head(5, A), Head(6, B), A, Answer.STORED),
        (Head(5, A), Head(6, B), B, Answer.FORK),
        (Head(5, A), Head(5, B), B, Answer.FORK),
        (Head(5, A), Head(4, B), A, Answer.ROLLBACK),
        (Head(5, A), Head(6, B), "", Answer.ROLLBACK),
    ],
)
def test_heads(stored: Head, now: Head, at_last: str, answer: Answer) -> None:
    assert judge_heads(stored, made_heads(now, at_last)) is answer


WAS = OpenSheet(date=DAY, officer="101", n=5, entries=6, seal=A)


@pytest.mark.parametrize(
    ("now", "answer"),
    [
        (WAS, Answer.STORED),
        (replace(WAS, n=6, entries=7, seal=B), Answer.STORED),
        (replace(WAS, n=5, entries=7, seal=B), Answer.STORED),
        (replace(WAS, n=4, entries=7, seal=B), Answer.ROLLBACK),
        (replace(WAS, n=5, entries=5, seal=B), Answer.ROLLBACK),
        (replace(WAS, seal=B), Answer.FORK),
        (replace(WAS, n=6), Answer.FORK),
    ],
)
def test_a_sheet_only_grows(now: OpenSheet, answer: Answer) -> None:
    seen = {(WAS.date, WAS.officer): WAS}
    found, why = judge_sheets(seen, [now], whole=set())
    assert found is answer
    assert bool(why) == (answer is not Answer.STORED)


def test_a_sheet_that_is_not_shown_is_gone_only_where_the_day_is_whole() -> None:
    seen = {(WAS.date, WAS.officer): WAS}
    other = replace(WAS, officer="102")
    assert judge_sheets(seen, [other], whole=set()) == (Answer.STORED, "")
    answer, why = judge_sheets(seen, [other], whole={DAY})
    assert answer is Answer.ROLLBACK
    assert why == "sheet of 101 on 2026-11-23: had 5 ratings and is gone"


def test_every_sheet_is_looked_at_not_only_the_first() -> None:
    late = replace(WAS, date=DAY + timedelta(days=1), officer="")
    seen = {(s.date, s.officer): s for s in (WAS, late)}
    found, why = judge_sheets(seen, [WAS, replace(late, n=1)], whole=set())
    assert found is Answer.ROLLBACK
    assert why == "sheet of nobody on 2026-11-24: had 5 ratings, has 1"
