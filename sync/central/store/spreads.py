"""How alike the ratings of one published block are: what a design effect is made of.

Sums over whole blocks, by officer and month: `month_sums.py` makes them. Nobody is shown them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import add, sub
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, and_, bindparam, cast, func, select

from sync.central.disclosure import ONLINE
from sync.central.schema import SQUARES, officer_months
from sync.central.store.block_columns import ratings_in, satisfied_in
from sync.central.store.room import Room

_C = officer_months.c
_COLUMNS = (
    ratings_in(officer_months),
    satisfied_in(officer_months),
    *(_C[name] for name in SQUARES),
    _C.blocks,
)
"""Of an officer's month, in the order of Spread."""
_WHOSE = (_C.section, _C.officer, _C.levels)
_MONTHS = and_(_C.month >= bindparam("first"), _C.month <= bindparam("last"), _C.officer != ONLINE)
_BY_MONTH = select(_C.month, *_WHOSE, *_COLUMNS).where(_C.site == bindparam("site"), _MONTHS)
_SINCE = _C.month >= bindparam("since")
_OF_SITES = (
    select(
        _C.site,
        *(cast(func.sum(column), BigInteger) for column in _COLUMNS),
        *(cast(func.sum(column).filter(_SINCE), BigInteger) for column in _COLUMNS),
    )
    .where(_C.site.in_(bindparam("sites", expanding=True)), _MONTHS)
    .group_by(_C.site, *_WHOSE)
)


class Whose(NamedTuple):
    """Blocks that belong together: of one officer, in one section, on one scale."""

    section: str
    officer: str
    levels: int


class Spread(NamedTuple):
    """Of some whole blocks: how many; their ratings and the satisfied ones. Over the blocks, `nn`,
    `nk`, `kk`: the sums of n times n, of n times satisfied, of satisfied times satisfied. A page
    adds thousands."""

    n: int = 0
    satisfied: int = 0
    nn: int = 0
    nk: int = 0
    kk: int = 0
    blocks: int = 0

    def plus(self, other: "Spread") -> "Spread":
        return Spread._make(map(add, self, other))

    def minus(self, other: "Spread") -> "Spread":
        return Spread._make(map(sub, self, other))


_OF_WHOM = len(Whose._fields)
MonthSpreads = Mapping[date, Mapping[Whose, Spread]]
"""By the month (its first day) in which blocks closed."""
MonthRows = tuple[tuple[Any, ...], ...]
"""The same as the database tells it."""


def by_month(rows: MonthRows) -> MonthSpreads:
    spreads: dict[date, dict[Whose, Spread]] = defaultdict(dict)
    for month, *row in rows:
        spreads[month][Whose._make(row[:_OF_WHOM])] = Spread._make(row[_OF_WHOM:])
    return spreads


@dataclass(frozen=True, slots=True)
class SiteSpreads:
    """Of one office's blocks, of each Whose: those of a span, and those of the year that ends with
    it."""

    of_span: Sequence[Spread]
    of_year: Sequence[Spread]


class Spreads(Room):
    def months(self, first: date, last: date) -> MonthRows:
        """Of blocks that closed in the months from `first` to `last`, without the online
        questionnaire: see `by_month`."""
        asked = {"site": self._site, "first": first.replace(day=1), "last": last}
        return tuple(tuple(row) for row in self._connection.execute(_BY_MONTH, asked).all())

    def of_sites(
        self, chosen: Sequence[str], first: date, year: tuple[date, date]
    ) -> dict[str, SiteSpreads]:
        """Of each of these sites, whichever this one is: the year, and its part from `first` on."""
        asked = {
            "sites": list(chosen),
            "since": first.replace(day=1),
            "first": year[0].replace(day=1),
            "last": year[1],
        }
        of_span: dict[str, list[Spread]] = defaultdict(list)
        of_year: dict[str, list[Spread]] = defaultdict(list)
        end = 1 + len(_COLUMNS)
        for row in self._connection.execute(_OF_SITES, asked).all():
            of_year[row[0]].append(Spread._make(row[1:end]))
            if row[end] is not None:
                of_span[row[0]].append(Spread._make(row[end:]))
        return {
            site: SiteSpreads(of_span=of_span[site], of_year=spreads)
            for site, spreads in of_year.items()
        }
