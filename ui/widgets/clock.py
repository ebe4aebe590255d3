"""A clock with hands, for a screen where nobody is served: it says from afar that time goes on."""

from math import cos, pi, sin

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import theme

_FROM, _TO = 0.42, 0.47
"""Where a mark of the dial begins and ends, from the middle; the dial's side is 1."""


class Clock(QWidget):
    """Light hands on a light ring, on the office's colour."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._time = (0, 0)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def say(self, hour: int, minute: int) -> None:
        if (hour, minute) != self._time:
            self._time = (hour, minute)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width(), self.height()) - 2
        painter.translate(self.width() / 2, self.height() / 2)
        painter.scale(side, side)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_pen(0.02))
        painter.drawEllipse(QRectF(-0.49, -0.49, 0.98, 0.98))
        for hour in range(12):
            painter.setPen(_pen(0.03 if hour % 3 == 0 else 0.014))
            painter.drawLine(_at(hour / 12, _FROM - (hour % 3 == 0) * 0.03), _at(hour / 12, _TO))
        hour, minute = self._time
        painter.setPen(_pen(0.05))
        painter.drawLine(QPointF(0, 0), _at((hour % 12 + minute / 60) / 12, 0.24))
        painter.setPen(_pen(0.034))
        painter.drawLine(QPointF(0, 0), _at(minute / 60, 0.36))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.CARD)
        painter.drawEllipse(QPointF(0, 0), 0.04, 0.04)
        painter.end()


def _at(share: float, length: float) -> QPointF:
    """The end of a hand after `share` of a turn."""
    return QPointF(length * sin(2 * pi * share), -length * cos(2 * pi * share))


def _pen(width: float) -> QPen:
    return QPen(theme.CARD, width, c=Qt.PenCapStyle.RoundCap)
