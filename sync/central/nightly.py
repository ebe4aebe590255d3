"""What a served central does each night by itself: what was kept long enough goes.

A night that fails says so, and the next one does its work: whatever is older than it should be goes
then. No night runs on a clock that can't be right.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, time, timedelta
from time import monotonic

from kiosk.clock import plausible
from sync.central.usecases.central import Central, DatabaseError
from sync.central.usecases.nights import run_night

AT = time(2, 30)
"""On this machine's clock: before the terminals sync, and nobody reads."""
_LOG = logging.getLogger("kiosk.central.night")
LONGEST_SECONDS = 2 * 3600.0
"""For so long a night's work is believed to go on."""
_LOOK = 600.0
"""Seconds between two looks at the clock, which may be set meanwhile."""


class Nights:
    """The nights of a served central, on a thread of its own. `now`: the wall clock."""

    def __init__(self, central: Central, now: Callable[[], datetime]) -> None:
        self._central, self._now = central, now
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._began = 0.0

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """No night begins any more; one that is under way has some seconds."""
        self._ended.set()
        self._thread.join(10)

    def at_work(self) -> bool:
        """Whether a night's work is under way, and may still be."""
        return self._began > 0 and monotonic() - self._began < LONGEST_SECONDS

    def _watch(self) -> None:
        last = self._now()
        while not self._ended.wait(_LOOK):
            reading = self._now()
            if plausible(reading.astimezone().date()) and is_due(last, reading):
                self._began = monotonic()
                work(self._central, reading)
                self._began = 0.0
            last = reading


def is_due(last: datetime, now: datetime) -> bool:
    """Whether a night's hour lies between two readings of the clock."""
    local = now.astimezone()
    hour = local.replace(hour=AT.hour, minute=AT.minute, second=0, microsecond=0)
    if hour > local:
        hour -= timedelta(days=1)
    return last < hour


def work(central: Central, now: datetime) -> None:
    """One night's work; what goes wrong is said, and ends nothing else."""
    try:
        for line in run_night(central, now):
            _LOG.info("%s", line)
    except (DatabaseError, OSError) as error:
        _LOG.warning("the night's work failed, the next one does it: %s", error)
