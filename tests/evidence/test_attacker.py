"""The attacker gets at single ratings where the rule is not kept; and the rig's office is the
report's."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

from starlette.testclient import TestClient

from kiosk.domain.rating import Channel, Half
from sync.central.disclosure import (
    Block,
    Counts,
    WeekEnd,
    plus,
    public_days,
    public_week_ends,
)
from sync.central.period import Period, choices, year_of
from sync.central.reports import gate
from sync.central.reports.gate.figures import last_week_end
from sync.central.store.engine import CentralStore
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.usecases.terminals import find_terminal
from sync.central.viewer import PUBLIC
from sync.central.web.app import create_app
from sync.messages import DayReport, LineCount
from tests.evidence.attacker import (
    START,
    Closing,
    Stream,
    closings,
    draw,
    figures,
    history,
    live_counts,
    smallest_atom,
    weekly_tables,
)
from tests.evidence.tables import (
    ALIKE,
    WITHHELD_ALONE,
    Closed,
    by_quarters,
    by_weeks,
    smallest_cornered,
)
from tests.support.central import DIRECTOR, begin_terminal, enrolled, made_central, on_roster
from tests.support.central import NIGHT as NOW
from tests.support.day_reports import key_text, sealed


def test_weekly_tables_and_live_counts_give_single_ratings_away() -> None:
    offices = [draw(Random(seed)) for seed in range(12)]
    assert min(smallest_atom(weekly_tables(office)) for office in offices) == 1
    assert min(smallest_atom(live_counts(office)) for office in offices) < 10


def test_tables_by_the_week_give_small_groups_away_and_those_by_the_quarter_none() -> None:
    """And so do rows left out alone, and late ratings that join a quarter that is told."""
    offices = [draw(Random(seed)) for seed in (0, 1, 2, 26)]
    blocks = [history(office, closings(office)) for office in offices]
    late = [history(office, closings(office)) for office in map(_much_later, offices)]
    assert min(smallest_cornered(b, by_weeks(b)) for b in blocks) < 10
    assert min(smallest_cornered(b, by_quarters(b, WITHHELD_ALONE)) for b in blocks) < 10
    assert min(smallest_cornered(b, by_quarters(b, frozen=False)) for b in late) < 10
    for told in (*blocks, *late):
        assert smallest_cornered(told, by_quarters(told)) >= 100


def test_mornings_give_a_small_weekday_away_where_its_row_is_withheld_alone() -> None:
    """Of the whole table a hundred are withheld, of the mornings one."""
    halves = {"1-am": 1, "2-am": 300, "1-pm": 99, "2-pm": 300}
    cuts = {
        "half": {"am": (0, 0, 0, 0, 301), "pm": (0, 0, 0, 0, 399)},
        "weekday": {what: (0, 0, 0, 0, n) for what, n in halves.items()},
        **{kind: {"only": (0, 0, 0, 0, 700)} for kind in ("service", "counter", "channel")},
    }
    sunday = START + timedelta(days=10)
    block = Block(number=1, first_day=START, last_day=sunday, counts=(0, 0, 0, 0, 700))
    closed = [Closed(today=sunday + timedelta(days=1), officer=0, block=block, cuts=cuts)]
    assert smallest_cornered(closed, by_quarters(closed, ALIKE)) < 10
    assert smallest_cornered(closed, by_quarters(closed)) >= 100


def test_what_is_withheld_of_half_days_by_weekday_is_nothing_or_a_hundred_of_each_half() -> None:
    for seed in (18, 26):  # whose tables show some half-days of weekdays and not others
        office = draw(Random(seed), busier=3)
        blocks = history(office, closings(office))
        assert smallest_cornered(blocks, by_quarters(blocks)) >= 100


def test_the_report_shows_what_the_rig_takes_it_to_show(tmp_path: Path) -> None:
    """One office through the real central: day by day, the page's office total and tables; on some
    days also what anybody reads over HTTP."""
    office = _much_later(draw(Random(34), busier=3))
    store = CentralStore.create(f"sqlite:///{tmp_path / 'central.db'}")
    central = made_central(store, tmp_path)
    enrolled(central, "t1")
    on_roster(central, *{f"o{fact.officer}" for fact in office.facts})
    with central.store.transaction(central.site) as t:
        for counter in sorted({fact.rows[1] for fact in office.facts}):
            begin_terminal(t, f"at-{counter}", counter, key_text())
    shown, tables, public = set(), set(), list[_Public]()
    day = min(f.known for f in office.facts)
    while day <= date(2027, 4, 19):
        for late in sorted({f.day for f in office.facts if f.known == day}):
            _report(central, office, late, day)
        publish_due(central, day)
        shown.add(gate.office(central, DIRECTOR, year_of(day), day).figure.result.n)
        if day in _READ_BY_ALL:
            public.append(_read_by_all(central, day))
        if day.weekday() == 0:
            for period in choices(day):
                cuts = gate.cuts(central, PUBLIC, period, day).tables
                tables |= {(kind, rows) for kind, rows in cuts.items() if rows}
        day += timedelta(days=1)
    store.close()
    assert {kind for kind, _ in tables} >= {"half", "weekday"}
    closed = list(closings(office))
    taken = {len(figure) for figure in figures(office, closed)}
    assert shown - {0} <= taken
    assert max(shown) == max(taken)
    read = by_quarters(history(office, closed))
    assert tables == {(table.kind, tuple(row for row, _ in table.rows)) for table in read}
    services = {(row.what, row.n) for kind, rows in tables if kind == "service" for row in rows}
    for one in public:
        for period, n in one.offices.items():
            assert n == sum(_closed_in(closed, one.day, period))
        assert one.services <= services
        months = {sum(_closed_in(closed, one.day, p)) for p in choices(one.day)}
        assert one.months <= months
        assert one.levels == list(_closed_in(closed, one.day, year_of(one.day)))
    assert any(one.services for one in public)
    assert max(len(one.months) for one in public) > 2


_READ_BY_ALL = (date(2026, 12, 14), date(2027, 1, 18), date(2027, 4, 19))
"""Mondays: within a quarter, after its tables came, and after those of the next."""


@dataclass(frozen=True, slots=True)
class _Public:
    """What the open data and the public page say on a day. `offices`: ratings by period; `services`
    with theirs; `levels`: of the year, the lowest first; `months`: ratings of each."""

    day: date
    offices: dict[Period, int]
    services: set[tuple[str, int | None]]
    levels: list[int]
    months: set[int]


def _read_by_all(central: Central, day: date) -> _Public:
    now = datetime.combine(day, time(5), UTC)
    stranger = TestClient(create_app(central, lambda: now))
    periods = {period.code: period for period in choices(day)[:5]}
    asked = ",".join(periods)
    rows = stranger.get(f"/data/dindaeng/statistics.json?period={asked}").json()["rows"]
    offices = {
        periods[row["period"]]: row["n"] or 0
        for row in rows
        if not row["service"] and row["channel"] == "counter"
    }
    services = {(row["service"], row["n"]) for row in rows if row["service"]}
    page = stranger.get("/public/dindaeng?lang=en").text
    return _Public(
        day=day,
        offices=offices,
        services=services,
        levels=_numbers(r'<td class="n">([\d,]+)</td>', page)[::-1],
        months=set(_numbers(r'<td class="n muted">([\d,]+)', page)),
    )


def _numbers(cell: str, page: str) -> list[int]:
    return [int(text.replace(",", "")) for text in re.findall(cell, page)]


def _closed_in(closed: Sequence[Closing], day: date, period: Period) -> Counts:
    """By level, what the blocks hold that were published by a day and that everybody reads in a
    period: those of three officers or more together."""
    known = [one for one in closed if one.today <= day]
    weeks: dict[date, set[str]] = defaultdict(set)
    for one in known:
        weeks[one.block.last_day].add(f"o{one.officer}")
    ends = [
        WeekEnd(day=sunday, officers=len(whose), some=frozenset(sorted(whose)[:2]))
        for sunday, whose in weeks.items()
    ]
    public = public_week_ends(ends, last_week_end(day))
    counts: Counts = (0, 0, 0, 0, 0)
    if days := public_days(public, *period.days):
        for one in known:
            if days[0] <= one.block.last_day <= days[1]:
                counts = plus(counts, one.block.counts)
    return counts


def _much_later(office: Stream) -> Stream:
    """The same office where one officer's terminal sends ten weeks late from the fourth week on."""
    off, since = timedelta(weeks=10), START + timedelta(weeks=3)
    facts = tuple(
        replace(f, known=f.known + off) if f.officer == 0 and f.day >= since else f
        for f in office.facts
    )
    return replace(office, facts=facts, last=office.last + off)


