"""Rows of many terminals at once, of whichever sites: what their own rooms do one by one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Table, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from sync.central.schema import day_counts, day_lines, day_reports, seen_sheets, terminals
from sync.central.store.days import COUNT_COLUMNS, LINE_COLUMNS, came_in, count_rows, line_rows
from sync.central.store.terminals import KnownTerminal, Run, known_terminal, open_runs
from sync.central.store.unclosed import came
from sync.central.store.witness import SheetKey, put_sheets
from sync.messages import DayReport, OpenSheet

TerminalKey = tuple[str, str]
"""Site and terminal."""
DayKey = tuple[str, str, date]


@dataclass(frozen=True, slots=True)
class NewDay:
    """A day report of which central has none yet, and the sheets that it shows more of."""

    report: DayReport
    body: bytes
    digest: str
    fresh_sheets: tuple[OpenSheet, ...]

    @property
    def key(self) -> DayKey:
        return self.report.site, self.report.terminal, self.report.date


class ManyTerminals:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._insert = (
            postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        )

    def held(self, keys: Collection[TerminalKey]) -> dict[TerminalKey, KnownTerminal]:
        """These terminals, which nobody else changes until this transaction ends. Held in one
        order, so that no two batches wait for one another."""
        query = (
            select(terminals)
            .where(tuple_(terminals.c.site, terminals.c.terminal).in_(sorted(keys)))
            .order_by(terminals.c.site, terminals.c.terminal)
            .with_for_update()
        )
        rows = self._connection.execute(query)
        return {(row.site, row.terminal): known_terminal(row) for row in rows}

    def open_runs(self, runs: Iterable[tuple[str, Run]], now: datetime) -> None:
        """Runs by their sites."""
        open_runs(self._connection, runs, now)

    def stored(self, keys: Collection[DayKey]) -> set[DayKey]:
        """Those of which central has a day report."""
        c = day_reports.c
        query = select(c.site, c.terminal, c.date).where(
            tuple_(c.site, c.terminal, c.date).in_(sorted(keys))
        )
        return {(row.site, row.terminal, row.date) for row in self._connection.execute(query)}

    def seen(self, keys: Collection[DayKey]) -> Mapping[DayKey, dict[SheetKey, OpenSheet]]:
        """The sheets of these days as their terminals last showed them."""
        c = seen_sheets.c
        query = select(c.site, c.terminal, c.date, c.officer, c.n, c.entries, c.seal).where(
            tuple_(c.site, c.terminal, c.date).in_(sorted(keys))
        )
        found: dict[DayKey, dict[SheetKey, OpenSheet]] = defaultdict(dict)
        for site, terminal, day, officer, *rest in self._connection.execute(query):
            found[site, terminal, day][day, officer] = OpenSheet(day, officer, *rest)
        return found

    def put(self, days: Sequence[NewDay], now: datetime) -> set[DayKey]:
        """Keep day reports, one of a day; those that were kept. The header's uniqueness is the
        last guard: rows follow only where it went in."""
        put = self._put_headers(days, now)
        days = [day for day in days if day.key in put]
        lines = ((*day.key, *row) for day in days for row in line_rows(day.report))
        counts = ((*day.key, *row) for day in days for row in count_rows(day.report))
        key = ("site", "terminal", "date")
        self._append(day_lines, (*key, *LINE_COLUMNS), list(lines))
        self._append(day_counts, (*key, *COUNT_COLUMNS), list(counts))
        sheets = ((site, terminal, x) for d in days for site, terminal, _ in (d.key,)
                  for x in d.fresh_sheets)  # fmt: skip
        put_sheets(self._connection, self._insert, sheets)
        told = ((d.report.site, *x) for d in days for x in came_in(d.report))
        came(self._connection, told)
        return put

    def _put_headers(self, days: Sequence[NewDay], now: datetime) -> set[DayKey]:
        c = day_reports.c
        insert = self._insert(day_reports).on_conflict_do_nothing()
        rows = [
            {
                **dict(zip(("site", "terminal", "date"), day.key, strict=True)),
                "revision": day.report.revision,
                "digest": day.digest,
                "body": day.body,
                "received": now,
            }
            for day in days
        ]
        if not rows:
            return set()
        put = self._connection.execute(insert.returning(c.site, c.terminal, c.date), rows)
        return {(row.site, row.terminal, row.date) for row in put}

    def _append(
        self, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> None:
        """Rows that are not there yet: by COPY where there is one."""
        if not rows:
            return
        if self._connection.dialect.name == "postgresql":
            raw = self._connection.connection.cursor()
            text = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN"
            with raw.copy(text.encode()) as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            named = [dict(zip(columns, row, strict=True)) for row in rows]
            self._connection.execute(table.insert(), named)
