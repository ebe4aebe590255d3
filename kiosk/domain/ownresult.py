"""An officer's published result of the last closed round, as central sent it for the officer."""

from datetime import date
from typing import NamedTuple


class OwnResult(NamedTuple):
    """`rate`, `low` and `high` in tenths of a per cent, with `places` decimals; `bound`: "at least"
    or "at most" the rate, "hidden" for too few. `response`: of 100 served, how many rated; -1: not
    known. `weeks_objected`: how many weeks an upheld objection concerns."""

    first_day: date
    last_day: date
    n: int
    bound: str
    rate: int
    low: int
    high: int
    places: int
    response: int
    weeks_objected: int
