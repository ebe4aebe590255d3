"""How alike the ratings of one published block are: what a design effect is made of.

Sums over whole blocks of `blocks`, which `blocks.py` writes; nobody is shown them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, func, literal_column, select

from sync.central.schema import blocks
from sync.central.store.block_columns import (
    BLOCK_SQUARES,
    MONTH,
    OF_COUNTERS,
    SATISFIED,
    YEAR,
    N,
)
from sync.central.store.room import Room

_NAMES = ("n", "satisfied", *BLOCK_SQUARES, "blocks")
_COLUMNS = (N, SATISFIED, *BLOCK_SQUARES.values(), literal_column("1"))
"""Of a block, by the names that they have in Spread."""
_WHOSE = (blocks.c.section, blocks.c.officer, blocks.c.levels)
_CLOSED = and_(
    blocks.c.last_day >= bindparam("first"), blocks.c.last_day <= bindparam("last"), OF_COUNTERS
)
_BY_MONTH = (
    select(*_WHOSE, YEAR, MONTH, *map(func.sum, _COLUMNS))
    .where(blocks.c.site == bindparam("site"), _CLOSED)
    .group_by(*_WHOSE, YEAR, MONTH)
)
_SINCE = blocks.c.last_day >= bindparam("since")
_OF_SITES = (
    select(
        blocks.c.site,
        *_WHOSE,
        *map(func.sum, _COLUMNS),
        *(func.sum(case((_SINCE, column), else_=0)) for column in _COLUMNS),
    )
    .where(blocks.c.site.in_(bindparam("sites", expanding=True)), _CLOSED)
    .group_by(blocks.c.site, *_WHOSE)
)


class Whose(NamedTuple):
    """Blocks that belong together: of one officer, in one section, on one scale."""

    section: str
    officer: str
    levels: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Of some whole blocks: how many; their ratings and the satisfied ones. Over the blocks, `nn`,
    `nk`, `kk`: the sums of n times n, of n times satisfied, of satisfied times satisfied."""

    n: int = 0
    satisfied: int = 0
    nn: int = 0
    nk: int = 0
    kk: int = 0
    blocks: int = 0

    def __add__(self, other: "Spread") -> "Spread":
        return self._with(other, 1)

    def __sub__(self, other: "Spread") -> "Spread":
        return self._with(other, -1)

    def _with(self, other: "Spread", sign: int) -> "Spread":
        return Spread(
            n=self.n + sign * other.n,
            satisfied=self.satisfied + sign * other.satisfied,
            nn=self.nn + sign * other.nn,
            nk=self.nk + sign * other.nk,
            kk=self.kk + sign * other.kk,
            blocks=self.blocks + sign * other.blocks,
        )


MonthSpreads = Mapping[date, Mapping[Whose, Spread]]
"""By the month (its first day) in which blocks closed."""


@dataclass(frozen=True, slots=True)
class SiteSpreads:
    """Of one office's blocks: those of a span, and those of the year that ends with it."""

    of_span: Mapping[Whose, Spread]
    of_year: Mapping[Whose, Spread]


class Spreads(Room):
    def by_month(self, first: date, last: date) -> MonthSpreads:
        """Of blocks that closed from `first` to `last`, without the online questionnaire."""
        asked = {"site": self._site, "first": first, "last": last}
        spreads: dict[date, dict[Whose, Spread]] = defaultdict(dict)
        for section, officer, levels, year, month, *numbers in self._connection.execute(
            _BY_MONTH, asked
        ):
            whose = Whose(section=section, officer=officer, levels=int(levels))
            spreads[date(int(year), int(month), 1)][whose] = _spread(numbers)
        return spreads

    def of_sites(
        self, chosen: Sequence[str], first: date, year: tuple[date, date]
    ) -> dict[str, SiteSpreads]:
        """Of each of these sites, whichever this one is: the year, and its part from `first` on."""
        asked = {"sites": list(chosen), "since": first, "first": year[0], "last": year[1]}
        of_span: dict[str, dict[Whose, Spread]] = defaultdict(dict)
        of_year: dict[str, dict[Whose, Spread]] = defaultdict(dict)
        for site, section, officer, levels, *numbers in self._connection.execute(_OF_SITES, asked):
            whose = Whose(section=section, officer=officer, levels=int(levels))
            of_year[site][whose] = _spread(numbers[: len(_NAMES)])
            of_span[site][whose] = _spread(numbers[len(_NAMES) :])
        return {
            site: SiteSpreads(of_span=of_span[site], of_year=spreads)
            for site, spreads in of_year.items()
        }


def _spread(numbers: Sequence[Any]) -> Spread:
    """PostgreSQL sums to Decimal."""
    return Spread(**dict(zip(_NAMES, map(int, numbers), strict=True)))
