"""Simulated panels inside a test's event loop."""

import secrets
import socket
import sys
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject, QTimer

from hardware.plain_simulator import SimulatedPlainPanel
from hardware.sim_command import Simulated
from tests.support.firmware import FIRMWARE

STEP_MS = 20
FINGER_STEPS = 4
"""For how long a finger stays on a contact."""


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


class NetworkPanel(QObject):
    """The reference panel's own files, driven from the event loop, on the loopback interface."""

    def __init__(self, key_file: Path) -> None:
        super().__init__()
        sys.path.append(str(FIRMWARE))
        try:
            from courier import Courier  # type: ignore[import-not-found]  # as on its board
            from panel import GREEN, Panel  # type: ignore[import-not-found]
        finally:
            sys.path.remove(str(FIRMWARE))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = probe.getsockname()
        key, boot = secrets.token_bytes(32), secrets.token_hex(4)
        key_file.write_text(key.hex(), encoding="ascii")
        self._green, self.lit, self._lamp = GREEN, 0, False
        self._contacts: list[int] = []
        self._courier = Courier(self.address, key, boot)
        self._panel = Panel(4, "esp32-test", boot, self._courier.write)
        self._courier.receive = self._panel.receive
        self._timer = QTimer(self, interval=STEP_MS)
        self._timer.timeout.connect(self._step)
        self._timer.start()

    @property
    def port(self) -> str:
        """Its name in the settings."""
        return f"lo:{self.address[1]}"

    def press(self, key: int) -> None:
        self._contacts += [1 << (key - 1)] * FINGER_STEPS

    def stop(self) -> None:
        self._timer.stop()
        self._courier.close()

    def _step(self) -> None:
        contacts = self._contacts.pop(0) if self._contacts else 0
        self._panel.tick(STEP_MS, contacts)
        self._courier.tick(STEP_MS)
        lamp = self._panel.lamp() == self._green
        self.lit += lamp and not self._lamp
        self._lamp = lamp
