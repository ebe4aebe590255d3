"""Spans of days that reports are made for: fiscal years, their rounds and quarters, months. Pure.

A block belongs to the span in which it closed, so that spans add up and none cuts a block.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from kiosk.domain.businessday import FISCAL_YEAR_STARTS, fiscal_year
from kiosk.domain.refusal import Refusal, excerpt

_MONTHS_OF = {"": 12, "1": 6, "2": 6, "q1": 3, "q2": 3, "q3": 3, "q4": 3}
"""How many months each part of a fiscal year has."""
_CODE = re.compile(r"fy(?P<year>[0-9]{4})(?:-(?P<part>[12]|q[1-4]))?|(?P<month>[0-9]{4}-[0-9]{2})")


YEARS = range(1900, 3000)
"""No office's span lies beyond them, and a trend looks back to where no calendar is."""
_DAY = timedelta(days=1)


class NoSuchPeriod(Refusal):
    """A text that names no span."""


@dataclass(frozen=True, slots=True)
class Period:
    """`code`: fy2027 (a fiscal year, by the Christian year in which it ends), fy2027-1 (a round),
    fy2027-q1 (a quarter), 2026-11 (a month). `starts`: the month in which the office's fiscal
    year begins."""

    code: str
    first_day: date
    last_day: date
    starts: int = FISCAL_YEAR_STARTS

    @property
    def fiscal_year(self) -> int:
        return fiscal_year(self.last_day, self.starts)

    @property
    def part(self) -> str:
        """ "" for a whole fiscal year; "1", "2", "q1"…"q4"; "month"."""
        if not self.code.startswith("fy"):
            return "month"
        return self.code.partition("-")[2]

    @property
    def days(self) -> tuple[date, date]:
        return self.first_day, self.last_day

    def runs_on(self, day: date) -> bool:
        """Whether this span is not over on a day."""
        return self.last_day >= day


def parse(code: str, starts: int = FISCAL_YEAR_STARTS) -> Period:
    """The span of `code`, where fiscal years begin in the month `starts`; NoSuchPeriod."""
    match = _CODE.fullmatch(code)
    try:
        if match is None or int((match["year"] or match["month"])[:4]) not in YEARS:
            raise ValueError
        if match["month"]:
            year, month = map(int, match["month"].split("-"))
            first = date(year, month, 1)
            return Period(
                code=code, first_day=first, last_day=_months_later(first, 1) - _DAY, starts=starts
            )
        year, part = int(match["year"]), match["part"] or ""
        first = date(year - 1 if starts > 1 else year, starts, 1)
        months = _MONTHS_OF[part]
        if part:
            first = _months_later(first, months * (int(part[-1]) - 1))
        return Period(
            code=code, first_day=first, last_day=_months_later(first, months) - _DAY, starts=starts
        )
    except (ValueError, OverflowError):
        raise NoSuchPeriod("period_form", text=excerpt(code, 20)) from None


def year_of(day: date, starts: int = FISCAL_YEAR_STARTS) -> Period:
    return parse(f"fy{fiscal_year(day, starts):04}", starts)


def round_of(day: date, starts: int = FISCAL_YEAR_STARTS) -> Period:
    return _part_of(day, starts, ("1", "2"))


def before(period: Period) -> Period:
    """The span of the same kind just before."""
    day, starts = period.first_day - _DAY, period.starts
    if period.part == "":
        return year_of(day, starts)
    if period.part == "month":
        return parse(f"{day:%Y-%m}", starts)
    if period.part in ("1", "2"):
        return round_of(day, starts)
    return _part_of(day, starts, ("q1", "q2", "q3", "q4"))


def year_before(period: Period) -> Period:
    """The same span a year ago; NoSuchPeriod where no calendar is."""
    year, rest = period.code[:4], period.code[4:]
    if period.code.startswith("fy"):
        year, rest = period.code[2:6], period.code[6:]
        return parse(f"fy{int(year) - 1:04}{rest}", period.starts)
    return parse(f"{int(year) - 1:04}{rest}", period.starts)


def of_quarter(first: date, last: date, starts: int) -> Period | None:
    """The shortest part of a fiscal year that has a quarter of the calendar in it; None where years
    begin so that none has."""
    year = year_of(last, starts)
    parts = (parse(f"{year.code}-{part}", starts) for part in ("q1", "q2", "q3", "q4", "1", "2"))
    spans = (*parts, year)
    return next((s for s in spans if s.first_day <= first and last <= s.last_day), None)


def last_month(today: date) -> Period:
    """The month that is over: what a monthly meeting speaks of."""
    return before(parse(f"{today:%Y-%m}"))


@lru_cache(maxsize=64)
def choices(today: date, starts: int = FISCAL_YEAR_STARTS) -> tuple[Period, ...]:
    """What a reader most likely wants, newest first: this year and last, their rounds and
    quarters up to now, this month and the twelve before."""
    year = fiscal_year(today, starts)
    parts = ("", "-1", "-2", "-q1", "-q2", "-q3", "-q4")
    spans = [parse(f"fy{y:04}{part}", starts) for y in (year, year - 1) for part in parts]
    month = parse(f"{today:%Y-%m}", starts)
    for _ in range(13):
        spans.append(month)
        month = before(month)
    return tuple(span for span in spans if span.first_day <= today)


def _part_of(day: date, starts: int, parts: tuple[str, ...]) -> Period:
    """Which of these parts of its fiscal year `day` is in."""
    spans = (parse(f"fy{fiscal_year(day, starts):04}-{part}", starts) for part in parts)
    return next(span for span in spans if span.last_day >= day)


def _months_later(first: date, months: int) -> date:
    """The first of the month so many months after the first of another."""
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)
