"""A picture, a name beside it, a line below: the officer's plate, and the head of a notice."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import put
from ui.view import OfficerCard
from ui.widgets.pictures import Avatar
from ui.widgets.text import TextBox

_LEFT = Qt.AlignmentFlag.AlignLeft


class Plate:
    """Three widgets of a screen, kept together; together they stand in the middle of their box."""

    def __init__(self, parent: QWidget, picture: QWidget | None = None) -> None:
        self.avatar = picture or Avatar(parent)
        self.name = TextBox(parent, weight="Bold", wrap=False, align=_LEFT)
        self.position = TextBox(parent, colour=theme.SOFT_INK, wrap=False, align=_LEFT)

    def place(
        self, m: theme.Metrics, officer: OfficerCard, box: QRectF, *, middle: bool = True
    ) -> None:
        """`middle`: in the middle of `box`, else at its left."""
        assert isinstance(self.avatar, Avatar)  # noqa: S101  (a plate made without a picture)
        self.avatar.say(officer)
        told = " · ".join(part for part in (officer.position, officer.number) if part)
        self.place_words(m, (officer.name, told), box, middle=middle)

    def place_words(
        self, m: theme.Metrics, words: tuple[str, str], box: QRectF, *, middle: bool = True
    ) -> None:
        h, gap = box.height(), m.px(2.6)
        width = box.width() - h - gap
        top = h * (0.03 if words[1] else 0.24)  # who has no position stands in the middle
        name = QRectF(box.left() + h + gap, box.top() + top, width, h * 0.52)
        position = QRectF(name.left(), name.bottom(), width, h * 0.43)
        put(self.name, name)
        self.name.say(words[0], m.px(theme.TITLE))
        put(self.position, position)
        self.position.say(words[1], m.px(theme.BODY))
        spare = width - max(self.name.laid().widest, self.position.laid().widest)
        shift = max(0, int(spare / 2)) if middle else 0
        put(self.avatar, QRectF(box.left() + shift, box.top(), h, h))
        for words_ in (self.name, self.position):
            words_.move(words_.x() + shift, words_.y())


def plate_box(m: theme.Metrics, top: float) -> QRectF:
    """Where the plate stands on a page."""
    edge = m.px(theme.EDGE)
    return QRectF(edge, top, m.width - 2 * edge, m.px(18 if m.portrait else 16))
