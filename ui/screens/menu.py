"""Menus for staff: lines to read, things to do."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import GAP, TARGET, Screen, put
from ui.view import MenuView
from ui.widgets.card import Card
from ui.widgets.tap import Tile
from ui.widgets.text import TextBox


class MenuScreen(Screen[MenuView]):
    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = TextBox(self, weight="Bold", wrap=False, align=Qt.AlignmentFlag.AlignLeft)
        self._note = TextBox(self, weight="Bold", wrap=False, align=Qt.AlignmentFlag.AlignRight)
        self._card = Card(self)
        self._rows: list[tuple[TextBox, TextBox]] = []
        self.tiles: list[Tile] = []
        self._ids: list[str] = []

    def place(self, metrics: theme.Metrics, view: MenuView) -> None:
        edge, top = metrics.px(theme.EDGE), metrics.strip + metrics.px(2)
        line = QRectF(edge, top, metrics.width - 2 * edge, metrics.px(11))
        put(self._title, line)
        self._title.say(view.title, metrics.px(theme.TITLE))
        note = line.adjusted(line.width() * 0.34, 0, 0, 0)
        if metrics.portrait and view.note:
            top += metrics.px(8)
            note = line.translated(0, metrics.px(8))
        put(self._note, note)
        align = Qt.AlignmentFlag.AlignLeft if metrics.portrait else None
        self._note.say(view.note, metrics.px(theme.BODY), align)
        columns = len(view.actions) if not metrics.portrait else min(2, len(view.actions))
        lines = -(-len(view.actions) // max(1, columns))
        card = QRectF(edge, top + metrics.px(12), metrics.width - 2 * edge, 0)
        free = metrics.height - metrics.px(2) - card.top() - metrics.px(3)  # for rows and actions
        rows_height = metrics.px(13) * len(view.rows)
        action_height = (free - rows_height) / max(1, lines) - metrics.px(GAP)
        action_height = min(max(action_height, float(metrics.px(TARGET))), float(metrics.px(26)))
        actions_height = (action_height + metrics.px(GAP)) * lines - metrics.px(GAP)
        foot = metrics.height - metrics.px(2) - actions_height
        rows_room = foot - metrics.px(GAP + 3) - card.top()
        row_height = min(rows_height, rows_room) / max(1, len(view.rows))
        card.setHeight(row_height * len(view.rows) + metrics.px(3))
        put(self._card, card)
        inner = card.adjusted(metrics.px(4), metrics.px(1.5), -metrics.px(4), -metrics.px(1.5))
        self._place_rows(metrics, view, inner, row_height)
        first_line = QRectF(edge, foot, card.width(), action_height)
        self._place_actions(metrics, view, columns, first_line)

    def _place_rows(
        self, metrics: theme.Metrics, view: MenuView, box: QRectF, height: float
    ) -> None:
        while len(self._rows) < len(view.rows):
            start = Qt.AlignmentFlag.AlignLeft
            label = TextBox(self, colour=theme.SOFT_INK, align=start, wrap=False)
            value = TextBox(self, weight="SemiBold", align=start, names=True)
            self._rows.append((label, value))
        split = box.width() * 0.36
        for index, (label, value) in enumerate(self._rows):
            is_visible = index < len(view.rows)
            label.setVisible(is_visible)
            value.setVisible(is_visible)
            if is_visible:
                y = box.top() + index * height
                put(label, QRectF(box.left(), y, split - metrics.px(2), height))
                put(value, QRectF(box.left() + split, y, box.width() - split, height))
                label.say(view.rows[index][0], metrics.px(theme.BODY))
                value.say(view.rows[index][1], metrics.px(theme.BODY))
        labels = [label for label, _ in self._rows[: len(view.rows)]]
        smallest = min((label.laid().pixels for label in labels), default=0.0)
        size = smallest / theme.text_scale()
        for label, (words, _) in zip(labels, view.rows, strict=True):
            label.say(words, size)

    def _place_actions(
        self, metrics: theme.Metrics, view: MenuView, columns: int, area: QRectF
    ) -> None:
        """`area`: the first line of them."""
        self._ids = [choice.id for choice in view.actions]
        while len(self.tiles) < len(view.actions):
            tile = Tile(self)
            index = len(self.tiles)
            tile.clicked.connect(lambda _=False, i=index: self.chosen.emit(self._ids[i]))
            self.tiles.append(tile)
        gap = metrics.px(GAP)
        width = (area.width() - gap * (columns - 1)) / max(1, columns)
        for index, tile in enumerate(self.tiles):
            tile.setVisible(index < len(view.actions))
            if index < len(view.actions):
                row, place = divmod(index, columns)
                tile_left = area.left() + place * (width + gap)
                tile_top = area.top() + row * (area.height() + gap)
                put(tile, QRectF(tile_left, tile_top, width, area.height()))
                choice = view.actions[index]
                tile.say(choice.label, metrics.px(theme.BODY), chosen=choice.chosen)
        Tile.level(self.tiles[: len(view.actions)])
