"""Opens, creates and migrates the terminal's file, and runs transactions on it.

One file, WAL, synchronous=FULL: what a commit returned from survives a power cut (in 5,000
simulated ones NORMAL lost acknowledged ratings, FULL none). Writers take turns; readers wait for
nobody and hold nobody up. SQLite comes from pysqlite3, whose WAL is safe with a second writer
(`kiosk sync` beside `kiosk run`); Debian 12's own is not. Everything that the disk or the file can
do wrong leaves this module as StoreFailed or one of its kinds.
"""

import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from errno import EACCES, ENOSPC, EPERM, EROFS
from json import JSONDecodeError
from pathlib import Path
from stat import S_ISREG
from typing import Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

import kiosk
from kiosk.background import in_front
from kiosk.copies import Copies
from kiosk.domain.duty import Moment
from kiosk.files import FLUSHED_PART, Flushing, new_path, sync_folder
from kiosk.soundsqlite import fault_of
from kiosk.store.journal import Journal, Kind
from kiosk.store.outbox import Outbox
from kiosk.store.pins import Pins
from kiosk.store.ratings import HalfDay, Ratings, RowKind
from kiosk.store.register import DETAIL, register_digest
from kiosk.store.roster import Roster
from kiosk.store.schema import APPLICATION_ID
from kiosk.store.state import TerminalState
from kiosk.store.statements import prepare
from kiosk.store.witnessed import Witnessed

SQLITE_VERSION: str = sqlite.sqlite_version
HEAD = "0001"
"""The newest migration; a test holds it against the migrations folder."""

_LOG = logging.getLogger("kiosk.store")
_NO_ROOM = 1 << 16
"""Bytes; SQLite's shared memory alone takes half of it."""
_ROOM_FOR_COPY = 3
"""Times the file's size: the copy, and the log of a migration that writes each row again."""
BUSY_MS = 2000
"""How long a commit waits for the other process's short transaction."""
_CHECKPOINT_PAUSE = 0.05
"""Seconds between two attempts to empty the WAL."""
_PAUSES, _PAUSES_GIVING_WAY = (0.0002, 0.001), (0.005, 0.005)
"""Seconds between two attempts to take the write lock, at first and later. Each takes a processor
for a moment, and perhaps the one that whoever holds the lock needs to end."""
_STEPS_TO_GROW = 5_000
"""Of SQLite's machine, between two looks at how far a copy has grown: some 100 kB of it."""
_GIVEN_WAY = 0.005
"""Seconds in which whoever waits for the write lock takes it. SQLite keeps no line, and who has
just released the lock would take it again."""


class StoreFailed(Exception):
    """The file can't be read or written now; the message names the file."""


class StoreMissing(StoreFailed):
    """There is no file."""


class StoreForeign(StoreFailed):
    """The file is another program's."""


class StoreDamaged(StoreFailed):
    """The file's content is not what was written: worn out, cut off, or changed."""


class StoreFull(StoreFailed):
    """The disk has no room."""


class StoreReadOnly(StoreFailed):
    """The file, its folder or the disk may not be written."""


class StoreNewer(StoreFailed):
    """The file was written by a newer version of the program."""


class StoreUnsafe(StoreFailed):
    """This machine's SQLite can damage the file: it is neither read nor written."""


class StoreLocked(StoreFailed):
    """Another program is writing, or holds the file as if it were."""


class StoreOlder(StoreFailed):
    """The file was written by an earlier version of the program, and this command changes no
    file's version."""


class Snapshot:
    """One consistent state of the file, by room."""

    def __init__(self, connection: Connection) -> None:
        self.ratings = Ratings(connection)
        self.journal = Journal(connection)
        self.roster = Roster(connection)
        self.pins = Pins(connection)
        self.outbox = Outbox(connection)
        self.state = TerminalState(connection)
        self.witnessed = Witnessed(connection)
        self._connection = connection

    def prepare(self) -> None:
        """Compile what transactions run, before one takes the lock."""
        prepare(self._connection)

    def cursor(self) -> Any:
        """The driver's own cursor on the same state: for reading very many rows."""
        return _driver(self._connection).cursor()


