"""By how much a published figure differs from an earlier one, in points. Pure.

It is made of what is shown of both alone, rates and ends as they are rounded: whoever reads the two
can check it, and it tells no more than they do.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor, hypot

from sync.central.measures import Reading, Result

_HAIR = 1e-9
"""What floating point adds to a whole number."""


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"
    UNCLEAR = "unclear"
    """Chance alone may explain it."""


class NotComparable(StrEnum):
    HIDDEN = "hidden"
    FEW = "few"
    BOUND = "bound"
    FEW_OFFICERS = "few-officers"
    """A judgement on one person or two: officers are compared once a round, by `comparing.py`."""


@dataclass(frozen=True, slots=True)
class Change:
    """`points`, and the 95 % interval from `low` to `high`, with so many decimals."""

    points: float
    low: float
    high: float
    places: int

    @property
    def direction(self) -> Direction:
        if self.low > 0:
            return Direction.UP
        return Direction.DOWN if self.high < 0 else Direction.UNCLEAR


def change(now: Result, before: Result) -> Change | NotComparable:
    """The difference of two shares with the square-and-add interval of both Wilson intervals
    (Newcombe 1998, method 10); these allow for unequal days already. Where a figure is hidden, a
    bound, or of too few ratings to compare: why there is none."""
    figures = (now, before)
    if any(result.rate is None for result in figures):
        return NotComparable.HIDDEN
    if any(result.bound for result in figures):
        return NotComparable.BOUND
    if any(result.reading is not Reading.WITH_INTERVAL for result in figures):
        return NotComparable.FEW
    rate, (low, high) = _shown(now)
    rate_before, (low_before, high_before) = _shown(before)
    places = min(now.places, before.places)
    scale: int = 10**places
    points = rate - rate_before
    least = points - hypot(rate - low, high_before - rate_before)
    most = points + hypot(high - rate, rate_before - low_before)
    return Change(
        points=round(points, places),
        low=floor(least * scale + _HAIR) / scale,
        high=ceil(most * scale - _HAIR) / scale,
        places=places,
    )


def _shown(result: Result) -> tuple[float, tuple[float, float]]:
    """The rate and its ends as they are shown, of a result that has both."""
    if result.per_cent is None or result.ends is None:
        raise ValueError("a figure with a rate and no bound has an interval")
    return result.per_cent, result.ends


class BesideTarget(StrEnum):
    REACHED = "reached"
    MISSED = "missed"
    OPEN = "open"
    """The interval holds the target: nobody can say."""


def beside_target(result: Result, target: int) -> BesideTarget | None:
    """Whether a target in per cent is reached, by the ends that are shown: a target that somebody
    moves about then tells no more than they do. None: no target, or no figure."""
    if not target or result.rate is None:
        return None
    drawn = result.ends
    if drawn is None:
        rate = result.per_cent or 0.0
        drawn = (rate, 100.0) if result.bound == "at least" else (0.0, rate)
    low, high = drawn
    if low >= target:
        return BesideTarget.REACHED
    return BesideTarget.MISSED if high < target else BesideTarget.OPEN
