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
import stamina
from sqlalchemy.engine import URL, make_url

from sync.central.store.engine import CentralStore, DatabaseError, Pooling
from tests.support.databases import new_database

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
