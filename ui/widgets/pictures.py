"""An officer's picture, a QR code, a tick: what is shown and not touched."""

from PySide6.QtCore import QBuffer, QByteArray, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.view import OfficerCard
from ui.widgets.text import fit, paint

MAX_PIXELS = 4000
"""A side of a photo; a larger one is not decoded."""
_DECODED = 512
_QUIET_MODULES = 4
"""White modules around a QR code, as its standard asks."""


def decode_photo(data: bytes, at_least: int = _DECODED) -> QImage | None:
    """The photo, scaled while decoding to `at_least` so many pixels a side; None when it is no
    picture or unreasonably large."""
    source = QByteArray(data)
    buffer = QBuffer(source)
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > MAX_PIXELS:
        return None
    bounds = QSize(at_least, at_least)
    if size.width() > at_least and size.height() > at_least:
        reader.setScaledSize(size.scaled(bounds, Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    image = reader.read()
    return None if image.isNull() else image


class Avatar(QWidget):
    """The officer's photo in a circle, or the initials."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._card: OfficerCard | None = None
        self._image: QImage | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def say(self, card: OfficerCard) -> None:
        if card != self._card:
            self._card = card
            self._image = decode_photo(card.photo) if card.photo else None
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._card is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = min(self.width(), self.height()) - 4
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        if self._image is not None:
            self._photo(painter, box, self._image)
        else:
            painter.setBrush(theme.DEEP)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(box)
            inner = box.adjusted(side * 0.14, 0, -side * 0.14, 0)
            initials = side * 0.36 / theme.text_scale()
            laid = fit(self._card.initials, initials, "SemiBold", inner, wrap=False)
            paint(painter, laid, inner, theme.CARD)
        painter.end()

    def _photo(self, painter: QPainter, box: QRectF, image: QImage) -> None:
        circle = QPainterPath()
        circle.addEllipse(box)
        painter.setClipPath(circle)
        side = min(image.width(), image.height())
        # Faces sit high in portraits: cut from the bottom.
        part = QRectF((image.width() - side) / 2, (image.height() - side) / 4, side, side)
        painter.drawImage(box, image, part)
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.DEEP, theme.scaled(self, 3)))
        painter.drawEllipse(box)


class QrPicture(QWidget):
    """A QR matrix with its quiet zone of four modules, in whole pixels."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: tuple[tuple[bool, ...], ...] = ()

    def say(self, rows: tuple[tuple[bool, ...], ...]) -> None:
        self._rows = rows
        self.setVisible(bool(rows))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        painter = QPainter(self)
        modules = len(self._rows) + 2 * _QUIET_MODULES
        module = max(1, min(self.width(), self.height()) // modules)
        side = module * modules
        x_start, y_start = (self.width() - side) // 2, (self.height() - side) // 2
        painter.fillRect(x_start, y_start, side, side, theme.CARD)
        for y, row in enumerate(self._rows):
            for x, dark in enumerate(row):
                if dark:
                    module_x = x_start + (x + _QUIET_MODULES) * module
                    module_y = y_start + (y + _QUIET_MODULES) * module
                    painter.fillRect(module_x, module_y, module, module, theme.INK)
        painter.end()


class Sign(QWidget):
    """What a page is about, for who can't read it: done, closed for now, a pause, a fault."""

    def __init__(self, parent: QWidget, kind: str = "tick") -> None:
        super().__init__(parent)
        self._kind = kind

    def say(self, kind: str) -> None:
        """One of "tick", "clock", "pause", "alert"."""
        if kind != self._kind:
            self._kind = kind
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width(), self.height()) - 4
        painter.translate((self.width() - side) / 2, (self.height() - side) / 2)
        painter.scale(side, side)
        painter.setBrush(theme.ALARM if self._kind == "alert" else theme.DEEP)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QRectF(0, 0, 1, 1))
        pen = QPen(theme.CARD, 0.08, c=Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._kind == "clock":
            painter.drawEllipse(QPointF(0.5, 0.5), 0.29, 0.29)
        for line in _LINES[self._kind]:
            painter.drawPolyline([QPointF(x, y) for x, y in line])
        painter.end()


_LINES = {
    "tick": (((0.28, 0.53), (0.44, 0.68), (0.73, 0.35)),),
    "clock": (((0.5, 0.33), (0.5, 0.5), (0.61, 0.58)),),
    "pause": (((0.4, 0.33), (0.4, 0.67)), ((0.6, 0.33), (0.6, 0.67))),
    "alert": (((0.5, 0.25), (0.5, 0.56)), ((0.5, 0.73), (0.5, 0.731))),
}
"""In a square of side 1."""
