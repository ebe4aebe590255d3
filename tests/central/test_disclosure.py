"""What may be shown: the rule of ten, and an attacker who adds and subtracts."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.central.disclosure import (
    NAMELESS,
    TABLES_WAIT,
    Beside,
    Block,
    Counts,
    DayCount,
    WeekEnd,
    newest_quarter,
    next_blocks,
    next_publication,
    public_days,
    public_week_ends,
    publication_day,
    published_quarters,
    quarter_of,
    total,
    week_end,
    withheld_rows,
)
from sync.central.measures import (
    AT_LEAST,
    AT_MOST,
    Interval,
    Reading,
    Result,
    levels_shown,
    points_of,
    result,
    sample_of,
    satisfied_of,
    shown_ends,
    shown_rate,
    student,
    wilson,
)

MONDAY = date(2026, 10, 5)
_counts = st.tuples(*[st.integers(0, 4)] * 5)
_days = st.lists(
    st.builds(DayCount, st.integers(0, 60).map(lambda n: MONDAY + timedelta(days=n)), _counts),
    max_size=40,
)


def grown(days: list[DayCount], today: date) -> list[Block]:
    """Blocks as they came to be, published week by week."""
    blocks: list[Block] = []
    look = MONDAY
    while look <= today:
        blocks += next_blocks(blocks, [d for d in days if d.day < look], look)
        look += timedelta(days=1)
    return blocks


@given(_days)
def test_every_block_has_at_least_ten_and_whole_weeks(days: list[DayCount]) -> None:
    for block in grown(days, MONDAY + timedelta(days=80)):
        assert block.n >= 10
        assert block.last_day == week_end(block.last_day)


@given(_days)
def test_publishing_again_adds_nothing(days: list[DayCount]) -> None:
    today = MONDAY + timedelta(days=70)
    blocks = next_blocks([], days, today)
    assert next_blocks(blocks, days, today) == []


@given(_days, _days)
def test_what_arrives_late_never_changes_a_block_and_is_never_lost(
    days: list[DayCount], late: list[DayCount]
) -> None:
    before = next_blocks([], days, MONDAY + timedelta(days=40))
    last = DayCount(MONDAY + timedelta(days=62), (2, 2, 2, 2, 2))
    everything = [*days, *late, last]
    after = before + next_blocks(before, everything, MONDAY + timedelta(days=90))
    assert after[: len(before)] == before
    assert [b.number for b in after] == list(range(1, len(after) + 1))
    assert total(after) == tuple(sum(d.counts[i] for d in everything) for i in range(5))


def corrected(days: list[DayCount], moves: list[tuple[int, int, int]]) -> list[DayCount]:
    """Days of which some ratings are of another level than before."""
    counts = [list(day.counts) for day in days]
    for number, old, new in moves:
        if days and counts[number % len(days)][old]:
            counts[number % len(days)][old] -= 1
            counts[number % len(days)][new] += 1
    pairs = zip(days, counts, strict=True)
    return [DayCount(day.day, (n[0], n[1], n[2], n[3], n[4])) for day, n in pairs]


_level = st.integers(0, 4)


@given(_days, st.lists(st.tuples(st.integers(0, 39), _level, _level), max_size=12))
def test_what_corrections_took_is_made_up_level_by_level_in_blocks_of_ten(
    days: list[DayCount], moves: list[tuple[int, int, int]]
) -> None:
    before = next_blocks([], days, MONDAY + timedelta(days=40))
    last = DayCount(MONDAY + timedelta(days=62), (9, 9, 9, 9, 9))
    raw = [*corrected(days, moves), last]
    fresh = next_blocks(before, raw, MONDAY + timedelta(days=90))
    assert all(block.n >= 10 and min(block.counts) >= 0 for block in fresh)
    of_days = [sum(day.counts[level] for day in raw) for level in range(5)]
    pairs = zip(total(before), of_days, strict=True)
    assert total([*before, *fresh]) == tuple(max(pair) for pair in pairs)


@given(st.lists(_days, min_size=1, max_size=3))
def test_no_sum_or_difference_of_published_figures_covers_fewer_than_ten(
    officers: list[list[DayCount]],
) -> None:
    """All an attacker can collect over time: every officer's total at every publication."""
    seen: set[int] = set()
    for days in officers:
        totals: list[Counts] = [(0, 0, 0, 0, 0)]
        for block in grown(days, MONDAY + timedelta(days=80)):
            totals.append(
                total(
                    [Block(number=0, first_day=MONDAY, last_day=MONDAY, counts=totals[-1]), block]
                )
            )
        sizes = [sum(t) for t in totals]
        seen |= {abs(a - b) for a, b in combinations(sizes, 2)}
    assert all(n >= 10 for n in seen if n)


