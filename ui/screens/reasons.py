"""Reasons after a low score: up to six, as many as one likes, or none."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import GAP, STRIP, TARGET, Screen, column, put
from ui.view import ReasonsView
from ui.widgets.face import FaceTile
from ui.widgets.tap import Tile
from ui.widgets.text import TextBox


class ReasonsScreen(Screen[ReasonsView]):
    toggled = Signal(str)
    done = Signal()
    more = Signal()
    led = Signal(str)
    """What a button of a panel would do here, touched."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = TextBox(self, weight="Bold")
        self._hint = TextBox(self, colour=theme.SOFT_INK)
        self._warning = TextBox(self, weight="SemiBold", colour=theme.ALARM)
        self.done_tile = FaceTile(self, main=True)
        self.done_tile.clicked.connect(self.done)
        self.more_tile = Tile(self)
        self.more_tile.clicked.connect(self.more)
        self.lead_tiles = [FaceTile(self), FaceTile(self)]
        for tile, lead in zip(self.lead_tiles, ("next", "choose"), strict=True):
            tile.clicked.connect(lambda _=False, lead=lead: self.led.emit(lead))
        self.tiles: list[Tile] = []
        self._ids: list[str] = []

    def place(self, m: theme.Metrics, view: ReasonsView) -> None:
        top = m.px(STRIP) + m.px(4 if not m.portrait else 10)
        put(self._title, column(m, top, m.px(13), 0.92))
        self._title.say(view.title, m.px(theme.TITLE))
        for line, words in ((self._hint, view.hint), (self._warning, view.warning)):
            put(line, column(m, top + m.px(12.5), m.px(8), 0.92))
            line.say(words, m.px(theme.BODY))
        self._hint.setVisible(not view.warning)
        self._warning.setVisible(bool(view.warning))
        box = column(m, max(top + m.px(23), m.reach), 0, 0.92)
        # Three rows of targets fill the lower half of a small screen to its edge.
        foot = m.height - m.px(17 if not m.reach else TARGET + 1)
        box.setBottom(foot - m.px(5 if not m.reach else GAP))
        self._place_choices(m, view, box)
        shown: list[Tile] = [self.done_tile]
        if view.keys:
            shown = [*self.lead_tiles, self.done_tile]
        elif view.warning and view.more:
            shown = [self.more_tile, self.done_tile]
        self.more_tile.say(view.more, m.px(theme.LEAD))
        self.done_tile.say(view.done, m.px(theme.LEAD))
        gap = m.px(GAP)
        width = min(m.px(38), (column(m, 0, 0, 0.92).width() + gap) / len(shown) - gap)
        left = (m.width - len(shown) * (width + gap) + gap) / 2
        for tile in (self.more_tile, *self.lead_tiles, self.done_tile):
            tile.setVisible(tile in shown)
        for place, tile in enumerate(shown):
            put(tile, QRectF(left + place * (width + gap), foot, width, m.px(TARGET)))
        self._say_keys(m, view)

    def _say_keys(self, m: theme.Metrics, view: ReasonsView) -> None:
        tiles = (*self.lead_tiles, self.done_tile)
        self.done_tile.face = None
        for tile, key in zip(tiles, view.keys, strict=False):
            tile.face = key
            tile.say(key.word, m.px(theme.LEAD))
        if view.keys:
            least = min(tile.fitting(m.px(theme.LEAD)) for tile in tiles)
            for tile, key in zip(tiles, view.keys, strict=True):
                tile.say(key.word, least)

    def _place_choices(self, m: theme.Metrics, view: ReasonsView, box: QRectF) -> None:
        columns = 2 if m.portrait else 3
        rows = -(-len(view.reasons) // columns) or 1
        gap = m.px(GAP)
        width = (box.width() - gap * (columns - 1)) / columns
        height = min((box.height() - gap * (rows - 1)) / rows, float(m.px(24)))
        top = box.top() + (box.height() - rows * height - (rows - 1) * gap) / 2
        self._ids = [choice.id for choice in view.reasons]
        while len(self.tiles) < len(view.reasons):
            tile = Tile(self)
            index = len(self.tiles)
            tile.clicked.connect(lambda _=False, i=index: self.toggled.emit(self._ids[i]))
            self.tiles.append(tile)
        for index, tile in enumerate(self.tiles):
            tile.setVisible(index < len(view.reasons))
            if index < len(view.reasons):
                row, place = divmod(index, columns)
                left = box.left() + place * (width + gap)
                put(tile, QRectF(left, top + row * (height + gap), width, height))
                choice = view.reasons[index]
                pointed = choice.id == view.pointed
                tile.say(choice.label, m.px(theme.BODY), chosen=choice.chosen, pointed=pointed)
        Tile.level(self.tiles[: len(view.reasons)])
