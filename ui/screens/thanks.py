"""Thanks: the same picture for every score, with a code for comments."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QMouseEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import Screen, StillScreen, put
from ui.view import ThanksView
from ui.widgets.card import Card
from ui.widgets.pictures import QrPicture
from ui.widgets.pulse import Pulse
from ui.widgets.text import TextBox
from ui.widgets.wai import Wai


class Thanks(Screen[ThanksView]):
    ground = theme.WARM

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.figure = Wai(self)
        self._title = TextBox(self, weight="Bold")
        self._subtitle = TextBox(self, colour=theme.INK)
        self._card = Card(self)
        self._comment = TextBox(self, weight="SemiBold")
        self._qr = QrPicture(self)

    def place(self, metrics: theme.Metrics, view: ThanksView) -> None:
        strip, edge = metrics.strip, metrics.px(theme.EDGE)
        page = QRectF(
            edge, strip + edge, metrics.width - 2 * edge, metrics.height - strip - 2 * edge
        )
        words, code = QRectF(page), QRectF(page)
        if view.qr and metrics.portrait:
            code.setTop(page.bottom() - metrics.px(66))
            code.adjust(metrics.px(10), 0, -metrics.px(10), 0)
            words.setBottom(code.top() - edge)
        elif view.qr:
            code.setLeft(page.right() - metrics.px(54))
            words.setRight(code.left() - edge)
        self._place_words(metrics, view, words)
        self._card.setVisible(bool(view.qr))
        put(self._card, code)
        inner = code.adjusted(metrics.px(3), metrics.px(3), -metrics.px(3), -metrics.px(3))
        below = metrics.grown(15, 0.6)
        side = min(inner.width(), inner.height() - below)
        top = inner.center().y() - (side + below) / 2
        put(self._qr, QRectF(inner.left(), top, inner.width(), side))
        self._qr.say(view.qr)
        put(self._comment, QRectF(inner.left(), top + side, inner.width(), below))
        self._comment.say(view.comment if view.qr else "", metrics.px(theme.BODY))

    def _place_words(self, metrics: theme.Metrics, view: ThanksView, box: QRectF) -> None:
        """Figure, title and what becomes of it, in the middle of `box`."""
        title_height, line_height = metrics.grown(19, 1.2), metrics.grown(14, 1.0)
        words_height = title_height + line_height + metrics.px(2)
        figure = min(box.height() - words_height, float(metrics.px(44)))
        top = box.center().y() - (figure + words_height) / 2
        put(self.figure, QRectF(box.left(), top, box.width(), figure))
        put(
            self._title,
            QRectF(box.left(), top + figure + metrics.px(2), box.width(), title_height),
        )
        self._title.say(view.title, metrics.px(theme.HERO))
        put(
            self._subtitle,
            QRectF(
                box.left(),
                top + figure + metrics.px(2) + title_height,
                box.width(),
                line_height,
            ),
        )
        self._subtitle.say(view.subtitle, metrics.px(theme.LEAD))


class ThanksScreen(StillScreen[ThanksView]):
    drawing = Thanks
    touched = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.pulse = Pulse(self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Somebody wants to see the question again."""
        self.touched.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """The picture stands already: the motion takes nothing from it, and knows no score."""
        assert isinstance(self.drawn, Thanks)  # noqa: S101  (what `drawing` names)
        self.pulse.start(self.drawn.figure.geometry())
