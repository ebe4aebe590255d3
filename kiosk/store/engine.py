"""Opens, creates and migrates the terminal's file, and runs transactions on it.

One file, WAL, synchronous=FULL: what a commit returned from survives a power cut (measured,
FIELD.md section 9). SQLite comes from pysqlite3, whose WAL is safe with a second writer (`kiosk
sync` beside `kiosk run`); Debian 12's own is not. Everything that the disk or the file can do
wrong leaves this module as StoreFailed or one of its kinds.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from kiosk.domain.duty import Moment
from kiosk.files import sync_folder
from kiosk.store.journal import Journal, Kind
from kiosk.store.outbox import Outbox
from kiosk.store.pins import Pins
from kiosk.store.ratings import Ratings
from kiosk.store.register import DETAIL, register_digest
from kiosk.store.roster import Roster
from kiosk.store.schema import APPLICATION_ID
from kiosk.store.state import State

HEAD = "0004"
"""The newest migration; a test holds it against the migrations folder."""

_NO_ROOM = 1 << 16
"""Bytes; SQLite's shared memory alone takes half of it."""
BUSY_MS = 2000
"""How long a commit waits for the other process's short transaction."""


class StoreFailed(Exception):
    """The file can't be read or written now; the message names the file."""


class StoreMissing(StoreFailed):
    """There is no file."""


class StoreForeign(StoreFailed):
    """The file is another program's."""


class StoreDamaged(StoreFailed):
    """The file's content is not what was written: worn out, cut off, or changed."""


class StoreNewer(StoreFailed):
    """The file was written by a newer version of the program."""


class Transaction:
    """One transaction's view of the file, by room."""

    def __init__(self, connection: Connection) -> None:
        self.ratings = Ratings(connection)
        self.journal = Journal(connection)
        self.roster = Roster(connection)
        self.pins = Pins(connection)
        self.outbox = Outbox(connection)
        self.state = State(connection)
        self._connection = connection

    def witness(self, now: Moment, kind: Kind, detail: Mapping[str, str] | None = None) -> None:
        """Append a system event that changed the register: its digest goes into the entry."""
        found = register_digest(lambda sql: self._connection.exec_driver_sql(sql).fetchall())
        self.journal.append(now, kind, {**(detail or {}), DETAIL: found})


class Store:
    """The open file. One connection, used by one thread."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path = path
        self._engine = engine

    @classmethod
    def create(cls, path: Path) -> None:
        """Make a new, empty file at `path`, whole or not at all; refuses to overwrite one."""
        if path.exists():
            raise StoreFailed(f"{path}: exists already")
        draft = path.with_name(path.name + ".new")
        for left in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm")):
            left.unlink(missing_ok=True)
        with _failures(path):
            engine = _engine(draft, synchronous="EXTRA")
            try:
                with _raw(engine) as raw:
                    raw.execute(f"PRAGMA application_id={APPLICATION_ID}")
                _migrate(engine)
                with _raw(engine) as raw:
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                engine.dispose()
            os.chmod(draft, 0o600)
            os.rename(draft, path)
            sync_folder(path.parent)

    @classmethod
    def open(cls, path: Path) -> "Store":
        """Open an existing file, migrating an older one; raises a kind of StoreFailed."""
        if not path.is_file():
            raise StoreMissing(f"{path}: not found; `kiosk init` makes it")
        with _failures(path):
            engine = _engine(path)
        store = cls(path, engine)
        try:
            store._adopt()
        except BaseException:
            engine.dispose()
            raise
        return store

    def _adopt(self) -> None:
        with _failures(self.path), _raw(self._engine) as raw:
            if raw.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
                raise StoreForeign(f"{self.path}: is not a terminal's database")
            (version,) = raw.execute("SELECT max(version_num) FROM alembic_version").fetchone()
        if version is None:
            raise StoreDamaged(f"{self.path}: does not say which version wrote it")
        if version > HEAD:
            raise StoreNewer(
                f"{self.path}: was written by a newer version ({version}; this one knows {HEAD}); "
                "install that version"
            )
        if version < HEAD:
            with _failures(self.path):
                _migrate(self._engine)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """BEGIN IMMEDIATE … COMMIT. Leaving by an exception rolls back; StoreFailed when the
        file fails, and then the outcome is unknown until the file was reopened and read."""
        with _failures(self.path), self._engine.begin() as connection:
            yield Transaction(connection)

    def reopen(self) -> None:
        """Close and open again: after an I/O error the old connection can't be believed."""
        self._engine.dispose()
        self._adopt()

    def backup(self, target: Path) -> None:
        """Write a whole, compact copy to `target`, which must not exist."""
        if target.exists():
            raise StoreFailed(f"{target}: exists already; name a new file")
        draft = target.with_name(target.name + ".part")
        draft.unlink(missing_ok=True)
        with _failures(target):
            with _raw(self._engine) as raw:
                raw.execute("VACUUM INTO ?", (str(draft),))
            os.chmod(draft, 0o600)
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            os.rename(draft, target)
            sync_folder(target.parent)

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """The driver's cursor on one consistent state of the file: for verify."""
        with _failures(self.path), _raw(self._engine) as raw:
            raw.execute("BEGIN")
            try:
                yield raw.cursor()
            finally:
                raw.execute("ROLLBACK")

    def checkpoint(self) -> None:
        """Move everything from the WAL into the file and empty it."""
        with _failures(self.path), _raw(self._engine) as raw:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        self._engine.dispose()


@contextmanager
def _raw(engine: Engine) -> Iterator[Any]:
    """The driver's own connection, outside any transaction."""
    connection = engine.raw_connection()
    try:
        yield connection.driver_connection
    finally:
        connection.close()


def _engine(path: Path, synchronous: str = "FULL") -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        module=sqlite,
        poolclass=StaticPool,
        connect_args={"isolation_level": None, "check_same_thread": True},
        hide_parameters=True,  # a traceback in the log has a time: no score beside it
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        for pragma in (
            f"busy_timeout={BUSY_MS}",
            f"synchronous={synchronous}",
            "journal_mode=WAL",
            "wal_autocheckpoint=100",
            "recursive_triggers=ON",
            "trusted_schema=OFF",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Straight to the driver: at every press SQLAlchemy's way round takes as long again.
        connection.connection.driver_connection.execute("BEGIN IMMEDIATE")  # type: ignore[union-attr]  # it is open

    return engine


def _migrate(engine: Engine) -> None:
    from alembic import command  # slow to import, and needed only for a new or an older file
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "kiosk.store:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _failures(path: Path) -> Iterator[None]:
    """Turn what the database or the disk raises into StoreFailed, naming the file."""
    try:
        yield
    except DBAPIError as error:
        raise _named(path, error.orig or error) from error
    except (sqlite.Error, OSError) as error:
        raise _named(path, error) from error


def _named(path: Path, error: BaseException) -> StoreFailed:
    text = (
        (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
    ).splitlines()[0]
    if isinstance(error, sqlite.DatabaseError) and not isinstance(
        error, sqlite.OperationalError | sqlite.IntegrityError
    ):
        return StoreDamaged(f"{path}: {text}")
    if isinstance(error, sqlite.OperationalError) and "I/O" in text and _full(path.parent):
        text = "the disk is full"  # what SQLite calls an I/O error while it opens a file
    return StoreFailed(f"{path}: {text}")


def _full(folder: Path) -> bool:
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < _NO_ROOM
