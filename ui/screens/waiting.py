"""Waiting: who serves here, and that the question comes when the service has ended."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import Screen, column, corner, put
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

    def place(self, metrics: theme.Metrics, view: WaitingView) -> None:
        staff = corner(metrics, 30)
        plate = plate_box(metrics, metrics.strip + metrics.px(4 if metrics.portrait else 1.6))
        self.plate.place(metrics, view.officer, plate)
        middle = (plate.bottom() + staff.top()) / 2
        title_height = metrics.grown(18)
        put(self._title, column(metrics, middle - title_height, title_height, 0.92))
        self._title.say(view.title, metrics.px(theme.HERO))
        put(self._subtitle, column(metrics, middle + metrics.px(1), metrics.grown(16), 0.92))
        self._subtitle.say(view.subtitle, metrics.px(theme.LEAD))
        put(self.staff_tile, staff)
        self.staff_tile.say(view.staff, metrics.px(theme.SMALL))
