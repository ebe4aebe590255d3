"""What a command runs under the write lock of a terminal's file was compiled before it took it: a
press may be waiting."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import CacheStats

from kiosk.store.engine import Store
from sync import exchange
from sync.central.usecases.pins import issue_pins, read_pins
from sync.central.viewer import ROLES, Viewer
from sync.closing import close_days
from tests.support.builders import PEPPER, PRASIT, SOMYING
from tests.support.central import put_on_roster
from tests.support.central_server import Kept, Server


@pytest.fixture
def compiled() -> Iterator[list[str]]:
    """Every statement that SQLAlchemy compiles in a transaction that writes."""
    seen: list[str] = []

    def look(
        connection: Connection, _cursor: Any, sql: str, _rows: Any, context: Any, _many: bool
    ) -> None:
        is_terminals = connection.engine.url.database is None
        is_reading = connection.get_execution_options().get("reading", False)
        if is_terminals and not is_reading and context.cache_hit is CacheStats.CACHE_MISS:
            seen.append(sql)

    event.listen(Engine, "before_cursor_execute", look)
    yield seen
    event.remove(Engine, "before_cursor_execute", look)


def test_a_night_compiles_nothing_while_a_press_may_wait(
    kept: Kept, server: Server, compiled: list[str]
) -> None:
    put_on_roster(server.central, (SOMYING, PRASIT))
    with server.central.store.transaction(server.central.site) as t:
        t.photos.put("101", b"\xff\xd8\xff" + bytes(500))
    hr = Viewer(account="hr", name="hr", site=server.central.site, roles=frozenset({ROLES["hr"]}))
    bases = {str(row.officer.id): row.base for row in read_pins(server.central)}
    issue_pins(server.central, bases, hr, server.now)
    kept.rate(5, 4)
    store = Store.open(kept.store.path, gives_way=True)
    compiled.clear()
    exchange.heartbeat(store, kept.clock, kept.key, pepper=PEPPER)
    close_days(store, kept.clock, today=True)
    synced = exchange.sync(store, kept.clock, kept.key, pepper=PEPPER)
    store.close()
    assert (synced.sent, synced.officers, synced.photos) == (1, 2, 1)
    assert compiled == []
