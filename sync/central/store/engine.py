"""Opens, creates and migrates central's database, and runs transactions on it."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    DisconnectionError,
    NoSuchModuleError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kiosk.soundsqlite import fault_of
from sync.central.store.accounts import Accounts
from sync.central.store.blocks import Blocks
from sync.central.store.days import Days
from sync.central.store.faults import DatabaseError as DatabaseError
from sync.central.store.findings import Findings
from sync.central.store.fleet_sums import FleetSums, fleet_sums
from sync.central.store.improvements import Improvements
from sync.central.store.ita import ItaTexts
from sync.central.store.itapictures import ItaPictures
from sync.central.store.logbreaks import LogBreaks
from sync.central.store.logs import Logs
from sync.central.store.many import ManyTerminals
from sync.central.store.migrating import be_alone, migrate, version_of
from sync.central.store.month_sums import MonthSums
from sync.central.store.notifications import Outbox, Spells, Subscriptions, Transports
from sync.central.store.objections import Objections
from sync.central.store.office_settings import OfficeSettings
from sync.central.store.parked import ParkedReports
from sync.central.store.patterns import Patterns
from sync.central.store.people import People
from sync.central.store.photos import Photos
from sync.central.store.pins import Pins
from sync.central.store.pools import Pools
from sync.central.store.quarter_cuts import QuarterCuts
from sync.central.store.questionnaire import Questionnaire
from sync.central.store.recorded import Recorded
from sync.central.store.recordings import Recordings
from sync.central.store.releases import Releases
from sync.central.store.retention import Retention
from sync.central.store.secondfactors import SecondFactors
from sync.central.store.spreads import Spreads
from sync.central.store.tallies import Tallies
from sync.central.store.terminals import Terminals
from sync.central.store.tickets import Tickets
from sync.central.store.tries import SignInTries
from sync.central.store.unclosed import Unclosed
from sync.central.store.upkeep import UpkeepRecord
from sync.central.store.witness import Witness
from sync.central.viewer import CITY

HEAD = "0001"
"""The newest migration; a test holds it against the migrations folder."""
BUSY_MS = 10_000
_WAL_AGAIN = 0.02
"""Seconds between two tries to turn a new file's journal to WAL."""
_LOG = logging.getLogger("kiosk.central.store")
IDLE_SECONDS = 1.0
"""After so long a connection is asked whether its server is still there."""
_READ_ONLY: Final[dict[str, dict[str, Any]]] = {
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    "sqlite": {"read_only": True},
}
"""Options of a connection that reads: what its transaction sees does not change, waits for no
writer, and lets no writer wait. The database refuses a row that is written in it."""
_LOOKS = {"read_only": True}
"""Options of a connection on which nothing is written, and which no snapshot holds."""
_OURS = {"sites", "terminals", "day_reports", "blocks"}
"""Tables of every version: what tells our database from another's."""
_BEGIN = (
    "put a backup back into an empty folder (`kiosk-central restore`), or begin in one "
    "(`kiosk-central init`)"
)


class DatabaseDown(DatabaseError):
    """It does not answer now; try again."""


class RowRefused(DatabaseDown):
    """It answers, and does not take a row: what else was in the transaction may go without it."""


class PartDown(DatabaseDown):
    """Of the servers among which rows lie (Citus), one does not answer: rows of other offices may
    be had."""


class Collided(DatabaseDown):
    """It ended this transaction for another's sake (a deadlock): the same once more will do."""


class Pooling(NamedTuple):
    """How PostgreSQL's connections are used."""

    connections: int = 15
    """At most, by one process; more requests wait."""
    prepare_threshold: int = 5
    """How often a statement is asked before the server prepares it; 0: never, as a pooler between
    transactions (PgBouncer) needs it."""


_COLLISIONS = {"40001", "40P01"}
_OTHER_SERVER_DOWN = {"08001", "08003", "08006", "57P01", "57P02", "57P03"}
"""What a server says of another one. Of itself it says it as it ends the connection."""
_READ_ONLY_NOW = "25006"
"""What a server says that was a standby's primary and is so no more."""


