"""Day reports, their wide rows, the published blocks, and the log of who read raw tallies."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Text, bindparam, cast, delete, func, select, union
from sqlalchemy.dialects import postgresql, sqlite

from kiosk.domain.people import NO_OFFICER
from kiosk.domain.rating import FLAGS, Outcome
from sync.central.disclosure import BESIDE, Beside, Block, Counts
from sync.central.ingest import StoredDay, decide
from sync.central.measures import over_tickets
from sync.central.schema import (
    blocks,
    day_counts,
    day_lines,
    day_reports,
    parked_reports,
    reads,
    sites,
    terminals,
    tickets,
)
from sync.messages import Answer, DayReport, OpenSheet

_LEVELS = ("n1", "n2", "n3", "n4", "n5")
LINE_COLUMNS = ("officer", "service", "counter", "half", "channel", "levels", *_LEVELS)
COUNT_COLUMNS = ("kind", "officer", "what", "n")

MOST_ASIDE = 10
"""Versions of one day of one terminal that are kept aside."""

Row = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Scaled:
    """Whose, on which scale."""

    officer: str
    levels: int


@dataclass(frozen=True, slots=True)
class KeptReport:
    terminal: str
    date: date
    revision: int
    digest: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Ticket:
    """How many citizens a counter served on a day, by its queue system."""

    date: date
    counter: str
    n: int


@dataclass(frozen=True, slots=True)
class KeptAside:
    """A day report that was not taken, and why; how many ratings it has, and the taken one."""

    terminal: str
    date: date
    answer: str
    n: int
    taken_n: int | None


def line_rows(report: DayReport) -> list[Row]:
    """A report's ratings as they stand in `day_lines`: LINE_COLUMNS."""
    return [
        (
            *(x.officer, x.service, x.counter, x.half.value, x.channel.value, len(x.n)),
            *(*x.n, 0, 0)[: len(_LEVELS)],
        )
        for x in report.lines
    ]


def count_rows(report: DayReport) -> list[Row]:
    """A report's other counts as they stand in `day_counts`: COUNT_COLUMNS."""
    return [
        *(("outcome", x.officer, x.outcome.value, x.n) for x in report.outcomes),
        *(("reason", x.officer, x.reason, x.n) for x in report.reasons),
        *(("gap", "", x.kind, x.n) for x in report.gaps),
    ]


