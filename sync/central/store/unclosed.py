"""Of whom something came in that stands in no block yet, and the raw rows blocks are closed on.

For block closing alone: whatever is shown is read from `PublishedBlocks`.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kiosk.domain.rating import FLAGS, Outcome
from sync.central.disclosure import BESIDE, Beside, Block, Counts
from sync.central.schema import (
    block_cuts,
    blocks,
    day_counts,
    day_lines,
    form_counts,
    sites,
    unclosed,
)

Cut = tuple[str, str]
"""A kind (service, counter, half, channel, reason) and which one."""
ONLINE = "@online"
"""Stands in the officer's column for the online questionnaire: no officer's id starts so."""
_LEVELS = ("n1", "n2", "n3", "n4", "n5")
_CUTS = ("service", "counter", "half", "channel")
_BESIDE_OF = {
    **{flag.value: "flagged" for flag in FLAGS},
    Outcome.SUPPRESSED.value: "suppressed",
    Outcome.LATE.value: "suppressed",
    Outcome.OFFERED.value: "offered",
    Outcome.ANSWERED.value: "answered",
    Outcome.SKIPPED.value: "skipped",
    Outcome.NOT_OFFERED.value: "not_offered",
    Outcome.UNASKED.value: "unasked",
}
"""Under which of Beside's names an outcome is counted."""

# Asked once for each officer: building a statement takes longer than running it.
_AFTER = bindparam("after", type_=day_lines.c.date.type)
_LINES = (
    select(
        day_lines.c.date,
        day_lines.c.levels,
        *(day_lines.c[name] for name in (*_CUTS, *_LEVELS)),
    )
    .where(
        day_lines.c.site == bindparam("site"),
        day_lines.c.officer == bindparam("officer"),
        day_lines.c.date > _AFTER,
    )
    .order_by(day_lines.c.date)
)
_COUNTS = (
    select(day_counts.c.date, day_counts.c.kind, day_counts.c.what, day_counts.c.n)
    .where(
        day_counts.c.site == bindparam("site"),
        day_counts.c.officer == bindparam("officer"),
        day_counts.c.date > _AFTER,
        or_(day_counts.c.kind == "reason", day_counts.c.what.in_(sorted(_BESIDE_OF))),
    )
    .order_by(day_counts.c.date)
)


_FRESH = (
    select(unclosed.c.officer)
    .where(unclosed.c.site == bindparam("site"), unclosed.c.fresh == 1)
    .limit(1)
)
_DUE = select(sites.c.published, _FRESH.scalar_subquery().label("fresh")).where(
    sites.c.site == bindparam("site")
)


