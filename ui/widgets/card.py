"""The ground that things stand on together: white, rounded, with a hair's edge."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import theme


class Card(QWidget):
    """Lies below what is made after it; nothing to touch. `ground`: another than white, with no
    edge."""

    def __init__(self, parent: QWidget, *, ground: QColor = theme.CARD) -> None:
        super().__init__(parent)
        self._ground = ground

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_ground(painter)
        painter.end()

    def paint_ground(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self._ground)
        edge = theme.EDGE_LINE if self._ground == theme.CARD else self._ground
        painter.setPen(QPen(edge, theme.scaled(self, 1.5)))
        radius = min(0.14 * min(self.width(), self.height()), theme.scaled(self, 20))
        inset = theme.scaled(self, 1)
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), radius, radius
        )
