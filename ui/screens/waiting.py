"""Waiting: who serves here, and that the question comes when the service has ended."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import STRIP, Screen, column, corner, put
from ui.screens.plate import Plate, plate_box
from ui.view import WaitingView
from ui.widgets.tap import StaffTile
from ui.widgets.text import TextBox


class WaitingScreen(Screen[WaitingView]):
    staff = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.plate = Plate(self)
        self._title = TextBox(self, weight="Bold")
        self._subtitle = TextBox(self, colour=theme.SOFT_INK)
        self.staff_tile = StaffTile(self)
        self.staff_tile.clicked.connect(self.staff)

    def place(self, m: theme.Metrics, view: WaitingView) -> None:
        staff = corner(m, 30)
        plate = plate_box(m, m.px(STRIP) + m.px(4 if m.portrait else 1.6))
        self.plate.place(m, view.officer, plate)
        middle = (plate.bottom() + staff.top()) / 2
        put(self._title, column(m, middle - m.px(18), m.px(18)))
        self._title.say(view.title, m.px(theme.HERO))
        put(self._subtitle, column(m, middle + m.px(1), m.px(16)))
        self._subtitle.say(view.subtitle, m.px(theme.LEAD))
        put(self.staff_tile, staff)
        self.staff_tile.say(view.staff, m.px(theme.SMALL))