class Transaction:
    """One transaction's view of the database, by room."""

    def __init__(self, connection: Connection, site: str) -> None:
        self.site = site
        self.accounts = Accounts(connection, site)
        self.blocks = Blocks(connection, site)
        self.days = Days(connection, site)
        self.findings = Findings(connection, site)
        self.improvements = Improvements(connection, site)
        self.ita = ItaTexts(connection, site)
        self.ita_pictures = ItaPictures(connection, site)
        self.objections = Objections(connection, site)
        self.logs = Logs(connection, site)
        self.log_breaks = LogBreaks(connection, site)
        self.city_logs = Logs(connection, CITY)
        self.month_sums = MonthSums(connection, site)
        self.notifications = Outbox(connection, site)
        self.parked = ParkedReports(connection, site)
        self.patterns = Patterns(connection, site)
        self.people = People(connection, site)
        self.photos = Photos(connection, site)
        self.recorded = Recorded(connection, site)
        self.recordings = Recordings(connection, site)
        self.pins = Pins(connection, site)
        self.pools = Pools(connection, site)
        self.quarter_cuts = QuarterCuts(connection, site)
        self.questionnaire = Questionnaire(connection, site)
        self.releases = Releases(connection, site)
        self.retention = Retention(connection, site)
        self.settings = OfficeSettings(connection, site)
        self.spells = Spells(connection, site)
        self.spreads = Spreads(connection, site)
        self.subscriptions = Subscriptions(connection, site)
        self.second_factors = SecondFactors(connection, site)
        self.sign_in_tries = SignInTries(connection, site)
        self.tallies = Tallies(connection, site)
        self.terminals = Terminals(connection, site)
        self.tickets = Tickets(connection, site)
        self.transports = Transports(connection, site)
        self.unclosed = Unclosed(connection, site)
        self.upkeep = UpkeepRecord(connection, site)
        self.witness = Witness(connection, site)


