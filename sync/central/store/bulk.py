"""Many rows into one table at once, and into a whole database."""

from collections.abc import Sequence

from sqlalchemy import Connection, Table, inspect

from sync.central.schema import metadata


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


def wait_for_no_disk(connection: Connection) -> None:
    """This transaction is durable with the next one that says nothing of the kind: as a later
    one never is without those before it."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")


def drop_indexes(connection: Connection) -> None:
    """Without the indexes beside the keys: made once every row is there, they take a third of the
    time."""
    for table in metadata.sorted_tables:
        there = {index["name"] for index in inspect(connection).get_indexes(table.name)}
        for index in table.indexes:
            if index.name in there:
                index.drop(connection)


def make_indexes(connection: Connection) -> None:
    """Make those that are missing, and have PostgreSQL count the rows: until it has, it answers as
    if there were none."""
    for table in metadata.sorted_tables:
        there = {index["name"] for index in inspect(connection).get_indexes(table.name)}
        for index in table.indexes:
            if index.name not in there:
                index.create(connection)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ANALYZE")
