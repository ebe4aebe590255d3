"""What the program says of itself: that it lives, and when it last did each night's work."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from sync.central.store.upkeep import Done, Task
from sync.central.usecases.central import Central

__all__ = ["Done", "Task", "prove_alive", "read_upkeep", "turn", "write_upkeep"]


def prove_alive(home: Central, now: datetime) -> None:
    """Write a row and read it again; DatabaseError."""
    write_upkeep(home, Task.ALIVE, now, succeeded=True, what="")
    read_upkeep(home)


def write_upkeep(home: Central, task: Task, now: datetime, *, succeeded: bool, what: str) -> None:
    """Keep how a task ended; DatabaseError."""
    with home.store.transaction(home.site) as t:
        t.upkeep.put(task, now, succeeded=succeeded, what=what)


@contextmanager
def turn(home: Central, now: datetime) -> Iterator[bool]:
    """Whether it is this process's turn to work, of all that serve this database; DatabaseError.
    Who dies meanwhile loses it after two hours."""
    with home.store.transaction(home.site) as t:
        own = t.upkeep.take_turn(now)
    try:
        yield own
    finally:
        if own:
            with home.store.transaction(home.site) as t:
                t.upkeep.give_turn_back(now)


def read_upkeep(home: Central) -> Mapping[Task, Done]:
    """The newest try of each task; DatabaseError."""
    with home.store.read(home.site) as t:
        return t.upkeep.all()
