"""Closed, paused and out of service: what is the case, when it ends, at most one thing to do;
beside it, while nobody is being served, a clock, and the office's own notices and codes."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import GAP, TARGET, Screen, column, corner, put
from ui.view import ClosedView, LinkCode, Now, OutOfServiceView, PausedView
from ui.widgets.board import Board
from ui.widgets.card import Card
from ui.widgets.clock import Clock
from ui.widgets.pictures import QrPicture, Sign
from ui.widgets.tap import StaffTile, Tile
from ui.widgets.text import TextBox

IdleView = ClosedView | PausedView
MessageView = IdleView | OutOfServiceView
_FOOT = TARGET + 3
"""Height of the foot with the button, in units."""
_SIGNS = {ClosedView: "clock", PausedView: "pause", OutOfServiceView: "alert"}
_LEFT, _MIDDLE = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter


class Panel:
    """The office's colour with a clock, or a pause's sign; time and day below or beside it."""

    def __init__(self, parent: QWidget) -> None:
        self._card = Card(parent, ground=theme.DEEP)
        self._clock = Clock(parent)
        self._sign = Sign(parent)
        self._time = TextBox(parent, weight="Bold", colour=theme.CARD, wrap=False)
        self._date = TextBox(parent, colour=theme.CARD)

    def hide(self) -> None:
        for part in (self._card, self._clock, self._sign, self._time, self._date):
            part.hide()

    def place(self, metrics: theme.Metrics, now: Now, sign: str, box: QRectF) -> None:
        """`sign`: in the clock's place; empty: the clock."""
        put(self._card, box)
        margin = metrics.px(2.4)
        inner = box.adjusted(margin, margin, -margin, -margin)
        is_wide = inner.width() > 1.3 * inner.height()
        has_picture = not is_wide or inner.width() > metrics.px(60)
        picture, words = QRectF(inner), QRectF(inner)
        if is_wide and has_picture:
            picture.setWidth(min(inner.height(), inner.width() * 0.42))
            words.setLeft(picture.right() + metrics.px(3))
        elif has_picture:
            picture.setHeight(min(inner.width() * 0.9, inner.height() * 0.5))
            words.setTop(picture.bottom() + metrics.px(2))
        time, date = QRectF(words), QRectF(words)
        time.setHeight(words.height() * 0.48)
        date.setTop(time.bottom())
        align = _LEFT if is_wide and has_picture else _MIDDLE
        put(self._clock, picture)
        put(self._sign, picture)
        put(self._time, time)
        self._time.say(now.time, metrics.px(theme.HERO), align)
        put(self._date, date)
        self._date.say(now.date, metrics.px(theme.LEAD), align)
        self._clock.say(now.hour, now.minute)
        self._sign.say(sign or "clock")
        for part in (self._card, self._time, self._date):
            part.show()
        self._clock.setVisible(has_picture and not sign)
        self._sign.setVisible(has_picture and bool(sign))


