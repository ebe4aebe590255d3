"""Published blocks and their cuts: written once, and read as they are or as sums.

The only room that writes them. Knows no raw day: a cut is frozen with its block, so that whatever
a page or paper shows is a sum of blocks. Their sums are made in `month_sums.py` and
`quarter_cuts.py`. What is in no block yet is in `unclosed.py`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql

from sync.central.disclosure import (
    BESIDE,
    ONLINE,
    Block,
    Counts,
    Cut,
    Scaled,
    WeekEnd,
)
from sync.central.schema import (
    LEVELS,
    SQUARES,
    block_cuts,
    blocks,
    objection_blocks,
    objections,
    officer_months,
    site_months,
    sites,
)
from sync.central.store.block_columns import OF_COUNTERS, N
from sync.central.store.month_sums import (
    NUMBERS,
    SUM_COLUMNS,
    MonthSums,
    Sum,
    beside_from,
    day_from,
    numbers_of,
    sum_from,
    sums_of_blocks,
    sums_of_months,
)
from sync.central.store.quarter_cuts import OF_ITS_BLOCK
from sync.central.store.room import Room, counts_of

MonthCounts = dict[str, dict[date, dict[int, Counts]]]
"""Counts by whose they are, month (its first day) and scale."""
_CLOSED = and_(
    blocks.c.site == bindparam("site"),
    blocks.c.last_day >= bindparam("first"),
    blocks.c.last_day <= bindparam("last"),
)
_OF_OFFICER = blocks.c.officer == bindparam("officer")
_IN_SECTION = and_(blocks.c.section == bindparam("section"), OF_COUNTERS)
_MONTHS_ASKED = and_(
    officer_months.c.site == bindparam("site"),
    officer_months.c.month >= bindparam("first"),
    officer_months.c.month <= bindparam("last"),
)
_MONTHS_OF_OFFICER = officer_months.c.officer == bindparam("officer")
_MONTHS_IN_SECTION = and_(
    officer_months.c.section == bindparam("section"), officer_months.c.officer != ONLINE
)
_MONTHS_OF = {
    (False, False): _MONTHS_ASKED,
    (True, False): and_(_MONTHS_ASKED, _MONTHS_OF_OFFICER),
    (False, True): and_(_MONTHS_ASKED, _MONTHS_IN_SECTION),
    (True, True): and_(_MONTHS_ASKED, _MONTHS_OF_OFFICER, _MONTHS_IN_SECTION),
}
"""By whether an officer, and whether a section is asked for."""


# Each page asks these: building a statement takes longer than running it.
_BY_SECTION = sums_of_months(officer_months.c.section, officer_months.c.officer).where(
    _MONTHS_ASKED
)
_BY_OFFICER = {
    asked: sums_of_months(officer_months.c.officer).where(of) for asked, of in _MONTHS_OF.items()
}
_BY_MONTH = {
    asked: sums_of_months(officer_months.c.month).where(of) for asked, of in _MONTHS_OF.items()
}


def _month_counts(whose: ColumnElement[str]) -> Select[Any]:
    """Counts by section or officer, month and scale: what a small chart needs, and no more."""
    by = (whose, officer_months.c.month, officer_months.c.levels)
    totals = (func.sum(officer_months.c[name]) for name in LEVELS)
    return select(*by, *totals).group_by(*by)


_MONTHS_BY_SECTION = _month_counts(officer_months.c.section).where(
    _MONTHS_ASKED, officer_months.c.officer != ONLINE
)
_MONTHS_BY_OFFICER = _month_counts(officer_months.c.officer).where(
    _MONTHS_ASKED, _MONTHS_IN_SECTION
)
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
_BY_WAY = sums_of_blocks(
    *(way.label(f"way_{number}") for number, way in enumerate(_WAYS.values()))
).where(_CLOSED, OF_COUNTERS)
_OF_DAYS = sums_of_blocks(blocks.c.section, blocks.c.officer).where(_CLOSED, OF_COUNTERS)
_WEEK_ENDS = (
    select(
        blocks.c.last_day,
        func.count(blocks.c.officer.distinct()),
        func.min(blocks.c.officer),
        func.max(blocks.c.officer),
    )
    .where(blocks.c.site == bindparam("site"), blocks.c.last_day >= bindparam("since"), OF_COUNTERS)
    .group_by(blocks.c.last_day)
)
_ROLLUP = tuple(site_months.c[name] for name in SUM_COLUMNS)
_MONTHS = (
    select(site_months.c.month, *_ROLLUP)
    .where(
        site_months.c.site == bindparam("site"),
        site_months.c.month >= bindparam("first"),
        site_months.c.month <= bindparam("last"),
    )
    .order_by(site_months.c.month, site_months.c.levels)
)
_IN_MONTHS = and_(
    site_months.c.month >= bindparam("first"), site_months.c.month <= bindparam("last")
)
_MONTHS_TOGETHER = (
    *(cast(func.sum(site_months.c[name]), BigInteger) for name in (*NUMBERS, *SQUARES, "blocks")),
    func.min(site_months.c.first_day),
    func.max(site_months.c.last_day),
)
_SOME_SITES = (
    select(site_months.c.site, site_months.c.levels, *_MONTHS_TOGETHER)
    .where(_IN_MONTHS, site_months.c.site.in_(bindparam("sites", expanding=True)))
    .group_by(site_months.c.site, site_months.c.levels)
    .order_by(site_months.c.levels)
)
_PROVINCES = (
    select(sites.c.province, site_months.c.levels, *_MONTHS_TOGETHER)
    .join_from(site_months, sites, sites.c.site == site_months.c.site)
    .where(_IN_MONTHS)
    .group_by(sites.c.province, site_months.c.levels)
    .order_by(site_months.c.levels)
)
_BLOCK = tuple(
    blocks.c[name] for name in ("levels", "number", "section", "first_day", "last_day", *NUMBERS)
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
_SERVICES = (
    select(
        blocks.c.officer,
        block_cuts.c.what,
        block_cuts.c.levels,
        *(func.sum(block_cuts.c[name]).label(name) for name in LEVELS),
    )
    .join(blocks, OF_ITS_BLOCK)
    .where(_CLOSED, OF_COUNTERS, block_cuts.c.kind == "service")
    .group_by(blocks.c.officer, block_cuts.c.what, block_cuts.c.levels)
)


@dataclass(frozen=True, slots=True)
class BlockEnd:
    """Where an officer's blocks on a scale end: the last one's number and day."""

    number: int
    last_day: date


@cache
def _add_block(insert: Callable[[Table], postgresql.Insert]) -> postgresql.Insert:
    """Tells as well whether the block was there: SQLAlchemy asks PostgreSQL only when told to."""
    return insert(blocks).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


class Blocks(Room):
    def __init__(self, connection: Connection, site: str) -> None:
        super().__init__(connection, site)
        self._sums = MonthSums(connection, site)

    # --- published ---------------------------------------------------------------------------

    def publish(self, whose: Scaled, fresh: Iterable[Block], today: date) -> None:
        """Add blocks, and to the sums of their months; one that is there already stays
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
                **numbers_of(block),
            }
            added = self._connection.execute(_add_block(self._insert), row).rowcount
            if added:
                self._sums.add(whose, block)

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
        for row in self._connection.execute(query).all():
            ends[row.officer][row.levels] = BlockEnd(number=row.number, last_day=row.last_day)
        return dict(ends)

    def of(self, officer: str) -> dict[int, list[Block]]:
        """Every block of an officer by scale, oldest first."""
        asked = {"site": self._site, "officer": officer}
        by_scale: dict[int, list[Block]] = defaultdict(list)
        for row in self._connection.execute(_BLOCKS_OF, asked).all():
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
        for row in self._connection.execute(_OF_CASES, asked).all():
            of_cases[row.case].append((row.levels, _block_of(row)))
        return dict(of_cases)

    def days(self, first: date, last: date, section: str) -> dict[str, list[tuple[date, date]]]:
        """First and last day of each officer's blocks of a section that closed in a span."""
        asked = {"site": self._site, "first": first, "last": last, "section": section}
        days: dict[str, list[tuple[date, date]]] = defaultdict(list)
        for officer, first_day, last_day in self._connection.execute(_DAYS, asked).all():
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
        self._sums.rename_section(before, after)

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
        asked = self._of_months(first, last)
        sums: dict[str, dict[str, list[Sum]]] = defaultdict(lambda: defaultdict(list))
        for section, officer, *columns in self._connection.execute(_BY_SECTION, asked).all():
            sums[section][officer].append(sum_from(columns))
        return {section: dict(by_officer) for section, by_officer in sums.items()}

    def by_section_of_days(self, first: date, last: date) -> dict[str, dict[str, list[Sum]]]:
        """The same of any days, without the online questionnaire."""
        asked = {"site": self._site, "first": first, "last": last}
        sums: dict[str, dict[str, list[Sum]]] = defaultdict(lambda: defaultdict(list))
        for section, officer, *columns in self._connection.execute(_OF_DAYS, asked).all():
            sums[section][officer].append(sum_from(columns))
        return {section: dict(by_officer) for section, by_officer in sums.items()}

    def week_ends(self, since: date) -> list[WeekEnd]:
        """On which days blocks closed from `since` on; without the online questionnaire."""
        asked = {"site": self._site, "since": since}
        rows = self._connection.execute(_WEEK_ENDS, asked).all()
        return [WeekEnd(day=day, officers=n, some=frozenset(some)) for day, n, *some in rows]

    def by_officer(
        self, first: date, last: date, officer: str | None = None, section: str | None = None
    ) -> dict[str, list[Sum]]:
        """Blocks that closed from `first` to `last`, summed by officer: of one alone, of those that
        closed in a section alone. The online questionnaire stands under ONLINE."""
        asked = self._of_months(first, last, officer=officer, section=section)
        query = _BY_OFFICER[officer is not None, section is not None]
        sums: dict[str, list[Sum]] = defaultdict(list)
        for whose, *columns in self._connection.execute(query, asked).all():
            sums[whose].append(sum_from(columns))
        return dict(sums)

    def by_way(self, first: date, last: date) -> dict[str, list[Sum]]:
        """The office's blocks that closed in a span, by each way in which a whole block was asked:
        open, offered, best-first, worst-first. A block counts in two, or in none."""
        asked = {"site": self._site, "first": first, "last": last}
        sums: dict[str, list[Sum]] = defaultdict(list)
        for row in self._connection.execute(_BY_WAY, asked).all():
            part = sum_from(row[len(_WAYS) :])
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
        asked = self._of_months(first, last, officer=officer, section=section)
        query = _BY_MONTH[officer is not None, section is not None]
        sums: dict[date, list[Sum]] = defaultdict(list)
        for month, *columns in self._connection.execute(query, asked).all():
            sums[month].append(sum_from(columns))
        return dict(sorted(sums.items()))

    def months_by_section(self, first: date, last: date) -> MonthCounts:
        """Counts by the section and the month in which blocks closed."""
        asked = self._of_months(first, last)
        return self._month_counts(_MONTHS_BY_SECTION, asked)

    def months_by_officer(self, first: date, last: date, section: str) -> MonthCounts:
        """The same of each officer's blocks that closed in a section."""
        asked = self._of_months(first, last, section=section)
        return self._month_counts(_MONTHS_BY_OFFICER, asked)

    def _of_months(self, first: date, last: date, **others: object) -> dict[str, object]:
        """What is asked of months' sums: they know whole months alone."""
        if (first.day, (last + timedelta(days=1)).day) != (1, 1):
            raise ValueError(f"{first}–{last}")
        return {"site": self._site, "first": first, "last": last, **others}

    def _month_counts(self, query: Select[Any], asked: Mapping[str, object]) -> MonthCounts:
        months: MonthCounts = defaultdict(lambda: defaultdict(dict))
        for whose, month, levels, *counts in self._connection.execute(query, asked).all():
            n1, n2, n3, n4, n5 = map(int, counts)
            months[whose][month][levels] = (n1, n2, n3, n4, n5)
        return months

    def office(self, first: date, last: date) -> list[Sum]:
        """The office's blocks that closed in whole months, from the rollup."""
        return [part for parts in self._months(first, last).values() for part in parts]

    def of_sites(self, chosen: Sequence[str], first: date, last: date) -> dict[str, list[Sum]]:
        """The same of each of these sites, whichever this one is; its months summed by the
        database."""
        asked = {"first": first.replace(day=1), "last": last, "sites": list(chosen)}
        sums: dict[str, list[Sum]] = defaultdict(list)
        for site, *columns in self._connection.execute(_SOME_SITES, asked).all():
            sums[site].append(sum_from(columns))
        return dict(sums)

    def of_provinces(self, first: date, last: date) -> dict[str, list[Sum]]:
        """The same of all sites of each province together; summed by the database."""
        asked = {"first": first.replace(day=1), "last": last}
        sums: dict[str, list[Sum]] = defaultdict(list)
        for province, *columns in self._connection.execute(_PROVINCES, asked).all():
            sums[province].append(sum_from(columns))
        return dict(sums)

    def services(self, first: date, last: date) -> dict[str, dict[tuple[str, int], Counts]]:
        """By officer, what blocks that closed from `first` to `last` have of each service and
        scale; without the online questionnaire. Nobody reads it: officers are compared by it."""
        asked = {"site": self._site, "first": first, "last": last}
        counts: dict[str, dict[tuple[str, int], Counts]] = defaultdict(dict)
        for row in self._connection.execute(_SERVICES, asked).all():
            counts[row.officer][row.what, row.levels] = counts_of(row)
        return dict(counts)

    def first_close(self) -> date | None:
        """When the first block closed; None: there is none."""
        query = select(func.min(blocks.c.last_day)).where(blocks.c.site == self._site)
        first = self._connection.scalar(query)
        return None if first is None else day_from(first)

    def _months(self, first: date, last: date) -> dict[date, list[Sum]]:
        asked = {"site": self._site, "first": first.replace(day=1), "last": last}
        sums: dict[date, list[Sum]] = defaultdict(list)
        for month, *columns in self._connection.execute(_MONTHS, asked).all():
            sums[month].append(sum_from(columns))
        return dict(sums)


def _block_of(row: Row[Any]) -> Block:
    return Block(
        number=row.number,
        section=row.section,
        first_day=row.first_day,
        last_day=row.last_day,
        counts=counts_of(row),
        beside=beside_from([getattr(row, name) for name in BESIDE]),
    )
