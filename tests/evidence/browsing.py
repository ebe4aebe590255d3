"""Every page of every reader in Chromium, and of each kind one wholly in both languages: at a desk
and in the narrowest window, by the Tab key too. Every form from Firefox."""

from collections.abc import Callable

from playwright.sync_api import sync_playwright

from tests.browser import engines
from tests.browser.engines import Engine
from tests.browser.office import Office, made_once, served
from tests.browser.rounds import Round, look_at_every_page, send_every_form
from tests.evidence.figure import Figure, Measured, Run


def measure_pages(run: Run) -> Measured:
    seen = _in_the_office(
        run, lambda office, engine: look_at_every_page(engine, office, wholly=True)
    )
    text = f"{seen.pages} pages, {len(seen.faults)} faults"
    return Measured(text, tuple(seen.faults))


def measure_forms(run: Run) -> Measured:
    sent = _in_the_office(run, lambda office, engine: send_every_form(engine, office), firefox=True)
    text = f"{len(sent.forms)} kinds of form, {len(sent.faults)} turned away"
    return Measured(text, tuple(sent.faults))


def _in_the_office(
    run: Run, go_round: Callable[[Office, Engine], Round], *, firefox: bool = False
) -> Round:
    template, folder = run.folder / "made", run.folder / "served"
    for one in (template, folder):
        one.mkdir()
    browser = engines.firefox if firefox else engines.chromium
    with (
        served(made_once(template), folder) as office,
        sync_playwright() as driver,
        browser(driver) as engine,
    ):
        return go_round(office, engine)


FIGURES = (
    Figure(
        name="pages in Chromium: roles, widths, languages",
        target="no fault of axe, keys, widths, colours",
        quick=0,
        full=0,
        measure=measure_pages,
        full_only=True,
    ),
    Figure(
        name="forms from Firefox",
        target="0 turned away",
        quick=0,
        full=0,
        measure=measure_forms,
        full_only=True,
    ),
)
