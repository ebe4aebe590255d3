"""The approved looks of ten pages: small grey pictures that a person has looked at.

`python -m tests.browser.approve` makes them anew; look at them, and at `git diff --stat`, then.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright
from PySide6.QtGui import QImage

from tests.browser import engines
from tests.browser.engines import Engine
from tests.browser.office import PUBLIC, Office, made_once, served
from tests.support.central import SITE
from ui.gallery import thumbnail

FOLDER = Path(__file__).with_name("approved")
DESK, PHONE = (1280, 320), (390, 160)
"""Widths in pixels: of the window, and of its picture."""
PAGES = {
    "sign-in": (PUBLIC, "/sign-in", "th", PHONE),
    "questionnaire": (PUBLIC, "questionnaire", "th", PHONE),
    "public": (PUBLIC, f"/public/{SITE}", "th", PHONE),
    "office": ("director", f"/report/{SITE}", "th", DESK),
    "office-phone": ("director", f"/report/{SITE}", "en", PHONE),
    "services": ("director", f"/services/{SITE}", "th", DESK),
    "objections": ("director", f"/objections/{SITE}", "th", DESK),
    "papers": ("section-head", f"/papers/{SITE}", "th", DESK),
    "retention": (PUBLIC, f"/retention/{SITE}", "th", DESK),
    "city": ("city", "/city", "en", DESK),
}
"""Who looks, where, in which language and window. None shows an id that chance has made."""

Look = tuple[str, QImage]


def looks(engine: Engine, office: Office) -> Iterator[Look]:
    """Each page from its head to its foot."""
    for name, (reader, path, language, (width, small)) in PAGES.items():
        context = office.context(engine, reader, language, width)
        page = context.new_page()
        page.goto(office.known.questionnaire if path == "questionnaire" else path)
        picture = QImage.fromData(page.screenshot(full_page=True))
        context.close()
        yield name, thumbnail(picture, small).convertToFormat(QImage.Format.Format_Grayscale8)


def approve() -> int:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with (
        tempfile.TemporaryDirectory() as made,
        tempfile.TemporaryDirectory() as copy,
        served(made_once(Path(made)), Path(copy)) as office,
        sync_playwright() as driver,
        engines.chromium(driver) as engine,
    ):
        for name, picture in looks(engine, office):
            picture.save(str(FOLDER / f"{name}.png"))
    return len(PAGES)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    print(approve(), "approved")  # noqa: T201  (a command)
