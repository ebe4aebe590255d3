"""Columns of published blocks that several rooms sum: when a block closed, and its ratings."""

from collections.abc import Iterable

from sqlalchemy import BigInteger, ColumnElement, Table, case, cast, extract

from kiosk.domain.scale import LEVELS as SCALES
from sync.central.disclosure import ONLINE
from sync.central.measures import satisfied_of
from sync.central.schema import LEVELS, SQUARES, blocks

YEAR = extract("year", blocks.c.last_day).label("year")
MONTH = extract("month", blocks.c.last_day).label("month")


def ratings_in(table: Table, names: Iterable[str] = LEVELS) -> ColumnElement[int]:
    """A row's ratings of these levels, wide enough to be multiplied."""
    first, *others = (table.c[name] for name in names)
    return cast(sum(others, first), BigInteger)


def satisfied_in(table: Table) -> ColumnElement[int]:
    """A row's satisfied ratings, by its scale."""
    return case(
        *((table.c.levels == levels, _satisfied(table, levels)) for levels in SCALES[:-1]),
        else_=_satisfied(table, SCALES[-1]),
    )


def _satisfied(table: Table, levels: int) -> ColumnElement[int]:
    """The same where the scale has so many levels."""
    each = (tuple(int(name == other) for other in LEVELS) for name in LEVELS)
    return ratings_in(
        table, (name for name, one in zip(LEVELS, each, strict=True) if satisfied_of(levels, one))
    )


N = ratings_in(blocks)
SATISFIED = satisfied_in(blocks)
BLOCK_SQUARES = dict(zip(SQUARES, (N * N, N * SATISFIED, SATISFIED * SATISFIED), strict=True))
OF_COUNTERS = blocks.c.officer != ONLINE
"""All but the online questionnaire."""
