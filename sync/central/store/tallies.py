"""Raw counts of a day, for the audit role alone."""

from collections import Counter
from datetime import date

from sqlalchemy import func, select

from sync.central.disclosure import Counts, Scaled
from sync.central.schema import LEVELS, day_counts, day_lines
from sync.central.store.room import Room, counts_of


class Tallies(Room):
    def ratings(self, day: date) -> dict[Scaled, Counts]:
        """Raw counts of one day. Log the read first."""
        query = (
            select(
                day_lines.c.officer,
                day_lines.c.levels,
                *(func.sum(day_lines.c[name]).label(name) for name in LEVELS),
            )
            .where(day_lines.c.site == self._site, day_lines.c.date == day)
            .group_by(day_lines.c.officer, day_lines.c.levels)
            .order_by(day_lines.c.officer, day_lines.c.levels)
        )
        rows = self._connection.execute(query)
        return {Scaled(row.officer, row.levels): counts_of(row) for row in rows}

    def orders(self, day: date) -> frozenset[str]:
        """In which orders the faces of the office's terminals stood on a day."""
        query = select(day_counts.c.what).where(
            day_counts.c.site == self._site,
            day_counts.c.date == day,
            day_counts.c.kind == "order",
        )
        return frozenset(self._connection.scalars(query))

    def outcomes(self, day: date) -> Counter[tuple[str, str]]:
        """Raw counts of one day by officer and outcome."""
        query = (
            select(day_counts.c.officer, day_counts.c.what, func.sum(day_counts.c.n))
            .where(
                day_counts.c.site == self._site,
                day_counts.c.date == day,
                day_counts.c.kind == "outcome",
            )
            .group_by(day_counts.c.officer, day_counts.c.what)
        )
        rows = self._connection.execute(query)
        return Counter({(officer, what): int(n) for officer, what, n in rows})
