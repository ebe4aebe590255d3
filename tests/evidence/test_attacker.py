"""The attacker gets at single ratings where the rule is not kept; and the rig's office is the
report's."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from kiosk.domain.rating import Channel, Half
from sync.central.disclosure import Block
from sync.central.period import choices, year_of
from sync.central.reports import gate
from sync.central.store.engine import CentralStore
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.usecases.terminals import find_terminal
from sync.central.viewer import PUBLIC
from sync.messages import DayReport, LineCount
from tests.evidence.attacker import (
    START,
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
from tests.support.central import NIGHT as NOW
from tests.support.central import begin_terminal, enrolled, made_central, on_roster
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
    """One office through the real central: day by day, the page's office total and tables."""
    office = _much_later(draw(Random(34), busier=3))
    store = CentralStore.create(f"sqlite:///{tmp_path / 'central.db'}")
    central = made_central(store, tmp_path)
    enrolled(central, "t1")
    on_roster(central, *{f"o{fact.officer}" for fact in office.facts})
    with central.store.transaction(central.site) as t:
        for counter in sorted({fact.rows[1] for fact in office.facts}):
            begin_terminal(t, f"at-{counter}", counter, key_text())
    shown, tables = set(), set()
    day = min(f.known for f in office.facts)
    while day <= date(2027, 4, 19):
        for late in sorted({f.day for f in office.facts if f.known == day}):
            _report(central, office, late, day)
        publish_due(central, day)
        shown.add(gate.office(central, PUBLIC, year_of(day), day).figure.result.n)
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
