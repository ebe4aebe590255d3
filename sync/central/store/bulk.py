"""Many rows into one table at once."""

from collections.abc import Sequence

from sqlalchemy import Connection, Table


def append_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Rows that are not there yet: by COPY where there is one. The driver's own error, or
    SQLAlchemy's."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        raw = connection.connection.cursor()
        text = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN"
        with raw.copy(text.encode()) as copy:
            for row in rows:
                copy.write_row(row)
    else:
        named = [dict(zip(columns, row, strict=True)) for row in rows]
        connection.execute(table.insert(), named)