_weeks = st.lists(st.sets(st.sampled_from("abcde"), min_size=1), max_size=14)


def week_ends(weeks: list[set[str]]) -> list[WeekEnd]:
    """Week by week, whose blocks closed; told as the store tells it."""
    return [
        WeekEnd(
            day=MONDAY + timedelta(days=7 * number + 6),
            officers=len(officers),
            some=frozenset({min(officers), max(officers)}),
        )
        for number, officers in enumerate(weeks)
    ]


@given(_weeks)
def test_no_sum_or_difference_that_everybody_reads_is_of_fewer_than_three_officers(
    weeks: list[set[str]],
) -> None:
    """Every span of weeks on every day: what no figure tells apart, some of the weeks' blocks, is
    the least that can be derived."""
    ends = week_ends(weeks)
    figures = set()
    for ended in (MONDAY + timedelta(days=7 * n - 1) for n in range(len(weeks) + 4)):
        public = public_week_ends(ends, ended)
        assert all(end + TABLES_WAIT <= ended for end in public)
        for first, last in combinations([MONDAY, *(end.day for end in ends)], 2):
            if days := public_days(public, first, last):
                figures.add(frozenset(n for n, e in enumerate(ends) if days[0] <= e.day <= days[1]))
    atoms: dict[frozenset[frozenset[int]], set[str]] = defaultdict(set)
    for number, officers in enumerate(weeks):
        atoms[frozenset(figure for figure in figures if number in figure)] |= officers
    atoms.pop(frozenset(), None)
    assert all(len(officers) >= NAMELESS for officers in atoms.values())


def test_a_week_of_three_officers_is_read_by_itself_and_one_of_fewer_waits_for_the_next() -> None:
    every = [{"a", "b", "c"}, {"a"}, {"a"}, {"b"}, {"c", "d"}, {"a", "b", "c", "d"}, {"e"}]
    ends = week_ends(every)
    days = [end.day for end in ends]
    public = public_week_ends(ends, days[-1] + TABLES_WAIT)
    assert public == [days[0], days[4], days[5]]
    assert public_days(public, days[1], days[3]) is None
    assert public_days(public, days[4], days[4]) == (days[0] + timedelta(days=1), days[4])
    assert public_days(public, days[5], days[6]) == (days[4] + timedelta(days=1), days[5])


_any_day = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(_any_day, st.integers(0, 800), _any_day)
def test_tables_cover_whole_quarters_that_are_over_for_two_weeks(
    first: date, days: int, today: date
) -> None:
    last, ended = first + timedelta(days=days), week_end(today) - timedelta(days=7)
    span = published_quarters(first, last, ended)
    near = newest_quarter(last, ended)
    assert near is not None
    assert publication_day(near[1]) <= ended
    if span is None:
        assert near[0] < first or near[1] > last, "no quarter of this span is published"
        return
    begin, end = span
    assert quarter_of(begin)[0] == begin >= first
    assert quarter_of(end)[1] == end <= last
    assert publication_day(end) <= ended
    assert end + timedelta(days=14) <= ended
    following = quarter_of(end + timedelta(days=1))[1]
    assert following > last or publication_day(following) > ended, "the newest"


def test_no_clock_and_no_span_is_too_far_off_for_tables() -> None:
    assert published_quarters(date(1, 1, 1), date(1, 2, 1), MONDAY) is None
    assert published_quarters(date(9999, 12, 1), date(9999, 12, 31), MONDAY) is None
    assert newest_quarter(date(9999, 12, 31), MONDAY) == (date(2026, 4, 1), date(2026, 6, 30))
    assert newest_quarter(MONDAY, date(1, 1, 7)) is None
    assert published_quarters(MONDAY, MONDAY, date(1, 1, 7)) is None


