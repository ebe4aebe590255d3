"""Closed, paused and out of service: a notice in the middle, at most one thing to do; beside it,
while nobody is being served, the office's own notices and codes."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import STRIP, TARGET, Screen, column, put
from ui.view import ClosedView, LinkCode, OutOfServiceView, PausedView
from ui.widgets.board import Board
from ui.widgets.pictures import QrPicture
from ui.widgets.tap import Tile
from ui.widgets.text import TextBox

Shown = ClosedView | PausedView | OutOfServiceView
_FOOT = TARGET + 3
"""Height of the foot with the button, in units."""


class NoticeScreen(Screen[Shown]):
    acted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = TextBox(self, weight="Bold")
        self._subtitle = TextBox(self, colour=theme.SOFT_INK)
        self._detail = TextBox(self, colour=theme.ALARM)
        self._board = Board(self)
        self._codes: list[tuple[QrPicture, TextBox]] = []
        self.action = Tile(self)
        self.action.clicked.connect(self.acted)

    def place(self, m: theme.Metrics, view: Shown) -> None:
        if not isinstance(view, OutOfServiceView) and (view.notice or view.links):
            self._place_heads(m, view, m.px(STRIP) + m.px(2), 6.0)
            self._place_board(m, view)
        else:
            self._place_heads(m, view, m.px(STRIP) + (m.height - m.px(STRIP)) * 0.2, 10.0)
            self._clear()
        detail = view.detail if isinstance(view, OutOfServiceView) else ""
        put(self._detail, column(m, m.height - m.px(22), m.px(16)))
        self._detail.say(detail, m.px(3.4))
        self._place_action(m, view)

    def _clear(self, codes: int = 0) -> None:
        """Nothing beside the title; or no more than `codes`."""
        if not codes:
            self._board.hide()
        for code, words in self._codes[codes:]:
            code.hide()
            words.hide()

    def _place_heads(self, m: theme.Metrics, view: Shown, top: float, size: float) -> None:
        """Title and subtitle; `size` is the title's, in units."""
        title = m.px(size * 2.2)
        put(self._title, column(m, top, title))
        self._title.say(view.title, m.px(size))
        put(self._subtitle, column(m, top + title, m.px(7 if size < 8 else 15)))
        self._subtitle.say(view.subtitle, m.px(4.2 if size < 8 else 5.2))

    def _place_board(self, m: theme.Metrics, view: ClosedView | PausedView) -> None:
        """The notice, and the codes beside it, or below it on an upright screen; where there is
        no notice, the codes have its place."""
        edge, top = m.px(4), self._subtitle.geometry().bottom() + m.px(2)
        box = QRectF(edge, top, m.width - 2 * edge, m.height - m.px(_FOOT) - m.px(2) - top)
        codes = QRectF(box)
        if view.notice and view.links:
            if m.portrait:
                codes.setTop(box.bottom() - m.px(40))
                box.setBottom(codes.top() - m.px(3))
            else:
                codes.setLeft(box.right() - m.px(44))
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
        """One below the other, each with its words at its side; or side by side, words below."""
        while len(self._codes) < len(links):
            self._codes.append((QrPicture(self), TextBox(self, weight="SemiBold")))
        count = max(1, len(links))
        for index, (link, (code, words)) in enumerate(zip(links, self._codes, strict=False)):
            code.say(link.qr)
            words.show()
            if down:
                height = box.height() / count
                cell = QRectF(box.left(), box.top() + index * height, box.width(), height)
                side = min(cell.height() - m.px(1), cell.width() * 0.56)
                middle = cell.center().y()
                put(code, QRectF(cell.left(), middle - side / 2, side, side))
                beside = QRectF(cell.left() + side + m.px(1), cell.top(), 0, cell.height())
                beside.setRight(cell.right())
                put(words, beside)
            else:
                width = box.width() / count
                cell = QRectF(box.left() + index * width, box.top(), width, box.height())
                side = min(cell.height() - m.px(12), cell.width() - m.px(2))
                top = cell.center().y() - (side + m.px(11)) / 2
                put(code, QRectF(cell.center().x() - side / 2, top, side, side))
                put(words, QRectF(cell.left(), top + side, width, m.px(11)))
            words.say(link.title, m.px(4))

    def _place_action(self, m: theme.Metrics, view: Shown) -> None:
        words = ""
        if isinstance(view, ClosedView):
            words = view.sign_on
        elif isinstance(view, PausedView):
            words = view.resume
        self.action.setVisible(bool(words))
        low = not isinstance(view, OutOfServiceView) and bool(view.notice or view.links)
        box = column(m, m.height - m.px(TARGET + 3 if low else 22), m.px(TARGET))
        box.setWidth(min(m.width * 0.86, m.px(62)))
        box.moveLeft((m.width - box.width()) / 2)
        put(self.action, box)
        self.action.say(words, m.px(4.6))
