"""Published blocks and their cuts: written once, and read as they are or as sums.

The only room that writes or reads them. Knows no raw day: a cut is frozen with its block, so that
whatever a page or paper shows is a sum of blocks. What is in no block yet is in `unclosed.py`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql

from sync.central.disclosure import (
    BESIDE,
    ONLINE,
    Beside,
    Block,
    Counts,
    Cut,
    Scaled,
    quarter_of,
    total,
    total_beside,
)
from sync.central.measures import satisfied_of
from sync.central.schema import (
    LEVELS,
    SQUARES,
    block_cuts,
    blocks,
    objection_blocks,
    objections,
    site_months,
    sites,
)
from sync.central.store.block_columns import BLOCK_SQUARES, MONTH, OF_COUNTERS, YEAR, N
from sync.central.store.room import Room, counts_of

MonthCounts = dict[str, dict[date, dict[int, Counts]]]
"""Counts by whose they are, month (its first day) and scale."""
_NUMBERS = (*LEVELS, *BESIDE)
"""Columns that sum up."""
_CLOSED = and_(
    blocks.c.site == bindparam("site"),
    blocks.c.last_day >= bindparam("first"),
    blocks.c.last_day <= bindparam("last"),
)
_OF_OFFICER = blocks.c.officer == bindparam("officer")
_IN_SECTION = and_(blocks.c.section == bindparam("section"), OF_COUNTERS)
_OF = {
    (False, False): _CLOSED,
    (True, False): and_(_CLOSED, _OF_OFFICER),
    (False, True): and_(_CLOSED, _IN_SECTION),
    (True, True): and_(_CLOSED, _OF_OFFICER, _IN_SECTION),
}
"""By whether an officer, and whether a section is asked for."""


def _sums(*by: ColumnElement[Any]) -> Select[Any]:
    """Sums of blocks by scale and something more: the columns of `_sum_of`."""
    totals = (func.sum(blocks.c[name]).label(name) for name in _NUMBERS)
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


# Each page asks these: building a statement takes longer than running it.
_BY_SECTION = _sums(blocks.c.section, blocks.c.officer).where(_CLOSED)
_BY_OFFICER = {asked: _sums(blocks.c.officer).where(of) for asked, of in _OF.items()}
_BY_MONTH = {asked: _sums(YEAR, MONTH).where(of) for asked, of in _OF.items()}
_LEVEL_SUMS = tuple(func.sum(blocks.c[name]).label(name) for name in LEVELS)


def _month_counts(whose: ColumnElement[str]) -> Select[Any]:
    """Counts by section or officer, month and scale: what a small chart needs, and no more."""
    by = (whose, YEAR, MONTH, blocks.c.levels)
    return select(*by, *_LEVEL_SUMS).group_by(*by)


_MONTHS_BY_SECTION = _month_counts(blocks.c.section).where(_CLOSED, OF_COUNTERS)
_MONTHS_BY_OFFICER = _month_counts(blocks.c.officer).where(_CLOSED, _IN_SECTION)
# Without parameters: PostgreSQL groups by what is written, and would not know them as the same.
_NO: ColumnElement[int] = literal_column("0")
_MOST: ColumnElement[int] = literal_column("9")
_OF_TEN: ColumnElement[int] = literal_column("10")
_WAYS = {
    "open": and_(*(blocks.c[name] == _NO for name in ("offered", "answered", "not_offered"))),
    "offered": blocks.c.answered * _OF_TEN >= N * _MOST,
    "best-first": and_(blocks.c.best_first > _NO, blocks.c.worst_first == _NO),
    "worst-first": and_(blocks.c.worst_first > _NO, blocks.c.best_first == _NO),
}
"""How a whole block was asked; of offers, nine of ten of it."""
_BY_WAY = _sums(*(way.label(f"way_{number}") for number, way in enumerate(_WAYS.values()))).where(
    _CLOSED, OF_COUNTERS
)
_ROLLUP = tuple(
    site_months.c[name]
    for name in ("levels", *_NUMBERS, *SQUARES, "blocks", "first_day", "last_day")
)
_MONTHS = (
    select(site_months.c.month, *_ROLLUP)
    .where(
        site_months.c.site == bindparam("site"),
        site_months.c.month >= bindparam("first"),
        site_months.c.month <= bindparam("last"),
    )
    .order_by(site_months.c.month)
)
_IN_MONTHS = and_(
    site_months.c.month >= bindparam("first"), site_months.c.month <= bindparam("last")
)
_SOME_SITES = select(site_months.c.site, *_ROLLUP).where(
    _IN_MONTHS, site_months.c.site.in_(bindparam("sites", expanding=True))
)
_PROVINCES = (
    select(
        sites.c.province,
        site_months.c.levels,
        *(func.sum(site_months.c[name]) for name in (*_NUMBERS, *SQUARES, "blocks")),
        func.min(site_months.c.first_day),
        func.max(site_months.c.last_day),
    )
    .join_from(site_months, sites, sites.c.site == site_months.c.site)
    .where(_IN_MONTHS)
    .group_by(sites.c.province, site_months.c.levels)
)
_BLOCK = tuple(
    blocks.c[name] for name in ("levels", "number", "section", "first_day", "last_day", *_NUMBERS)
)
_BLOCKS_OF_SPAN = (
    select(*_BLOCK).where(_CLOSED, _OF_OFFICER).order_by(blocks.c.last_day, blocks.c.levels)
)
_DAYS = select(blocks.c.officer, blocks.c.first_day, blocks.c.last_day).where(_CLOSED, _IN_SECTION)
_BLOCKS_OF = (
    select(*_BLOCK)
    .where(blocks.c.site == bindparam("site"), blocks.c.officer == bindparam("officer"))
    .order_by(blocks.c.levels, blocks.c.number)
)
_OF_CASES = (
    select(objections.c.case, *_BLOCK)
    .join_from(
        objections,
        objection_blocks,
        and_(*(objection_blocks.c[name] == objections.c[name] for name in ("site", "case"))),
    )
    .join(
        blocks,
        and_(
            blocks.c.site == objections.c.site,
            blocks.c.officer == objections.c.officer,
            blocks.c.levels == objection_blocks.c.levels,
            blocks.c.number == objection_blocks.c.number,
        ),
    )
    .where(
        objections.c.site == bindparam("site"),
        objections.c.case.in_(bindparam("cases", expanding=True)),
    )
    .order_by(objections.c.case, blocks.c.last_day, blocks.c.levels)
)
_CUT_KEY = ("site", "officer", "levels", "number")
# By `case`: databases divide differently.
_QUARTER = case(*((month >= MONTH, month) for month in (3, 6, 9)), else_=12)
"""A quarter of the year by its last month."""
_CUTS = (
    select(
        YEAR,
        _QUARTER.label("month"),
        block_cuts.c.kind,
        block_cuts.c.what,
        block_cuts.c.levels,
        *(func.sum(block_cuts.c[name]).label(name) for name in LEVELS),
    )
    .join(blocks, and_(*(block_cuts.c[name] == blocks.c[name] for name in _CUT_KEY)))
    .where(
        _CLOSED,
        OF_COUNTERS,
        block_cuts.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .group_by(YEAR, _QUARTER, block_cuts.c.kind, block_cuts.c.what, block_cuts.c.levels)
)

_SERVICES = (
    select(
        blocks.c.officer,
        block_cuts.c.what,
        block_cuts.c.levels,
        *(func.sum(block_cuts.c[name]).label(name) for name in LEVELS),
    )
    .join(blocks, and_(*(block_cuts.c[name] == blocks.c[name] for name in _CUT_KEY)))
    .where(_CLOSED, OF_COUNTERS, block_cuts.c.kind == "service")
    .group_by(blocks.c.officer, block_cuts.c.what, block_cuts.c.levels)
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


@dataclass(frozen=True, slots=True)
class BlockEnd:
    """Where an officer's blocks on a scale end: the last one's number and day."""

    number: int
    last_day: date


@cache
def _add_block(insert: Callable[[Table], postgresql.Insert]) -> postgresql.Insert:
    """Tells as well whether the block was there: SQLAlchemy asks PostgreSQL only when told to."""
    return insert(blocks).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


@cache
def _add_to_sums(insert: Callable[[Table], postgresql.Insert]) -> postgresql.Insert:
    """Adds a block to its month's sums, or begins them."""
    statement = insert(site_months)
    old, new = site_months.c, statement.excluded
    changed: dict[str, Any] = {
        name: old[name] + new[name] for name in (*_NUMBERS, *SQUARES, "blocks")
    }
    changed["first_day"] = case((new.first_day < old.first_day, new.first_day), else_=old.first_day)
    changed["last_day"] = case((new.last_day > old.last_day, new.last_day), else_=old.last_day)
    return statement.on_conflict_do_update(index_elements=["site", "month", "levels"], set_=changed)