class Transaction(Snapshot):
    """What one transaction reads and writes."""

    def witness(self, now: Moment, kind: Kind, detail: Mapping[str, str] | None = None) -> None:
        """Append a system event that changed the register: its digest goes into the entry."""
        self.witness_all(now, [(kind, detail or {})])

    def witness_all(self, now: Moment, events: Sequence[tuple[Kind, Mapping[str, str]]]) -> None:
        """Append events that changed the register together. The digest reads the whole register,
        so it is computed once, for the last entry."""
        *earlier, (last_kind, last_detail) = events
        for kind, detail in earlier:
            self.journal.append(now, kind, detail)
        cursor = self.cursor()
        digest = register_digest(lambda sql: cursor.execute(sql).fetchall())
        self.journal.append(now, last_kind, {**last_detail, DETAIL: digest})


class Store:
    """The open file. One connection, used by one thread."""

    def __init__(
        self, path: Path, engine: Engine, copies: Copies | None = None, *, gives_way: bool = False
    ) -> None:
        self.path = path
        self._copies = copies
        self._gives_way = gives_way
        self._is_prepared = False
        self._released = 0.0
        self._engine = engine
        self._reader = engine.execution_options(reading=True)
        self._identity: tuple[int, int] | None = None

    @classmethod
    def create(cls, path: Path) -> None:
        """Make a new, empty file at `path`, whole or not at all; refuses to overwrite one."""
        if path.exists():
            raise StoreFailed(f"{path}: exists already")
        draft = path.with_name(path.name + ".new")
        for leftover in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm")):
            leftover.unlink(missing_ok=True)
        with _failures(path):
            engine = _engine(draft, mode="rwc", synchronous="EXTRA")
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
    def open(cls, path: Path, copies: Copies | None = None, *, gives_way: bool = False) -> "Store":
        """Open an existing file; raises a kind of StoreFailed. An older one is migrated, once a
        copy of it is in `copies`; without `copies` it is StoreOlder, and stays as it is.
        `gives_way`: another program takes presses, and one may be waiting for the lock."""
        pauses = _PAUSES_GIVING_WAY if gives_way else _PAUSES
        store = cls(path, _engine(path, pauses=pauses), copies, gives_way=gives_way)
        try:
            store._adopt()
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def version_of(cls, path: Path) -> str:
        """Which migration the file at `path` is at; nothing is changed. A kind of StoreFailed."""
        if _identity(path) is None:
            raise StoreMissing(f"{path}: not found; `kiosk init` makes it")
        engine = _engine(path)
        try:
            with _failures(path), _raw(engine) as raw:
                (version,) = raw.execute("SELECT max(version_num) FROM alembic_version").fetchone()
        finally:
            engine.dispose()
        return str(version or "")

    def _adopt(self) -> None:
        """Connect to the file at the path. One that is not ours is neither read nor written."""
        self._identity = None
        identity = _identity(self.path)
        if identity is None:
            raise StoreMissing(f"{self.path}: not found; `kiosk init` makes it")
        # Who opens the file first mends it, and who closes it last empties its log: others wait.
        with _failures(self.path), in_front(), _raw(self._engine) as raw:
            (version,) = raw.execute("SELECT max(version_num) FROM alembic_version").fetchone()
        if not isinstance(version, str):
            raise StoreDamaged(f"{self.path}: does not say which version wrote it")
        if version > HEAD:
            raise StoreNewer(
                f"{self.path}: was written by a newer version ({version}; this one knows {HEAD}); "
                "install that version"
            )
        if version < HEAD:
            self._migrate_older()
        self._identity = identity

    def _migrate_older(self) -> None:
        """Bring the file to the newest schema, in one transaction, once its copy is durable."""
        copies = self._copies
        if copies is None:
            raise StoreOlder(
                f"{self.path}: is of an earlier version; `kiosk run` copies it, then brings it "
                "up to date"
            )
        with _failures(self.path):
            size = sum(part.stat().st_size for part in self.path.parent.glob(f"{self.path.name}*"))
            if _free_bytes(self.path.parent) < _ROOM_FOR_COPY * size:
                raise StoreFull(f"{self.path}: no room for the copy that is made before an update")
            copies.drop_old()
            self.backup(copies.next_path(kiosk.__version__))
            copies.drop_old()
            _migrate(self._engine)
        _LOG.info("migrated %s to %s; its copy is in %s", self.path, HEAD, copies.folder)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """BEGIN IMMEDIATE … COMMIT. Leaving by an exception rolls back; StoreFailed when the
        file fails, and then the outcome is unknown until the file was reopened and read."""
        self._require_same_file()
        with _failures(self.path), self._turn(), self._engine.begin() as connection:
            t = Transaction(connection)
            yield t
        t.journal.committed()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """The time around one transaction. A program that gives way takes the lock some time after
        it released it, and holds it at full speed, with everything compiled before. It too waits
        for the disk under the lock: else others would see, and tell central, what a power cut may
        still take."""
        if not self._gives_way:
            yield
            return
        if not self._is_prepared:
            with self.read() as snapshot:
                snapshot.prepare()
            self._is_prepared = True
        time.sleep(max(0.0, self._released + _GIVEN_WAY - time.monotonic()))
        try:
            with in_front():
                yield
        finally:
            self._released = time.monotonic()

    @contextmanager
    def read(self) -> Iterator[Snapshot]:
        """One consistent state of the file. Takes no lock that a writer waits for, and waits for
        no writer; StoreFailed when the file fails, also at an attempt to write."""
        self._require_same_file()
        with _failures(self.path), self._reader.begin() as connection:
            driver = _driver(connection)
            driver.execute("PRAGMA query_only=ON")
            try:
                yield Snapshot(connection)
            finally:
                driver.execute("PRAGMA query_only=OFF")

    def _require_same_file(self) -> None:
        """StoreMissing when the file went from its path: SQLite goes on with one that is deleted,
        and what it then commits is gone when the program ends."""
        if self._identity is None or _identity(self.path) != self._identity:
            raise StoreMissing(f"{self.path}: was deleted, moved or replaced while it was open")

    def reopen(self) -> None:
        """Close and open again: after an I/O error the old connection can't be believed."""
        self._engine.dispose()
        self._adopt()

    def backup(self, target: Path) -> None:
        """Write a whole, compact copy to `target`, which must not exist."""
        if target.exists():
            raise StoreFailed(f"{target}: exists already; name a new file")
        with (
            _failures(target),
            new_path(target) as draft,
            _raw(self._engine) as raw,
            _flushed_as_it_grows(raw, draft),
        ):
            raw.execute("VACUUM INTO ?", (str(draft),))
        _LOG.info("copied to %s", target)

    def checkpoint(self, patience: float = BUSY_MS / 1000) -> bool:
        """Move everything from the WAL into the file and empty it; False when another process
        was reading or writing for all of `patience`. SQLite alone would wait for the reader with
        the write lock taken, and so hold up every press; here each attempt gives up at once. What
        is long about it, writing into the file, comes first and without that lock."""
        deadline = time.monotonic() + patience
        with _failures(self.path), _raw(self._engine) as raw:
            raw.execute("PRAGMA busy_timeout=0").fetchall()
            try:
                raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                while True:
                    with in_front():
                        (busy, _, _) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                    if not busy or time.monotonic() > deadline:
                        return not busy
                    time.sleep(_CHECKPOINT_PAUSE)
            finally:
                raw.execute(f"PRAGMA busy_timeout={BUSY_MS}").fetchall()

    def forget_order(self, current: HalfDay, patience: float = BUSY_MS / 1000) -> None:
        """Take from the file, and from its log of writes, what tells in which order presses came.
        `current`: the half-day that goes on. `patience`: seconds to wait until the log can be
        emptied."""
        kinds = tuple(RowKind)
        # Of who gives way, each for itself: a press need not wait for all of them.
        for some in [(kind,) for kind in kinds] if self._gives_way else [kinds]:
            with self.transaction() as t:
                t.ratings.settle(current, some)
        if self.checkpoint(patience):
            # Its index (-shm) still lists the pages of every write, in their order, until the next
            # one begins the log again: one that changes nothing.
            with self.transaction() as t:
                t.cursor().execute(f"PRAGMA application_id={APPLICATION_ID}")
            self.checkpoint(patience)

    def require_writable(self, *, with_disk: bool) -> None:
        """See that a commit could be made now, and make none: a write of any kind would stand
        between two presses in the log of writes, and tell their time. `with_disk`: wait until the
        disk has taken a byte. StoreLocked; another kind of StoreFailed."""
        self._require_same_file()
        with _failures(self.path):
            with _raw(self._engine) as raw:
                raw.execute("PRAGMA busy_timeout=0").fetchall()
                try:
                    raw.execute("BEGIN IMMEDIATE")
                    raw.execute("ROLLBACK")
                finally:
                    raw.execute(f"PRAGMA busy_timeout={BUSY_MS}").fetchall()
            if with_disk:
                _write_a_byte(self.path.with_name("alive"))

    def close(self) -> None:
        with in_front():
            self._engine.dispose()


