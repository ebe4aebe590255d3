"""Every page of every reader holds in a real browser: at a desk, on a phone, in the narrowest
window, in Thai and English, in forced colours; and axe-core finds nothing."""

import pytest

from sync.central.handbook import ARTICLES
from sync.central.language import LANGUAGES
from tests.browser import looks
from tests.browser.engines import Engine
from tests.browser.office import PUBLIC, Office
from tests.browser.rounds import look_at_every_page
from tests.browser.sitemap import finder
from tests.support.central import SITE
from tests.support.central_routes import routes_of

NO_LINK = {
    "/", "/healthz", "/readyz", "/metrics", "/static/{name}", "/photo/{site}/{officer}",
    "/sign-in/code", "/settings/{site}/document",
}  # fmt: skip
"""What nobody comes to by a link: the way on, machines' addresses, pictures, and a page that
follows a form (test_sign_in.py goes there). Whatever has a dot in its path is a file."""
NARROWEST = looks.WIDTHS[-1:]
FILES = ("/paper/", "/data/", "/copy/", "/v1/")


def test_every_page_holds_at_every_width(chromium: Engine, office: Office) -> None:
    seen = look_at_every_page(chromium, office)
    assert not seen.faults, "\n".join(seen.faults)
    assert seen.pages > len({stop.kind for stop in office.known.stops}) > 40


def test_every_article_of_the_help_holds_on_the_narrowest_screen(
    chromium: Engine, office: Office
) -> None:
    faults = []
    for language in LANGUAGES:
        context = office.context(chromium, PUBLIC, language)
        page = context.new_page()
        for article in ARTICLES:
            page.goto(f"/help/{article.id}")
            faults += [
                f"{article.id} {language}: {fault}" for fault in looks.sideways(page, NARROWEST)
            ]
        context.close()
    assert not faults, "\n".join(faults)


def test_no_page_is_without_a_way_to_it(office: Office) -> None:
    """So every page of the server is among those that are looked at here."""
    gets = {route.path for route in routes_of(office.app) if "GET" in (route.methods or ())}
    pages = {path for path in gets if not path.startswith(FILES) and "." not in path}
    route_of = finder(office.app, "GET")
    reached = {route_of(stop.path.split("?")[0]) for stop in office.known.stops}
    assert pages - reached == NO_LINK


def test_an_objection_is_written_in_a_field_as_wide_as_a_line(
    chromium: Engine, office: Office
) -> None:
    path = f"/officer/{SITE}/"
    stops = (stop.path for stop in office.known.stops if stop.reader == "officer")
    context = office.context(chromium, "officer", scripts=True)
    page = context.new_page()
    page.goto(next(stop for stop in stops if stop.startswith(path)))
    looks.unfold(page)
    for width, least in ((1280, 600), (320, 240)):
        page.set_viewport_size({"width": width, "height": 900})
        box = page.locator("#weeks textarea").first.bounding_box()
        assert box
        assert least < box["width"] < width
    context.close()


def test_what_a_finger_touches_is_large_enough(chromium: Engine, office: Office) -> None:
    context = office.context(chromium, "director", width=390, scripts=True)
    page = context.new_page()
    for path in ("report", "papers", "objections", "ita"):
        page.goto(f"/{path}/{SITE}")
        looks.unfold(page)
        assert not looks.small_targets(page), path
    context.close()


PROBES = {
    "a wide table": ("sideways", "<table><tr><td style='min-width: 1400px'>1</table>"),
    "a field without a name": ("axe", "<input>"),
    "pale words": ("axe", "<p style='color: #ccc'>words</p>"),
    "a small button": ("small_targets", "<button style='height: 20px'>words</button>"),
    "ink that stays black": ("forced_colours", "<svg><text y='20' fill='#000'>1</text></svg>"),
    "a bar of grey": ("forced_colours", "<svg><rect width='9' height='9' fill='#eee'/></svg>"),
}


def test_a_thinned_page_has_of_rows_alike_the_first_two_and_the_last(chromium: Engine) -> None:
    context = chromium.context(scripts=True)
    page = context.new_page()
    rows = "".join(f"<li class=a>{n}</li>" for n in range(9))
    page.set_content(f"<main><ul>{rows}<li>another</li></ul></main>")
    looks.thin(page)
    assert page.locator("li").all_inner_texts() == ["0", "1", "8", "another"]
    context.close()


@pytest.mark.parametrize("probe", PROBES)
def test_a_fault_is_seen(chromium: Engine, probe: str) -> None:
    look, fault = PROBES[probe]
    context = chromium.context(scripts=True)
    page = context.new_page()
    head = "<!doctype html><html lang=en><title>probe</title><main><h1>probe</h1>"
    page.set_content(f"{head}{fault}</main>")
    assert [*getattr(looks, look)(page)]
    context.close()
