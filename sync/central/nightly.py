"""When a served central looks after itself: on a thread of its own, beside the requests.

No night runs on a clock that can't be right.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from kiosk.clock import plausible
from sync.central.papers.allsheets import remove_old
from sync.central.usecases.central import Central, DatabaseError
from sync.central.usecases.nights import work as work_due
from sync.central.usecases.upkeep import turn

_LOG = logging.getLogger("kiosk.central.night")
LONGEST_SECONDS = 2 * 3600.0
"""For so long a night's work is believed to go on."""
_LOOK = 600.0
"""Seconds between two looks at the clock, which may be set meanwhile."""


_LAST_SECONDS = 3.0
"""Of a night that is under way when the server ends; what it has not committed, the next one
does."""


class Nights:
    """The nights of a served central. `now`: the wall clock; `look`: what else is looked at, and
    as often."""

    def __init__(
        self,
        central: Central,
        now: Callable[[], datetime],
        look: Callable[[datetime], None] = lambda _now: None,
    ) -> None:
        self._central, self._now, self._look = central, now, look
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
        """Whether a night's work is under way, and may still be."""
        return self._began > 0 and monotonic() - self._began < LONGEST_SECONDS

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK):
            reading = self._now()
            if plausible(reading.astimezone().date()):
                self._began = monotonic()
                try:
                    work(self._central, reading)
                    self._look(reading)
                except Exception:  # noqa: BLE001  (a bug of one night, logged, must not end all others)
                    _LOG.exception("a bug in the night's work")
                self._began = 0.0


def work(central: Central, now: datetime) -> None:
    """Do what is due."""
    remove_old(central.settings.folder, now)
    try:
        with turn(central, now) as own:
            if own:
                work_due(central, now)
    except DatabaseError as error:
        _LOG.warning("the night's work failed, the next look does it: %s", error)
