"""Where a block begins and ends, what it counts, and what stands beside it."""

from datetime import date, timedelta

import pytest

from sync.central.disclosure import (
    Beside,
    Block,
    Counts,
    DayCount,
    next_blocks,
    total,
    week_end,
)
from sync.central.measures import levels_shown

MONDAY = date(2026, 11, 2)


def besides(blocks: list[Block]) -> list[tuple[int, int]]:
    return [(block.beside.suppressed, block.beside.flagged) for block in blocks]


def counted(offset: int, n: int, suppressed: int = 0, flagged: int = 0) -> DayCount:
    """`n` ratings of the best level, so many days after MONDAY."""
    return DayCount(
        MONDAY + timedelta(days=offset),
        (0, 0, 0, 0, n),
        Beside(suppressed=suppressed, flagged=flagged),
    )


def spans(blocks: list[Block]) -> list[tuple[int, int, int, int]]:
    """Number, first and last day from MONDAY on, n."""
    return [
        (b.number, (b.first_day - MONDAY).days, (b.last_day - MONDAY).days, b.n) for b in blocks
    ]


def test_a_week_ends_on_its_sunday() -> None:
    for offset in range(7):
        assert week_end(MONDAY + timedelta(days=offset)) == MONDAY + timedelta(days=6)
    assert week_end(MONDAY + timedelta(days=7)) == MONDAY + timedelta(days=13)


def test_a_block_is_whole_weeks_from_monday_to_sunday() -> None:
    today = MONDAY + timedelta(days=60)
    assert spans(next_blocks([], [counted(2, 10)], today)) == [(1, 0, 6, 10)]
    assert spans(next_blocks([], [counted(2, 9)], today)) == []
    weeks = [counted(0, 10), counted(6, 1), counted(7, 11), counted(20, 12)]
    assert spans(next_blocks([], weeks, today)) == [(1, 0, 6, 11), (2, 7, 13, 11), (3, 14, 20, 12)]


def test_a_short_week_rolls_into_the_next_and_an_empty_one_too() -> None:
    today = MONDAY + timedelta(days=60)
    assert spans(next_blocks([], [counted(0, 4), counted(8, 6)], today)) == [(1, 0, 13, 10)]
    assert spans(next_blocks([], [counted(0, 4), counted(22, 6)], today)) == [(1, 0, 27, 10)]


def test_a_week_closes_the_day_after_its_sunday_and_not_before() -> None:
    day = [counted(0, 10)]
    assert next_blocks([], day, MONDAY + timedelta(days=6)) == []
    assert spans(next_blocks([], day, MONDAY + timedelta(days=7))) == [(1, 0, 6, 10)]


def test_what_comes_late_goes_to_the_next_block_with_its_own_days() -> None:
    today = MONDAY + timedelta(days=60)
    first = next_blocks([], [counted(0, 10)], today)
    late = [counted(0, 10), counted(1, 30)]
    assert next_blocks(first, late, today) == [], "thirty late ratings wait for a later week"
    both = next_blocks(first, [*late, counted(9, 1)], today)
    assert spans(both) == [(2, 7, 13, 31)]
    third = next_blocks([*first, *both], [*late, counted(9, 1), counted(29, 15)], today)
    assert spans(third) == [(3, 14, 34, 15)]


def test_published_blocks_are_taken_in_any_order_and_numbered_on() -> None:
    today = MONDAY + timedelta(days=60)
    days = [counted(0, 10), counted(7, 10), counted(14, 10)]
    one, two, three = next_blocks([], days, today)
    assert next_blocks([two, one], days, today) == [three]
    assert next_blocks([one, two, three], days, today) == []


def test_what_stands_beside_a_score_goes_into_the_block_it_was_closed_with() -> None:
    today = MONDAY + timedelta(days=60)
    days = [counted(0, 10, 2, 1), counted(7, 4, 3, 0), counted(14, 6, 1, 5)]
    blocks = next_blocks([], days, today)
    assert besides(blocks) == [(2, 1), (4, 5)]
    more = [counted(0, 10, 4, 1), *days[1:], counted(21, 10, 0, 0)]
    assert besides(next_blocks(blocks, more, today)) == [(2, 0)]
    fewer = [counted(0, 10, 0, 0), *days[1:], counted(21, 10, 0, 0)]
    assert besides(next_blocks(blocks, fewer, today)) == [(0, 0)]


def test_a_level_that_has_fewer_than_were_shown_waits_and_holds_no_other_up() -> None:
    today = MONDAY + timedelta(days=60)
    shown = [
        Block(
            number=1, first_day=MONDAY, last_day=MONDAY + timedelta(days=6), counts=(5, 0, 0, 0, 10)
        )
    ]
    for worst, more in ((4, 0), (5, 0), (16, 11)):
        days = [DayCount(MONDAY, (worst, 0, 0, 0, 30)), counted(8, 30)]
        [block] = next_blocks(shown, days, today)
        assert block.counts == (more, 0, 0, 0, 50)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((0, 0, 0, 0, 0), True),
        ((3, 3, 3, 3, 3), True),
        ((0, 0, 3, 0, 9), True),
        ((2, 3, 3, 3, 3), False),
        ((3, 3, 3, 3, 1), False),
        ((0, 0, 2, 0, 9), False),
    ],
)
def test_levels_are_shown_where_each_that_has_any_has_three(counts: Counts, shown: bool) -> None:
    assert levels_shown(counts) == shown


def test_a_total_is_the_sum_of_its_blocks_level_by_level() -> None:
    end = MONDAY + timedelta(days=6)
    blocks = [
        Block(number=1, first_day=MONDAY, last_day=end, counts=(1, 2, 3, 4, 5)),
        Block(number=2, first_day=MONDAY, last_day=end, counts=(10, 20, 30, 40, 50)),
    ]
    assert total(blocks) == (11, 22, 33, 44, 55)
    assert total([]) == (0, 0, 0, 0, 0)
    assert blocks[1].n == 150


def test_nothing_beside_is_nothing() -> None:
    assert counted(0, 1).beside == Beside()
    bare = DayCount(MONDAY, (0, 0, 0, 0, 1))
    assert bare.beside == Beside()
    block = Block(number=1, first_day=MONDAY, last_day=MONDAY, counts=(0, 0, 0, 0, 1))
    assert block.beside == Beside()


def test_what_is_counted_beside_adds_up_kind_by_kind() -> None:
    one, two = (
        Beside(suppressed=1, flagged=2, offered=3, answered=4, skipped=5, not_offered=6, unasked=7),
        Beside(
            suppressed=10,
            flagged=20,
            offered=30,
            answered=40,
            skipped=50,
            not_offered=60,
            unasked=70,
        ),
    )
    assert one + two == Beside(
        suppressed=11, flagged=22, offered=33, answered=44, skipped=55, not_offered=66, unasked=77
    )
    assert (one + two).since(one) == two
    assert one.since(two) == Beside(), "a report that was put right may have less"
    assert Beside() == Beside(
        suppressed=0, flagged=0, offered=0, answered=0, skipped=0, not_offered=0, unasked=0
    )


def test_services_that_ended_were_offered_or_not_and_what_is_left_of_offers_lapsed() -> None:
    of = Beside(offered=10, answered=4, skipped=3, not_offered=5)
    assert (of.served, of.lapsed) == (15, 3)
    assert Beside(offered=1, answered=2).lapsed == 0, "an answer after midnight of an offer before"
    assert Beside(offered=7, answered=4, skipped=3).lapsed == 0
