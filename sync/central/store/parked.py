"""Parked reports: day reports that were not taken, kept whole so that a person can compare."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, select, update

from sync.central.ingest import Why
from sync.central.schema import day_reports, parked_reports
from sync.central.store.room import Room
from sync.central.store.terminals import utc
from sync.messages import Answer, DayReport

DECIDED = "kept-central"
"""Two people have said that central's own report of the day stays: these bytes are asked about no
more."""
MOST_PARKED = 10
"""Versions of one day of one terminal that are parked."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """That parked reports count: who says so, in which roles (by space), why and when."""

    by: str
    roles: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ParkedReport:
    """A day report that was not taken, and why; how many ratings it has, and the taken one."""

    terminal: str
    date: date
    answer: str
    n: int
    taken_n: int | None
    digest: str
    proposal: Proposal | None = None
    """That it counts; None while nobody has proposed it."""


@dataclass(frozen=True, slots=True)
class WaitingReport:
    """A parked report as it came."""

    body: bytes
    date: date
    digest: str
    answer: str
    proposal: Proposal | None


_SAME_DAY = and_(
    *(day_reports.c[name] == parked_reports.c[name] for name in ("site", "terminal", "date"))
)
# The fleet page asks this: building a statement takes longer than running it.
_ALL = (
    select(
        parked_reports.c.terminal,
        parked_reports.c.date,
        parked_reports.c.answer,
        parked_reports.c.body,
        parked_reports.c.digest,
        parked_reports.c.proposed_by,
        parked_reports.c.proposed_roles,
        parked_reports.c.reason,
        parked_reports.c.proposed,
        day_reports.c.body.label("taken_body"),
    )
    .join(day_reports, _SAME_DAY, isouter=True)
    .where(parked_reports.c.site == bindparam("site"), parked_reports.c.answer != DECIDED)
    .order_by(parked_reports.c.terminal, parked_reports.c.date)
)


class ParkedReports(Room):
    def put(
        self, report: DayReport, body: bytes, digest: str, answer: Answer | Why, now: datetime
    ) -> None:
        """Park bytes that were not taken, and why; beyond MOST_PARKED of a day they are
        dropped."""
        same_day = and_(
            parked_reports.c.site == self._site,
            parked_reports.c.terminal == report.terminal,
            parked_reports.c.date == report.date,
        )
        count = select(func.count()).select_from(parked_reports).where(same_day)
        if (self._connection.scalar(count) or 0) >= MOST_PARKED:
            return
        row = {
            "site": self._site,
            "terminal": report.terminal,
            "date": report.date,
            "digest": digest,
            "answer": answer.value,
            "body": body,
            "received": now,
            "proposed_by": "",
            "proposed_roles": "",
            "reason": "",
        }
        self._connection.execute(self._insert(parked_reports).values(row).on_conflict_do_nothing())

    def all(self) -> tuple[ParkedReport, ...]:
        """By terminal and day."""
        rows = self._connection.execute(_ALL, {"site": self._site})
        return tuple(
            ParkedReport(
                terminal=row.terminal,
                date=row.date,
                answer=row.answer,
                n=_ratings(row.body),
                taken_n=_ratings(row.taken_body) if row.taken_body else None,
                digest=row.digest,
                proposal=_proposal(row),
            )
            for row in rows
        )

    def propose(self, terminal: str, why: Why, proposal: Proposal) -> int:
        """Propose that everything of a terminal that is parked for this now counts; how many."""
        done = self._connection.execute(
            update(parked_reports)
            .where(*self._for(terminal, why))
            .values(
                proposed_by=proposal.by,
                proposed_roles=proposal.roles,
                reason=proposal.reason,
                proposed=proposal.at,
            )
        )
        return done.rowcount

    def waiting(self, terminal: str, why: Why) -> tuple[WaitingReport, ...]:
        """What of a terminal was parked for this, the oldest first."""
        c = parked_reports.c
        query = select(parked_reports).where(*self._for(terminal, why))
        return tuple(
            WaitingReport(
                body=row.body,
                date=row.date,
                digest=row.digest,
                answer=row.answer,
                proposal=_proposal(row),
            )
            for row in self._connection.execute(query.order_by(c.date, c.received))
        )

    def remains(self, terminal: str, why: Why) -> bool:
        """Whether anything of a terminal is parked for this."""
        query = select(parked_reports.c.date).where(*self._for(terminal, why)).limit(1)
        return self._connection.execute(query).first() is not None

    def decide_against(self, terminal: str, day: date, digest: str) -> None:
        """Central's own report stays: this one is stored on, and stands on no list."""
        self._connection.execute(
            update(parked_reports).where(*self._these(terminal, day, digest)).values(answer=DECIDED)
        )

    def is_decided(self, terminal: str, day: date, digest: str) -> bool:
        query = select(parked_reports.c.answer).where(*self._these(terminal, day, digest))
        return self._connection.scalar(query) == DECIDED

    def take_out(self, terminal: str, day: date, digest: str) -> None:
        """It counts now."""
        self._connection.execute(delete(parked_reports).where(*self._these(terminal, day, digest)))

    def _these(self, terminal: str, day: date, digest: str) -> tuple[ColumnElement[bool], ...]:
        c = parked_reports.c
        of_day = (c.site == self._site, c.terminal == terminal, c.date == day)
        return (*of_day, c.digest == digest)

    def _for(self, terminal: str, why: Why) -> tuple[ColumnElement[bool], ...]:
        c = parked_reports.c
        return c.site == self._site, c.terminal == terminal, c.answer == why.value


def _proposal(row: Row[*tuple[Any, ...]]) -> Proposal | None:
    if row.proposed is None:
        return None
    return Proposal(
        by=row.proposed_by, roles=row.proposed_roles, reason=row.reason, at=utc(row.proposed)
    )


def _ratings(body: bytes) -> int:
    """How many ratings a day report has."""
    return sum(sheet.n for sheet in DayReport.parse(body).sheets)
