"""How much ratings of one day or week resemble one another, and what that takes from their number.
Pure.

A queue that stands still spoils a whole day: its ratings are not as many witnesses as they are
ratings. Published blocks tell by how much, for a block holds whole days. The design effect says it
(Kish 1965): n ratings are worth n divided by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum
from typing import Protocol

from sync.central.measures import bound_of

USUAL_WEIGHT = 20
"""Degrees of freedom that what is usual in the office weighs beside an officer's own blocks. A
round has about 25 blocks of a busy officer: alone they miss a design effect by a third, often."""
OWN_FROM = 10
"""Degrees of freedom from which blocks tell an effect of their own. Of fewer it also weighs little
beside what is usual."""


class Blocks(Protocol):
    """Some whole blocks of one officer, summed: how many; their ratings and the satisfied ones.
    Over the blocks, `nn`, `nk`, `kk`: the sums of n times n, of n times satisfied, of satisfied
    times satisfied."""

    @property
    def blocks(self) -> int: ...
    @property
    def n(self) -> int: ...
    @property
    def satisfied(self) -> int: ...
    @property
    def nn(self) -> int: ...
    @property
    def nk(self) -> int: ...
    @property
    def kk(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Effect:
    """A design effect as it came out, with its degrees of freedom; none: nothing is known."""

    ratio: float = 1.0
    freedom: int = 0


def effect(parts: Iterable[Blocks]) -> Effect:
    """Of blocks beside their own officer's rate: the variance of a ratio between clusters (Cochran
    1977, section 11.7) over that of as many independent ratings (Rao and Scott 1992). Rates that
    differ between officers add nothing to it. Nor do those of whom a bound is shown: what follows
    from an effect would tell how many differ."""
    between: list[float] = []
    independent: list[float] = []
    freedom = 0
    for part in parts:
        if part.blocks < 2 or bound_of(part.n, part.satisfied):
            continue
        share = part.satisfied / part.n
        squares = part.kk - 2 * share * part.nk + share * share * part.nn
        between.append(part.blocks / (part.blocks - 1) * squares)
        independent.append(part.n * share * (1 - share))
        freedom += part.blocks - 1
    # The order in which a database answers changes no digit.
    return Effect(fsum(between) / fsum(independent), freedom) if freedom else Effect()


def design_effect(own: Effect, usual: float) -> float:
    """By how much to divide a number of ratings: `own` and what is usual, weighed by how sure each
    is, as variances are (Smyth 2004, section 3); never below 1. Few blocks tell none of their own:
    where each is shown as a bound, it would say how many differ in which."""
    if own.freedom < OWN_FROM:
        return max(1.0, usual)
    weighed = own.freedom * own.ratio + USUAL_WEIGHT * usual
    return max(1.0, weighed / (own.freedom + USUAL_WEIGHT))
