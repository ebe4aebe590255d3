"""Databases of a test run: central's schema is made once and copied, on a PostgreSQL server too."""

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
from sqlalchemy.engine import make_url

from sync.central.store.engine import CentralStore


def new_database(server: str, options: str = "") -> str:
    """The URL of an empty database there; `options`: as in CREATE DATABASE."""
    name = f"t{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" {options}'.encode())
    parsed = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return parsed.render_as_string(hide_password=False)


def new_central_database(server: str) -> str:
    """The URL of a database there with central's schema, and no row."""
    return new_database(server, f'TEMPLATE "{_made_on(server)}"')


def administer(url: str, statement: str) -> None:
    """Run a statement as the server's administrator; NAME stands for the database."""
    parsed = make_url(url).set(drivername="postgresql")
    server = parsed.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.replace("NAME", f'"{parsed.database}"').encode())


def new_central_store(file: Path) -> CentralStore:
    """A new file with central's schema, and no row; open."""
    shutil.copy(_made_file(), file)
    return CentralStore.open(f"sqlite:///{file}")


@cache
def _made_on(server: str) -> str:
    """The name of a database with the schema, as `kiosk-central init` makes it."""
    url = new_database(server)
    CentralStore.create(url).close()
    return str(make_url(url).database)


@cache
def _made_file() -> Path:
    """A file with the schema, as `kiosk-central init` makes it."""
    file = Path(_folder().name) / "central.db"
    CentralStore.create(f"sqlite:///{file}").close()
    return file


@cache
def _folder() -> "TemporaryDirectory[str]":
    """It goes when the test run ends."""
    return TemporaryDirectory(prefix="kiosk-databases-")
