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

_START = Qt.AlignmentFlag.AlignLeft


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
        inset = theme.scaled(self, 1)
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        height = box.height()
        painter.setBrush(theme.PRESSED if self.isDown() else theme.CARD)
        painter.setPen(QPen(theme.EDGE_LINE, theme.scaled(self, 2)))
        painter.drawRoundedRect(box, height * 0.2, height * 0.2)
        put(self._avatar, QRectF(height * 0.12, height * 0.1, height * 0.8, height * 0.8))
        words_left, number_width = height * 1.12, height * 0.95
        width = box.width() - words_left - number_width - height * 0.15
        name_top = height * (0.06 if self._card.position else 0.25)
        name = QRectF(words_left, name_top, width, height * 0.5)
        laid_name = fit(self._card.name, height * 0.3, "SemiBold", name, wrap=False)
        paint(painter, laid_name, name, theme.INK, _START)
        position = QRectF(words_left, height * 0.52, width, height * 0.4)
        laid_position = fit(self._card.position, height * 0.24, "Regular", position, wrap=False)
        paint(painter, laid_position, position, theme.SOFT_INK, _START)
        number_left = box.right() - number_width - height * 0.1
        number = QRectF(number_left, 0, number_width, height)
        laid_number = fit(self._card.number, height * 0.33, "Bold", number, wrap=False)
        paint(painter, laid_number, number, theme.DEEP)
        self.paint_focus(painter, height * 0.2)
        painter.end()


class SignOnScreen(Screen[SignOnView]):
    chosen = Signal(str)
    digit = Signal(str)
    erase = Signal()
    back = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = TextBox(self, weight="Bold", wrap=False, align=_START)
        self._hint = TextBox(self, colour=theme.SOFT_INK, align=_START)
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

    def place(self, metrics: theme.Metrics, view: SignOnView) -> None:
        places = pad_places(metrics)
        put(self._title, places.title)
        self._title.say(view.title, metrics.px(theme.TITLE))
        put(self._hint, places.line)
        self._hint.say(view.hint, metrics.px(theme.SMALL))
        put(self._field, places.typed)
        put(self._typed, places.typed)
        self._typed.say(view.typed or "–", metrics.px(theme.TITLE))
        put(self.pad, places.pad)
        self.pad.call_erase(view.erase)
        self._place_list(metrics, view, places.body)
        put(self.back_tile, places.back)
        self.back_tile.say(view.back, metrics.px(theme.BODY))

    def _place_list(self, metrics: theme.Metrics, view: SignOnView, box: QRectF) -> None:
        matching = [card for card in view.officers if card.number.startswith(view.typed)]
        gap = metrics.px(GAP)
        height = float(metrics.px(TARGET))
        rows_a_page = max(1, int((box.height() + gap) // (height + gap)))
        pages = max(1, -(-len(matching) // rows_a_page))
        self._page = min(self._page, pages - 1)
        first = self._page * rows_a_page
        cards = matching[first : first + rows_a_page]
        self._make_rows(rows_a_page)
        for index, row in enumerate(self.rows):
            row.setVisible(index < len(cards))
        for index, card in enumerate(cards):
            top = box.top() + index * (height + gap)
            self.rows[index].say(card)
            put(self.rows[index], QRectF(box.left(), top, box.width(), height))
        self._place_arrows(metrics, view, box, pages)

    def _make_rows(self, count: int) -> None:
        while len(self.rows) < count:
            row = OfficerRow(self)
            row.clicked.connect(lambda _=False, r=row: self.chosen.emit(r.officer))
            self.rows.append(row)

    def _place_arrows(
        self, metrics: theme.Metrics, view: SignOnView, box: QRectF, pages: int
    ) -> None:
        """The two at the right hand below the list, where it has more than one page."""
        foot_top = metrics.height - metrics.px(TARGET + 2)
        for number, (tile, sign) in enumerate(((self.earlier, "▲"), (self.later, "▼"))):
            tile.setVisible(pages > 1)
            from_right = metrics.px(15) * (2 - number) + metrics.px(GAP) * (1 - number)
            put(
                tile, QRectF(box.right() - from_right, foot_top, metrics.px(15), metrics.px(TARGET))
            )
            tile.say(sign, metrics.px(theme.SMALL))
            tile.setAccessibleName(view.pages[number])
        self.earlier.setEnabled(self._page > 0)
        self.later.setEnabled(self._page < pages - 1)

    def _turn(self, by: int) -> None:
        self._page = max(0, self._page + by)
        self._arrange()
