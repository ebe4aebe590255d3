"""PySide6 6.12 loses a reference to None at every void call on Python 3.11 and aborts after some
thousands. The version that is pinned must not."""

import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot


class _Source(QObject):
    fired = Signal()


def test_void_calls_and_slots_lose_no_reference_to_none(qtbot: QtBot) -> None:
    widget, source = QWidget(), _Source()
    qtbot.addWidget(widget)
    source.fired.connect(lambda: None)
    before = sys.getrefcount(None)
    for _ in range(10_000):
        widget.update()
        source.fired.emit()
    assert abs(sys.getrefcount(None) - before) < 1_000
