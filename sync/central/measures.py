"""Rates, intervals, and how far a figure can be read. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import sqrt

from kiosk.domain.scale import Scale

Z95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""
HIDDEN_BELOW = 10
COMPARABLE_FROM = 30
ALL_AGREE_LOW, ALL_AGREE_HIGH = 0.05, 0.95


def over_tickets(rated: int, served: int) -> bool:
    """Whether a counter's day has more ratings than its queue tickets explain. A family rates one
    after the other on one ticket: a quarter more and five besides is passed on less than one honest
    day of a hundred, however quiet (tests/evidence/days.py)."""
    return 4 * rated > 5 * served + 20


class Reading(StrEnum):
    """How far a figure may be read."""

    HIDDEN = "hidden"
    NOT_ENOUGH_TO_COMPARE = "not-enough-to-compare"
    WITH_INTERVAL = "with-interval"


@dataclass(frozen=True, slots=True)
class Interval:
    """Shares, 0 to 1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Result:
    """A published figure. `rate` is None when hidden; `bound` tells "at most" or "at least" where
    all agree, so that nobody's single answer follows from it: not from an interval either."""

    n: int
    reading: Reading
    rate: float | None = None
    interval: Interval | None = None
    mean: float | None = None
    bound: str = ""


def wilson(satisfied: int, n: int, z: float = Z95) -> Interval:
    """Wilson's score interval (Wilson 1927) for `satisfied` of `n`; n must be at least 1."""
    share, square = satisfied / n, z * z
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = z / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n * n))
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def satisfied_of(levels: int, counts: tuple[int, ...]) -> int:
    """How many of `counts` (worst first) are satisfied."""
    return sum(counts[_first_satisfied(levels) : levels])


def points_of(levels: int, counts: tuple[int, ...]) -> float:
    """Sum of points (0-100 each) of `counts`, worst first."""
    return sum(p * c for p, c in zip(_points(levels), counts, strict=False))


# A page weighs hundreds of sums on one scale or two.
@cache
def _first_satisfied(levels: int) -> int:
    """At which place of counts the satisfied ones begin."""
    scale = Scale(levels)
    return sum(not scale.satisfied(score) for score in scale.scores())


@cache
def _points(levels: int) -> tuple[float, ...]:
    scale = Scale(levels)
    return tuple(map(scale.points, scale.scores()))


def result(n: int, satisfied: int, points: float, compare_from: int = COMPARABLE_FROM) -> Result:
    """What may be said of n ratings: nothing below HIDDEN_BELOW (rule 1), no certainty where all
    agree (rule 4). `compare_from`: an office may ask for more than COMPARABLE_FROM."""
    if n < HIDDEN_BELOW:
        return Result(n=0, reading=Reading.HIDDEN)
    reading = Reading.WITH_INTERVAL if n >= compare_from else Reading.NOT_ENOUGH_TO_COMPARE
    interval = wilson(satisfied, n)
    if satisfied == n:
        return Result(
            n=n, reading=reading, rate=ALL_AGREE_HIGH, interval=None, mean=None, bound="at least"
        )
    if satisfied == 0:
        return Result(
            n=n, reading=reading, rate=ALL_AGREE_LOW, interval=None, mean=None, bound="at most"
        )
    return Result(n=n, reading=reading, rate=satisfied / n, interval=interval, mean=points / n)
