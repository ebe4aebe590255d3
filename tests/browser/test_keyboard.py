"""Who has no mouse reads, signs in and sends."""

import pytest

from tests.browser.engines import Engine
from tests.browser.keyboard import tabbed
from tests.browser.office import PUBLIC, Office
from tests.support.central import SITE


@pytest.mark.parametrize(
    ("reader", "path", "width"),
    [
        (PUBLIC, "/sign-in", 1280),
        (PUBLIC, "questionnaire", 390),
        ("director", f"/report/{SITE}", 390),
        ("it", f"/settings/{SITE}", 1280),
    ],
)
def test_the_tab_key_reaches_everything_in_order_and_in_sight(
    chromium: Engine, office: Office, reader: str, path: str, width: int
) -> None:
    context = office.context(chromium, reader, width=width, scripts=True)
    page = context.new_page()
    page.goto(office.known.questionnaire if path == "questionnaire" else path)
    faults = [*tabbed(page)]
    context.close()
    assert not faults, "\n".join(faults)


def test_a_fault_is_seen(chromium: Engine) -> None:
    context = chromium.context(scripts=True)
    page = context.new_page()
    page.set_content(
        "<!doctype html><style>a { outline: 0 } .off { position: fixed; left: -999px }</style>"
        "<a href='/1'>no sign</a><button tabindex=1>first</button><button class=off>off</button>"
        "<button tabindex=-1>never</button>"
    )
    faults = " | ".join(tabbed(page))
    context.close()
    for fault in ("no sign that", "out of sight", "comes after", "no Tab key reaches"):
        assert fault in faults, faults


def test_somebody_signs_in_skips_the_menu_and_opens_it_with_keys_alone(
    chromium: Engine, office: Office
) -> None:
    context = chromium.context(390, base_url=office.url)
    page = context.new_page()
    page.goto(f"/sign-in?next=/report/{SITE}")
    page.locator("input[autofocus]:focus").wait_for()  # the browser sets it after the page is there
    for keys in ("director", office.account_of("director").password):
        page.keyboard.type(keys)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{office.url}/report/{SITE}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{office.url}/report/{SITE}#main")
    page.keyboard.press("Tab")
    assert page.locator("main :focus").count() == 1
    while not page.locator("#menu:focus").count():
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    assert page.locator("nav a:focus").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{office.url}/services/{SITE}")
    context.close()