@pytest.mark.parametrize(
    ("last", "sunday"),
    [
        (date(2026, 10, 1), date(2027, 1, 17)),
        (date(2026, 12, 31), date(2027, 1, 17)),
        (date(2027, 2, 1), date(2027, 4, 18)),
        (date(2028, 9, 30), date(2028, 10, 15)),
    ],
)
def test_a_quarters_tables_are_told_after_the_second_week_end_that_follows(
    last: date, sunday: date
) -> None:
    assert publication_day(last) == sunday
    begin, end = quarter_of(last)
    assert published_quarters(begin, end, sunday) == (begin, end)
    week_before = sunday - timedelta(days=7)
    assert published_quarters(begin, end, week_before) is None
    assert newest_quarter(end, week_before) == quarter_of(begin - timedelta(days=1))


@given(st.integers(0, 1500))
def test_more_tables_come_on_the_day_that_was_said_and_on_none_before(weeks: int) -> None:
    ended = week_end(MONDAY) + timedelta(weeks=weeks)
    day = next_publication(ended)
    ever = (date(2000, 1, 1), date(2099, 12, 31))
    assert (
        published_quarters(*ever, ended)
        == published_quarters(*ever, day - timedelta(days=8))
        != published_quarters(*ever, day - timedelta(days=1))
    )
    assert day.weekday() == 0


def test_a_broken_quarter_at_either_end_of_a_span_is_not_told() -> None:
    ended = date(2027, 10, 31)
    assert published_quarters(date(2026, 10, 1), date(2027, 9, 30), ended) == (
        date(2026, 10, 1),
        date(2027, 9, 30),
    )
    assert published_quarters(date(2026, 10, 2), date(2027, 9, 29), ended) == (
        date(2027, 1, 1),
        date(2027, 6, 30),
    )


def test_a_withheld_row_takes_others_along_until_the_total_tells_of_a_hundred() -> None:
    assert withheld_rows({"a": 100, "b": 300}, 100) == frozenset()
    assert withheld_rows({"a": 99, "b": 300}, 100) == {"a", "b"}
    assert withheld_rows({"a": 99, "b": 100, "c": 101}, 100) == {"a", "b"}
    assert withheld_rows({"a": 1, "b": 100, "c": 100}, 100) == {"a", "b"}, "the first of equal ones"
    assert withheld_rows({"a": 50, "b": 50, "c": 100}, 100) == {"a", "b"}
    assert withheld_rows({"a": 98, "b": 1, "c": 100}, 100) == {"a", "b", "c"}
    assert withheld_rows({"a": 130, "b": 20, "c": 240}, 200) == {"a", "b", "c"}
    assert withheld_rows({}, 100) == frozenset()


@pytest.mark.parametrize(
    ("satisfied", "n", "low", "high"),
    [(7, 7, 64.6, 100), (6, 7, 48.7, 97.4), (27, 30, 74.4, 96.5), (90, 100, 82.6, 94.5)],
)
def test_wilson_agrees_with_published_values(
    satisfied: int, n: int, low: float, high: float
) -> None:
    interval = wilson(satisfied, n)
    assert (round(interval.low * 100, 1), round(interval.high * 100, 1)) == (low, high)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_the_rate_and_stays_a_share(case: tuple[int, int]) -> None:
    satisfied, n = case
    interval = wilson(satisfied, n)
    assert 0 <= interval.low <= satisfied / n + 1e-12
    assert satisfied / n - 1e-12 <= interval.high <= 1


def of(dissatisfied: int, satisfied: int) -> Result:
    return result(sample_of(5, (0, dissatisfied, 0, 0, satisfied)))


def test_below_ten_nothing_is_said_and_below_thirty_not_compared() -> None:
    assert of(0, 9).rate is None
    assert of(0, 9).n == 0
    assert of(4, 8).reading is Reading.NOT_ENOUGH_TO_COMPARE
    assert of(10, 20).reading is Reading.WITH_INTERVAL


@pytest.mark.parametrize("n", [10, 11, 29, 72, 73, 1000, 10_007])
def test_where_nearly_all_agree_a_bound_is_shown_that_is_true_and_hides_who_differs(n: int) -> None:
    for agree, others in ((AT_LEAST, 0), (AT_MOST, n)):
        shown = {of(abs(others - few), n - abs(others - few)) for few in (0, 1, 2)}
        [one] = shown
        assert one.bound == agree
        assert (one.interval, one.mean, one.mean_interval) == (None, None, None)
        assert not one.places
        for few in (0, 1, 2):
            truth = 100 * (n - abs(others - few)) / n
            assert one.per_cent is not None
            assert one.per_cent <= truth if agree == AT_LEAST else one.per_cent >= truth
    assert not of(3, n - 3).bound
    assert not of(n - 3, 3).bound


