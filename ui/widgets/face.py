"""The faces: one family, told apart by mouth, brows, colour and word, never by colour alone."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.view import FaceLabel
from ui.widgets.tap import Tap, Tile
from ui.widgets.text import Laid, fit, paint

WORD_SHARE = 0.3
"""Of the button's height, for the word under the face."""


def paint_face(painter: QPainter, box: QRectF, score: int, levels: int) -> None:
    """A face in the square `box`, from a deep frown (1) to a broad smile (`levels`)."""
    mood = 2 * (score - 1) / (levels - 1) - 1
    size, middle = box.width(), box.center()
    pen = QPen(theme.INK, size * 0.045, c=Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setBrush(theme.face_colour(score, levels))
    painter.setPen(QPen(theme.INK, size * 0.03))
    painter.drawEllipse(box.adjusted(size * 0.02, size * 0.02, -size * 0.02, -size * 0.02))
    painter.setPen(pen)
    for side in (-1, 1):
        eye = QPointF(middle.x() + side * size * 0.17, middle.y() - size * 0.1)
        if mood > 0.9:
            arc = QRectF(eye.x() - size * 0.07, eye.y() - size * 0.05, size * 0.14, size * 0.14)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawArc(arc, 20 * 16, 140 * 16)
        else:
            painter.setBrush(theme.INK)
            painter.drawEllipse(eye, size * 0.035, size * 0.05)
        if mood < -0.9:
            inner = QPointF(middle.x() + side * size * 0.08, middle.y() - size * 0.2)
            outer = QPointF(middle.x() + side * size * 0.25, middle.y() - size * 0.27)
            painter.drawLine(inner, outer)
    _paint_mouth(painter, middle, size, mood)


def _paint_mouth(painter: QPainter, middle: QPointF, size: float, mood: float) -> None:
    """A curve whose depth is the mood; open when very happy."""
    half, depth = size * 0.21, mood * size * 0.2
    y = middle.y() + size * 0.2 - depth * 0.45
    left, right = QPointF(middle.x() - half, y), QPointF(middle.x() + half, y)
    mouth = QPainterPath(left)
    mouth.quadTo(QPointF(middle.x(), y + depth * 2), right)
    if mood > 0.9:
        mouth.closeSubpath()
        painter.setBrush(theme.CARD)
    else:
        painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(mouth)


class FaceButton(Tap):
    """A face with its word: the whole field is the target."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._label = FaceLabel(1, 5, "")
        self._pixels = 20.0

    def say(self, label: FaceLabel, pixels: float) -> None:
        self._label, self._pixels = label, pixels
        self.setText(label.word)
        self.setAccessibleName(label.word)
        self.update()

    @property
    def score(self) -> int:
        return self._label.score

    def fitting(self, pixels: float) -> float:
        """The size, up to `pixels`, at which the word fits: faces of one row share the least."""
        _, word = self._boxes()
        return fit(self._label.word, pixels, "SemiBold", word, wrap=False).pixels

    def _boxes(self) -> tuple[QRectF, QRectF]:
        """Where face and word stand: side by side in a wide button, else one above the other."""
        box = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        if box.width() > 1.8 * box.height():
            face = QRectF(box.left() + box.height() * 0.12, box.top(), box.height(), box.height())
            word = QRectF(face.right(), box.top(), box.right() - face.right(), box.height())
            return face, word.adjusted(box.height() * 0.2, 0, -box.height() * 0.2, 0)
        share = box.height() * WORD_SHARE
        pad = box.width() * 0.045
        word = QRectF(box.left() + pad, box.bottom() - share * 1.08, box.width() - 2 * pad, share)
        return QRectF(box.left(), box.top(), box.width(), word.top() - box.top()), word

    def words(self) -> tuple[Laid, QRectF]:
        _, word = self._boxes()
        return fit(self._label.word, self._pixels, "SemiBold", word, wrap=False), word

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setBrush(theme.PRESSED if self.isDown() else theme.CARD)
        painter.setPen(QPen(theme.DEEP if self.isDown() else theme.EDGE, 4 if self.isDown() else 2))
        radius = min(box.width(), box.height()) * 0.12
        painter.drawRoundedRect(box, radius, radius)
        room, word = self._boxes()
        size = min(room.width() * 0.84, room.height() * 0.84) * (0.95 if self.isDown() else 1.0)
        square = QRectF(0, 0, size, size)
        lower = size * 0.03 if word.top() >= room.bottom() - 1 else 0.0
        square.moveCenter(QPointF(room.center().x(), room.center().y() + lower))
        paint_face(painter, square, self._label.score, self._label.levels)
        laid, word = self.words()
        paint(painter, laid, word, theme.INK)
        self.paint_focus(painter, radius)
        painter.end()


class FaceTile(Tile):
    """A tile that does what the panel's button with a face does; without one, a tile."""

    face: FaceLabel | None = None

    def fitting(self, pixels: float) -> float:
        """The size, up to `pixels`, at which the word fits: tiles of one row share the least."""
        return fit(self.text(), pixels, "SemiBold", self._word_box(), wrap=False).pixels

    def words(self) -> tuple[Laid, QRectF]:
        if self.face is None:
            return super().words()
        word = self._word_box()
        return fit(self.text(), self._pixels, "SemiBold", word, wrap=False), word

    def paint_more(self, painter: QPainter) -> None:
        if self.face is not None:
            paint_face(painter, self._face_box(), self.face.score, self.face.levels)

    def _word_box(self) -> QRectF:
        room = self._room()
        return room.adjusted(self._face_box().width() * 1.15, 0, 0, 0)

    def _face_box(self) -> QRectF:
        room = self._room()
        side = min(room.height() * 0.72, room.width() * 0.3)
        return QRectF(room.left(), room.center().y() - side / 2, side, side)
