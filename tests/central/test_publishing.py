"""Closing blocks on what came in agrees with closing them on everything, whatever came when."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from kiosk.domain.rating import Channel, Half, Outcome
from sync.central.disclosure import ONLINE, Block, DayCount, next_blocks
from sync.central.retention import horizons
from sync.central.schema import (
    block_cuts,
    blocks,
    metadata,
    officer_months,
    quarter_cuts,
    site_months,
    unclosed,
)
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.retention import empty_days, remove_results
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.usecases.terminals import find_terminal
from sync.central.usecases.verification import first_disagreement
from sync.messages import Answer, DayReport, LineCount, OutcomeCount, ReasonCount
from tests.support.central import begin_terminal, on_roster
from tests.support.day_reports import key_text, sealed
from tests.support.lock_order import LAST

NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
MONDAY = date(2026, 9, 21)
"""So that a quarter's tables are told while days come in."""
OFFICERS = ("101", "102")


@dataclass(frozen=True, slots=True)
class Came:
    """A day report: `back` days before the day it comes in on."""

    officer: str
    back: int
    counts: tuple[int, ...]
    service: str
    reasons: int
    offered: int


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to the online questionnaire."""

    score: int


_counts = st.sampled_from(
    ((), (0, 0, 1, 2, 3), (0, 1, 0, 4, 2), (2, 0, 0, 5, 9), (0, 0, 0, 0, 1), (1, 2, 3))
)
"""On a scale of five mostly; on one of three; and a day with offers alone."""
_came = st.builds(
    Came,
    st.sampled_from(OFFICERS),
    st.sampled_from((0, 0, 0, 1, 8, 16, 30)),
    _counts,
    st.sampled_from(("a", "b")),
    st.integers(0, 2),
    st.integers(0, 5),
)
_days = st.lists(
    st.lists(
        st.one_of(_came, _came, st.builds(Answered, st.integers(1, 5))), min_size=1, max_size=2
    ),
    min_size=30,
    max_size=36,
)
"""What comes in on each day, one after another."""


def test_a_week_that_ended_closes_what_came_before_it_did(central: Central) -> None:
    _take(
        central,
        Came(officer="101", back=0, counts=(0, 0, 0, 6, 6), service="a", reasons=0, offered=0),
        MONDAY,
    )
    assert publish_due(central, MONDAY + timedelta(days=1)) == 0
    assert publish_due(central, MONDAY + timedelta(days=7)) == 1
    assert publish_due(central, MONDAY + timedelta(days=14)) == 0


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_days)
def test_reading_on_from_the_blocks_agrees_with_reading_everything(
    central: Central, days: list[list[Came | Answered]]
) -> None:
    on, anew = _closed(central, days, anew=False), _closed(central, days, anew=True)
    assert on == anew


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_days)
def test_blocks_are_those_of_the_rule_applied_to_everything_known(
    central: Central, days: list[list[Came | Answered]]
) -> None:
    """On one scale, so that every rating and every offer is one officer's on that scale."""
    one_scale = [[x for x in day if isinstance(x, Came) and len(x.counts) == 5] for day in days]
    _empty(central)
    expected: dict[str, list[Block]] = {officer: [] for officer in OFFICERS}
    known: dict[str, list[DayCount]] = {officer: [] for officer in OFFICERS}
    for number, came in enumerate(one_scale):
        today = MONDAY + timedelta(days=number)
        for one in came:
            if (report := _take(central, one, today)) is not None:
                counted = one.counts[:5]
                a, b, c, d, e = counted
                beside = DayCount(report.date, (a, b, c, d, e)).beside
                told = type(beside)(offered=one.offered)
                known[one.officer].append(DayCount(report.date, (a, b, c, d, e), told))
        publish_due(central, today)
        for officer in OFFICERS:
            expected[officer] += next_blocks(expected[officer], known[officer], today)
    with central.store.transaction(central.site) as t:
        for officer in OFFICERS:
            assert t.blocks.of(officer).get(5, []) == expected[officer]


def test_blocks_close_on_emptied_days_as_they_would_on_the_days_themselves(
    central: Central,
) -> None:
    days = _days_of_one_scale(Random(1))
    whole = _closed(central, days, anew=True)["blocks"]
    gone = MONDAY + timedelta(days=6)
    remaining = {_result_of(row) for row in whole if _result_of(row)[1] > gone}
    assert 3 < len(remaining) < len(whole)
    emptied = _closed(central, days, anew=True, emptied=partial(_emptied, gone))["blocks"]
    assert {_result_of(row) for row in emptied} == remaining


