"""Day reports: each as it came, and its wide rows."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    true,
    union,
)
from sqlalchemy import Row as AnyRow

from kiosk.domain.people import NO_OFFICER
from kiosk.domain.rating import FLAGS, Outcome
from sync.central.ingest import StoredDay
from sync.central.schema import (
    LEVELS,
    day_counts,
    day_lines,
    day_reports,
    earlier_reports,
    officers,
    terminals,
    unknown_officers,
)
from sync.central.store.room import Room
from sync.central.store.terminals import utc
from sync.messages import SIGN_ONS, DayReport, OpenSheet

LINE_COLUMNS = ("officer", "service", "counter", "half", "channel", "levels", *LEVELS)
COUNT_COLUMNS = ("kind", "officer", "what", "n")

Row = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A day report's own bytes, and what its header says of them."""

    terminal: str
    date: date
    revision: int
    digest: str
    replaced: str
    """The digest of the revision that it replaced; "" where there was none."""
    body: bytes
    """Empty: it was kept long enough."""
    received: datetime


NOBODY: frozenset[str] = frozenset()


def line_rows(report: DayReport, but: frozenset[str] = NOBODY) -> list[Row]:
    """A report's ratings as they stand in `day_lines`: LINE_COLUMNS. `but`: whose are left out."""
    rows: list[Row] = []
    for line in report.lines:
        if line.officer in but:
            continue
        key = (line.officer, line.service, line.counter, line.half.value, line.channel.value)
        counts = (*line.n, 0, 0)[: len(LEVELS)]
        rows.append((*key, len(line.n), *counts))
    return rows


def count_rows(report: DayReport, but: frozenset[str] = NOBODY) -> list[Row]:
    """A report's other counts as they stand in `day_counts`: COUNT_COLUMNS."""
    outcomes = (x for x in report.outcomes if x.officer not in but)
    reasons = (x for x in report.reasons if x.officer not in but)
    gaps = (x for x in report.gaps if x.officer not in but)
    return [
        *(("outcome", x.officer, x.outcome.value, x.n) for x in outcomes),
        *(("reason", x.officer, x.reason, x.n) for x in reasons),
        *(("gap", x.officer, x.kind, x.n) for x in gaps),
        *(("order", NO_OFFICER, order.value, 1) for order in report.orders),
    ]


def officer_days(report: DayReport) -> set[tuple[str, date]]:
    """The officers that a report has rows of, each with the report's day."""
    officers = {
        *(line.officer for line in report.lines),
        *(count.officer for count in report.outcomes),
        *(count.officer for count in report.reasons),
    }
    return {(officer, report.date) for officer in officers}


def select_reports(table: Table) -> Select[Any]:
    c = table.c
    return select(c.terminal, c.date, c.revision, c.digest, c.replaced, c.body, c.received)


def report_of(row: AnyRow[Any]) -> StoredReport:
    return StoredReport(
        terminal=row.terminal,
        date=row.date,
        revision=row.revision,
        digest=row.digest,
        replaced=row.replaced,
        body=row.body,
        received=utc(row.received),
    )


_IS_GAP = (day_counts.c.kind == "gap") & (day_counts.c.what != SIGN_ONS)
# Pages ask these: building a statement takes longer than running it.
_NOBODYS = (
    (day_counts.c.kind == "outcome")
    & (day_counts.c.officer == NO_OFFICER)
    & day_counts.c.what.in_([Outcome.IGNORED.value, Outcome.LATE.value])
)
_TESTED = (day_counts.c.kind == "outcome") & (day_counts.c.what == Outcome.TESTED.value)
"""Whoever is on duty: a technician's presses, no citizen's."""
_GAPS = (
    select(day_counts.c.what, func.sum(day_counts.c.n))
    .where(
        day_counts.c.site == bindparam("site"),
        _IS_GAP | _NOBODYS | _TESTED,
        day_counts.c.date >= bindparam("first"),
        day_counts.c.date <= bindparam("last"),
    )
    .group_by(day_counts.c.what)
)
_NEWEST = select(
    terminals.c.terminal,
    # By terminal: their last days stand at the ends of an index, however many days there are.
    select(func.max(day_reports.c.date))
    .where(day_reports.c.site == terminals.c.site, day_reports.c.terminal == terminals.c.terminal)
    .scalar_subquery()
    .label("newest"),
).where(terminals.c.site == bindparam("site"))
_FLAGS = (
    select(day_counts.c.terminal, func.sum(day_counts.c.n))
    .where(
        day_counts.c.site == bindparam("site"),
        day_counts.c.date >= bindparam("since"),
        day_counts.c.kind == "outcome",
        day_counts.c.what.in_([flag.value for flag in FLAGS]),
    )
    .group_by(day_counts.c.terminal)
)


