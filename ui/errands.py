"""Our own commands beside the terminal, each a process of its own: their trouble can't freeze the
screen."""

import logging
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal

from kiosk.background import behind
from ui.failures import WRONG

_LOG = logging.getLogger("kiosk.errand")


class Errands(QObject):
    came_on = Signal()
    """The errand printed a line about what it did."""
    ended = Signal(str, int, str)
    """The command, its exit code, its last line of trouble."""

    def __init__(self, data: Path) -> None:
        super().__init__()
        self._data = data
        self._words: tuple[str, ...] = ()
        self._next: tuple[str, ...] = ()
        self._process = QProcess(self)  # one for good: deleting one in its own signal is no good
        self._process.readyReadStandardOutput.connect(self._listen)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed)

    @property
    def busy(self) -> bool:
        return self._process.state() is not QProcess.ProcessState.NotRunning

    def run(self, *words: str) -> None:
        """One of our commands: now, or after what is running."""
        if self.busy:
            self._next = words
            return
        self._words = words
        program, *arguments = behind(
            [sys.executable, "-m", "ui", "--data", str(self._data), *words]
        )
        self._process.start(program, arguments)

    def stop(self) -> None:
        """Whatever is not done stays due."""
        self.blockSignals(True)
        self._next = ()
        if self.busy:
            self._process.kill()
            self._process.waitForFinished(1000)

    def _listen(self) -> None:
        output = bytes(self._process.readAllStandardOutput().data()).decode(errors="replace")
        if self._words[0] != "heartbeat":  # every quarter of an hour is no news
            for line in output.splitlines():
                _LOG.info("%s: %s", self._words[0], line)
            self.came_on.emit()

    def _finished(self, code: int, how: QProcess.ExitStatus) -> None:
        output = bytes(self._process.readAllStandardError().data()).decode(errors="replace")
        if self._words[0] != "heartbeat":  # offline it fails; the night's sync says so
            for line in output.splitlines():
                _LOG.warning("%s: %s", self._words[0], line.removeprefix("kiosk: "))
        crashed = how is QProcess.ExitStatus.CrashExit
        last_line = output.strip().rpartition("\n")[2]
        self._end(WRONG if crashed else code, last_line.removeprefix("kiosk: "))

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            _LOG.error("%s: %s", self._words[0], self._process.errorString())
            self._end(WRONG, self._process.errorString())

    def _end(self, code: int, trouble: str) -> None:
        words, self._next = self._next, ()
        self.ended.emit(self._words[0], code, trouble)
        if words:
            self.run(*words)
