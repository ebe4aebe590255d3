"""Closed, paused and out of service: a message in the middle, at most one thing to do; beside it,
while nobody is being served, the office's own notices and codes."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import GAP, TARGET, Screen, column, corner, put
from ui.screens.plate import Plate
from ui.view import ClosedView, LinkCode, OutOfServiceView, PausedView
from ui.widgets.board import Board
from ui.widgets.card import Card
from ui.widgets.pictures import QrPicture, Sign
from ui.widgets.tap import StaffTile
from ui.widgets.text import TextBox

MessageView = ClosedView | PausedView | OutOfServiceView
_FOOT = TARGET + 3
"""Height of the foot with the button, in units."""
_SIGNS = {ClosedView: "clock", PausedView: "pause", OutOfServiceView: "alert"}


class MessageScreen(Screen[MessageView]):
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

    def place(self, metrics: theme.Metrics, view: MessageView) -> None:
        self._sign.say(_SIGNS[type(view)])
        has_board = not isinstance(view, OutOfServiceView) and bool(view.notice or view.links)
        for words in (self._head.name, self._head.position):
            words.setVisible(has_board)
        for words in (self._title, self._subtitle):
            words.setVisible(not has_board)
        if not isinstance(view, OutOfServiceView) and has_board:
            head = QRectF(0, metrics.strip + metrics.px(1.6), metrics.width, metrics.px(16))
            head.adjust(metrics.px(theme.EDGE), 0, -metrics.px(theme.EDGE), 0)
            self._head.place_words(metrics, (view.title, view.subtitle), head)
            self._place_board(metrics, view, head.bottom() + metrics.px(1.6))
        else:
            self._place_words(metrics, view)
            self._clear()
        detail = view.detail if isinstance(view, OutOfServiceView) else ""
        put(self._detail, column(metrics, metrics.height - metrics.px(18), metrics.px(14)))
        self._detail.say(detail, metrics.px(theme.SMALL))
        self._place_action(metrics, view)

    def _clear(self, codes: int = 0) -> None:
        """Nothing beside the title; or no more than `codes`."""
        if not codes:
            self._board.hide()
        for parts in self._codes[codes:]:
            for part in parts:
                part.hide()

    def _place_words(self, metrics: theme.Metrics, view: MessageView) -> None:
        """Sign, title and subtitle, in the middle of the page."""
        room = metrics.height - metrics.strip - metrics.px(_FOOT)
        top = metrics.strip + (room - metrics.px(58)) / 2
        put(self._sign, column(metrics, top, metrics.px(22)))
        put(self._title, column(metrics, top + metrics.px(23), metrics.px(20)))
        self._title.say(view.title, metrics.px(theme.HERO))
        put(self._subtitle, column(metrics, top + metrics.px(43), metrics.px(15)))
        self._subtitle.say(view.subtitle, metrics.px(theme.TITLE))

    def _place_board(
        self, metrics: theme.Metrics, view: ClosedView | PausedView, top: float
    ) -> None:
        """The notice, and the codes beside it, or below it on an upright screen; where there is
        no notice, the codes have its place."""
        edge = metrics.px(theme.EDGE)
        box = QRectF(
            edge,
            top,
            metrics.width - 2 * edge,
            metrics.height - metrics.px(_FOOT) - metrics.px(1) - top,
        )
        codes = QRectF(box)
        if view.notice and view.links:
            if metrics.portrait:
                codes.setTop(box.bottom() - metrics.px(46))
                box.setBottom(codes.top() - metrics.px(3))
            else:
                codes.setLeft(box.right() - metrics.px(52))
                box.setRight(codes.left() - metrics.px(3))
        self._clear(len(view.links))
        if view.notice:
            put(self._board, box)
        self._board.show_card(view.notice, metrics)
        beside = bool(view.notice) and not metrics.portrait
        self._place_codes(metrics, view.links, codes, down=beside)

    def _place_codes(
        self, metrics: theme.Metrics, links: tuple[LinkCode, ...], box: QRectF, *, down: bool
    ) -> None:
        """Each on its card: one below the other, words at the side; or in a row, words below."""
        while len(self._codes) < len(links):
            card, code = Card(self), QrPicture(self)
            self._codes.append((card, code, TextBox(self, weight="SemiBold")))
        cells = _cells(box, max(1, len(links)), metrics.px(GAP), down=down)
        for link, cell, (card, code, words) in zip(links, cells, self._codes, strict=False):
            code.say(link.qr)
            card.show()
            words.show()
            if down:
                _place_beside(metrics, cell, code, words)
            else:
                _place_below(metrics, cell, code, words)
            put(card, cell)
            words.say(link.title, metrics.px(theme.BODY))

    def _place_action(self, metrics: theme.Metrics, view: MessageView) -> None:
        words = ""
        if isinstance(view, ClosedView):
            words = view.sign_on
        elif isinstance(view, PausedView):
            words = view.resume
        self.action.setVisible(bool(words))
        put(self.action, corner(metrics, 46))
        self.action.say(words, metrics.px(theme.BODY))


def _cells(box: QRectF, count: int, gap: int, *, down: bool) -> list[QRectF]:
    """`count` places of one size in `box`, one below the other or in a row."""
    if down:
        height = (box.height() - gap * (count - 1)) / count
        return [
            QRectF(box.left(), box.top() + index * (height + gap), box.width(), height)
            for index in range(count)
        ]
    width = (box.width() - gap * (count - 1)) / count
    return [
        QRectF(box.left() + index * (width + gap), box.top(), width, box.height())
        for index in range(count)
    ]


def _place_beside(metrics: theme.Metrics, cell: QRectF, code: QrPicture, words: TextBox) -> None:
    """The code at the left, the words at its side."""
    margin = metrics.px(1)
    side = min(cell.height() - margin, cell.width() * 0.56)
    put(code, QRectF(cell.left() + margin, cell.center().y() - side / 2, side, side))
    put(words, cell.adjusted(side + margin, 0, -metrics.px(2), 0))


def _place_below(metrics: theme.Metrics, cell: QRectF, code: QrPicture, words: TextBox) -> None:
    """The code, and the words below it, in the middle of the cell."""
    side = min(cell.height() - metrics.px(14), cell.width() - metrics.px(4))
    top = cell.center().y() - (side + metrics.px(11)) / 2
    words_width = cell.width() - metrics.px(2)
    put(code, QRectF(cell.center().x() - side / 2, top, side, side))
    put(words, QRectF(cell.left() + metrics.px(1), top + side, words_width, metrics.px(11)))
