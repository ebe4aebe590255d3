"""Sign-on: choose yourself by number or name on the pad, or from the list, page by page."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QTouchEvent
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import GAP, TARGET, Screen, put
from ui.screens.pad import LetterPad, NumberPad, pad_places
from ui.view import OfficerCard, SignOnView
from ui.widgets.card import Card
from ui.widgets.pictures import Avatar
from ui.widgets.tap import Tap, Tile
from ui.widgets.text import TextBox, fit, paint

_START = Qt.AlignmentFlag.AlignLeft
NARROWEST = 34.0
"""Least width of one officer in a list of two columns, in units."""
ARROW = 15.0
"""Width of an arrow and of the number of the page, in units."""


class OfficerRow(Tap):
    """One officer of the list: picture, number, name, position; number and name where it is
    narrow. A finger that is drawn over it turns the page."""

    swiped = Signal(int)
    """1: to later names, -1: to earlier ones."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._avatar = Avatar(self)
        self._card: OfficerCard | None = None
        self._touched_at = QPointF()

    def say(self, card: OfficerCard) -> None:
        self._card = card
        self._avatar.say(card)
        self.setAccessibleName(f"{card.number} {card.name}")
        self.update()

    @property
    def officer(self) -> str:
        return self._card.id if self._card else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._touched_at = event.position()
        super().mousePressEvent(event)

    def _touch(self, event: QTouchEvent) -> None:
        if event.type() == QTouchEvent.Type.TouchBegin:
            self._touched_at = event.points()[0].position()
        super()._touch(event)

    def _release(self, at: QPointF) -> None:
        if turn := swipe(self._touched_at, at, self.height()):
            self.setDown(False)
            self.swiped.emit(turn)
        else:
            super()._release(at)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._touched_at = QPointF(self.rect().center())
        super().keyReleaseEvent(event)

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
        is_wide = box.width() > height * 5
        self._avatar.setVisible(is_wide)
        if is_wide:
            self._paint_wide(painter, self._card, box)
        else:
            self._paint_narrow(painter, self._card, box)
        self.paint_focus(painter, height * 0.2)
        painter.end()

    def _paint_wide(self, painter: QPainter, card: OfficerCard, box: QRectF) -> None:
        height = box.height()
        put(self._avatar, QRectF(height * 0.12, height * 0.1, height * 0.8, height * 0.8))
        words_left, number_width = height * 1.12, height * 0.95
        width = box.width() - words_left - number_width - height * 0.15
        name_top = height * (0.06 if card.position else 0.25)
        name = QRectF(words_left, name_top, width, height * 0.5)
        laid_name = fit(card.name, height * 0.3, "SemiBold", name, wrap=False)
        paint(painter, laid_name, name, theme.INK, _START)
        position = QRectF(words_left, height * 0.52, width, height * 0.4)
        laid_position = fit(card.position, height * 0.24, "Regular", position, wrap=False)
        paint(painter, laid_position, position, theme.SOFT_INK, _START)
        number_left = box.right() - number_width - height * 0.1
        number = QRectF(number_left, 0, number_width, height)
        laid_number = fit(card.number, height * 0.33, "Bold", number, wrap=False)
        paint(painter, laid_number, number, theme.DEEP)

    def _paint_narrow(self, painter: QPainter, card: OfficerCard, box: QRectF) -> None:
        height = box.height()
        number = QRectF(height * 0.12, 0, height * 0.66, height)
        laid_number = fit(card.number, height * 0.28, "Bold", number, wrap=False)
        paint(painter, laid_number, number, theme.DEEP)
        name = QRectF(number.right() + height * 0.1, height * 0.08, 0, height * 0.84)
        name.setRight(box.right() - height * 0.1)
        laid_name = fit(card.name, height * 0.25, "SemiBold", name, wrap=True, names=True)
        paint(painter, laid_name, name, theme.INK, _START)


