"""When the program last looked after itself, and how that ended: one row a task."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from sync.central.schema import upkeep
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


class UpkeepRecord(Room):
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
        query = select(upkeep).where(upkeep.c.site == self._site)
        return {
            Task(row.task): Done(
                at=utc(row.at), done=utc(row.done) if row.done else None, what=row.what
            )
            for row in self._connection.execute(query)
        }