def _days_of_one_scale(random: Random) -> list[list[Came | Answered]]:
    """On several, what is beside a day without ratings moves with the days around it."""
    return [
        [
            Came(
                officer=random.choice(OFFICERS),
                back=random.choice((0, 0, 0, 1, 8)),
                counts=random.choice(((), (0, 0, 1, 2, 3), (2, 0, 0, 5, 9), (0, 0, 0, 0, 1))),
                service=random.choice("ab"),
                reasons=random.randint(0, 2),
                offered=random.randint(0, 5),
            ),
            Answered(random.randint(1, 5)),
        ]
        for _ in range(27)
    ]


def _result_of(block: tuple[Any, ...]) -> tuple[Any, ...]:
    """Whose, until when, and every count."""
    _site, officer, _levels, _number, _section, _first_day, last_day, _on, *counts = block
    return officer, last_day, *counts


def _emptied(gone: date, t: Transaction, today: date) -> None:
    """Empty every day that stands in blocks; in the third week, remove what closed up to `gone`."""
    until = replace(horizons(SiteSettings(), today), raw=today)
    third_week = today >= gone + timedelta(days=14)
    if third_week:
        until = replace(until, results=gone)
    empty_days(t, until)
    if third_week:
        remove_results(t, gone)
    waiting = t.unclosed.waiting()
    for whose, (published, raw) in t.unclosed.published_and_raw().items():
        assert published == raw or whose.officer in waiting


def test_closing_reads_no_day_that_is_in_a_block(central: Central) -> None:
    """However long the history: what is read is what came after the officer's last block."""
    sizes = []
    for week in range(12):
        day = MONDAY + timedelta(weeks=week)
        _take(
            central,
            Came(officer="101", back=0, counts=(0, 0, 2, 6, 6), service="a", reasons=1, offered=2),
            day,
        )
        with _rows_read(central) as read:
            assert publish_due(central, day + timedelta(days=7)) == 1
        sizes.append(read["day_lines"])
    assert sizes == [1] * 12


def test_who_has_nothing_open_is_not_looked_at_again(central: Central) -> None:
    _take(
        central,
        Came(officer="101", back=0, counts=(0, 0, 2, 6, 6), service="a", reasons=1, offered=2),
        MONDAY,
    )
    publish_due(central, MONDAY + timedelta(days=7))
    assert _open(central) == {}
    _take(
        central,
        Came(officer="102", back=0, counts=(0, 0, 0, 0, 3), service="a", reasons=0, offered=0),
        MONDAY + timedelta(days=7),
    )
    publish_due(central, MONDAY + timedelta(days=14))
    assert _open(central) == {"102": MONDAY + timedelta(days=7)}


@pytest.mark.parametrize("year", [1970, 2069, 2569])
def test_on_a_day_that_can_not_be_nothing_is_closed(central: Central, year: int) -> None:
    _take(
        central,
        Came(officer="101", back=0, counts=(0, 0, 2, 6, 6), service="a", reasons=1, offered=2),
        MONDAY,
    )
    assert publish_due(central, MONDAY.replace(year=year)) == 0
    assert publish_due(central, MONDAY + timedelta(days=7)) == 1


@pytest.mark.parametrize("late", [True, False])
def test_what_came_late_and_is_too_little_stays_open(central: Central, late: bool) -> None:
    _take(
        central,
        Came(officer="101", back=0, counts=(0, 0, 2, 6, 6), service="a", reasons=0, offered=0),
        MONDAY,
    )
    publish_due(central, MONDAY + timedelta(days=7))
    back = 6 if late else 0
    _take(
        central,
        Came(officer="101", back=back, counts=(0, 0, 0, 0, 3), service="b", reasons=0, offered=0),
        MONDAY + timedelta(days=7),
    )
    for week in (2, 3):
        assert publish_due(central, MONDAY + timedelta(weeks=week)) == 0
        assert set(_open(central)) == {"101"}
    _take(
        central,
        Came(officer="101", back=0, counts=(0, 0, 0, 0, 7), service="a", reasons=0, offered=0),
        MONDAY + timedelta(weeks=3),
    )
    assert publish_due(central, MONDAY + timedelta(weeks=4)) == 1
    assert _open(central) == {}


