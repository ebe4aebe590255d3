"""What stands in no block yet: of whom something came in, and the raw rows that blocks close on.

For block closing alone: whatever a page shows is read from `blocks.py`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Connection, and_, bindparam, delete, func, or_, select, update

from kiosk.domain.rating import FLAGS, Outcome
from kiosk.domain.scale import FaceOrder
from sync.central.disclosure import (
    NONE,
    ONLINE,
    Beside,
    BlockDays,
    Counts,
    Cut,
    Scaled,
    half_day,
    plus,
)
from sync.central.schema import (
    LEVELS,
    blocks,
    day_counts,
    day_lines,
    emptied_sums,
    questionnaire_counts,
    sites,
    unclosed,
)
from sync.central.store.room import Room, counts_of, insert_on

_CUTS = ("service", "counter", "channel")
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

_ORDER_OF = {FaceOrder.BEST_FIRST: "best_first", FaceOrder.WORST_FIRST: "worst_first"}
"""Under which of Beside's names a terminal's day with its faces in an order is counted."""

# Asked once for each officer: building a statement takes longer than running it.
_AFTER = bindparam("after", type_=day_lines.c.date.type)
_LINES = (
    select(
        day_lines.c.date,
        day_lines.c.levels,
        *(day_lines.c[name] for name in (*_CUTS, "half", *LEVELS)),
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
_OF_DAY = and_(*(day_lines.c[name] == day_counts.c[name] for name in ("site", "terminal", "date")))
_ORDERS = (
    select(day_counts.c.date, day_counts.c.what, func.count(day_counts.c.terminal.distinct()))
    .join(day_lines, _OF_DAY)
    .where(
        day_counts.c.site == bindparam("site"),
        day_counts.c.kind == "order",
        day_counts.c.date > _AFTER,
        day_lines.c.officer == bindparam("officer"),
    )
    .group_by(day_counts.c.date, day_counts.c.what)
)
_FRESH = (
    select(unclosed.c.officer)
    .where(unclosed.c.site == bindparam("site"), unclosed.c.fresh == 1)
    .limit(1)
)
_DUE = select(sites.c.published, _FRESH.scalar_subquery().label("fresh")).where(
    sites.c.site == bindparam("site")
)


EMPTIED_BEFORE = date(1, 12, 31)
"""Where the days stand that are emptied: no terminal was there."""


@dataclass(frozen=True, slots=True)
class Rated:
    """Some ratings of one officer's day on one scale, and the cuts that they fall under."""

    day: date
    levels: int
    counts: Counts
    cuts: tuple[Cut, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """How often a reason was named on a day. `levels` None: counted for the officer, whatever the
    scale."""

    day: date
    levels: int | None
    cut: Cut
    counts: Counts


@dataclass(frozen=True, slots=True)
class RawDays:
    """The raw rows of one officer after some day."""

    rated: list[Rated] = field(default_factory=list)
    beside: dict[date, Beside] = field(default_factory=dict)
    named: list[Named] = field(default_factory=list)


class Unclosed(Room):
    # --- of whom ---------------------------------------------------------------------------

    def mark(self, officer_days: Iterable[tuple[str, date]]) -> None:
        """Something came in of these officers, of these days."""
        mark_unclosed(
            self._connection, ((self._site, officer, day) for officer, day in officer_days)
        )

    def due(self, week_end: date) -> bool:
        """Whether anything came in, or a week ended, since blocks were last closed."""
        row = self._connection.execute(_DUE, {"site": self._site}).first()
        return row is not None and (
            row.fresh is not None or row.published is None or row.published < week_end
        )

    def take(self) -> dict[str, date]:
        """Take everybody who is due off the list, and say since which day. What comes in meanwhile
        waits for this transaction, and is due again after it."""
        # In the order in which reports mark them: neither waits for the other.
        in_order = select(unclosed.c.officer).where(unclosed.c.site == self._site)
        self._connection.execute(in_order.order_by(unclosed.c.officer).with_for_update()).all()
        gone = (
            delete(unclosed)
            .where(unclosed.c.site == self._site)
            .returning(unclosed.c.officer, unclosed.c.since)
        )
        return {row.officer: row.since for row in self._connection.execute(gone)}

    def put_back(self, officer: str, since: date) -> None:
        """Something of this officer stands in no block yet: due again when a week has ended, or
        more has come in."""
        row = {"site": self._site, "officer": officer, "since": since, "fresh": 0}
        self._connection.execute(unclosed.insert(), row)

    def closed_up_to(self, week_end: date) -> None:
        """Blocks are closed up to the end of this week."""
        self._connection.execute(
            update(sites).where(sites.c.site == self._site).values(published=week_end)
        )

    def closed(self) -> date | None:
        """The end of the last week up to which blocks are closed."""
        query = select(sites.c.published).where(sites.c.site == self._site)
        return self._connection.scalar(query)

    def forgotten(self) -> str | None:
        """An officer with ratings after the last block who is not on the list, for verify: those
        would never be shown."""
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
        officer: str | None = self._connection.execute(query).scalar()
        return officer

    # --- for verify ------------------------------------------------------------------------

    def waiting(self) -> dict[str, date]:
        """Of whom something stands in no block, or may, and since which day."""
        query = select(unclosed.c.officer, unclosed.c.since).where(unclosed.c.site == self._site)
        return {row.officer: row.since for row in self._connection.execute(query)}

    def days_of_blocks(self) -> Iterator[tuple[Scaled, BlockDays]]:
        """Every block's days, by officer, scale and number."""
        key = (blocks.c.officer, blocks.c.levels, blocks.c.number)
        days = (blocks.c.first_day, blocks.c.last_day, blocks.c.published)
        query = select(*key, *days).where(blocks.c.site == self._site).order_by(*key)
        for row in self._connection.execute(query):
            its = BlockDays(
                number=row.number,
                first_day=row.first_day,
                last_day=row.last_day,
                published=row.published,
            )
            yield Scaled(row.officer, row.levels), its

    def published_and_raw(self) -> dict[Scaled, tuple[Counts, Counts]]:
        """Of each officer and scale what blocks have, and what the raw days up to their end
        have."""
        published = (
            select(
                blocks.c.officer,
                blocks.c.levels,
                func.max(blocks.c.last_day).label("last"),
                *(func.sum(blocks.c[name]).label(name) for name in LEVELS),
            )
            .where(blocks.c.site == self._site)
            .group_by(blocks.c.officer, blocks.c.levels)
        )
        sums = {
            Scaled(row.officer, row.levels): (row.last, counts_of(row))
            for row in self._connection.execute(published)
        }
        ends = published.subquery()
        raw = (
            select(
                day_lines.c.officer,
                day_lines.c.levels,
                *(func.sum(day_lines.c[name]).label(name) for name in LEVELS),
            )
            .join(
                ends,
                and_(ends.c.officer == day_lines.c.officer, ends.c.levels == day_lines.c.levels),
            )
            .where(day_lines.c.site == self._site, day_lines.c.date <= ends.c.last)
            .group_by(day_lines.c.officer, day_lines.c.levels)
        )
        of_days = {
            Scaled(row.officer, row.levels): counts_of(row) for row in self._connection.execute(raw)
        }
        of_emptied = select(emptied_sums).where(
            emptied_sums.c.site == self._site, emptied_sums.c.kind == "score"
        )
        for row in self._connection.execute(of_emptied):
            whose = Scaled(row.officer, row.levels)
            of_days[whose] = plus(of_days.get(whose, NONE), counts_of(row))
        for rated in self._online_days(date.min).rated:
            whose = Scaled(ONLINE, rated.levels)
            if whose in sums and rated.day <= sums[whose][0]:
                of_days[whose] = plus(of_days.get(whose, NONE), rated.counts)
        return {whose: (counts, of_days.get(whose, NONE)) for whose, (_, counts) in sums.items()}

    # --- what ------------------------------------------------------------------------------

    def raw_days(self, officer: str, after: date = date.min) -> RawDays:
        """The rows of an officer (or of the online questionnaire) after a day."""
        if officer == ONLINE:
            online = self._online_days(after)
            self._add_emptied(online, officer, after)
            return online
        asked = {"site": self._site, "officer": officer, "after": after}
        raw = RawDays()
        for row in self._connection.execute(_LINES, asked):
            cuts = (
                *((kind, getattr(row, kind)) for kind in _CUTS),
                ("weekday", half_day(row.date, row.half)),
            )
            raw.rated.append(
                Rated(day=row.date, levels=row.levels, counts=counts_of(row), cuts=cuts)
            )
        for day, kind, what, n in self._connection.execute(_COUNTS, asked):
            if kind == "reason":
                counts = (n, 0, 0, 0, 0)
                raw.named.append(Named(day=day, levels=None, cut=(kind, what), counts=counts))
            else:
                outcome = Beside(**{_BESIDE_OF[what]: n})
                raw.beside[day] = raw.beside.get(day, Beside()) + outcome
        for day, order, terminals in self._connection.execute(_ORDERS, asked):
            stood_so = Beside(**{_ORDER_OF[order]: terminals})
            raw.beside[day] = raw.beside.get(day, Beside()) + stood_so
        self._add_emptied(raw, officer, after)
        return raw

    def _add_emptied(self, raw: RawDays, officer: str, after: date) -> None:
        """Days that are emptied, as one day for each scale, before any day that there is."""
        if after >= EMPTIED_BEFORE:
            return
        query = select(emptied_sums).where(
            emptied_sums.c.site == self._site, emptied_sums.c.officer == officer
        )
        for row in self._connection.execute(query):
            day, counts = date.min + timedelta(days=7 * row.levels), counts_of(row)
            if row.kind == "score":
                raw.rated.append(Rated(day=day, levels=row.levels, counts=counts, cuts=()))
            elif row.kind == "beside":
                number = Beside(**{row.what: counts[0]})
                raw.beside[day] = raw.beside.get(day, Beside()) + number
            elif row.kind != "fell":
                cut = (row.kind, row.what)
                raw.named.append(Named(day=day, levels=row.levels or None, cut=cut, counts=counts))

    def _online_days(self, after: date) -> RawDays:
        query = (
            select(questionnaire_counts)
            .where(questionnaire_counts.c.site == self._site, questionnaire_counts.c.date > after)
            .order_by(questionnaire_counts.c.date)
        )
        raw = RawDays()
        for row in self._connection.execute(query):
            counts = counts_of(row)
            if row.kind == "reason":
                cut = ("reason", row.what)
                raw.named.append(Named(day=row.date, levels=row.levels, cut=cut, counts=counts))
            else:
                raw.rated.append(Rated(day=row.date, levels=row.levels, counts=counts, cuts=()))
        return raw


def mark_unclosed(connection: Connection, came_in: Iterable[tuple[str, str, date]]) -> None:
    """Something came in: sites, officers and days. Written in one order, so that no two who write
    at once wait for one another."""
    earliest: dict[tuple[str, str], date] = {}
    for site, officer, day in came_in:
        if officer:  # nobody's presses are in no block
            earliest[site, officer] = min(day, earliest.get((site, officer), day))
    if not earliest:
        return
    least = func.least if connection.dialect.name == "postgresql" else func.min
    statement = insert_on(connection)(unclosed)
    rows = [
        {"site": site, "officer": officer, "since": day, "fresh": 1}
        for (site, officer), day in sorted(earliest.items())
    ]
    since = least(unclosed.c.since, statement.excluded.since)
    upsert = statement.on_conflict_do_update(
        index_elements=["site", "officer"], set_={"since": since, "fresh": 1}
    )
    connection.execute(upsert, rows)
