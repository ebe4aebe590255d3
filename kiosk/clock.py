"""The only reader of time: wall clock and boot-time clock, and what years are believable."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol

from kiosk.domain.duty import Moment

BUILT = date(2026, 1, 1)
"""Nothing of this version can have run earlier."""
PLAUSIBLE_YEARS = 15


class ClockImplausible(Exception):
    """The wall clock shows a date outside BUILT … BUILT + PLAUSIBLE_YEARS."""


class Clock(Protocol):
    def now(self) -> Moment: ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """Local wall time with its offset, and CLOCK_BOOTTIME, which goes on through suspend."""

    def now(self) -> Moment:
        return Moment(datetime.now(UTC).astimezone(), time.clock_gettime(time.CLOCK_BOOTTIME))


def plausible(day: date) -> bool:
    """Whether today can be `day`: not with a clock set to the Buddhist era, nor with a dead
    battery's 1970, nor in 2069."""
    return BUILT <= day < BUILT.replace(year=BUILT.year + PLAUSIBLE_YEARS)


def require_plausible(now: Moment) -> None:
    """ClockImplausible unless the date can be true: before a rating gets a wrong date."""
    day = now.wall.date()
    if not plausible(day):
        raise ClockImplausible(
            f"the clock shows {day.isoformat()}, outside {BUILT.isoformat()} to "
            f"{BUILT.year + PLAUSIBLE_YEARS}: set the machine's date and start again"
        )
