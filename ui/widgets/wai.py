"""The picture of the thanks: one who bows with hands pressed together, whatever was pressed."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import theme

SKIN, SKIN_SHADE, HAIR = QColor("#EDC19C"), QColor("#D9A57C"), QColor("#2A2320")
SHIRT, SHIRT_SHADE = QColor("#F4F7F6"), QColor("#CFDEDA")


class Wai(QWidget):
    """A person on the office's colour: of no face's colour, as it knows no score. A tick at its
    side says that the rating is stored."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width(), self.height()) - 4
        painter.translate((self.width() - side) / 2, (self.height() - side) / 2)
        painter.scale(side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.DEEP)
        ground = QPainterPath()
        ground.addEllipse(QRectF(0, 0, 1, 1))
        painter.drawPath(ground)
        painter.setClipPath(ground)
        _paint_body(painter)
        _paint_head(painter)
        _paint_hands(painter)
        painter.setClipping(False)
        _paint_tick(painter)
        painter.end()


def _line(width: float, colour: QColor = theme.DEEP) -> QPen:
    pen = QPen(colour, width, c=Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _shape(start: tuple[float, float], *curves: tuple[float, ...]) -> QPainterPath:
    """A closed outline of cubic curves, each as six numbers."""
    path = QPainterPath(QPointF(*start))
    for x1, y1, x2, y2, x3, y3 in curves:
        path.cubicTo(x1, y1, x2, y2, x3, y3)
    path.closeSubpath()
    return path


def _paint_body(painter: QPainter) -> None:
    """A neck, and a white shirt with its collar."""
    painter.fillRect(QRectF(0.435, 0.5, 0.13, 0.2), SKIN_SHADE)
    shoulders = _shape(
        (0.1, 1.05),
        (0.1, 0.78, 0.2, 0.71, 0.42, 0.66),
        (0.46, 0.72, 0.54, 0.72, 0.58, 0.66),
        (0.8, 0.71, 0.9, 0.78, 0.9, 1.05),
    )
    painter.fillPath(shoulders, SHIRT)
    for side in (-1, 1):
        collar = QPainterPath(QPointF(0.5 + side * 0.075, 0.645))
        for x, y in ((0.13, 0.675), (0.085, 0.76), (0.0, 0.72)):
            collar.lineTo(0.5 + side * x, y)
        painter.fillPath(collar, SHIRT_SHADE)


def _paint_head(painter: QPainter) -> None:
    """Bowed a little: much hair, lowered eyes, a small smile."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(HAIR)
    painter.drawEllipse(QPointF(0.5, 0.345), 0.215, 0.225)
    painter.setBrush(SKIN)
    for side in (-1, 1):
        painter.drawEllipse(QPointF(0.5 + side * 0.192, 0.43), 0.03, 0.045)
    face = _shape(
        (0.308, 0.36),
        (0.3, 0.5, 0.36, 0.615, 0.5, 0.615),
        (0.64, 0.615, 0.7, 0.5, 0.692, 0.36),
        (0.66, 0.27, 0.34, 0.27, 0.308, 0.36),
    )
    painter.fillPath(face, SKIN)
    fringe = _shape(
        (0.296, 0.4),
        (0.27, 0.16, 0.42, 0.11, 0.52, 0.13),
        (0.68, 0.13, 0.73, 0.26, 0.704, 0.4),
        (0.69, 0.33, 0.66, 0.3, 0.6, 0.275),
        (0.5, 0.33, 0.38, 0.31, 0.34, 0.3),
        (0.315, 0.33, 0.305, 0.36, 0.296, 0.4),
    )
    painter.fillPath(fringe, HAIR)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for side in (-1, 1):
        middle = 0.5 + side * 0.088
        painter.setPen(_line(0.014, HAIR))
        painter.drawArc(QRectF(middle - 0.042, 0.362, 0.084, 0.05), 35 * 16, 110 * 16)
        painter.setPen(_line(0.017, HAIR))
        painter.drawArc(QRectF(middle - 0.036, 0.395, 0.072, 0.055), 205 * 16, 130 * 16)
    painter.setPen(_line(0.012, SKIN_SHADE))
    painter.drawArc(QRectF(0.48, 0.455, 0.04, 0.03), 200 * 16, 140 * 16)
    painter.setPen(_line(0.017, HAIR))
    painter.drawArc(QRectF(0.445, 0.475, 0.11, 0.075), 210 * 16, 120 * 16)


def _paint_hands(painter: QPainter) -> None:
    """Fingertips at the chin, elbows out, sleeves to the wrists."""
    for width, colour in ((0.165, SHIRT_SHADE), (0.145, SHIRT)):
        painter.setPen(_line(width, colour))
        for side in (-1, 1):
            elbow, wrist = QPointF(0.5 + side * 0.36, 1.03), QPointF(0.5 + side * 0.1, 0.885)
            painter.drawLine(elbow, wrist)
    painter.setPen(_line(0.012, SKIN_SHADE))
    painter.setBrush(SKIN)
    hands = _shape(
        (0.5, 0.565),
        (0.545, 0.6, 0.575, 0.72, 0.588, 0.9),
        (0.56, 0.915, 0.44, 0.915, 0.412, 0.9),
        (0.425, 0.72, 0.455, 0.6, 0.5, 0.565),
    )
    painter.drawPath(hands)
    painter.drawLine(QPointF(0.5, 0.6), QPointF(0.5, 0.9))
    for side in (-1, 1):
        thumb = QPainterPath(QPointF(0.5 + side * 0.05, 0.83))
        thumb.quadTo(0.5 + side * 0.035, 0.76, 0.5 + side * 0.018, 0.735)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(thumb)


def _paint_tick(painter: QPainter) -> None:
    painter.setPen(_line(0.026))
    painter.setBrush(theme.CARD)
    painter.drawEllipse(QPointF(0.85, 0.83), 0.13, 0.13)
    painter.setPen(_line(0.036))
    painter.drawPolyline([QPointF(0.79, 0.835), QPointF(0.835, 0.88), QPointF(0.915, 0.785)])
