"""Rows as lines of JSON in a zip, for backups and copies, and back."""

import base64
import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, DateTime, LargeBinary, Select, Table

from sync.central.schema import Moment
from sync.central.store.terminals import utc

_ROWS = 1000
"""Rows put into the database at once."""


def write_rows(
    archive: zipfile.ZipFile, name: str, table: Table, connection: Connection, query: Select[Any]
) -> tuple[int, str]:
    """Write what a query finds in a table into the member `name`; how many rows, and the member's
    SHA-256."""
    # In the keys' order: the database's own tells in which order rows came.
    query = query.order_by(*table.primary_key.columns)
    written = hashlib.sha256()
    count = 0
    with archive.open(name, "w", force_zip64=True) as member:
        for row in connection.execute(query).mappings():
            line = json.dumps(_plain(dict(row)), ensure_ascii=False) + "\n"
            member.write(line.encode())
            written.update(line.encode())
            count += 1
    return count, written.hexdigest()


def rows_of(archive: zipfile.ZipFile, table: Table) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table's member, some at once."""
    with archive.open(f"{table.name}.jsonl") as member:
        batch: list[dict[str, Any]] = []
        for line in member:
            batch.append(_typed(table, json.loads(line)))
            if len(batch) == _ROWS:
                yield batch
                batch = []
        if batch:
            yield batch


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _as_json(value) for name, value in row.items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, datetime):
        return utc(value).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    typed = {}
    for column in table.columns:
        value = row[column.name]
        if value is not None and isinstance(column.type, Moment | DateTime):
            value = datetime.fromisoformat(value)
        elif value is not None and isinstance(column.type, Date):
            value = date.fromisoformat(value)
        elif value is not None and isinstance(column.type, LargeBinary):
            value = base64.b64decode(value)
        typed[column.name] = value
    return typed
