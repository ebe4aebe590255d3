"""By how much two published figures differ, and whether a target is reached."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.central import period as periods
from sync.central.change import (
    BesideTarget,
    Change,
    Direction,
    NotComparable,
    beside_target,
    change,
)
from sync.central.measures import Result, Sample, result
from sync.central.reports.gate.earlier import earlier_spans


def of(satisfied: int, n: int, deff: float = 1.0) -> Result:
    return result(Sample(n=n, satisfied=satisfied), deff=deff)


def test_a_difference_has_the_square_and_add_interval_of_the_figures_shown() -> None:
    """Newcombe 1998, table II, row (a): 56/70 less 48/80 is .20, .0524 to .3339; ours is rounded
    outwards, from ends that are."""
    compared = change(of(56, 70), of(48, 80))
    assert isinstance(compared, Change)
    assert (compared.points, compared.places) == (20, 0)
    assert 4 <= compared.low <= 5.24
    assert 33.39 <= compared.high <= 35
    assert compared.direction is Direction.UP
    back = change(of(48, 80), of(56, 70))
    assert isinstance(back, Change)
    assert (back.points, back.low, back.high) == (-20, -compared.high, -compared.low)
    assert back.direction is Direction.DOWN


def test_unequal_days_make_a_difference_less_sure() -> None:
    sure, unsure = change(of(170, 200), of(150, 200)), change(of(170, 200, 4), of(150, 200, 4))
    assert isinstance(sure, Change)
    assert isinstance(unsure, Change)
    assert (sure.direction, unsure.direction) == (Direction.UP, Direction.UNCLEAR)


@pytest.mark.parametrize(
    ("now", "before", "why"),
    [
        (of(9, 9), of(80, 100), NotComparable.HIDDEN),
        (of(80, 100), of(9, 9), NotComparable.HIDDEN),
        (of(80, 100), of(99, 100), NotComparable.BOUND),
        (of(2, 100), of(80, 100), NotComparable.BOUND),
        (of(80, 100), of(20, 29), NotComparable.FEW),
    ],
)
def test_why_there_is_no_difference(now: Result, before: Result, why: NotComparable) -> None:
    assert change(now, before) is why


def test_a_difference_follows_from_what_is_shown_and_tells_no_more() -> None:
    """Whoever differ by less than the rounding shows are told alike."""
    by_figures: dict[object, set[object]] = {}
    for now, before in product(range(150, 190), repeat=2):
        results = of(now, 200), of(before, 200)
        key = tuple((one.per_cent, one.ends) for one in results)
        by_figures.setdefault(key, set()).add(change(*results))
    assert len(by_figures) < 40 * 40, "some pairs are shown alike"
    assert all(len(changes) == 1 for changes in by_figures.values())


@given(st.integers(10, 400), st.integers(0, 400), st.integers(1, 99))
def test_a_target_that_is_moved_about_tells_no_more_than_the_ends(
    n: int, satisfied: int, target: int
) -> None:
    figure = of(min(satisfied, n), n)
    told = beside_target(figure, target)
    if figure.ends is None:
        assert told in (BesideTarget.REACHED, BesideTarget.MISSED, BesideTarget.OPEN)
        assert (told is BesideTarget.REACHED) == (
            figure.bound == "at least" and (figure.per_cent or 0) >= target
        )
        return
    low, high = figure.ends
    assert told is not None
    assert (told is BesideTarget.REACHED) == (low >= target)
    assert (told is BesideTarget.MISSED) == (high < target)


def test_without_a_target_or_a_figure_nothing_is_said() -> None:
    assert beside_target(of(80, 100), 0) is None
    assert beside_target(of(9, 9), 80) is None


@pytest.mark.parametrize(
    ("code", "before", "year_before"),
    [
        ("fy2027-1", "fy2026-2", "fy2026-1"),
        ("fy2027-q1", "fy2026-q4", "fy2026-q1"),
        ("2027-01", "2026-12", "2026-01"),
        ("fy2027", "fy2026", ""),
    ],
)
def test_a_span_is_compared_with_the_one_before_and_the_same_a_year_ago(
    code: str, before: str, year_before: str
) -> None:
    spans = {which: span.code for which, span in earlier_spans(periods.parse(code)).items()}
    expected = {"before": before, "year_before": year_before}
    assert spans == {which: span for which, span in expected.items() if span}
    assert earlier_spans(periods.parse("fy1900")) == {}
