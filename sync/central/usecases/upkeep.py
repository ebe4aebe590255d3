"""What the program says of itself: that it lives, and when it last did each night's work."""

from collections.abc import Mapping
from datetime import datetime

from sync.central.store.upkeep import Done, Task
from sync.central.usecases.central import Central

__all__ = ["Done", "Task", "prove_alive", "read_upkeep", "write_upkeep"]


def prove_alive(home: Central, now: datetime) -> None:
    """Write a row and read it again; DatabaseError."""
    write_upkeep(home, Task.ALIVE, now, succeeded=True, what="")
    read_upkeep(home)


def write_upkeep(home: Central, task: Task, now: datetime, *, succeeded: bool, what: str) -> None:
    """Keep how a task ended; DatabaseError."""
    with home.store.transaction(home.site) as t:
        t.upkeep.put(task, now, succeeded=succeeded, what=what)


def read_upkeep(home: Central) -> Mapping[Task, Done]:
    """The newest try of each task; DatabaseError."""
    with home.store.read(home.site) as t:
        return t.upkeep.all()