# Pages ask these: building a statement takes longer than running it.
_TICKETS = select(func.sum(tickets.c.n)).where(
    tickets.c.site == bindparam("site"),
    tickets.c.date >= bindparam("first"),
    tickets.c.date <= bindparam("last"),
)
_NOBODYS = (
    (day_counts.c.kind == "outcome")
    & (day_counts.c.officer == NO_OFFICER)
    & day_counts.c.what.in_([Outcome.IGNORED.value, Outcome.LATE.value])
)
_GAPS = (
    select(day_counts.c.what, func.sum(day_counts.c.n))
    .where(
        day_counts.c.site == bindparam("site"),
        (day_counts.c.kind == "gap") | _NOBODYS,
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
_ASIDE = (
    select(
        parked_reports.c.terminal,
        parked_reports.c.date,
        parked_reports.c.answer,
        parked_reports.c.body,
        day_reports.c.body,
    )
    .join(
        day_reports,
        (day_reports.c.site == parked_reports.c.site)
        & (day_reports.c.terminal == parked_reports.c.terminal)
        & (day_reports.c.date == parked_reports.c.date),
        isouter=True,
    )
    .where(parked_reports.c.site == bindparam("site"))
    .order_by(parked_reports.c.terminal, parked_reports.c.date)
)
_RATED = (
    select(
        day_lines.c.date,
        day_lines.c.counter,
        func.sum(sum((day_lines.c[name] for name in _LEVELS[1:]), day_lines.c.n1)).label("n"),
    )
    .where(
        day_lines.c.site == bindparam("site"),
        day_lines.c.date >= bindparam("first"),
        day_lines.c.date <= bindparam("last"),
    )
    .group_by(day_lines.c.date, day_lines.c.counter)
    .subquery()  # added up before they are joined: half the time
)
_OVER_TICKETS = (
    select(tickets.c.date, tickets.c.counter, tickets.c.n, _RATED.c.n)
    .join(_RATED, (_RATED.c.counter == tickets.c.counter) & (_RATED.c.date == tickets.c.date))
    .where(tickets.c.site == bindparam("site"), tickets.c.n < _RATED.c.n)
    .order_by(tickets.c.date.desc(), tickets.c.counter)
)
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


def came_in(report: DayReport) -> set[tuple[str, date]]:
    """Of whom a report tells something, and of which day."""
    told = (report.lines, report.outcomes, report.reasons)
    return {(x.officer, report.date) for rows in told for x in rows}


class Days:
    def __init__(self, connection: Connection, site: str) -> None:
        self._connection, self._site = connection, site
        self._insert = (
            postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        )

    # --- ingest ----------------------------------------------------------------------------

    def take(
        self,
        report: DayReport,
        body: bytes,
        digest: str,
        now: datetime,
        stored: StoredDay | None,
    ) -> Answer:
        """Store a day report as `decide` says of the one that is `stored`. The header's upsert is
        the last guard: of two at once, only the newer revision's rows stay."""
        answer = decide(stored, report, digest)
        if answer is Answer.STORED:
            if not self._put_header(report, body, digest, now):
                return decide(self.stored(report), report, digest)
            self._put_rows(report, anew=stored is not None)
        elif answer is Answer.CONFLICT:
            self.keep_aside(report, body, digest, answer, now)
        return answer

    def keep_aside(
        self, report: DayReport, body: bytes, digest: str, answer: Answer, now: datetime
    ) -> None:
        """Keep bytes that were not taken, MOST_ASIDE of a day, so that both can be compared."""
        c = parked_reports.c
        same = (c.site == self._site) & (c.terminal == report.terminal) & (c.date == report.date)
        count = select(func.count()).select_from(parked_reports).where(same)
        if (self._connection.scalar(count) or 0) >= MOST_ASIDE:
            return
        row = {
            "site": self._site,
            "terminal": report.terminal,
            "date": report.date,
            "digest": digest,
            "answer": answer.value,
            "body": body,
            "received": now,
        }
        self._connection.execute(self._insert(parked_reports).values(row).on_conflict_do_nothing())

    def sheets(self, terminal: str, days: Collection[date]) -> tuple[OpenSheet, ...]:
        """The sheets of a terminal's days as they were reported."""
        query = select(day_reports.c.body).where(
            day_reports.c.site == self._site,
            day_reports.c.terminal == terminal,
            day_reports.c.date.in_(days),
        )
        bodies = self._connection.scalars(query)
        return tuple(s for body in bodies for s in DayReport.parse(body).open_sheets())

    def came_in_before(self, report: DayReport) -> set[tuple[str, date]]:
        """Of whom the report that is kept of this day tells something."""
        kept = self.kept(report.terminal, report.date)
        return came_in(DayReport.parse(kept.body)) if kept else set()

    def held(self, terminal: str, since: date) -> list[tuple[date, int, str]]:
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

    def newest_days(self) -> dict[str, date]:
        """Each terminal's last reported day."""
        rows = self._connection.execute(_NEWEST, {"site": self._site})
        return {row.terminal: row.newest for row in rows if row.newest is not None}

    def aside(self) -> tuple[KeptAside, ...]:
        """Day reports that were not taken, by terminal and day."""
        return tuple(
            KeptAside(
                terminal=name,
                date=day,
                answer=answer,
                n=_ratings(body),
                taken_n=_ratings(taken) if taken else None,
            )
            for name, day, answer, body, taken in self._connection.execute(
                _ASIDE, {"site": self._site}
            )
        )

    def stored(self, report: DayReport) -> StoredDay | None:
        row = self._connection.execute(
            select(day_reports.c.revision, day_reports.c.digest).where(
                day_reports.c.site == self._site,
                day_reports.c.terminal == report.terminal,
                day_reports.c.date == report.date,
            )
        ).first()
        return StoredDay(row.revision, row.digest) if row else None

    def _put_header(self, report: DayReport, body: bytes, digest: str, now: datetime) -> bool:
        statement = self._insert(day_reports).values(
            site=self._site,
            terminal=report.terminal,
            date=report.date,
            revision=report.revision,
            digest=digest,
            body=body,
            received=now,
        )
        new = statement.excluded
        upsert = statement.on_conflict_do_update(
            index_elements=["site", "terminal", "date"],
            set_={
                "revision": new.revision,
                "digest": new.digest,
                "body": new.body,
                "received": new.received,
            },
            where=day_reports.c.revision < new.revision,
        ).returning(day_reports.c.revision)
        return self._connection.execute(upsert).first() is not None

    def _put_rows(self, report: DayReport, *, anew: bool) -> None:
        key = {"site": self._site, "terminal": report.terminal, "date": report.date}
        for table in (day_lines, day_counts) if anew else ():
            self._connection.execute(
                delete(table).where(*(table.c[name] == value for name, value in key.items()))
            )
        for table, columns, rows in (
            (day_lines, LINE_COLUMNS, line_rows(report)),
            (day_counts, COUNT_COLUMNS, count_rows(report)),
        ):
            named = [{**key, **dict(zip(columns, row, strict=True))} for row in rows]
            if named:
                self._connection.execute(table.insert(), named)

    # --- reading ---------------------------------------------------------------------------

    def days_held(self) -> list[tuple[str, date]]:
        """Every terminal's day that has a report or rows, for verify. ValueError names one whose
        date can't be."""
        every = union(
            *(
                select(table.c.terminal, cast(table.c.date, Text)).where(table.c.site == self._site)
                for table in (day_reports, day_lines, day_counts)
            )
        )
        return sorted((name, _date(name, text)) for name, text in self._connection.execute(every))

    def unknown_sites(self) -> list[str]:
        """Sites that rows name and nobody set up, for verify."""
        known = select(sites.c.site)
        every = union(
            *(
                select(table.c.site).where(table.c.site.not_in(known))
                for table in (day_reports, day_lines, day_counts)
            )
        )
        return sorted(self._connection.scalars(every))

    def kept(self, terminal: str, day: date) -> KeptReport | None:
        """A day report's own bytes, and what its header says of them."""
        query = select(
            day_reports.c.terminal,
            day_reports.c.date,
            day_reports.c.revision,
            day_reports.c.digest,
            day_reports.c.body,
        ).where(
            day_reports.c.site == self._site,
            day_reports.c.terminal == terminal,
            day_reports.c.date == day,
        )
        row = self._connection.execute(query).first()
        return KeptReport(*row) if row else None

    def rows_agree(self, report: DayReport) -> bool:
        """Whether the rows of a report's day are exactly the report's."""
        for table, columns, wanted in (
            (day_lines, LINE_COLUMNS, line_rows(report)),
            (day_counts, COUNT_COLUMNS, count_rows(report)),
        ):
            query = select(*(table.c[name] for name in columns)).where(
                table.c.site == self._site,
                table.c.terminal == report.terminal,
                table.c.date == report.date,
            )
            if sorted(tuple(row) for row in self._connection.execute(query)) != sorted(wanted):
                return False
        return True

    def tally(self, day: date) -> dict[Scaled, Counts]:
        """Raw counts of one day. For the audit role only; log it with `log_read`."""
        query = (
            select(
                day_lines.c.officer,
                day_lines.c.levels,
                *(func.sum(day_lines.c[name]) for name in _LEVELS),
            )
            .where(day_lines.c.site == self._site, day_lines.c.date == day)
            .group_by(day_lines.c.officer, day_lines.c.levels)
            .order_by(day_lines.c.officer, day_lines.c.levels)
        )
        return {
            Scaled(officer, levels): _counts(n)
            for officer, levels, *n in self._connection.execute(query)
        }

    def outcomes(self, day: date) -> Counter[tuple[str, str]]:
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

    def put_tickets(self, rows: Iterable[Ticket]) -> int:
        """Tickets served by counter and day; a day told again is told anew. How many."""
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

    def flags_since(self, since: date) -> Counter[str]:
        """How many ratings were flagged as unlikely, by terminal; not on whom."""
        rows = self._connection.execute(_FLAGS, {"site": self._site, "since": since})
        return Counter({name: int(n) for name, n in rows})

    def tickets_between(self, first: date, last: date) -> int:
        """Citizens served in a span, by the queue systems that told."""
        asked = {"site": self._site, "first": first, "last": last}
        return int(self._connection.scalar(_TICKETS, asked) or 0)

    def over_tickets(self, first: date, last: date) -> list[tuple[date, str]]:
        """Days on which a counter has more ratings than its tickets explain, newest first. Not by
        how many: that would be a day's tally."""
        asked = {"site": self._site, "first": first, "last": last}
        return [
            (day, counter)
            for day, counter, served, rated in self._connection.execute(_OVER_TICKETS, asked)
            if over_tickets(int(rated), served)
        ]

    def gaps(self, first: date, last: date) -> Counter[str]:
        """Gaps of all terminals in a span, by kind; among them presses that were nobody's."""
        asked = {"site": self._site, "first": first, "last": last}
        rows = self._connection.execute(_GAPS, asked)
        return Counter({w: int(n) for w, n in rows})

    # --- blocks ----------------------------------------------------------------------------

    def blocks(self) -> dict[Scaled, list[Block]]:
        """Every published block, oldest first."""
        query = (
            select(blocks)
            .where(blocks.c.site == self._site)
            .order_by(blocks.c.officer, blocks.c.levels, blocks.c.number)
        )
        found: dict[Scaled, list[Block]] = defaultdict(list)
        for row in self._connection.execute(query):
            counts = _counts([row.n1, row.n2, row.n3, row.n4, row.n5])
            span = (row.number, row.first_day, row.last_day)
            beside = Beside(*(getattr(row, name) for name in BESIDE))
            block = Block(*span, counts, beside)
            found[Scaled(row.officer, row.levels)].append(block)
        return dict(found)

    def publish(self, whose: Scaled, fresh: Iterable[Block]) -> None:
        """Add blocks; one that is there already stays as it is."""
        for block in fresh:
            row = {
                "site": self._site,
                "officer": whose.officer,
                "levels": whose.levels,
                "number": block.number,
                "first_day": block.first_day,
                "last_day": block.last_day,
                **dict(zip(_LEVELS, block.counts, strict=True)),
                **{name: getattr(block.beside, name) for name in BESIDE},
            }
            self._connection.execute(self._insert(blocks).values(row).on_conflict_do_nothing())

    def log_read(self, reader: str, what: str, now: datetime) -> None:
        row = {"site": self._site, "at": now, "reader": reader, "what": what}
        self._connection.execute(self._insert(reads).values(row).on_conflict_do_nothing())

    def reads(self) -> list[tuple[datetime, str, str]]:
        query = (
            select(reads.c.at, reads.c.reader, reads.c.what)
            .where(reads.c.site == self._site)
            .order_by(reads.c.at)
        )
        return [(at, reader, what) for at, reader, what in self._connection.execute(query)]


def _counts(n: Iterable[int]) -> Counts:
    a, b, c, d, e = (int(value) for value in n)
    return (a, b, c, d, e)


def _ratings(body: bytes) -> int:
    """How many ratings a kept day report has."""
    return sum(sheet.n for sheet in DayReport.parse(body).sheets)


def _date(terminal: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{terminal} {text}: {error}") from None
