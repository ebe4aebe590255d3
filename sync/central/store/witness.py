"""What central has seen of each terminal's sheets, and the alarms that follow when they differ."""

import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    distinct,
    func,
    or_,
    select,
    update,
)

from sync.central.ingest import SheetKey, Witnessed
from sync.central.schema import (
    alarms,
    day_lines,
    day_reports,
    parked_reports,
    seen_sheets,
    witnessed_sheets,
)
from sync.central.store.room import Room, insert_on
from sync.central.store.terminals import utc
from sync.commitment import NOTHING
from sync.messages import OpenSheet

MISSED_FOR = timedelta(days=60)
"""So long the report of a day that was witnessed is missed."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a person has to look at. `settled` once somebody has, with a `note`."""

    at: datetime
    terminal: str
    kind: str
    detail: str
    settled: datetime | None = None
    settled_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Twice:
    """One officer rated at several terminals within one half-day."""

    day: date
    half: str
    officer: str
    terminals: tuple[str, ...]


# The fleet page asks these: building a statement takes longer than running it.
_LOG = logging.getLogger("kiosk.central.alarm")
_ALARMS = select(alarms).where(alarms.c.site == bindparam("site")).order_by(alarms.c.at.desc())
_HALF = (day_lines.c.date, day_lines.c.half, day_lines.c.officer)
_SEVERAL = (
    select(*_HALF)
    .where(day_lines.c.site == bindparam("site"), day_lines.c.date >= bindparam("since"))
    .group_by(*_HALF)
    .having(func.count(distinct(day_lines.c.terminal)) > 1)
)


def put_sheets(connection: Connection, sheets: Iterable[tuple[str, str, OpenSheet]]) -> None:
    """Remember reported sheets, each with its site and terminal."""
    rows = [
        {
            "site": site,
            "terminal": terminal,
            "date": sheet.date,
            "officer": sheet.officer,
            "n": sheet.n,
            "entries": sheet.entries,
            "seal": sheet.seal,
        }
        for site, terminal, sheet in sheets
    ]
    if rows:
        statement = insert_on(connection)(seen_sheets)
        new = {name: statement.excluded[name] for name in ("n", "entries", "seal")}
        key = ["site", "terminal", "date", "officer"]
        connection.execute(statement.on_conflict_do_update(index_elements=key, set_=new), rows)


def witnessed(row: Row[*tuple[Any, ...]]) -> Witnessed:
    return Witnessed(
        date=row.date,
        officer=row.officer,
        steps=row.steps,
        point=bytes.fromhex(row.point),
        last_step=row.last_step,
        history=row.history,
    )


def open_sheet(row: Row[*tuple[Any, ...]]) -> OpenSheet:
    return OpenSheet(
        date=row.date, officer=row.officer, n=row.n, entries=row.entries, seal=row.seal
    )


def never_reported(day: date) -> ColumnElement[bool]:
    """Whether a sheet that was shown in the weeks before a day waits for its report, also where
    people have let the terminal begin anew since."""
    c = witnessed_sheets.c
    return and_(or_(c.steps > 0, c.history > 0), c.date >= day - MISSED_FOR, *_not_come())


def _not_come() -> Iterator[ColumnElement[bool]]:
    """That no report of a sheet's day has come, neither taken nor parked."""
    c = witnessed_sheets.c
    for table in (day_reports, parked_reports):
        report = select(table.c.date).where(
            table.c.site == c.site, table.c.terminal == c.terminal, table.c.date == c.date
        )
        yield ~report.exists()