_OWN_GAPS = (
    select(day_counts.c.officer, day_counts.c.what, func.sum(day_counts.c.n))
    .where(
        day_counts.c.site == bindparam("site"),
        day_counts.c.officer.in_(bindparam("officers", expanding=True)),
        _IS_GAP,
        day_counts.c.date >= bindparam("first"),
        day_counts.c.date <= bindparam("last"),
    )
    .group_by(day_counts.c.officer, day_counts.c.what)
    .order_by(day_counts.c.officer, day_counts.c.what)
)


def _at_work(table: Table) -> Select[Any]:
    """The officers, terminals and days that a table has rows of."""
    c = table.c
    return select(c.officer, c.terminal, c.date).where(
        c.site == bindparam("site"),
        c.officer.in_(bindparam("officers", expanding=True)),
        c.date >= bindparam("first"),
        c.date <= bindparam("last"),
    )


_LATE_PAUSE = "pause-before-closing"
_AT_WORK = union(_at_work(day_lines), _at_work(day_counts)).subquery()
_GAPS_AROUND = (
    select(_AT_WORK.c.officer, day_counts.c.what, func.sum(day_counts.c.n))
    .join(
        day_counts,
        and_(
            day_counts.c.terminal == _AT_WORK.c.terminal,
            day_counts.c.date == _AT_WORK.c.date,
        ),
    )
    .where(
        day_counts.c.site == bindparam("site"),
        day_counts.c.kind == "gap",
        day_counts.c.officer == NO_OFFICER,
        or_(day_counts.c.what.like("%-minutes"), day_counts.c.what == _LATE_PAUSE),
    )
    .group_by(_AT_WORK.c.officer, day_counts.c.what)
    .order_by(_AT_WORK.c.officer, day_counts.c.what)
)


