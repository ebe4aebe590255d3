"""Rows as lines of JSON in a zip, for backups and copies, and back."""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO, cast

import msgspec
from sqlalchemy import Connection, Date, DateTime, LargeBinary, Select, Table

from sync.central.schema import Moment
from sync.central.store.terminals import utc

_ROWS, _BYTES = 5000, 8 << 20
"""Rows put into the database at once, and about how much of a backup they are."""
_PIECE = 1 << 16
"""Bytes of a member that are unpacked at once."""


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


def rows_of(
    archive: zipfile.ZipFile, table: Table, after: int = 0
) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table's member, some at once; those `after` so many."""
    readers = _readers(table)
    with archive.open(f"{table.name}.jsonl") as piece_by_piece:
        member = cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", piece_by_piece), _PIECE))
        batch: list[dict[str, Any]] = []
        size = 0
        for line in islice(member, after, None):
            batch.append(_typed(readers, line))
            size += len(line)
            if len(batch) == _ROWS or size > _BYTES:
                yield batch
                batch, size = [], 0
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


def _readers(table: Table) -> dict[str, Callable[[str], object]]:
    """How columns are read that JSON knows no kind of."""
    readers: dict[str, Callable[[str], object]] = {}
    for column in table.columns:
        if isinstance(column.type, Moment | DateTime):
            readers[column.name] = datetime.fromisoformat
        elif isinstance(column.type, Date):
            readers[column.name] = date.fromisoformat
        elif isinstance(column.type, LargeBinary):
            readers[column.name] = base64.b64decode
    return readers


def _typed(readers: dict[str, Callable[[str], object]], line: bytes) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.json.decode(line)
    for name, read in readers.items():
        if row[name] is not None:
            row[name] = read(row[name])
    return row
