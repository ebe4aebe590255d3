"""Ten pages look as a person approved them; see tests/browser/approve.py."""

from PySide6.QtGui import QImage

from tests.browser.approve import FOLDER, PAGES, looks
from tests.browser.engines import Engine
from tests.browser.help_pictures import MOST, shown
from tests.browser.office import Office
from tests.support.help_pictures import stale
from tests.ui.approve import straying


def test_ten_pages_look_as_approved(chromium: Engine, office: Office) -> None:
    changed = {}
    for name, picture in looks(chromium, office):
        share = straying(picture, QImage(str(FOLDER / f"{name}.png")))
        if share > MOST:
            changed[name] = round(share, 4)
    assert not changed, "look at them, then `python -m tests.browser.approve`"
    assert {path.stem for path in FOLDER.glob("*.png")} == set(PAGES)


def test_each_page_in_the_help_is_as_the_report_shows_it(chromium: Engine, office: Office) -> None:
    assert not stale(shown(chromium, office), MOST), "`make pictures`, and look at them"
