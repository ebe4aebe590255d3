"""How every screen looks: nothing cut, targets large enough, words complete in every language."""

import ast
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui import theme
from ui.samples import SIZES, samples
from ui.screens.base import StillScreen
from ui.screens.ready import ReadyScreen
from ui.text import MissingWord, Words, languages
from ui.view import ReadyView, ReasonsView
from ui.widgets.pictures import decode_photo
from ui.widgets.tap import Tap
from ui.widgets.text import TextBox, fit
from ui.window import TerminalWindow

LEAST_TARGET_MM = 12.7
"""VVSG 2.0, 7.2-I."""
NARROWEST_SCREEN_MM = {(1024, 600): 222, (1280, 800): 217, (1920, 1080): 344, (1080, 1920): 194}
"""Width of the smallest picture we stand for at each size: 10.1, 10.1, 15.6, 15.6 inches."""


@pytest.fixture
def window(qtbot: QtBot) -> TerminalWindow:
    window = TerminalWindow()
    qtbot.addWidget(window)
    return window


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("language", languages())
def test_no_word_is_cut_at_any_size(
    window: TerminalWindow, size: tuple[int, int], language: str
) -> None:
    window.resize(*size)
    window.show()
    for name, view in samples(language):
        window.show_view(view)
        screen = window.screen_shown
        page = screen.drawn if isinstance(screen, StillScreen) else screen
        assert page is not None
        for box in page.findChildren(TextBox):
            if box.isVisibleTo(page) and box._text:
                laid = box.laid()
                where = f"{name}: {box._text}"
                assert laid.widest <= box.width() + 0.5, where
                assert laid.height <= box.height() + 0.5, where
                assert window.rect().contains(box.mapTo(window, QPoint(0, 0))), where


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def test_every_target_is_large_enough_and_apart(
    window: TerminalWindow, size: tuple[int, int]
) -> None:
    window.resize(*size)
    window.show()
    per_mm = size[0] / NARROWEST_SCREEN_MM[size]
    for name, view in samples("th"):
        window.show_view(view)
        taps = [tap for tap in window.findChildren(Tap) if tap.isVisible()]
        for tap in taps:
            where = f"{name}: {tap.accessibleName()}"
            assert min(tap.width(), tap.height()) >= LEAST_TARGET_MM * per_mm - 1, where
        for tap in taps:
            mine = tap.rect().translated(tap.mapTo(window, QPoint(0, 0)))
            for other in taps:
                if other is not tap:
                    theirs = other.rect().translated(other.mapTo(window, QPoint(0, 0)))
                    assert not mine.intersects(theirs), f"{name}: {tap.text()} on {other.text()}"


