"""What sign-on and PIN have in common: where things stand, and the pads of digits and letters."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import GAP, TARGET, corner, put
from ui.widgets.tap import Tile

_ERASE, _MORE = "⌫", "…"
_KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", _ERASE)


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
    turned = Signal()
    """To the letters, where there are any."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.turn_tile = Tile(self, quiet=True)
        self.turn_tile.clicked.connect(self.turned)
        self.turn_tile.hide()
        self._erase = _ERASE
        self.tiles: dict[str, Tile] = {}
        for key in filter(None, _KEYS):
            tile = Tile(self)
            tile.clicked.connect(lambda _=False, k=key: self._tapped(k))
            self.tiles[key] = tile

    def call_erase(self, name: str) -> None:
        """What a screen reader says for the erasing key."""
        self._erase = name
        self.tiles[_ERASE].setAccessibleName(name)

    def offer_letters(self, words: str) -> None:
        """Show the way to a pad of letters."""
        self.turn_tile.setVisible(bool(words))
        self.turn_tile.say(words, self.turn_tile.height() * 0.3)

    def _tapped(self, key: str) -> None:
        if key == _ERASE:
            self.erase.emit()
        else:
            self.digit.emit(key)

    def resizeEvent(self, event: QResizeEvent) -> None:
        gap = self.height() * 0.0445
        width = (self.width() - 2 * gap) / 3
        height = (self.height() - 3 * gap) / 4
        for index, key in enumerate(_KEYS):
            row, column = divmod(index, 3)
            box = QRectF(column * (width + gap), row * (height + gap), width, height)
            tile = self.tiles.get(key, self.turn_tile)
            put(tile, box)
            tile.say(key or tile.text(), height * (0.42 if key else 0.3))
        self.tiles[_ERASE].setAccessibleName(self._erase)


class LetterPad(QWidget):
    """The letters that names may go on with, page by page; the way back to the digits first, and
    the erasing key last."""

    letter = Signal(str)
    erase = Signal()
    turned = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.tiles: list[Tile] = []
        self.turn_tile = Tile(self, quiet=True)
        self.turn_tile.clicked.connect(self.turned)
        self.erase_tile = Tile(self)
        self.erase_tile.clicked.connect(self.erase)
        self._letters: tuple[str, ...] = ()
        self._page = 0
        self._show_again: Callable[[], None] = self.update

    def say(
        self,
        letters: tuple[str, ...],
        metrics: theme.Metrics,
        *,
        digits: str,
        more: str,
        erase: str,
    ) -> None:
        """What its keys are called: the way to the `digits`, `more` letters, `erase`."""
        if letters != self._letters:
            self._letters, self._page = letters, 0
        columns, width = _cells(self.width(), metrics)
        rows, height = _cells(self.height(), metrics)
        keys = self._keys(columns * rows - 2)
        self._make_tiles(len(keys))
        places = [divmod(index, columns) for index in range(columns * rows)]
        gap = metrics.px(GAP)
        boxes = [QRectF(c * (width + gap), r * (height + gap), width, height) for r, c in places]
        for index, tile in enumerate(self.tiles):
            tile.setVisible(index < len(keys))
        for tile, key, box in zip(self.tiles, keys, boxes, strict=False):
            put(tile, box)
            tile.say(key, height * 0.42)
            tile.setAccessibleName(more if key == _MORE else key)
        put(self.turn_tile, boxes[-2])
        self.turn_tile.say(digits, height * 0.3)
        put(self.erase_tile, boxes[-1])
        self.erase_tile.say(_ERASE, height * 0.42)
        self.erase_tile.setAccessibleName(erase)
        self._show_again = partial(
            self.say, letters, metrics, digits=digits, more=more, erase=erase
        )

    def _keys(self, room: int) -> list[str]:
        """As many letters as there is room for; where there are more, a key that shows them."""
        if len(self._letters) <= room:
            return list(self._letters)
        size = room - 1
        pages = -(-len(self._letters) // size)
        first = self._page % pages * size
        return [*self._letters[first : first + size], _MORE]

    def _make_tiles(self, count: int) -> None:
        while len(self.tiles) < count:
            tile = Tile(self)
            tile.clicked.connect(lambda _=False, t=tile: self._tapped(t.text()))
            self.tiles.append(tile)

    def _tapped(self, key: str) -> None:
        if key == _MORE:
            self._page += 1
            self._show_again()
        else:
            self.letter.emit(key)


def _cells(room: float, metrics: theme.Metrics) -> tuple[int, float]:
    """How many targets fit beside each other, and how wide each then is."""
    gap = metrics.px(GAP)
    count = max(1, int((room + gap) // (metrics.px(TARGET) + gap)))
    return count, (room - (count - 1) * gap) / count
