"""Something that a served central does again and again: on a thread of its own, beside the
requests. Nothing of it runs on a clock that can't be right."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from kiosk.clock import plausible

LONGEST_SECONDS = 2 * 3600.0
"""For so long a night's work is believed to go on."""
_LAST_SECONDS = 3.0
"""Of work that is under way when the server ends; what it has not committed, the next one does."""


class Repeated:
    """`work` with the wall clock `now`, each so many `seconds`. `log`: where a bug is said, which
    must not end all that follows."""

    def __init__(
        self,
        seconds: float,
        now: Callable[[], datetime],
        work: Callable[[datetime], None],
        log: logging.Logger,
    ) -> None:
        self._seconds, self._now, self._work, self._log = seconds, now, work, log
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._began = 0.0

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """No work begins any more; what is under way has some seconds."""
        self._ended.set()
        self._thread.join(_LAST_SECONDS)

    def at_work(self) -> bool:
        """Whether work is under way, and may still be."""
        return self._began > 0 and monotonic() - self._began < LONGEST_SECONDS

    def _watch(self) -> None:
        while not self._ended.wait(self._seconds):
            reading = self._now()
            if plausible(reading.astimezone().date()):
                self._began = monotonic()
                try:
                    self._work(reading)
                except Exception:  # noqa: BLE001  (a bug of one time, logged, must not end the others)
                    self._log.exception("a bug")
                self._began = 0.0
