"""Where a log did not go on from what a terminal had seen of it, and who settled that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, select, update

from sync.central.schema import log_breaks
from sync.central.store.room import Room
from sync.central.store.terminals import utc


@dataclass(frozen=True, slots=True)
class LogBreak:
    """A terminal has seen entry `seen` of a log; the log's newest is `seq`, or another entry
    stands there. `kind`: rollback or fork. Settled when two people agreed."""

    terminal: str
    log: str
    seen: int
    seen_hash: str
    at: datetime
    seq: int
    kind: str
    asked_by: str = ""
    asked_roles: str = ""
    """Ids of the roles of who asked, between spaces."""
    reason: str = ""
    asked: datetime | None = None
    settled_by: str = ""
    settled: datetime | None = None


# The fleet page asks it: building a statement takes longer than running it.
_ALL = (
    select(log_breaks)
    .where(log_breaks.c.site == bindparam("site"))
    .order_by(log_breaks.c.at.desc(), log_breaks.c.terminal, log_breaks.c.log)
)


class LogBreaks(Room):
    def all(self) -> tuple[LogBreak, ...]:
        """All of them, the newest first."""
        return tuple(_break(row) for row in self._connection.execute(_ALL, {"site": self._site}))

    def get(self, found: LogBreak) -> LogBreak | None:
        """The same one as it was found before."""
        row = self._connection.execute(select(log_breaks).where(self._same(found))).first()
        return _break(row) if row else None

    def put(self, found: LogBreak) -> None:
        """Raise a new one."""
        self._connection.execute(
            self._insert(log_breaks)
            .values(
                site=self._site,
                terminal=found.terminal,
                log=found.log,
                seen_seq=found.seen,
                seen_hash=found.seen_hash,
                at=found.at,
                seq=found.seq,
                kind=found.kind,
                asked_by="",
                asked_roles="",
                reason="",
                settled_by="",
            )
            .on_conflict_do_nothing()
        )

    def ask(
        self, breaks: Iterable[LogBreak], who: str, roles: str, reason: str, now: datetime
    ) -> None:
        """Somebody asks that these be settled."""
        for one in breaks:
            self._set(one, asked_by=who, asked_roles=roles, reason=reason, asked=now)

    def settle(self, breaks: Iterable[LogBreak], who: str, now: datetime) -> None:
        """Somebody else agrees."""
        for one in breaks:
            self._set(one, settled_by=who, settled=now)

    def _set(self, one: LogBreak, **values: object) -> None:
        self._connection.execute(update(log_breaks).where(self._same(one)).values(**values))

    def _same(self, one: LogBreak) -> ColumnElement[bool]:
        c = log_breaks.c
        return and_(
            c.site == self._site,
            c.terminal == one.terminal,
            c.log == one.log,
            c.seen_seq == one.seen,
            c.seen_hash == one.seen_hash,
        )


def _break(row: Row[Any]) -> LogBreak:
    return LogBreak(
        terminal=row.terminal,
        log=row.log,
        seen=row.seen_seq,
        seen_hash=row.seen_hash,
        at=utc(row.at),
        seq=row.seq,
        kind=row.kind,
        asked_by=row.asked_by,
        asked_roles=row.asked_roles,
        reason=row.reason,
        asked=utc(row.asked) if row.asked else None,
        settled_by=row.settled_by,
        settled=utc(row.settled) if row.settled else None,
    )
