"""The faces: one family; mouth, brows, colour and word differ, never the colour alone."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from kiosk.domain.face import SHADE, SIDE, STROKE, face
from ui import theme
from ui.view import FaceLabel
from ui.widgets.tap import Tap, Tile
from ui.widgets.text import Laid, fit, paint

WORD_SHARE = 0.3
"""Of the button's height, for the word under the face."""


def paint_face(painter: QPainter, box: QRectF, score: int, levels: int) -> None:
    """A face in the square `box`, from displeased (1) to delighted (`levels`)."""
    painted = face(score, levels)
    colour = QColor(painted.colour)
    painter.save()
    painter.translate(box.topLeft())
    painter.scale(box.width() / SIDE, box.height() / SIDE)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour.darker(SHADE))
    painter.drawEllipse(QRectF(1, 1, 98, 98))
    painter.setBrush(colour)  # what it leaves below is the shade of a ball
    painter.drawEllipse(QRectF(3.5, 1, 93, 93))
    pen = QPen(theme.INK, STROKE, c=Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(theme.INK)
    for eye in painted.eyes:
        painter.drawEllipse(QPointF(*eye.middle), eye.rx, eye.ry)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for curve in painted.curves:
        start, *others = (QPointF(*point) for point in curve)
        path = QPainterPath(start)
        path.cubicTo(*others)
        painter.drawPath(path)
    painter.restore()


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
        return self._laid(pixels, self._boxes()[1]).pixels

    def _laid(self, pixels: float, word: QRectF) -> Laid:
        """On one line, or on two where that makes it larger."""
        one_line = fit(self._label.word, pixels, "SemiBold", word, wrap=False)
        if one_line.pixels >= pixels * theme.text_scale():
            return one_line
        lines = fit(self._label.word, pixels, "SemiBold", word, wrap=True)
        return lines if lines.pixels > one_line.pixels else one_line

    def _boxes(self) -> tuple[QRectF, QRectF]:
        """Where face and word stand: side by side in a wide button, else one above the other."""
        box = self.field()
        if self._wide:
            edge = box.height() * 0.09
            face = QRectF(box.left() + 2.4 * edge, box.top(), box.height(), box.height())
            word = QRectF(face.right() + 2 * edge, box.top(), 0, box.height())
            word.setRight(box.right() - 2 * edge)
            return face, word
        share = box.height() * WORD_SHARE * (1 + (theme.text_scale() - 1) * 0.6)
        pad = box.width() * 0.045 / theme.text_scale()
        word = QRectF(box.left() + pad, box.bottom() - share * 1.06, box.width() - 2 * pad, share)
        return QRectF(box.left(), box.top(), box.width(), word.top() - box.top()), word

    @property
    def _wide(self) -> bool:
        return self.width() > 2.4 * self.height()

    def words(self) -> tuple[Laid, QRectF]:
        _, word = self._boxes()
        return self._laid(self._pixels, word), word

    def paintEvent(self, event: QPaintEvent) -> None:
        """The field is a breath of the face's colour; under a finger, all of it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.field()
        colour = theme.face_colour(self._label.score, self._label.levels)
        is_down = self.isDown()
        painter.setBrush(theme.tint(colour, 0.8 if is_down else 0.24))
        edge = QPen(theme.DEEP, theme.scaled(self, 4))
        if not is_down:
            edge = QPen(colour.darker(112), theme.scaled(self, 2))
        painter.setPen(edge)
        radius = min(box.width(), box.height()) * 0.14
        painter.drawRoundedRect(box, radius, radius)
        room, word = self._boxes()
        size = min(room.width() * 0.86, room.height() * (0.8 if self._wide else 0.86))
        size *= 0.95 if is_down else 1.0
        square = QRectF(0, 0, size, size)
        lower = 0.0 if self._wide else size * 0.03
        square.moveCenter(QPointF(room.center().x(), room.center().y() + lower))
        paint_face(painter, square, self._label.score, self._label.levels)
        laid, word = self.words()
        side = Qt.AlignmentFlag.AlignLeft if self._wide else Qt.AlignmentFlag.AlignHCenter
        paint(painter, laid, word, theme.INK, side)
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
