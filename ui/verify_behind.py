"""The whole file recomputed behind the running terminal: after a start that could not wait for it,
and each night. A process of its own, which gives way: no press waits for it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ui.errands import Errands
from ui.failures import WRONG

LEAST_BETWEEN, MOST_BETWEEN = 12 * 3600.0, 24 * 3600.0
"""Seconds between two: with the night's sync, or without one."""


class VerifyBehind(QObject):
    doubted = Signal(str)
    """The file is not as it was written, or could not be read to its end: why."""

    def __init__(self, data: Path, now: Callable[[], float]) -> None:
        """`now`: seconds of a clock that goes on."""
        super().__init__()
        self._now, self._began = now, now()
        self._errands = Errands(data)
        self._errands.ended.connect(self._ended)

    @property
    def busy(self) -> bool:
        return self._errands.busy

    def begin(self) -> None:
        if not self._errands.busy:
            self._began = self._now()
            self._errands.run("verify", "--rows")

    def at_night(self) -> None:
        """The night's sync is over."""
        self._begin_after(LEAST_BETWEEN)

    def look(self) -> None:
        """Time has passed: a terminal without a night's sync verifies once a day."""
        self._begin_after(MOST_BETWEEN)

    def stop(self) -> None:
        self._errands.stop()

    def _begin_after(self, seconds: float) -> None:
        if self._now() - self._began >= seconds:
            self.begin()

    def _ended(self, _command: str, code: int, trouble: str) -> None:
        if code == WRONG:
            self.doubted.emit(trouble)
