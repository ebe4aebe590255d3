"""A question to whoever sets this machine up or mends it: a field and keys, facts, or words to
compare; the answers on the foot. A real keyboard, or a scanner that types, works on every page."""

from itertools import zip_longest

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui import theme
from ui.screens.base import GAP, TARGET, Screen, corner, put
from ui.view import ERASE, QuestionView
from ui.widgets.card import Card
from ui.widgets.tap import Tile
from ui.widgets.text import TextBox

LANGUAGE = "language"
"""What the way to the other language answers."""
_START = Qt.AlignmentFlag.AlignLeft
_KEY_GAP = 1.6
"""Between two keys of a keyboard, in units: it has ten in a row on a screen of seven inches."""
_HIGHEST_KEY, _SLENDER = 15.0, 1.5
"""How high a key is at most: in units, and in its widths."""
_WIDEST, _BESIDE_WORDS = 72, 34
"""How wide an answer is at most, in units: alone on the foot, and beside what helps to type."""
_ACROSS = 4
"""Groups of a fingerprint in a row."""
_FORWARD = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)


class Key(Tile):
    """A key of a keyboard: smaller than what a citizen presses, as staff types with one finger."""


class Field(QLineEdit):
    """Takes the keyboard, and hands on what is typed; what stands here is the view's to say."""

    typed = Signal(str)
    entered = Signal()
    erased = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.on_page = False
        """Whether the page has a line to type."""
        self.begun = False
        """Whether something was typed, or scanned, that no Enter or Tab has ended."""
        self.setReadOnly(True)
        self.setFrame(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setStyleSheet("background: transparent; color: transparent")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A scanner presses faster than a finger: each press that is no repeat counts."""
        if event.isAutoRepeat() and event.key() != Qt.Key.Key_Backspace:
            return
        if event.key() in _FORWARD:
            self.begun = False
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Backspace:
            self.erased.emit()
        elif event.text() and event.text().isprintable():
            self.begun = True
            self.typed.emit(event.text())

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Nothing is pressed by a key that comes up."""

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802  (Qt's name)
        """Tab is what some scanners end with; where nothing is typed, it leads to the answers."""
        if forward and (self.on_page or self.begun):
            return False
        return super().focusNextPrevChild(forward)


class QuestionScreen(Screen[QuestionView]):
    typed = Signal(str)
    entered = Signal()
    erased = Signal()
    chosen = Signal(str)
    back = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = TextBox(self, weight="Bold", align=_START)
        self._hint = TextBox(self, colour=theme.SOFT_INK, align=_START)
        self._trouble = TextBox(self, weight="SemiBold", colour=theme.ALARM, align=_START)
        self._card = Card(self)
        self._written = TextBox(self, weight="Bold", align=_START, wrap=False)
        self.field = Field(self)
        self.field.typed.connect(self.typed)
        self.field.entered.connect(self.entered)
        self.field.erased.connect(self.erased)
        self._asked = ""
        self._rows: list[tuple[TextBox, TextBox]] = []
        self._groups: list[TextBox] = []
        self.keys: list[Key] = []
        self.choices: list[Tile] = []
        self.back_tile = Tile(self, quiet=True)
        self.back_tile.clicked.connect(self.back)
        self.language_tile = Tile(self, quiet=True)
        self.language_tile.setProperty("choice", LANGUAGE)
        self.language_tile.clicked.connect(lambda: self.chosen.emit(LANGUAGE))

    def take_keyboard(self) -> None:
        """Whatever is typed or scanned now is for this page; an answer of it that somebody has led
        the keyboard to keeps it while the page's words change."""
        title = self._view.title if self._view else ""
        focused = self.window().focusWidget()
        is_led = focused is not None and focused.isVisible() and self.isAncestorOf(focused)
        if is_led and title == self._asked:
            return
        self._asked = title
        self.field.begun = False
        self.field.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What is typed while an answer has the keyboard is for the page too."""
        self.field.setFocus()
        self.field.keyPressEvent(event)

    def tile_of(self, choice: str) -> Tile:
        """The tile of an answer, or the key of a sign."""
        for tile in (*self.choices, *self.keys, self.language_tile):
            if tile.isVisible() and choice in (tile.property("choice"), tile.text()):
                return tile
        raise LookupError(choice)

    def place(self, metrics: theme.Metrics, view: QuestionView) -> None:
        edge = metrics.px(theme.EDGE)
        page = QRectF(edge, metrics.strip + metrics.px(2), metrics.width - 2 * edge, 0)
        page.setBottom(metrics.height - metrics.px(TARGET + 2 + GAP))
        self._place_head(metrics, view, page)
        self._place_foot(metrics, view)
        is_typed = self.field.on_page = view.typed is not None
        for part in (self._written, self._card):
            part.setVisible(is_typed or bool(view.rows))
        self._written.setVisible(is_typed)
        put(self.field, QRectF(0, 0, 2, 2))
        self.field.setAccessibleName(view.title)
        self._show_rows(len(view.rows))
        self._show_groups(view)
        self._show_keys(view)
        if is_typed:
            self._place_typing(metrics, view, page)
            return
        self._place_words(metrics, view, page)

    def _place_head(self, metrics: theme.Metrics, view: QuestionView, page: QRectF) -> None:
        """The title, and at its right the other language; `page` begins below."""
        language = QRectF(page.right() - metrics.px(30), page.top(), metrics.px(30), 0)
        language.setHeight(metrics.px(TARGET))
        self.language_tile.setVisible(bool(view.language))
        put(self.language_tile, language)
        self.language_tile.say(view.language, metrics.px(theme.BODY))
        title = QRectF(page.left(), page.top(), page.width(), metrics.px(TARGET))
        if view.language:
            title.setRight(language.left() - metrics.px(GAP))
        put(self._title, title)
        self._title.say(view.title, metrics.px(theme.TITLE))
        page.setTop(title.bottom() + metrics.px(1))

    def _place_foot(self, metrics: theme.Metrics, view: QuestionView) -> None:
        """The way back in its corner, the answers at its right; the usual one is filled."""
        gap, back = metrics.px(GAP), corner(metrics, 26)
        self.back_tile.setVisible(bool(view.back))
        put(self.back_tile, back)
        self.back_tile.say(view.back, metrics.px(theme.BODY))
        while len(self.choices) < len(view.choices):
            tile = Tile(self)
            tile.clicked.connect(lambda _=False, t=tile: self.chosen.emit(t.property("choice")))
            self.choices.append(tile)
        area = QRectF(back)
        area.setLeft(back.right() + gap if view.back else back.left())
        area.setRight(metrics.width - metrics.px(theme.EDGE))
        count = max(1, len(view.choices))
        widest = metrics.px(_WIDEST if view.typed is None or metrics.portrait else _BESIDE_WORDS)
        width = min((area.width() - gap * (count - 1)) / count, float(widest))
        first = area.right() - count * width - (count - 1) * gap
        for index, (tile, choice) in enumerate(zip_longest(self.choices, view.choices)):
            tile.setVisible(choice is not None)
            if choice is None:
                continue
            tile.setProperty("choice", choice.id)
            tile.set_main(choice.chosen)
            tile.say(choice.label, metrics.px(theme.BODY))
            put(tile, QRectF(first + index * (width + gap), area.top(), width, area.height()))
        Tile.level(self.choices[: len(view.choices)])

    def _place_typing(self, metrics: theme.Metrics, view: QuestionView, page: QRectF) -> None:
        """The field and the keys; what helps or was wrong stands on the foot, upright below the
        field."""
        field, words = QRectF(page), QRectF(page)
        field.setHeight(metrics.px(10))
        board = QRectF(page)
        board.setTop(field.bottom() + metrics.px(1.5))
        if metrics.portrait:
            words.setTop(board.top())
            words.setHeight(metrics.px(16))
            board.setTop(words.bottom() + metrics.px(2))
        else:
            words = corner(metrics, 0)
            words.setLeft(self.back_tile.geometry().right() + metrics.px(GAP))
            words.setRight(self.choices[0].geometry().left() - metrics.px(GAP))
        put(self._card, field)
        put(self._written, field.adjusted(metrics.px(2), 0, -metrics.px(2), 0))
        self._written.say(f"{view.typed}|", metrics.px(theme.LEAD))
        self._say_below(metrics, view, words, words)
        self._place_keys(metrics, view, board)

    def _place_keys(self, metrics: theme.Metrics, view: QuestionView, board: QRectF) -> None:
        gap = metrics.px(_KEY_GAP)
        rows = view.keys
        if not rows:
            return
        height = (board.height() - gap * (len(rows) - 1)) / len(rows)
        widest = max(map(len, rows))
        narrowest = (board.width() - gap * (widest - 1)) / widest
        height = min(height, float(metrics.px(_HIGHEST_KEY)), narrowest * _SLENDER)
        keys = iter(self.keys)
        for line, row in enumerate(rows):
            shares = [1.0 if len(sign) == 1 and sign != ERASE else 1.6 for sign in row]
            unit = (board.width() - gap * (len(row) - 1)) / sum(shares)
            x, y = board.left(), board.top() + line * (height + gap)
            for sign, share in zip(row, shares, strict=True):
                key = next(keys)
                key.setProperty("choice", sign)
                key.say(sign, min(height * 0.5, unit * share * (0.64 if len(sign) == 1 else 0.26)))
                key.setAccessibleName(view.erase if sign == ERASE else sign)
                put(key, QRectF(x, y, unit * share, height))
                x += unit * share + gap

    def _show_keys(self, view: QuestionView) -> None:
        count = sum(map(len, view.keys))
        while len(self.keys) < count:
            key = Key(self, quiet=True)
            key.clicked.connect(lambda _=False, k=key: self._pressed(k.text()))
            self.keys.append(key)
        for index, key in enumerate(self.keys):
            key.setVisible(index < count)

    def _pressed(self, sign: str) -> None:
        if sign == ERASE:
            self.erased.emit()
        else:
            self.typed.emit(sign)

    def _place_words(self, metrics: theme.Metrics, view: QuestionView, page: QRectF) -> None:
        """What is said, then facts or a fingerprint."""
        body = QRectF(page)
        has_more = bool(view.rows or view.groups)
        both = bool(view.hint) and bool(view.trouble)
        hint = QRectF(page)
        hint.setHeight(metrics.px(22 if both else 14) if has_more else page.height())
        if not (view.hint or view.trouble):
            hint.setHeight(0)
        trouble = QRectF(hint)
        if both:
            hint.setHeight(hint.height() / 2)
            trouble.setTop(hint.bottom())
        self._say_below(metrics, view, hint, trouble)
        body.setTop(trouble.bottom() + metrics.px(1))
        self._place_rows(metrics, view, body)
        self._place_groups(metrics, view, body)

    def _say_below(
        self, metrics: theme.Metrics, view: QuestionView, hint: QRectF, trouble: QRectF
    ) -> None:
        """What helps in `hint`, what was wrong in `trouble`: in one place, the trouble alone."""
        is_alone = hint == trouble and bool(view.trouble)
        self._hint.setVisible(bool(view.hint) and not is_alone)
        self._trouble.setVisible(bool(view.trouble))
        size = metrics.px(theme.SMALL if view.typed is not None else theme.LEAD)
        put(self._hint, hint)
        self._hint.say(view.hint, size)
        put(self._trouble, trouble)
        self._trouble.say(view.trouble, size)

    def _show_rows(self, count: int) -> None:
        while len(self._rows) < count:
            label = TextBox(self, colour=theme.SOFT_INK, align=_START)
            self._rows.append((label, TextBox(self, weight="SemiBold", align=_START)))
        for index, parts in enumerate(self._rows):
            for part in parts:
                part.setVisible(index < count)

    def _place_rows(self, metrics: theme.Metrics, view: QuestionView, body: QRectF) -> None:
        if not view.rows:
            return
        height = min(body.height() / len(view.rows), float(metrics.px(20)))
        card = QRectF(body)
        card.setHeight(height * len(view.rows))
        put(self._card, card)
        split = card.width() * 0.28
        pad = metrics.px(3)
        for index, (words, (label, value)) in enumerate(zip(view.rows, self._rows, strict=False)):
            top = card.top() + index * height
            put(label, QRectF(card.left() + pad, top, split - pad, height))
            label.say(words[0], metrics.px(theme.BODY))
            put(value, QRectF(card.left() + split, top, card.width() - split - pad, height))
            value.say(words[1], metrics.px(theme.BODY))

    def _show_groups(self, view: QuestionView) -> None:
        while len(self._groups) < len(view.groups):
            self._groups.append(TextBox(self, weight="Bold", wrap=False))
        for index, box in enumerate(self._groups):
            box.setVisible(index < len(view.groups))

    def _place_groups(self, metrics: theme.Metrics, view: QuestionView, body: QRectF) -> None:
        if not view.groups:
            return
        put(self._card, body)
        self._card.show()
        lines = -(-len(view.groups) // _ACROSS)
        inner = body.adjusted(metrics.px(3), metrics.px(1), -metrics.px(3), -metrics.px(1))
        width, height = inner.width() / _ACROSS, inner.height() / lines
        for index, (group, box) in enumerate(zip(view.groups, self._groups, strict=False)):
            line, place = divmod(index, _ACROSS)
            put(
                box,
                QRectF(inner.left() + place * width, inner.top() + line * height, width, height),
            )
            box.say(group, metrics.px(theme.TITLE))
