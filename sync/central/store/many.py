"""Rows of many terminals at once, of whichever sites: what their own rooms do one by one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from msgspec.structs import astuple
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    and_,
    any_,
    bindparam,
    func,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sync.central.ingest import SheetKey, Witnessed
from sync.central.logbook import Log, LogEnd
from sync.central.schema import (
    day_counts,
    day_lines,
    day_reports,
    officers,
    seen_sheets,
    terminals,
    witnessed_sheets,
)
from sync.central.store.bulk import append_rows
from sync.central.store.days import COUNT_COLUMNS, LINE_COLUMNS, count_rows, line_rows, officer_days
from sync.central.store.logs import ends_of
from sync.central.store.terminals import KnownTerminal, Run, known_terminal, open_runs
from sync.central.store.unclosed import mark_unclosed
from sync.central.store.witness import never_reported, open_sheet, put_sheets, witnessed
from sync.central.viewer import CITY
from sync.messages import DayReport, OpenSheet

TerminalKey = tuple[str, str]
"""Site and terminal."""
DayKey = tuple[str, str, date]
"""Site, terminal and day."""
OfSite = tuple[str, str]
"""A site, and an officer or a counter of it."""
_DAY_KEY = ("site", "terminal", "date")
_HEADER_COLUMNS = ("revision", "digest", "replaced", "body", "received")
_SHEET_COLUMNS = ("site", "terminal", *OpenSheet.__struct_fields__)
_HELD = """\
SELECT * FROM terminals WHERE site = %s AND terminal = ANY(%s) ORDER BY terminal FOR UPDATE"""
"""Of one site: a PostgreSQL that divides by site (Citus) locks rows of one at a time."""


@dataclass(frozen=True, slots=True)
class NewDay:
    """A day report of which central has none yet, and the sheets that it shows more of."""

    report: DayReport
    body: bytes
    digest: str
    first_sheets: tuple[OpenSheet, ...] = ()
    """Of which it has seen nothing."""
    grown_sheets: tuple[OpenSheet, ...] = ()

    @property
    def key(self) -> DayKey:
        return self.report.site, self.report.terminal, self.report.date


class ManyTerminals:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def locked(self, keys: Collection[TerminalKey]) -> dict[TerminalKey, KnownTerminal]:
        """These terminals, which nobody else changes until this transaction ends. Locked in one
        order, so that no two batches wait for one another."""
        if self._connection.dialect.name == "postgresql":
            return self._held_site_by_site(keys)
        # Who writes to SQLite is alone.
        chosen = self._among((terminals.c.site, terminals.c.terminal), keys)
        rows = self._connection.execute(select(terminals).where(chosen))
        return {(row.site, row.terminal): known_terminal(row) for row in rows}

    def _held_site_by_site(self, keys: Collection[TerminalKey]) -> dict[TerminalKey, KnownTerminal]:
        """Statements in one pipeline: they wait for the server once, however many sites."""
        from psycopg.rows import namedtuple_row  # SQLite offices don't load it

        of_site: dict[str, list[str]] = defaultdict(list)
        for site, terminal in sorted(keys):
            of_site[site].append(terminal)
        terminals: dict[TerminalKey, KnownTerminal] = {}
        if not of_site:
            return terminals
        driver: Any = self._connection.connection.driver_connection
        with driver.cursor(row_factory=namedtuple_row) as cursor:
            cursor.executemany(_HELD, list(of_site.items()), returning=True)
            more = True
            while more:
                terminals |= {(row.site, row.terminal): known_terminal(row) for row in cursor}
                more = bool(cursor.nextset())
        return terminals

    def _among(
        self, columns: Sequence[Column[Any]], keys: Collection[tuple[Any, ...]]
    ) -> ColumnElement[bool]:
        """Whether a row is one of `keys`, in which the site comes first. PostgreSQL is sent arrays:
        however many keys, its statement is the same, which nobody reads anew. It has the site
        apart too: where it divides by site (Citus), it asks those parts alone."""
        if self._connection.dialect.name != "postgresql":
            return tuple_(*columns).in_(sorted(keys))
        names = [column.name for column in columns]
        lists = zip(*sorted(keys), strict=True) if keys else ((),) * len(names)
        arrays = [
            bindparam(None, list(values), ARRAY(column.type))
            for column, values in zip(columns, lists, strict=True)
        ]
        asked = func.unnest(*arrays).table_valued(*names).render_derived(name="asked")
        sites = bindparam(None, sorted({key[0] for key in keys}), ARRAY(columns[0].type))
        return and_(columns[0] == any_(sites), tuple_(*columns).in_(select(asked)))

    def open_runs(self, runs: Iterable[tuple[str, Run]], now: datetime) -> None:
        """Runs by their sites."""
        open_runs(self._connection, runs, now)

    def log_ends(self, sites: Collection[str]) -> dict[str, dict[Log, LogEnd]]:
        """The heads of the logs of these sites, and of the city's accounts."""
        return ends_of(self._connection, {*sites, CITY})

    def stored(self, keys: Collection[DayKey]) -> dict[DayKey, str]:
        """The digests of the day reports that central has of these days."""
        c = day_reports.c
        chosen = self._among((c.site, c.terminal, c.date), keys)
        query = select(c.site, c.terminal, c.date, c.digest).where(chosen)
        rows = self._connection.execute(query)
        return {(row.site, row.terminal, row.date): row.digest for row in rows}

    def known_officers(self, named: Iterable[set[OfSite]]) -> set[OfSite]:
        """Those who are, or were, on a roster; each with the site."""
        c = officers.c
        chosen = self._among((c.site, c.officer), set().union(*named))
        query = select(c.site, c.officer).where(chosen)
        return {(row.site, row.officer) for row in self._connection.execute(query)}

    def known_counters(self, named: Iterable[set[OfSite]]) -> set[OfSite]:
        """The counters at which terminals stand; each with the site."""
        c = terminals.c
        chosen = self._among((c.site, c.counter), set().union(*named))
        query = select(c.site, c.counter).distinct().where(chosen)
        return {(row.site, row.counter) for row in self._connection.execute(query)}

    def seen(self, keys: Collection[DayKey]) -> Mapping[DayKey, dict[SheetKey, OpenSheet]]:
        """The sheets of these days as their terminals last showed them."""
        c = seen_sheets.c
        columns = (c.site, c.terminal, c.date, c.officer, c.n, c.entries, c.seal)
        query = select(*columns).where(self._among((c.site, c.terminal, c.date), keys))
        sheets: dict[DayKey, dict[SheetKey, OpenSheet]] = defaultdict(dict)
        for row in self._connection.execute(query):
            sheets[row.site, row.terminal, row.date][row.date, row.officer] = open_sheet(row)
        return sheets

    def witnessed(self, keys: Collection[DayKey]) -> Mapping[DayKey, dict[SheetKey, Witnessed]]:
        """The sheets of these days of which their terminals showed steps."""
        c = witnessed_sheets.c
        chosen = self._among((c.site, c.terminal, c.date), keys)
        query = select(witnessed_sheets).where(chosen)
        sheets: dict[DayKey, dict[SheetKey, Witnessed]] = defaultdict(dict)
        for row in self._connection.execute(query):
            sheets[row.site, row.terminal, row.date][row.date, row.officer] = witnessed(row)
        return sheets

    def first_missed(self, keys: Collection[DayKey]) -> Mapping[TerminalKey, date]:
        """The first day of which a terminal showed steps, and has sent no report."""
        if not keys:
            return {}
        c, asking = witnessed_sheets.c, {(site, terminal) for site, terminal, _ in keys}
        query = (
            select(c.site, c.terminal, func.min(c.date).label("day"))
            .where(
                self._among((c.site, c.terminal), asking),
                never_reported(min(day for _, _, day in keys)),
            )
            .group_by(c.site, c.terminal)
        )
        return {(row.site, row.terminal): row.day for row in self._connection.execute(query)}

    def put(self, days: Sequence[NewDay], now: datetime) -> None:
        """Store day reports, one of a day, of which none is there. The database's own uniqueness
        is the last guard: where one is, nothing goes in."""
        headers: list[tuple[object, ...]] = []
        lines: list[tuple[object, ...]] = []
        counts: list[tuple[object, ...]] = []
        first_sheets: list[tuple[object, ...]] = []
        grown_sheets: list[tuple[str, str, OpenSheet]] = []
        came_in: list[tuple[str, str, date]] = []
        for day in days:
            key = site, terminal, _ = day.key
            headers.append((*key, day.report.revision, day.digest, "", day.body, now))
            lines += ((*key, *row) for row in line_rows(day.report))
            counts += ((*key, *row) for row in count_rows(day.report))
            first_sheets += ((site, terminal, *astuple(sheet)) for sheet in day.first_sheets)
            grown_sheets += ((site, terminal, sheet) for sheet in day.grown_sheets)
            came_in += ((site, officer, date_) for officer, date_ in officer_days(day.report))
        append_rows(self._connection, day_reports, (*_DAY_KEY, *_HEADER_COLUMNS), headers)
        append_rows(self._connection, day_lines, (*_DAY_KEY, *LINE_COLUMNS), lines)
        append_rows(self._connection, day_counts, (*_DAY_KEY, *COUNT_COLUMNS), counts)
        append_rows(self._connection, seen_sheets, _SHEET_COLUMNS, first_sheets)
        put_sheets(self._connection, grown_sheets)
        mark_unclosed(self._connection, came_in)
