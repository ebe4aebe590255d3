"""The report's page: what it adds up, what it withholds, and that both languages are whole."""

from datetime import date, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from sync.central.language import words
from sync.central.period import year_of
from sync.central.reports import gate
from sync.central.thai import day as shown_day
from sync.central.thai import number
from sync.central.usecases.central import Central
from sync.central.usecases.people import retire_officer
from sync.central.usecases.publishing import publish_due
from sync.central.viewer import ROLES, Viewer
from sync.central.web.app import create_app
from tests.support.builders import an_officer
from tests.support.central import NOON as NOW
from tests.support.central import put_on_roster, received, signed_in

TODAY = date(2026, 11, 23)


DIRECTOR = Viewer(account="d", name="ผอ.", site="dindaeng", roles=frozenset({ROLES["director"]}))
YEAR = year_of(TODAY)


def office(central: Central) -> gate.OfficeView:
    publish_due(central, TODAY)
    return gate.office(central, DIRECTOR, YEAR, TODAY, sections_seen=NOW)


def section(central: Central, name: str = "") -> gate.SectionView:
    publish_due(central, TODAY)
    return gate.section(central, DIRECTOR, name, YEAR, TODAY, NOW)


@pytest.fixture
def page(central: Central) -> TestClient:
    """A director who is signed in."""
    return signed_in(central, ROLES["director"], now=NOW)


def test_sections_add_up_to_the_office_and_nobody_counted_is_left_out(central: Central) -> None:
    put_on_roster(
        central,
        (
            an_officer("101", "สมหญิง", section="ฝ่ายทะเบียน"),
            an_officer("201", "กตัญญู", section="ฝ่ายรายได้"),
            an_officer("301", "น้ำผึ้ง"),
        ),
    )
    received(central, "101", 1, 2, 3, 10, 20)
    received(central, "201", 0, 0, 3, 5, 4)
    received(central, "stranger", 0, 1, 1, 5, 5)
    view = office(central)
    assert view.figure.result.n == sum(s.figure.result.n for s in view.sections) == 60
    assert [s.section for s in view.sections] == ["ฝ่ายทะเบียน", "ฝ่ายรายได้", ""]
    rows = [(r.officer.name, r.on_roster, r.figure.result.n) for r in section(central).officers]
    assert rows == [("น้ำผึ้ง", True, 0), ("คนที่ stranger", True, 12)]


def test_fewer_than_ten_are_in_no_total(central: Central) -> None:
    put_on_roster(central, (an_officer("101", "ก"), an_officer("102", "ข")))
    received(central, "101", 0, 0, 0, 10, 10)
    received(central, "102", 0, 0, 0, 4, 5)
    assert office(central).figure.result.n == 20
    assert [r.figure.result.rate for r in section(central).officers] == [0.85, None]


def test_officers_stand_by_number_whatever_their_score(central: Central) -> None:
    numbers = ("100", "9", "10")
    put_on_roster(central, tuple(an_officer(n, f"คนที่ {n}") for n in numbers))
    received(central, "100", 0, 0, 0, 0, 40)
    received(central, "9", 40, 0, 0, 0, 0)
    assert [r.officer.number for r in section(central).officers] == ["9", "10", "100"]


def test_a_retired_officer_stays_as_long_as_there_are_results(central: Central) -> None:
    put_on_roster(central, (an_officer("101", "ก"), an_officer("102", "ข")))
    received(central, "101", 0, 0, 0, 10, 10)
    retire_officer(central, "101")
    retire_officer(central, "102")
    assert [r.officer.name for r in section(central).officers] == ["ก"]


def test_repeated_and_late_presses_stand_beside_the_score(
    central: Central, page: TestClient
) -> None:
    put_on_roster(central, (an_officer("101", "ก"),))
    received(central, "101", 0, 0, 0, 10, 10)
    for at in ("/report/dindaeng", "/section/dindaeng", "/officer/dindaeng/101"):
        assert "การกดซ้ำหรือข้อมูลที่ส่งล่าช้า (ไม่นับคะแนน) ๒ ครั้ง" in page.get(f"{at}?lang=th").text
        assert "Repeated or late presses, not scored 2 times" in page.get(f"{at}?lang=en").text


def test_who_is_withheld_reads_when_the_next_block_can_close(
    central: Central, page: TestClient
) -> None:
    put_on_roster(central, (an_officer("101", "ก"), an_officer("102", "ข")))
    received(central, "101", 0, 0, 0, 10, 10)
    text = page.get("/section/dindaeng").text
    assert "ยังไม่เพียงพอที่จะแสดงผล" in text
    assert "๒๙ พ.ย. ๒๕๖๙" in text


@pytest.mark.parametrize("language", ["th", "en"])
def test_without_any_data_the_page_says_so(page: TestClient, language: str) -> None:
    got = page.get(f"/report/dindaeng?lang={language}")
    assert got.status_code == 200
    for key in ("page.report", "common.hidden", "figures.no_officers", "common.none"):
        assert words(language).get(key) in got.text


def test_the_page_fetches_nothing_from_elsewhere_and_runs_nothing(page: TestClient) -> None:
    got = page.get("/report/dindaeng")
    assert "default-src 'none'" in got.headers["Content-Security-Policy"]
    assert "<script" not in got.text
    assert "://" not in got.text
    for name in ("report.css", "face.svg", "Sarabun-Regular.ttf", "Sarabun-Bold.ttf"):
        assert page.get(f"/static/{name}").status_code == 200
    assert page.get("/static/th.toml").status_code == 404


def test_a_bug_is_one_line_for_the_caller(central: Central) -> None:
    def no_clock() -> datetime:
        raise RuntimeError("a secret of the inside")

    client = TestClient(create_app(central, no_clock), raise_server_exceptions=False)
    got = client.post("/v1/enrol", content=b"{}")
    assert (got.status_code, set(got.json())) == (500, {"error"})
    assert "secret" not in got.text


def test_thai_pages_carry_thai_digits_and_the_buddhist_era() -> None:
    leap_day = date(2028, 2, 29)
    assert shown_day(leap_day, "th") == "๒๙ ก.พ. ๒๕๗๑"
    assert shown_day(leap_day, "en") == "29 Feb 2028"
    assert number(1234.5, "th", 1) == "๑,๒๓๔.๕"
    assert shown_day(TODAY - timedelta(days=1), "th") == "๒๒ พ.ย. ๒๕๖๙"


def test_presses_that_were_nobodys_stand_with_the_gaps(central: Central, page: TestClient) -> None:
    put_on_roster(central, (an_officer("101", "ก"),))
    received(central, "101", 0, 0, 0, 10, 10)
    received(central, "", 0, 0, 0, 0, 0)
    assert office(central).gaps == {"late": 1}
    assert "ไม่ทราบว่าเป็นของผู้ใด" in page.get("/report/dindaeng?lang=th").text
