"""Every form of every reader is sent from a real browser, without scripts, and taken.

They were turned away by each real browser once, while every test was green: what a browser says of
where a form comes from is its own, and no client of a test says the same.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright

from tests.browser import engines
from tests.browser.engines import Engine
from tests.browser.office import Office
from tests.browser.rounds import send_every_form
from tests.browser.sending import send_here
from tests.support.central_routes import routes_of

ELSEWHERE = {"/sign-in/code", "/my-account"}
"""Forms for who has a second factor: test_sign_in.py sends them."""
OF_FIREFOX = {("director", "/improvements/{site}"), ("it", "/settings/{site}")}
"""Readers and routes; `make evidence FULL=1` sends all of them from Firefox too."""


def test_every_form_is_taken(chromium: Engine, office: Office) -> None:
    sent = send_every_form(chromium, office)
    assert not sent.faults, "\n".join(sent.faults)
    posts = {r.path for r in routes_of(office.app) if "POST" in (r.methods or ())}
    people = {path for path in posts if not path.startswith("/v1/")}
    assert people - {action for action, _, _ in sent.forms} == ELSEWHERE, "nobody finds these"


@pytest.fixture
def firefox(driver: Playwright) -> Iterator[Engine]:
    with engines.firefox(driver) as engine:
        yield engine


def test_firefox_sends_forms_too(firefox: Engine, office: Office) -> None:
    sent = set()
    for reader, action in OF_FIREFOX:
        context = office.context(firefox, reader)
        page = context.new_page()
        for stop in office.known.stops:
            form = next((form for form in stop.forms if form.action == action), None)
            if stop.reader == reader and form is not None and action not in sent:
                page.goto(stop.path)
                assert not send_here(office, page, reader, form).fault
                sent.add(action)
        context.close()
    assert len(sent) == len(OF_FIREFOX)