class CentralStore:
    """An open database. Safe to use from several threads; each transaction has a connection."""

    def __init__(self, engine: Engine, aside: Engine, url: str) -> None:
        self._engine = engine
        self._aside = aside
        self._readers = engine.execution_options(**_READ_ONLY[engine.dialect.name])
        self._name = make_url(url).render_as_string(hide_password=True)

    @classmethod
    def create(cls, url: str) -> "CentralStore":
        """Make the schema in an empty database, or our own, and open it."""
        return cls._opened(url, Pooling(), make=True, before=_nothing)

    @classmethod
    def open(cls, url: str, pooling: Pooling = Pooling()) -> "CentralStore":  # noqa: B008  (frozen)
        """Open a database that `create` made and that is of this version."""
        return cls._opened(url, pooling, make=False, before=None)

    @classmethod
    def migrate(cls, url: str, pooling: Pooling, before: Callable[[str], None]) -> "CentralStore":
        """Open a database that `create` made, also one of an older version, and bring it to this
        one. Of several programs at once one does so. `before`: called with the version that is
        there, before it changes."""
        return cls._opened(url, pooling, make=False, before=before)

    @classmethod
    def _opened(
        cls, url: str, pooling: Pooling, *, make: bool, before: Callable[[str], None] | None
    ) -> "CentralStore":
        store = cls(_engine(url, pooling), _engine(url, pooling._replace(connections=1)), url)
        try:
            with store._failures():
                store._adopt(make=make, before=before)
        except BaseException:
            store.close()
            raise
        return store

    def _adopt(self, *, make: bool, before: Callable[[str], None] | None) -> None:
        """See that the schema is ours and the newest; DatabaseError says why it can't be."""
        not_set_up = f"{self._name}: is gone or empty; {_BEGIN}"
        if not make and self._is_an_absent_file():
            raise DatabaseError(not_set_up)
        tables, version = self._tables(), self._version()
        if not tables and not make:
            raise DatabaseError(not_set_up)
        # Our migrations are numbered; another program's table of that name holds other marks.
        if tables and not (re.fullmatch(r"[0-9]{4}", version) and tables >= _OURS):
            raise DatabaseError(f"{self._name}: holds other tables; name an empty database")
        if version > HEAD:
            raise DatabaseError(
                f"{self._name}: was written by a newer version ({version}; this one knows {HEAD}); "
                "install that version"
            )
        if version != HEAD and before is None:
            raise DatabaseError(
                f"{self._name}: is of an older version ({version}; this one needs {HEAD}); "
                "run `kiosk-central migrate`"
            )
        # Before the first row.
        self._keep_private()
        if version != HEAD and before is not None:
            migrate(self._engine, HEAD, before)
            _LOG.info("%s: migrated from %s to %s", self._name, version or "nothing", HEAD)

    def _is_an_absent_file(self) -> bool:
        """SQLite would make the file; a mistyped address must leave nothing behind."""
        url = self._engine.url
        return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()

    def _keep_private(self) -> None:
        """SQLite makes files as open as the shell says; raw tallies and sessions are in them."""
        if self._engine.url.get_backend_name() == "sqlite":
            path = self._engine.url.database or ""
            for file in (Path(path), Path(f"{path}-wal"), Path(f"{path}-shm")):
                if file.is_file() and file.stat().st_mode & 0o077:
                    file.chmod(0o600)

    def _tables(self) -> set[str]:
        with self._readers.connect() as connection:
            return set(inspect(connection).get_table_names())

    def _version(self) -> str:
        with self._readers.connect() as connection:
            return version_of(connection)

    @property
    def writers(self) -> int:
        """How many can write at once: SQLite lets one."""
        return 2 if self._engine.dialect.name == "postgresql" else 1

    @contextmanager
    def read(self, site: str) -> Iterator[Transaction]:
        """One site's rows as they are at one moment. Takes no lock: a writer does not wait for it,
        nor it for a writer. DatabaseDown when the database fails, or when something is written."""
        with self._failures(), self._readers.begin() as connection:
            yield Transaction(connection, site)

    @contextmanager
    def transaction(self, site: str) -> Iterator[Transaction]:
        """One transaction on one site's rows, which others wait for when they write: where
        nothing is written, use `read`. DatabaseDown when the database fails."""
        with self._failures(), self._engine.begin() as connection:
            yield Transaction(connection, site)

    @contextmanager
    def many(self) -> Iterator[ManyTerminals]:
        """One transaction on the rows of many terminals, whichever their sites."""
        with self._failures(), self._engine.begin() as connection:
            yield ManyTerminals(connection)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """One transaction on all sites' rows, for a backup being put back."""
        with self._failures(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """One transaction in which nobody else changes the tables, nor brings them to another
        version."""
        with self.connection() as connection:
            if connection.dialect.name == "postgresql":
                be_alone(connection)
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """All sites' rows as they are at one moment, for a backup."""
        with self._failures(), self._readers.begin() as connection:
            yield connection.execution_options(stream_results=True)

    def fleet_sums(self, now: datetime) -> FleetSums:
        """All sites' terminals as they are at one moment."""
        with self._failures(), self._readers.begin() as connection:
            return fleet_sums(connection, now)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._fault(error.orig or error) from error
        except self._engine.dialect.loaded_dbapi.Error as error:  # COPY and pipelines: the driver's
            raise self._fault(error) from error
        except PoolTimeout as error:
            raise DatabaseDown(f"{self._name}: every connection is busy") from error

    def _fault(self, error: BaseException) -> DatabaseError:
        """What the driver says, in one line, and whether the same once more will do."""
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        line = f"{self._name}: {first}"
        state = getattr(error, "sqlstate", None)
        if state in _COLLISIONS:
            return Collided(line)
        if state in _OTHER_SERVER_DOWN and _goes_on(error):
            return PartDown(line)
        if state == _READ_ONLY_NOW:
            # After a fail-over every connection is to the server that was the primary before.
            self._engine.dispose()
        if "file is not a database" in first:
            return DatabaseError(f"{self._name}: is no SQLite file; name another")
        driver = self._engine.dialect.loaded_dbapi
        # What a worker refuses of a COPY reaches Citus's clients as an internal error.
        refusals = (driver.IntegrityError, driver.DataError, driver.InternalError)
        refused = isinstance(error, refusals)
        return (RowRefused if refused else DatabaseDown)(line)

    def look(self) -> None:
        """DatabaseError where it does not answer, can't be written to, or is of another version.
        Asked aside: every connection of the others may be busy."""
        with self._failures():
            if self._is_an_absent_file():
                raise DatabaseDown(f"{self._name}: the file is gone")
            with self._aside.connect().execution_options(**_LOOKS) as connection:
                read_only = _is_read_only(connection)
                version = version_of(connection)
        if read_only:
            self.close()  # connections to the server that was the primary before
            raise DatabaseDown(f"{self._name}: is read-only")
        if version != HEAD:
            raise DatabaseError(f"{self._name}: is of version {version}, not {HEAD}")

    def described(self) -> str:
        """Which database program, with its version; DatabaseDown."""
        with self._failures(), self._readers.connect() as connection:
            version = connection.dialect.server_version_info or ()
            return f"{connection.dialect.name} {'.'.join(map(str, version))}"

    def close(self) -> None:
        """End every connection that nobody uses now; the next one who asks opens a new one."""
        self._engine.dispose()
        self._aside.dispose()


def _is_read_only(connection: Connection) -> bool:
    if connection.dialect.name == "postgresql":
        return bool(connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on")
    cursor = connection.connection.cursor()
    try:
        cursor.execute("ROLLBACK")
        cursor.execute("PRAGMA query_only=0")
        cursor.execute("PRAGMA busy_timeout=0")
        cursor.execute("BEGIN IMMEDIATE")
    except connection.dialect.loaded_dbapi.OperationalError as error:
        return "readonly" in str(error)  # else somebody else writes just now
    finally:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        cursor.close()
    return False


def _goes_on(error: Any) -> bool:
    """Whether the server that says this of a connection still answers on its own."""
    return bool(error.diag.severity_nonlocalized == "ERROR")


def _nothing(_version: str) -> None:
    """Nothing is to be done before tables change that nobody has written to."""


def _engine(url: str, pooling: Pooling) -> Engine:
    """A traceback in the log shows no value of a row (`hide_parameters`): no score, no secret."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseError(
            "database: write sqlite:////path/to/central.db or postgresql+psycopg://user@host/name"
        ) from None
    if parsed.get_backend_name() == "postgresql":
        return _postgresql(parsed, pooling)
    if parsed.get_backend_name() != "sqlite":
        raise DatabaseError(f"database: {parsed.get_backend_name()} is not supported")
    return _sqlite(url)


def _postgresql(url: URL, pooling: Pooling) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=pooling.connections,
        max_overflow=0,
        connect_args={
            "prepare_threshold": pooling.prepare_threshold or None,
            "client_encoding": "utf8",
        },
    )
    name = url.render_as_string(hide_password=True)

    # Before SQLAlchemy's own first look, which can't read the answers of such a database.
    @event.listens_for(engine, "connect", insert=True)
    def require_unicode(connection: Any, _record: Any) -> None:
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            connection.close()
            raise DatabaseError(
                f"{name}: holds text as {encoding}, not as UTF-8; make it anew: "
                f"createdb --template template0 --encoding UTF8 {url.database}"
            )

    _ask_idle_connections(engine)
    _leave_lost_connections(engine)
    return engine


def _leave_lost_connections(engine: Engine) -> None:
    """A connection that its server ended, or left amid a pipeline, rolls nothing back: who asks
    hears why it ended, and not what else it refuses."""

    @event.listens_for(engine, "rollback")
    def leave(connection: Connection) -> None:
        if connection.invalidated:
            return
        driver: Any = connection.connection.driver_connection
        if driver.closed or driver.pgconn.pipeline_status:
            connection.invalidate()


def _ask_idle_connections(engine: Engine) -> None:
    """A connection that lay idle is asked whether the server is still there before it is used;
    asking it each time would cost a page as much as one of its queries."""

    @event.listens_for(engine, "checkin")
    def rest(_connection: Any, record: Any) -> None:
        record.info["idle_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: Any) -> None:
        since = record.info.get("idle_since")
        if since is not None and monotonic() - since > IDLE_SECONDS:
            try:
                alive = engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error:
                alive = False
            if not alive:
                raise DisconnectionError


def _use_wal(connection: Any) -> None:
    """SQLite waits for nobody where several connections turn a new file's journal to WAL."""
    until = monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchall()
        except connection.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or monotonic() > until:
                raise
            sleep(_WAL_AGAIN)
        else:
            return


def _sqlite(url: str) -> Engine:
    import pysqlite3.dbapi2 as sqlite  # PostgreSQL offices don't load it

    path = Path(make_url(url).database or "")
    if fault := fault_of(sqlite.sqlite_version_info):
        raise DatabaseError(f"{path}: {fault}")
    if not path.parent.is_dir():
        raise DatabaseError(f"{path.parent}: no such folder")
    try:
        engine = create_engine(
            url,
            module=sqlite,
            pool_size=4,
            connect_args={"isolation_level": None, "check_same_thread": False},
            hide_parameters=True,
        )
    except NoSuchModuleError as error:
        raise DatabaseError(f"database: {error}") from None

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}").fetchall()
        _use_wal(connection)
        connection.execute("PRAGMA synchronous=FULL").fetchall()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("read_only", False)
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA query_only={int(reads)}")
        # A writer takes its lock at once: one that began by reading could not wait for it later.
        cursor.execute("BEGIN" if reads else "BEGIN IMMEDIATE")
        cursor.close()

    return engine
