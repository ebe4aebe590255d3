"""What a served central does each night by itself: what was kept long enough goes.

A night that fails says so, and the next one does its work: whatever is older than it should be goes
then. No night runs on a clock that can't be right.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, time, timedelta

from kiosk.clock import plausible
from sync.central.usecases.central import Central, DatabaseError
from sync.central.usecases.nights import run_night

AT = time(2, 30)
"""On this machine's clock: before the terminals sync, and nobody reads."""
_LOG = logging.getLogger("kiosk.central.night")
_LOOK = 600.0
"""Seconds between two looks at the clock, which may be set meanwhile."""


def start_nights(central: Central, now: Callable[[], datetime]) -> Callable[[], None]:
    """Work each night on a thread of its own; what ends it, after a night that is under way."""
    ended = threading.Event()
    thread = threading.Thread(target=_nights, args=(central, now, ended), daemon=True)
    thread.start()

    def end() -> None:
        ended.set()
        thread.join(10)

    return end


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


def _nights(central: Central, now: Callable[[], datetime], ended: threading.Event) -> None:
    last = now()
    while not ended.wait(_LOOK):
        reading = now()
        if plausible(reading.astimezone().date()) and is_due(last, reading):
            work(central, reading)
        last = reading
