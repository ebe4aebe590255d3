"""The terminal's window: one screen at a time, and every tap as one of a few signals."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QCloseEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import Screen, StillScreen, V
from ui.screens.message import MessageScreen
from ui.theme import Metrics
from ui.view import (
    ClosedView,
    MenuView,
    OutOfServiceView,
    PausedView,
    PinView,
    QuestionView,
    ReadyView,
    ReasonsView,
    SignOnView,
    ThanksView,
    View,
    WaitingView,
)
from ui.widgets.held_keys import HeldKeys
from ui.widgets.rest import Rest

LONG_PRESS_MS = 3000
S = TypeVar("S", bound=QWidget)

# Screens are imported when first shown: the first paint waits for one of them only.
if TYPE_CHECKING:
    from ui.screens.menu import MenuScreen
    from ui.screens.pin import PinScreen
    from ui.screens.question import QuestionScreen
    from ui.screens.ready import ReadyScreen
    from ui.screens.reasons import ReasonsScreen
    from ui.screens.sign_on import SignOnScreen
    from ui.screens.thanks import ThanksScreen
    from ui.screens.waiting import WaitingScreen


class HiddenCorner(QWidget):
    """The upper left corner: pressed for LONG_PRESS_MS, it opens the service menu."""

    pressed_long = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, singleShot=True, interval=LONG_PRESS_MS)
        self._timer.timeout.connect(self.pressed_long)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._timer.start()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._timer.stop()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.rect().contains(event.position().toPoint()):
            self._timer.stop()


def _without_time(view: View) -> View:
    """What stands there beside a clock, which is no news."""
    return view._replace(now=None) if isinstance(view, ClosedView | PausedView) else view


class TerminalWindow(QWidget):
    """Shows views; knows nothing of what they mean."""

    score_pressed = Signal(int)
    reason_toggled = Signal(str)
    reasons_done = Signal()
    more_time_asked = Signal()
    reasons_led = Signal(str)
    next_asked = Signal()
    """The next citizen met the reasons of the one before."""
    language_chosen = Signal(str)
    message_acted = Signal()
    rating_asked = Signal()
    officer_chosen = Signal(str)
    digit_typed = Signal(str)
    letter_typed = Signal(str)
    erased = Signal()
    back_asked = Signal()
    staff_asked = Signal()
    change_asked = Signal()
    skipped = Signal()
    thanks_touched = Signal()
    action_chosen = Signal(str)
    text_typed = Signal(str)
    """What a key of a question's page types: one sign, or several."""
    text_entered = Signal()
    service_asked = Signal()
    key_pressed = Signal(str)
    close_asked = Signal()
    painted = Signal()
    """After the first paint of a view that was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.FramelessWindowHint | Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setWindowTitle("เครื่องประเมินความพึงพอใจ")
        self._screens: dict[type[QWidget], QWidget] = {}
        self.screen_shown: QWidget | None = None
        self.corner = HiddenCorner(self)
        self.corner.pressed_long.connect(self.service_asked)
        self._awaiting_paint = False
        self._view: View | None = None
        self._held = HeldKeys()
        self.rest = Rest(self)
        self.rest.shifted.connect(self._place)

    def open_full_screen(self) -> None:
        screen = QGuiApplication.primaryScreen()
        self.setGeometry(screen.geometry())  # without a window manager nobody else does
        self.setCursor(Qt.CursorShape.BlankCursor)
        self.showFullScreen()

    def open_windowed(self, width: int, height: int) -> None:
        self.setWindowFlags(Qt.WindowType.Window)
        self.resize(width, height)
        self.show()

    def show_view(self, view: View) -> None:
        before, self._view = self._view, view
        if before is None or _without_time(view) != _without_time(before):
            self.rest.may_dim = not isinstance(view, ReadyView | ReasonsView | ThanksView)
            self.rest.wake()
        match view:
            case ClosedView() | PausedView() | OutOfServiceView():
                message = self._screen(MessageScreen, self._connect_message)
                self._show(message, view)
            case SignOnView():
                from ui.screens.sign_on import SignOnScreen

                sign_on = self._screen(SignOnScreen, self._connect_sign_on)
                self._show(sign_on, view)
            case PinView():
                from ui.screens.pin import PinScreen

                pin = self._screen(PinScreen, self._connect_pin)
                self._show(pin, view)
                pin.take_keyboard()
            case WaitingView():
                from ui.screens.waiting import WaitingScreen

                waiting = self._screen(WaitingScreen, self._connect_waiting)
                self._show(waiting, view)
            case ReadyView():
                from ui.screens.ready import ReadyScreen

                ready = self._screen(ReadyScreen, self._connect_ready)
                self._show(ready, view)
            case ReasonsView():
                from ui.screens.reasons import ReasonsScreen

                reasons = self._screen(ReasonsScreen, self._connect_reasons)
                self._show(reasons, view)
            case ThanksView():
                from ui.screens.thanks import ThanksScreen

                thanks = self._screen(ThanksScreen, self._connect_thanks)
                self._show(thanks, view)
            case MenuView():
                from ui.screens.menu import MenuScreen

                menu = self._screen(MenuScreen, self._connect_menu)
                self._show(menu, view)
            case QuestionView():
                from ui.screens.question import QuestionScreen

                question = self._screen(QuestionScreen, self._connect_question)
                self._show(question, view)
                question.take_keyboard()
        self._speak(view, before)

    def _speak(self, view: View, before: View | None) -> None:
        """Let a screen reader say what came; where there is none, nothing is made of it."""
        if not QAccessible.isActive():
            return
        from ui.spoken import spoken

        if words := spoken(view, before):
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def prepare(self, view: ThanksView) -> None:
        """Draw, before it is due, what a press will lead to."""
        from ui.screens.thanks import ThanksScreen

        thanks = self._screen(ThanksScreen, self._connect_thanks)
        thanks.setGeometry(self.rect())
        thanks.show_view(view)

    def _place(self) -> None:
        if self.screen_shown is not None:
            self.screen_shown.setGeometry(self.rect().translated(self.rest.offset))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The few pixels beside a shifted screen look like its edge."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.PAPER)
        strip = Metrics(self.width(), self.height()).strip + self.rest.offset.y()
        painter.fillRect(0, 0, self.width(), strip, theme.DEEP)
        painter.end()

    def _show(self, screen: Screen[V] | StillScreen[V], view: V) -> None:
        screen.setGeometry(self.rect().translated(self.rest.offset))
        screen.show_view(view)
        if screen is not self.screen_shown:
            if self.screen_shown is not None:
                self.screen_shown.hide()
            self.screen_shown = screen
            screen.show()
            self.corner.raise_()
            self.setFocus()  # what had the keyboard is hidden: nothing may be pressed by it
        self._awaiting_paint = True

    def _screen(self, kind: type[S], connect: Callable[[S], None]) -> S:
        """The screen of this kind; the first call makes it."""
        if kind not in self._screens:
            screen = kind(self)
            screen.hide()
            connect(screen)
            self._screens[kind] = screen
        return cast(S, self._screens[kind])

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest and self._awaiting_paint:
            self._awaiting_paint = False
            self.painted.emit()
        return handled

    def resizeEvent(self, event: QResizeEvent) -> None:
        metrics = Metrics(self.width(), self.height())
        self.corner.setGeometry(QRect(0, 0, metrics.px(10), metrics.px(10)))
        self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._held.repeats(event):
            return
        self.rest.wake()
        text = event.text()
        name = text if text.isprintable() and text else Qt.Key(event.key()).name
        self.key_pressed.emit(name.removeprefix("Key_"))

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._held.released(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing goes through the program, which ends in order; the window itself stays."""
        event.ignore()
        self.close_asked.emit()

    def _connect_message(self, screen: MessageScreen) -> None:
        screen.acted.connect(self.message_acted)
        screen.rating_asked.connect(self.rating_asked)

    def _connect_sign_on(self, screen: "SignOnScreen") -> None:
        screen.chosen.connect(self.officer_chosen)
        screen.letter.connect(self.letter_typed)
        self._connect_pad(screen)

    def _connect_pad(self, screen: "SignOnScreen | PinScreen") -> None:
        screen.digit.connect(self.digit_typed)
        screen.erase.connect(self.erased)
        screen.back.connect(self.back_asked)

    def _connect_pin(self, screen: "PinScreen") -> None:
        screen.change.connect(self.change_asked)
        self._connect_pad(screen)

    def _connect_waiting(self, screen: "WaitingScreen") -> None:
        screen.staff.connect(self.staff_asked)

    def _connect_ready(self, screen: "ReadyScreen") -> None:
        screen.pressed.connect(self.score_pressed)
        screen.language.connect(self.language_chosen)
        screen.staff.connect(self.staff_asked)
        screen.skip.connect(self.skipped)
        screen.more.connect(self.more_time_asked)

    def _connect_reasons(self, screen: "ReasonsScreen") -> None:
        screen.toggled.connect(self.reason_toggled)
        screen.done.connect(self.reasons_done)
        screen.more.connect(self.more_time_asked)
        screen.led.connect(self.reasons_led)
        screen.asked_next.connect(self.next_asked)

    def _connect_thanks(self, screen: "ThanksScreen") -> None:
        screen.touched.connect(self.thanks_touched)

    def _connect_menu(self, screen: "MenuScreen") -> None:
        screen.chosen.connect(self.action_chosen)

    def _connect_question(self, screen: "QuestionScreen") -> None:
        screen.typed.connect(self.text_typed)
        screen.entered.connect(self.text_entered)
        screen.erased.connect(self.erased)
        screen.chosen.connect(self.action_chosen)
        screen.back.connect(self.back_asked)
