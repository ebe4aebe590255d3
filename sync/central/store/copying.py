"""Copies of central's database that are made before a migration, and how one is put back.

SQLite's is a file like the database itself. PostgreSQL's is a zip: the version of the schema, and a
JSON line per row of each table as it then was, read from the database and not from this program.
"""

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from kiosk.files import sync_folder
from sync.central.store.bulk import append_rows
from sync.central.store.distributing import distribute, is_distributed, let_tables_change
from sync.central.store.migrating import migrate_to, version_of
from sync.central.store.rowlines import rows_of, write_rows

COUNTED = ("day_reports", "earlier_reports", "blocks", "comments", "log_entries")
"""Tables whose rows tell what going back loses."""
_VERSION = "schema"
_OUR_FUNCTIONS = text(
    "SELECT oid::regprocedure::text FROM pg_proc "
    "WHERE pronamespace = current_schema()::regnamespace AND prorettype = 'trigger'::regtype"
)
"""Those of the guards: our tables' triggers call them."""
_NOT_COPIED = {"alembic_version"}


class CopyFailed(Exception):
    """A copy can't be read or put back; one line."""


def write_copy(url: str, target: Path) -> None:
    """Write everything in the database to `target`, whole or not at all, durable on return.
    OSError, or the driver's own error."""
    draft = target.with_name(f"{target.name}.new")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if file := _sqlite_file(url):
        with closing(_connected(file)) as connection:
            connection.execute("VACUUM INTO ?", (str(draft),))
    else:
        with _engine(url) as engine, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            _write_rows(engine, archive)
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    os.rename(draft, target)
    sync_folder(target.parent)


def put_back(url: str, copy: Path) -> None:
    """Have the database as the copy has it, in one transaction. CopyFailed."""
    if file := _sqlite_file(url):
        # Into the file that is there: who has it open goes on with what was put back.
        with closing(_connected(copy)) as source, closing(_connected(file)) as target:
            source.backup(target)
        return
    try:
        with _engine(url) as engine, zipfile.ZipFile(copy) as archive, engine.begin() as connection:
            distributed = is_distributed(connection)
            let_tables_change(connection)
            _empty(connection)
            migrate_to(connection, json.loads(archive.read(_VERSION)))
            if distributed:
                distribute(connection, _say_nothing)
            for table in _tables(connection):
                columns = [column.name for column in table.columns]
                for batch in rows_of(archive, table):
                    append_rows(connection, table, columns, batch)
    except (zipfile.BadZipFile, KeyError, ValueError, DBAPIError) as error:
        raise CopyFailed(f"{copy}: {error}") from None


def _say_nothing(_table: str, _rows: int) -> None:
    """The tables have no rows yet."""


def count_database(url: str) -> dict[str, int]:
    """How many rows the tables have that are COUNTED."""
    with _engine(url) as engine, engine.connect() as connection:
        tables = {table.name: table for table in _tables(connection)}
        return {
            name: connection.scalar(select(func.count()).select_from(tables[name])) or 0
            for name in COUNTED
            if name in tables
        }


def count_copy(copy: Path) -> dict[str, int]:
    if not zipfile.is_zipfile(copy):
        return count_database(f"sqlite:///{copy}")
    with zipfile.ZipFile(copy) as archive:
        names = {Path(name).stem for name in archive.namelist()}
        return {
            name: sum(1 for _ in archive.open(f"{name}.jsonl")) for name in COUNTED if name in names
        }


def _write_rows(engine: Engine, archive: zipfile.ZipFile) -> None:
    reading = engine.execution_options(isolation_level="REPEATABLE READ")
    with reading.connect() as connection:
        archive.writestr(_VERSION, json.dumps(version_of(connection)))
        for table in _tables(connection):
            write_rows(archive, f"{table.name}.jsonl", table, connection, table.select())


def _tables(connection: Connection) -> list[Any]:
    """The tables that are there, whatever this program calls its own."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name not in _NOT_COPIED]


def _empty(connection: Connection) -> None:
    """Drop every table, and what belongs to it."""
    metadata = MetaData()
    metadata.reflect(connection)
    for table in metadata.tables:
        quoted = connection.dialect.identifier_preparer.quote(table)
        connection.execute(text(f"DROP TABLE {quoted} CASCADE"))
    for function in connection.scalars(_OUR_FUNCTIONS).all():
        connection.execute(text(f"DROP FUNCTION {function} CASCADE"))


def _sqlite_file(url: str) -> Path | None:
    parsed = make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    if _sqlite_file(url):
        import pysqlite3.dbapi2 as sqlite

        engine = create_engine(url, module=sqlite, hide_parameters=True)
    else:
        engine = create_engine(url, hide_parameters=True)
    try:
        yield engine
    finally:
        engine.dispose()


def _connected(file: Path) -> Any:
    import pysqlite3.dbapi2 as sqlite

    connection = sqlite.connect(str(file), isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL").fetchall()
    return connection
