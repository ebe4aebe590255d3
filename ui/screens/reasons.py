"""Reasons after a low score: up to six, as many as one likes, or none."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import GAP, TARGET, Screen, column, put, read_in_order
from ui.view import ReasonsView
from ui.widgets.face import FaceTile
from ui.widgets.tap import Tile
from ui.widgets.text import TextBox


class ReasonsScreen(Screen[ReasonsView]):
    toggled = Signal(str)
    done = Signal()
    more = Signal()
    asked_next = Signal()
    led = Signal(str)
    """What a button of a panel would do here, touched."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = TextBox(self, weight="Bold")
        self._hint = TextBox(self, colour=theme.SOFT_INK)
        self._warning = TextBox(self, weight="SemiBold", colour=theme.ALARM)
        self.done_tile = FaceTile(self, main=True)
        self.done_tile.clicked.connect(self.done)
        self.next_tile = Tile(self)
        self.next_tile.clicked.connect(self.asked_next)
        self.more_tile = Tile(self)
        self.more_tile.clicked.connect(self.more)
        self.lead_tiles = [FaceTile(self), FaceTile(self)]
        for tile, lead in zip(self.lead_tiles, ("next", "choose"), strict=True):
            tile.clicked.connect(lambda _=False, lead=lead: self.led.emit(lead))
        self.tiles: list[Tile] = []
        self._ids: list[str] = []
        self._in_order: tuple[QWidget, ...] = ()

    def place(self, metrics: theme.Metrics, view: ReasonsView) -> None:
        is_full = bool(metrics.reach) or (theme.has_large_words() and not metrics.portrait)
        top = metrics.strip + metrics.px(10 if metrics.portrait else 1 if is_full else 4)
        title_height, line_height = metrics.grown(12.5, 0.3), metrics.grown(8, 0.6)
        put(self._title, column(metrics, top, title_height, 0.92))
        self._title.say(view.title, metrics.px(theme.TITLE))
        for line, words in ((self._hint, view.hint), (self._warning, view.warning)):
            put(line, column(metrics, top + title_height, line_height, 0.92))
            line.say(words, metrics.px(theme.BODY))
        self._hint.setVisible(not view.warning)
        self._warning.setVisible(bool(view.warning))
        below = top + title_height + line_height + metrics.px(1 if is_full else 2.5)
        box = column(metrics, max(below, metrics.reach), 0, 0.92)
        # Three rows of targets fill the lower half of a small screen to its edge.
        foot = metrics.height - metrics.px(17 if not is_full else TARGET + 1)
        next_line = metrics.px(TARGET + GAP)
        above = (
            next_line if metrics.portrait and not view.keys else 0
        )  # a line for the next citizen
        box.setBottom(foot - above - metrics.px(5 if not is_full else GAP))
        self._place_choices(metrics, view, box)
        self._place_foot(metrics, view, foot, above)
        self._say_keys(metrics, view)
        lines = (self._title, self._hint, self._warning)
        ends = (self.next_tile, self.more_tile, self.done_tile)
        parts = (*lines, *self.tiles, *self.lead_tiles, *ends)
        if parts != self._in_order:
            self._in_order = parts
            read_in_order(*parts)

    def _place_foot(
        self, metrics: theme.Metrics, view: ReasonsView, top: float, above: float
    ) -> None:
        """What ends the page, side by side. `above`: the height of a line over it, for what is for
        the next citizen; 0: it stands beside."""
        tiles = self._foot_tiles(view)
        self.next_tile.say(view.asks_next, metrics.px(theme.LEAD))
        self.more_tile.say(view.more, metrics.px(theme.LEAD))
        self.done_tile.say(view.done, metrics.px(theme.LEAD))
        for tile in (self.next_tile, self.more_tile, *self.lead_tiles, self.done_tile):
            tile.setVisible(tile in tiles)
        if above and view.asks_next:
            tiles.remove(self.next_tile)
            put(self.next_tile, column(metrics, top - above, metrics.px(TARGET), 0.92))
        gap = metrics.px(GAP)
        room = column(metrics, 0, 0, 0.92).width() + gap
        width = min(metrics.grown(38), room / len(tiles) - gap)
        first_left = (metrics.width - len(tiles) * (width + gap) + gap) / 2
        for place, tile in enumerate(tiles):
            put(tile, QRectF(first_left + place * (width + gap), top, width, metrics.px(TARGET)))

    def _foot_tiles(self, view: ReasonsView) -> list[Tile]:
        if view.keys:
            return [*self.lead_tiles, self.done_tile]
        next_tiles = [self.next_tile] if view.asks_next else []
        more_tiles = [self.more_tile] if view.warning and view.more else []
        return [*next_tiles, *more_tiles, self.done_tile]

    def _say_keys(self, metrics: theme.Metrics, view: ReasonsView) -> None:
        tiles = (*self.lead_tiles, self.done_tile)
        self.done_tile.face = None
        for tile, key in zip(tiles, view.keys, strict=False):
            tile.face = key
            tile.say(key.word, metrics.px(theme.LEAD))
        if view.keys:
            smallest = min(tile.fitting(metrics.px(theme.LEAD)) for tile in tiles)
            for tile, key in zip(tiles, view.keys, strict=True):
                tile.say(key.word, smallest / theme.text_scale())

    def _place_choices(self, metrics: theme.Metrics, view: ReasonsView, box: QRectF) -> None:
        columns = 2 if metrics.portrait else 3
        rows = -(-len(view.reasons) // columns) or 1
        gap = metrics.px(GAP)
        width = (box.width() - gap * (columns - 1)) / columns
        height = min((box.height() - gap * (rows - 1)) / rows, float(metrics.grown(24)))
        top = box.top() + (box.height() - rows * height - (rows - 1) * gap) / 2
        self._ids = [choice.id for choice in view.reasons]
        while len(self.tiles) < len(view.reasons):
            tile = Tile(self, may_be_chosen=True)
            index = len(self.tiles)
            tile.clicked.connect(lambda _=False, i=index: self.toggled.emit(self._ids[i]))
            self.tiles.append(tile)
        for index, tile in enumerate(self.tiles):
            tile.setVisible(index < len(view.reasons))
            if index < len(view.reasons):
                row, place = divmod(index, columns)
                cell_left = box.left() + place * (width + gap)
                put(tile, QRectF(cell_left, top + row * (height + gap), width, height))
                choice = view.reasons[index]
                pointed = choice.id == view.pointed
                tile.say(
                    choice.label, metrics.px(theme.BODY), chosen=choice.chosen, pointed=pointed
                )
        Tile.level(self.tiles[: len(view.reasons)])
