"""The attacker gets at single ratings where the rule is not kept; and the rig's office is the
report's."""

from datetime import date, timedelta
from pathlib import Path
from random import Random

from kiosk.domain.rating import Channel, Half
from sync.central.period import year_of
from sync.central.reports import gate
from sync.central.service import Central
from sync.central.store.engine import CentralStore
from sync.central.viewer import PUBLIC
from sync.wire import DayReport, Enrol, LineCount, SheetSeal
from tests.central.conftest import made_central
from tests.central.reports import key_text
from tests.central.test_store import NOW
from tests.evidence.attacker import (
    Fact,
    Stream,
    draw,
    live_counts,
    published,
    smallest_atom,
    weekly_tables,
)


def test_weekly_tables_and_live_counts_give_single_ratings_away() -> None:
    offices = [draw(Random(seed)) for seed in range(12)]
    assert min(smallest_atom(weekly_tables(office)) for office in offices) == 1
    assert min(smallest_atom(live_counts(office)) for office in offices) < 10


def test_the_report_shows_what_the_rig_takes_it_to_show(tmp_path: Path) -> None:
    """One office through the real central: day by day, the page's office total."""
    office = draw(Random(5))
    store = CentralStore.create(f"sqlite:///{tmp_path / 'central.db'}")
    central = made_central(store, tmp_path)
    central.enrol(Enrol(central.invite("t1", "1", NOW), key_text()), NOW)
    shown = set()
    day = min(f.known for f in office.facts)
    while day <= office.last:
        for late in sorted({f.day for f in office.facts if f.known == day}):
            _report(central, office, late, day)
        central.publish(day)
        shown.add(gate.office(central, PUBLIC, year_of(day), day).figure.result.n)
        day += timedelta(days=1)
    store.close()
    taken = {len(figure) for figure in published(office)}
    assert shown - {0} <= taken
    assert max(shown) == max(taken)


def _report(central: Central, office: Stream, late: date, known: date) -> None:
    """The day as its terminal reports it by `known`; each time anew with what has come since."""
    facts = [f for f in office.facts if f.day == late and f.known <= known]
    lines = [_line(officer, facts) for officer in sorted({f.officer for f in facts})]
    sheets = tuple(SheetSeal(line.officer, sum(line.n), "0" * 64) for line in lines)
    revision = 1 + (known - late).days
    report = DayReport("dindaeng", "t1", late, revision, lines=tuple(lines), sheets=sheets)
    terminal = central.terminal("t1")
    assert terminal is not None
    central.take_day(terminal, report, report.to_bytes(), NOW)


def _line(officer: int, facts: list[Fact]) -> LineCount:
    own = [f.score for f in facts if f.officer == officer]
    counts = tuple(own.count(score) for score in range(1, 6))
    return LineCount(f"o{officer}", "general", "1", Half.MORNING, Channel.TOUCH, counts)
