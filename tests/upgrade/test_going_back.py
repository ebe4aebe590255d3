"""A terminal whose database was put back loses nothing that central has, and repeats nothing."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.copies import PUT_BACK, Copies
from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Record
from kiosk.goingback import go_back, way_back
from kiosk.store.journal import Kind
from sync import enrolling, exchange
from sync.central.usecases.terminals import find_terminal
from sync.closing import close_days
from sync.incoming import Refused
from tests.support.builders import SOMYING, TODAY, FakeClock, rating
from tests.support.central import on_roster
from tests.support.central_server import Server, running_server

NEWER = "7.0.0"


class Terminal:
    """A terminal over its real folder, a command at a time."""

    def __init__(self, folder: DataFolder, server: Server) -> None:
        self.folder, self.clock = folder, FakeClock()
        self.key = Ed25519PrivateKey.generate()
        folder.create()
        store, terminal = folder.open(self.clock)
        terminal.join(enrolling.enrol(server.url, server.code(), self.key))
        store.close()

    def rate(self, times: int) -> None:
        store, terminal = self.folder.open(self.clock)
        for _ in range(times):
            terminal.carry_out([Record(rating(5))])
        store.close()

    def send(self) -> int:
        store, _ = self.folder.open(self.clock)
        try:
            close_days(store, self.clock, today=True)
            return exchange.sync(store, self.clock, self.key).sent
        finally:
            store.close()

    def copy(self) -> None:
        """What a newer program does before its migration."""
        store, _ = self.folder.open(self.clock)
        store.backup(Copies(self.folder.copies).next_path(NEWER))
        store.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path) as server:
        on_roster(server.central, str(SOMYING.id))
        yield server


@pytest.fixture
def terminal(tmp_path: Path, server: Server) -> Terminal:
    terminal = Terminal(DataFolder(tmp_path / "terminal"), server)
    terminal.rate(3)
    return terminal


def counted(server: Server) -> int:
    """The ratings of the day that central counts."""
    with server.central.store.read(server.central.site) as t:
        return sum(sum(counts) for counts in t.tallies.ratings(TODAY).values())


def state(server: Server) -> str:
    known = find_terminal(server.central, "counter-1")
    assert known is not None
    return known.state


def test_what_central_has_not_seen_goes_back_without_a_word(
    terminal: Terminal, server: Server
) -> None:
    terminal.copy()
    terminal.rate(2)
    way = way_back(terminal.folder, NEWER)
    assert (way.lost.ratings, way.lost.day_reports, way.lost.sent) == (2, 0, 0)
    assert go_back(terminal.folder, way, "by hand") is not None
    assert terminal.send() == 1
    assert counted(server) == 3
    assert state(server) == "active"
    heads: list[int] = []
    for _ in range(2):
        store, _, _ = terminal.folder.open_at_start(terminal.clock)
        with store.read() as snapshot:
            seq, _ = snapshot.journal.head()
            entry = snapshot.journal.last(Kind.RESTORED)
        store.close()
        assert entry is not None
        assert json.loads(entry.detail) == {"from": f"0001-before-{NEWER}.db"}
        heads.append(seq)
    assert heads[0] == heads[1], "once"


def test_a_power_cut_before_the_copy_took_its_place_is_no_going_back(terminal: Terminal) -> None:
    terminal.copy()
    go_back(terminal.folder, way_back(terminal.folder, NEWER), "by hand")
    [newer] = terminal.folder.copies.glob("newer-*/kiosk.db")
    terminal.folder.database.unlink()
    os.link(newer, terminal.folder.database)
    store, _, _ = terminal.folder.open_at_start(terminal.clock)
    with store.read() as snapshot:
        assert snapshot.journal.last(Kind.RESTORED) is None
    store.close()
    assert not list(terminal.folder.copies.glob(f"newer-*/{PUT_BACK}"))


def test_a_day_that_was_sent_since_stays_at_central_and_two_people_look(
    terminal: Terminal, server: Server
) -> None:
    terminal.copy()
    terminal.rate(2)
    assert terminal.send() == 1
    way = way_back(terminal.folder, NEWER)
    assert (way.lost.ratings, way.lost.day_reports, way.lost.sent) == (2, 1, 1)
    assert go_back(terminal.folder, way, "by hand") is not None
    with pytest.raises(Refused):
        terminal.send()
    assert counted(server) == 5, "the day as it was sent counts, once"
    assert state(server) == "fork", "its journal goes on another way than the one central has seen"
