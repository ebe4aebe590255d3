"""What sign-on and PIN have in common: where things stand, and the number pad."""

from typing import NamedTuple

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import GAP, corner
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


def pad_places(metrics: theme.Metrics) -> PadPlaces:
    """The pad at the right hand, or below on an upright screen: in one place on both pages."""
    edge, gap = metrics.px(theme.EDGE), metrics.px(GAP)
    top, back = metrics.strip + metrics.px(2), corner(metrics, 26)
    if metrics.portrait:
        width = metrics.width - 2 * edge
        pad = QRectF(edge, back.top() - gap - metrics.px(64), width, metrics.px(64))
        typed_top = pad.top() - metrics.px(13)
        choices = QRectF(edge, top, width, typed_top - gap - top)
        typed = QRectF(edge, typed_top, width, metrics.px(11))
    else:
        half = metrics.width * 0.54
        choices = QRectF(edge, top, half - edge, back.top() - gap - top)
        typed = QRectF(half + edge, top, metrics.width - half - 2 * edge, metrics.px(12))
        pad = QRectF(typed.left(), typed.bottom() + metrics.px(2), typed.width(), 0)
        pad.setBottom(back.bottom())
    title = QRectF(choices.left(), choices.top(), choices.width(), metrics.px(9.5))
    line = QRectF(choices.left(), title.bottom(), choices.width(), metrics.px(8))
    return PadPlaces(
        title=title,
        line=line,
        body=choices.adjusted(0, metrics.px(19), 0, 0),
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
