"""People sign in with a real browser: over TLS, on this machine, and by name on plain HTTP, where a
browser says least of itself."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from sync.central.usecases.accounts import new_password
from sync.central.web import edge
from tests.browser.engines import NAMED, Engine
from tests.browser.office import Office, served
from tests.support.authenticator import Authenticator
from tests.support.central import NOON, SITE

OWN = "ตลาดนัดสวนจตุจักรวันเสาร์ 77"


def sign_in(page: Page, url: str, password: str, account: str = "director") -> None:
    page.goto(f"{url}/report/{SITE}")
    page.fill("[name=account]", account)
    page.fill("[name=password]", password)
    page.click("main button")
    page.wait_for_load_state()


@pytest.mark.parametrize("way", ["TLS", "this machine", "by name"])
def test_people_sign_in_and_save_a_form(
    chromium: Engine, template: Path, tmp_path: Path, way: str
) -> None:
    with served(template, tmp_path, tls=way == "TLS") as office:
        url = f"http://{NAMED}:{office.server.port}" if way == "by name" else office.url
        context = chromium.context(390)
        page = context.new_page()
        sign_in(page, url, office.account_of("director").password)
        assert page.url == f"{url}/report/{SITE}", "back where they wanted to go"
        page.goto(f"{url}/improvements/{SITE}")
        new = page.locator("details", has=page.locator("form [name=said]")).first
        new.locator("summary").click()
        new.locator("[name=said]").fill("ป้ายบอกทางหายาก ชั้น ๒")
        new.locator("button").first.click()
        page.wait_for_load_state()
        assert page.get_by_text("ป้ายบอกทางหายาก ชั้น ๒").count()
        page.locator("header form button").click()
        page.wait_for_url(f"{url}/sign-in")
        page.goto(f"{url}/report/{SITE}")
        assert "/sign-in?next=" in page.url
        context.close()


def test_a_policy_under_which_browsers_hide_where_a_form_comes_from_is_seen(
    chromium: Engine, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault that every test without a browser missed."""
    monkeypatch.setitem(edge.HEADERS, "Referrer-Policy", "no-referrer")
    with served(template, tmp_path, tls=False) as office:
        url = f"http://{NAMED}:{office.server.port}"
        context = chromium.context()
        page = context.new_page()
        sign_in(page, url, office.account_of("director").password)
        assert page.url == f"{url}/sign-in"
        assert page.locator("[name=password]").count() == 0, "turned away, not asked again"
        context.close()


def test_a_first_password_and_a_second_factor_are_set_up_and_asked_for(
    chromium: Engine, office: Office
) -> None:
    central = office.server.central
    first = new_password(central, "it", SITE, "hr", NOON)
    context = chromium.context(base_url=office.url)
    page = context.new_page()
    sign_in(page, office.url, first, "hr")
    page.wait_for_url(f"{office.url}/password")
    for name, words in (("old", first), ("new", OWN), ("again", OWN)):
        page.fill(f"[name={name}]", words)
    page.click("main button")
    page.wait_for_url(f"{office.url}/report/{SITE}")
    page.goto("/second-factor")
    phone = Authenticator(page.content())
    page.fill("[name=password]", OWN)
    page.fill("[name=code]", phone.code(NOON))
    page.click("main button")
    page.wait_for_selector(".codes")
    recovery = page.locator(".codes code").first.inner_text()
    page.goto("/my-account")
    page.locator("form", has=page.locator("[value=codes]")).locator("[name=password]").fill(OWN)
    page.click("[value=codes]")
    page.wait_for_selector(".codes")
    assert page.locator(".codes code").first.inner_text() != recovery
    recovery = page.locator(".codes code").first.inner_text()
    page.locator("header form button").click()
    page.wait_for_url(f"{office.url}/sign-in")
    sign_in(page, office.url, OWN, "hr")
    page.wait_for_url(f"{office.url}/sign-in/code")
    page.fill("[name=code]", recovery)
    page.click("main button")
    page.wait_for_url(f"{office.url}/report/{SITE}")
    context.close()
