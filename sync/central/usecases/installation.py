"""A central set up, opened, backed up and put back: what stands around every other use case."""

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.clock import keep_time_of
from kiosk.files import alone_in, sync_folder, write_whole
from kiosk.tomlfile.tables import SettingsError
from sync.central import settings as central_settings
from sync.central.store.engine import CentralStore, Pooling
from sync.central.usecases import backup
from sync.central.usecases.backup import BadBackup, Say
from sync.central.usecases.central import Central
from sync.central.usecases.copies import keep_copy
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
_DRAFT = ".restoring"
"""A folder in the data folder, for settings and keys until every row is back."""
_BEGUN = ".restore-begun"
"""A file in the data folder, while rows are put back: the mark of the backup, and the digest of the
database's address."""
MOVED = "moved"
"""A file in the data folder of a report that goes on elsewhere."""

_NOT_EMPTY = (
    "the database holds rows of another report, or half of a restore that was cut off; "
    "run that restore again in its own folder, or name an empty database"
)


class NoSuchSite(LookupError):
    """There is no office of this id."""


def set_up(folder: Path, site: str, name: str, database: str, url: str) -> None:
    """Make the data folder, its settings and keys, and the database; an empty `database`: SQLite
    in the folder. SettingsError; DatabaseError; OSError."""
    if (folder / central_settings.FILE_NAME).exists():
        raise SettingsError(f"{folder}: is set up already")
    if (folder / _BEGUN).exists():
        raise SettingsError(f"{folder}: a restore was cut off here; run it again to go on")
    target = database or central_settings.OWN_DATABASE
    central_settings.check(site, name, target, url)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = CentralStore.create(central_settings.located(folder, target))
    try:
        # A restore may have been cut off there, from another folder: half a report is not served.
        if backup.has_rows_of_another(store, site):
            raise SettingsError(_NOT_EMPTY)
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
    DatabaseError. `migrating`: an older database is copied and brought to this version, once this
    was called with its own; without it that is an error."""
    settings = central_settings.load(folder)
    if (folder / MOVED).exists():
        raise SettingsError(
            f"{folder}: this report goes on elsewhere, from its last backup; what comes here would "
            f"be missing there. Where it does not, remove {folder / MOVED}"
        )
    keep_time_of(settings.zone, "zone")
    key = central_settings.signing_key(folder)
    pooling = Pooling(settings.connections, settings.prepare_threshold)
    if migrating is None:
        store = CentralStore.open(settings.database, pooling)
    else:

        def before(version: str) -> None:
            keep_copy(folder, settings.database)
            migrating(version)

        store = CentralStore.migrate(settings.database, pooling, before)
    try:
        home = Central(store=store, settings=settings, key=key)
        central = find_site(home, site or home.site)
        if central is None:
            raise NoSuchSite(site)
        yield central
    finally:
        store.close()


def back_up(central: Central, target: Path, say: Say) -> int:
    """Write everything, also the keys, into one file, sealed to the office's key where there is
    one, and read it back; how many rows. FileExistsError; OSError; BadBackup."""
    settings = central.settings
    rows, digest = backup.write(central.store, settings.folder, target, say, settings.backup_key)
    backup.read_back(target, digest)
    _LOG.info("backed up %d rows to %s", rows, target)
    return rows


def end_here(central: Central) -> None:
    """Nothing opens this data folder any more: the report goes on elsewhere."""
    write_whole(central.settings.folder / MOVED, b"")


def check_backup(path: Path, secret: str) -> None:
    """BadBackup unless the file could be put back, with the office's key where it is sealed."""
    with backup.opened(path, secret, Path(tempfile.gettempdir())) as source:
        backup.check(source)


def restore(
    path: Path,
    folder: Path,
    database: str,
    say: Say,
    secret: str = "",
    step: Callable[[int], None] = lambda _rows: None,
) -> int:
    """Put a backup into an empty data folder and an empty database; how many rows. An empty
    `database`: the one in the backup's settings, or SQLite in the folder where that was SQLite.
    `secret`: the office's key, where the backup is sealed. BadBackup: nothing was set up. What was
    cut off goes on from where it was. `step`: told how many rows are there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / _DRAFT
    with alone_in(draft):
        for file in draft.iterdir():
            file.unlink()  # of one that was cut off
        try:
            with backup.opened(path, secret, folder) as source:
                return _restore(source, folder, database, say, step)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _restore(
    source: backup.Opened, folder: Path, database: str, say: Say, step: Callable[[int], None]
) -> int:
    """The settings are what says that a folder is set up: they get their place last, so that a
    restore that was cut off can be done again, and nothing serves half of one."""
    draft = folder / _DRAFT
    before = {*folder.iterdir()}
    try:
        members = backup.check(source)
        backup.restore_files(source, members, draft)
        url = _chosen_database(draft, folder, database)
        store = _begun_store(source, folder, url)
        try:
            rows = backup.restore_rows(source, members, store, say, step)
        finally:
            store.close()
        _give_places(draft, folder)
        (folder / _BEGUN).unlink()
        _LOG.info("put back %d rows of %s", rows, source)
        return rows
    except BaseException:
        if not (folder / _BEGUN).exists():
            # No row is there yet: the next try finds the folder as this one did.
            for name in {*folder.iterdir()} - before:
                name.unlink(missing_ok=True)
        raise


def _chosen_database(draft: Path, folder: Path, database: str) -> str:
    """The address of the database that is restored into; the drafted settings name it."""
    settings = central_settings.load(draft)
    own_file = settings.database.startswith("sqlite:///")
    target = database or (central_settings.OWN_DATABASE if own_file else settings.database)
    if target != settings.database:
        central_settings.change_database(draft, target)
    return central_settings.located(folder, target)


def _begun_store(source: backup.Opened, folder: Path, url: str) -> CentralStore:
    """The database, empty or with what a restore of the same backup has put there. A file says
    durably which one was begun, and where, before the first row."""
    begun = folder / _BEGUN
    where = hashlib.sha256(url.encode()).hexdigest()
    mark = f"{backup.mark_of(source)} {where}\n"
    earlier = begun.read_text("utf-8") if begun.exists() else ""
    if earlier != mark and earlier.endswith(f" {where}\n"):
        _drop_own_file(folder, url)
    store = CentralStore.create(url)
    try:
        if earlier != mark:
            backup.require_no_rows(store)
            write_whole(begun, mark.encode())
    except BaseException:
        store.close()
        raise
    return store


def _drop_own_file(folder: Path, url: str) -> None:
    """Remove the database in the data folder: nothing is in it but half of another backup."""
    if url == central_settings.located(folder, central_settings.OWN_DATABASE):
        file = url.removeprefix("sqlite:///")
        for ending in ("-wal", "-shm", ""):
            Path(file + ending).unlink(missing_ok=True)


def _give_places(draft: Path, folder: Path) -> None:
    """Move settings and keys from the draft into the data folder, the settings last."""
    names = sorted(draft.iterdir(), key=lambda file: file.name == central_settings.FILE_NAME)
    for file in names:
        os.replace(file, folder / file.name)
        sync_folder(folder)
    draft.rmdir()
