"""The PIN: six dots, a pad, and what was wrong."""

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import STRIP, TARGET, Screen, put
from ui.screens.pad import NumberPad
from ui.view import PinView
from ui.widgets.pictures import Avatar
from ui.widgets.tap import Tile
from ui.widgets.text import TextBox

DIGITS = 6


class Dots(QWidget):
    """How many digits are typed; never which."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._filled = 0

    def say(self, filled: int) -> None:
        self._filled = filled
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = self.width() / DIGITS
        radius = min(step, self.height()) * 0.26
        painter.setPen(QPen(theme.DEEP, 3))
        for index in range(DIGITS):
            painter.setBrush(theme.DEEP if index < self._filled else theme.CARD)
            painter.drawEllipse(QPointF((index + 0.5) * step, self.height() / 2), radius, radius)
        painter.end()


class PinScreen(Screen[PinView]):
    digit = Signal(str)
    erase = Signal()
    back = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._avatar = Avatar(self)
        self._name = TextBox(self, weight="SemiBold", wrap=False)
        self._position = TextBox(self, colour=theme.SOFT_INK, wrap=False)
        self._title = TextBox(self, weight="Bold")
        self._dots = Dots(self)
        self._message = TextBox(self, weight="SemiBold", colour=theme.ALARM)
        self.pad = NumberPad(self)
        self.pad.digit.connect(self.digit)
        self.pad.erase.connect(self.erase)
        self.back_tile = Tile(self, quiet=True)
        self.back_tile.clicked.connect(self.back)

    def place(self, m: theme.Metrics, view: PinView) -> None:
        gap, top = m.px(4), float(m.px(STRIP + 3))
        foot = m.height - m.px(TARGET + 2)
        if m.portrait:
            side = QRectF(gap, top, m.width - 2 * gap, m.height * 0.42)
            pad_height = float(m.px(58))
            pad = QRectF(gap, foot - pad_height - gap, m.width - 2 * gap, pad_height)
        else:
            side = QRectF(gap, top, m.width * 0.52 - gap, foot - top)
            left = m.width * 0.56
            pad = QRectF(left, top, m.width - left - gap, m.height - top - gap)
        self._place_side(m, view, side)
        put(self.pad, pad)
        self.pad.setEnabled(not view.locked)
        self.pad.call_erase(view.erase)
        put(self.back_tile, QRectF(gap, foot, m.px(26), m.px(TARGET)))
        self.back_tile.say(view.back, m.px(3.8))

    def _place_side(self, m: theme.Metrics, view: PinView, box: QRectF) -> None:
        y = box.top()
        for widget in (self._avatar, self._name, self._position):
            widget.setVisible(view.who is not None)
        if view.who is not None:
            self._avatar.say(view.who)
            put(self._avatar, QRectF(box.left(), y, box.width(), m.px(20)))
            y += m.px(20)
            put(self._name, QRectF(box.left(), y, box.width(), m.px(8)))
            self._name.say(view.who.name, m.px(4.4))
            y += m.px(7.5)
            put(self._position, QRectF(box.left(), y, box.width(), m.px(6)))
            self._position.say(view.who.position, m.px(3.3))
            y += m.px(6)
        put(self._title, QRectF(box.left(), y, box.width(), m.px(12)))
        self._title.say(view.title, m.px(4.6))
        y += m.px(12)
        width = min(box.width(), float(m.px(52)))
        put(self._dots, QRectF(box.center().x() - width / 2, y, width, m.px(8)))
        self._dots.say(view.digits)
        y += m.px(8)
        put(self._message, QRectF(box.left(), y, box.width(), m.px(10)))
        self._message.say(view.message, m.px(3.8))
