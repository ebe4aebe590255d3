"""The only reader of time: wall clock and boot-time clock, and what years are believable."""

import ctypes
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from kiosk.domain.duty import Moment
from kiosk.release import earliest_day

PLAUSIBLE_YEARS = 15
"""Nobody runs a release for longer."""
CLOCK_OFF_SECONDS = 120
"""By so much a terminal's clock may differ from central's; more is an alarm."""
RTC = Path("/sys/class/rtc/rtc0/since_epoch")
"""What a battery keeps while the machine is off, as Linux reads it: seconds since 1970."""
UNSYNCHRONISED = 5
"""adjtimex(2): TIME_ERROR, nothing sets this clock."""
_TIMEX_BYTES = 512
"""More than a `struct timex` has."""


ZONES = Path("/usr/share/zoneinfo")
"""Where the C library looks a time zone up; it takes one that it does not find for UTC."""
_ZONE = re.compile(r"[A-Za-z][\w+-]*(?:/[A-Za-z][\w+-]*)*")


class NoSuchZone(Exception):
    """The machine knows no time zone of that name; one line with the remedy."""


class ClockImplausible(Exception):
    """The wall clock shows a date that can't be, or nobody has told the machine the time since its
    battery was empty."""


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
    first = earliest_day()
    return first <= day < first + PLAUSIBLE_YEARS * timedelta(days=365)


def clock_state() -> int:
    """What the kernel says of its clock: adjtimex(2), which changes nothing here."""
    timex = ctypes.create_string_buffer(_TIMEX_BYTES)
    return int(ctypes.CDLL(None).adjtimex(timex))


def is_battery_empty(rtc: Path = RTC) -> bool:
    """Whether the battery's clock can't be right. Systemd then begins with the day on which it was
    itself built (systemd(1), CLOCK EPOCH), which may well look like a right one."""
    try:
        return not plausible(datetime.fromtimestamp(int(rtc.read_text("ascii")), UTC).date())
    except (OSError, ValueError):
        return False


def require_plausible(now: Moment, rtc: Path = RTC, state: Callable[[], int] = clock_state) -> None:
    """ClockImplausible unless the date can be true: before a rating gets a wrong date."""
    day, first = now.wall.date(), earliest_day()
    if not plausible(day):
        raise ClockImplausible(
            f"the clock shows {day.isoformat()}, outside {first.isoformat()} to "
            f"{first.year + PLAUSIBLE_YEARS}: set the machine's date and start again"
        )
    if is_battery_empty(rtc) and state() == UNSYNCHRONISED:
        raise ClockImplausible(
            "the machine's battery is empty and no time server was reached: set its date "
            "(timedatectl set-time), and replace the battery"
        )
