"""Raw rows of officers' days, and the patterns that were seen in a quarter: for the audit role."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from sync.central.patterns import OTHERS, Against, LineRow, OtherRow, Seen
from sync.central.schema import LEVELS, day_counts, day_lines, pattern_quarters, patterns
from sync.central.store.faults import member
from sync.central.store.room import Room, counts_of


@dataclass(frozen=True, slots=True)
class StoredQuarter:
    """What was seen when a quarter was looked at; it stays."""

    officers: int
    """How many were looked at."""
    seen: tuple[Seen, ...]


class Patterns(Room):
    def lines(self, first: date, last: date) -> list[LineRow]:
        """Raw ratings of a span by officer, day, counter and half-day."""
        c = day_lines.c
        key = (c.officer, c.date, c.counter, c.half, c.levels)
        query = (
            select(*key, *(func.sum(c[name]).label(name) for name in LEVELS))
            .where(c.site == self._site, c.date >= first, c.date <= last)
            .group_by(*key)
        )
        return [
            LineRow(
                officer=row.officer,
                day=row.date,
                counter=row.counter,
                half=row.half,
                levels=row.levels,
                counts=counts_of(row),
            )
            for row in self._connection.execute(query)
        ]

    def others(self, first: date, last: date) -> list[OtherRow]:
        """What else is counted of officers' days in a span."""
        c = day_counts.c
        key = (c.officer, c.date, c.what)
        query = (
            select(*key, func.sum(c.n).label("n"))
            .where(c.site == self._site, c.date >= first, c.date <= last)
            .where(c.officer != "", c.kind.in_(["outcome", "gap"]), c.what.in_(sorted(OTHERS)))
            .group_by(*key)
        )
        rows = self._connection.execute(query)
        return [
            OtherRow(officer=row.officer, day=row.date, what=row.what, n=int(row.n)) for row in rows
        ]

    def put(self, quarter: date, officers: int, seen: Iterable[Seen], now: datetime) -> None:
        """Store what was seen in the quarter that ends on this day; what is stored stays."""
        header = {"site": self._site, "quarter": quarter, "officers": officers, "at": now}
        statement = self._insert(pattern_quarters).values(header).on_conflict_do_nothing()
        first = statement.returning(pattern_quarters.c.quarter)
        if self._connection.execute(first).first() is None:
            return
        rows = [
            {
                "site": self._site,
                "quarter": quarter,
                "officer": one.officer,
                "pattern": one.pattern,
                "against": one.against.value,
                "deviations": round(10 * one.deviations),
            }
            for one in seen
        ]
        if rows:
            self._connection.execute(patterns.insert(), rows)

    def of(self, quarter: date) -> StoredQuarter | None:
        """What was seen in a quarter; None: it was not looked at."""
        c = pattern_quarters.c
        header = select(c.officers).where(c.site == self._site, c.quarter == quarter)
        officers = self._connection.scalar(header)
        if officers is None:
            return None
        rows = self._connection.execute(
            select(patterns)
            .where(patterns.c.site == self._site, patterns.c.quarter == quarter)
            .order_by(patterns.c.officer, patterns.c.pattern, patterns.c.against)
        )
        seen = tuple(
            Seen(
                officer=row.officer,
                pattern=row.pattern,
                against=member(Against, row.against, "patterns.against"),
                deviations=row.deviations / 10,
            )
            for row in rows
        )
        return StoredQuarter(officers, seen)
