"""The office's holidays from a file: what it would change, and the change."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from kiosk.domain.refusal import Refusal
from kiosk.domain.wording import MAX_HOLIDAYS
from sync.central.holidayfile import Holiday
from sync.central.usecases.central import Central
from sync.central.usecases.office_settings import read_settings, save_settings
from sync.central.viewer import Viewer


@dataclass(frozen=True, slots=True)
class HolidayPlan:
    """What a file would change of the holidays in some version of the settings."""

    version: int
    added: tuple[Holiday, ...]
    known: tuple[Holiday, ...]
    """In the file and in the settings."""
    absent: tuple[date, ...]
    """In the settings and not in the file, between its first day and its last."""


def plan_holidays(central: Central, brought: Iterable[Holiday]) -> HolidayPlan:
    stored = read_settings(central)
    holidays = tuple(brought)
    current = stored.settings.holidays
    return HolidayPlan(
        version=stored.version,
        added=tuple(one for one in holidays if one.day not in current),
        known=tuple(one for one in holidays if one.day in current),
        absent=_absent(current, [one.day for one in holidays]),
    )


def save_holidays(
    central: Central,
    viewer: Viewer,
    base: int | None,
    brought: Collection[date],
    now: datetime,
    *,
    remove_absent: bool,
) -> int:
    """Add these days to the office's holidays; with `remove_absent` take away those between the
    first and the last that are not among them. How many there are now. `base`: the version that was
    shown, None: whichever is there; EditedMeanwhile. Refusal where there are too many."""
    settings = read_settings(central).settings
    absent = _absent(settings.holidays, brought) if remove_absent else ()
    holidays = (settings.holidays | frozenset(brought)) - frozenset(absent)
    if len(holidays) > MAX_HOLIDAYS:
        raise Refusal("too_many_holidays", most=MAX_HOLIDAYS)
    save_settings(central, viewer, base, settings._replace(holidays=holidays), now)
    return len(holidays)


def _absent(current: Collection[date], brought: Collection[date]) -> tuple[date, ...]:
    if not brought:
        return ()
    first, last = min(brought), max(brought)
    return tuple(day for day in sorted(current) if first <= day <= last and day not in brought)
