"""An officer's own result of the last closed round, for the officer's eyes at a terminal.

Figures that are published already, as the report's page shows them: sums of whole blocks, and
nothing of weeks that go on. What each says is told by the terminal, in its own words.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from sync.messages.message import Message, Row, check_once
from sync.messages.values import MAX_ROWS, Count, Identifier
from sync.protocol import BadMessage

Tenths = Annotated[int, Meta(ge=0, le=1000)]
"""Of a per cent."""
PerCent = Annotated[int, Meta(ge=-1, le=100)]
"""Whole; -1 where it is not known."""
Bound = Literal["", "at least", "at most", "hidden"]


class OwnResult(Row, frozen=True):
    """`rate` and its interval (`low`, `high`) in tenths of a per cent, with `places` decimals. A
    `bound` has no interval; "hidden": too few ratings, and then all numbers but `n` are 0.
    `response`: of 100 served, how many rated. `weeks_objected`: how many weeks of it an upheld
    objection concerns."""

    officer: Identifier
    n: Count
    bound: Bound
    rate: Tenths
    low: Tenths
    high: Tenths
    places: Annotated[int, Meta(ge=0, le=1)]
    response: PerCent
    weeks_objected: Count


class OwnResults(Message, frozen=True):
    """Of everybody on the roster, in a round that is over; none: the office does not show them."""

    first_day: date
    last_day: date
    results: Annotated[tuple[OwnResult, ...], Meta(max_length=MAX_ROWS)]

    def check(self) -> None:
        check_once("results", (result.officer for result in self.results))
        if self.last_day < self.first_day:
            raise BadMessage("last_day: before first_day")
        for result in self.results:
            is_whole = not result.bound and result.low <= result.rate <= result.high
            if not is_whole and (result.low or result.high):
                raise BadMessage("results: an interval without its rate")
            if result.bound == "hidden" and (result.n or result.rate):
                raise BadMessage("results: a hidden figure that says something")
