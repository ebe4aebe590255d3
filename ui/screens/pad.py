"""The number pad of sign-on and PIN."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.widgets.tap import Tile

_KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "⌫")


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