def test_a_sum_that_is_a_bound_has_no_part_that_tells_how_many_differ() -> None:
    """Whoever adds or subtracts its parts learns no more: each is a bound too, or too few."""
    for parts in product(((0, 12), (1, 11), (2, 10), (3, 9), (1, 40)), repeat=3):
        whole = of(sum(a for a, _ in parts), sum(b for _, b in parts))
        if whole.bound:
            assert all(of(*part).bound for part in parts)


@given(st.integers(10, 20_000), st.data())
def test_no_rate_is_rounded_to_all_or_nobody_and_no_bound_past_the_truth(
    n: int, data: st.DataObject
) -> None:
    satisfied = data.draw(st.integers(0, n))
    one = of(n - satisfied, satisfied)
    assert one.per_cent is not None
    assert 0 < one.per_cent < 100
    if one.ends and one.interval:
        low, high = one.ends
        assert low <= 100 * one.interval.low + 1e-6
        assert high >= 100 * one.interval.high - 1e-6


def test_decimals_follow_the_interval() -> None:
    assert (of(75, 425).per_cent, of(75, 425).places) == (85, 0)
    assert (of(751, 4249).per_cent, of(751, 4249).places) == (85.0, 1)
    assert of(3, 697).per_cent == 99.6
    assert shown_rate(0.997, 0) == 99
    assert shown_ends(Interval(0.8256, 0.9448), 0) == (82, 95)


def test_a_mean_stands_only_where_the_counts_by_level_may_and_has_an_interval() -> None:
    one = result(sample_of(5, (3, 3, 4, 10, 20)))
    assert one.mean == pytest.approx(75.625)
    assert one.mean_interval is not None
    # By hand: variance 1009.16, t of 39 degrees of freedom 2.0227.
    assert one.mean_interval.low == pytest.approx(75.625 - 2.0227 * (1009.16 / 40) ** 0.5, abs=0.01)
    wider = result(sample_of(5, (3, 3, 4, 10, 20)), deff=2.0)
    assert wider.mean_interval is not None
    assert wider.mean_interval.low < one.mean_interval.low
    assert wider.mean_ends == (60, 91), "60.8 and 90.5: shown no narrower than it is"
    assert result(sample_of(5, (1, 3, 4, 10, 22))).mean is None, "one alone at the worst level"


@pytest.mark.parametrize(("freedom", "t"), [(5, 2.5706), (9, 2.2622), (30, 2.0423), (1000, 1.9623)])
def test_students_quantile_agrees_with_published_values(freedom: int, t: float) -> None:
    assert student(1.959963984540054, freedom) == pytest.approx(t, rel=0.002)


def test_a_design_effect_widens_an_interval_as_fewer_ratings_would() -> None:
    wide = result(sample_of(5, (0, 100, 0, 0, 300)), deff=4.0).interval
    assert wide == wilson(75, 100)


def test_levels_are_shown_only_where_none_has_one_or_two() -> None:
    assert levels_shown((0, 0, 3, 4, 10))
    assert not levels_shown((1, 0, 3, 4, 10))


def test_satisfied_and_points_follow_the_scale() -> None:
    assert satisfied_of(5, (1, 1, 1, 2, 3)) == 5
    assert satisfied_of(3, (1, 1, 4, 0, 0)) == 4
    assert points_of(5, (1, 0, 1, 0, 1)) == 150


def test_flags_travel_with_the_block_whose_ratings_they_mark() -> None:
    monday = date(2026, 11, 2)
    first = DayCount(monday, (0, 0, 0, 0, 12), Beside(suppressed=1, flagged=3))
    later = DayCount(monday + timedelta(days=7), (0, 0, 0, 0, 12), Beside(flagged=1))
    one = next_blocks([], [first], monday + timedelta(days=8))
    two = next_blocks(one, [first, later], monday + timedelta(days=15))
    assert [(b.beside.suppressed, b.beside.flagged) for b in (*one, *two)] == [(1, 3), (0, 1)]
