"""PgBouncer between central and PostgreSQL, in mode transaction: every transaction of a client may
go to another connection of the server."""

import socket
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

import psycopg
import pytest
import stamina
from sqlalchemy.engine import URL, make_url

from sync.central.store.engine import CentralStore, DatabaseDown, DatabaseError, Pooling
from tests.support.central import begin_terminal
from tests.support.databases import new_database
from tests.support.day_reports import key_text

SETTINGS = """\
[databases]
* = host={host} port={server} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
user = {login}
pool_mode = transaction
default_pool_size = 3
"""


@contextmanager
def pooled(url: str) -> Iterator[str]:
    """The same database through PgBouncer."""
    direct = make_url(url)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # Below /tmp and open: as root it becomes somebody else.
    with tempfile.TemporaryDirectory(prefix="kiosk-pooler-") as folder:
        Path(folder).chmod(0o755)
        settings = Path(folder) / "pgbouncer.ini"
        text = SETTINGS.format(
            host=direct.query.get("host") or direct.host,
            server=direct.port or 5432,
            user=direct.username,
            login=Path(str(direct.query["host"]), ".s.PGSQL.5432").owner(),
            port=port,
        )
        settings.write_text(text)
        command = ["/usr/sbin/pgbouncer", "-q", str(settings)]
        pooler = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        address = URL.create(
            "postgresql+psycopg", "any", host="127.0.0.1", port=port, database=direct.database
        )
        try:
            require_listening(address)
            yield address.render_as_string(hide_password=False)
        finally:
            pooler.terminate()
            pooler.wait(10)


@stamina.retry(
    on=psycopg.OperationalError, attempts=40, timeout=10, wait_initial=0.05, wait_max=0.2
)
def require_listening(address: URL) -> None:
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    psycopg.connect(plain).close()


def failures(url: str, prepare_threshold: int) -> int:
    """Of 60 transactions by several programs at once, how many failed."""
    together = Barrier(6)

    def ten(number: int) -> int:
        failed = 0
        store = CentralStore.open(url, Pooling(connections=2, prepare_threshold=prepare_threshold))
        together.wait(20)
        for time in range(10):
            try:
                with store.transaction(f"s{number}") as t:
                    t.people.put_site(f"office {time}")
                with store.read(f"s{number}") as t:
                    assert t.people.site_name() == f"office {time}"
            except DatabaseError:
                failed += 1
        store.close()
        return failed

    with ThreadPoolExecutor(6) as six:
        return sum(six.map(ten, range(6)))


def test_nothing_fails_behind_a_pooler_where_no_statement_is_prepared(postgres: str) -> None:
    url = new_database(postgres)
    CentralStore.create(url).close()
    with pooled(url) as address:
        assert failures(address, prepare_threshold=0) == 0
        assert failures(address, prepare_threshold=1) > 0, "why the setting is there"


HELD = "SELECT 1 FROM terminals FOR UPDATE"
WAITING = """\
SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"""


@stamina.retry(on=AssertionError, attempts=200, timeout=20, wait_initial=0.02, wait_max=0.05)
def end_who_waits(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as other:
        waiting = other.execute(WAITING).fetchone()
        assert waiting is not None
        other.execute("SELECT pg_terminate_backend(%s)", waiting)


def test_a_server_that_ends_under_a_group_is_one_line_and_the_next_group_goes_on(
    postgres: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = new_database(postgres)
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    made = CentralStore.create(url)
    for site in ("a", "b"):
        with made.transaction(site) as t:
            begin_terminal(t, "counter-1", "1", key_text())
    made.close()
    keys = {("a", "counter-1"), ("b", "counter-1")}

    def held(store: CentralStore) -> int:
        with store.many() as many:
            return len(many.locked(keys))

    with pooled(url) as address, ThreadPoolExecutor(1) as another:
        store = CentralStore.open(address, Pooling(connections=1, prepare_threshold=0))
        for _ in range(5):
            with psycopg.connect(plain) as holder:
                holder.execute(HELD)
                asked = another.submit(held, store)
                end_who_waits(plain)
                with pytest.raises(DatabaseDown):
                    asked.result(20)
        assert held(store) == len(keys)
        store.close()
    assert [line.name for line in caplog.records if line.name.startswith("sqlalchemy")] == []
