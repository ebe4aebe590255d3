"""A screen that shows the same all day: it moves by pixels, dims, and wakes without scoring."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from kiosk.domain.encounter import Fate
from tests.support.counter import Counter, ready, shown, sign_on, staff_menu
from ui.screens.message import MessageScreen
from ui.screens.thanks import ThanksScreen


def face_at(counter: Counter) -> QPoint:
    face = ready(counter).faces[0]
    return face.mapTo(counter.window, face.rect().center())


def touch(counter: Counter, at: QPoint) -> None:
    """A finger there, on whatever lies on top."""
    below = counter.window.childAt(at)
    assert below is not None
    QTest.mouseClick(below, Qt.MouseButton.LeftButton, pos=below.mapFrom(counter.window, at))


def test_a_question_is_never_dimmed_so_that_the_first_touch_rates(counter: Counter) -> None:
    sign_on(counter)
    counter.window.rest.dim()
    assert not counter.window.rest.veil.isVisible()
    touch(counter, face_at(counter))
    assert shown(counter, ThanksScreen)
    counter.window.rest.dim()
    assert not counter.window.rest.veil.isVisible()


def test_the_touch_that_wakes_a_closed_screen_does_nothing_else(counter: Counter) -> None:
    notice = shown(counter, MessageScreen)
    assert isinstance(notice, MessageScreen)
    at = notice.action.mapTo(counter.window, notice.action.rect().center())
    counter.window.rest.dim()
    assert counter.window.rest.veil.isVisible()
    touch(counter, at)
    assert not counter.window.rest.veil.isVisible()
    assert shown(counter, MessageScreen)
    counter.window.rest.dim()
    device = QTest.createTouchDevice()
    QTest.touchEvent(counter.window, device).press(0, at, counter.window).commit()
    QTest.touchEvent(counter.window, device).release(0, at, counter.window).commit()
    assert not counter.window.rest.veil.isVisible()
    assert shown(counter, MessageScreen)


def test_a_button_of_the_panel_wakes_the_screen_and_scores(counter: Counter) -> None:
    sign_on(counter)
    staff_menu(counter, "101", 0)
    counter.window.rest.dim()
    best = max(counter.settings.panels[0].scores.items(), key=lambda item: item[1])[0]
    assert counter.running.presenter.panels.pressed(best, None) is Fate.KEPT
    assert not counter.window.rest.veil.isVisible()
    assert shown(counter, ThanksScreen)


def test_the_picture_moves_a_little_and_comes_round(counter: Counter) -> None:
    sign_on(counter)
    places = []
    for _ in range(9):
        counter.window.rest.shift()
        places.append(ready(counter).pos())
    assert len(set(places)) == 9
    assert max(max(abs(at.x()), abs(at.y())) for at in places) <= 2
    assert places[-1] == QPoint(0, 0)
