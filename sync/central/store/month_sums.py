"""Sums of published blocks by the month in which they closed: of each officer in each section, and
of the office.

They are made of published blocks alone, in the transaction that adds one, and verify makes them
again. A page reads a fifth of the rows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Table, case, cast, func, select, update
from sqlalchemy.dialects import postgresql

from sync.central.disclosure import (
    BESIDE,
    ONLINE,
    Beside,
    Block,
    Counts,
    Scaled,
    total,
    total_beside,
)
from sync.central.measures import satisfied_of
from sync.central.schema import LEVELS, SQUARES, blocks, officer_months, site_months
from sync.central.store.block_columns import BLOCK_SQUARES, MONTH, YEAR
from sync.central.store.room import Room

NUMBERS = (*LEVELS, *BESIDE)
"""Columns that sum up."""
SUM_COLUMNS = ("levels", *NUMBERS, *SQUARES, "blocks", "first_day", "last_day")
"""Columns of both tables that make a Sum, in the order of `sum_from`."""


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of some whole blocks on one scale."""

    levels: int
    counts: Counts
    beside: Beside
    blocks: int
    first_day: date
    last_day: date
    nn: int = 0
    nk: int = 0
    kk: int = 0
    """Sums over the blocks: of n times n, of n times satisfied, of satisfied times satisfied."""

    @property
    def n(self) -> int:
        return sum(self.counts)

    @property
    def satisfied(self) -> int:
        return satisfied_of(self.levels, self.counts)


class MonthSums(Room):
    def add(self, whose: Scaled, block: Block) -> None:
        """Add a block that was just published to the sums of its month."""
        row = {
            "site": self._site,
            "month": block.last_day.replace(day=1),
            "levels": whose.levels,
            **numbers_of(block),
            **_squares(whose.levels, block),
            "blocks": 1,
            "first_day": block.first_day,
            "last_day": block.last_day,
        }
        of_officer = {**row, "section": block.section, "officer": whose.officer}
        self._connection.execute(_add_to(officer_months, self._insert), of_officer)
        if whose.officer != ONLINE:
            self._connection.execute(_add_to(site_months, self._insert), row)

    def rename_section(self, before: str, after: str) -> None:
        """A section's sums stay its own under another name, which is nobody's yet."""
        self._connection.execute(
            update(officer_months)
            .where(officer_months.c.site == self._site, officer_months.c.section == before)
            .values(section=after)
        )

    def agree(self) -> bool:
        """Whether the sums are those of the blocks, for verify."""
        whose = (blocks.c.section, blocks.c.officer)
        query = sums_of_blocks(*whose, YEAR, MONTH).where(blocks.c.site == self._site)
        of_officers = set()
        of_office: dict[tuple[date, int], list[Sum]] = defaultdict(list)
        for section, officer, year, month, *columns in self._connection.execute(query):
            first, part = date(int(year), int(month), 1), sum_from(columns)
            of_officers.add((first, section, officer, part))
            if officer != ONLINE:
                of_office[first, part.levels].append(part)
        whole = {(month, _sum_of(parts)) for (month, _), parts in of_office.items()}
        return self._stored(officer_months, "month", "section", "officer") == of_officers and (
            self._stored(site_months, "month") == whole
        )

    def _stored(self, table: Table, *by: str) -> set[tuple[Any, ...]]:
        columns = (table.c[name] for name in (*by, *SUM_COLUMNS))
        rows = self._connection.execute(select(*columns).where(table.c.site == self._site))
        return {(*row[: len(by)], sum_from(row[len(by) :])) for row in rows}


def sums_of_blocks(*by: ColumnElement[Any]) -> Select[Any]:
    """Sums of blocks by scale and something more: the columns of `sum_from`."""
    totals = (func.sum(blocks.c[name]).label(name) for name in NUMBERS)
    squares = (func.sum(square).label(name) for name, square in BLOCK_SQUARES.items())
    return select(
        *by,
        blocks.c.levels,
        *totals,
        *squares,
        func.count().label("blocks"),
        func.min(blocks.c.first_day).label("first_day"),
        func.max(blocks.c.last_day).label("last_day"),
    ).group_by(*by, blocks.c.levels)