class Blocks(Room):
    # --- published ---------------------------------------------------------------------------

    def publish(self, whose: Scaled, fresh: Iterable[Block], today: date) -> None:
        """Add blocks, and the office's to the sums of its months; one that is there already stays
        as it is, with the day on which it was published, and stands once in the sums."""
        for block in fresh:
            row = {
                "site": self._site,
                "officer": whose.officer,
                "levels": whose.levels,
                "number": block.number,
                "section": block.section,
                "first_day": block.first_day,
                "last_day": block.last_day,
                "published": today,
                **_numbers(block),
            }
            added = self._connection.execute(_add_block(self._insert), row).rowcount
            if added and whose.officer != ONLINE:
                self._add_to_month(whose.levels, block)

    def freeze_cuts(self, whose: Scaled, block: Block, cuts: Mapping[Cut, Counts]) -> None:
        """Store with `block` what is published of each cut."""
        key = {"site": self._site, "officer": whose.officer, "levels": whose.levels}
        rows = [
            {
                **key,
                "number": block.number,
                "kind": kind,
                "what": what,
                **dict(zip(LEVELS, counts, strict=True)),
            }
            for (kind, what), counts in cuts.items()
        ]
        if rows:
            self._connection.execute(self._insert(block_cuts).on_conflict_do_nothing(), rows)

    def _add_to_month(self, levels: int, block: Block) -> None:
        row = {
            "site": self._site,
            "month": block.last_day.replace(day=1),
            "levels": levels,
            **_numbers(block),
            **_squares(levels, block),
            "blocks": 1,
            "first_day": block.first_day,
            "last_day": block.last_day,
        }
        self._connection.execute(_add_to_sums(self._insert), row)

    # --- as they are -------------------------------------------------------------------------

    def ends(self) -> dict[str, dict[int, BlockEnd]]:
        """Where each officer's blocks end, by scale."""
        query = (
            select(
                blocks.c.officer,
                blocks.c.levels,
                func.max(blocks.c.number).label("number"),
                func.max(blocks.c.last_day).label("last_day"),
            )
            .where(blocks.c.site == self._site)
            .group_by(blocks.c.officer, blocks.c.levels)
        )
        ends: dict[str, dict[int, BlockEnd]] = defaultdict(dict)
        for row in self._connection.execute(query):
            ends[row.officer][row.levels] = BlockEnd(number=row.number, last_day=row.last_day)
        return dict(ends)

    def of(self, officer: str) -> dict[int, list[Block]]:
        """Every block of an officer by scale, oldest first."""
        asked = {"site": self._site, "officer": officer}
        by_scale: dict[int, list[Block]] = defaultdict(list)
        for row in self._connection.execute(_BLOCKS_OF, asked):
            by_scale[row.levels].append(_block_of(row))
        return dict(by_scale)

    def of_officer(self, officer: str, first: date, last: date) -> list[tuple[int, Block]]:
        """An officer's blocks that closed from `first` to `last`, each with the number of levels
        of its scale, oldest first."""
        asked = {"site": self._site, "first": first, "last": last, "officer": officer}
        rows = self._connection.execute(_BLOCKS_OF_SPAN, asked)
        return [(row.levels, _block_of(row)) for row in rows]

    def of_cases(self, cases: Sequence[int]) -> dict[int, list[tuple[int, Block]]]:
        """The blocks that each of these objections is about, by its case: each with the number of
        levels of its scale, oldest first."""
        asked = {"site": self._site, "cases": list(cases)}
        of_cases: dict[int, list[tuple[int, Block]]] = defaultdict(list)
        for row in self._connection.execute(_OF_CASES, asked):
            of_cases[row.case].append((row.levels, _block_of(row)))
        return dict(of_cases)

    def days(self, first: date, last: date, section: str) -> dict[str, list[tuple[date, date]]]:
        """First and last day of each officer's blocks of a section that closed in a span."""
        asked = {"site": self._site, "first": first, "last": last, "section": section}
        days: dict[str, list[tuple[date, date]]] = defaultdict(list)
        for officer, first_day, last_day in self._connection.execute(_DAYS, asked):
            days[officer].append((first_day, last_day))
        return dict(days)

    def sections(self) -> set[str]:
        """In which sections blocks closed."""
        query = select(blocks.c.section).distinct().where(blocks.c.site == self._site)
        return set(self._connection.scalars(query))

    def rename_section(self, before: str, after: str) -> None:
        """A section's blocks stay its own under another name. Nothing else of a block changes."""
        self._connection.execute(
            update(blocks)
            .where(blocks.c.site == self._site, blocks.c.section == before)
            .values(section=after)
        )

    def sections_of(self, officer: str) -> frozenset[str]:
        """In which sections an officer's blocks closed."""
        query = (
            select(blocks.c.section)
            .distinct()
            .where(blocks.c.site == self._site, blocks.c.officer == officer)
        )
        return frozenset(self._connection.scalars(query))

    def published(self, officer: str) -> dict[tuple[int, int], date]:
        """The day on which each block of an officer was published, by scale and number."""
        query = select(blocks.c.levels, blocks.c.number, blocks.c.published).where(
            blocks.c.site == self._site, blocks.c.officer == officer
        )
        rows = self._connection.execute(query)
        return {(row.levels, row.number): row.published for row in rows}

    def cuts_of(self, officer: str) -> dict[tuple[int, Cut], Counts]:
        """What an officer's blocks have of each cut, by scale."""
        totals = (func.sum(block_cuts.c[name]).label(name) for name in LEVELS)
        key = (block_cuts.c.levels, block_cuts.c.kind, block_cuts.c.what)
        query = (
            select(*key, *totals)
            .where(block_cuts.c.site == self._site, block_cuts.c.officer == officer)
            .group_by(*key)
        )
        rows = self._connection.execute(query)
        return {(row.levels, (row.kind, row.what)): counts_of(row) for row in rows}

    # --- sums --------------------------------------------------------------------------------

    def by_section(self, first: date, last: date) -> dict[str, dict[str, list[Sum]]]:
        """Blocks that closed from `first` to `last`, summed by the section in which they closed
        and by officer; the online questionnaire under ONLINE, in no section."""
        asked = {"site": self._site, "first": first, "last": last}
        sums: dict[str, dict[str, list[Sum]]] = defaultdict(lambda: defaultdict(list))
        for section, officer, *columns in self._connection.execute(_BY_SECTION, asked):
            sums[section][officer].append(_sum_of(columns))
        return {section: dict(by_officer) for section, by_officer in sums.items()}

    def by_officer(
        self, first: date, last: date, officer: str | None = None, section: str | None = None
    ) -> dict[str, list[Sum]]:
        """Blocks that closed from `first` to `last`, summed by officer: of one alone, of those that
        closed in a section alone. The online questionnaire stands under ONLINE."""
        asked: dict[str, object] = {"site": self._site, "first": first, "last": last}
        asked |= {"officer": officer, "section": section}
        query = _BY_OFFICER[officer is not None, section is not None]
        sums: dict[str, list[Sum]] = defaultdict(list)
        for whose, *columns in self._connection.execute(query, asked):
            sums[whose].append(_sum_of(columns))
        return dict(sums)

    def by_way(self, first: date, last: date) -> dict[str, list[Sum]]:
        """The office's blocks that closed in a span, by each way in which a whole block was asked:
        open, offered, best-first, worst-first. A block counts in two, or in none."""
        asked = {"site": self._site, "first": first, "last": last}
        sums: dict[str, list[Sum]] = defaultdict(list)
        for row in self._connection.execute(_BY_WAY, asked):
            part = _sum_of(row[len(_WAYS) :])
            for name, asked_so in zip(_WAYS, row, strict=False):
                if asked_so:
                    sums[name].append(part)
        return dict(sums)

    def by_month(
        self, first: date, last: date, officer: str | None = None, section: str | None = None
    ) -> dict[date, list[Sum]]:
        """The same by the month (its first day) in which blocks closed, without the online
        questionnaire; the whole office's from the rollup."""
        if officer is None and section is None:
            return self._months(first, last)
        asked: dict[str, object] = {"site": self._site, "first": first, "last": last}
        asked |= {"officer": officer, "section": section}
        query = _BY_MONTH[officer is not None, section is not None]
        sums: dict[date, list[Sum]] = defaultdict(list)
        for year, month, *columns in self._connection.execute(query, asked):
            sums[date(int(year), int(month), 1)].append(_sum_of(columns))
        return dict(sorted(sums.items()))

    def months_by_section(self, first: date, last: date) -> MonthCounts:
        """Counts by the section and the month in which blocks closed."""
        asked = {"site": self._site, "first": first, "last": last}
        return self._month_counts(_MONTHS_BY_SECTION, asked)

    def months_by_officer(self, first: date, last: date, section: str) -> MonthCounts:
        """The same of each officer's blocks that closed in a section."""
        asked = {"site": self._site, "first": first, "last": last, "section": section}
        return self._month_counts(_MONTHS_BY_OFFICER, asked)

    def _month_counts(self, query: Select[Any], asked: Mapping[str, object]) -> MonthCounts:
        months: MonthCounts = defaultdict(lambda: defaultdict(dict))
        for whose, year, month, levels, *counts in self._connection.execute(query, asked):
            n1, n2, n3, n4, n5 = map(int, counts)
            months[whose][date(int(year), int(month), 1)][int(levels)] = (n1, n2, n3, n4, n5)
        return months

    def office(self, first: date, last: date) -> list[Sum]:
        """The office's blocks that closed in whole months, from the rollup."""
        return [part for parts in self._months(first, last).values() for part in parts]

    def of_sites(self, chosen: Sequence[str], first: date, last: date) -> dict[str, list[Sum]]:
        """The same of each of these sites, whichever this one is."""
        asked = {"first": first.replace(day=1), "last": last, "sites": list(chosen)}
        sums: dict[str, list[Sum]] = defaultdict(list)
        for site, *columns in self._connection.execute(_SOME_SITES, asked):
            sums[site].append(_sum_of(columns))
        return dict(sums)

    def of_provinces(self, first: date, last: date) -> dict[str, list[Sum]]:
        """The same of all sites of each province together; summed by the database."""
        asked = {"first": first.replace(day=1), "last": last}
        sums: dict[str, list[Sum]] = defaultdict(list)
        for province, *columns in self._connection.execute(_PROVINCES, asked):
            sums[province].append(_sum_of(columns))
        return dict(sums)

    def cuts(
        self, span: tuple[date, date] | None, kinds: Sequence[str]
    ) -> dict[date, dict[Cut, dict[int, Counts]]]:
        """Sums of these kinds of cuts of the office's blocks by quarter (its last day) and scale;
        `span`: whole quarters."""
        cuts: dict[date, dict[Cut, dict[int, Counts]]] = defaultdict(lambda: defaultdict(dict))
        if span is None:
            return cuts
        asked = {"site": self._site, "first": span[0], "last": span[1], "kinds": list(kinds)}
        for row in self._connection.execute(_CUTS, asked):
            _, quarter_end = quarter_of(date(int(row.year), int(row.month), 1))
            cuts[quarter_end][row.kind, row.what][row.levels] = counts_of(row)
        return cuts

    def services(self, first: date, last: date) -> dict[str, dict[tuple[str, int], Counts]]:
        """By officer, what blocks that closed from `first` to `last` have of each service and
        scale; without the online questionnaire. Nobody reads it: officers are compared by it."""
        asked = {"site": self._site, "first": first, "last": last}
        counts: dict[str, dict[tuple[str, int], Counts]] = defaultdict(dict)
        for row in self._connection.execute(_SERVICES, asked):
            counts[row.officer][row.what, row.levels] = counts_of(row)
        return dict(counts)

    def first_close(self) -> date | None:
        """When the first block closed; None: there is none."""
        query = select(func.min(blocks.c.last_day)).where(blocks.c.site == self._site)
        first = self._connection.scalar(query)
        return None if first is None else _day(first)

    def _months(self, first: date, last: date) -> dict[date, list[Sum]]:
        asked = {"site": self._site, "first": first.replace(day=1), "last": last}
        sums: dict[date, list[Sum]] = defaultdict(list)
        for month, *columns in self._connection.execute(_MONTHS, asked):
            sums[month].append(_sum_of(columns))
        return dict(sums)

    def rollup_agrees(self) -> bool:
        """Whether the months' sums are the sums of the blocks, for verify."""
        where = and_(blocks.c.site == self._site, OF_COUNTERS)
        summed = set()
        for year, month, *columns in self._connection.execute(_sums(YEAR, MONTH).where(where)):
            summed.add((date(int(year), int(month), 1), _sum_of(columns)))
        query = select(site_months.c.month, *_ROLLUP).where(site_months.c.site == self._site)
        rows = self._connection.execute(query)
        return summed == {(month, _sum_of(columns)) for month, *columns in rows}


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


