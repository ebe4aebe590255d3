"""Published blocks as sums, and their cuts: what every page and paper is made of.

Holds no raw day: a cut is frozen with its block, so that whatever is shown is a sum of blocks.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    extract,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from sync.central.disclosure import BESIDE, Beside, Block, Counts, quarter_of
from sync.central.schema import block_cuts, blocks, site_months
from sync.central.store.days import Scaled
from sync.central.store.unclosed import ONLINE, Cut

_LEVELS = ("n1", "n2", "n3", "n4", "n5")

_ROLLED = tuple(
    site_months.c[name]
    for name in (
        *("levels", *_LEVELS, *BESIDE, "blocks"),
        *("first_day", "last_day"),
    )
)


_CLOSED = and_(
    blocks.c.site == bindparam("site"),
    blocks.c.last_day >= bindparam("first"),
    blocks.c.last_day <= bindparam("last"),
)
_OF = blocks.c.officer.in_(bindparam("officers", expanding=True))
_YEAR, _MONTH = extract("year", blocks.c.last_day), extract("month", blocks.c.last_day)


def _sums(*by: ColumnElement[Any]) -> Select[Any]:
    """Sums of blocks by scale and something more, in `_sum`'s columns."""
    counted = (func.sum(blocks.c[name]) for name in (*_LEVELS, *BESIDE))
    span = (func.count(), func.min(blocks.c.first_day), func.max(blocks.c.last_day))
    return select(*by, blocks.c.levels, *counted, *span).group_by(*by, blocks.c.levels)


# Each page asks these: building a statement takes longer than running it.
_BY_OFFICER = _sums(blocks.c.officer).where(_CLOSED)
_BY_OFFICER_OF = _BY_OFFICER.where(_OF)
_BY_MONTH_OF = _sums(_YEAR, _MONTH).where(_CLOSED, _OF)
_MONTHS = (
    select(site_months.c.month, *_ROLLED)
    .where(
        site_months.c.site == bindparam("site"),
        site_months.c.month >= bindparam("first"),
        site_months.c.month <= bindparam("last"),
    )
    .order_by(site_months.c.month)
)
_EVERY_SITE = select(site_months.c.site, *_ROLLED).where(
    site_months.c.month >= bindparam("first"), site_months.c.month <= bindparam("last")
)
_OFFICERS_BLOCKS = (
    select(
        blocks.c.levels,
        *(blocks.c[name] for name in ("number", "first_day", "last_day", *_LEVELS, *BESIDE)),
    )
    .where(_CLOSED, blocks.c.officer == bindparam("officer"))
    .order_by(blocks.c.last_day, blocks.c.levels)
)


