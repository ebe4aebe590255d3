"""Nothing that is printed of few blocks says how many differ in those that are shown as bounds."""

from datetime import date
from itertools import product

from sync.central.appraising import effective
from sync.central.measures import Sample, bound_of, result
from sync.central.reports.gate.effects import Effects
from sync.central.store.spreads import Spread, Whose

TODAY = date(2026, 11, 29)
OCTOBER = date(2026, 10, 1), date(2026, 10, 31)
RATINGS = (13, 22, 31, 38)
"""Of the four blocks of an officer's month."""


def test_a_month_of_four_bounds_prints_the_same_however_those_who_differ_are_spread() -> None:
    printed = {
        _printed(differ) for differ in product(range(3), repeat=len(RATINGS)) if sum(differ) == 4
    }
    assert len(printed) == 1


def test_many_blocks_tell_an_effect_of_their_own() -> None:
    even = _effects([(10, 5)] * 12).of(OCTOBER, officer="101")
    uneven = _effects([(10, 1), (10, 9)] * 6).of(OCTOBER, officer="101")
    assert even < uneven


def test_effective_ratings_are_told_in_tens_rounded_down() -> None:
    assert [effective(n, 1.0) for n in (99, 100, 309)] == [90, 100, 300]
    assert effective(104, 1.41) == effective(104, 1.45) == 70


def _printed(differ: tuple[int, ...]) -> tuple[object, ...]:
    blocks = [(n, n - fewer) for n, fewer in zip(RATINGS, differ, strict=True)]
    assert all(bound_of(*block) for block in blocks)
    n, satisfied = sum(RATINGS), sum(RATINGS) - sum(differ)
    deff = _effects(blocks).of(OCTOBER, officer="101")
    shown = result(Sample(n=n, satisfied=satisfied, by_level=False), deff=deff)
    return shown.per_cent, shown.ends, effective(n, deff)


def _effects(blocks: list[tuple[int, int]]) -> Effects:
    """Of one officer, whose office has another one with uneven weeks."""
    others = _spread([(20, 11), (20, 19)] * 6)
    spreads = {
        Whose("", "101", 5): _spread(blocks),
        Whose("", "102", 5): others,
    }
    return Effects({OCTOBER[0]: spreads}, date(2025, 11, 1), TODAY)


def _spread(blocks: list[tuple[int, int]]) -> Spread:
    return Spread(
        n=sum(n for n, _ in blocks),
        satisfied=sum(k for _, k in blocks),
        nn=sum(n * n for n, _ in blocks),
        nk=sum(n * k for n, k in blocks),
        kk=sum(k * k for _, k in blocks),
        blocks=len(blocks),
    )