class SignOnScreen(Screen[SignOnView]):
    chosen = Signal(str)
    digit = Signal(str)
    letter = Signal(str)
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
        self.pad.turned.connect(self._turn_pad)
        self.letters = LetterPad(self)
        self.letters.letter.connect(self.letter)
        self.letters.erase.connect(self.erase)
        self.letters.turned.connect(self._turn_pad)
        self.back_tile = Tile(self, quiet=True)
        self.back_tile.clicked.connect(self.back)
        self.earlier, self.later = Tile(self), Tile(self)
        self.earlier.clicked.connect(lambda: self._turn(-1))
        self.later.clicked.connect(lambda: self._turn(1))
        self.page_number = TextBox(self, weight="SemiBold", wrap=False)
        self.rows: list[OfficerRow] = []
        self._page = 0
        self._by_name = False
        self._touched_at = QPointF()

    def show_view(self, view: SignOnView) -> None:
        if self._view is None or view.officers != self._view.officers:
            self._page = 0
        super().show_view(view)

    def place(self, metrics: theme.Metrics, view: SignOnView) -> None:
        places = pad_places(metrics)
        put(self._title, places.title)
        self._title.say(view.title, metrics.px(theme.TITLE))
        put(self._hint, places.line)
        self._hint.say(view.hint, metrics.px(theme.SMALL))
        put(self._field, places.typed)
        put(self._typed, places.typed)
        self._typed.say(view.typed or "–", metrics.px(theme.TITLE))
        self._place_pads(metrics, view, places.pad)
        self._place_list(metrics, view, places.body)
        put(self.back_tile, places.back)
        self.back_tile.say(view.back, metrics.px(theme.BODY))

    def _place_pads(self, metrics: theme.Metrics, view: SignOnView, box: QRectF) -> None:
        put(self.pad, box)
        self.pad.call_erase(view.erase)
        self.pad.offer_letters(view.by_name)
        put(self.letters, box)
        self.letters.say(
            view.letters, metrics, digits=view.by_number, more=view.pages[1], erase=view.erase
        )
        self.pad.setVisible(not self._by_name)
        self.letters.setVisible(self._by_name)

    def _turn_pad(self) -> None:
        self._by_name = not self._by_name
        self._arrange()

    def _place_list(self, metrics: theme.Metrics, view: SignOnView, box: QRectF) -> None:
        gap, height = metrics.px(GAP), float(metrics.px(TARGET))
        columns = 2 if box.width() >= 2 * metrics.px(NARROWEST) + gap else 1
        width = (box.width() - (columns - 1) * gap) / columns
        rows = max(1, int((box.height() + gap) // (height + gap)))
        pages = max(1, -(-len(view.officers) // (rows * columns)))
        self._page = min(self._page, pages - 1)
        first = self._page * rows * columns
        cards = view.officers[first : first + rows * columns]
        self._make_rows(len(cards))
        for index, row in enumerate(self.rows):
            row.setVisible(index < len(cards))
        for index, card in enumerate(cards):
            column, line = divmod(index, rows)
            x, y = box.left() + column * (width + gap), box.top() + line * (height + gap)
            self.rows[index].say(card)
            put(self.rows[index], QRectF(x, y, width, height))
        self._place_arrows(metrics, view, box, pages)

    def _make_rows(self, count: int) -> None:
        while len(self.rows) < count:
            row = OfficerRow(self)
            row.clicked.connect(lambda _=False, r=row: self.chosen.emit(r.officer))
            row.swiped.connect(self._turn)
            self.rows.append(row)

    def _place_arrows(
        self, metrics: theme.Metrics, view: SignOnView, box: QRectF, pages: int
    ) -> None:
        """Below the list at the right hand, where it has more than one page: back, which page this
        is, on."""
        top = metrics.height - metrics.px(TARGET + 2)
        width, height = metrics.px(ARROW), metrics.px(TARGET)
        parts = ((self.earlier, 3), (self.page_number, 2), (self.later, 1))
        for part, from_right in parts:
            part.setVisible(pages > 1)
            put(part, QRectF(box.right() - from_right * width, top, width, height))
        arrows = ((self.earlier, "▲"), (self.later, "▼"))
        for name, (tile, sign) in zip(view.pages, arrows, strict=True):
            tile.say(sign, metrics.px(theme.SMALL))
            tile.setAccessibleName(name)
        if pages > 1:
            page = f"{view.numerals[self._page + 1]} / {view.numerals[pages]}"
            self.page_number.say(page, metrics.px(theme.BODY))
        self.earlier.setEnabled(self._page > 0)
        self.later.setEnabled(self._page < pages - 1)

    def _turn(self, by: int) -> None:
        self._page = max(0, self._page + by)
        self._arrange()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._touched_at = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A finger was drawn between the officers."""
        if turn := swipe(self._touched_at, event.position(), self.metrics.px(TARGET)):
            self._turn(turn)


def swipe(begun: QPointF, ended: QPointF, target: float) -> int:
    """Whether a finger was drawn over more than half a target: 1 to the left or upwards, -1 to the
    right or downwards, 0 not at all."""
    way = ended - begun
    along = way.x() if abs(way.x()) >= abs(way.y()) else way.y()
    if abs(along) < target / 2:
        return 0
    return 1 if along < 0 else -1
