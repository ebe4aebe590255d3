"""What the program says of itself: that it lives, when it last did each night's work, and what a
person has to look at."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from kiosk.certificates import Validity, days_left, ends, validity
from sync.central.logbook import read_told, told
from sync.central.store.upkeep import Done, Task
from sync.central.usecases.central import Central
from sync.central.usecases.notifications import count_failed

__all__ = [
    "Done",
    "Task",
    "Trouble",
    "is_same_disk",
    "note_certificate",
    "prove_alive",
    "read_upkeep",
    "troubles",
    "turn",
    "write_upkeep",
]

OLD = timedelta(days=2)
"""A night's work that has not succeeded for so long is an alarm: one night may fail."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a person has to look at: the key of a sentence in the table `care`, and its values;
    `what`: as a log stores it. `urgent`: results may be lost, or nobody can reach the report."""

    key: str
    values: Mapping[str, int]
    what: str = ""
    urgent: bool = False


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


def note_certificate(home: Central, path: Path, now: datetime) -> None:
    """Keep until when the certificate that is served holds, for whoever looks."""
    try:
        what, succeeded = told("certificate", at=min(ends(path)).isoformat()), True
    except (OSError, ValueError) as error:
        what, succeeded = told("certificate_unreadable", file=str(path), error=str(error)), False
    write_upkeep(home, Task.CERTIFICATE, now, succeeded=succeeded, what=what)


def certificate_end(done: Mapping[Task, Done]) -> datetime | None:
    """When the certificate ends that was last served; None: none is, or it can't be read."""
    newest = done.get(Task.CERTIFICATE)
    if newest is None or newest.failed:
        return None
    return datetime.fromisoformat(str(read_told(newest.what)[1]["at"]))


def troubles(home: Central, now: datetime) -> tuple[Trouble, ...]:
    """Everything that a person has to look at; the urgent ones first."""
    done = read_upkeep(home)
    every = [
        *_of_backups(home, done, now),
        *_of_tasks(done, now),
        *_of_certificate(done, now),
        *_of_disk(home),
        *_of_notifications(home),
    ]
    return tuple(sorted(every, key=lambda one: not one.urgent))


def _of_backups(home: Central, done: Mapping[Task, Done], now: datetime) -> Iterator[Trouble]:
    settings, newest = home.settings, done.get(Task.BACKUP)
    if not settings.backups:
        yield _trouble("backup_off")
        return
    if newest is not None and newest.failed:
        yield _trouble("backup_failed", newest.what)
    if newest is None or newest.done is None:
        yield _trouble("backup_never", urgent=newest is not None and newest.failed)
    elif now - newest.done > OLD:
        yield _trouble("backup_old", urgent=True, days=(now - newest.done).days)
    if not settings.backup_key:
        yield _trouble("backup_open")
    if not settings.backup_command and is_same_disk(settings.folder, settings.backups_folder):
        yield _trouble("backup_here")


def _of_tasks(done: Mapping[Task, Done], now: datetime) -> Iterator[Trouble]:
    for task in (Task.PUBLISH, Task.VERIFY, Task.RETENTION):
        newest = done.get(task)
        if newest is None:
            continue
        if newest.failed:
            yield _trouble(f"{task.value}_failed", newest.what, urgent=task is Task.VERIFY)
        elif now - newest.at > OLD:
            yield _trouble(f"{task.value}_old", days=(now - newest.at).days)


def _of_certificate(done: Mapping[Task, Done], now: datetime) -> Iterator[Trouble]:
    newest = done.get(Task.CERTIFICATE)
    if newest is not None and newest.failed:
        yield _trouble("certificate_failed", newest.what, urgent=True)
        return
    end = certificate_end(done)
    if end is None:
        return
    match validity(end, now):
        case Validity.OVER:
            yield _trouble("certificate_over", urgent=True)
        case Validity.SOON | Validity.URGENT as left:
            urgent = left is Validity.URGENT
            yield _trouble("certificate_soon", urgent=urgent, n=days_left(end, now))


def _of_disk(home: Central) -> Iterator[Trouble]:
    free = shutil.disk_usage(home.settings.folder).free >> 20
    if free < home.settings.disk_reserve:
        yield _trouble("disk_low", urgent=True, free=free, reserve=home.settings.disk_reserve)


def _of_notifications(home: Central) -> Iterator[Trouble]:
    failed = count_failed(home)
    if failed:
        yield _trouble("notifications_failed", n=failed)


def is_same_disk(one: Path, other: Path) -> bool:
    """Whether what ends one ends the other; not where there is no such folder."""
    try:
        return one.stat().st_dev == other.stat().st_dev
    except OSError:
        return False


def _trouble(key: str, what: str = "", *, urgent: bool = False, **values: int) -> Trouble:
    return Trouble(key=key, values=values, what=what, urgent=urgent)
