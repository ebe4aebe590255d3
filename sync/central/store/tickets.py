"""How many citizens each counter served, from the queue systems."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, bindparam, func, or_, select

from sync.central.disclosure import newest_quarter, publication_day, quarter_of
from sync.central.measures import over_tickets
from sync.central.schema import LEVELS, blocks, day_lines, quarter_tickets, tickets
from sync.central.store.room import Room


@dataclass(frozen=True, slots=True)
class Ticket:
    """How many citizens a counter served on a day, by its queue system."""

    date: date
    counter: str
    n: int


@dataclass(frozen=True, slots=True)
class QuarterTickets:
    """A quarter, from `first` to `last`, of counters with a machine: how many citizens the queue
    system served, and how many ratings came on the same counters and days."""

    first: date
    last: date
    rated: int
    served: int


_FREEZES = timedelta(days=400)
"""How long a quarter waits for tickets that are imported late."""
_MACHINE = timedelta(days=92)
"""How far before a quarter a counter's ratings say that its machine stood there already."""
_MACHINES = (
    select(
        day_lines.c.counter,
        func.min(day_lines.c.date).label("first"),
        func.max(day_lines.c.date).label("last"),
    )
    .where(
        day_lines.c.site == bindparam("site"),
        day_lines.c.date >= bindparam("since"),
        day_lines.c.date <= bindparam("until"),
    )
    .group_by(day_lines.c.counter)
    .subquery()
)
"""From a counter's first rating to its last one a machine stands there, also on dark days."""
_OF_SPAN = (
    tickets.c.site == bindparam("site"),
    tickets.c.date >= bindparam("first"),
    tickets.c.date <= bindparam("last"),
)
_SERVED = (
    select(func.sum(tickets.c.n))
    .join(_MACHINES, _MACHINES.c.counter == tickets.c.counter)
    .where(*_OF_SPAN, tickets.c.date >= _MACHINES.c.first, tickets.c.date <= _MACHINES.c.last)
)
# Pages ask these: building a statement takes longer than running it.
_ANY = select(tickets.c.date).where(*_OF_SPAN).limit(1)
_QUARTERS = (
    select(quarter_tickets)
    .where(
        quarter_tickets.c.site == bindparam("site"),
        quarter_tickets.c.quarter >= bindparam("first"),
        quarter_tickets.c.quarter <= bindparam("last"),
    )
    .order_by(quarter_tickets.c.quarter)
)
_LINES_OF_SPAN = (
    day_lines.c.site == bindparam("site"),
    day_lines.c.date >= bindparam("first"),
    day_lines.c.date <= bindparam("last"),
)


def _rated(*conditions: ColumnElement[bool]) -> Subquery:
    """Ratings by day and counter; added up before they are joined: half the time."""
    n = func.sum(sum((day_lines.c[name] for name in LEVELS[1:]), day_lines.c.n1)).label("n")
    lines = select(day_lines.c.date, day_lines.c.counter, n).where(*_LINES_OF_SPAN, *conditions)
    return lines.group_by(day_lines.c.date, day_lines.c.counter).subquery()


def _on_the_same_day(rated: Subquery) -> ColumnElement[bool]:
    return and_(rated.c.counter == tickets.c.counter, rated.c.date == tickets.c.date)


def _fewer_than(rated: Subquery) -> Select[Any]:
    """Tickets that are fewer than the ratings of their day and counter, newest first."""
    served = tickets.c.n.label("served")
    return (
        select(tickets.c.date, tickets.c.counter, served, rated.c.n.label("rated"))
        .join(rated, _on_the_same_day(rated))
        .where(*_OF_SPAN, tickets.c.n < rated.c.n)
        .order_by(tickets.c.date.desc(), tickets.c.counter)
    )


_RATED = _rated()
_RATED_WITH_TICKETS = (
    select(func.sum(_RATED.c.n)).join(tickets, _on_the_same_day(_RATED)).where(*_OF_SPAN)
)
_FEWER_THAN_RATED = _fewer_than(_RATED)
_FEWER_AT_COUNTERS = _fewer_than(
    _rated(day_lines.c.counter.in_(bindparam("counters", expanding=True)))
)
_OF_OFFICERS = day_lines.c.officer.in_(bindparam("officers", expanding=True))
_COUNTERS = select(day_lines.c.counter).distinct().where(*_LINES_OF_SPAN, _OF_OFFICERS)
_RATED_AT = (
    select(day_lines.c.officer, day_lines.c.date, day_lines.c.counter)
    .distinct()
    .where(
        day_lines.c.site == bindparam("site"),
        _OF_OFFICERS,
        day_lines.c.date.in_(bindparam("days", expanding=True)),
    )
)
_ENDS = (
    select(blocks.c.officer, blocks.c.levels, func.max(blocks.c.last_day).label("last"))
    .where(blocks.c.site == bindparam("site"))
    .group_by(blocks.c.officer, blocks.c.levels)
    .subquery()
)
_WAITING = (
    select(day_lines.c.date, day_lines.c.counter)
    .distinct()
    .outerjoin(
        _ENDS, and_(_ENDS.c.officer == day_lines.c.officer, _ENDS.c.levels == day_lines.c.levels)
    )
    .where(
        day_lines.c.site == bindparam("site"),
        day_lines.c.date.in_(bindparam("days", expanding=True)),
        or_(_ENDS.c.last.is_(None), _ENDS.c.last < day_lines.c.date),
    )
)
"""Days and counters with ratings that stand in no block yet."""


