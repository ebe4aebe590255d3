"""Scores that were given with the faces in different orders are never compared silently."""

from datetime import date, timedelta

import pytest
from starlette.testclient import TestClient

from kiosk.domain.scale import FaceOrder
from sync.central.language import words
from sync.central.papers import figures
from sync.central.papers.appraisal import officer_xlsx, section_pdf
from sync.central.papers.meetings import meeting_pdf
from sync.central.papers.statistics import rows
from sync.central.period import year_of
from sync.central.reports import gate
from sync.central.sitesettings import SiteSettings
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.viewer import ROLES, Viewer
from tests.support.builders import an_officer
from tests.support.central import MONDAY, enrolled, put_on_roster, signed_in, take
from tests.support.central import NOON as NOW
from tests.support.day_reports import day_report
from ui.text import Words

TODAY = NOW.date()
YEAR = year_of(TODAY)
BEST, WORST = FaceOrder.BEST_FIRST, FaceOrder.WORST_FIRST
DIRECTOR = Viewer(account="d", name="ผอ.", site="dindaeng", roles=frozenset({ROLES["director"]}))


def rated(central: Central, officer: str, *orders: FaceOrder, day: date = MONDAY) -> None:
    """Twenty ratings of an officer on a terminal of its own."""
    report = day_report(
        day=day, terminal=f"t-{officer}", counts=(3, 3, 4, 5, 5), officer=officer, orders=orders
    )
    take(central, report)


@pytest.fixture
def counted(central: Central) -> Central:
    """Two officers of a section; the second one's terminal shows the worst face first."""
    names = (("101", "สมหญิง"), ("102", "กตัญญู"))
    officers = tuple(an_officer(*name, section="ฝ่ายทะเบียน") for name in names)
    put_on_roster(central, officers)
    for number, _ in names:
        enrolled(central, f"t-{number}")
    rated(central, "101", BEST)
    rated(central, "102", WORST)
    publish_due(central, TODAY)
    return central


def section(central: Central) -> gate.SectionView:
    return gate.section(central, DIRECTOR, "ฝ่ายทะเบียน", YEAR, TODAY, NOW)


def test_the_order_is_kept_with_the_score_up_to_the_report(counted: Central) -> None:
    view = section(counted)
    assert [row.figure.order for row in view.officers] == [BEST, WORST]
    assert view.figure.order == "both"
    office = gate.office(counted, DIRECTOR, YEAR, TODAY, sections_seen=NOW)
    assert office.figure.order == "both", "the months' sums have it too"
    governor = Viewer(account="c", name="", site="*", roles=DIRECTOR.roles)
    [row] = gate.city(counted, governor, YEAR, TODAY).rows
    assert row.figure.order == "both"
    told = date(2027, 1, 18)  # when the quarter's tables are out
    assert gate.cuts(counted, DIRECTOR, YEAR, told).orders_differ
    cuts = gate.cuts(counted, DIRECTOR, YEAR, TODAY)
    assert rows("dindaeng", office, cuts)[0].order == "both"


def test_a_change_of_the_order_is_seen_in_the_block_that_it_fell_into(counted: Central) -> None:
    for week, orders in enumerate(((WORST,), (WORST,), (BEST, WORST)), start=1):
        rated(counted, "101", *orders, day=MONDAY + timedelta(weeks=week))
    publish_due(counted, TODAY + timedelta(weeks=4))
    view = gate.officer(counted, DIRECTOR, "101", YEAR, TODAY + timedelta(weeks=4), NOW)
    assert [row.figure.order for row in view.blocks] == [BEST, WORST, WORST, "both"]


def test_pages_that_compare_say_so_in_both_languages(counted: Central) -> None:
    reader: TestClient = signed_in(counted, ROLES["director"], now=NOW)
    auditor = signed_in(counted, ROLES["audit"], now=NOW)
    for language in ("th", "en"):
        said = words(language).get
        page = reader.get(f"/section/dindaeng?name=ฝ่ายทะเบียน&lang={language}").text
        assert page.count(said("figures.orders_differ")) >= 1
        assert page.count(said("face_order.worst-first")) == 1, "beside the second officer"
        assert said("face_order.both") in reader.get(f"/report/dindaeng?lang={language}").text
        raw = auditor.get(f"/tally/dindaeng?date={MONDAY}&lang={language}").text
        assert said("figures.orders_differ") in raw
        alone = reader.get(f"/officer/dindaeng/102?lang={language}").text
        assert said("face_order.worst-first") in alone


def test_papers_that_compare_say_so(counted: Central) -> None:
    view = section(counted)
    assert figures.orders(*(row.figure for row in view.officers))
    names = [figures.row("x", row.figure)["name"] for row in view.officers]
    assert names == ["x", f"x ({words('th').get('face_order.worst-first')})"]
    assert words("th").get("face_order.both") in figures.beside(view.figure)
    office = gate.office(counted, DIRECTOR, YEAR, TODAY, sections_seen=NOW)
    assert section_pdf(view, "เขต", NOW).startswith(b"%PDF")
    assert meeting_pdf(office, [], {}, NOW).startswith(b"%PDF")
    alone = gate.officer(counted, DIRECTOR, "102", YEAR, TODAY, NOW)
    assert officer_xlsx(alone, "เขต", NOW).startswith(b"PK")


def test_of_one_order_nothing_is_said_but_the_order(central: Central) -> None:
    enrolled(central, "t-101")
    put_on_roster(central, (an_officer("101", "สมหญิง", section="ฝ่ายทะเบียน"),))
    rated(central, "101", BEST)
    publish_due(central, TODAY)
    view = section(central)
    assert view.figure.order == BEST
    assert not gate.orders_differ(row.figure for row in view.officers)
    assert figures.row("x", view.figure)["name"] == "x"


@pytest.mark.parametrize("levels", [3, 4, 5])
def test_a_shorter_scale_has_the_words_that_its_terminals_show(levels: int) -> None:
    for language in ("th", "en"):
        shown = Words.load(language)
        words_shown = [shown.get(f"scale{levels}.{score}") for score in range(1, levels + 1)]
        assert list(SiteSettings().words_of(levels, language)) == words_shown
    own = SiteSettings()._replace(level_words_th=("ก", "ข", "ค", "ง", "จ"))
    assert own.words_of(5, "th") == ("ก", "ข", "ค", "ง", "จ")
    assert levels == 5 or own.words_of(levels, "th") == ()
