"""Menus for staff: lines to read, things to do."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import GAP, STRIP, TARGET, Screen, column, put
from ui.view import MenuView
from ui.widgets.tap import Tile
from ui.widgets.text import TextBox


class MenuScreen(Screen[MenuView]):
    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = TextBox(self, weight="Bold", wrap=False)
        self._rows: list[tuple[TextBox, TextBox]] = []
        self.tiles: list[Tile] = []
        self._ids: list[str] = []

    def place(self, m: theme.Metrics, view: MenuView) -> None:
        top = m.px(STRIP) + m.px(3)
        put(self._title, column(m, top, m.px(11), 0.9))
        self._title.say(view.title, m.px(6))
        box = column(m, top + m.px(12), 0, 0.9)
        columns = len(view.actions) if not m.portrait else min(2, len(view.actions))
        lines = -(-len(view.actions) // max(1, columns))
        foot = m.px(TARGET + GAP) * lines + m.px(2)
        box.setBottom(m.height - foot - m.px(2))
        self._place_rows(m, view, box)
        self._place_actions(m, view, columns, m.height - foot)

    def _place_rows(self, m: theme.Metrics, view: MenuView, box: QRectF) -> None:
        while len(self._rows) < len(view.rows):
            label = TextBox(
                self, colour=theme.SOFT_INK, align=Qt.AlignmentFlag.AlignLeft, wrap=False
            )
            value = TextBox(self, weight="SemiBold", align=Qt.AlignmentFlag.AlignLeft, wrap=False)
            self._rows.append((label, value))
        height = min(box.height() / max(1, len(view.rows)), float(m.px(10)))
        for index, (label, value) in enumerate(self._rows):
            shown = index < len(view.rows)
            label.setVisible(shown)
            value.setVisible(shown)
            if shown:
                y = box.top() + index * height
                split = box.width() * 0.36
                put(label, QRectF(box.left(), y, split - m.px(2), height))
                put(value, QRectF(box.left() + split, y, box.width() - split, height))
                label.say(view.rows[index][0], m.px(3.8))
                value.say(view.rows[index][1], m.px(3.8))

    def _place_actions(self, m: theme.Metrics, view: MenuView, columns: int, top: float) -> None:
        self._ids = [choice.id for choice in view.actions]
        while len(self.tiles) < len(view.actions):
            tile = Tile(self)
            index = len(self.tiles)
            tile.clicked.connect(lambda _=False, i=index: self.chosen.emit(self._ids[i]))
            self.tiles.append(tile)
        gap = m.px(GAP)
        area = column(m, top, 0, 0.92)
        width = (area.width() - gap * (columns - 1)) / max(1, columns)
        for index, tile in enumerate(self.tiles):
            tile.setVisible(index < len(view.actions))
            if index < len(view.actions):
                row, place = divmod(index, columns)
                left = area.left() + place * (width + gap)
                put(tile, QRectF(left, top + row * m.px(TARGET + GAP), width, m.px(TARGET)))
                choice = view.actions[index]
                tile.say(choice.label, m.px(4), chosen=choice.chosen)