class Witness(Room):
    def seen(self, terminal: str, days: Collection[date]) -> dict[SheetKey, OpenSheet]:
        """The sheets of `days` as this terminal last reported them."""
        return self._seen(terminal, seen_sheets.c.date.in_(days))

    def _seen(self, terminal: str, which: ColumnElement[bool]) -> dict[SheetKey, OpenSheet]:
        query = select(
            seen_sheets.c.date,
            seen_sheets.c.officer,
            seen_sheets.c.n,
            seen_sheets.c.entries,
            seen_sheets.c.seal,
        ).where(self._of(terminal), which)
        sheets = map(open_sheet, self._connection.execute(query))
        return {(sheet.date, sheet.officer): sheet for sheet in sheets}

    def _of(self, terminal: str) -> ColumnElement[bool]:
        return and_(seen_sheets.c.site == self._site, seen_sheets.c.terminal == terminal)

    def put(self, terminal: str, sheets: Iterable[OpenSheet]) -> None:
        """Remember these sheets as they were reported."""
        mine = ((self._site, terminal, sheet) for sheet in sheets)
        put_sheets(self._connection, mine)

    def forget(self, terminal: str) -> None:
        """Forget a terminal's history: it begins a new one. What it showed of its sheets is asked
        no more; it shows them anew."""
        self._connection.execute(
            delete(seen_sheets).where(
                seen_sheets.c.site == self._site, seen_sheets.c.terminal == terminal
            )
        )
        self._connection.execute(
            update(witnessed_sheets)
            .where(self._shown_by(terminal))
            .values(
                history=witnessed_sheets.c.history + 1,
                steps=0,
                point=NOTHING.hex(),
                last_step="",
            )
        )

    # --- steps of open sheets ----------------------------------------------------------------

    def witnessed(self, terminal: str, days: Collection[date]) -> dict[SheetKey, Witnessed]:
        """What this terminal showed of the sheets of these days, step by step."""
        query = select(witnessed_sheets).where(
            self._shown_by(terminal), witnessed_sheets.c.date.in_(days)
        )
        return {(row.date, row.officer): witnessed(row) for row in self._connection.execute(query)}

    def put_witnessed(self, terminal: str, sheets: Iterable[Witnessed]) -> None:
        rows = [
            {
                "site": self._site,
                "terminal": terminal,
                "date": sheet.date,
                "officer": sheet.officer,
                "steps": sheet.steps,
                "point": sheet.point.hex(),
                "last_step": sheet.last_step,
                "history": sheet.history,
            }
            for sheet in sheets
        ]
        if rows:
            statement = self._insert(witnessed_sheets)
            new = {
                name: statement.excluded[name]
                for name in ("steps", "point", "last_step", "history")
            }
            key = ["site", "terminal", "date", "officer"]
            self._connection.execute(
                statement.on_conflict_do_update(index_elements=key, set_=new), rows
            )

    def _shown_by(self, terminal: str) -> ColumnElement[bool]:
        c = witnessed_sheets.c
        return and_(c.site == self._site, c.terminal == terminal)

    def never_reported(self, terminal: str, before: date) -> tuple[date, ...]:
        """Days before a day of which this terminal showed steps, and has sent no report."""
        c = witnessed_sheets.c
        query = (
            select(c.date)
            .distinct()
            .where(self._shown_by(terminal), c.date < before, never_reported(before))
            .order_by(c.date)
        )
        return tuple(self._connection.scalars(query))

    def newest_days(self, terminal: str, until: date, most: int) -> tuple[date, ...]:
        """The newest days up to one of which this terminal showed steps, the newest first."""
        c = witnessed_sheets.c
        query = select(c.date).distinct().where(self._shown_by(terminal), c.date <= until)
        return tuple(self._connection.scalars(query.order_by(c.date.desc()).limit(most)))

    def count_unreported(self, terminal: str) -> int:
        """How many sheets of this terminal belong to days of which central has no report, not even
        a parked one."""
        c = witnessed_sheets.c
        query = (
            select(func.count())
            .select_from(witnessed_sheets)
            .where(self._shown_by(terminal), c.steps > 0, *_not_come())
        )
        return self._connection.scalar(query) or 0

    # --- alarms ----------------------------------------------------------------------------

    def alarm(self, raised: Alarm) -> None:
        """Raise an alarm; the same one again, until it is settled, is one."""
        c = alarms.c
        same = (
            (c.terminal == raised.terminal) & (c.kind == raised.kind) & (c.detail == raised.detail)
        )
        unsettled = select(c.at).where(c.site == self._site, same, c.settled.is_(None))
        if self._connection.execute(unsettled).first() is not None:
            return
        self._connection.execute(
            self._insert(alarms)
            .values(
                site=self._site,
                at=raised.at,
                terminal=raised.terminal,
                kind=raised.kind,
                detail=raised.detail,
                settled_by="",
                note="",
            )
            .on_conflict_do_nothing()
        )
        # Without its detail: that may be an officer and a day.
        _LOG.warning("alarm at %s/%s: %s", self._site, raised.terminal, raised.kind)

    def alarms(self) -> tuple[Alarm, ...]:
        """All of them, the newest first."""
        rows = self._connection.execute(_ALARMS, {"site": self._site})
        return tuple(
            Alarm(
                at=utc(row.at),
                terminal=row.terminal,
                kind=row.kind,
                detail=row.detail,
                settled=utc(row.settled) if row.settled else None,
                settled_by=row.settled_by,
                note=row.note,
            )
            for row in rows
        )

    def settled(self, terminal: str, kind: str, detail: str) -> datetime | None:
        """When people last settled this alarm; None: never."""
        c = alarms.c
        of = (c.site == self._site, c.terminal == terminal, c.kind == kind, c.detail == detail)
        newest = self._connection.scalar(select(func.max(c.settled)).where(*of))
        return utc(newest) if newest else None

    def is_open(self, terminal: str, kind: str) -> bool:
        """Whether an alarm of this kind stands."""
        c = alarms.c
        of = (c.site == self._site, c.terminal == terminal, c.kind == kind)
        return self._connection.scalar(select(c.at).where(*of, c.settled.is_(None))) is not None

    def details(self, kind: str) -> tuple[str, ...]:
        """What the alarms of one kind are about, settled or not."""
        query = (
            select(alarms.c.detail)
            .distinct()
            .where(alarms.c.site == self._site, alarms.c.kind == kind)
            .order_by(alarms.c.detail)
        )
        return tuple(self._connection.scalars(query))

    def settle(
        self, terminal: str, by: str, note: str, now: datetime, *, but: Collection[str] = ()
    ) -> int:
        """Settle every open alarm of a terminal, `but` of these kinds; how many there were."""
        return self._settle(terminal, alarms.c.kind.not_in(but), by, note, now)

    def settle_kind(self, terminal: str, kind: str, by: str, note: str, now: datetime) -> int:
        """Settle the open alarms of one kind; how many there were."""
        return self._settle(terminal, alarms.c.kind == kind, by, note, now)

    def _settle(
        self, terminal: str, which: ColumnElement[bool], by: str, note: str, now: datetime
    ) -> int:
        done = self._connection.execute(
            update(alarms)
            .where(
                alarms.c.site == self._site,
                alarms.c.terminal == terminal,
                alarms.c.settled.is_(None),
                which,
            )
            .values(settled=now, settled_by=by, note=note)
        )
        return done.rowcount

    # --- one officer in two places -----------------------------------------------------------

    def twice(self, since: date) -> tuple[Twice, ...]:
        """Officers with ratings at several terminals in one half-day, since a day."""
        findings = []
        asked = {"site": self._site, "since": since}
        for day, half, officer in self._connection.execute(_SEVERAL, asked):
            names = (
                select(day_lines.c.terminal)
                .distinct()
                .where(
                    day_lines.c.site == self._site,
                    day_lines.c.date == day,
                    day_lines.c.half == half,
                    day_lines.c.officer == officer,
                )
            )
            findings.append(
                Twice(
                    day=day,
                    half=half,
                    officer=officer,
                    terminals=tuple(sorted(self._connection.scalars(names))),
                )
            )
        return tuple(sorted(findings, key=lambda t: (t.day, t.half, t.officer), reverse=True))