_CUT_KEY = ("site", "officer", "levels", "number")
_QUARTER = case(*((month >= _MONTH, month) for month in (3, 6, 9)), else_=12)
"""By its last month. Told by `case`: databases divide differently."""
_CUTS = (
    select(
        _YEAR,
        _QUARTER,
        *(block_cuts.c.kind, block_cuts.c.what, block_cuts.c.levels),
        *(func.sum(block_cuts.c[name]) for name in _LEVELS),
    )
    .join(blocks, and_(*(block_cuts.c[name] == blocks.c[name] for name in _CUT_KEY)))
    .where(_CLOSED, blocks.c.officer != ONLINE)
    .group_by(_YEAR, _QUARTER, block_cuts.c.kind, block_cuts.c.what, block_cuts.c.levels)
)


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of some whole blocks on one scale."""

    levels: int
    counts: Counts
    beside: Beside
    blocks: int
    first_day: date
    last_day: date


class PublishedBlocks:
    def __init__(self, connection: Connection, site: str) -> None:
        self._connection, self._site = connection, site
        self._insert = (
            postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        )

    # --- sums ------------------------------------------------------------------------------

    def by_officer(
        self, first: date, last: date, officers: Collection[str] | None = None
    ) -> dict[str, list[Sum]]:
        """Blocks that closed from `first` to `last`, summed by officer; the online questionnaire
        under ONLINE."""
        asked: dict[str, object] = {"site": self._site, "first": first, "last": last}
        query = _BY_OFFICER
        if officers is not None:
            query, asked["officers"] = _BY_OFFICER_OF, list(officers)
        found: dict[str, list[Sum]] = defaultdict(list)
        for officer, *rest in self._connection.execute(query, asked):
            found[officer].append(_sum(rest))
        return dict(found)

    def by_month(
        self, first: date, last: date, officers: Collection[str] | None = None
    ) -> dict[date, list[Sum]]:
        """The same by the month (its first day) in which blocks closed, without the online
        questionnaire; the whole office's from the rollup."""
        if officers is None:
            return self._months(first, last)
        asked = {"site": self._site, "first": first, "last": last, "officers": list(officers)}
        found: dict[date, list[Sum]] = defaultdict(list)
        for at_year, at_month, *rest in self._connection.execute(_BY_MONTH_OF, asked):
            found[date(int(at_year), int(at_month), 1)].append(_sum(rest))
        return dict(sorted(found.items()))

    def _months(self, first: date, last: date) -> dict[date, list[Sum]]:
        asked = {"site": self._site, "first": first.replace(day=1), "last": last}
        found: dict[date, list[Sum]] = defaultdict(list)
        for month, *rest in self._connection.execute(_MONTHS, asked):
            found[month].append(_sum(rest))
        return dict(found)

    def office(self, first: date, last: date) -> list[Sum]:
        """The office's blocks that closed in whole months, from the rollup."""
        return [s for sums in self._months(first, last).values() for s in sums]

    def every_site(self, first: date, last: date) -> dict[str, list[Sum]]:
        """The same of each site, this one's and all others'."""
        asked = {"first": first.replace(day=1), "last": last}
        found: dict[str, list[Sum]] = defaultdict(list)
        for site, *rest in self._connection.execute(_EVERY_SITE, asked):
            found[site].append(_sum(rest))
        return dict(found)

    def roll_up(self, levels: int, block: Block) -> None:
        """Add a block that was just published to its month."""
        counts = dict(zip(_LEVELS, block.counts, strict=True))
        beside = {name: getattr(block.beside, name) for name in BESIDE}
        added = {**counts, **beside, "blocks": 1}
        key = {"site": self._site, "month": block.last_day.replace(day=1), "levels": levels}
        statement = self._insert(site_months).values(
            **key, **added, first_day=block.first_day, last_day=block.last_day
        )
        old, new = site_months.c, statement.excluded
        changed: dict[str, Any] = {name: old[name] + new[name] for name in added}
        changed["first_day"] = case(
            (new.first_day < old.first_day, new.first_day), else_=old.first_day
        )
        changed["last_day"] = case((new.last_day > old.last_day, new.last_day), else_=old.last_day)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=list(key), set_=changed)
        )

    def rollup_agrees(self) -> bool:
        """Whether the rollup is the sum of the blocks, for verify."""
        where = and_(blocks.c.site == self._site, blocks.c.officer != ONLINE)
        query = _sums(_YEAR, _MONTH).where(where)
        summed = {
            (date(int(y), int(m), 1), *rest) for y, m, *rest in self._connection.execute(query)
        }
        rolled = select(site_months.c.month, *_ROLLED).where(site_months.c.site == self._site)
        plain = {(row[0], *row[1:]) for row in self._connection.execute(rolled)}
        return {_flat(row) for row in summed} == {_flat(row) for row in plain}

    def of_officer(self, officer: str, first: date, last: date) -> list[tuple[int, Block]]:
        """One officer's blocks with the levels of their scale, oldest first."""
        asked = {"site": self._site, "first": first, "last": last, "officer": officer}
        found = []
        for levels, number, start, end, *n in self._connection.execute(_OFFICERS_BLOCKS, asked):
            beside = Beside(*n[len(_LEVELS) :])
            found.append(
                (
                    levels,
                    Block(
                        number=number,
                        first_day=start,
                        last_day=end,
                        counts=_counts(n[: len(_LEVELS)]),
                        beside=beside,
                    ),
                )
            )
        return found

    def has_block(self, officer: str, levels: int, number: int) -> bool:
        query = select(blocks.c.number).where(
            blocks.c.site == self._site,
            blocks.c.officer == officer,
            blocks.c.levels == levels,
            blocks.c.number == number,
        )
        return self._connection.execute(query).first() is not None

    # --- cuts ------------------------------------------------------------------------------

    def cuts(self, span: tuple[date, date] | None) -> dict[date, dict[Cut, dict[int, Counts]]]:
        """Sums of the cuts of the office's blocks by quarter (its last day) and scale; `span`:
        whole quarters."""
        found: dict[date, dict[Cut, dict[int, Counts]]] = defaultdict(lambda: defaultdict(dict))
        if span is None:
            return found
        asked = {"site": self._site, "first": span[0], "last": span[1]}
        for year, month, kind, what, levels, *n in self._connection.execute(_CUTS, asked):
            quarter = quarter_of(date(int(year), int(month), 1))[1]
            found[quarter][kind, what][levels] = _counts(n)
        return found

    def freeze_cuts(self, whose: Scaled, block: Block, due: Mapping[Cut, Counts]) -> None:
        """Keep with `block` what is `due` of each cut."""
        key = {"site": self._site, "officer": whose.officer, "levels": whose.levels}
        rows = [
            {**key, "number": block.number, "kind": kind, "what": what}
            | dict(zip(_LEVELS, counts, strict=True))
            for (kind, what), counts in due.items()
        ]
        if rows:
            self._connection.execute(self._insert(block_cuts).on_conflict_do_nothing(), rows)


def _sum(row: Sequence[Any]) -> Sum:
    levels, *numbers, first, last = row
    n1, n2, n3, n4, n5, *beside, count = map(int, numbers)
    span = (_day(first), _day(last))
    return Sum(int(levels), (n1, n2, n3, n4, n5), Beside(*beside), count, *span)


def _flat(row: Sequence[Any]) -> tuple[str, ...]:
    """As text: one database sums to Decimal, and keeps days as days; the other does neither."""
    return tuple(str(value) for value in row)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _counts(n: Sequence[Any]) -> Counts:
    a, b, c, d, e = map(int, n)
    return (a, b, c, d, e)
