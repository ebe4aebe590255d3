"""What every screen is: a strip with office and counter, and places in units of the window."""

from typing import Generic, TypeVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.view import View
from ui.widgets.text import TextBox

V = TypeVar("V", bound=View)

STRIP = 10.0
"""Height of the strip, in units."""


class Screen(QWidget, Generic[V]):
    """Dumb: shows a view, tells what was tapped."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._view: V | None = None
        self._office = TextBox(
            self, weight="SemiBold", colour=theme.CARD, align=Qt.AlignmentFlag.AlignLeft, wrap=False
        )
        self._counter = TextBox(
            self,
            weight="SemiBold",
            colour=theme.CARD,
            align=Qt.AlignmentFlag.AlignRight,
            wrap=False,
        )

    def show_view(self, view: V) -> None:
        self._view = view
        self._arrange()

    @property
    def metrics(self) -> theme.Metrics:
        return theme.Metrics(self.width(), self.height())

    def place(self, m: theme.Metrics, view: V) -> None:
        """Set every widget's words and geometry; screens say how."""
        raise NotImplementedError

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        if self._view is None or self.width() < 10:
            return
        m = self.metrics
        strip = m.px(STRIP)
        share = int(m.width * 0.62)
        self._office.setGeometry(m.px(4), 0, share - m.px(4), strip)
        self._office.say(self._view.frame.office, m.px(4.2))
        self._counter.setGeometry(share, 0, m.width - share - m.px(4), strip)
        self._counter.say(self._view.frame.counter, m.px(4.2))
        self.place(m, self._view)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.PAPER)
        painter.fillRect(0, 0, self.width(), self.metrics.px(STRIP), theme.DEEP)
        painter.end()


def put(widget: QWidget, box: QRectF) -> None:
    """Give a widget its place."""
    widget.setGeometry(box.toRect())


def column(m: theme.Metrics, top: float, height: float, width: float = 0.86) -> QRectF:
    """A centred box `width` of the window wide; `top` and `height` are pixels."""
    return QRectF(m.width * (1 - width) / 2, top, m.width * width, height)
