"""Care for a screen that shows the same all day: it moves by pixels, and dims when nobody comes.

A question is never dimmed: the touch that wakes the screen does nothing else, and would be lost.
"""

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

DIM_MS = 10 * 60_000
"""Without anything new to show."""
SHIFT_MS = 3 * 60_000
_RING = ((0, 0), (2, 0), (2, 2), (0, 2), (-2, 2), (-2, 0), (-2, -2), (0, -2), (2, -2))
"""Where the picture stands, in pixels, one after the other: no edge stays in one place."""
_DARK = QColor(0, 0, 0, 190)


class Veil(QWidget):
    """Over everything while the screen rests. It leaves at a touch's end, so that no part of the
    touch meets what is below."""

    touched = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.touched.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), _DARK)
        painter.end()


class Rest(QWidget):
    """When to move and when to dim."""

    shifted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()
        self._window = parent
        self.veil = Veil(parent)
        self.veil.touched.connect(self.wake)
        self.may_dim = True
        """Whether what stands there may be dimmed."""
        self._step = 0
        self._dimming = QTimer(self, singleShot=True, interval=DIM_MS)
        self._dimming.timeout.connect(self.dim)
        self._shifting = QTimer(self, interval=SHIFT_MS)
        self._shifting.timeout.connect(self.shift)
        self._dimming.start()
        self._shifting.start()

    @property
    def offset(self) -> QPoint:
        return QPoint(*_RING[self._step])

    def wake(self) -> None:
        """Somebody is there, or there is something new to see."""
        self.veil.hide()
        self._dimming.start()

    def dim(self) -> None:
        if not self.may_dim:
            return
        self.veil.setGeometry(self._window.rect())
        self.veil.show()
        self.veil.raise_()

    def shift(self) -> None:
        self._step = (self._step + 1) % len(_RING)
        self.shifted.emit()
