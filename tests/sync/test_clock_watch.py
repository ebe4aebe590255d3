"""A terminal whose clock is wrong knows it from central's, and both say so."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.store.engine import Store
from sync import exchange
from sync.central.viewer import ROLES
from tests.support.central import signed_in
from tests.support.central_server import Kept, Server, running_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path) as server:
        yield server


@pytest.fixture
def kept(server: Server, tmp_path: Path) -> Iterator[Kept]:
    path = tmp_path / "kiosk.db"
    Store.create(path)
    store = Store.open(path)
    yield Kept(store, server.url, server.code())
    store.close()


@pytest.mark.parametrize(
    ("ahead", "alarm"),
    [(119, False), (-119, False), (125, True), (-125, True), (-40 * 60, True)],
)
def test_a_clock_off_by_more_than_two_minutes_is_an_alarm(
    server: Server, kept: Kept, ahead: int, alarm: bool
) -> None:
    kept.clock.wall = server.now.astimezone(kept.clock.wall.tzinfo) + timedelta(seconds=ahead)
    exchange.heartbeat(kept.store, kept.clock, kept.key)
    status = kept.terminal.status()
    assert status.clock_is_wrong is alarm
    if alarm:
        assert status.clock_off == ahead
    fleet = signed_in(server.central, ROLES["it"], now=server.now).get("/fleet/dindaeng").text
    assert ("counter-1 – นาฬิกาไม่ตรง" in fleet) is alarm
    kept.clock.wall = server.now.astimezone(kept.clock.wall.tzinfo)
    exchange.heartbeat(kept.store, kept.clock, kept.key)
    assert not kept.terminal.status().clock_is_wrong, "set right, it is at once"
