"""Closed, paused and out of service: a message in the middle, at most one thing to do; beside it,
while nobody is being served, the office's own notices and codes."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import GAP, STRIP, TARGET, Screen, column, corner, put
from ui.screens.plate import Plate
from ui.view import ClosedView, LinkCode, OutOfServiceView, PausedView
from ui.widgets.board import Board
from ui.widgets.card import Card
from ui.widgets.pictures import QrPicture, Sign
from ui.widgets.tap import StaffTile
from ui.widgets.text import TextBox

Shown = ClosedView | PausedView | OutOfServiceView
_FOOT = TARGET + 3
"""Height of the foot with the button, in units."""
_SIGNS = {ClosedView: "clock", PausedView: "pause", OutOfServiceView: "alert"}


class MessageScreen(Screen[Shown]):
    acted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._sign = Sign(self)
        self._head = Plate(self, self._sign)
        self._title = TextBox(self, weight="Bold")
        self._subtitle = TextBox(self, colour=theme.SOFT_INK)
        self._detail = TextBox(self, colour=theme.ALARM)
        self._board = Board(self)
        self._codes: list[tuple[Card, QrPicture, TextBox]] = []
        self.action = StaffTile(self)
        self.action.clicked.connect(self.acted)

    def place(self, m: theme.Metrics, view: Shown) -> None:
        self._sign.say(_SIGNS[type(view)])
        beside = not isinstance(view, OutOfServiceView) and bool(view.notice or view.links)
        for words in (self._head.name, self._head.position):
            words.setVisible(beside)
        for words in (self._title, self._subtitle):
            words.setVisible(not beside)
        if not isinstance(view, OutOfServiceView) and beside:
            head = QRectF(0, m.px(STRIP + 1.6), m.width, m.px(16))
            head.adjust(m.px(theme.EDGE), 0, -m.px(theme.EDGE), 0)
            self._head.place_words(m, (view.title, view.subtitle), head)
            self._place_board(m, view, head.bottom() + m.px(1.6))
        else:
            self._place_words(m, view)
            self._clear()
        detail = view.detail if isinstance(view, OutOfServiceView) else ""
        put(self._detail, column(m, m.height - m.px(18), m.px(14)))
        self._detail.say(detail, m.px(theme.SMALL))
        self._place_action(m, view)

    def _clear(self, codes: int = 0) -> None:
        """Nothing beside the title; or no more than `codes`."""
        if not codes:
            self._board.hide()
        for parts in self._codes[codes:]:
            for part in parts:
                part.hide()

    def _place_words(self, m: theme.Metrics, view: Shown) -> None:
        """Sign, title and subtitle, in the middle of the page."""
        room = m.height - m.px(STRIP) - m.px(_FOOT)
        top = m.px(STRIP) + (room - m.px(58)) / 2
        put(self._sign, column(m, top, m.px(22)))
        put(self._title, column(m, top + m.px(23), m.px(20)))
        self._title.say(view.title, m.px(theme.HERO))
        put(self._subtitle, column(m, top + m.px(43), m.px(15)))
        self._subtitle.say(view.subtitle, m.px(theme.TITLE))

    def _place_board(self, m: theme.Metrics, view: ClosedView | PausedView, top: float) -> None:
        """The notice, and the codes beside it, or below it on an upright screen; where there is
        no notice, the codes have its place."""
        edge = m.px(theme.EDGE)
        box = QRectF(edge, top, m.width - 2 * edge, m.height - m.px(_FOOT) - m.px(1) - top)
        codes = QRectF(box)
        if view.notice and view.links:
            if m.portrait:
                codes.setTop(box.bottom() - m.px(46))
                box.setBottom(codes.top() - m.px(3))
            else:
                codes.setLeft(box.right() - m.px(52))
                box.setRight(codes.left() - m.px(3))
        self._clear(len(view.links))
        if view.notice:
            put(self._board, box)
        self._board.show_card(view.notice, m)
        beside = bool(view.notice) and not m.portrait
        self._place_codes(m, view.links, codes, down=beside)

    def _place_codes(
        self, m: theme.Metrics, links: tuple[LinkCode, ...], box: QRectF, *, down: bool
    ) -> None:
        """Each on its card: one below the other, words at the side; or in a row, words below."""
        while len(self._codes) < len(links):
            card, code = Card(self), QrPicture(self)
            self._codes.append((card, code, TextBox(self, weight="SemiBold")))
        gap, count = m.px(GAP), max(1, len(links))
        for index, (link, (card, code, words)) in enumerate(zip(links, self._codes, strict=False)):
            code.say(link.qr)
            card.show()
            words.show()
            if down:
                height = (box.height() - gap * (count - 1)) / count
                cell = QRectF(box.left(), box.top() + index * (height + gap), box.width(), height)
                side = min(cell.height() - m.px(1), cell.width() * 0.56)
                put(code, QRectF(cell.left() + m.px(1), cell.center().y() - side / 2, side, side))
                beside = cell.adjusted(side + m.px(1), 0, -m.px(2), 0)
                put(words, beside)
            else:
                width = (box.width() - gap * (count - 1)) / count
                cell = QRectF(box.left() + index * (width + gap), box.top(), width, box.height())
                side = min(cell.height() - m.px(14), cell.width() - m.px(4))
                top = cell.center().y() - (side + m.px(11)) / 2
                put(code, QRectF(cell.center().x() - side / 2, top, side, side))
                put(words, QRectF(cell.left() + m.px(1), top + side, width - m.px(2), m.px(11)))
            put(card, cell)
            words.say(link.title, m.px(theme.BODY))

    def _place_action(self, m: theme.Metrics, view: Shown) -> None:
        words = ""
        if isinstance(view, ClosedView):
            words = view.sign_on
        elif isinstance(view, PausedView):
            words = view.resume
        self.action.setVisible(bool(words))
        put(self.action, corner(m, 46))
        self.action.say(words, m.px(theme.BODY))
