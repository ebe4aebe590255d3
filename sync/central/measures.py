"""Rates, intervals, and how far a figure can be read. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from math import ceil, floor, sqrt

from kiosk.domain.scale import Scale

Z95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""
HIDDEN_BELOW = 10
COMPARABLE_FROM = 30
FEWEST_WHO_DIFFER = 3
"""Where fewer differ from the rest, a bound stands in place of the share."""
DECIMAL_WITHIN = 0.02
"""A rate has a decimal where its interval is narrower than these two points: about 5,000 ratings at
85 %. A finer digit than the interval allows looks like knowledge, and is none."""


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
class Sample:
    """Ratings on whichever scales, summed. `points`, `squares`: of 0 to 100 each, and of their
    squares. `by_level`: whether counts by level may be shown, on each of their scales."""

    n: int = 0
    satisfied: int = 0
    points: float = 0.0
    squares: float = 0.0
    by_level: bool = True

    def __add__(self, other: "Sample") -> "Sample":
        return Sample(
            n=self.n + other.n,
            satisfied=self.satisfied + other.satisfied,
            points=self.points + other.points,
            squares=self.squares + other.squares,
            by_level=self.by_level and other.by_level,
        )


@dataclass(frozen=True, slots=True)
class Result:
    """A published figure. `rate` is None when hidden. `bound` tells "at most" or "at least" where
    nearly all agree: then `rate` follows from n alone, so that nobody's answer follows from it, and
    there is no interval and no mean. `deff`: the design effect that the intervals allow for."""

    n: int
    reading: Reading
    rate: float | None = None
    interval: Interval | None = None
    mean: float | None = None
    mean_interval: Interval | None = None
    """Points, 0 to 100."""
    bound: str = ""
    deff: float = 1.0

    @property
    def places(self) -> int:
        """Decimals of the rate in per cent."""
        return places(self.interval)

    @property
    def per_cent(self) -> float | None:
        """The rate as it is shown."""
        return None if self.rate is None else shown_rate(self.rate, self.places, self.bound)

    @property
    def ends(self) -> tuple[float, float] | None:
        """The interval in per cent as it is shown."""
        return shown_ends(self.interval, self.places) if self.interval else None

    @property
    def mean_ends(self) -> tuple[float, float] | None:
        """The mean's interval as it is shown."""
        if self.mean_interval is None:
            return None
        low, high = self.mean_interval.low / 100, self.mean_interval.high / 100
        return shown_ends(Interval(low, high), self.places)


AT_LEAST, AT_MOST = "at least", "at most"


@dataclass(frozen=True, slots=True)
class Response:
    """How many of the services that a queue or a key counted were answered, and of how many ratings
    that tells: others may have come without an offer. Whole numbers: a rounded share would pass a
    threshold that it does not reach."""

    answered: int
    served: int
    ratings: int

    @property
    def per_cent(self) -> int:
        """Rounded down, so that what is shown reaches a threshold exactly when the answers do."""
        return 100 * self.answered // self.served

    @property
    def of_100_not(self) -> int:
        """Of 100 served, how many did not rate."""
        return 100 - self.per_cent

    @property
    def is_of_most(self) -> bool:
        """Whether nearly all ratings answered an offer. Where many came without one, nobody counted
        the citizens who did not rate there: who says "of 100 served" says where."""
        return is_covered(self.answered, self.ratings)

    @property
    def is_of_a_part(self) -> bool:
        """Whether it tells of some of the ratings alone."""
        return self.answered < self.ratings

    def reaches(self, per_cent: int) -> bool:
        return 100 * self.answered >= per_cent * self.served


@dataclass(frozen=True, slots=True)
class OfServed:
    """Of 100 served, in whole numbers that sum to 100. `bound`: `satisfied` is "at least" or "at
    most" so many, and `not_satisfied` the other way round."""

    satisfied: int
    not_satisfied: int
    declined: int
    left: int
    never_asked: int
    bound: str = ""

    @property
    def parts(self) -> tuple["Part", ...]:
        """As they are drawn, from left to right."""
        opposite = {AT_LEAST: "at_most", AT_MOST: "at_least", "": ""}
        bounds = {
            "satisfied": self.bound.replace(" ", "_"),
            "not_satisfied": opposite[self.bound],
        }
        parts, first = [], 0
        for name in ("satisfied", "not_satisfied", "declined", "left", "never_asked"):
            count = getattr(self, name)
            parts.append(Part(name=name, first=first, count=count, bound=bounds.get(name, "")))
            first += count
        return tuple(parts)


