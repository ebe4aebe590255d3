"""A figure beside the same one of an earlier span: as its own page shows it, and of no person."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from sync.central import period as periods
from sync.central.change import NotComparable
from sync.central.reports import gate
from sync.central.store.improvements import Improvement, ImprovementStatus
from sync.central.usecases.central import Central
from sync.central.usecases.improvements import save_improvement
from sync.central.usecases.publishing import publish_due
from tests.support.builders import an_officer
from tests.support.central import DIRECTOR, enrolled, put_on_roster, take
from tests.support.day_reports import day_report

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
TODAY = NOW.date()
FIRST, WEEKS = date(2026, 9, 7), 10
LARGE, SMALL = "ฝ่ายทะเบียน", "ฝ่ายรายได้"
PEOPLE = {"101": LARGE, "102": LARGE, "103": LARGE, "201": SMALL}


@pytest.fixture
def url(tmp_path: Path) -> str:
    """One kind of database: the sums have their own tests on both."""
    return f"sqlite:///{tmp_path / 'central.db'}"


@pytest.fixture
def uneven(central: Central) -> Central:
    """Weeks that differ as a whole, the later ones more; three officers, and one alone."""
    people = [an_officer(number, number, section=name) for number, name in PEOPLE.items()]
    put_on_roster(central, people)
    for person in people:
        for week in range(WEEKS):
            day = FIRST + timedelta(weeks=week)
            terminal = f"t-{person.number}-{week}"
            enrolled(central, terminal)
            bad = (10 + week) if week % 2 else 4
            take(central, day_report(1, day, terminal, (bad, 0, 0, 0, 40 - bad), str(person.id)))
    publish_due(central, TODAY)
    return central


def test_an_earlier_figure_is_the_one_of_its_own_page(uneven: Central) -> None:
    office = gate.office(uneven, DIRECTOR, periods.parse("2026-10", 10), TODAY)
    assert office.earlier
    for one in office.earlier:
        own = gate.office(uneven, DIRECTOR, one.period, TODAY).figure
        assert one.figure.result == own.result
    section = gate.section(uneven, DIRECTOR, LARGE, office.period, TODAY, NOW)
    assert section.office.result == office.figure.result


def test_one_or_two_people_are_not_compared_with_their_own_past(uneven: Central) -> None:
    october = periods.parse("2026-10", 10)
    office = gate.office(uneven, DIRECTOR, october, TODAY, sections_seen=NOW)
    by_section = {row.section: row.change for row in office.sections}
    assert by_section[SMALL] is NotComparable.FEW_OFFICERS
    assert by_section[LARGE] is not NotComparable.FEW_OFFICERS
    for name, is_of_few in ((SMALL, True), (LARGE, False)):
        before = gate.section(uneven, DIRECTOR, name, october, TODAY, NOW).earlier[0]
        assert (before.change is NotComparable.FEW_OFFICERS) is is_of_few


def test_months_beside_an_improvement_are_over_and_follow_it_in_the_calendar(
    uneven: Central,
) -> None:
    line = Improvement(id="1", said="รอนาน", done="เพิ่มช่อง", status=ImprovementStatus.DONE)
    save_improvement(uneven, DIRECTOR, line, datetime(2026, 10, 14, 5, tzinfo=UTC))
    office = gate.office(uneven, DIRECTOR, periods.parse("fy2027", 10), TODAY)
    [beside] = office.improved
    assert beside.months == (1, 0), "November still runs"
    assert beside.why_none == "improved.no_month"
    [beside] = gate.office(uneven, DIRECTOR, office.period, date(2026, 12, 7)).improved
    assert beside.months == (1, 1)
    assert beside.difference is not None
