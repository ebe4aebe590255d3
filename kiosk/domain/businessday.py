"""Business dates and fiscal years. The Buddhist era is only how a year is shown."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from kiosk.domain.rating import Half

BUDDHIST_ERA = 543
FISCAL_YEAR_STARTS = 10
"""The month in which the government's fiscal year begins."""
_NOON = 12
_SATURDAY = 5
_LONGEST_CLOSED = 60
"""Days after which no next opening is looked for: the settings then close every day."""


def business_date(wall: datetime) -> date:
    """The date a press belongs to: the local calendar date; `wall` is aware and local."""
    return wall.date()


def half_day(wall: datetime) -> Half:
    return Half.MORNING if wall.hour < _NOON else Half.AFTERNOON


def fiscal_year(day: date, starts: int = FISCAL_YEAR_STARTS) -> int:
    """Christian-era year in which the fiscal year of `day` ends; it begins in the month `starts`.

    Fiscal year 2567 B.E. is 1 October 2566 - 30 September 2567 B.E.
    """
    return day.year + (1 if starts > 1 and day.month >= starts else 0)


def buddhist_year(year: int) -> int:
    return year + BUDDHIST_ERA


def is_working_day(day: date, holidays: Collection[date]) -> bool:
    return day.weekday() < _SATURDAY and day not in holidays


def next_opening(wall: datetime, opens: time, holidays: Collection[date]) -> datetime | None:
    """When the office opens next, today included until it has; None where it never does."""
    for later in range(_LONGEST_CLOSED):
        day = wall.date() + timedelta(days=later)
        opening = datetime.combine(day, opens, wall.tzinfo)
        if opening > wall and is_working_day(day, holidays):
            return opening
    return None
