"""Business dates and fiscal years. The Buddhist era is only how a year is shown."""

from datetime import date, datetime

from kiosk.domain.rating import Half

BUDDHIST_ERA = 543
FISCAL_YEAR_STARTS = 10
"""The month in which the government's fiscal year begins."""
_NOON = 12


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