def _numbers(block: Block) -> dict[str, int]:
    """A block's counts as they stand in _NUMBERS."""
    counts = dict(zip(LEVELS, block.counts, strict=True))
    return counts | {name: getattr(block.beside, name) for name in BESIDE}


def _sum_squares(levels: int, of_scale: Iterable[Block]) -> dict[str, int]:
    each = [_squares(levels, block) for block in of_scale]
    return {name: sum(squares[name] for squares in each) for name in SQUARES}


def _squares(levels: int, block: Block) -> dict[str, int]:
    """What a block adds to sums of squares, as they stand in SQUARES."""
    n, satisfied = block.n, satisfied_of(levels, block.counts)
    return dict(zip(SQUARES, (n * n, n * satisfied, satisfied * satisfied), strict=True))


def _sum_of(columns: Sequence[Any]) -> Sum:
    """Taken apart by place: a page reads hundreds of these."""
    levels, n1, n2, n3, n4, n5, *beside, nn, nk, kk, count, first_day, last_day = columns
    return Sum(
        levels=int(levels),
        counts=(int(n1), int(n2), int(n3), int(n4), int(n5)),
        beside=_beside(beside),
        blocks=int(count),
        first_day=_day(first_day),
        last_day=_day(last_day),
        nn=int(nn),
        nk=int(nk),
        kk=int(kk),
    )


def _block_of(row: Row[Any]) -> Block:
    return Block(
        number=row.number,
        section=row.section,
        first_day=row.first_day,
        last_day=row.last_day,
        counts=counts_of(row),
        beside=_beside([getattr(row, name) for name in BESIDE]),
    )


def _beside(numbers: Sequence[Any]) -> Beside:
    return Beside(**dict(zip(BESIDE, map(int, numbers), strict=True)))


def _day(value: Any) -> date:
    """SQLite answers a minimum of days as text."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))
