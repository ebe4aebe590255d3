"""The one motion there is: a ring that leaves the figure of the thanks, once, and fades."""

from PySide6.QtCore import QEasingCurve, QPointF, QRect, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import theme

LASTS_MS = 450
_GROWS = 0.2
"""Of the figure's radius."""


class Pulse(QWidget):
    """Over a picture that is complete without it; nothing can be pressed through it or on it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._motion = QVariantAnimation(self, startValue=0.0, endValue=1.0, duration=LASTS_MS)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.valueChanged.connect(self.update)
        self._motion.finished.connect(self.hide)
        self._radius = 0.0
        self.hide()

    def start(self, around: QRect) -> None:
        """Once, around a figure in the box `around`; nothing where motion is not wanted."""
        self._motion.stop()
        self.setVisible(not theme.still())
        if theme.still():
            return
        self._radius = min(around.width(), around.height()) / 2
        side = round(self._radius * 2 * (1 + _GROWS)) + 8
        place = QRect(0, 0, side, side)
        place.moveCenter(around.center())
        self.setGeometry(place)
        self._motion.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._motion.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        gone = float(self._motion.currentValue() or 0.0)
        if not gone:
            return  # the first paint is the picture's alone
        colour = QColor(theme.DEEP)
        colour.setAlphaF(0.5 * (1 - gone))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, self._radius * 0.05))
        middle = QPointF(self.width() / 2, self.height() / 2)
        radius = self._radius * (1 + _GROWS * gone)
        painter.drawEllipse(middle, radius, radius)
        painter.end()
