"""Waiting: who serves here, and that the question comes when the service has ended."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import STRIP, TARGET, Screen, column, put
from ui.screens.plate import Plate, plate_box
from ui.view import WaitingView
from ui.widgets.tap import Tile
from ui.widgets.text import TextBox


class WaitingScreen(Screen[WaitingView]):
    staff = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.plate = Plate(self)
        self._title = TextBox(self, weight="Bold")
        self._subtitle = TextBox(self, colour=theme.SOFT_INK)
        self.staff_tile = Tile(self, quiet=True)
        self.staff_tile.clicked.connect(self.staff)

    def place(self, m: theme.Metrics, view: WaitingView) -> None:
        edge, strip = m.px(4), m.px(STRIP)
        foot = m.height - m.px(TARGET + 2)
        plate = plate_box(m, strip + m.px(4 if m.portrait else 2))
        self.plate.place(m, view.officer, plate)
        middle = (plate.bottom() + foot) / 2
        put(self._title, column(m, middle - m.px(18), m.px(18)))
        self._title.say(view.title, m.px(9))
        put(self._subtitle, column(m, middle + m.px(1), m.px(16)))
        self._subtitle.say(view.subtitle, m.px(5.2))
        width = min((m.width - 2 * edge) / 3, float(m.px(42)))
        put(self.staff_tile, QRectF(edge, foot, width, m.px(TARGET)))
        self.staff_tile.say(view.staff, m.px(3.6))
