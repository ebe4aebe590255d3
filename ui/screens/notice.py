"""Closed, paused and out of service: a notice in the middle, at most one thing to do."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import STRIP, TARGET, Screen, column, put
from ui.view import ClosedView, OutOfServiceView, PausedView
from ui.widgets.tap import Tile
from ui.widgets.text import TextBox


class NoticeScreen(Screen[ClosedView | PausedView | OutOfServiceView]):
    acted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = TextBox(self, weight="Bold")
        self._subtitle = TextBox(self, colour=theme.SOFT_INK)
        self._detail = TextBox(self, colour=theme.ALARM)
        self.action = Tile(self)
        self.action.clicked.connect(self.acted)

    def place(self, m: theme.Metrics, view: ClosedView | PausedView | OutOfServiceView) -> None:
        body = m.height - m.px(STRIP)
        top = m.px(STRIP) + body * 0.2
        put(self._title, column(m, top, m.px(22)))
        self._title.say(view.title, m.px(10))
        put(self._subtitle, column(m, top + m.px(23), m.px(15)))
        self._subtitle.say(view.subtitle, m.px(5.2))
        detail = view.detail if isinstance(view, OutOfServiceView) else ""
        put(self._detail, column(m, m.height - m.px(22), m.px(16)))
        self._detail.say(detail, m.px(3.4))
        words = ""
        if isinstance(view, ClosedView):
            words = view.sign_on
        elif isinstance(view, PausedView):
            words = view.resume
        self.action.setVisible(bool(words))
        box = column(m, m.height - m.px(22), m.px(TARGET))
        box.setWidth(min(m.width * 0.86, m.px(62)))
        box.moveLeft((m.width - box.width()) / 2)
        put(self.action, box)
        self.action.say(words, m.px(4.6))
