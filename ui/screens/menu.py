"""Menus for staff: lines to read, things to do."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import GAP, TARGET, Screen, corner, put
from ui.screens.plate import Plate
from ui.view import MenuView, OfficerCard
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
        self._plate = Plate(self)
        self._rows: list[tuple[TextBox, TextBox]] = []
        self.tiles: list[Tile] = []
        self._ids: list[str] = []

    def place(self, metrics: theme.Metrics, view: MenuView) -> None:
        edge, top = metrics.px(theme.EDGE), metrics.strip + metrics.px(2)
        line = QRectF(
            edge,
            top,
            metrics.width - 2 * edge,
            metrics.grown(11, 0.5) if view.officer else metrics.px(11),
        )
        put(self._title, line)
        self._title.say(view.title, metrics.px(theme.TITLE))
        note = line.adjusted(line.width() * 0.34, 0, 0, 0)
        if metrics.portrait and view.note:
            top += metrics.px(8)
            note = line.translated(0, metrics.px(8))
        put(self._note, note)
        align = Qt.AlignmentFlag.AlignLeft if metrics.portrait else None
        self._note.say(view.note, metrics.px(theme.BODY), align)
        below = QRectF(edge, top + line.height() + metrics.px(1), line.width(), 0)
        below.setBottom(metrics.height - metrics.px(2))
        self._make_tiles(view)
        for part in (self._plate.avatar, self._plate.name, self._plate.position):
            part.setVisible(view.officer is not None)
        if view.officer is None:
            self._place_all_alike(metrics, view, below)
        else:
            self._place_by_weight(metrics, view, view.officer, below)

    def _place_all_alike(self, metrics: theme.Metrics, view: MenuView, page: QRectF) -> None:
        """The rows on their card, and all actions side by side below it."""
        columns = len(view.actions) if not metrics.portrait else min(2, len(view.actions))
        lines = -(-len(view.actions) // max(1, columns))
        card = QRectF(page.left(), page.top(), page.width(), 0)
        free = page.bottom() - card.top() - metrics.px(3)  # for rows and actions
        rows_height = metrics.px(13) * len(view.rows)
        action_height = (free - rows_height) / max(1, lines) - metrics.px(GAP)
        action_height = min(max(action_height, float(metrics.px(TARGET))), float(metrics.px(26)))
        actions_height = (action_height + metrics.px(GAP)) * lines - metrics.px(GAP)
        foot = page.bottom() - actions_height
        rows_room = foot - metrics.px(GAP + 3) - card.top()
        row_height = min(rows_height, rows_room) / max(1, len(view.rows))
        card.setHeight(row_height * len(view.rows) + metrics.px(3))
        put(self._card, card)
        inner = card.adjusted(metrics.px(4), metrics.px(1.5), -metrics.px(4), -metrics.px(1.5))
        self._place_rows(metrics, view, inner, row_height)
        first_line = QRectF(card.left(), foot, card.width(), action_height)
        self._place_actions(metrics, columns, first_line)

    def _place_by_weight(
        self, metrics: theme.Metrics, view: MenuView, officer: OfficerCard, page: QRectF
    ) -> None:
        """Who is on duty and since when; beside it what one comes for; on the foot, apart, the end
        of the duty and the way back."""
        back = corner(metrics, 26)
        card, actions = QRectF(page), QRectF(page)
        card.setBottom(back.top() - metrics.px(GAP + 1))
        actions.setBottom(card.bottom())
        if metrics.portrait:
            # A line more for the foremost: it stays the largest.
            least = (len(view.actions) - 1) * metrics.px(TARGET + GAP)
            usual = float(metrics.grown(24 + 11 * len(view.rows), 0.5))
            card.setHeight(min(usual, card.height() - least))
            actions.setTop(card.bottom() + metrics.px(GAP + 1))
        else:
            card.setWidth(page.width() * 0.6)
            actions.setLeft(card.right() + metrics.px(GAP + 1))
        put(self._card, card)
        inner = card.adjusted(metrics.px(4), metrics.px(3), -metrics.px(4), -metrics.px(2))
        plate = QRectF(inner)
        plate.setHeight(min(inner.height() * 0.36, float(metrics.px(20))))
        self._plate.place(metrics, officer, plate, middle=False)
        inner.setTop(plate.bottom() + metrics.px(2))
        row_height = min(inner.height() / len(view.rows), float(metrics.grown(13)))
        self._place_rows(metrics, view, inner, row_height)
        self._place_weighted_actions(metrics, view, actions, back)

    def _place_weighted_actions(
        self, metrics: theme.Metrics, view: MenuView, box: QRectF, back: QRectF
    ) -> None:
        """The foremost largest and first; the last but one and the last apart, on the foot."""
        above, gap = self.tiles[: len(view.actions) - 2], metrics.px(GAP)
        room = min(box.height(), float(metrics.px(52))) - gap * (len(above) - 1)
        others = len(above) - view.foremost
        usual = max(room / (len(above) + view.foremost), float(metrics.px(TARGET)))
        large = (room - usual * others) / max(1, view.foremost)
        top = box.top()
        for index, tile in enumerate(above):
            height = large if index < view.foremost else usual
            put(tile, QRectF(box.left(), top, box.width(), height))
            top += height + gap
        apart, way_back = self.tiles[len(above) : len(view.actions)]
        width = box.width() if not metrics.portrait else box.width() * 0.5
        put(apart, QRectF(box.right() - width, back.top(), width, back.height()))
        put(way_back, back)
        Tile.level([*above, apart])

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

    def _make_tiles(self, view: MenuView) -> None:
        self._ids = [choice.id for choice in view.actions]
        while len(self.tiles) < len(view.actions):
            tile = Tile(self)
            index = len(self.tiles)
            tile.clicked.connect(lambda _=False, i=index: self.chosen.emit(self._ids[i]))
            self.tiles.append(tile)
        for index, tile in enumerate(self.tiles):
            tile.setVisible(index < len(view.actions))
            tile.set_main(index < view.foremost)
        size = self.metrics.px(theme.BODY)
        for tile, choice in zip(self.tiles, view.actions, strict=False):
            tile.setCheckable(choice.chosen)  # a screen reader hears that it is on
            tile.say(choice.label, size, chosen=choice.chosen)

    def _place_actions(self, metrics: theme.Metrics, columns: int, area: QRectF) -> None:
        """`area`: the first line of them."""
        gap = metrics.px(GAP)
        width = (area.width() - gap * (columns - 1)) / max(1, columns)
        for index in range(len(self._ids)):
            row, place = divmod(index, columns)
            tile_left = area.left() + place * (width + gap)
            tile_top = area.top() + row * (area.height() + gap)
            put(self.tiles[index], QRectF(tile_left, tile_top, width, area.height()))
        Tile.level(self.tiles[: len(self._ids)])