@dataclass(frozen=True, slots=True)
class Rated:
    """Some ratings of one officer's day on one scale, and the cuts that they fall under."""

    day: date
    levels: int
    counts: Counts
    cuts: tuple[Cut, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """How often a reason was named on a day. `levels` None: told for the officer, on any scale."""

    day: date
    levels: int | None
    cut: Cut
    counts: Counts


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one officer after some day."""

    rated: list[Rated] = field(default_factory=list)
    beside: dict[date, Beside] = field(default_factory=dict)
    named: list[Named] = field(default_factory=list)


class Unclosed:
    def __init__(self, connection: Connection, site: str) -> None:
        self._connection, self._site = connection, site

    # --- of whom ---------------------------------------------------------------------------

    def came(self, what: Iterable[tuple[str, date]]) -> None:
        """Something came in of these officers, of these days."""
        came(self._connection, ((self._site, officer, day) for officer, day in what))

    def due(self, week_end: date) -> bool:
        """Whether anything came in, or a week ended, since blocks were last closed."""
        row = self._connection.execute(_DUE, {"site": self._site}).first()
        return row is not None and (
            row.fresh is not None or row.published is None or row.published < week_end
        )

    def take(self) -> dict[str, date]:
        """Who is due, and since which day; none of them is any more. What came in meanwhile is
        waited for: it is seen here, or is due again."""
        gone = (
            delete(unclosed)
            .where(unclosed.c.site == self._site)
            .returning(unclosed.c.officer, unclosed.c.since)
        )
        return {row.officer: row.since for row in self._connection.execute(gone)}

    def keep(self, officer: str, since: date) -> None:
        """Something of this officer stands in no block yet: to be looked at when a week has
        ended, or more has come."""
        row = {"site": self._site, "officer": officer, "since": since, "fresh": 0}
        self._connection.execute(unclosed.insert(), row)

    def done(self, week_end: date) -> None:
        self._connection.execute(
            update(sites).where(sites.c.site == self._site).values(published=week_end)
        )

    def forgotten(self) -> str | None:
        """Somebody with ratings after the last block who waits for none, for verify: those would
        never be shown."""
        ends = (
            select(blocks.c.officer, func.max(blocks.c.last_day).label("last"))
            .where(blocks.c.site == self._site)
            .group_by(blocks.c.officer)
            .subquery()
        )
        query = (
            select(day_lines.c.officer)
            .outerjoin(ends, ends.c.officer == day_lines.c.officer)
            .where(
                day_lines.c.site == self._site,
                or_(ends.c.last.is_(None), day_lines.c.date > ends.c.last),
                day_lines.c.officer.not_in(
                    select(unclosed.c.officer).where(unclosed.c.site == self._site)
                ),
            )
            .order_by(day_lines.c.officer)
            .limit(1)
        )
        found: str | None = self._connection.execute(query).scalar()
        return found

    # --- what ------------------------------------------------------------------------------

    def known(self, officer: str, after: date = date.min) -> Known:
        """Everything known of an officer (or of the online questionnaire) after a day."""
        if officer == ONLINE:
            return self._online(after)
        asked = {"site": self._site, "officer": officer, "after": after}
        found = Known()
        for row in self._connection.execute(_LINES, asked):
            cuts = tuple((kind, getattr(row, kind)) for kind in _CUTS)
            found.rated.append(
                Rated(day=row.date, levels=row.levels, counts=_counts(row), cuts=cuts)
            )
        beside: dict[date, Beside] = defaultdict(Beside)
        for day, kind, what, n in self._connection.execute(_COUNTS, asked):
            if kind == "reason":
                found.named.append(
                    Named(day=day, levels=None, cut=(kind, what), counts=(n, 0, 0, 0, 0))
                )
            else:
                beside[day] += Beside(**{_BESIDE_OF[what]: n})
        found.beside.update(beside)
        return found

    def _online(self, after: date) -> Known:
        query = (
            select(form_counts)
            .where(form_counts.c.site == self._site, form_counts.c.date > after)
            .order_by(form_counts.c.date)
        )
        found = Known()
        for row in self._connection.execute(query):
            if row.kind == "reason":
                cut = ("reason", row.what)
                found.named.append(
                    Named(day=row.date, levels=row.levels, cut=cut, counts=_counts(row))
                )
            else:
                found.rated.append(
                    Rated(day=row.date, levels=row.levels, counts=_counts(row), cuts=())
                )
        return found

    # --- what is in blocks already ---------------------------------------------------------

    def ends(self) -> dict[str, dict[int, tuple[int, date]]]:
        """Number and last day of each officer's last block, by scale."""
        query = (
            select(
                blocks.c.officer,
                blocks.c.levels,
                func.max(blocks.c.number),
                func.max(blocks.c.last_day),
            )
            .where(blocks.c.site == self._site)
            .group_by(blocks.c.officer, blocks.c.levels)
        )
        found: dict[str, dict[int, tuple[int, date]]] = defaultdict(dict)
        for officer, levels, number, last in self._connection.execute(query):
            found[officer][levels] = (number, last)
        return dict(found)

    def blocks_of(self, officer: str) -> dict[int, list[Block]]:
        """Every block of an officer by scale, oldest first."""
        query = (
            select(blocks)
            .where(blocks.c.site == self._site, blocks.c.officer == officer)
            .order_by(blocks.c.levels, blocks.c.number)
        )
        found: dict[int, list[Block]] = defaultdict(list)
        for row in self._connection.execute(query):
            beside = Beside(*(getattr(row, name) for name in BESIDE))
            block = Block(
                number=row.number,
                first_day=row.first_day,
                last_day=row.last_day,
                counts=_counts(row),
                beside=beside,
            )
            found[row.levels].append(block)
        return dict(found)

    def cuts_of(self, officer: str) -> dict[tuple[int, Cut], Counts]:
        """What an officer's blocks have of each cut, by scale."""
        sums = [func.sum(block_cuts.c[name]).label(name) for name in _LEVELS]
        key = (block_cuts.c.levels, block_cuts.c.kind, block_cuts.c.what)
        query = (
            select(*key, *sums)
            .where(block_cuts.c.site == self._site, block_cuts.c.officer == officer)
            .group_by(*key)
        )
        rows = self._connection.execute(query)
        return {(row.levels, (row.kind, row.what)): _counts(row) for row in rows}


def came(connection: Connection, what: Iterable[tuple[str, str, date]]) -> None:
    """Something came in: sites, officers and days. In one order, so that no two who write at once
    wait for one another."""
    earliest: dict[tuple[str, str], date] = {}
    for site, officer, day in what:
        if officer:  # nobody's presses are in no block
            earliest[site, officer] = min(day, earliest.get((site, officer), day))
    if not earliest:
        return
    dialect = connection.dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    least = func.least if dialect == "postgresql" else func.min
    statement = insert(unclosed)
    rows = [
        {"site": site, "officer": officer, "since": day, "fresh": 1}
        for (site, officer), day in sorted(earliest.items())
    ]
    since = least(unclosed.c.since, statement.excluded.since)
    upsert = statement.on_conflict_do_update(
        index_elements=["site", "officer"], set_={"since": since, "fresh": 1}
    )
    connection.execute(upsert, rows)


def _counts(row: object) -> Counts:
    a, b, c, d, e = (int(getattr(row, name)) for name in _LEVELS)
    return (a, b, c, d, e)