class Days(Room):
    # --- writing -----------------------------------------------------------------------------

    def put(self, report: DayReport, body: bytes, digest: str, now: datetime) -> bool:
        """Store a report in place of earlier revisions of its day. False, and nothing is stored,
        when another transaction has put one that is as new: of two at once, only the newer one's
        rows stay."""
        if report.revision > 1:
            self._keep_earlier(report)
        if not self._put_header(report, body, digest, now):
            return False
        self._put_rows(report)
        return True

    def _keep_earlier(self, report: DayReport) -> None:
        """The revision that a later one replaces stays, as it came."""
        columns = [column.name for column in earlier_reports.columns]
        current = select(*(day_reports.c[name] for name in columns)).where(
            *self._of_day(day_reports, report.terminal, report.date),
            day_reports.c.revision < report.revision,
        )
        self._connection.execute(
            self._insert(earlier_reports).from_select(columns, current).on_conflict_do_nothing()
        )

    def _put_header(self, report: DayReport, body: bytes, digest: str, now: datetime) -> bool:
        statement = self._insert(day_reports).values(
            site=self._site,
            terminal=report.terminal,
            date=report.date,
            revision=report.revision,
            digest=digest,
            replaced="",
            body=body,
            received=now,
        )
        new = statement.excluded
        upsert = statement.on_conflict_do_update(
            index_elements=["site", "terminal", "date"],
            set_={
                "revision": new.revision,
                "digest": new.digest,
                "replaced": day_reports.c.digest,
                "body": new.body,
                "received": new.received,
            },
            where=day_reports.c.revision < new.revision,
        ).returning(day_reports.c.revision)
        return self._connection.execute(upsert).first() is not None

    def _put_rows(self, report: DayReport) -> None:
        strangers = self._put_unknown_officers(report)
        key = {"site": self._site, "terminal": report.terminal, "date": report.date}
        for table, columns, rows in (
            (day_lines, LINE_COLUMNS, line_rows(report, but=strangers)),
            (day_counts, COUNT_COLUMNS, count_rows(report, but=strangers)),
        ):
            earlier = self._of_day(table, report.terminal, report.date)
            self._connection.execute(delete(table).where(*earlier))
            named = [{**key, **dict(zip(columns, row, strict=True))} for row in rows]
            if named:
                self._connection.execute(table.insert(), named)

    def _put_unknown_officers(self, report: DayReport) -> frozenset[str]:
        """Remember who of a report is not on the roster, and was not: their rows wait."""
        on_roster = select(officers.c.officer).where(
            officers.c.site == self._site, officers.c.officer.in_(report.officers())
        )
        strangers = report.officers() - set(self._connection.scalars(on_roster))
        earlier = self._of_day(unknown_officers, report.terminal, report.date)
        self._connection.execute(delete(unknown_officers).where(*earlier))
        rows = [
            {
                "site": self._site,
                "officer": officer,
                "terminal": report.terminal,
                "date": report.date,
            }
            for officer in sorted(strangers)
        ]
        if rows:
            self._connection.execute(unknown_officers.insert(), rows)
        return strangers

    def put_rows_again(self, terminal: str, day: date) -> set[tuple[str, date]]:
        """The rows of a stored report as the roster has its officers now; whose rows there are."""
        stored = self.report(terminal, day)
        if stored is None:
            return set()
        report = DayReport.parse(stored.body)
        self._put_rows(report)
        return officer_days(report)

    def now_known(self) -> list[tuple[str, date]]:
        """Reports with rows that waited for an officer who is on the roster now."""
        u = unknown_officers.c
        query = (
            select(u.terminal, u.date)
            .distinct()
            .join(officers, and_(officers.c.site == u.site, officers.c.officer == u.officer))
            .where(u.site == self._site)
            .order_by(u.terminal, u.date)
        )
        return [(row.terminal, row.date) for row in self._connection.execute(query)]

    def unknown_officers(self) -> dict[str, list[tuple[str, date]]]:
        """Who is in reports and was never on the roster, with the terminals and days."""
        u = unknown_officers.c
        query = select(u.officer, u.terminal, u.date).where(u.site == self._site)
        days: dict[str, list[tuple[str, date]]] = {}
        for row in self._connection.execute(query.order_by(u.officer, u.terminal, u.date)):
            days.setdefault(row.officer, []).append((row.terminal, row.date))
        return days

    def _of_day(self, table: Table, terminal: str, day: date) -> tuple[ColumnElement[bool], ...]:
        c = table.c
        return c.site == self._site, c.terminal == terminal, c.date == day

    # --- a terminal's reports ----------------------------------------------------------------

    def stored(self, report: DayReport) -> StoredDay | None:
        """What is stored of the day of a report."""
        row = self._connection.execute(
            select(
                day_reports.c.revision,
                day_reports.c.digest,
                (day_reports.c.body == b"").label("emptied"),
            ).where(
                day_reports.c.site == self._site,
                day_reports.c.terminal == report.terminal,
                day_reports.c.date == report.date,
            )
        ).first()
        if row is None:
            return None
        return StoredDay(revision=row.revision, digest=row.digest, emptied=bool(row.emptied))

    def report(self, terminal: str, day: date) -> StoredReport | None:
        """A day report as it came."""
        query = select_reports(day_reports).where(*self._of_day(day_reports, terminal, day))
        row = self._connection.execute(query).first()
        return report_of(row) if row else None

    def earlier(self, terminal: str, day: date) -> tuple[StoredReport, ...]:
        """The revisions of a day that later ones replaced, as they came, the first one first."""
        query = select_reports(earlier_reports).where(*self._of_day(earlier_reports, terminal, day))
        rows = self._connection.execute(query.order_by(earlier_reports.c.revision))
        return tuple(map(report_of, rows))

    def reported_before(self, day: date) -> bool:
        """Whether the office has reported any day before this one."""
        query = select(day_reports.c.date).where(
            day_reports.c.site == self._site, day_reports.c.date < day
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def revised(self) -> set[tuple[str, date]]:
        """The terminals and days whose report replaced another, or says so."""
        return {
            (row.terminal, row.date)
            for table, which in (
                (earlier_reports, true()),
                (day_reports, day_reports.c.replaced != ""),
            )
            for row in self._connection.execute(
                select(table.c.terminal, table.c.date).where(table.c.site == self._site, which)
            )
        }

    def revised_on(self, day: date) -> list[str]:
        """The terminals whose report of a day replaced another."""
        c = earlier_reports.c
        query = select(c.terminal).distinct().where(c.site == self._site, c.date == day)
        return sorted(self._connection.scalars(query))

    def of_any(self, terminals_: Collection[str], day: date) -> str:
        """One of these terminals that has reported the day; "" where none has."""
        if not terminals_:
            return ""
        query = select(day_reports.c.terminal).where(
            day_reports.c.site == self._site,
            day_reports.c.terminal.in_(terminals_),
            day_reports.c.date == day,
        )
        first: str | None = self._connection.scalar(query.order_by(day_reports.c.terminal))
        return first or ""

    def sheets(self, terminal: str, days: Collection[date]) -> tuple[OpenSheet, ...]:
        """The sheets of a terminal's days as they were reported."""
        query = select(day_reports.c.body).where(
            day_reports.c.site == self._site,
            day_reports.c.terminal == terminal,
            day_reports.c.date.in_(days),
            day_reports.c.body != b"",
        )
        bodies = self._connection.scalars(query)
        return tuple(s for body in bodies for s in DayReport.parse(body).open_sheets())

    def officer_days(self, terminal: str, day: date) -> set[tuple[str, date]]:
        """The officers that the stored report of a day has rows of."""
        stored = self.report(terminal, day)
        return officer_days(DayReport.parse(stored.body)) if stored and stored.body else set()

    def digests(self, terminal: str, since: date) -> list[tuple[date, int, str]]:
        """A terminal's day reports since a day: date, revision, digest."""
        query = (
            select(day_reports.c.date, day_reports.c.revision, day_reports.c.digest)
            .where(
                day_reports.c.site == self._site,
                day_reports.c.terminal == terminal,
                day_reports.c.date >= since,
            )
            .order_by(day_reports.c.date)
        )
        return [(row.date, row.revision, row.digest) for row in self._connection.execute(query)]

    def earlier_digests(self, terminal: str, since: date) -> list[tuple[date, int, str]]:
        """The same of the revisions that later ones replaced, the newest days first."""
        c = earlier_reports.c
        query = (
            select(c.date, c.revision, c.digest)
            .where(c.site == self._site, c.terminal == terminal, c.date >= since)
            .order_by(c.date.desc(), c.revision.desc())
        )
        return [(row.date, row.revision, row.digest) for row in self._connection.execute(query)]

    # --- all terminals' ----------------------------------------------------------------------

    def newest_days(self) -> dict[str, date]:
        """Each terminal's last reported day."""
        rows = self._connection.execute(_NEWEST, {"site": self._site})
        return {row.terminal: row.newest for row in rows if row.newest is not None}

    def gaps(self, first: date, last: date) -> Counter[str]:
        """Gaps of all terminals in a span, by kind; among them presses that were nobody's
        or tested the panel."""
        asked = {"site": self._site, "first": first, "last": last}
        rows = self._connection.execute(_GAPS, asked)
        return Counter({kind: int(n) for kind, n in rows})

    def gaps_of(
        self, officers: Collection[str], first: date, last: date
    ) -> dict[str, Counter[str]]:
        """Gaps of these officers' own duties in a span, by officer and kind."""
        return self._gaps_by_officer(_OWN_GAPS, officers, first, last)

    def gaps_at_terminals_of(
        self, officers: Collection[str], first: date, last: date
    ) -> dict[str, Counter[str]]:
        """Gaps that are nobody's, of the terminals and days on which these officers were at work,
        by officer and kind. Of two officers at one terminal each has them."""
        return self._gaps_by_officer(_GAPS_AROUND, officers, first, last)

    def _gaps_by_officer(
        self, query: Select[Any], officers: Collection[str], first: date, last: date
    ) -> dict[str, Counter[str]]:
        asked = {"site": self._site, "officers": list(officers), "first": first, "last": last}
        gaps: dict[str, Counter[str]] = {}
        for officer, kind, n in self._connection.execute(query, asked):
            gaps.setdefault(officer, Counter())[kind] = int(n)
        return gaps

    def flags_since(self, since: date) -> Counter[str]:
        """How many ratings were flagged as unlikely, by terminal; not on whom."""
        rows = self._connection.execute(_FLAGS, {"site": self._site, "since": since})
        return Counter({terminal: int(n) for terminal, n in rows})
