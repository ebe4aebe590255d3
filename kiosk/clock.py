"""The only reader of time: wall clock and boot-time clock, and what years are believable."""

import os
import re
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

from kiosk.domain.duty import Moment

BUILT = date(2026, 1, 1)
"""Nothing of this version can have run earlier."""
PLAUSIBLE_YEARS = 15
CLOCK_OFF_SECONDS = 120
"""By so much a terminal's clock may differ from central's; more is an alarm."""


ZONES = Path("/usr/share/zoneinfo")
"""Where the C library looks a time zone up; it takes one that it does not find for UTC."""
_ZONE = re.compile(r"[A-Za-z][\w+-]*(?:/[A-Za-z][\w+-]*)*")


class NoSuchZone(Exception):
    """The machine knows no time zone of that name; one line with the remedy."""


class ClockImplausible(Exception):
    """The wall clock shows a date outside BUILT … BUILT + PLAUSIBLE_YEARS."""


class Clock(Protocol):
    def now(self) -> Moment: ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """Local wall time with its offset, and CLOCK_BOOTTIME, which goes on through suspend."""

    def now(self) -> Moment:
        return Moment(datetime.now(UTC).astimezone(), time.clock_gettime(time.CLOCK_BOOTTIME))


def keep_time_of(zone: str, setting: str = "office.zone") -> None:
    """Have this process, and those it starts, keep the wall time of `zone`, whatever the machine is
    set to; "": the machine's own. NoSuchZone, which names the `setting`."""
    if not zone:
        return
    require_zone(zone, setting)
    os.environ["TZ"] = zone
    time.tzset()


def require_zone(zone: str, setting: str = "office.zone") -> None:
    """NoSuchZone, which names the `setting`, where the machine does not know it."""
    if not _ZONE.fullmatch(zone) or not (ZONES / zone).is_file():
        raise NoSuchZone(
            f"{setting}: this machine knows no time zone {zone[:40]!r}; write one such as "
            "Asia/Bangkok, and see that the package tzdata is installed"
        )


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
