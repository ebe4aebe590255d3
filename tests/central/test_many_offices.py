"""A central of very many offices: nobody is given a list of all of them."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from sync.central.reports.gate import city_figures
from sync.central.schema import site_months, sites
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.usecases.sign_in import sign_in_as
from sync.central.usecases.sites import MOST_OFFERED, add_site, offered_sites
from sync.central.viewer import CITY, ROLES
from sync.central.web.app import create_app
from tests.support.central import NOON

OFFICES = 240
PROVINCES = ("น่าน", "เชียงใหม่", "")
"""A third of the offices each; of the last nobody said it."""


@pytest.fixture
def country(central: Central) -> Central:
    rows = [
        {"site": f"local{n:04}", "name": f"เทศบาลตำบลที่ {n:04}", "province": PROVINCES[n % 3]}
        for n in range(OFFICES)
    ]
    month: dict[str, object] = {column.name: 0 for column in site_months.c}
    month |= {"month": date(2026, 10, 1), "levels": 5, "blocks": 1}
    month |= {"first_day": date(2026, 10, 5), "last_day": date(2026, 10, 9)}
    sums = [{**month, "site": row["site"], "n4": 5, "n5": 15} for row in rows[:4]]
    with central.store.connection() as connection:
        connection.execute(insert(sites), rows)
        connection.execute(insert(site_months), sums)
    return central


@pytest.fixture
def governor(country: Central) -> TestClient:
    add_account(country, "t", "governor", "ผู้ว่าฯ", (ROLES["director"],), NOON, city=True)
    with country.store.transaction(CITY) as t:
        account = t.accounts.get("governor")
        assert account is not None
        t.accounts.put(replace(account, first_until=None, subject="gov"))
    client = TestClient(create_app(country, lambda: NOON), follow_redirects=False)
    client.cookies.set("kiosk_session", f"~.{sign_in_as(country, CITY, 'gov', NOON).token}")
    return client


def test_who_signs_in_searches_the_office(country: Central) -> None:
    client = TestClient(create_app(country, lambda: NOON))
    empty = client.get("/sign-in").text
    assert "เทศบาลตำบลที่" not in empty
    assert 'name="find"' in empty
    some = client.get("/sign-in", params={"find": "ที่ 01", "next": "/report/local0101"}).text
    assert some.count('<option value="local01') == MOST_OFFERED
    assert "พบหน่วยงานมากกว่าที่แสดง" in some
    assert some.count('value="/report/local0101"') == 2, "the way back stays"
    one = client.get("/sign-in", params={"find": "LOCAL0101"}).text
    assert one.count("<option") == 2, "the office and the city"
    none = client.get("/sign-in", params={"find": "100%"}).text
    assert "ไม่พบหน่วยงานที่ค้นหา" in none
    assert len(some) < 10_000


def test_where_there_are_few_all_are_offered(central: Central) -> None:
    add_site(central, "other", "สำนักงานเขตอื่น")
    assert offered_sites(central, "").are_all
    text = TestClient(create_app(central, lambda: NOON)).get("/sign-in").text
    assert 'name="find"' not in text
    assert "สำนักงานเขตอื่น" in text


def test_the_city_page_has_provinces_then_offices_page_by_page(governor: TestClient) -> None:
    first = governor.get("/city?period=fy2027").text
    assert "เทศบาลตำบลที่" not in first
    assert first.index("เชียงใหม่") < first.index("น่าน") < first.index("ไม่ระบุจังหวัด")
    assert first.count("๘๐ หน่วยงาน") == 2
    assert "๘๑ หน่วยงาน" in first, "this office, of which nobody said it"
    assert "๔๐" in first, "two offices of a province have twenty ratings each"
    of_one = governor.get("/city", params={"period": "fy2027", "province": "น่าน"}).text
    assert of_one.count("/report/local") == OFFICES / 3
    unnamed = governor.get("/city?period=fy2027&province=").text
    assert unnamed.count("/report/local") == OFFICES / 3
    assert "/report/dindaeng" in unnamed
    assert 'name="province" value=""' in unnamed, "another period of the same offices"


def test_a_search_has_pages(governor: TestClient) -> None:
    asked = {"period": "fy2027", "find": "ตำบล"}
    first = governor.get("/city", params=asked).text
    assert first.count("/report/local") == city_figures.ON_A_PAGE
    assert "หน้า ๑ จาก ๓" in first
    last = governor.get("/city", params={**asked, "page": "3"}).text
    assert last.count("/report/local") == OFFICES - 2 * city_figures.ON_A_PAGE
    assert 'rel="next"' not in last
    assert "ไม่พบหน่วยงาน" in governor.get("/city", params={**asked, "find": "ไม่มี"}).text
    assert governor.get("/city", params={**asked, "page": "0"}).status_code >= 400
    assert governor.get("/city", params={**asked, "page": "999"}).status_code == 200
