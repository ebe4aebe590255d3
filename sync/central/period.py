"""Spans of days that reports are made for: fiscal years, their rounds and quarters, months. Pure.

A block belongs to the span in which it closed, so that spans add up and none cuts a block.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from kiosk.domain.businessday import Round, fiscal_year

_CODE = re.compile(r"fy(?P<year>\d{4})(?:-(?P<part>[12]|q[1-4]))?|(?P<month>\d{4}-\d{2})")


class NoSuchPeriod(ValueError):
    """A text that names no span; the message says what would."""


@dataclass(frozen=True, slots=True)
class Period:
    """`code`: fy2027 (a fiscal year, by the Christian year in which it ends), fy2027-1 (a round),
    fy2027-q1 (a quarter), 2026-11 (a month)."""

    code: str
    first_day: date
    last_day: date

    @property
    def fiscal_year(self) -> int:
        return fiscal_year(self.last_day)

    @property
    def part(self) -> str:
        """ "" for a whole fiscal year; "1", "2", "q1"…"q4"; "month"."""
        if not self.code.startswith("fy"):
            return "month"
        return self.code.partition("-")[2]


def parse(code: str) -> Period:
    """The span of `code`; NoSuchPeriod."""
    match = _CODE.fullmatch(code)
    try:
        if match is None:
            raise ValueError
        if match["month"]:
            year, month = map(int, match["month"].split("-"))
            return Period(code, date(year, month, 1), _month_end(year, month))
        year, part = int(match["year"]), match["part"] or ""
        if part in ("1", "2"):
            span = Round(year, int(part))
            return Period(code, span.first_day, span.last_day)
        if part:
            month = (9 + 3 * (int(part[1]) - 1)) % 12 + 1
            start = year - 1 if month >= 10 else year
            return Period(code, date(start, month, 1), _month_end(start, month + 2))
        return Period(code, date(year - 1, 10, 1), date(year, 9, 30))
    except ValueError:
        raise NoSuchPeriod(
            f"period {code[:20]!r}: write fy2027, fy2027-1, fy2027-q1 or 2026-11"
        ) from None


def year_of(day: date) -> Period:
    return parse(f"fy{fiscal_year(day):04}")


def round_of(day: date) -> Period:
    return parse(f"fy{fiscal_year(day):04}-{Round.of(day).number}")


def before(period: Period) -> Period:
    """The span of the same kind just before."""
    day = period.first_day - timedelta(days=1)
    if period.part == "":
        return year_of(day)
    if period.part == "month":
        return parse(f"{day:%Y-%m}")
    if period.part in ("1", "2"):
        return round_of(day)
    quarter = (day.month - 10) % 12 // 3 + 1
    return parse(f"fy{fiscal_year(day):04}-q{quarter}")


@lru_cache(maxsize=4)
def choices(today: date) -> tuple[Period, ...]:
    """What a reader most likely wants, newest first: this year and last, their rounds and
    quarters up to now, this month and the twelve before."""
    year = fiscal_year(today)
    parts = ("", "-1", "-2", "-q1", "-q2", "-q3", "-q4")
    spans = [parse(f"fy{y:04}{part}") for y in (year, year - 1) for part in parts]
    month = parse(f"{today:%Y-%m}")
    for _ in range(13):
        spans.append(month)
        month = before(month)
    return tuple(span for span in spans if span.first_day <= today)


def _month_end(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
