"""Rows as lines of JSON in a zip, for backups and copies, and back.

A table's lines are read and written by a Struct of its columns: hundreds of rows in one call.
"""

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Date, DateTime, Integer, LargeBinary, Select, Table

from sync.central.schema import Moment
from sync.central.store.terminals import utc

_ROWS = 500
"""Rows read from the database at once: some have pictures."""
_PIECE = 4 << 20
"""About so many bytes of a member are put into the database at once."""
_ENCODER = msgspec.json.Encoder()
_KINDS = (
    ((Moment, DateTime), datetime),
    ((Date,), date),
    ((LargeBinary,), bytes),
    ((Integer,), int),
)
"""How columns are read; others are text."""


def write_rows(
    archive: zipfile.ZipFile, name: str, table: Table, connection: Connection, query: Select[Any]
) -> tuple[int, str]:
    """Write what a query finds in a table into the member `name`; how many, and the member's
    SHA-256."""
    # In the keys' order: the database's own tells in which order rows came.
    query = query.order_by(*table.primary_key.columns)
    line, moments = _line_of(table), _moments(table)
    written = hashlib.sha256()
    count = 0
    with archive.open(name, "w", force_zip64=True) as member:
        for some in connection.execute(query).partitions(_ROWS):
            rows = _in_utc(some, moments) if moments else some
            lines = _ENCODER.encode_lines([line(*row) for row in rows])
            member.write(lines)
            written.update(lines)
            count += len(some)
    return count, written.hexdigest()


def rows_of(
    archive: zipfile.ZipFile, table: Table, after: int = 0
) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a table's member in the table's columns, some at once; those `after` so many."""
    decoder = msgspec.json.Decoder(_line_of(table))
    for piece in _pieces(archive, f"{table.name}.jsonl"):
        number = piece.count(b"\n")
        if number > after:
            lines = decoder.decode_lines(piece)
            yield [msgspec.structs.astuple(line) for line in lines[after:]]
        after = max(0, after - number)


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Whole lines of a member, some at once."""
    with archive.open(name) as member:
        begun = b""
        while piece := member.read(_PIECE):
            whole, end, rest = piece.rpartition(b"\n")
            if end:
                yield begun + whole + end
            begun = rest if end else begun + rest
        if begun:
            yield begun + b"\n"


def _in_utc(rows: Sequence[Any], moments: Sequence[int]) -> Iterator[list[Any]]:
    for row in rows:
        values = list(row)
        for place in moments:
            if values[place] is not None:
                values[place] = utc(values[place])
        yield values


def _moments(table: Table) -> tuple[int, ...]:
    """The places of columns that are times."""
    return tuple(n for n, c in enumerate(table.columns) if isinstance(c.type, Moment | DateTime))


@cache
def _line_of(table: Table) -> type[msgspec.Struct]:
    fields = [(str(column.name), _kind(column)) for column in table.columns]
    return msgspec.defstruct(table.name, fields)


def _kind(column: Any) -> Any:
    kind = next((kind for types, kind in _KINDS if isinstance(column.type, types)), str)
    return kind | None if column.nullable else kind
