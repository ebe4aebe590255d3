"""Everyone can use it: contrast, faces without colour, names and roles, keyboard or panel alone."""

from itertools import combinations

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kiosk.domain import face
from kiosk.domain.encounter import Fate
from kiosk.domain.rating import Channel, Outcome, ReasonId
from kiosk.settings.reading import parse
from tests.support.colours import contrast, lab, linear
from tests.support.counter import (
    SETTINGS,
    Counter,
    pass_time,
    press_face,
    ready,
    shown,
    sign_on,
    tally,
)
from ui import theme
from ui.samples import CARDS, samples
from ui.screens.message import MessageScreen
from ui.screens.ready import ReadyScreen
from ui.screens.reasons import ReasonsScreen
from ui.screens.thanks import ThanksScreen
from ui.spoken import spoken
from ui.text import Words, languages
from ui.view import ReadyView
from ui.widgets.face import paint_face
from ui.widgets.tap import Tap
from ui.widgets.text import TextBox
from ui.window import TerminalWindow

FACES = [QColor(colour) for colour in face.colours()]
WORDS_ON_GROUNDS = [
    *((theme.INK, ground) for ground in (theme.PAPER, theme.CARD, theme.CHOSEN, theme.PRESSED)),
    *((theme.INK, colour) for colour in FACES),
    *((theme.INK, theme.tint(colour, share)) for colour in FACES for share in (0.24, 0.8)),
    (theme.INK, theme.WARM),
    (theme.SOFT_INK, theme.PAPER),
    (theme.SOFT_INK, theme.CARD),
    (theme.ALARM, theme.PAPER),
    (theme.DEEP, theme.CARD),
    (theme.CARD, theme.DEEP),
    (theme.CARD, theme.SOFT_INK),
]


@pytest.mark.parametrize(
    ("words", "ground"), WORDS_ON_GROUNDS, ids=lambda c: c.name() if isinstance(c, QColor) else c
)
def test_words_and_lines_of_faces_stand_out_ten_to_one(words: QColor, ground: QColor) -> None:
    assert contrast(words, ground) >= 10