class MessageScreen(Screen[MessageView]):
    acted = Signal()
    rating_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._sign = Sign(self)
        self._title = TextBox(self, weight="Bold")
        self._subtitle = TextBox(self)
        self._hours = TextBox(self, colour=theme.SOFT_INK)
        self._panel = Panel(self)
        self._staff_card = Card(self)
        self._for_staff = TextBox(self, weight="SemiBold", align=_LEFT, wrap=False)
        self._remedy = TextBox(self, colour=theme.SOFT_INK, align=_LEFT)
        self._board = Board(self)
        self._codes: list[tuple[Card, QrPicture, TextBox]] = []
        self.action = StaffTile(self)
        self.action.clicked.connect(self.acted)
        self.rate_tile = Tile(self, main=True)
        self.rate_tile.clicked.connect(self.rating_asked)

    def place(self, metrics: theme.Metrics, view: MessageView) -> None:
        if isinstance(view, OutOfServiceView):
            self._place_trouble(metrics, view)
        elif view.now is None:
            self._place_alone(metrics, view, metrics.height - metrics.px(_FOOT))
            self._place_staff(metrics, None)
        else:
            self._sign.hide()
            self._place_staff(metrics, None)
            self._place_idle(metrics, view, view.now)
        self._place_action(metrics, view)

    def _place_trouble(self, metrics: theme.Metrics, view: OutOfServiceView) -> None:
        """To citizens above, to staff on a card below."""
        edge, height = metrics.px(theme.EDGE), metrics.grown(27 if metrics.portrait else 23, 0.6)
        card = QRectF(edge, metrics.height - edge - height, metrics.width - 2 * edge, height)
        self._place_alone(metrics, view, card.top())
        self._place_staff(metrics, view, card)

    def _place_staff(
        self, metrics: theme.Metrics, view: OutOfServiceView | None, card: QRectF | None = None
    ) -> None:
        for part in (self._staff_card, self._for_staff, self._remedy):
            part.setVisible(view is not None)
        if view is None or card is None:
            return
        put(self._staff_card, card)
        inner = card.adjusted(metrics.px(4), metrics.px(1), -metrics.px(4), -metrics.px(1))
        heading = QRectF(inner)
        heading.setHeight(metrics.grown(8))
        put(self._for_staff, heading)
        self._for_staff.say(view.for_staff, metrics.px(theme.BODY))
        inner.setTop(heading.bottom())
        put(self._remedy, inner)
        self._remedy.say(view.remedy, metrics.px(theme.BODY))

    def _place_alone(self, metrics: theme.Metrics, view: MessageView, bottom: float) -> None:
        """Sign, title and subtitle, in the middle above `bottom`; nothing beside them."""
        self._panel.hide()
        self._hours.hide()
        self._board.hide()
        self._clear()
        self._sign.show()
        self._sign.say(_SIGNS[type(view)])
        room = bottom - metrics.strip - metrics.px(4)
        height = min(room, float(metrics.grown(56, 0.6)))
        top = metrics.strip + metrics.px(2) + (room - height) / 2
        put(self._sign, column(metrics, top, height * 0.34))
        put(self._title, column(metrics, top + height * 0.38, height * 0.36, 0.92))
        self._title.say(view.title, metrics.px(theme.HERO), _MIDDLE)
        put(self._subtitle, column(metrics, top + height * 0.74, height * 0.26, 0.92))
        self._subtitle.say(view.subtitle, metrics.px(theme.TITLE), _MIDDLE)

    def _place_idle(self, metrics: theme.Metrics, view: IdleView, now: Now) -> None:
        """The clock; what is the case and when it ends; notices and codes."""
        edge, gap = metrics.px(theme.EDGE), metrics.px(3)
        page = QRectF(edge, metrics.strip + gap, metrics.width - 2 * edge, 0)
        page.setBottom(metrics.height - metrics.px(_FOOT) - metrics.px(1))
        panel, words, codes = QRectF(page), QRectF(page), QRectF(page)
        has_board, has_codes = view.notice is not None, bool(view.links)
        if metrics.portrait:
            is_full = has_codes and has_board
            panel.setHeight(metrics.px(22) if is_full else metrics.grown(30, 0.3))
            words.setTop(panel.bottom() + gap)
            codes.setTop(page.bottom() - metrics.px(38 if is_full else 44))
            words.setBottom(codes.top() - gap if has_codes else page.bottom())
        else:
            panel.setWidth(metrics.px(48))
            words.setLeft(panel.right() + metrics.px(5))
            if has_codes and has_board:
                codes.setWidth(panel.width())
                codes.setTop(page.top() + metrics.px(30))
                panel.setBottom(codes.top() - metrics.px(GAP))
            elif has_codes:
                codes.setLeft(words.left())
                codes.setTop(page.top() + metrics.grown(25, 0.4))
                words.setBottom(codes.top())
        self._panel.place(metrics, now, _SIGNS[PausedView] if _is_paused(view) else "", panel)
        board = QRectF(words)
        if has_board:
            words.setHeight(metrics.grown(21, 0.4))
            board.setTop(words.bottom() + metrics.px(1))
            put(self._board, board)
        self._place_words(metrics, view, words, is_head=has_board or has_codes)
        self._board.show_card(view.notice, metrics)
        self._clear(len(view.links))
        if has_codes:
            down = has_board and not metrics.portrait
            self._place_codes(metrics, view.links, codes, down=down)

    def _place_words(
        self, metrics: theme.Metrics, view: IdleView, box: QRectF, *, is_head: bool
    ) -> None:
        """`is_head`: smaller, as something stands below."""
        hours = view.hours if isinstance(view, ClosedView) else ""
        sizes = (theme.TITLE, theme.LEAD) if is_head else (theme.HERO, theme.TITLE)
        shares = (0.5, 0.5, 0.0) if is_head else (0.44, 0.36, 0.2)
        height = box.height()
        if not is_head:
            height = min(height, float(metrics.grown(64, 0.5)))
        top = box.center().y() - height / 2
        align = _MIDDLE if metrics.portrait else _LEFT
        self._hours.setVisible(bool(hours) and not is_head)
        texts = (view.title, view.subtitle, hours)
        parts = zip((self._title, self._subtitle, self._hours), texts, shares, strict=True)
        for (part, text, share), size in zip(parts, (*sizes, theme.BODY), strict=True):
            put(part, QRectF(box.left(), top, box.width(), height * share))
            part.say(text, metrics.px(size), align)
            top += height * share

    def _clear(self, codes: int = 0) -> None:
        """No more than `codes` of them are left."""
        for parts in self._codes[codes:]:
            for part in parts:
                part.hide()

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
        rate = view.rate if isinstance(view, IdleView) else ""
        rate_place = corner(metrics, 34 if metrics.portrait else 70)
        rate_place.moveRight(metrics.width - metrics.px(theme.EDGE))
        put(self.rate_tile, rate_place)
        self.rate_tile.setVisible(bool(rate))
        self.rate_tile.say(rate, metrics.px(theme.BODY))
        place = corner(metrics, 46 if not theme.has_large_words() else 70)
        if rate:
            place.setRight(min(place.right(), rate_place.left() - metrics.px(GAP)))
        self.action.setVisible(bool(words))
        put(self.action, place)
        self.action.say(words, metrics.px(theme.BODY))


def _is_paused(view: IdleView) -> bool:
    return isinstance(view, PausedView)


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
