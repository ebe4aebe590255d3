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
    case,
    extract,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from sync.central.disclosure import BESIDE, NONE, Beside, Block, Counts
from sync.central.schema import block_cuts, blocks, day_counts, day_lines, site_months, sites
from sync.central.store.days import Scaled

ONLINE = "@online"
"""Stands in the officer's column for the online questionnaire: no officer's id starts so."""
_LEVELS = ("n1", "n2", "n3", "n4", "n5")

_ROLLED = tuple(
    site_months.c[name]
    for name in (
        *("levels", *_LEVELS, *BESIDE, "blocks"),
        *("first_day", "last_day"),
    )
)

Cut = tuple[str, str]
"""A kind (service, counter, half, channel, reason) and which one."""


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
        where = self._closed(first, last)
        if officers is not None:
            where = and_(where, blocks.c.officer.in_(officers))
        query = self._sums(blocks.c.officer).where(where)
        found: dict[str, list[Sum]] = defaultdict(list)
        for officer, *rest in self._connection.execute(query.group_by(blocks.c.officer)):
            found[officer].append(_sum(rest))
        return dict(found)

    def by_month(
        self, first: date, last: date, officers: Collection[str] | None = None
    ) -> dict[date, list[Sum]]:
        """The same by the month (its first day) in which blocks closed, without the online
        questionnaire; the whole office's from the rollup."""
        if officers is None:
            return self._months(first, last)
        year = extract("year", blocks.c.last_day)
        month = extract("month", blocks.c.last_day)
        where = and_(self._closed(first, last), blocks.c.officer.in_(officers))
        query = self._sums(year, month).where(where).group_by(year, month)
        found: dict[date, list[Sum]] = defaultdict(list)
        for at_year, at_month, *rest in self._connection.execute(query):
            found[date(int(at_year), int(at_month), 1)].append(_sum(rest))
        return dict(sorted(found.items()))

    def _months(self, first: date, last: date) -> dict[date, list[Sum]]:
        query = (
            select(site_months.c.month, *_ROLLED)
            .where(
                site_months.c.site == self._site,
                site_months.c.month >= first.replace(day=1),
                site_months.c.month <= last,
            )
            .order_by(site_months.c.month)
        )
        found: dict[date, list[Sum]] = defaultdict(list)
        for month, *rest in self._connection.execute(query):
            found[month].append(_sum(rest))
        return dict(found)

    def office(self, first: date, last: date) -> list[Sum]:
        """The office's blocks that closed in whole months, from the rollup."""
        return [s for sums in self._months(first, last).values() for s in sums]

    def every_site(self, first: date, last: date) -> dict[str, list[Sum]]:
        """The same of each site, this one's and all others'."""
        query = select(site_months.c.site, *_ROLLED).where(
            site_months.c.month >= first.replace(day=1), site_months.c.month <= last
        )
        found: dict[str, list[Sum]] = defaultdict(list)
        for site, *rest in self._connection.execute(query):
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
        year, month = extract("year", blocks.c.last_day), extract("month", blocks.c.last_day)
        where = and_(blocks.c.site == self._site, blocks.c.officer != ONLINE)
        query = self._sums(year, month).where(where).group_by(year, month)
        summed = {
            (date(int(y), int(m), 1), *rest) for y, m, *rest in self._connection.execute(query)
        }
        rolled = select(site_months.c.month, *_ROLLED).where(site_months.c.site == self._site)
        plain = {(row[0], *row[1:]) for row in self._connection.execute(rolled)}
        return {_flat(row) for row in summed} == {_flat(row) for row in plain}

    def of_officer(self, officer: str, first: date, last: date) -> list[tuple[int, Block]]:
        """One officer's blocks with the levels of their scale, oldest first."""
        query = (
            select(blocks)
            .where(self._closed(first, last), blocks.c.officer == officer)
            .order_by(blocks.c.last_day, blocks.c.levels)
        )
        found = []
        for row in self._connection.execute(query):
            counts = _counts([getattr(row, name) for name in _LEVELS])
            span = (row.number, row.first_day, row.last_day)
            beside = Beside(*(getattr(row, name) for name in BESIDE))
            found.append((row.levels, Block(*span, counts, beside)))
        return found

    def has_block(self, officer: str, levels: int, number: int) -> bool:
        query = select(blocks.c.number).where(
            blocks.c.site == self._site,
            blocks.c.officer == officer,
            blocks.c.levels == levels,
            blocks.c.number == number,
        )
        return self._connection.execute(query).first() is not None

    def _closed(self, first: date, last: date) -> ColumnElement[bool]:
        return and_(
            blocks.c.site == self._site, blocks.c.last_day >= first, blocks.c.last_day <= last
        )

    def _sums(self, *by: ColumnElement[Any]) -> Select[Any]:
        counted = (func.sum(blocks.c[name]) for name in (*_LEVELS, *BESIDE))
        span = (func.count(), func.min(blocks.c.first_day), func.max(blocks.c.last_day))
        return select(*by, blocks.c.levels, *counted, *span).group_by(blocks.c.levels)

    # --- cuts ------------------------------------------------------------------------------

    def cuts(
        self, first: date, last: date, *, online: bool = False
    ) -> dict[Cut, dict[int, Counts]]:
        """Sums of the cuts of the office's blocks (or the online questionnaire's), by scale."""
        is_online = blocks.c.officer == ONLINE
        query = (
            select(
                block_cuts.c.kind,
                block_cuts.c.what,
                block_cuts.c.levels,
                *(func.sum(block_cuts.c[name]) for name in _LEVELS),
            )
            .join(
                blocks,
                and_(
                    *(
                        block_cuts.c[k] == blocks.c[k]
                        for k in ("site", "officer", "levels", "number")
                    )
                ),
            )
            .where(self._closed(first, last), is_online if online else ~is_online)
            .group_by(block_cuts.c.kind, block_cuts.c.what, block_cuts.c.levels)
        )
        found: dict[Cut, dict[int, Counts]] = defaultdict(dict)
        for kind, what, levels, *n in self._connection.execute(query):
            found[kind, what][levels] = _counts(n)
        return dict(found)

    def known_cuts(self, whose: Scaled, until: date) -> dict[Cut, Counts]:
        """What is known of an officer up to a day, raw, by cut: for `freeze_cuts` alone."""
        found: dict[Cut, Counts] = {}
        mine = (
            day_lines.c.site == self._site,
            day_lines.c.officer == whose.officer,
            day_lines.c.levels == whose.levels,
            day_lines.c.date <= until,
        )
        for kind in ("service", "counter", "half", "channel"):
            column = day_lines.c[kind]
            sums = (func.sum(day_lines.c[name]) for name in _LEVELS)
            query = select(column, *sums).where(*mine).group_by(column)
            for what, *n in self._connection.execute(query):
                found[kind, what] = _counts(n)
        query = (
            select(day_counts.c.what, func.sum(day_counts.c.n))
            .where(
                day_counts.c.site == self._site,
                day_counts.c.officer == whose.officer,
                day_counts.c.kind == "reason",
                day_counts.c.date <= until,
            )
            .group_by(day_counts.c.what)
        )
        for what, count in self._connection.execute(query):
            found["reason", what] = (int(count), 0, 0, 0, 0)
        return found

    def freeze_cuts(self, whose: Scaled, block: Block, known: Mapping[Cut, Counts]) -> None:
        """Keep with `block` what is `known` up to its last day and in no earlier block."""
        mine = and_(
            block_cuts.c.site == self._site,
            block_cuts.c.officer == whose.officer,
            # Reasons are told by officer alone: an office that changes its scale has them once.
            or_(block_cuts.c.levels == whose.levels, block_cuts.c.kind == "reason"),
        )
        sums = (func.sum(block_cuts.c[name]) for name in _LEVELS)
        query = select(block_cuts.c.kind, block_cuts.c.what, *sums).where(mine)
        query = query.group_by(block_cuts.c.kind, block_cuts.c.what)
        shown = {(k, w): _counts(n) for k, w, *n in self._connection.execute(query)}
        rows = []
        for cut, counts in known.items():
            due = [max(0, a - b) for a, b in zip(counts, shown.get(cut, NONE), strict=True)]
            if any(due):
                key = {"kind": cut[0], "what": cut[1], "number": block.number}
                who = {"site": self._site, "officer": whose.officer, "levels": whose.levels}
                rows.append({**who, **key, **dict(zip(_LEVELS, due, strict=True))})
        if rows:
            self._connection.execute(self._insert(block_cuts).on_conflict_do_nothing(), rows)

    # --- when to publish -------------------------------------------------------------------

    def touch(self) -> None:
        """Something came in that blocks may be closed on."""
        self._connection.execute(
            update(sites).where(sites.c.site == self._site, sites.c.touched == 0).values(touched=1)
        )

    def due(self, week_end: date) -> bool:
        """Whether anything came in, or a week ended, since blocks were last closed."""
        query = select(sites.c.touched, sites.c.published).where(sites.c.site == self._site)
        row = self._connection.execute(query).first()
        return row is not None and (
            bool(row.touched) or row.published is None or row.published < week_end
        )

    def done(self, week_end: date) -> None:
        self._connection.execute(
            update(sites).where(sites.c.site == self._site).values(touched=0, published=week_end)
        )


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
