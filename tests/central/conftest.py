"""Central on both databases: SQLite in a file, and a real PostgreSQL started by the test run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.store.engine import Store
from sync.central.store.engine import CentralStore
from sync.central.usecases.central import Central
from tests.support import citus
from tests.support.builders import SOMYING
from tests.support.central import made_central, on_roster
from tests.support.central_server import Kept, Server, running_server
from tests.support.databases import new_central_database, new_central_store, new_database
from tests.support.lock_order import watched_locks

PAGES = {
    "test_accounts",
    "test_comment_pools",
    "test_handbook",
    "test_keeping",
    "test_notifications",
    "test_offers",
    "test_page",
    "test_questionnaire",
    "test_rows_changed_by_hand",
    "test_work",
}
"""Modules about what pages say and take, whichever database is below: the store, what is done at
once and what is published have their own. `make evidence FULL=1` has them on both."""


ON_CITUS_ALONE = "citus"
"""The fixture of tests that ask for what PostgreSQL alone has not. They are not collected but by
`make test-citus`."""


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--citus"):
        try:
            citus.coordinator()
        except citus.NoCitus as error:
            raise pytest.UsageError(str(error)) from None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if _is_left_out(config, item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _is_left_out(config: pytest.Config, item: pytest.Item) -> bool:
    asks_for_citus = ON_CITUS_ALONE in getattr(item, "fixturenames", ())
    on_citus, on_postgresql = config.getoption("--citus"), _is_on_postgresql(item)
    if item.path.stem in PAGES and on_postgresql and not config.getoption("--every-database"):
        return True
    return not (asks_for_citus or on_postgresql) if on_citus else asks_for_citus


def _is_on_postgresql(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    return call is not None and call.params.get("url") == "postgresql"


@pytest.fixture(autouse=True)
def logs_come_last() -> Iterator[None]:
    """Whatever a test does at central, no transaction locks a row once it holds the logs."""
    with watched_locks() as late:
        yield
    assert late == []


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind, empty but on a server for a `store`. With `--citus` that server
    is one: what is there for a `store` is distributed."""
    has_schema = "store" in request.fixturenames
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'central.db'}"
    elif request.config.getoption("--citus"):
        with citus.citus_database(distributed=has_schema) as address:
            yield address
    else:
        server = request.getfixturevalue("postgres")
        yield new_central_database(server) if has_schema else new_database(server)


@pytest.fixture(name=ON_CITUS_ALONE)
def empty_citus_database() -> Iterator[str]:
    with citus.citus_database(distributed=False) as address:
        yield address


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
