"""Goes round the whole office: every form is sent, every page is looked at."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import partial

from lxml import html
from playwright.sync_api import ConsoleMessage, Page

from sync.central.language import LANGUAGES
from tests.browser import looks
from tests.browser.engines import Engine
from tests.browser.keyboard import tabbed
from tests.browser.office import READERS, Office
from tests.browser.sending import Sent, send_here
from tests.browser.sitemap import Stop, finder, forms_in

LOOKS_AT_A_KIND = 2
Kind = tuple[str, str, tuple[str, ...]]


@dataclass(slots=True)
class Round:
    """What was seen on the way."""

    faults: list[str] = field(default_factory=list)
    forms: set[Kind] = field(default_factory=set)
    """Kinds of forms that were sent."""
    pages: int = 0
    """Looks at a page, in one language."""


def send_every_form(engine: Engine, office: Office) -> Round:
    """One of each kind, in a window where no script runs."""
    sent = Round()
    for reader in READERS:
        context = office.context(engine, reader)
        page = context.new_page()
        for stop in office.known.stops:
            if stop.reader == reader:
                sent.faults += _sent_from(office, page, stop, sent.forms)
        context.close()
    return sent


def _sent_from(office: Office, page: Page, stop: Stop, kinds: set[Kind]) -> Iterator[str]:
    """Send the page's forms of kinds that were not sent yet; why any was turned away."""
    for form in stop.forms:
        if form.kind in kinds:
            continue
        kinds.add(form.kind)
        office.put_back()
        office.sign_in(page.context, stop.reader)
        page.goto(stop.path)
        sent = send_here(office, page, stop.reader, form)
        if sent.html:
            sent = _sent_next(office, page, stop.reader, sent, kinds)
        if sent.fault:
            yield f"{stop.reader} {stop.path} {form.deed}: {sent.fault}"


def _sent_next(office: Office, page: Page, reader: str, sent: Sent, kinds: set[Kind]) -> Sent:
    """Send what the answer to a form asks for: a preview, or what comes of it."""
    tree = html.fromstring(sent.html)
    for form in forms_in(tree, sent.path, finder(office.app, "POST")):
        if form.kind not in kinds and form.place > 0:
            kinds.add(form.kind)
            page.wait_for_load_state()
            return send_here(office, page, reader, form)
    return sent


class Look(Enum):
    """How much of a page is looked at: whether it fits at each width; also what it says and hides;
    also at the narrowest and by the Tab key."""

    FITS = 1
    ONCE = 2
    WHOLLY = 3


def look_at_every_page(engine: Engine, office: Office, *, wholly: bool = False) -> Round:
    """Of each kind one page is looked at once, and that of one more reader at each width; `wholly`:
    of each kind one in each language wholly, and that of every other reader once."""
    seen, kinds = Round(), Counter[tuple[str, str]]()
    for number, reader in enumerate(READERS):
        own = LANGUAGES[number % len(LANGUAGES)]
        for language in LANGUAGES if wholly else (own,):
            context = office.context(engine, reader, language, scripts=True)
            page = context.new_page()
            page.on("console", partial(_complain, seen.faults))
            for stop in office.known.stops:
                if stop.reader != reader:
                    continue
                look = _look(kinds, stop.kind, language, own, wholly=wholly)
                if look is None:
                    continue
                faults = _faults_of(page, stop, look)
                seen.faults += [f"{reader} {stop.path} {language}: {one}" for one in faults]
                seen.pages += 1
            context.close()
    return seen


def _look(
    kinds: Counter[tuple[str, str]], kind: str, language: str, own: str, *, wholly: bool
) -> Look | None:
    """How a page is looked at, after those of its kind before it; None: not again."""
    of_kind = (kind, language if wholly else "")
    kinds[of_kind] += 1
    if wholly:
        if kinds[of_kind] == 1:
            return Look.WHOLLY
        return Look.ONCE if language == own else None
    return {1: Look.ONCE, LOOKS_AT_A_KIND: Look.FITS}.get(kinds[of_kind])


def _faults_of(page: Page, stop: Stop, look: Look) -> Iterator[str]:
    answer = page.goto(stop.path)
    assert answer is not None
    if answer.status != 200:
        yield f"{answer.status}"
    if look is not Look.FITS:
        yield from looks.printed(page)
    looks.unfold(page)
    yield from looks.sideways(page)
    if look is Look.FITS:
        return
    yield from looks.axe(page)
    yield from looks.forced_colours(page)
    if look is Look.WHOLLY:
        page.set_viewport_size({"width": looks.WIDTHS[0], "height": 900})
        yield from looks.axe(page)
        looks.thin(page)
        for width in (looks.WIDTHS[0], looks.WIDTHS[-1]):
            page.set_viewport_size({"width": width, "height": 900})
            yield from tabbed(page)


def _complain(faults: list[str], message: ConsoleMessage) -> None:
    faults.append(f"{message.location}: {message.text}")
