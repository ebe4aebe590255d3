"""Menus for staff: lines to read, things to do."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import GAP, STRIP, TARGET, Screen, put
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

    def place(self, m: theme.Metrics, view: MenuView) -> None:
        edge, top = m.px(theme.EDGE), m.px(STRIP + 2)
        line = QRectF(edge, top, m.width - 2 * edge, m.px(11))
        put(self._title, line)
        self._title.say(view.title, m.px(theme.TITLE))
        left, note = Qt.AlignmentFlag.AlignLeft, line.adjusted(line.width() * 0.34, 0, 0, 0)
        if m.portrait and view.note:
            top += m.px(8)
            note = line.translated(0, m.px(8))
        put(self._note, note)
        self._note.say(view.note, m.px(theme.BODY), left if m.portrait else None)
        columns = len(view.actions) if not m.portrait else min(2, len(view.actions))
        lines = -(-len(view.actions) // max(1, columns))
        card = QRectF(edge, top + m.px(12), m.width - 2 * edge, 0)
        free = m.height - m.px(2) - card.top() - m.px(3)  # for rows and actions
        wanted = m.px(13) * len(view.rows)
        action = (free - wanted) / max(1, lines) - m.px(GAP)
        action = min(max(action, float(m.px(TARGET))), float(m.px(26)))
        foot = m.height - m.px(2) - (action + m.px(GAP)) * lines + m.px(GAP)
        row = min(wanted, foot - m.px(GAP + 3) - card.top()) / max(1, len(view.rows))
        card.setHeight(row * len(view.rows) + m.px(3))
        put(self._card, card)
        inner = card.adjusted(m.px(4), m.px(1.5), -m.px(4), -m.px(1.5))
        self._place_rows(m, view, inner, row)
        self._place_actions(m, view, columns, QRectF(edge, foot, card.width(), action))

    def _place_rows(self, m: theme.Metrics, view: MenuView, box: QRectF, height: float) -> None:
        while len(self._rows) < len(view.rows):
            start = Qt.AlignmentFlag.AlignLeft
            label = TextBox(self, colour=theme.SOFT_INK, align=start, wrap=False)
            value = TextBox(self, weight="SemiBold", align=start, names=True)
            self._rows.append((label, value))
        split = box.width() * 0.36
        for index, (label, value) in enumerate(self._rows):
            shown = index < len(view.rows)
            label.setVisible(shown)
            value.setVisible(shown)
            if shown:
                y = box.top() + index * height
                put(label, QRectF(box.left(), y, split - m.px(2), height))
                put(value, QRectF(box.left() + split, y, box.width() - split, height))
                label.say(view.rows[index][0], m.px(theme.BODY))
                value.say(view.rows[index][1], m.px(theme.BODY))
        labels = [label for label, _ in self._rows[: len(view.rows)]]
        least = min((label.laid().pixels for label in labels), default=0.0) / theme.text_scale()
        for label, (words, _) in zip(labels, view.rows, strict=True):
            label.say(words, least)

    def _place_actions(self, m: theme.Metrics, view: MenuView, columns: int, area: QRectF) -> None:
        """`area`: the first line of them."""
        self._ids = [choice.id for choice in view.actions]
        while len(self.tiles) < len(view.actions):
            tile = Tile(self)
            index = len(self.tiles)
            tile.clicked.connect(lambda _=False, i=index: self.chosen.emit(self._ids[i]))
            self.tiles.append(tile)
        gap = m.px(GAP)
        width = (area.width() - gap * (columns - 1)) / max(1, columns)
        for index, tile in enumerate(self.tiles):
            tile.setVisible(index < len(view.actions))
            if index < len(view.actions):
                row, place = divmod(index, columns)
                left = area.left() + place * (width + gap)
                top = area.top() + row * (area.height() + gap)
                put(tile, QRectF(left, top, width, area.height()))
                choice = view.actions[index]
                tile.say(choice.label, m.px(theme.BODY), chosen=choice.chosen)
        Tile.level(self.tiles[: len(view.actions)])