Row = tuple[float, float, float]
GREY: tuple[Row, Row, Row] = ((0.2126, 0.7152, 0.0722),) * 3
SEEN = {
    "grey": GREY,
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""On linear RGB; Machado, Oliveira and Fernandes 2009, severity 1.0."""
SIDE = 48


def face_picture(score: int, levels: int, side: int) -> QImage:
    picture = QImage(side, side, QImage.Format.Format_RGB32)
    picture.fill(theme.CARD)
    painter = QPainter(picture)
    paint_face(painter, QRectF(0, 0, side, side), score, levels)
    painter.end()
    return picture


def dark_parts(score: int, levels: int, seen: tuple[Row, Row, Row]) -> set[int]:
    """The pixels of a face that so seen are dark: its lines, whatever the colour below."""
    picture = face_picture(score, levels, SIDE)
    dark = set()
    for at in range(SIDE * SIDE):
        colour = picture.pixelColor(at % SIDE, at // SIDE)
        rgb = [linear(part) for part in (colour.redF(), colour.greenF(), colour.blueF())]
        so = [sum(a * b for a, b in zip(row, rgb, strict=True)) for row in seen]
        if 0.2126 * so[0] + 0.7152 * so[1] + 0.0722 * so[2] < 0.2:
            dark.add(at)
    return dark


@pytest.mark.parametrize("levels", [3, 4, 5])
@pytest.mark.parametrize("kind", SEEN)
def test_faces_are_told_apart_by_their_lines_without_colour(
    kind: str, levels: int, qtbot: QtBot
) -> None:
    faces = {score: dark_parts(score, levels, SEEN[kind]) for score in range(1, levels + 1)}
    for one, other in combinations(faces, 2):
        differing = len(faces[one] ^ faces[other])
        assert differing >= 0.02 * SIDE * SIDE, f"{one} and {other} of {levels}: {differing}"


def weight(picture: QImage) -> tuple[float, float, float, float]:
    """What draws the eye to a face: pixels of its lines, of the whole of it, and the mean chroma
    and lightness of the whole (CIE LCh)."""
    dark, whole, chroma, lightness = 0, 0, 0.0, 0.0
    for at in range(picture.width() * picture.height()):
        seen = lab(picture.pixelColor(at % picture.width(), at // picture.width()))
        if seen.lightness < 99:
            whole += 1
            dark += seen.lightness < 50
            chroma += seen.chroma
            lightness += seen.lightness
    return dark, whole, chroma / whole, lightness / whole


def test_no_face_calls_for_a_press_more_than_another(qtbot: QtBot) -> None:
    weights = [weight(face_picture(score, 5, 2 * SIDE)) for score in range(1, 6)]
    lines, size, chroma, lightness = zip(*weights, strict=True)
    for of_faces in (lines, size, chroma):
        assert max(of_faces) <= 1.1 * min(of_faces), weights
    assert max(lightness) - min(lightness) < 2, "none is paler than the others"


@pytest.mark.parametrize("levels", [3, 4])
def test_a_word_stands_under_the_same_face_on_every_scale(levels: int, qtbot: QtBot) -> None:
    for code in languages():
        by_word = {face_word(code, score, 5): score for score in range(1, 6)}
        assert len(by_word) == 5, code
        for score in range(1, levels + 1):
            of_five = by_word[face_word(code, score, levels)]
            assert face_picture(score, levels, SIDE) == face_picture(of_five, 5, SIDE)


def face_word(code: str, score: int, levels: int) -> str:
    return Words.load(code).get(f"scale{levels}.{score}")


@pytest.mark.parametrize("language", languages())
def test_everything_to_press_has_a_name_and_the_role_of_a_button(
    language: str, window: TerminalWindow
) -> None:
    window.resize(1280, 800)
    window.show()
    for name, view in samples(language):
        window.show_view(view)
        taps = [tap for tap in window.findChildren(Tap) if tap.isVisible()]
        names = set()
        for tap in taps:
            met = QAccessible.queryAccessibleInterface(tap)
            accessible_name = met.text(QAccessible.Text.Name)
            assert accessible_name not in ("", "▲", "▼", "⌫"), f"{name}: {tap.text()}"
            assert met.role() in (QAccessible.Role.PushButton, QAccessible.Role.CheckBox)
            assert tap.focusPolicy() & Qt.FocusPolicy.TabFocus, f"{name}: {accessible_name}"
            names.add(accessible_name)
        assert len(names) == len(taps), f"{name}: two of one name"


def key(counter: Counter, key: Qt.Key) -> None:
    """To whatever has the keyboard."""
    focused = counter.window.focusWidget() or counter.window
    QTest.keyClick(focused if focused.isVisible() else counter.window, key)


def tab_to(counter: Counter, name: str) -> None:
    for _ in range(60):
        key(counter, Qt.Key.Key_Tab)
        focused = counter.window.focusWidget()
        if isinstance(focused, Tap) and focused.accessibleName() == name:
            return
    raise AssertionError(f"{name} is not reached by Tab")


def test_the_keyboard_alone_does_everything(counter: Counter) -> None:
    counter.window.activateWindow()
    notice = shown(counter, MessageScreen)
    assert isinstance(notice, MessageScreen)
    tab_to(counter, notice.action.text())
    key(counter, Qt.Key.Key_Return)
    for digit in "101" + counter.pins["101"]:
        QTest.keyClicks(counter.window, digit)
    tab_to(counter, "English")
    key(counter, Qt.Key.Key_Space)
    tab_to(counter, "Not at all")
    key(counter, Qt.Key.Key_Return)
    counter.clock.pass_seconds(1)
    tab_to(counter, "Long wait")
    key(counter, Qt.Key.Key_Space)
    tab_to(counter, "Send")
    key(counter, Qt.Key.Key_Return)
    shown(counter, ThanksScreen)
    key(counter, Qt.Key.Key_Return)
    pass_time(counter, 60)
    assert shown(counter, ReadyScreen)
    assert counter.window.focusWidget() is not ready(counter).faces[0]
    QTest.keyClicks(counter.window, "b")
    shown(counter, ThanksScreen)


def test_the_panel_alone_rates_and_comes_back_for_the_next_citizen(counter: Counter) -> None:
    sign_on(counter)
    presenter = counter.running.presenter
    for button in counter.settings.panels[0].scores:
        assert presenter.panels.pressed(button, None) is Fate.KEPT
        assert not isinstance(counter.window.screen_shown, ReadyScreen)
        pass_time(counter, 60)
        if isinstance(counter.window.screen_shown, ThanksScreen):  # after the time for reasons
            pass_time(counter, 60)
        shown(counter, ReadyScreen)
    assert tally(counter).scores.total() == 5


def led(counter: Counter, *buttons: int) -> None:
    for button in buttons:
        counter.running.presenter.panels.pressed(button, None)


def reasons_screen(counter: Counter) -> ReasonsScreen:
    screen = shown(counter, ReasonsScreen)
    assert isinstance(screen, ReasonsScreen)
    return screen


WORST, MIDDLE, BEST = 5, 3, 1
"""Buttons of the panel as it is wired at first."""


def guided(counter: Counter) -> None:
    """Signed on, with an audible guide: only then buttons lead through the reasons."""
    counter.running.stop()
    counter.settings = parse(SETTINGS + "[sound]\nguide = true\n")
    counter.running = counter.open()
    sign_on(counter)


def test_the_panel_alone_gives_reasons(counter: Counter) -> None:
    guided(counter)
    led(counter, WORST)
    pass_time(counter, 2)
    screen = reasons_screen(counter)
    assert [tile.face and tile.face.score for tile in screen.lead_tiles] == [1, 3]
    led(counter, WORST, WORST, MIDDLE, WORST, MIDDLE, MIDDLE, WORST, WORST, MIDDLE)
    assert [tile.pointed for tile in screen.tiles].index(True) == 4
    assert [tile.chosen for tile in screen.tiles] == [False, True, False, False, True, False]
    led(counter, BEST)
    shown(counter, ThanksScreen)
    day_tally = tally(counter)
    assert {str(reason) for _, reason in day_tally.reasons} == {"manner", "unfair"}
    assert day_tally.n == 1
    assert dict(day_tally.outcomes) == {("101", Outcome.LED): 10}, "each may have meant a rating"


def test_without_a_guide_the_next_button_rates_though_the_reasons_stand(counter: Counter) -> None:
    sign_on(counter)
    for n in range(1, 8):
        led(counter, WORST)
        assert tally(counter).n == n
        counter.clock.pass_seconds(6)
    assert not tally(counter).reasons
    assert not reasons_screen(counter).lead_tiles[0].isVisible()


def test_the_same_tiles_are_there_to_touch(counter: Counter) -> None:
    guided(counter)
    led(counter, WORST)
    counter.clock.pass_seconds(1)
    screen = reasons_screen(counter)
    for tile in (*screen.lead_tiles, screen.done_tile):
        QTest.mouseClick(tile, Qt.MouseButton.LeftButton)
    assert {str(reason) for _, reason in tally(counter).reasons} == {"wait"}
    shown(counter, ThanksScreen)


def test_a_slip_of_the_finger_leads_nowhere_and_is_counted(counter: Counter) -> None:
    sign_on(counter)
    led(counter, WORST, WORST, BEST)
    assert not any(tile.pointed for tile in reasons_screen(counter).tiles)
    assert tally(counter).outcomes.total() == 2


def test_buttons_do_not_lead_where_the_citizen_touches(counter: Counter) -> None:
    sign_on(counter)
    counter.running.presenter.citizen.touch(1)
    pass_time(counter, 2)
    led(counter, WORST, MIDDLE, BEST)
    screen = reasons_screen(counter)
    assert not any(tile.pointed or tile.chosen for tile in screen.tiles)
    assert not screen.lead_tiles[0].isVisible()
    assert tally(counter).outcomes.total() == 3


def test_time_can_be_had_again_ten_times_but_not_for_ever(counter: Counter) -> None:
    sign_on(counter)
    counter.running.presenter.citizen.touch(1)
    timeout = counter.settings.rules.reasons_timeout
    screen = reasons_screen(counter)
    for _ in range(10):
        pass_time(counter, timeout - 9)
        assert screen.more_tile.isVisible()
        QTest.mouseClick(screen.more_tile, Qt.MouseButton.LeftButton)
    pass_time(counter, timeout - 9)
    assert not screen.more_tile.isVisible()
    counter.running.presenter.citizen.toggle_reason(ReasonId("wait"))
    pass_time(counter, 10)
    shown(counter, ThanksScreen)
    pass_time(counter, 10)
    counter.running.presenter.citizen.touch(1)
    pass_time(counter, timeout - 9)
    assert reasons_screen(counter).more_tile.isVisible(), "the next citizen has all of it"


def test_reasons_warn_before_they_go_and_more_time_is_one_touch_away(counter: Counter) -> None:
    sign_on(counter)
    presenter = counter.running.presenter
    presenter.citizen.press(1, Channel.TOUCH)
    screen = shown(counter, ReasonsScreen)
    assert isinstance(screen, ReasonsScreen)
    assert not screen.more_tile.isVisible()
    timeout = counter.settings.rules.reasons_timeout
    pass_time(counter, timeout - 9)
    assert screen.more_tile.isVisible()
    QTest.mouseClick(screen.more_tile, Qt.MouseButton.LeftButton)
    assert not screen.more_tile.isVisible()
    pass_time(counter, timeout - 1)
    assert shown(counter, ReasonsScreen)
    presenter.citizen.toggle_reason(ReasonId("wait"))
    pass_time(counter, timeout - 1)
    assert shown(counter, ReasonsScreen)
    pass_time(counter, 2)
    shown(counter, ThanksScreen)


def test_the_thanks_move_once_and_come_to_rest_as_the_picture_that_was_made(
    counter: Counter, qtbot: QtBot
) -> None:
    sign_on(counter)
    counter.running.presenter.citizen.touch(5)
    rested = counter.window.grab().toImage()
    pass_time(counter, 10)
    theme.set_still(False)
    counter.running.presenter.citizen.touch(4)
    screen = shown(counter, ThanksScreen)
    assert isinstance(screen, ThanksScreen)
    assert screen.pulse.isVisible()
    qtbot.waitUntil(lambda: not screen.pulse.isVisible())
    assert counter.window.grab().toImage() == rested


def test_where_motion_is_not_wanted_nothing_moves(counter: Counter) -> None:
    sign_on(counter)
    counter.running.presenter.citizen.touch(5)
    screen = shown(counter, ThanksScreen)
    assert isinstance(screen, ThanksScreen)
    assert not screen.pulse.isVisible()


@pytest.mark.parametrize("times", [1, 3])
def test_corners_and_lines_look_the_same_on_a_screen_of_many_pixels(
    times: int, window: TerminalWindow
) -> None:
    window.resize(1280 * times, 800 * times)
    assert theme.scaled(window, 28) == pytest.approx(28 * times)
    window.resize(800, 480)
    assert theme.scaled(window, 28) == 28, "and never finer"


def test_the_ready_screen_says_quietly_that_nobody_learns_who_pressed(counter: Counter) -> None:
    sign_on(counter)
    line = Words.load("th").get("ready.private")

    def read() -> list[str]:
        boxes = ready(counter).findChildren(TextBox)
        return [box._text for box in boxes if box.isVisible()]

    assert line in read()
    counter.running.presenter.citizen.choose_language("en")
    assert Words.load("en").get("ready.private") in read()
    assert line not in read()


def test_a_screen_reader_says_what_is_new_and_no_number_that_counts_down() -> None:
    views = dict(samples("en"))
    ready, closing = views["offered"], views["offered-time-ends"]
    reasons, thanks = views["reasons"], views["thanks"]
    assert spoken(ready, thanks).startswith("How satisfied")
    assert CARDS[0].name in spoken(ready, thanks)
    assert spoken(closing, ready) == "This page closes in 10 seconds"
    assert isinstance(closing, ReadyView)
    assert spoken(closing._replace(note="This page closes in 9 seconds"), closing) == ""
    assert spoken(reasons, ready).endswith("Unfair treatment. Inconvenient place")
    assert spoken(reasons, reasons) == ""
    assert spoken(thanks, reasons).startswith("Thank you for your rating")


def test_a_screen_readers_tick_is_a_touch_and_one_that_is_not_taken_is_no_tick(
    counter: Counter,
) -> None:
    sign_on(counter)
    press_face(counter, 1)
    reasons = shown(counter, ReasonsScreen)
    assert isinstance(reasons, ReasonsScreen)
    tile = reasons.tiles[0]
    tile.toggle()  # in the moment in which the page came
    assert (tile.isChecked(), tile.chosen) == (False, False)
    pass_time(counter, 2)
    tile.toggle()
    assert (tile.isChecked(), tile.chosen) == (True, True)
    tile.click()
    assert (tile.isChecked(), tile.chosen) == (False, False)
    assert sum(tally(counter).scores.values()) == 1


def test_tab_and_a_reader_meet_faces_before_staff_and_reasons_before_the_answer(
    counter: Counter,
) -> None:
    sign_on(counter)
    names = [tap.accessibleName() for tap in children_in_order(ready(counter))]
    assert names.index("น้อยที่สุด") < names.index("ไทย") < names.index("เจ้าหน้าที่")
    press_face(counter, 1)
    names = [tap.accessibleName() for tap in children_in_order(shown(counter, ReasonsScreen))]
    assert names[-1] == "ข้าม"


def children_in_order(screen: QWidget) -> list[Tap]:
    """What is to press, as a screen reader goes through it."""
    return [tap for tap in screen.findChildren(Tap) if tap.isVisible()]
