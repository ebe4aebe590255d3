"""A queue system's ticket machine that runs beside a terminal."""

from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject, QTimer

from hardware.ticket_machine import TicketMachine

STEP_MS = 20


class MachineOnLoop(QObject):
    """Drives a ticket machine from the event loop."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.machine = TicketMachine(path)
        self.machine.plug()
        self._timer = QTimer(self, interval=STEP_MS)
        self._timer.timeout.connect(self._step)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        self.machine.unplug()

    def _step(self) -> None:
        self.machine.readable()
        self.machine.tick(monotonic())