class Tickets(Room):
    def put(self, rows: Iterable[Ticket]) -> int:
        """Tickets by counter and day; a day that is there already is replaced. How many."""
        count = 0
        for row in rows:
            key = {"site": self._site, "counter": row.counter, "date": row.date}
            self._connection.execute(
                self._insert(tickets)
                .values(**key, n=row.n)
                .on_conflict_do_update(index_elements=list(key), set_={"n": row.n})
            )
            count += 1
        return count

    def freeze(self, ended: date) -> None:
        """Store, for each quarter whose tables are published when the week up to `ended` is over
        and that has none yet, how many its tickets served and how many of these rated. Only once:
        what comes in later does not change it."""
        newest = newest_quarter(ended, ended)
        if newest is None:
            return
        query = select(quarter_tickets.c.quarter).where(quarter_tickets.c.site == self._site)
        frozen = set(self._connection.scalars(query))
        first, end = quarter_of(newest[1])
        while end > ended - _FREEZES:
            if end not in frozen:
                self._freeze(first, end)
            first, end = quarter_of(first - timedelta(days=1))

    def _freeze(self, first: date, last: date) -> None:
        asked = {"site": self._site, "first": first, "last": last}
        if not self.has_any(first, last):
            return  # an office without a queue system reads no day for it
        window = {"since": first - _MACHINE, "until": publication_day(last)}
        served = int(self._connection.scalar(_SERVED, {**asked, **window}) or 0)
        if not served:
            return
        rated = int(self._connection.scalar(_RATED_WITH_TICKETS, asked) or 0)
        row = {"site": self._site, "quarter": last, "rated": rated, "served": served}
        insert = self._insert(quarter_tickets).values(row)
        self._connection.execute(insert.on_conflict_do_nothing())

    def quarters(self, first: date, last: date) -> list[QuarterTickets]:
        """What is frozen of the quarters that end from `first` to `last`, oldest first."""
        asked = {"site": self._site, "first": first, "last": last}
        return [
            QuarterTickets(
                first=quarter_of(row.quarter)[0],
                last=row.quarter,
                rated=row.rated,
                served=row.served,
            )
            for row in self._connection.execute(_QUARTERS, asked)
        ]

    def has_any(self, first: date, last: date) -> bool:
        """Whether tickets of a span are there: an office without a queue system reads no day."""
        asked = {"site": self._site, "first": first, "last": last}
        return self._connection.execute(_ANY, asked).first() is not None

    def by_day(self, first: date, last: date) -> dict[tuple[date, str], int]:
        """Citizens served in a span, by day and counter."""
        query = select(tickets.c.date, tickets.c.counter, tickets.c.n).where(
            tickets.c.site == self._site, tickets.c.date >= first, tickets.c.date <= last
        )
        return {(row.date, row.counter): row.n for row in self._connection.execute(query)}

    def exceeded(self, first: date, last: date) -> list[tuple[date, str]]:
        """Days and counters with more ratings than the tickets explain, newest first. Not by how
        many: that would be a day's tally. Reads every day of the span: see `has_any`."""
        asked = {"site": self._site, "first": first, "last": last}
        return self._exceeded(_FEWER_THAN_RATED, asked)

    def exceeded_in_blocks(self, first: date, last: date) -> list[tuple[date, str]]:
        """Those of which all ratings stand in blocks: another one would tell of ratings that are
        not published."""
        return self._in_blocks(self.exceeded(first, last))

    def exceeded_by(
        self, officers: Collection[str], first: date, last: date
    ) -> dict[str, set[date]]:
        """On which of these days, all of whose ratings there stand in blocks, each of these
        officers was rated at the counter concerned. Tickets are counted by counter, whoever serves
        there: other counters are not read."""
        asked: dict[str, Any] = {"site": self._site, "officers": list(officers)}
        span = {"first": first, "last": last}
        counters = list(self._connection.scalars(_COUNTERS, asked | span))
        at_counters = {"site": self._site, **span, "counters": counters}
        exceeded = set(self._in_blocks(self._exceeded(_FEWER_AT_COUNTERS, at_counters)))
        days: dict[str, set[date]] = {}
        if not exceeded:
            return days
        asked["days"] = sorted({day for day, _ in exceeded})
        for officer, day, counter in self._connection.execute(_RATED_AT, asked):
            if (day, counter) in exceeded:
                days.setdefault(officer, set()).add(day)
        return days

    def _in_blocks(self, exceeded: Collection[tuple[date, str]]) -> list[tuple[date, str]]:
        if not exceeded:
            return []
        asked = {"site": self._site, "days": sorted({day for day, _ in exceeded})}
        waiting = {(row.date, row.counter) for row in self._connection.execute(_WAITING, asked)}
        return [one for one in exceeded if one not in waiting]

    def _exceeded(self, query: Select[Any], asked: Mapping[str, object]) -> list[tuple[date, str]]:
        return [
            (row.date, row.counter)
            for row in self._connection.execute(query, asked)
            if over_tickets(int(row.rated), row.served)
        ]
