"""The rigs at the sign-in page see a central that turns right ones away, or that tells names."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sync.central.fairline import FairLine
from sync.central.line import Busy
from sync.central.store.engine import CentralStore
from sync.central.usecases.central import Central
from sync.central.usecases.tries import name_hash
from tests.evidence import sign_ins
from tests.evidence.sign_ins import application, flooded, names_told_apart
from tests.support.central import made_central
from tests.support.central_server import Server

PLACES: list[int] = []


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    store = CentralStore.create(f"sqlite:///{tmp_path / 'central.db'}")
    yield made_central(store, tmp_path)
    store.close()


@asynccontextmanager
async def no_line(_line: FairLine, _source: str, _name: str) -> AsyncIterator[None]:
    """Whoever finds both places taken is sent away."""
    if len(PLACES) >= 2:
        raise Busy
    PLACES.append(0)
    try:
        yield
    finally:
        PLACES.pop()


def test_a_line_that_sends_away_whom_it_has_no_place_for_is_reported(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FairLine, "turn", no_line)
    server = Server(central)
    refused, _, _ = flooded(server, sign_ins._accounts(central, 5))
    server.stop()
    assert refused > 0


def test_right_sign_ins_get_through(central: Central) -> None:
    server = Server(central)
    refused, wrong, _ = flooded(server, sign_ins._accounts(central, 5))
    server.stop()
    assert refused == 0
    assert wrong > 5


def test_names_are_not_told_apart(central: Central) -> None:
    sign_ins._accounts(central, 1)
    assert names_told_apart(central, 200) == []


def test_a_central_that_forgets_strangers_at_a_restart_is_reported(central: Central) -> None:
    sign_ins._accounts(central, 1)

    def forgetful(of: Central, now: datetime) -> TestClient:
        with of.store.transaction(of.site) as t:
            t.sign_in_tries.clear(name_hash(of, of.site, "nobody"))
        return application(of, now)

    assert any("restart" in one for one in names_told_apart(central, 0, forgetful))