@dataclass(frozen=True, slots=True)
class Part:
    """Of the hundred, `count` from `first` on; `bound`: "at_least" or "at_most" so many."""

    name: str
    first: int
    count: int
    bound: str


@dataclass(frozen=True, slots=True)
class Served:
    """What became of citizens who were served: they answered the question, declined it, left it, or
    were never asked."""

    answered: int
    declined: int
    left: int
    never_asked: int

    @property
    def total(self) -> int:
        return self.answered + self.declined + self.left + self.never_asked


_COVERED = 90
"""Per cent of the ratings that must be answers to offers, before "of 100 served" says whom the
ratings are of."""


def is_covered(answered: int, ratings: int) -> bool:
    return 100 * answered >= _COVERED * ratings


def of_served(n: int, satisfied: int, served: Served) -> OfServed | None:
    """Of 100 served, how many were satisfied, not satisfied, declined, left and were never asked.
    Those who answered are split as all `n` ratings are. None where it is not known who was served:
    too few, or fewer than nine of ten ratings came from an offer.

    Where nearly all agree it is made of `n` alone, and so rounded that the bound stays true.
    """
    answered, total = served.answered, served.total
    if n < HIDDEN_BELOW or total < HIDDEN_BELOW or not is_covered(answered, n):
        return None
    bounded = bound_of(n, satisfied)
    bound, unit = bounded[0] if bounded else "", n * total
    if bound:
        satisfied = n - FEWEST_WHO_DIFFER if bound == AT_LEAST else FEWEST_WHO_DIFFER
    shares = [100 * answered * satisfied, 100 * answered * (n - satisfied)]
    others = [100 * n * count for count in (served.declined, served.left, served.never_asked)]
    if bound:
        down = 0 if bound == AT_LEAST else 1
        both = [0, 0]
        both[down] = shares[down] // unit
        both[1 - down] = -(-shares[1 - down] // unit)
        whole = [*both, *_whole(others, unit, 100 - sum(both))]
    else:
        # As the response rate says it beside them.
        rated = 100 * answered // total
        whole = [*_whole(shares, unit, rated), *_whole(others, unit, 100 - rated)]
    return OfServed(
        satisfied=whole[0],
        not_satisfied=whole[1],
        declined=whole[2],
        left=whole[3],
        never_asked=whole[4],
        bound=bound,
    )


def _whole(shares: Sequence[int], unit: int, total: int) -> list[int]:
    """Shares in `unit`s as whole numbers that sum to `total`: each rounded down, and one more for
    those with the largest remainders (Hamilton's method)."""
    whole = [share // unit for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: (-(shares[i] % unit), i))
    for i in by_remainder[: total - sum(whole)]:
        whole[i] += 1
    return whole


def places(interval: Interval | None) -> int:
    """Decimals of a rate in per cent that this interval allows."""
    return int(interval is not None and interval.high - interval.low < DECIMAL_WITHIN)


def shown_rate(share: float, decimals: int, bound: str = "") -> float:
    """A share in per cent, rounded so that it stays true: a bound to the safe side; no rate to 0 or
    to 100, as somebody always differs."""
    scale: int = 10**decimals
    scaled = share * 100 * scale
    if bound == AT_LEAST:
        return floor(scaled + _HAIR) / scale
    if bound == AT_MOST:
        return ceil(scaled - _HAIR) / scale
    return min(max(round(scaled), 1), 100 * scale - 1) / scale


def shown_ends(interval: Interval, decimals: int) -> tuple[float, float]:
    """Both ends in per cent, rounded outwards: never narrower than the interval is."""
    scale: int = 10**decimals
    low, high = interval.low * 100 * scale, interval.high * 100 * scale
    return floor(low + _HAIR) / scale, ceil(high - _HAIR) / scale


_HAIR = 1e-9
"""What floating point adds to a whole number."""


def bound_of(n: int, satisfied: int) -> tuple[str, float] | None:
    """Where fewer than FEWEST_WHO_DIFFER differ from the rest: "at least" with (n - 3)/n, or "at
    most" with 3/n. Both are true for 0, 1 and 2 who differ, and the same for all of these."""
    if n - satisfied < FEWEST_WHO_DIFFER:
        return AT_LEAST, (n - FEWEST_WHO_DIFFER) / n
    if satisfied < FEWEST_WHO_DIFFER:
        return AT_MOST, FEWEST_WHO_DIFFER / n
    return None


def levels_shown(counts: tuple[int, ...]) -> bool:
    """Whether counts per level may be shown: every level that has any has at least three."""
    return all(n == 0 or n >= FEWEST_WHO_DIFFER for n in counts)


def wilson(satisfied: float, n: float, z: float = Z95) -> Interval:
    """Wilson's score interval (Wilson 1927) for `satisfied` of `n`; n must be at least 1. Of
    ratings that come in clusters both are divided by the design effect (Rao and Scott 1992)."""
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


_SUMS = 8192
"""A page weighs hundreds of sums on one scale or two, and the next page the same ones again."""


@cache
def _first_satisfied(levels: int) -> int:
    """At which place of counts the satisfied ones begin."""
    scale = Scale(levels)
    return sum(not scale.satisfied(score) for score in scale.scores())


@cache
def _points(levels: int) -> tuple[float, ...]:
    scale = Scale(levels)
    return tuple(map(scale.points, scale.scores()))


@lru_cache(maxsize=_SUMS)
def sample_of(levels: int, counts: tuple[int, ...]) -> Sample:
    """The ratings of `counts`, worst first, on a scale of so many levels."""
    points = _points(levels)
    return Sample(
        n=sum(counts),
        satisfied=satisfied_of(levels, counts),
        points=points_of(levels, counts),
        squares=sum(p * p * c for p, c in zip(points, counts, strict=False)),
        by_level=levels_shown(counts),
    )


@lru_cache(maxsize=_SUMS)
def result(sample: Sample, compare_from: int = COMPARABLE_FROM, deff: float = 1.0) -> Result:
    """What may be said of these ratings: nothing below HIDDEN_BELOW (rule 1), a bound where nearly
    all agree (rule 4). `compare_from`: an office may ask for more than COMPARABLE_FROM. `deff`: by
    how much days that go well or badly as a whole widen an interval.

    The mean follows from the counts by level, and its interval gives their spread away: both stand
    only where these counts may.
    """
    n, satisfied = sample.n, sample.satisfied
    if n < HIDDEN_BELOW:
        return Result(n=0, reading=Reading.HIDDEN)
    reading = Reading.WITH_INTERVAL if n >= compare_from else Reading.NOT_ENOUGH_TO_COMPARE
    if bounded := bound_of(n, satisfied):
        bound, share = bounded
        return Result(n=n, reading=reading, rate=share, bound=bound, deff=deff)
    return Result(
        n=n,
        reading=reading,
        rate=satisfied / n,
        interval=wilson(satisfied / deff, n / deff),
        mean=sample.points / n if sample.by_level else None,
        mean_interval=_mean_interval(sample, deff) if sample.by_level else None,
        deff=deff,
    )


def _mean_interval(sample: Sample, deff: float) -> Interval:
    """95 %, of Student's t with the degrees of freedom of n/deff ratings; within 0 and 100."""
    n, effective = sample.n, sample.n / deff
    mean = sample.points / n
    variance = max(0.0, sample.squares - n * mean * mean) / (n - 1)
    half = student(Z95, effective - 1) * sqrt(variance / effective)
    return Interval(max(0.0, mean - half), min(100.0, mean + half))


def student(z: float, freedom: float) -> float:
    """The quantile of Student's t that answers to `z` of the normal distribution, from two degrees
    of freedom on (Abramowitz and Stegun 1964, 26.7.5; within 0.2 % from five on at 95 %)."""
    freedom = max(2.0, freedom)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
