"""What sign-on and PIN have in common: where things stand, and the number pad."""

from typing import NamedTuple

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import GAP, STRIP, corner
from ui.widgets.tap import Tile

_KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "⌫")


class PadPlaces(NamedTuple):
    """Places, in pixels: title and a line below it, what is chosen from, what was typed, the pad,
    the way back."""

    title: QRectF
    line: QRectF
    body: QRectF
    typed: QRectF
    pad: QRectF
    back: QRectF


def pad_places(m: theme.Metrics) -> PadPlaces:
    """The pad at the right hand, or below on an upright screen: in one place on both pages."""
    edge, gap = m.px(theme.EDGE), m.px(GAP)
    top, back = m.px(STRIP + 2), corner(m, 26)
    if m.portrait:
        pad = QRectF(edge, back.top() - gap - m.px(64), m.width - 2 * edge, m.px(64))
        left = QRectF(edge, top, m.width - 2 * edge, pad.top() - m.px(13) - gap - top)
        typed = QRectF(edge, pad.top() - m.px(13), pad.width(), m.px(11))
    else:
        half = m.width * 0.54
        left = QRectF(edge, top, half - edge, back.top() - gap - top)
        typed = QRectF(half + edge, top, m.width - half - 2 * edge, m.px(12))
        pad = QRectF(typed.left(), typed.bottom() + m.px(2), typed.width(), 0)
        pad.setBottom(back.bottom())
    title = QRectF(left.left(), left.top(), left.width(), m.px(9.5))
    line = QRectF(left.left(), title.bottom(), left.width(), m.px(8))
    return PadPlaces(
        title=title,
        line=line,
        body=left.adjusted(0, m.px(19), 0, 0),
        typed=typed,
        pad=pad,
        back=back,
    )


class NumberPad(QWidget):
    digit = Signal(str)
    erase = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._erase = "⌫"
        self.tiles: dict[str, Tile] = {}
        for key in filter(None, _KEYS):
            tile = Tile(self)
            tile.clicked.connect(lambda _=False, k=key: self._tapped(k))
            self.tiles[key] = tile

    def call_erase(self, name: str) -> None:
        """What a screen reader says for the erasing key."""
        self._erase = name
        self.tiles["⌫"].setAccessibleName(name)

    def _tapped(self, key: str) -> None:
        if key == "⌫":
            self.erase.emit()
        else:
            self.digit.emit(key)

    def resizeEvent(self, event: QResizeEvent) -> None:
        gap = self.height() * 0.0445
        width = (self.width() - 2 * gap) / 3
        height = (self.height() - 3 * gap) / 4
        for index, key in enumerate(_KEYS):
            if key:
                row, column = divmod(index, 3)
                box = QRectF(column * (width + gap), row * (height + gap), width, height)
                self.tiles[key].setGeometry(box.toRect())
                self.tiles[key].say(key, height * 0.42)
        self.tiles["⌫"].setAccessibleName(self._erase)