def _report(central: Central, office: Stream, late: date, known: date) -> None:
    """The day as its terminal reports it by `known`; each time anew with what has come since."""
    facts = [f for f in office.facts if f.day == late and f.known <= known]
    counts: dict[tuple[int, tuple[str, str, str, str]], list[int]] = {}
    for fact in facts:
        counts.setdefault((fact.officer, fact.rows), [0] * 5)[fact.score - 1] += 1
    lines = [
        LineCount(
            officer=f"o{officer}",
            service=service,
            counter=counter,
            half=Half(half),
            channel=Channel(channel),
            n=tuple(n),
        )
        for (officer, (service, counter, half, channel)), n in sorted(counts.items())
    ]
    total = Counter(f"o{fact.officer}" for fact in facts)
    sheets = tuple(sealed(officer, n) for officer, n in sorted(total.items()))
    revision = 1 + (known - late).days
    report = DayReport(
        site="dindaeng",
        terminal="t1",
        date=late,
        revision=revision,
        lines=tuple(lines),
        sheets=sheets,
        outcomes=(),
        reasons=(),
        orders=(),
        gaps=(),
    )
    terminal = find_terminal(central, "t1")
    assert terminal is not None
    take_day_report(central, terminal.terminal, report, report.to_bytes(), NOW)
