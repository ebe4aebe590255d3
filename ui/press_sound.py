"""A soft sound when a rating was stored: the same for every score, and none for what is not kept.

The guide's spoken thanks stand in its place where the guide is on. Never in a press's way: a
sound that cannot be played is reported once, and tried no more.
"""

import logging

from PySide6.QtCore import QObject, QProcess, QTimer

from ui.guide import PLAYER
from ui.prompts import THANKS
from ui.sounds import OWN

FILE = OWN / "press.wav"
_LOG = logging.getLogger("kiosk.sound")


class PressSound(QObject):
    def __init__(self, output: str = "") -> None:
        """`output`: the player's name for an output; "": the usual one."""
        super().__init__()
        self._output = output
        self._is_broken, self._why = False, ""
        """Told when the program ends: trouble comes with a press, whose minute no log may have."""
        self._soon = QTimer(self, singleShot=True, interval=0)
        """The lamp is lit, and the thanks are painted, before the player starts."""
        self._soon.timeout.connect(self._play)
        self._player = QProcess(self)
        self._player.finished.connect(self._ended)
        self._player.errorOccurred.connect(self._failed)

    @property
    def plays(self) -> bool:
        is_running = self._player.state() is not QProcess.ProcessState.NotRunning
        return is_running or self._soon.isActive()

    def hear(self, _language: str, prompts: tuple[str, ...]) -> None:
        """What the guide would say: only a stored rating is thanked."""
        if THANKS in prompts and not self.plays and not self._is_broken:
            self._soon.start()

    def _play(self) -> None:
        output = ("-D", self._output) if self._output else ()
        self._player.start(PLAYER, ["-q", *output, str(FILE)])

    def stop(self) -> None:
        if self._is_broken:
            _LOG.warning("no sound after a press: %s", self._why)
        self._soon.stop()
        if self.plays:
            self._player.kill()
            self._player.waitForFinished(1000)

    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        if code and status is QProcess.ExitStatus.NormalExit:
            errors = bytes(self._player.readAllStandardError().data()).decode(errors="replace")
            self._give_up(errors.strip().rpartition("\n")[2])

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._give_up(f"{PLAYER} is missing")

    def _give_up(self, why: str) -> None:
        self._is_broken, self._why = True, why
