"""In which order transactions of central take their locks, as the database is asked for them.

Who holds the heads of a site's logs makes everybody wait who writes there. So they come last: a
transaction that waits for another row while it holds them could wait for somebody who waits for it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, event

_WRITES = re.compile(r"^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
_HOLDS = re.compile(r"\bFROM\s+\"?(\w+).*\bFOR UPDATE", re.IGNORECASE | re.DOTALL)
LAST = {"log_heads", "log_entries"}
"""The tables of the logs."""


def locked_by(statement: str) -> str:
    """The table in which a statement locks rows until the commit; "" for a mere look."""
    locks = _WRITES.match(statement)
    if locks is None and "FOR UPDATE" in statement:
        locks = _HOLDS.search(statement)
    return locks[1].lower() if locks else ""


@contextmanager
def watched_locks() -> Iterator[list[str]]:
    """Of every transaction in this block: what it locked once it held the logs."""
    late: list[str] = []
    holding: set[int] = set()

    def look(connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
        table = locked_by(statement)
        if table in LAST:
            holding.add(id(connection))
        elif table and id(connection) in holding:
            late.append(table)

    def end(connection: Connection) -> None:
        holding.discard(id(connection))

    listeners = (("before_cursor_execute", look), ("commit", end), ("rollback", end))
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield late
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)
