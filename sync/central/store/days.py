"""Day reports, their wide rows, the published blocks, and the log of who read raw tallies."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from kiosk.domain.rating import Outcome
from sync.central.disclosure import Block, Counts, DayCount
from sync.central.ingest import StoredDay, decide
from sync.central.schema import blocks, conflicts, day_counts, day_lines, day_reports, reads
from sync.wire import Answer, DayReport

_LEVELS = ("n1", "n2", "n3", "n4", "n5")


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


class Days:
    def __init__(self, connection: Connection, site: str) -> None:
        self._connection, self._site = connection, site
        self._insert = (
            postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        )

    # --- ingest ----------------------------------------------------------------------------

    def take(self, report: DayReport, body: bytes, digest: str, now: datetime) -> Answer:
        """Store a day report as `decide` says. The header's upsert is the last guard: of two at
        once, only the newer revision's rows stay."""
        answer = decide(self._stored(report), report, digest)
        if answer is Answer.STORED:
            if not self._put_header(report, body, digest, now):
                return decide(self._stored(report), report, digest)
            self._put_rows(report)
        elif answer is Answer.CONFLICT:
            self.keep_aside(report, body, digest, answer, now)
        return answer

    def keep_aside(
        self, report: DayReport, body: bytes, digest: str, answer: Answer, now: datetime
    ) -> None:
        """Keep bytes that were not taken, so that both sides can be compared."""
        row = {
            "site": self._site,
            "terminal": report.terminal,
            "date": report.date,
            "digest": digest,
            "answer": answer.value,
            "body": body,
            "received": now,
        }
        self._connection.execute(self._insert(conflicts).values(row).on_conflict_do_nothing())

    def _stored(self, report: DayReport) -> StoredDay | None:
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

    def _put_rows(self, report: DayReport) -> None:
        key = {"site": self._site, "terminal": report.terminal, "date": report.date}
        for table in (day_lines, day_counts):
            self._connection.execute(
                delete(table).where(*(table.c[name] == value for name, value in key.items()))
            )
        lines = [
            {
                **key,
                "officer": line.officer,
                "service": line.service,
                "counter": line.counter,
                "half": line.half.value,
                "channel": line.channel.value,
                "levels": len(line.n),
                **dict(zip(_LEVELS, (*line.n, 0, 0), strict=False)),
            }
            for line in report.lines
        ]
        told = [
            *(("outcome", x.officer, x.outcome.value, x.n) for x in report.outcomes),
            *(("reason", x.officer, x.reason, x.n) for x in report.reasons),
            *(("gap", "", x.kind, x.n) for x in report.gaps),
        ]
        counts = [{**key, "kind": k, "officer": o, "what": w, "n": n} for k, o, w, n in told]
        if lines:
            self._connection.execute(day_lines.insert(), lines)
        if counts:
            self._connection.execute(day_counts.insert(), counts)

    # --- reading ---------------------------------------------------------------------------

    def kept(self) -> Iterable[KeptReport]:
        """Every day report's bytes, for verify."""
        query = (
            select(
                day_reports.c.terminal,
                day_reports.c.date,
                day_reports.c.revision,
                day_reports.c.digest,
                day_reports.c.body,
            )
            .where(day_reports.c.site == self._site)
            .order_by(day_reports.c.terminal, day_reports.c.date)
        )
        return [KeptReport(*row) for row in self._connection.execute(query)]

    def line_total(self, terminal: str, day: date) -> int:
        """How many ratings the wide rows of a terminal's day hold."""
        total = sum((day_lines.c[name] for name in _LEVELS), start=day_lines.c.n1 * 0)
        query = select(func.coalesce(func.sum(total), 0)).where(
            day_lines.c.site == self._site,
            day_lines.c.terminal == terminal,
            day_lines.c.date == day,
        )
        return int(self._connection.scalar(query) or 0)

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

    def day_counts(self) -> dict[Scaled, list[DayCount]]:
        """Everything known, by officer and scale, for block closing."""
        query = (
            select(
                day_lines.c.officer,
                day_lines.c.levels,
                day_lines.c.date,
                *(func.sum(day_lines.c[name]) for name in _LEVELS),
            )
            .where(day_lines.c.site == self._site)
            .group_by(day_lines.c.officer, day_lines.c.levels, day_lines.c.date)
        )
        suppressed = self._suppressed()
        found: dict[Scaled, list[DayCount]] = defaultdict(list)
        for officer, levels, day, *n in self._connection.execute(query):
            count = DayCount(day, _counts(n), suppressed.get((officer, day), 0))
            found[Scaled(officer, levels)].append(count)
        return dict(found)

    def _suppressed(self) -> dict[tuple[str, date], int]:
        query = (
            select(day_counts.c.officer, day_counts.c.date, func.sum(day_counts.c.n))
            .where(
                day_counts.c.site == self._site,
                day_counts.c.kind == "outcome",
                day_counts.c.what == Outcome.SUPPRESSED.value,
            )
            .group_by(day_counts.c.officer, day_counts.c.date)
        )
        return {(o, day): int(n) for o, day, n in self._connection.execute(query)}

    def gaps(self, until: date) -> Counter[str]:
        """Gaps of all terminals up to and with `until`, by kind."""
        query = (
            select(day_counts.c.what, func.sum(day_counts.c.n))
            .where(
                day_counts.c.site == self._site,
                day_counts.c.kind == "gap",
                day_counts.c.date <= until,
            )
            .group_by(day_counts.c.what)
        )
        return Counter({w: int(n) for w, n in self._connection.execute(query)})

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
            block = Block(row.number, row.first_day, row.last_day, counts, row.suppressed)
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
                "suppressed": block.suppressed,
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
