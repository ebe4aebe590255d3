"""Columns of published blocks that several rooms sum: when a block closed, and its ratings."""

from collections.abc import Iterable

from sqlalchemy import BigInteger, ColumnElement, case, cast, extract

from kiosk.domain.scale import LEVELS as SCALES
from sync.central.disclosure import ONLINE
from sync.central.measures import satisfied_of
from sync.central.schema import LEVELS, SQUARES, blocks

YEAR = extract("year", blocks.c.last_day).label("year")
MONTH = extract("month", blocks.c.last_day).label("month")


def _ratings(names: Iterable[str]) -> ColumnElement[int]:
    """A block's ratings of these levels, wide enough to be multiplied."""
    first, *others = (blocks.c[name] for name in names)
    return cast(sum(others, first), BigInteger)


def _satisfied(levels: int) -> ColumnElement[int]:
    """A block's satisfied ratings on a scale of so many levels."""
    each = (tuple(int(name == other) for other in LEVELS) for name in LEVELS)
    return _ratings(
        name for name, one in zip(LEVELS, each, strict=True) if satisfied_of(levels, one)
    )


N = _ratings(LEVELS)
SATISFIED: ColumnElement[int] = case(
    *((blocks.c.levels == levels, _satisfied(levels)) for levels in SCALES[:-1]),
    else_=_satisfied(SCALES[-1]),
)
BLOCK_SQUARES = dict(zip(SQUARES, (N * N, N * SATISFIED, SATISFIED * SATISFIED), strict=True))
OF_COUNTERS = blocks.c.officer != ONLINE
"""All but the online questionnaire."""
