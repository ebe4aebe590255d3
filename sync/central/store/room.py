"""What the rooms of the store have in common: one site's rows on one connection."""

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import Connection, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

from sync.central.disclosure import Counts


class Room:
    """One subject's statements on one site's rows, within somebody's transaction."""

    def __init__(self, connection: Connection, site: str) -> None:
        self._connection, self._site = connection, site
        self._insert = insert_on(connection)


def insert_on(connection: Connection) -> Callable[[Table], postgresql.Insert]:
    """The insert statement that knows ON CONFLICT."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert
    # Another class with the same methods.
    return cast("Callable[[Table], postgresql.Insert]", sqlite.insert)


def counts_of(row: Row[Any]) -> Counts:
    """The five columns of counts, as numbers: PostgreSQL sums to Decimal."""
    return int(row.n1), int(row.n2), int(row.n3), int(row.n4), int(row.n5)
