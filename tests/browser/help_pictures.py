"""The report's pages in the help: a part of `make pictures`.

A picture is a part of a page, from the head of one element to the foot of another.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright
from PySide6.QtGui import QImage

from sync.central.language import LANGUAGES
from tests.browser import engines
from tests.browser.engines import Engine
from tests.browser.office import PUBLIC, Office, made_once, served
from tests.support.central import SITE
from tests.support.help_pictures import HelpPicture, save
from ui.gallery import thumbnail

NARROW, DESK = 680, 1000
"""Widths of the window in pixels: words stay readable in an article; a page as a whole."""
MOST = 0.01
"""Share of other pixels that still is the same picture: browsers smooth letters in other ways with
each release."""
AROUND = 6
"""Pixels of the page around a part of it."""


class Part(NamedTuple):
    """Of a page: from the head of the first element to the foot of the last."""

    name: str
    first: str
    last: str


class PicturedPage(NamedTuple):
    """`path`: how the address begins, of a page that links lead the reader to. `unfolds`: what is
    opened first."""

    reader: str
    path: str
    parts: tuple[Part, ...]
    width: int = NARROW
    unfolds: str = ""


PAGES = (
    PicturedPage(
        reader="officer",
        path=f"/officer/{SITE}/",
        parts=(
            Part("figure", ".headline", ".of-100"),
            Part("trend", ".trend", ".trend .months"),
            Part("conditions", ".verdict", ".verdict"),
            Part("object", "tr:has(+ tr details[open])", "tr:has(details[open])"),
        ),
        unfolds="tbody details",
    ),
    PicturedPage(
        reader="director",
        path=f"/ita/{SITE}",
        parts=(Part("ita-row", "details[open]", "details[open] [name=measure]"),),
        unfolds="details.card",
    ),
    PicturedPage(
        reader="it",
        path=f"/fleet/{SITE}",
        parts=(Part("alarm", ".alarm:has(code)", ".alarm:has(code)"),),
    ),
    PicturedPage(
        reader="director",
        path=f"/report/{SITE}",
        parts=(Part("report", "header", ".trend .months"),),
        width=DESK,
    ),
)
POSTER = f"/paper/{SITE}/infographic.png?period=fy2026"
POSTER_WIDTH = 500


def shown(engine: Engine, office: Office) -> Iterator[HelpPicture]:
    for pictured in PAGES:
        path = next(
            stop.path
            for stop in office.known.stops
            if stop.reader == pictured.reader and stop.path.startswith(pictured.path)
        )
        context = office.context(engine, pictured.reader, width=pictured.width)
        page = context.new_page()
        for language in LANGUAGES:
            page.goto(f"{path}?lang={language}")
            if pictured.unfolds:
                page.locator(pictured.unfolds).first.evaluate("details => { details.open = true; }")
            whole = QImage.fromData(page.screenshot(full_page=True))
            for part in pictured.parts:
                yield part.name, language, _cut(page, whole, part)
        context.close()
    yield "infographic", "th", _poster(engine, office)


def _poster(engine: Engine, office: Office) -> QImage:
    """A paper for citizens, which speaks Thai alone."""
    context = office.context(engine, PUBLIC)
    poster = QImage.fromData(context.request.get(POSTER).body())
    context.close()
    return thumbnail(poster, POSTER_WIDTH)


def _cut(page: Page, whole: QImage, part: Part) -> QImage:
    first = page.locator(part.first).first.bounding_box()
    last = page.locator(part.last).first.bounding_box()
    assert first, part
    assert last, part
    left, top = max(0, round(first["x"]) - AROUND), max(0, round(first["y"]) - AROUND)
    right = round(max(box["x"] + box["width"] for box in (first, last))) + AROUND
    bottom = round(last["y"] + last["height"]) + AROUND
    return whole.copy(left, top, min(whole.width(), right) - left, bottom - top)


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as made,
        tempfile.TemporaryDirectory() as copy,
        served(made_once(Path(made)), Path(copy)) as office,
        sync_playwright() as driver,
        engines.chromium(driver) as engine,
    ):
        for path in save(shown(engine, office), MOST):
            sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    main()
