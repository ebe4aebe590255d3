"""How many citizens each counter served, from the queue systems."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, select

from sync.central.measures import over_tickets
from sync.central.schema import LEVELS, day_lines, tickets
from sync.central.store.room import Room


@dataclass(frozen=True, slots=True)
class Ticket:
    """How many citizens a counter served on a day, by its queue system."""

    date: date
    counter: str
    n: int


# Pages ask these: building a statement takes longer than running it.
_BETWEEN = select(func.sum(tickets.c.n)).where(
    tickets.c.site == bindparam("site"),
    tickets.c.date >= bindparam("first"),
    tickets.c.date <= bindparam("last"),
)
_RATED = (
    select(
        day_lines.c.date,
        day_lines.c.counter,
        func.sum(sum((day_lines.c[name] for name in LEVELS[1:]), day_lines.c.n1)).label("n"),
    )
    .where(
        day_lines.c.site == bindparam("site"),
        day_lines.c.date >= bindparam("first"),
        day_lines.c.date <= bindparam("last"),
    )
    .group_by(day_lines.c.date, day_lines.c.counter)
    .subquery()  # added up before they are joined: half the time
)
_FEWER_THAN_RATED = (
    select(
        tickets.c.date, tickets.c.counter, tickets.c.n.label("served"), _RATED.c.n.label("rated")
    )
    .join(_RATED, (_RATED.c.counter == tickets.c.counter) & (_RATED.c.date == tickets.c.date))
    .where(tickets.c.site == bindparam("site"), tickets.c.n < _RATED.c.n)
    .order_by(tickets.c.date.desc(), tickets.c.counter)
)

_RATED_AT = (
    select(day_lines.c.officer, day_lines.c.date, day_lines.c.counter)
    .distinct()
    .where(
        day_lines.c.site == bindparam("site"),
        day_lines.c.officer.in_(bindparam("officers", expanding=True)),
        day_lines.c.date.in_(bindparam("days", expanding=True)),
    )
)


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

    def between(self, first: date, last: date) -> int:
        """Citizens served in a span, at the counters that have a queue system."""
        asked = {"site": self._site, "first": first, "last": last}
        return int(self._connection.scalar(_BETWEEN, asked) or 0)

    def by_day(self, first: date, last: date) -> dict[tuple[date, str], int]:
        """Citizens served in a span, by day and counter."""
        query = select(tickets.c.date, tickets.c.counter, tickets.c.n).where(
            tickets.c.site == self._site, tickets.c.date >= first, tickets.c.date <= last
        )
        return {(row.date, row.counter): row.n for row in self._connection.execute(query)}

    def exceeded(self, first: date, last: date) -> list[tuple[date, str]]:
        """Days and counters with more ratings than the tickets explain, newest first. Not by how
        many: that would be a day's tally."""
        asked = {"site": self._site, "first": first, "last": last}
        return [
            (row.date, row.counter)
            for row in self._connection.execute(_FEWER_THAN_RATED, asked)
            if over_tickets(int(row.rated), row.served)
        ]

    def exceeded_by(
        self, exceeded: Collection[tuple[date, str]], officers: Collection[str]
    ) -> dict[str, set[date]]:
        """On which of the `exceeded` days these officers were rated at the counter concerned: by
        officer. Tickets are counted by counter, whoever serves there."""
        asked = {
            "site": self._site,
            "officers": list(officers),
            "days": sorted({day for day, _ in exceeded}),
        }
        days: dict[str, set[date]] = {}
        for officer, day, counter in self._connection.execute(_RATED_AT, asked):
            if (day, counter) in exceeded:
                days.setdefault(officer, set()).add(day)
        return days
