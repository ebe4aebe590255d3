"""Thanks: the same picture for every score, with a code for comments."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import STRIP, Screen, StillScreen, column, put
from ui.view import ThanksView
from ui.widgets.pictures import QrPicture, Tick
from ui.widgets.pulse import Pulse
from ui.widgets.text import TextBox


class Thanks(Screen[ThanksView]):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.tick = Tick(self)
        self._title = TextBox(self, weight="Bold")
        self._subtitle = TextBox(self, colour=theme.SOFT_INK)
        self._comment = TextBox(self, weight="SemiBold")
        self._qr = QrPicture(self)

    def place(self, m: theme.Metrics, view: ThanksView) -> None:
        strip = m.px(STRIP)
        body = m.height - strip
        if view.qr and not m.portrait:
            left = QRectF(m.width * 0.05, strip, m.width * 0.5, body)
            right = QRectF(m.width * 0.6, strip + body * 0.1, m.width * 0.34, body * 0.8)
        elif view.qr:
            left = QRectF(m.width * 0.07, strip + body * 0.04, m.width * 0.86, body * 0.48)
            right = QRectF(m.width * 0.12, strip + body * 0.54, m.width * 0.76, body * 0.4)
        else:
            left, right = column(m, strip, body), QRectF()
        middle = left.center().y()
        put(self.tick, QRectF(left.left(), middle - m.px(28), left.width(), m.px(20)))
        put(self._title, QRectF(left.left(), middle - m.px(6), left.width(), m.px(20)))
        self._title.say(view.title, m.px(7))
        put(self._subtitle, QRectF(left.left(), middle + m.px(14), left.width(), m.px(14)))
        self._subtitle.say(view.subtitle, m.px(4.4))
        words = m.px(14)
        put(self._qr, QRectF(right.left(), right.top(), right.width(), right.height() - words))
        self._qr.say(view.qr)
        put(self._comment, QRectF(right.left(), right.bottom() - words, right.width(), words))
        self._comment.say(view.comment if view.qr else "", m.px(3.8))


class ThanksScreen(StillScreen[ThanksView]):
    drawing = Thanks

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.pulse = Pulse(self)

    def showEvent(self, event: QShowEvent) -> None:
        """The picture stands already: the motion takes nothing from it, and knows no score."""
        assert isinstance(self.drawn, Thanks)  # noqa: S101  (what `drawing` names)
        self.pulse.start(self.drawn.tick.geometry())
