"""Sign-on: choose yourself by number on the pad, or from the list, page by page."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import GAP, TARGET, Screen, put
from ui.screens.pad import NumberPad, pad_places
from ui.view import OfficerCard, SignOnView
from ui.widgets.card import Card
from ui.widgets.pictures import Avatar
from ui.widgets.tap import Tap, Tile
from ui.widgets.text import TextBox, fit, paint


class OfficerRow(Tap):
    """One officer of the list: picture, number, name, position."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._avatar = Avatar(self)
        self._card: OfficerCard | None = None

    def say(self, card: OfficerCard) -> None:
        self._card = card
        self._avatar.say(card)
        self.setAccessibleName(f"{card.number} {card.name}")
        self.update()

    @property
    def officer(self) -> str:
        return self._card.id if self._card else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._card is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        h = box.height()
        painter.setBrush(theme.PRESSED if self.isDown() else theme.CARD)
        painter.setPen(QPen(theme.EDGE_LINE, 2))
        painter.drawRoundedRect(box, h * 0.2, h * 0.2)
        put(self._avatar, QRectF(h * 0.12, h * 0.1, h * 0.8, h * 0.8))
        left, number_width = h * 1.12, h * 0.95
        width = box.width() - left - number_width - h * 0.15
        start = Qt.AlignmentFlag.AlignLeft
        name = QRectF(left, h * (0.06 if self._card.position else 0.25), width, h * 0.5)
        laid = fit(self._card.name, h * 0.3, "SemiBold", name, wrap=False)
        paint(painter, laid, name, theme.INK, start)
        position = QRectF(left, h * 0.52, width, h * 0.4)
        laid = fit(self._card.position, h * 0.24, "Regular", position, wrap=False)
        paint(painter, laid, position, theme.SOFT_INK, start)
        number = QRectF(box.right() - number_width - h * 0.1, 0, number_width, h)
        laid = fit(self._card.number, h * 0.33, "Bold", number, wrap=False)
        paint(painter, laid, number, theme.DEEP)
        self.paint_focus(painter, h * 0.2)
        painter.end()


class SignOnScreen(Screen[SignOnView]):
    chosen = Signal(str)
    digit = Signal(str)
    erase = Signal()
    back = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        start = Qt.AlignmentFlag.AlignLeft
        self._title = TextBox(self, weight="Bold", wrap=False, align=start)
        self._hint = TextBox(self, colour=theme.SOFT_INK, align=start)
        self._field = Card(self)
        self._typed = TextBox(self, weight="Bold", wrap=False)
        self.pad = NumberPad(self)
        self.pad.digit.connect(self.digit)
        self.pad.erase.connect(self.erase)
        self.back_tile = Tile(self, quiet=True)
        self.back_tile.clicked.connect(self.back)
        self.earlier, self.later = Tile(self), Tile(self)
        self.earlier.clicked.connect(lambda: self._turn(-1))
        self.later.clicked.connect(lambda: self._turn(1))
        self.rows: list[OfficerRow] = []
        self._page = 0

    def place(self, m: theme.Metrics, view: SignOnView) -> None:
        places = pad_places(m)
        put(self._title, places.title)
        self._title.say(view.title, m.px(theme.TITLE))
        put(self._hint, places.line)
        self._hint.say(view.hint, m.px(theme.SMALL))
        put(self._field, places.typed)
        put(self._typed, places.typed)
        self._typed.say(view.typed or "–", m.px(theme.TITLE))
        put(self.pad, places.pad)
        self.pad.call_erase(view.erase)
        self._place_list(m, view, places.body)
        put(self.back_tile, places.back)
        self.back_tile.say(view.back, m.px(theme.BODY))

    def _place_list(self, m: theme.Metrics, view: SignOnView, box: QRectF) -> None:
        found = [card for card in view.officers if card.number.startswith(view.typed)]
        gap = m.px(GAP)
        height = float(m.px(TARGET))
        fitting = max(1, int((box.height() + gap) // (height + gap)))
        pages = max(1, -(-len(found) // fitting))
        self._page = min(self._page, pages - 1)
        shown = found[self._page * fitting : (self._page + 1) * fitting]
        while len(self.rows) < fitting:
            row = OfficerRow(self)
            row.clicked.connect(lambda _=False, r=row: self.chosen.emit(r.officer))
            self.rows.append(row)
        for index, row in enumerate(self.rows):
            row.setVisible(index < len(shown))
            if index < len(shown):
                row.say(shown[index])
                put(
                    row, QRectF(box.left(), box.top() + index * (height + gap), box.width(), height)
                )
        foot_top = m.height - m.px(TARGET + 2)
        for number, (tile, sign) in enumerate(((self.earlier, "▲"), (self.later, "▼"))):
            tile.setVisible(pages > 1)
            left = box.right() - m.px(15) * (2 - number) - m.px(GAP) * (1 - number)
            put(tile, QRectF(left, foot_top, m.px(15), m.px(TARGET)))
            tile.say(sign, m.px(theme.SMALL))
            tile.setAccessibleName(view.pages[number])
        self.earlier.setEnabled(self._page > 0)
        self.later.setEnabled(self._page < pages - 1)

    def _turn(self, by: int) -> None:
        self._page = max(0, self._page + by)
        self._arrange()
