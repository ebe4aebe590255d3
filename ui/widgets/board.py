"""A notice on its card: a heading and words, or a picture as large as it fits."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.view import NoticeCard
from ui.widgets.card import Card
from ui.widgets.pictures import decode_photo
from ui.widgets.text import TextBox


class Board(Card):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._card: NoticeCard | None = None
        self._picture = QPixmap()
        self._drawn: tuple[NoticeCard, QSize] | None = None
        self._heading = TextBox(self, weight="Bold")
        self._body = TextBox(self, colour=theme.SOFT_INK)

    def show_card(self, card: NoticeCard | None, metrics: theme.Metrics) -> None:
        """Show `card` in this widget's place; None: nothing to show."""
        self._card = card
        self.setVisible(card is not None)
        if card is None:
            return
        box = QRectF(self.rect()).adjusted(
            metrics.px(4), metrics.px(3), -metrics.px(4), -metrics.px(3)
        )
        has_words = not card.picture
        self._heading.setVisible(has_words)
        self._body.setVisible(has_words)
        head = box.height()
        if card.body:
            head = min(head * 0.4, max(head * 0.32, float(metrics.grown(12))))
        self._heading.setGeometry(QRectF(box.left(), box.top(), box.width(), head).toRect())
        self._heading.say(card.heading, metrics.px(theme.TITLE))
        rest = QRectF(box.left(), box.top() + head, box.width(), box.height() - head)
        self._body.setGeometry(rest.toRect())
        self._body.say(card.body, metrics.px(theme.LEAD))
        self._draw(card)
        self.update()

    def _draw(self, card: NoticeCard) -> None:
        """The picture is decoded once for its place."""
        if self._drawn == (card, self.size()):
            return
        self._drawn = (card, self.size())
        self._picture = QPixmap()
        if not card.picture:
            return
        image = decode_photo(card.picture, max(self.width(), self.height()))
        if image is not None:
            room = self.size() - QSize(8, 8)
            keep_shape = Qt.AspectRatioMode.KeepAspectRatio
            smooth = Qt.TransformationMode.SmoothTransformation
            self._picture = QPixmap.fromImage(image.scaled(room, keep_shape, smooth))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._card is None:
            return
        painter = QPainter(self)
        self.paint_ground(painter)
        if not self._picture.isNull():
            picture_left = (self.width() - self._picture.width()) // 2
            top = (self.height() - self._picture.height()) // 2
            painter.drawPixmap(picture_left, top, self._picture)
        painter.end()
