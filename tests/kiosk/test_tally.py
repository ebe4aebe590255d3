"""Counting: by line and score, merged by addition."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.people import CounterId, OfficerId, ServiceId
from kiosk.domain.rating import Channel, Half, Outcome, ReasonId
from kiosk.domain.tally import Line, Tally
from tests.support.builders import PRASIT, SOMYING, rating

MORNING = Line(
    officer=OfficerId("101"),
    service=ServiceId("general"),
    counter=CounterId("1"),
    half=Half.MORNING,
    channel=Channel.TOUCH,
    levels=5,
)


def test_ratings_are_counted_by_line_and_score() -> None:
    ratings = [rating(5), rating(5), rating(2), rating(5, half=Half.AFTERNOON), rating(1, PRASIT)]
    tally = Tally.of(ratings)
    assert tally.scores[MORNING, 5] == 2
    assert tally.levels(MORNING) == (0, 1, 0, 0, 2)
    assert tally.n == 5
    assert len(tally.lines()) == 3
    assert tally.lines()[0].officer == SOMYING.id
    assert tally.lines() == tuple(sorted(tally.lines()))


def test_a_line_is_of_a_five_level_scale_unless_it_says_so() -> None:
    five = Line(
        officer=MORNING.officer,
        service=MORNING.service,
        counter=MORNING.counter,
        half=Half.MORNING,
        channel=Channel.TOUCH,
    )
    assert five == MORNING
    three = replace(five, levels=3)
    assert Tally(Counter({(three, 3): 4})).levels(three) == (0, 0, 4)


def test_merging_adds_everything() -> None:
    mine, seven = OfficerId("101"), ReasonId("wait")
    one = Tally(
        Counter({(MORNING, 5): 2}),
        Counter({(mine, Outcome.SUPPRESSED): 1}),
        Counter({(mine, seven): 3}),
    )
    two = one.merge(one)
    assert two.scores == Counter({(MORNING, 5): 4})
    assert two.outcomes == Counter({(mine, Outcome.SUPPRESSED): 2})
    assert two.reasons == Counter({(mine, seven): 6})
    assert one.merge(Tally()) == one
    assert Tally().n == 0


_tallies = st.dictionaries(st.integers(1, 5), st.integers(1, 9)).map(
    lambda counts: Tally(Counter({(MORNING, score): n for score, n in counts.items()}))
)


@given(_tallies, _tallies, _tallies)
def test_any_order_and_grouping_gives_the_same(a: Tally, b: Tally, c: Tally) -> None:
    assert a.merge(b).merge(c) == a.merge(b.merge(c)) == c.merge(a).merge(b)
    assert a.merge(b).n == a.n + b.n