def test_what_closes_after_its_quarter_was_told_is_in_the_cuts_of_the_next_block(
    central: Central,
) -> None:
    def cuts() -> dict[str, int]:
        with central.store.connection() as connection:
            rows = connection.execute(block_cuts.select().where(block_cuts.c.kind == "service"))
            return {f"{row.number} {row.what}": row.n5 for row in rows}

    _take(
        central,
        Came(officer="101", back=7, counts=(0, 0, 0, 0, 12), service="a", reasons=0, offered=0),
        MONDAY,
    )
    publish_due(central, MONDAY)
    told = date(2026, 10, 19)
    _take(
        central,
        Came(officer="101", back=28, counts=(0, 0, 0, 0, 13), service="late", reasons=0, offered=0),
        told,
    )
    _take(
        central,
        Came(officer="101", back=27, counts=(0, 0, 0, 0, 14), service="late", reasons=0, offered=0),
        told,
    )
    assert publish_due(central, told) == 1
    assert cuts() == {"1 a": 12}
    for week in (1, 2):
        _take(
            central,
            Came(
                officer="101",
                back=0,
                counts=(0, 0, 0, 0, 10 + week),
                service="a",
                reasons=0,
                offered=0,
            ),
            told,
        )
        told += timedelta(days=7)
        assert publish_due(central, told) == 1
    assert cuts() == {"1 a": 12, "3 late": 27, "3 a": 11, "4 a": 12}
    assert _open(central) == {}


def _closed(
    central: Central,
    days: list[list[Came | Answered]],
    *,
    anew: bool,
    emptied: Callable[[Transaction, date], None] | None = None,
) -> dict[str, set[tuple[Any, ...]]]:
    """What blocks, cuts and months there are when each day's reports have come and blocks were
    closed each day; `anew`: on everything that is known, each time; `emptied`: what takes days
    away that were kept long enough."""
    _empty(central)
    for number, came in enumerate(days):
        today = MONDAY + timedelta(days=number)
        for one in came:
            if isinstance(one, Answered):
                with central.store.transaction(central.site) as t:
                    t.questionnaire.add(today, 5, one.score, ["wait"] if one.score < 3 else [])
                    t.unclosed.mark([(ONLINE, today)])
            else:
                _take(central, one, today)
        if anew:
            with central.store.transaction(central.site) as t:
                t.unclosed.mark((officer, MONDAY - timedelta(days=99))
                                for officer in (*OFFICERS, ONLINE))  # fmt: skip
        publish_due(central, today)
        if emptied is not None:
            with central.store.transaction(central.site) as t:
                emptied(t, today)
    with central.store.connection() as connection:
        found = {
            table.name: {tuple(row) for row in connection.execute(table.select())}
            for table in (blocks, block_cuts, site_months, officer_months, quarter_cuts)
        }
    assert emptied is not None or first_disagreement(central) is None
    return found


def _take(central: Central, one: Came, today: date) -> DayReport | None:
    """A report of a terminal of its own each time, as if sent by many; None: nothing in it."""
    day = today - timedelta(days=one.back)
    if not one.counts and not one.offered:
        return None
    with central.store.transaction(central.site) as t:
        name = f"t{len(t.terminals.all())}"
        begin_terminal(t, name, "1", key_text())
    line = LineCount(
        officer=one.officer,
        service=one.service,
        counter="1",
        half=Half.MORNING,
        channel=Channel.TOUCH,
        n=one.counts,
    )
    n = sum(one.counts)
    on_roster(central, one.officer)
    report = DayReport(
        site=central.site,
        terminal=name,
        date=day,
        revision=1,
        lines=(line,) if one.counts else (),
        outcomes=(OutcomeCount(one.officer, Outcome.OFFERED, one.offered),) if one.offered else (),
        reasons=(ReasonCount(one.officer, "wait", min(one.reasons, n)),)
        if one.counts and one.reasons
        else (),
        sheets=(sealed(one.officer, n),),
        orders=(),
        gaps=(),
    )
    known = find_terminal(central, name)
    assert known is not None
    assert (
        take_day_report(central, known.terminal, report, report.to_bytes(), NOW).answer
        is Answer.STORED
    )
    return report


def _empty(central: Central) -> None:
    with central.store.connection() as connection:
        connection.exec_driver_sql("UPDATE sites SET published = NULL")
        for table in sorted(metadata.sorted_tables, key=lambda table: table.name in LAST):
            if table.name != "sites":
                connection.execute(table.delete())


def _open(central: Central) -> dict[str, date]:
    with central.store.connection() as connection:
        return {row.officer: row.since for row in connection.execute(unclosed.select())}


class _rows_read:  # noqa: N801  (a context manager, read as a phrase)
    """How many rows of each raw table the statements within answered with."""

    def __init__(self, central: Central) -> None:
        self._engine = central.store._engine
        self._read: dict[str, int] = {"day_lines": 0, "day_counts": 0}

    def __enter__(self) -> dict[str, int]:
        event.listen(self._engine, "before_cursor_execute", self._count, retval=False)
        return self._read

    def __exit__(self, *_what: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._count)

    def _count(
        self, connection: Any, _cursor: Any, statement: str, given: Any, _x: Any, _many: bool
    ) -> None:
        for name in self._read:
            if statement.startswith("SELECT") and f"FROM {name}" in statement:
                raw = connection.connection.cursor()
                raw.execute(statement, given)
                self._read[name] += len(raw.fetchall())
                raw.close()
