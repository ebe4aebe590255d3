"""The picture of the thanks: one who bows with hands pressed together, whatever was pressed."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import theme


class Wai(QWidget):
    """In the lines of the faces, in the office's colour: of no face's colour, as it knows no score.
    A tick at its side says that the rating is stored."""

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


def _line(width: float) -> QPen:
    pen = QPen(theme.DEEP, width, c=Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _paint_body(painter: QPainter) -> None:
    body = QPainterPath(QPointF(0.14, 1.05))
    body.cubicTo(QPointF(0.14, 0.74), QPointF(0.3, 0.66), QPointF(0.5, 0.66))
    body.cubicTo(QPointF(0.7, 0.66), QPointF(0.86, 0.74), QPointF(0.86, 1.05))
    painter.fillPath(body, theme.CHOSEN)


def _paint_head(painter: QPainter) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.CARD)
    painter.drawEllipse(QPointF(0.5, 0.39), 0.255, 0.255)
    blush = theme.tint(theme.BLUSH, 0.45)
    painter.setBrush(blush)
    for side in (-1, 1):
        painter.drawEllipse(QPointF(0.5 + side * 0.155, 0.44), 0.036, 0.026)
    painter.setPen(_line(0.024))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for side in (-1, 1):
        eye = QRectF(0.5 + side * 0.09 - 0.042, 0.335, 0.084, 0.07)
        painter.drawArc(eye, 200 * 16, 140 * 16)
    painter.drawArc(QRectF(0.43, 0.4, 0.14, 0.085), 205 * 16, 130 * 16)


def _paint_hands(painter: QPainter) -> None:
    """Fingertips at the chin, elbows out."""
    painter.setPen(_line(0.026))
    painter.setBrush(theme.CHOSEN)
    for side in (-1, 1):
        sleeve = QPainterPath(QPointF(0.5 + side * 0.36, 0.98))
        sleeve.lineTo(QPointF(0.5 + side * 0.075, 0.8))
        painter.drawPath(sleeve)
    painter.setBrush(theme.CARD)
    hands = QPainterPath(QPointF(0.5, 0.56))
    hands.cubicTo(QPointF(0.575, 0.66), QPointF(0.59, 0.74), QPointF(0.575, 0.86))
    hands.lineTo(QPointF(0.425, 0.86))
    hands.cubicTo(QPointF(0.41, 0.74), QPointF(0.425, 0.66), QPointF(0.5, 0.56))
    painter.drawPath(hands)
    painter.drawLine(QPointF(0.5, 0.64), QPointF(0.5, 0.86))


def _paint_tick(painter: QPainter) -> None:
    painter.setPen(_line(0.026))
    painter.setBrush(theme.CARD)
    painter.drawEllipse(QPointF(0.85, 0.83), 0.13, 0.13)
    painter.setPen(_line(0.036))
    painter.drawPolyline([QPointF(0.79, 0.835), QPointF(0.835, 0.88), QPointF(0.915, 0.785)])
