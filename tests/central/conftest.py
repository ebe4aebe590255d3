"""Central on both databases: SQLite in a file, and a real PostgreSQL started by the test run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.store.engine import Store
from sync.central.store.engine import CentralStore
from sync.central.usecases.central import Central
from tests.support.builders import SOMYING
from tests.support.central import made_central, on_roster
from tests.support.central_server import Kept, Server, running_server
from tests.support.databases import new_central_database, new_central_store, new_database

PAGES = {
    "test_accounts",
    "test_comment_pools",
    "test_handbook",
    "test_keeping",
    "test_notifications",
    "test_offers",
    "test_page",
    "test_questionnaire",
    "test_work",
}
"""Modules about what pages say and take, whichever database is below: the store, what is done at
once and what is published have their own. `make evidence FULL=1` has them on both."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--every-database"):
        return
    left_out = [item for item in items if item.path.stem in PAGES and _is_on_postgresql(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _is_on_postgresql(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    return call is not None and call.params.get("url") == "postgresql"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind, empty but on a server for a `store`."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'central.db'}"
    server = request.getfixturevalue("postgres")
    return new_central_database(server) if "store" in request.fixturenames else new_database(server)


@pytest.fixture
def store(url: str) -> Iterator[CentralStore]:
    kind, _, file = url.partition(":///")
    store = new_central_store(Path(file)) if kind == "sqlite" else CentralStore.open(url)
    yield store
    store.close()


@pytest.fixture
def central(store: CentralStore, tmp_path: Path) -> Central:
    return made_central(store, tmp_path)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path) as server:
        yield server


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
