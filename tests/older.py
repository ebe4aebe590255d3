"""A terminal's file as an older version of the program wrote it."""

import os
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from kiosk.store.schema import APPLICATION_ID


def aged(path: Path, version: str) -> None:
    """Write the file at `path` anew in the schema of `version`: its rows, without what that
    version did not know."""
    older = path.with_name("older.db")
    engine = create_engine(f"sqlite:///{older}", module=sqlite)
    config = Config()
    config.set_main_option("script_location", "kiosk.store:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    engine.dispose()
    raw = sqlite.connect(str(older), isolation_level=None)
    raw.execute(f"PRAGMA application_id={APPLICATION_ID}")
    raw.execute("PRAGMA journal_mode=WAL").fetchall()
    raw.execute("ATTACH ? AS present", (str(path),))
    for (table,) in raw.execute(
        "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " AND name <> 'alembic_version'"
    ).fetchall():
        columns = ", ".join(sorted(_columns(raw, "main", table) & _columns(raw, "present", table)))
        raw.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM present.{table}")
    raw.execute("DETACH present")
    raw.close()
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    os.rename(older, path)


def _columns(raw: sqlite.Connection, schema: str, table: str) -> set[str]:
    return {row[1] for row in raw.execute(f"PRAGMA {schema}.table_info({table})")}
