"""The simulated panel inside the trial's event loop, and the dock that a person presses it with."""

from time import monotonic

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from hardware.simulator import SimulatedPanel

TICK_MS = 50


class PanelOnLoop(QObject):
    """Drives a SimulatedPanel: its line by notifier, its time by timer."""

    def __init__(self, panel: SimulatedPanel) -> None:
        super().__init__()
        self.panel = panel
        self._notifier: QSocketNotifier | None = None
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(lambda: panel.tick(monotonic()))
        panel.start(monotonic())
        self._watch()
        self._timer.start()

    def press(self, key: int) -> None:
        self.panel.press(key, monotonic())

    def unplug(self) -> None:
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier = None
        self.panel.unplug()

    def plug(self) -> None:
        self.panel.plug()
        self._watch()

    def stop(self) -> None:
        self._timer.stop()
        self.unplug()

    def _watch(self) -> None:
        if self._notifier is None and self.panel.plugged:
            self._notifier = QSocketNotifier(self.panel.fileno(), QSocketNotifier.Type.Read)
            self._notifier.activated.connect(lambda: self.panel.readable(monotonic()))


class Dock(QWidget):
    """A small window with the panel's five buttons, its plug and its lamp."""

    def __init__(self, panel: PanelOnLoop) -> None:
        super().__init__()
        self.setWindowTitle("Simulated panel")
        self._panel = panel
        grid = QGridLayout(self)
        for column, key in enumerate(range(1, panel.panel.keys + 1)):
            button = QPushButton(str(key))
            button.setMinimumSize(64, 64)
            button.clicked.connect(lambda _=False, k=key: panel.press(k))
            grid.addWidget(button, 0, column)
        self._plug = QPushButton()
        self._plug.clicked.connect(self._toggle)
        grid.addWidget(self._plug, 1, 0, 1, 3)
        self._lamp = QLabel()
        grid.addWidget(self._lamp, 1, 3, 1, 2)
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
        self._timer = QTimer(self, interval=200)
        self._timer.timeout.connect(self._show)
        self._timer.start()
        self._show()

    def show_at_the_foot(self) -> None:
        """Stand at the foot of the screen, where it hides least of the terminal."""
        room = self.screen().availableGeometry()
        size = self.sizeHint()
        self.move(room.center().x() - size.width() // 2, room.bottom() - size.height() - 30)
        self.show()

    def _toggle(self) -> None:
        if self._panel.panel.plugged:
            self._panel.unplug()
        else:
            self._panel.plug()
        self._show()

    def _show(self) -> None:
        self._plug.setText("Unplug" if self._panel.panel.plugged else "Plug in")
        lamp = "● acknowledged" if self._panel.panel.lamp(monotonic()) else "○"
        waiting = self._panel.panel.waiting
        self._lamp.setText(f"{lamp}   waiting: {waiting}")
