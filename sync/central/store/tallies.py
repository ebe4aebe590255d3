"""Raw counts of a day, for the audit role alone, and the log of who read them."""

from collections import Counter
from datetime import date, datetime

from sqlalchemy import func, select

from sync.central.disclosure import Counts, Scaled
from sync.central.schema import LEVELS, day_counts, day_lines, reads
from sync.central.store.room import Room, counts_of


class Tallies(Room):
    def ratings(self, day: date) -> dict[Scaled, Counts]:
        """Raw counts of one day. Log the read with `log_read` first."""
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

    def log_read(self, reader: str, what: str, now: datetime) -> None:
        row = {"site": self._site, "at": now, "reader": reader, "what": what}
        self._connection.execute(self._insert(reads).values(row).on_conflict_do_nothing())

    def reads(self) -> list[tuple[datetime, str, str]]:
        """When, who, what; oldest first."""
        query = (
            select(reads.c.at, reads.c.reader, reads.c.what)
            .where(reads.c.site == self._site)
            .order_by(reads.c.at)
        )
        return [(at, reader, what) for at, reader, what in self._connection.execute(query)]
