"""Empty databases on the PostgreSQL server of a test run."""

from uuid import uuid4

import psycopg
from sqlalchemy.engine import make_url


def new_database(server: str, options: str = "") -> str:
    """The URL of an empty database there; `options`: as in CREATE DATABASE."""
    name = f"t{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" {options}'.encode())
    parsed = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return parsed.render_as_string(hide_password=False)
