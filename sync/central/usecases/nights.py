"""What a served central does for itself: copies, publishes, verifies, removes what was kept long
enough. Each task says what came of it, and the newest try is stored.

A task is due when it has not succeeded since the newest hour of the nights: what a machine missed
that was off is made up for. What failed is tried again every hour.
"""

import logging
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime, time, timedelta
from pathlib import Path

from kiosk.files import drop_old_drafts
from sync.central.logbook import told
from sync.central.logwords import log_words
from sync.central.store.upkeep import Done, Task
from sync.central.usecases.backup import BadBackup
from sync.central.usecases.central import Central, DatabaseError
from sync.central.usecases.installation import back_up
from sync.central.usecases.office_settings import read_settings
from sync.central.usecases.old_backups import backup_name, every_backup, old_backups, remove_backups
from sync.central.usecases.patterns import look_at_newest
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.retention import Removed, retain
from sync.central.usecases.sites import all_sites, find_site
from sync.central.usecases.upkeep import is_same_disk, read_upkeep, write_upkeep
from sync.central.usecases.verification import first_disagreement, first_wrong_entry
from sync.central.viewer import CITY

AT = time(2, 30)
"""On this machine's clock: before the terminals sync, and nobody reads."""
AGAIN = timedelta(hours=1)
"""After a try that failed."""
CARRY_SECONDS = 3600
"""How long the office's own command may take to carry a backup away."""
_LOG = logging.getLogger("kiosk.central.night")


class TaskFailed(Exception):
    """A task that was not done; why, as `told`."""


def due_tasks(done: Mapping[Task, Done], now: datetime) -> Iterator[Task]:
    """What is to be done now, in this order: a copy is made before anything is removed."""
    planned = last_hour(now)
    for task in (Task.BACKUP, Task.PUBLISH, Task.VERIFY, Task.RETENTION):
        newest = done.get(task)
        if newest is None:
            yield task
        elif newest.failed:
            # A try that lies ahead is of a clock that was wrong.
            if not now - AGAIN < newest.at <= now:
                yield task
        elif not planned <= newest.at <= now:
            yield task


def last_hour(now: datetime) -> datetime:
    """The newest hour at which a night's work was to begin."""
    local = now.astimezone()
    hour = local.replace(hour=AT.hour, minute=AT.minute, second=0, microsecond=0)
    return hour if hour <= local else hour - timedelta(days=1)


def work(home: Central, now: datetime) -> None:
    """Do what is due; what goes wrong is said, and ends nothing else. DatabaseError."""
    for task in tuple(due_tasks(read_upkeep(home), now)):
        if task is Task.BACKUP and not home.settings.backups:
            continue
        _try(home, task, now)


def _try(home: Central, task: Task, now: datetime) -> None:
    try:
        what, succeeded = _WORKS[task](home, now), True
    except TaskFailed as error:
        what, succeeded = str(error), False
    except OSError as error:
        place = str(error.filename or "")
        what, succeeded = told("night_disk", file=place, error=error.strerror or ""), False
    except DatabaseError as error:
        what, succeeded = told("night_database", error=str(error)), False
    _LOG.log(
        logging.INFO if succeeded else logging.ERROR, "%s: %s", task.value, log_words("en", what)
    )
    write_upkeep(home, task, now, succeeded=succeeded, what=what)


def make_backup(home: Central, folder: Path, now: datetime) -> tuple[Path, int]:
    """A new backup in `folder`, with the name of now; its path, and how many rows. OSError;
    BadBackup; FileExistsError."""
    path = folder / backup_name(now.astimezone(), sealed=bool(home.settings.backup_key))
    return path, back_up(home, path, lambda _table, _rows: None)


def _back_up(home: Central, now: datetime) -> str:
    folder = home.settings.backups_folder
    drop_old_drafts(folder, "central-")
    remove_backups(_old(home, now))
    _make_room(home, folder)
    try:
        path, rows = make_backup(home, folder, now)
    except BadBackup as error:
        raise TaskFailed(told("night_bad_backup", error=str(error))) from None
    remove_backups(_old(home, now))  # what only the new one lets go
    if home.settings.backup_command:
        carry_away(home.settings.backup_command, path)
    return told("night_backup", file=path.name, rows=rows)


