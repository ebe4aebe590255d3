"""A central set up, opened, backed up and put back: what stands around every other use case."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.tomlfile.tables import SettingsError
from sync.central import settings as central_settings
from sync.central.store.engine import CentralStore, Pooling
from sync.central.usecases import backup
from sync.central.usecases.backup import BadBackup, Say
from sync.central.usecases.central import Central
from sync.central.usecases.sites import find_site

__all__ = [
    "BadBackup",
    "NoSuchSite",
    "back_up",
    "open_central",
    "restore",
    "set_up",
]


_LOG = logging.getLogger("kiosk.central.backup")


class NoSuchSite(LookupError):
    """There is no office of this id."""


def set_up(folder: Path, site: str, name: str, database: str, url: str) -> None:
    """Make the data folder, its settings and keys, and the database; an empty `database`: SQLite
    in the folder. SettingsError; DatabaseError; OSError."""
    if (folder / central_settings.FILE_NAME).exists():
        raise SettingsError(f"{folder}: is set up already")
    target = database or central_settings.OWN_DATABASE
    central_settings.check(site, name, target, url)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = CentralStore.create(central_settings.located(folder, target))
    try:
        with store.transaction(site) as t:
            t.people.put_site(name)
    finally:
        store.close()
    central_settings.write(folder, site, name, target, url)


@contextmanager
def open_central(
    folder: Path, site: str = "", migrating: Callable[[str], None] | None = None
) -> Iterator[Central]:
    """The central in a data folder, on its own site or another. NoSuchSite; SettingsError;
    DatabaseError. `migrating`: an older database is brought to this version, once this was called
    with its own; without it that is an error."""
    settings = central_settings.load(folder)
    key = central_settings.signing_key(folder)
    pooling = Pooling(settings.connections, settings.prepare_threshold)
    if migrating is None:
        store = CentralStore.open(settings.database, pooling)
    else:
        store = CentralStore.migrate(settings.database, pooling, migrating)
    try:
        home = Central(store=store, settings=settings, key=key)
        central = find_site(home, site or home.site)
        if central is None:
            raise NoSuchSite(site)
        yield central
    finally:
        store.close()


def back_up(central: Central, target: Path, say: Say) -> int:
    """Write everything, also the keys, into one file and read it back; how many rows.
    FileExistsError; BadBackup."""
    rows = backup.write(central.store, central.settings.folder, target, say)
    backup.check(target)
    _LOG.info("backed up %d rows to %s", rows, target)
    return rows


def restore(source: Path, folder: Path, database: str, say: Say) -> int:
    """Put a backup into an empty data folder and an empty database; how many rows. An empty
    `database`: the one in the backup's settings, or SQLite in the folder where that was SQLite.
    BadBackup: nothing was set up."""
    try:
        backup.restore_files(source, folder)
        settings = central_settings.load(folder)
        own_file = settings.database.startswith("sqlite:///")
        target = database or (central_settings.OWN_DATABASE if own_file else settings.database)
        if target != settings.database:
            central_settings.change_database(folder, target)
        store = CentralStore.create(central_settings.located(folder, target))
        try:
            rows = backup.restore_rows(source, store, say)
            _LOG.info("put back %d rows of %s", rows, source)
            return rows
        finally:
            store.close()
    except BadBackup:
        (folder / central_settings.FILE_NAME).unlink(missing_ok=True)
        raise
