"""A word to an officer alone, and early: whether the newest weeks go below the own year before.
Pure.

A one-sided cumulative sum (Page 1954; Montgomery, Introduction to Statistical Quality Control,
chapter 9) over the newest published blocks, each as a standardised distance from the share
satisfied in the year before them. Small falls that go on add up; a single bad week does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from sync.central.measures import FEWEST_WHO_DIFFER, bound_of

WATCHED = 13
"""Blocks that are watched: a quarter of a year of a busy officer."""
BEFORE = 39
"""Blocks before them, at most, that say what is usual for the officer."""
BEFORE_FROM = 300
"""Ratings from which these say it well enough."""
ALLOWANCE = 0.75
"""Standard deviations that a block may lie below without adding to the sum. Half of the fall that
is looked for, and a quarter more as the year before is not known exactly."""
BEYOND = 4.0
"""Standard deviations from which a word is said: to an officer whose weeks are as ever, by chance
once in some twelve years (tests/central/test_early.py)."""


@dataclass(frozen=True, slots=True)
class Week:
    """A published block: `satisfied` of `n`."""

    first_day: date
    last_day: date
    n: int
    satisfied: int


@dataclass(frozen=True, slots=True)
class Fall:
    """Weeks that go below the year before them: shares, of these weeks and of that year."""

    first_day: date
    last_day: date
    share: float
    before: float


def fall(weeks: Sequence[Week], deff: float) -> Fall | None:
    """What the officer is told of blocks in their order; None: nothing. `deff`: what ratings of one
    week resemble one another, as for intervals."""
    watched, before = weeks[-WATCHED:], weeks[-WATCHED - BEFORE : -WATCHED]
    n, satisfied = sum(week.n for week in before), sum(week.satisfied for week in before)
    if n < BEFORE_FROM or bound_of(n, satisfied):
        return None
    usual = satisfied / n
    deviation = sqrt(usual * (1 - usual) * deff)
    total, first = 0.0, 0
    for place, week in enumerate(watched):
        below = (usual - week.satisfied / week.n) * sqrt(week.n) / deviation
        total = max(0.0, total + below - ALLOWANCE)
        if not total:
            first = place + 1
    if total <= BEYOND:
        return None
    since = watched[first:]
    total_n = sum(week.n for week in since)
    # Fewer than three who differ are never told.
    share = max(FEWEST_WHO_DIFFER, sum(week.satisfied for week in since)) / total_n
    return Fall(
        first_day=since[0].first_day, last_day=since[-1].last_day, share=share, before=usual
    )