def sums_of_months(*by: ColumnElement[Any]) -> Select[Any]:
    """The same of officers' months."""
    c = officer_months.c
    return select(
        *by,
        c.levels,
        *(cast(func.sum(c[name]), BigInteger).label(name) for name in (*NUMBERS, *SQUARES)),
        func.sum(c.blocks).label("blocks"),
        func.min(c.first_day).label("first_day"),
        func.max(c.last_day).label("last_day"),
    ).group_by(*by, c.levels)


@cache
def _add_to(table: Table, insert: Callable[[Table], postgresql.Insert]) -> postgresql.Insert:
    """Adds a block to its month's sums, or begins them."""
    statement = insert(table)
    old, new = table.c, statement.excluded
    changed: dict[str, Any] = {
        name: old[name] + new[name] for name in (*NUMBERS, *SQUARES, "blocks")
    }
    changed["first_day"] = case((new.first_day < old.first_day, new.first_day), else_=old.first_day)
    changed["last_day"] = case((new.last_day > old.last_day, new.last_day), else_=old.last_day)
    key = [column.name for column in table.primary_key]
    return statement.on_conflict_do_update(index_elements=key, set_=changed)


def sums_of(parts: Iterable[tuple[int, Block]]) -> list[Sum]:
    """The sums of these blocks, each with the number of levels of its scale."""
    by_scale: dict[int, list[Block]] = defaultdict(list)
    for levels, block in parts:
        by_scale[levels].append(block)
    return [
        Sum(
            levels=levels,
            counts=total(of_scale),
            beside=total_beside(of_scale),
            blocks=len(of_scale),
            first_day=min(block.first_day for block in of_scale),
            last_day=max(block.last_day for block in of_scale),
            **_sum_squares(levels, of_scale),
        )
        for levels, of_scale in sorted(by_scale.items())
    ]


def _sum_of(parts: list[Sum]) -> Sum:
    """The sum of sums on one scale."""
    n1, n2, n3, n4, n5 = (sum(counts) for counts in zip(*(p.counts for p in parts), strict=True))
    return Sum(
        levels=parts[0].levels,
        counts=(n1, n2, n3, n4, n5),
        beside=sum((part.beside for part in parts), Beside()),
        blocks=sum(part.blocks for part in parts),
        first_day=min(part.first_day for part in parts),
        last_day=max(part.last_day for part in parts),
        nn=sum(part.nn for part in parts),
        nk=sum(part.nk for part in parts),
        kk=sum(part.kk for part in parts),
    )


def numbers_of(block: Block) -> dict[str, int]:
    """A block's counts as they stand in NUMBERS."""
    counts = dict(zip(LEVELS, block.counts, strict=True))
    return counts | {name: getattr(block.beside, name) for name in BESIDE}


def _sum_squares(levels: int, of_scale: Iterable[Block]) -> dict[str, int]:
    each = [_squares(levels, block) for block in of_scale]
    return {name: sum(squares[name] for squares in each) for name in SQUARES}


def _squares(levels: int, block: Block) -> dict[str, int]:
    """What a block adds to sums of squares, as they stand in SQUARES."""
    n, satisfied = block.n, satisfied_of(levels, block.counts)
    return dict(zip(SQUARES, (n * n, n * satisfied, satisfied * satisfied), strict=True))


def sum_from(columns: Sequence[Any]) -> Sum:
    """Taken apart by place: a page reads hundreds of these."""
    levels, n1, n2, n3, n4, n5, *beside, nn, nk, kk, count, first_day, last_day = columns
    return Sum(
        levels=int(levels),
        counts=(int(n1), int(n2), int(n3), int(n4), int(n5)),
        beside=beside_from(beside),
        blocks=int(count),
        first_day=day_from(first_day),
        last_day=day_from(last_day),
        nn=int(nn),
        nk=int(nk),
        kk=int(kk),
    )


def beside_from(numbers: Sequence[Any]) -> Beside:
    return Beside(**dict(zip(BESIDE, map(int, numbers), strict=True)))


def day_from(value: Any) -> date:
    """SQLite answers a minimum of days as text."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))
