"""Missing data and signs of stuffing stand beside an officer's score, each with its denominator."""

import io
from datetime import date, timedelta
from html import unescape

import openpyxl
import pytest
from msgspec.structs import replace

from kiosk.domain.rating import Outcome
from sync.central.appraising import Rule, State
from sync.central.language import words
from sync.central.papers import appraisal
from sync.central.period import Period, year_of
from sync.central.reports import gate
from sync.central.store.tickets import Ticket
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.tickets import import_tickets
from sync.central.viewer import ROLES
from sync.messages import GapCount, OutcomeCount
from tests.support.builders import an_officer
from tests.support.central import DIRECTOR, NOON, enrolled, put_on_roster, signed_in, take
from tests.support.day_reports import day_report
from tests.support.papers import pages, squeezed

MONDAY = date(2026, 11, 2)
TODAY = date(2026, 11, 23)
YEAR = year_of(TODAY)
OFFICE = "สำนักงานเขตดินแดง"
SECTION = "ฝ่ายทะเบียน"


@pytest.fixture
def served(central: Central) -> Central:
    """Two officers, each at a terminal of counter 1. The second serves three times as many, has
    three times as many flags, and was never away."""
    numbers = ("101", "102")
    put_on_roster(central, tuple(an_officer(n, f"คนที่ {n}", section=SECTION) for n in numbers))
    ids = dict(zip(numbers, _ids(central), strict=True))
    for number, counts, flags, day in (
        ("101", (1, 2, 7, 50, 60), 3, MONDAY),
        ("102", (3, 6, 21, 150, 180), 9, MONDAY + timedelta(days=1)),
    ):
        enrolled(central, f"t-{number}")
        officer = ids[number]
        paused = (GapCount(officer, "paused-minutes", 95),) if number == "101" else ()
        report = day_report(day=day, terminal=f"t-{number}", counts=counts, officer=officer)
        around = (GapCount("", "dark-minutes", 30), GapCount("", "started", 2))
        take(
            central,
            replace(
                report,
                outcomes=(OutcomeCount(officer, Outcome.BURST, flags),),
                gaps=(*paused, *around),
            ),
        )
    import_tickets(central, [Ticket(MONDAY, "1", 20), Ticket(MONDAY + timedelta(days=1), "1", 900)])
    publish_due(central, TODAY)
    return central


def _ids(central: Central) -> list[str]:
    with central.store.read(central.site) as t:
        return [str(officer.id) for officer in t.people.everyone()]


def officer(central: Central, number: str, today: date = TODAY) -> gate.OfficerView:
    [id_] = [id_ for id_, n in zip(_ids(central), ("101", "102"), strict=True) if n == number]
    return gate.officer(central, DIRECTOR, id_, YEAR, today, NOON)


def test_who_serves_three_times_as_many_has_no_more_flags_of_a_thousand(served: Central) -> None:
    slow, quick = officer(served, "101"), officer(served, "102")
    assert (slow.figure.beside.flagged, quick.figure.beside.flagged) == (3, 9)
    assert slow.figure.flagged_share == quick.figure.flagged_share == (25.0, 1_000)
    assert slow.usual_flags == 25.0
    view = gate.section(served, DIRECTOR, SECTION, YEAR, TODAY, NOON)
    assert (view.usual_flags, view.officers[0].figure.flagged_share) == (25.0, (25.0, 1_000))


def test_of_few_ratings_flags_are_told_as_they_are(central: Central) -> None:
    enrolled(central)
    report = day_report(day=MONDAY, counts=(1, 2, 7, 10, 20))
    take(central, replace(report, outcomes=(OutcomeCount("101", Outcome.RUN, 1),)))
    publish_due(central, TODAY)
    figure = gate.office(central, DIRECTOR, YEAR, TODAY).figure
    assert (figure.flagged_share, figure.flagged_per_1000) == ((1, 40), None)


def test_gaps_and_days_over_their_tickets_stand_beside_the_officer(served: Central) -> None:
    slow, quick = officer(served, "101").missing, officer(served, "102").missing
    assert slow.own == {"paused-minutes": 95}
    assert slow.around == {"dark-minutes": 30, "over-tickets": 1}
    assert (quick.own, quick.around) == ({}, {"dark-minutes": 30}), "another counter's day"
    rows = gate.section(served, DIRECTOR, SECTION, YEAR, TODAY, NOON).officers
    assert [row.missing for row in rows] == [slow, quick]


