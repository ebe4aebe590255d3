"""The power-cut rig loses what a careless terminal or a lying disk would lose."""

from pathlib import Path
from random import Random

import httpx2 as httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.store.engine import Store, StoreFailed, Transaction, _failures, _raw
from kiosk.store.journal import Kind
from kiosk.store.state import Enrolment
from kiosk.terminal import Terminal
from sync.client import NotCentral
from sync.connection import Connection
from tests.evidence.powercut import GivingWay, Night, cuts
from tests.evidence.pressing import Pressing
from tests.evidence.tracing import Say, fail_at
from tests.support.builders import FakeClock


class Hasty(Night):
    def open(self) -> tuple[Store, Terminal]:
        store, terminal = super().open()
        with _raw(store._engine) as raw:
            raw.execute("PRAGMA synchronous=NORMAL").fetchall()
        return store, terminal


class Beside(Night):
    """Presses, and a command beside them, which told its commits to somebody once the disk had
    them: a press or a checkpoint may have come before that."""

    rounds = 40
    checkpoints = True

    def act(self, say: Say) -> None:
        store, terminal = self.open()
        self._pressing = Pressing(store, terminal)
        self._command = Store.open(store.path, gives_way=True)
        random = Random(self.rounds)
        for _ in range(self.rounds):
            try:
                with self._command._flushed():
                    head = append(self._command)
                    for _ in range(random.randrange(3)):
                        self._press(say)
                    if self.checkpoints and not random.randrange(8):
                        random.choice((store, self._command)).checkpoint()
            except StoreFailed:
                continue
            say(f"told {head}")
        self._press(say)

    def _press(self, say: Say) -> None:
        before = len(self._pressing.thanked)
        self._pressing.press()
        for id_ in self._pressing.thanked[before:]:
            say(f"thanked {id_.hex()}")


class Telling(Night):
    """Central is told the journal's head that a command reads, while the one that wrote it has
    been killed before the disk had it."""

    def act(self, say: Say) -> None:
        other, store = (Store.open(self.folder / "kiosk.db", gives_way=True) for _ in range(2))
        append(other)
        with store.read() as snapshot:
            _, head = snapshot.journal.head()

        def central(_: httpx.Request) -> httpx.Response:
            say(f"told {head}")
            return httpx.Response(200)

        with httpx.Client(transport=httpx.MockTransport(central)) as client:
            connection = Connection(
                client=client,
                store=store,
                enrolment=Enrolment(
                    url="http://127.0.0.1:1",
                    site="dindaeng",
                    terminal="t1",
                    counter="1",
                    central_key="x",
                ),
                key=Ed25519PrivateKey.from_private_bytes(bytes(32)),
                progress=say,
            )
            with pytest.raises(NotCentral):
                connection.ask("PUT", "heads", head.encode())


def append(store: Store) -> str:
    """The hash of a new entry in the journal, which the disk may not have yet."""
    with _failures(store.path), store._engine.begin() as connection:
        t = Transaction(connection)
        t.journal.append(FakeClock().now(), Kind.STARTED)
        return t.journal.head()[1]


def test_a_commit_that_is_not_synced_is_lost(tmp_path: Path) -> None:
    assert any("lost: thanked" in wrong for wrong in cuts(Hasty(tmp_path), 100, Random(1)))


def test_a_disk_that_only_says_synced_loses(tmp_path: Path) -> None:
    assert list(cuts(Night(tmp_path), 100, Random(1), honest=False))


def test_what_gives_way_to_presses_loses_nothing_either(tmp_path: Path) -> None:
    assert list(cuts(GivingWay(tmp_path), 100, Random(1))) == []


def test_an_honest_disk_loses_nothing(tmp_path: Path) -> None:
    assert list(cuts(Night(tmp_path), 100, Random(1))) == []


def test_presses_and_a_command_beside_them_lose_nothing(tmp_path: Path) -> None:
    assert list(cuts(Beside(tmp_path), 200, Random(1))) == []


def test_central_is_told_nothing_that_a_power_cut_may_take(tmp_path: Path) -> None:
    assert list(cuts(Telling(tmp_path), 100, Random(1))) == []


class Few(Beside):
    """Too few for a checkpoint."""

    rounds = 6
    checkpoints = False


@pytest.mark.parametrize("call", ["fdatasync", "fsync"])
@pytest.mark.parametrize("k", range(2, 9))
def test_what_a_disk_refused_once_leaves_no_gap_before_what_follows(
    tmp_path: Path, call: str, k: int
) -> None:
    """A command flushes by one of the calls, SQLite by the other."""
    _, _, *fault = fail_at(call, k, "EIO", on=False)
    assert list(cuts(Few(tmp_path), 60, Random(k), *fault)) == []
