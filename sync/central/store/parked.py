"""Parked reports: day reports that were not taken, kept whole so that a person can compare."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, bindparam, func, select

from sync.central.schema import day_reports, parked_reports
from sync.central.store.room import Room
from sync.messages import Answer, DayReport

MOST_PARKED = 10
"""Versions of one day of one terminal that are parked."""


@dataclass(frozen=True, slots=True)
class ParkedReport:
    """A day report that was not taken, and why; how many ratings it has, and the taken one."""

    terminal: str
    date: date
    answer: str
    n: int
    taken_n: int | None


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
        day_reports.c.body.label("taken_body"),
    )
    .join(day_reports, _SAME_DAY, isouter=True)
    .where(parked_reports.c.site == bindparam("site"))
    .order_by(parked_reports.c.terminal, parked_reports.c.date)
)


class ParkedReports(Room):
    def put(
        self, report: DayReport, body: bytes, digest: str, answer: Answer, now: datetime
    ) -> None:
        """Park bytes that were not taken; beyond MOST_PARKED of a day they are dropped."""
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
            )
            for row in rows
        )


def _ratings(body: bytes) -> int:
    """How many ratings a day report has."""
    return sum(sheet.n for sheet in DayReport.parse(body).sheets)