def _write_a_byte(path: Path) -> None:
    """Always the same one, on the disk on return. OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.pwrite(descriptor, b"\n", 0)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file is at `path`; None: none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if S_ISREG(status.st_mode) else None


def _driver(connection: Connection) -> Any:
    """The driver's connection below an open one of SQLAlchemy's."""
    return connection.connection.driver_connection


@contextmanager
def _raw(engine: Engine) -> Iterator[Any]:
    """The driver's own connection, outside any transaction."""
    connection = engine.raw_connection()
    try:
        yield connection.driver_connection
    finally:
        connection.close()


@contextmanager
def _flushed_as_it_grows(raw: Any, draft: Path) -> Iterator[None]:
    """Have what `raw` writes into `draft` reach the disk in parts. OSError."""
    failed: list[OSError] = []
    (cache,) = raw.execute("PRAGMA cache_size").fetchone()
    with draft.open("rb") as file:
        flushing = Flushing(lambda: os.fdatasync(file.fileno()))
        size = 0

        def flush_grown() -> bool:
            """Whether to end it."""
            nonlocal size
            before, size = size, os.fstat(file.fileno()).st_size
            try:
                flushing.wrote(size - before)
            except OSError as error:
                failed.append(error)
            return bool(failed)

        raw.set_progress_handler(flush_grown, _STEPS_TO_GROW)
        # What SQLite keeps in its cache it would write, and flush, at the end.
        raw.execute(f"PRAGMA cache_size={-(FLUSHED_PART >> 10)}")
        try:
            yield
        except sqlite.OperationalError:
            if failed:
                raise failed[0] from None
            raise
        finally:
            raw.set_progress_handler(None, 0)
            raw.execute(f"PRAGMA cache_size={cache}")


