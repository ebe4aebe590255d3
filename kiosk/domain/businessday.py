"""Business dates, fiscal years, six-month rounds. The Buddhist era is only how a year is shown."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kiosk.domain.rating import Half

BUDDHIST_ERA = 543
_FISCAL_YEAR_STARTS = 10
_NOON = 12


def business_date(wall: datetime) -> date:
    """The date a press belongs to: the local calendar date; `wall` is aware and local."""
    return wall.date()


def half_day(wall: datetime) -> Half:
    return Half.MORNING if wall.hour < _NOON else Half.AFTERNOON


@dataclass(frozen=True, slots=True, order=True)
class Round:
    """A six-month round of a Thai fiscal year.

    Fiscal year 2567 B.E. is 1 October 2566 - 30 September 2567 B.E.; round 1 is October to March.
    """

    fiscal_year: int
    """Christian-era year in which the fiscal year ends."""
    number: int

    @classmethod
    def of(cls, day: date) -> "Round":
        first = day.month >= _FISCAL_YEAR_STARTS or day.month <= 3
        return cls(fiscal_year(day), 1 if first else 2)

    @property
    def first_day(self) -> date:
        if self.number == 1:
            return date(self.fiscal_year - 1, _FISCAL_YEAR_STARTS, 1)
        return date(self.fiscal_year, 4, 1)

    @property
    def last_day(self) -> date:
        if self.number == 1:
            return date(self.fiscal_year, 4, 1) - timedelta(days=1)
        return date(self.fiscal_year, 9, 30)


def fiscal_year(day: date) -> int:
    """Christian-era year in which the fiscal year of `day` ends."""
    return day.year + (1 if day.month >= _FISCAL_YEAR_STARTS else 0)


def buddhist_year(year: int) -> int:
    return year + BUDDHIST_ERA
