"""The PIN: six dots, a pad, and what was wrong."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QWidget

from ui import theme
from ui.screens.base import GAP, Screen, put
from ui.screens.pad import NumberPad, pad_places
from ui.screens.plate import Plate
from ui.view import PinView
from ui.widgets.card import Card
from ui.widgets.tap import Tile
from ui.widgets.text import TextBox

DIGITS = 6


class Dots(QLineEdit):
    """How many digits are typed; never which. To a screen reader it is a field for a password, so
    that it does not read aloud what is typed; keys go on to the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setReadOnly(True)
        self.setFrame(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._filled = 0

    def say(self, filled: int, name: str) -> None:
        self._filled = filled
        self.setText("0" * filled)
        self.setAccessibleName(name)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = self.width() / DIGITS
        radius = min(step, self.height()) * 0.26
        painter.setPen(QPen(theme.DEEP, theme.scaled(self, 3)))
        for index in range(DIGITS):
            painter.setBrush(theme.DEEP if index < self._filled else theme.CARD)
            painter.drawEllipse(QPointF((index + 0.5) * step, self.height() / 2), radius, radius)
        painter.end()


class PinScreen(Screen[PinView]):
    digit = Signal(str)
    erase = Signal()
    back = Signal()
    change = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        start = Qt.AlignmentFlag.AlignLeft
        self._title = TextBox(self, weight="Bold", align=start)
        self._message = TextBox(self, weight="SemiBold", colour=theme.ALARM, align=start)
        self._card = Card(self)
        self._plate = Plate(self)
        self._field = Card(self)
        self._dots = Dots(self)
        self.pad = NumberPad(self)
        self.pad.digit.connect(self.digit)
        self.pad.erase.connect(self.erase)
        self.back_tile = Tile(self, quiet=True)
        self.back_tile.clicked.connect(self.back)
        self.change_tile = Tile(self, quiet=True)
        self.change_tile.clicked.connect(self.change)

    def take_keyboard(self) -> None:
        """What is typed now is a password."""
        if not self.isAncestorOf(self.window().focusWidget() or self.window()):
            self._dots.setFocus()

    def place(self, metrics: theme.Metrics, view: PinView) -> None:
        places = pad_places(metrics)
        put(self._title, places.title)
        self._title.say(view.title, metrics.px(theme.TITLE))
        card = QRectF(places.body.left(), places.body.top(), places.body.width(), metrics.px(24))
        for part in (self._card, self._plate.avatar, self._plate.name, self._plate.position):
            part.setVisible(view.who is not None)
        put(self._card, card)
        if view.who is not None:
            inner = card.adjusted(metrics.px(3), metrics.px(4), -metrics.px(3), -metrics.px(4))
            self._plate.place(metrics, view.who, inner, middle=False)
        put(self._message, places.line)
        self._message.say(view.message, metrics.px(theme.BODY))
        put(self._field, places.typed)
        width = min(places.typed.width(), float(metrics.px(52)))
        dots_left = places.typed.center().x() - width / 2
        put(self._dots, QRectF(dots_left, places.typed.top(), width, places.typed.height()))
        self._dots.say(view.digits, view.title)
        put(self.pad, places.pad)
        self.pad.setEnabled(not view.locked)
        self.pad.call_erase(view.erase)
        put(self.back_tile, places.back)
        self.back_tile.say(view.back, metrics.px(theme.BODY))
        right = QRectF(places.body)
        right.setLeft(places.back.right() + metrics.px(GAP))
        right.setTop(places.back.top())
        right.setBottom(places.back.bottom())
        if metrics.portrait:
            right.setRight(metrics.width - metrics.px(theme.EDGE))
        put(self.change_tile, right)
        self.change_tile.setVisible(bool(view.change))
        self.change_tile.say(view.change, metrics.px(theme.BODY))
