"""A span has one figure and one interval, wherever it stands: on its own page, beside another span,
in a trend, a table, a paper, the open data and the city's page."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from sync.central import period as periods
from sync.central.change import NotComparable
from sync.central.papers import meetings
from sync.central.reports import gate
from sync.central.reports.gate.own_copy import own_copy
from sync.central.store.improvements import Improvement, ImprovementStatus
from sync.central.usecases.central import Central
from sync.central.usecases.improvements import save_improvement
from sync.central.usecases.publishing import publish_due
from sync.central.viewer import CITY, ROLES
from tests.support.builders import an_officer
from tests.support.central import DIRECTOR, enrolled, made_central, put_on_roster, signed_in, take
from tests.support.databases import new_central_store
from tests.support.day_reports import day_report
from tests.support.papers import pages

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
TODAY = NOW.date()
FIRST, WEEKS = date(2026, 9, 7), 10
LARGE, SMALL = "ฝ่ายทะเบียน", "ฝ่ายรายได้"
PEOPLE = {"101": LARGE, "102": LARGE, "103": LARGE, "201": SMALL}


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Central:
    """Weeks that differ as a whole, the later ones more; three officers, and one alone. One kind
    of database: the sums have their own tests on both."""
    folder = tmp_path_factory.mktemp("uneven")
    central = made_central(new_central_store(folder / "central.db"), folder)
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


MONTH = periods.parse("2026-10", 10)
YEAR = periods.parse("fy2027", 10)


def test_a_month_has_one_interval_on_every_page_and_in_every_table(uneven: Central) -> None:
    own = gate.office(uneven, DIRECTOR, MONTH, TODAY).figure.result
    assert own.ends == (70, 83), "of independent ratings it would be 74 to 81"
    ends = ["78", "70", "83"]
    reader = signed_in(uneven, ROLES["director"], now=NOW)
    for path, row in (
        ("/table/dindaeng/office/months.csv?period=fy2027", "2026-10,4,2026-09-28,2026-10-25,640"),
        ("/table/dindaeng/office/earlier.csv?period=2026-11", "2026-11,2026-10,640"),
        ("/data/dindaeng/statistics.csv?period=2026-10", "dindaeng,2026-10"),
    ):
        text = reader.get(path).content.decode("utf-8-sig")
        line = next(line for line in text.splitlines() if line.startswith(row)).split(",")
        place = line.index("78")
        assert line[place : place + 3] == ends, path
    for path in (
        "/report/dindaeng?period=2026-10&lang=en",
        "/public/dindaeng?period=2026-10&lang=en",
    ):
        assert "70–83" in reader.get(path).text, path
    month = gate.office(uneven, DIRECTOR, MONTH, TODAY)
    paper = pages(meetings.meeting_pdf(month, (), {}, NOW))
    assert "๗๐ถึง๘๓" in "".join("".join(paper).split())
    governor = replace(DIRECTOR, site=CITY)
    [in_the_city] = gate.city(uneven, governor, MONTH, TODAY).rows
    assert in_the_city.figure.result == own


def test_a_part_of_a_month_has_one_interval_too(uneven: Central) -> None:
    """A section's and an officer's: on the own page, in a row, on a trend."""
    month = gate.office(uneven, DIRECTOR, MONTH, TODAY, sections_seen=NOW)
    section = gate.section(uneven, DIRECTOR, LARGE, MONTH, TODAY, NOW)
    assert section.office.result == month.figure.result
    [row] = [row for row in month.sections if row.section == LARGE]
    of_year = gate.section(uneven, DIRECTOR, LARGE, YEAR, TODAY, NOW)
    [on_trend] = [one for one in of_year.trend if one.month == MONTH.first_day]
    assert section.figure.result == row.figure.result == on_trend.figure.result
    member = section.officers[0]
    id_ = str(member.officer.id)
    officer = gate.officer(uneven, DIRECTOR, id_, MONTH, TODAY, NOW)
    whole = gate.officer(uneven, DIRECTOR, id_, YEAR, TODAY, NOW)
    [on_trend] = [one for one in whole.trend if one.month == MONTH.first_day]
    assert officer.figure.result == member.figure.result == on_trend.figure.result
    in_year = {row.block.last_day: row.result for row in whole.blocks}
    assert all(in_year[row.block.last_day] == row.result for row in officer.blocks)
    own = replace(DIRECTOR, roles=frozenset({ROLES["officer"]}), officer=id_)
    copied = own_copy(uneven, own, id_, TODAY, NOW).tables["results"]
    ends = {row["last_day"]: (row["low_per_cent"], row["high_per_cent"]) for row in copied}
    assert all(ends[str(row.block.last_day)] == row.result.ends for row in whole.blocks)


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
    later = date(2026, 12, 7)
    [beside] = gate.office(uneven, DIRECTOR, office.period, later).improved
    assert beside.months == (1, 1)
    for shown, code in ((beside.before, "2026-09"), (beside.after, "2026-11")):
        own = gate.office(uneven, DIRECTOR, periods.parse(code, 10), later).figure
        assert shown.result == own.result
    assert beside.difference is not None