def carry_away(command: str, path: Path) -> None:
    """Run the office's own command on a backup; TaskFailed."""
    try:
        words = [word.replace("{file}", str(path)) for word in shlex.split(command)]
        done = subprocess.run(  # noqa: S603  (the office's own command, by who may change the data folder)
            words, capture_output=True, text=True, timeout=CARRY_SECONDS, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise TaskFailed(told("night_not_carried", error=str(error))) from None
    if done.returncode:
        last_line = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise TaskFailed(told("night_not_carried", error=last_line[:200]))


def _make_room(home: Central, folder: Path) -> None:
    """Of a nearly full disk old copies go first: the oldest ones, until the next one has room
    beside the newest, and the database has its own where both lie on one disk."""
    copies = every_backup(folder)
    is_shared = is_same_disk(home.settings.folder, folder)
    reserve = home.settings.disk_reserve << 20 if is_shared else 0
    dropped = 0
    while len(copies) > 1:
        least = max(reserve, 2 * copies[-1].stat().st_size)
        if shutil.disk_usage(folder).free >= least:
            break
        remove_backups(copies[:1])
        copies, dropped = copies[1:], dropped + 1
    if dropped:
        _LOG.warning("%s: nearly full: dropped the %d oldest backups", folder, dropped)


def _publish(home: Central, now: datetime) -> str:
    today = now.astimezone().date()
    blocks = sum(publish_due(central, today) for central in _offices(home))
    return told("night_publish", blocks=blocks)


def _verify(home: Central, _now: datetime) -> str:
    """The log names the office alone: what is wrong may be an officer's, and `verify` says it."""
    if first_wrong_entry(home, CITY):
        raise TaskFailed(told("night_wrong", site=CITY))
    for number, central in enumerate(_offices(home)):
        if first_disagreement(central, is_first=not number):
            raise TaskFailed(told("night_wrong", site=central.site))
    return told("night_verify")


def _retain(home: Central, now: datetime) -> str:
    for line in _retained(home, now, trial=False):
        _LOG.info("%s", line)
    return told("night_retention")


_WORKS: Mapping[Task, Callable[[Central, datetime], str]] = {
    Task.BACKUP: _back_up,
    Task.PUBLISH: _publish,
    Task.VERIFY: _verify,
    Task.RETENTION: _retain,
}


def run_night(home: Central, now: datetime, *, trial: bool = False) -> Iterator[str]:
    """Remove what every office has kept long enough, and say so, a line each; with `trial`, only
    say what would go. OSError where the backups' folder can't be read."""
    yield from _retained(home, now, trial=trial)
    if home.settings.backups:
        days = read_settings(home).settings.backup_days
        paths = _old(home, now)
        if not trial:
            remove_backups(paths)
        yield f"backups older than {days} days: {len(paths)}"


def _retained(home: Central, now: datetime, *, trial: bool) -> Iterator[str]:
    for central in _offices(home):
        if not trial:
            look_at_newest(central, now.astimezone().date(), now)
        yield f"{central.site}: {_told(retain(central, now, trial=trial))}"


def _offices(home: Central) -> Iterator[Central]:
    for site, _name in all_sites(home):
        central = find_site(home, site)
        if central is not None:
            yield central


def _old(home: Central, now: datetime) -> list[Path]:
    days = read_settings(home).settings.backup_days
    return old_backups(home.settings.backups_folder, now.astimezone().date(), days)


def _told(removed: Removed) -> str:
    numbers = [
        f"{field.name} {getattr(removed, field.name)}"
        for field in fields(removed)
        if field.name != "until"
    ]
    days = f"results up to {removed.until.results}, days up to {removed.until.raw}"
    return f"{days}: {', '.join(numbers)}"
