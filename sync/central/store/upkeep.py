"""When the program last looked after itself, and how that ended: one row a task."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_, select, update

from sync.central.schema import upkeep
from sync.central.store.faults import member
from sync.central.store.room import Room
from sync.central.store.terminals import utc


class Task(StrEnum):
    """What a served central does by itself."""

    ALIVE = "alive"
    """A row written and read again: the sign of life."""
    RETENTION = "retention"
    PUBLISH = "publish"
    VERIFY = "verify"
    BACKUP = "backup"
    CERTIFICATE = "certificate"
    """The one that is served, as it was last looked at."""


@dataclass(frozen=True, slots=True)
class Done:
    """The newest try of a task. `done`: the newest one that succeeded; `what`: what came of the
    newest try, as a log stores it (`told`)."""

    at: datetime
    done: datetime | None
    what: str

    @property
    def failed(self) -> bool:
        return self.done is None or self.done < self.at


_TURN = "turn"
"""Names the row that says whose turn the work is, and until when."""
_LONGEST_TURN = timedelta(hours=2)
"""Whoever has not given it back by then has died. A later end was written by a wrong clock."""


class UpkeepRecord(Room):
    def take_turn(self, now: datetime) -> bool:
        """Whether nobody else has the turn: of several processes, on any machine, one works."""
        until = now + _LONGEST_TURN
        row = {"site": self._site, "task": _TURN, "at": until, "what": ""}
        is_free = or_(upkeep.c.at <= now, upkeep.c.at > until)
        turn = self._connection.execute(
            self._insert(upkeep)
            .values(**row)
            .on_conflict_do_update(
                index_elements=["site", "task"], set_={"at": until}, where=is_free
            )
            .returning(upkeep.c.site)
        )
        return turn.first() is not None

    def give_turn_back(self, now: datetime) -> None:
        own = (upkeep.c.site == self._site, upkeep.c.task == _TURN)
        self._connection.execute(update(upkeep).where(*own).values(at=now))

    def put(self, task: Task, at: datetime, *, succeeded: bool, what: str) -> None:
        key = {"site": self._site, "task": task.value}
        values: dict[str, object] = {"at": at, "what": what}
        if succeeded:
            values["done"] = at
        self._connection.execute(
            self._insert(upkeep)
            .values(**key, **values)
            .on_conflict_do_update(index_elements=list(key), set_=values)
        )

    def all(self) -> Mapping[Task, Done]:
        """Of each task that was tried."""
        query = select(upkeep).where(upkeep.c.site == self._site, upkeep.c.task != _TURN)
        return {
            member(Task, row.task, "upkeep.task"): Done(
                at=utc(row.at), done=utc(row.done) if row.done else None, what=row.what
            )
            for row in self._connection.execute(query)
        }