def test_a_day_over_its_tickets_counts_in_the_span_of_its_ratings(central: Central) -> None:
    """A week that begins in one fiscal year closes in the next one."""
    put_on_roster(central, (an_officer("101", "สมหญิง"),))
    [id_] = _ids(central)
    enrolled(central)
    last_day = date(2026, 9, 30)
    take(central, day_report(day=last_day, counts=(0, 0, 3, 20, 30), officer=id_))
    publish_due(central, TODAY)
    before, after = year_of(last_day), YEAR

    def told(year: Period) -> tuple[int, State, int | None]:
        view = gate.officer(central, DIRECTOR, id_, year, TODAY, NOON)
        [tickets] = [one for one in view.appraisal.conditions if one.rule is Rule.TICKETS]
        return view.missing.around[gate.OVER_TICKETS], tickets.state, tickets.value

    assert told(after) == (0, State.UNKNOWN, None), "no tickets say nothing"
    import_tickets(central, [Ticket(last_day, "1", 50)])
    assert told(after) == (0, State.MET, 0)
    import_tickets(central, [Ticket(last_day, "1", 20)])
    assert told(after) == (1, State.UNMET, 1)
    assert told(before) == (0, State.UNKNOWN, None)


def test_nothing_is_told_of_a_week_that_is_not_over(served: Central) -> None:
    early = officer(served, "101", MONDAY + timedelta(days=2)).missing
    assert (early.own, early.around["dark-minutes"]) == ({}, 0)


@pytest.mark.parametrize("language", ["th", "en"])
def test_pages_say_it_in_both_languages(served: Central, language: str) -> None:
    said = words(language).get
    reader = signed_in(served, ROLES["director"], now=NOON)
    id_ = _ids(served)[0]
    for page in (f"/officer/dindaeng/{id_}?", f"/section/dindaeng?name={SECTION}&"):
        text = unescape(reader.get(f"{page}period={YEAR.code}&lang={language}").text)
        names = "gap" if "/officer/" in page else "gap_short"
        for kind in ("paused-minutes", "dark-minutes", "over-tickets"):
            assert said(f"{names}.{kind}") in text, (page, kind)
        assert said("common.hours", hours=1, minutes=35) in text
        per_1000 = {"th": ("๒๕.๐", "๑,๐๐๐"), "en": ("25.0", "1,000")}[language]
        n, of = per_1000
        assert said("figures.flagged_share", n=n, of=of) in text
        assert "section" not in page or said("beside.of", n=n, of=of) in text
        assert said("figures.flagged_usual", n=n, of=of) in text


def test_the_appraisal_sheets_say_it_on_their_first_page(served: Central) -> None:
    view = officer(served, "101")
    section = gate.section(served, DIRECTOR, SECTION, YEAR, TODAY, NOON)
    usual = "(ทั้งสำนักงาน๒๕.๐จาก๑,๐๐๐)"
    one = f"กดผิดปกติ๒๕.๐ครั้งจากการประเมิน๑,๐๐๐ครั้ง(ยังนับคะแนน){usual}"
    many = f"กดผิดปกติ๒๕.๐จาก๑,๐๐๐{usual}"
    expected = ["พัก๑ชั่วโมง๓๕นาที", "เครื่องปิด๓๐นาที"]
    expected.append("วันที่ประเมินมากกว่าบัตรคิว๑ครั้ง")
    for pdf in (
        appraisal.officer_pdf(view, OFFICE, NOON),
        appraisal.section_pdf(section, OFFICE, NOON),
    ):
        first = pages(pdf)[0]
        assert one in first or many in first
        assert [text for text in expected if text not in first] == []
    for book in (
        appraisal.officer_xlsx(view, OFFICE, NOON),
        appraisal.section_xlsx(section, OFFICE, NOON),
    ):
        sheet = openpyxl.load_workbook(io.BytesIO(book)).active
        assert sheet is not None
        cells = "".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
        whole = squeezed(cells)
        assert one in whole or many in whole
        assert [text for text in expected if text not in whole] == []
