"""A picture, a name beside it, a line below: the officer's plate, and the head of a notice."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import put
from ui.view import OfficerCard
from ui.widgets.pictures import Avatar
from ui.widgets.text import TextBox

PICTURE, UPRIGHT_PICTURE, PICTURE_BESIDE_LARGE_WORDS = 16.0, 12.0, 10.0
"""Sides, in units; a plate that is higher than a picture has large words, on two lines."""
_LEFT = Qt.AlignmentFlag.AlignLeft


class Plate:
    """Three widgets of a screen; together they stand in the middle of their box."""

    def __init__(self, parent: QWidget, picture: QWidget | None = None) -> None:
        self.avatar = picture or Avatar(parent)
        self.name = TextBox(parent, weight="Bold", align=_LEFT, names=True)
        self.position = TextBox(parent, colour=theme.SOFT_INK, align=_LEFT)

    def place(
        self, metrics: theme.Metrics, officer: OfficerCard, box: QRectF, *, middle: bool = True
    ) -> None:
        """`middle`: in the middle of `box`, else at its left."""
        assert isinstance(self.avatar, Avatar)  # noqa: S101  (a plate made without a picture)
        self.avatar.say(officer)
        parts = (officer.position, officer.number)
        line = " · ".join(part for part in parts if part)
        self.place_words(metrics, (officer.name, line), box, middle=middle)

    def place_words(
        self, metrics: theme.Metrics, words: tuple[str, str], box: QRectF, *, middle: bool = True
    ) -> None:
        height, gap = box.height(), metrics.px(2.6)
        side = min(height, float(metrics.px(UPRIGHT_PICTURE if metrics.portrait else PICTURE)))
        has_two_lines = height > metrics.px(PICTURE)
        if has_two_lines:
            side = float(metrics.px(PICTURE_BESIDE_LARGE_WORDS))
        width = box.width() - side - gap
        top = 0.03 if words[1] else 0.24  # who has no position stands in the middle
        shares = (0.0, 0.6, 0.4) if has_two_lines and words[1] else (top, 0.54, 0.43)
        name = QRectF(box.left() + side + gap, box.top(), width, height * shares[1])
        name.translate(0, height * shares[0])
        position = QRectF(name.left(), name.bottom(), width, height * shares[2])
        put(self.name, name)
        self.name.say(words[0], metrics.px(theme.TITLE))
        put(self.position, position)
        self.position.say(words[1], metrics.px(theme.BODY))
        spare = width - max(self.name.laid().widest, self.position.laid().widest)
        shift = max(0, int(spare / 2)) if middle else 0
        put(self.avatar, QRectF(box.left() + shift, box.center().y() - side / 2, side, side))
        for text_box in (self.name, self.position):
            text_box.move(text_box.x() + shift, text_box.y())


def plate_box(metrics: theme.Metrics, top: float) -> QRectF:
    """Where the plate stands on a page."""
    edge = metrics.px(theme.EDGE)
    height = metrics.grown(12, 0.5) if metrics.portrait else metrics.px(16)
    return QRectF(edge, top, metrics.width - 2 * edge, height)
