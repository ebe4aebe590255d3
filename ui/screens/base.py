"""What every screen is: a strip with office and counter, and places in units of the window."""

from itertools import pairwise
from typing import Generic, TypeVar

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.view import View
from ui.widgets.tap import Tap
from ui.widgets.text import TextBox

V = TypeVar("V", bound=View)

TARGET, GAP = 13.6, 2.8
"""Least side of a target and least gap, in units: 12.7 and 2.54 mm on a landscape screen of seven
inches, the smallest we stand for."""


class Screen(QWidget, Generic[V]):
    """Dumb: shows a view, tells what was tapped."""

    ground = theme.PAPER

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

    def place(self, metrics: theme.Metrics, view: V) -> None:
        """Set every widget's words and geometry; screens say how."""
        raise NotImplementedError

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        if self._view is None or self.width() < 10:
            return
        metrics = self.metrics
        strip = metrics.strip
        share, edge = int(metrics.width * 0.62), metrics.px(theme.EDGE)
        self._office.setGeometry(edge, 0, share - edge, strip)
        self._office.say(self._view.frame.office, metrics.px(theme.BODY))
        self._counter.setGeometry(share, 0, metrics.width - share - edge, strip)
        self._counter.say(self._view.frame.counter, metrics.px(theme.BODY))
        self.place(metrics, self._view)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.ground)
        painter.fillRect(0, 0, self.width(), self.metrics.strip, theme.DEEP)
        painter.end()


class StillScreen(QWidget, Generic[V]):
    """A screen with nothing to touch, drawn as one picture ahead of time: it appears
    at the cost of copying it."""

    drawing: type[Screen[V]]
    """What the picture is taken of; never shown itself."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.drawn = self.drawing(self)
        self.drawn.hide()
        self._view: V | None = None
        self._drawn_for: tuple[V, QSize] | None = None
        self._picture = QPixmap()

    def show_view(self, view: V) -> None:
        """Keep the picture of `view`, if it is another than the one at hand."""
        self._view = view
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._view is None or self.width() < 10 or self._drawn_for == (self._view, self.size()):
            return
        self._drawn_for = (self._view, self.size())  # first: grabbing sends resize events
        self.drawn.setGeometry(self.rect())
        self.drawn.show_view(self._view)
        self._picture = self.drawn.grab()
        words = [box.accessibleName() for box in self.drawn.findChildren(TextBox)]
        self.setAccessibleName("\n".join(word for word in words if word))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.end()


def read_in_order(*parts: QWidget) -> None:
    """Screen readers and Tab go through `parts` as they stand here, whatever was made first."""
    for part in parts:
        part.raise_()
    taps = [part for part in parts if isinstance(part, Tap)]
    for before, after in pairwise(taps):
        QWidget.setTabOrder(before, after)


def corner(metrics: theme.Metrics, width: float) -> QRectF:
    """The lower left corner, staff's on every page; `width` in units."""
    return QRectF(
        metrics.px(theme.EDGE),
        metrics.height - metrics.px(TARGET + 2),
        metrics.px(width),
        metrics.px(TARGET),
    )


def put(widget: QWidget, box: QRectF) -> None:
    """Give a widget its place."""
    widget.setGeometry(box.toRect())


def column(metrics: theme.Metrics, top: float, height: float, width: float = 0.86) -> QRectF:
    """A centred box `width` of the window wide; `top` and `height` are pixels."""
    return QRectF(metrics.width * (1 - width) / 2, top, metrics.width * width, height)
