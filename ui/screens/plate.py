"""The officer's name plate: picture, name, position and number."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import put
from ui.view import OfficerCard
from ui.widgets.pictures import Avatar
from ui.widgets.text import TextBox

_LEFT = Qt.AlignmentFlag.AlignLeft


class Plate:
    """Three widgets of a screen, kept together."""

    def __init__(self, parent: QWidget) -> None:
        self.avatar = Avatar(parent)
        self.name = TextBox(parent, weight="Bold", wrap=False, align=_LEFT)
        self.position = TextBox(parent, colour=theme.SOFT_INK, wrap=False, align=_LEFT)

    def place(self, m: theme.Metrics, officer: OfficerCard, box: QRectF) -> None:
        self.avatar.say(officer)
        h = box.height()
        put(self.avatar, QRectF(box.left(), box.top(), h, h))
        left = box.left() + h + m.px(3)
        name = QRectF(left, box.top() + h * 0.05, box.right() - left, h * 0.54)
        position = QRectF(left, name.bottom(), box.right() - left, h * 0.36)
        put(self.name, name)
        self.name.say(officer.name, m.px(6), _LEFT)
        put(self.position, position)
        told = " · ".join(part for part in (officer.position, officer.number) if part)
        self.position.say(told, m.px(4.2), _LEFT)


def plate_box(m: theme.Metrics, top: float) -> QRectF:
    """Where the plate stands: the whole width of an upright screen, the middle of a wide one."""
    if m.portrait:
        gap = m.px(4)
        return QRectF(gap, top, m.width - 2 * gap, m.px(18))
    width = min(m.width * 0.8, m.px(110))
    return QRectF((m.width - width) / 2, top, width, m.px(18))
