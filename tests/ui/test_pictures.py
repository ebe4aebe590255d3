"""Every screen looks as a person approved it; see tests/ui/approve.py."""

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.support.help_pictures import file_of, stale
from tests.ui.approve import FOLDER, MOST, looks, straying
from tests.ui.help_pictures import shown
from ui.gallery import pictures
from ui.samples import SIZES


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_every_screen_looks_as_approved(size: tuple[int, int], qtbot: QtBot) -> None:
    changed, seen = {}, set()
    for name, picture in looks(size):
        seen.add(name)
        share = straying(picture, QImage(str(FOLDER / f"{name}.png")))
        if share > MOST:
            changed[name] = round(share, 4)
    assert not changed, "look at them, then `python -m tests.ui.approve`"
    approved = {path.stem for path in FOLDER.glob(f"*-{size[0]}x{size[1]}.png")}
    assert approved == seen


def test_a_word_that_is_gone_is_seen(qtbot: QtBot) -> None:
    named = dict(looks(SIZES[0]))
    assert straying(named["closed-th-1024x600"], named["paused-th-1024x600"]) > MOST
    assert straying(named["ready-th-1024x600"], named["ready-en-1024x600"]) > MOST


def test_the_approved_pictures_stay_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.png")) < 2_200_000


def test_each_screen_in_the_help_is_as_the_terminal_shows_it(qtbot: QtBot) -> None:
    assert not stale(shown(), MOST), "`make pictures`, and look at them"


def test_a_screen_in_the_help_that_is_gone_or_another_is_seen(qtbot: QtBot) -> None:
    ((_, thanks),) = pictures(SIZES[0], "th", includes={"thanks"}.__contains__)
    others = [("thanks", "en", thanks), ("closed", "th", thanks), ("nothing", "th", thanks)]
    assert list(stale(iter(others), MOST)) == [str(file_of(*other[:2])) for other in others]
