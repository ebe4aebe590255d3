"""What stands in the database of days that are over: read in spans, for verify.

A look for each day would ask five questions of each of a city's million days.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Table, Text, cast, select, union

from sync.central.schema import (
    day_counts,
    day_lines,
    day_reports,
    earlier_reports,
    sites,
    unknown_officers,
)
from sync.central.store.days import (
    COUNT_COLUMNS,
    LINE_COLUMNS,
    Row,
    StoredReport,
    count_rows,
    line_rows,
    report_of,
    select_reports,
)
from sync.central.store.room import Room
from sync.messages import DayReport

_WITH_DAYS = (day_reports, earlier_reports, day_lines, day_counts)


@dataclass(slots=True)
class RecordedDay:
    """Everything that stands there of a terminal's day."""

    report: StoredReport | None = None
    earlier: list[StoredReport] = field(default_factory=list)
    """The revisions that later ones replaced, the first one first."""
    lines: list[Row] = field(default_factory=list)
    """LINE_COLUMNS."""
    counts: list[Row] = field(default_factory=list)
    """COUNT_COLUMNS."""
    strangers: set[str] = field(default_factory=set)
    """Officers of the report who are not known: their rows wait."""

    def rows_agree(self, report: DayReport) -> bool:
        """Whether the rows are exactly the report's, but for officers who are not known."""
        strangers = frozenset(self.strangers)
        return sorted(self.lines) == sorted(line_rows(report, but=strangers)) and sorted(
            self.counts
        ) == sorted(count_rows(report, but=strangers))


class Recorded(Room):
    def every_day(self) -> list[tuple[str, date]]:
        """Every terminal's day that has a report or rows. ValueError names one whose date can't
        be."""
        every = union(
            *(
                select(table.c.terminal, cast(table.c.date, Text)).where(table.c.site == self._site)
                for table in _WITH_DAYS
            )
        )
        rows = self._connection.execute(every)
        return sorted((terminal, _date(terminal, text)) for terminal, text in rows)

    def unknown_sites(self) -> list[str]:
        """Sites that rows name and nobody set up."""
        set_up = select(sites.c.site)
        every = union(
            *(select(table.c.site).where(table.c.site.not_in(set_up)) for table in _WITH_DAYS)
        )
        return sorted(self._connection.scalars(every))

    def days(self, terminal: str, first: date, last: date) -> dict[date, RecordedDay]:
        """A terminal's days of a span, as they stand there."""
        days: dict[date, RecordedDay] = defaultdict(RecordedDay)

        def rows_of(table: Table, *names: str) -> Any:
            c = table.c
            query = select(*(c[name] for name in names), c.date).where(
                c.site == self._site, c.terminal == terminal, c.date >= first, c.date <= last
            )
            return self._connection.execute(query).all()

        def reports_of(table: Table) -> Any:
            c = table.c
            query = select_reports(table).where(
                c.site == self._site, c.terminal == terminal, c.date >= first, c.date <= last
            )
            return map(
                report_of, self._connection.execute(query.order_by(c.date, c.revision)).all()
            )

        for report in reports_of(day_reports):
            days[report.date].report = report
        for report in reports_of(earlier_reports):
            days[report.date].earlier.append(report)
        for row in rows_of(day_lines, *LINE_COLUMNS):
            days[row[-1]].lines.append(row[:-1])
        for row in rows_of(day_counts, *COUNT_COLUMNS):
            days[row[-1]].counts.append(row[:-1])
        for officer, day in rows_of(unknown_officers, "officer"):
            days[day].strangers.add(officer)
        return days


def _date(terminal: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{terminal} {text}: {error}") from None
