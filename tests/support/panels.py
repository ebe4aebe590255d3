"""Simulated panels inside a test's event loop."""

from time import monotonic

from PySide6.QtCore import QObject, QTimer

from hardware.plain_simulator import SimulatedPlainPanel
from hardware.sim_command import Simulated

STEP_MS = 20


class OnLoop(QObject):
    """Drives a simulated panel from the event loop."""

    def __init__(self, panel: Simulated) -> None:
        super().__init__()
        self.panel = panel
        self._lamp = False
        self._lit = 0
        panel.start(monotonic())
        self._timer = QTimer(self, interval=STEP_MS)
        self._timer.timeout.connect(self._step)
        self._timer.start()

    def press(self, key: int) -> None:
        self.panel.press(key, monotonic())

    @property
    def lit(self) -> int:
        """How often the lamp was lit."""
        return len(self.panel.acknowledged) or self._lit

    def stop(self) -> None:
        self._timer.stop()
        self.panel.unplug()

    def _step(self) -> None:
        self.panel.readable(monotonic())
        self.panel.tick(monotonic())
        if isinstance(self.panel, SimulatedPlainPanel):
            self._lit += self.panel.lamp and not self._lamp
            self._lamp = self.panel.lamp