def luminance(colour: QColor) -> float:
    """Relative luminance, WCAG 2.1."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: QColor, b: QColor) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", [theme.PAPER, theme.CARD, theme.CHOSEN, theme.PRESSED])
def test_words_stand_out_ten_to_one(ground: QColor) -> None:
    assert contrast(theme.INK, ground) >= 10
    assert contrast(theme.DEEP, theme.CARD) >= 10


@pytest.mark.parametrize("face", theme.FACES)
def test_the_lines_of_every_face_stand_out(face: QColor) -> None:
    assert contrast(theme.INK, face) >= 7


def test_thai_breaks_between_words_and_marks_need_no_more_than_the_line(qtbot: QtBot) -> None:
    text = "ท่านพึงพอใจต่อการให้บริการของเจ้าหน้าที่เพียงใด"
    laid = fit(text, 40, "Bold", QRectF(0, 0, 500, 200), wrap=True)
    starts = [laid.layout.lineAt(i).textStart() for i in range(1, laid.layout.lineCount())]
    assert starts, "it must wrap"
    words = re.findall(r"ท่าน|พึงพอใจ|ต่อ|การ|ให้|บริการ|ของ|เจ้าหน้าที่|เพียง|ใด", text)
    borders = {sum(len(w) for w in words[:i]) for i in range(len(words))}
    assert set(starts) <= borders


def ready_screen(window: TerminalWindow) -> ReadyScreen:
    window.resize(1280, 800)
    window.show()
    window.show_view(next(v for _, v in samples("th") if isinstance(v, ReadyView)))
    assert isinstance(window.screen_shown, ReadyScreen)
    return window.screen_shown


def test_a_face_acts_on_release_and_dragging_off_cancels(
    window: TerminalWindow, qtbot: QtBot
) -> None:
    face = ready_screen(window).faces[0]
    pressed: list[int] = []
    window.score_pressed.connect(pressed.append)
    middle = face.rect().center()
    QTest.mousePress(face, Qt.MouseButton.LeftButton, pos=middle)
    assert pressed == []
    QTest.mouseMove(face, QPoint(-200, -200))
    QTest.mouseRelease(face, Qt.MouseButton.LeftButton, pos=QPoint(-200, -200))
    assert pressed == []
    QTest.mouseClick(face, Qt.MouseButton.LeftButton)
    assert pressed == [5]


def test_a_finger_resting_elsewhere_does_not_swallow_a_tap(
    window: TerminalWindow, qtbot: QtBot
) -> None:
    screen = ready_screen(window)
    pressed: list[int] = []
    window.score_pressed.connect(pressed.append)
    device = QTest.createTouchDevice()
    resting = window.rect().center() + QPoint(0, -150)
    face = screen.faces[1]
    finger = face.mapTo(window, face.rect().center())
    QTest.touchEvent(window, device).press(0, resting, window).commit()
    QTest.touchEvent(window, device).stationary(0).press(1, finger, window).commit()
    QTest.touchEvent(window, device).stationary(0).release(1, finger, window).commit()
    QTest.touchEvent(window, device).release(0, resting, window).commit()
    assert pressed == [4]


def test_showing_views_again_and_again_makes_no_new_widgets(window: TerminalWindow) -> None:
    window.resize(1024, 600)
    window.show()
    views = [view for _, view in samples("th")]
    for view in views:
        window.show_view(view)
    before = len(window.findChildren(QWidget))
    for _ in range(30):
        for view in views:
            window.show_view(view)
    assert len(window.findChildren(QWidget)) == before


def test_a_view_is_told_when_it_is_painted(window: TerminalWindow, qtbot: QtBot) -> None:
    window.resize(1024, 600)
    window.show()
    reasons = next(view for _, view in samples("th") if isinstance(view, ReasonsView))
    with qtbot.waitSignal(window.painted, timeout=3000):
        window.show_view(reasons)


def test_closing_the_window_asks_and_does_not_close(window: TerminalWindow, qtbot: QtBot) -> None:
    window.show()
    with qtbot.waitSignal(window.close_asked, timeout=1000):
        window.close()
    assert window.isVisible()


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n" + b"0" * 50, b"GIF89a"])
def test_what_is_no_photo_becomes_initials(data: bytes) -> None:
    assert decode_photo(data) is None


def test_every_language_has_every_word_with_the_same_fields() -> None:
    fields = re.compile(r"{(\w+)}")
    thai = Words.load("th").by_key
    for code in languages():
        other = Words.load(code).by_key
        assert other.keys() == thai.keys(), code
        for key, word in other.items():
            assert word.strip(), f"{code}: {key}"
            assert set(fields.findall(word)) == set(fields.findall(thai[key])), f"{code}: {key}"


def test_every_word_that_the_program_asks_for_exists() -> None:
    used = set()
    for path in Path("ui").rglob("*.py"):
        used |= set(re.findall(r'say\(\s*"([a-z_]+\.[a-z_]+)"', path.read_text("utf-8")))
    assert used
    assert used <= Words.load("th").by_key.keys()
    with pytest.raises(MissingWord):
        Words.load("th").get("no.such")


def test_no_public_word_stands_outside_the_texts() -> None:
    """Thai in code: only in samples, the trial's people, name titles, an example of --help."""
    allowed = {"samples.py", "stage.py", "show.py", "window.py", "cli.py"}
    for path in Path("ui").rglob("*.py"):
        if path.name in allowed:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search("[\u0e00-\u0e7f]", node.value), path
