"""Makes the schema and brings it to the newest version: one program at a time, the others wait."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from sync.central.store.distributing import distribute, is_distributed, let_tables_change

_LOCK = 0x6B696F736B  # "kiosk"
"""The number of PostgreSQL's advisory lock, held until the transaction ends: PgBouncer keeps a
transaction on one connection."""


def version_of(connection: Connection) -> str:
    """The newest migration that the database has had; "": none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(version or "")


def migrate(engine: Engine, newest: str, before: Callable[[str], None]) -> None:
    """Bring the schema to `newest`, where nobody else has done so meanwhile. `before`: called with
    the version of tables that are there, before they change."""
    with _alone_on_this_machine(engine):
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                version = version_of(connection)
            if version and version != newest:
                before(version)
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                be_alone(connection)
                version = version_of(connection)
                if version and version != newest:
                    before(version)
            if version_of(connection) != newest:
                migrate_to(connection, "head")


def be_alone(connection: Connection) -> None:
    """Wait until nobody else changes the tables of this PostgreSQL; until the transaction ends the
    others wait."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


@contextmanager
def _alone_on_this_machine(engine: Engine) -> Iterator[None]:
    """SQLite's own lock is not waited for long enough; a lock on its folder leaves no file."""
    if engine.dialect.name != "sqlite":
        yield
        return
    folder = os.open(Path(engine.url.database or "").parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def migrate_to(connection: Connection, version: str) -> None:
    """Bring the schema to this version, or to the newest (`head`). Where tables are distributed,
    new ones are too."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "sync.central:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    distributed = is_distributed(connection)
    let_tables_change(connection)
    command.upgrade(config, version)
    if distributed:
        distribute(connection, _say_nothing)


def _say_nothing(_table: str, _rows: int) -> None:
    """Tables that a migration made have no rows."""