def _engine(
    path: Path,
    mode: str = "rw",
    synchronous: str = "FULL",
    pauses: tuple[float, float] = _PAUSES,
) -> Engine:
    """Connects when first used. `mode` of SQLite's URI: "rw" never creates a file. StoreUnsafe
    before anything is touched."""
    if fault := fault_of(sqlite.sqlite_version_info):
        raise StoreUnsafe(f"{path}: {fault}")
    address = f"{path.absolute().as_uri()}?mode={mode}"
    engine = create_engine(
        "sqlite://",
        module=sqlite,
        poolclass=StaticPool,
        creator=lambda: sqlite.connect(address, uri=True, isolation_level=None),
        hide_parameters=True,  # a traceback in the log has a time: no score beside it
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}").fetchall()
        ids = connection.execute("PRAGMA application_id").fetchone()
        if mode == "rw" and ids != (APPLICATION_ID,):  # the next line would write into it
            connection.close()
            raise StoreForeign(f"{path}: is not a terminal's database")
        for pragma in (
            f"synchronous={synchronous}",
            "journal_mode=WAL",
            "wal_autocheckpoint=100",
            "recursive_triggers=ON",
            "trusted_schema=OFF",
            "secure_delete=ON",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        # Straight to the driver: at every press SQLAlchemy's way round takes as long again.
        if reading:
            _driver(connection).execute("BEGIN")
        else:
            _begin_writing(_driver(connection), pauses)

    return engine


def _begin_writing(driver: Any, pauses: tuple[float, float]) -> None:
    """Take the write lock, looked for again and again: SQLite's own looks come at ever longer
    intervals, up to a tenth of a second, and so miss a lock that was free meanwhile."""
    try:
        driver.execute("PRAGMA busy_timeout=0").fetchall()
        began = time.monotonic()
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite.OperationalError as error:
                if not _is_busy(error) or time.monotonic() - began > BUSY_MS / 1000:
                    raise
            waited = time.monotonic() - began
            shortest, longest = pauses
            time.sleep(min(max(waited / 4, shortest), longest))
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_MS}").fetchall()


