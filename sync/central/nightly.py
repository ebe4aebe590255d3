"""When a served central looks after itself.

No night runs on a clock that can't be right.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from sync.central.papers.allsheets import remove_old
from sync.central.repeating import Repeated
from sync.central.usecases.central import Central, DatabaseError
from sync.central.usecases.nights import work as work_due
from sync.central.usecases.upkeep import turn

_LOG = logging.getLogger("kiosk.central.night")
_LOOK = 600.0
"""Seconds between two looks at the clock, which may be set meanwhile."""


def nights(
    central: Central, now: Callable[[], datetime], look: Callable[[datetime], None]
) -> Repeated:
    """The nights of a served central. `now`: the wall clock; `look`: what else is looked at, and
    as often."""

    def work_and_look(reading: datetime) -> None:
        work(central, reading)
        look(reading)

    return Repeated(_LOOK, now, work_and_look, _LOG)


def work(central: Central, now: datetime) -> None:
    """Do what is due."""
    remove_old(central.settings.folder, now)
    try:
        with turn(central, now) as own:
            if own:
                work_due(central, now)
    except DatabaseError as error:
        _LOG.warning("the night's work failed, the next look does it: %s", error)