def _is_busy(error: BaseException) -> bool:
    return str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_BUSY")


def _migrate(engine: Engine) -> None:
    from alembic import command  # slow to import, and needed only for a new or an older file
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "kiosk.store:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


_UNREADABLE = frozenset(
    {ValueError, UnicodeDecodeError, JSONDecodeError, KeyError, IndexError, TypeError}
)
"""What Python raises at a row whose bits were flipped: a time that is none, a kind that nobody
knows, a text out of form. Exactly these: refusals are kinds of ValueError, and pass."""


@contextmanager
def _failures(path: Path) -> Iterator[None]:
    """Turn what the database, the disk or a row raises into StoreFailed, naming the file."""
    try:
        yield
    except DBAPIError as error:
        raise _named(path, error.orig or error) from error
    except (sqlite.Error, OSError) as error:
        raise _named(path, error) from error
    except Exception as error:
        if type(error) not in _UNREADABLE:
            raise
        raise StoreDamaged(f"{path}: a row has a value that can't be: {error}") from error


_READ_ONLY = frozenset({EACCES, EPERM, EROFS})


def _named(path: Path, error: BaseException) -> StoreFailed:
    reason = error.strerror if isinstance(error, OSError) else None
    number = error.errno if isinstance(error, OSError) else None
    sqlite_name = str(getattr(error, "sqlite_errorname", ""))
    text = (reason or str(error)).splitlines()[0]
    if isinstance(error, sqlite.DatabaseError) and not isinstance(
        error, sqlite.OperationalError | sqlite.IntegrityError
    ):
        return StoreDamaged(f"{path}: {text}")
    if isinstance(error, sqlite.OperationalError) and "I/O" in text and _full(path.parent):
        return StoreFull(f"{path}: the disk is full")  # SQLite says I/O error while it opens a file
    if _is_busy(error):
        return StoreLocked(f"{path}: {text}")
    if number == ENOSPC or sqlite_name.startswith("SQLITE_FULL"):
        return StoreFull(f"{path}: {text}")
    if number in _READ_ONLY or sqlite_name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
        return StoreReadOnly(f"{path}: {text}")
    return StoreFailed(f"{path}: {text}")


def _full(folder: Path) -> bool:
    try:
        return _free_bytes(folder) < _NO_ROOM
    except OSError:
        return False


def _free_bytes(folder: Path) -> int:
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize
