"""A terminal stays young: what is done while a press waits for the write lock is the same after
years, with many photos, and with many PINs. It is counted in SQLite's own steps, not in seconds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import event

from kiosk.domain.encounter import DutyBegan
from kiosk.domain.people import RosterEntry
from kiosk.store.engine import Store
from kiosk.store.journal import Kind
from kiosk.store.outbox import Delivery
from kiosk.store.pins import PinRecord
from sync import exchange
from sync.central.usecases.central import RUN
from sync.incoming import take_pins
from sync.messages import IssuedPins
from tests.bench.store import fill, fill_journal
from tests.support.builders import PEPPER, an_officer, duty_of
from tests.support.central_server import Kept, Server
from ui.verification import verify_rows

YOUNG, OLD = 2, 60
"""Days of a history that is over."""
LONG_AGO = 400
"""Days back, that central is asked about no more."""
OPERATIONS: dict[str, Callable[[Kept], object]] = {
    "press": lambda kept: kept.rate(5, 4),
    "quarter of an hour": lambda kept: kept.terminal.forget_order(),
    "sign-on": lambda kept: kept.terminal.carry_out([DutyBegan(duty_of())]),
    "PIN": lambda kept: kept.terminal.check_pin("101", "000000"),
    "closing": Kept.close,
    "sync": lambda kept: kept.sync(),
    "verify": lambda kept: verify_rows(kept.store),
    "backup": lambda kept: kept.store.backup(kept.store.path.with_name(f"{token_hex(4)}.db")),
    "heartbeat": lambda kept: exchange.heartbeat(kept.store, kept.clock, kept.key, pepper=PEPPER),
}


class Locked:
    """What one connection does from BEGIN IMMEDIATE to the end, each time."""

    def __init__(self, store: Store) -> None:
        self._engine = store._engine
        self._driver: Any = None
        self.steps: list[int] = []
        """Of SQLite's machine, in tens, by transaction."""
        self.columns: set[tuple[str, str]] = set()
        """Table and column that were read."""
        self._is_open = False

    @contextmanager
    def watched(self) -> Iterator[None]:
        hooks = {"begin": self._begin, "commit": self._end, "rollback": self._end}
        for name, hook in hooks.items():
            event.listen(self._engine, name, hook)
        try:
            yield
        finally:
            for name, hook in hooks.items():
                event.remove(self._engine, name, hook)

    def _begin(self, connection: Any) -> None:
        if connection.get_execution_options().get("reading", False):
            return
        self._driver = connection.connection.driver_connection
        self._is_open = True
        self.steps.append(0)
        self._driver.set_progress_handler(self._step, 10)
        self._driver.set_authorizer(self._read)

    def _end(self, _connection: Any) -> None:
        if self._is_open and self._driver is not None:
            self._is_open = False
            self._driver.set_progress_handler(None, 10)
            self._driver.set_authorizer(None)

    def _step(self) -> int:
        self.steps[-1] += 1
        return 0

    def _read(self, action: int, table: str | None, column: str | None, *_: Any) -> int:
        if action == 20 and table and column:  # SQLITE_READ
            self.columns.add((table, column))
        return 0


def aged(kept: Kept, days: int) -> None:
    """Give it a history: ratings, a journal, and reports that central receipted."""
    path = kept.store.path
    fill(path, days * 8, days, before=LONG_AGO)
    fill_journal(path, days, 20, before=LONG_AGO)
    kept.close()
    with kept.store.transaction() as t:
        for parcel in t.outbox.everything():
            t.outbox.settle(parcel, Delivery.RECEIPTED, b"{}", "{}")


def steps_of(kept: Kept) -> dict[str, list[int]]:
    """By operation, of each of its transactions; it was done before."""
    steps = {}
    for name, operation in OPERATIONS.items():
        operation(kept)
        kept.rate(5)
        locked = Locked(kept.store)
        with locked.watched():
            operation(kept)
        steps[name] = locked.steps
    return steps


def test_no_transaction_grows_with_the_years(kept: Kept, server: Server, tmp_path: Path) -> None:
    Store.create(tmp_path / "older.db")
    older = Kept(Store.open(tmp_path / "older.db"), server.url, server.code("counter-2"))
    aged(kept, YOUNG)
    aged(older, OLD)
    young, old = steps_of(kept), steps_of(older)
    older.store.close()
    assert {name for name in young if not young[name]} == {"verify", "backup"}, "these only read"
    assert {name: len(steps) for name, steps in old.items()} == {
        name: len(steps) for name, steps in young.items()
    }
    grown = {name: (young[name], old[name]) for name in young if _has_grown(young[name], old[name])}
    assert not grown


def _has_grown(young: list[int], old: list[int]) -> bool:
    return any(b > 1.2 * a + 5 for a, b in zip(young, old, strict=True))


def test_a_transaction_that_reads_the_past_is_seen(kept: Kept) -> None:
    """The count itself: one that does what none may."""
    steps = []
    for days in (YOUNG, OLD):
        fill_journal(kept.store.path, days, 20, before=LONG_AGO)
        locked = Locked(kept.store)
        with locked.watched(), kept.store.transaction() as t:
            t.journal.powers()
        steps += locked.steps
    assert steps[1] > 5 * steps[0]


def test_no_photo_is_read_while_a_press_may_wait(kept: Kept) -> None:
    people = [an_officer(str(n), f"เจ้าหน้าที่ {n}") for n in range(500, 503)]
    kept.terminal.add_officers(replace(officer, photo=b"\xff\xd8\xff") for officer in people)
    locked = Locked(kept.store)
    with locked.watched():
        kept.terminal.set_pin("500", "739154")
        kept.terminal.check_pin("500", "739154")
        kept.terminal.put_photo(people[0].id, b"\xff\xd8\xff\x00")
        kept.terminal.change_roster([RosterEntry(number="501", name="เจ้าหน้าที่ ใหม่")], {})
        kept.sync()
    assert ("officer_photos", "digest") in locked.columns
    assert ("officer_photos", "photo") not in locked.columns


@pytest.mark.parametrize("officers", [30, 60])
def test_of_many_pins_some_are_written_at_a_time(kept: Kept, officers: int) -> None:
    record = PinRecord(hash="x", tries=0, tried_boot_ms=0, boot_id="", issue=1)
    with kept.store.transaction() as t:
        for number in range(officers):
            t.pins.put(f"o{number}", record)
        enrolment = t.state.enrolment()
    assert enrolment is not None
    locked = Locked(kept.store)
    with locked.watched():
        key, none = X25519PrivateKey.generate(), IssuedPins(()).to_bytes()
        assert take_pins(kept.store, kept.clock, enrolment, key, PEPPER, none) == officers
    assert len(locked.steps) == officers / 10
    with kept.store.read() as snapshot:
        assert snapshot.pins.issued() == {}


def test_a_run_that_takes_longer_than_central_keeps_one_open_is_opened_anew(
    kept: Kept, server: Server
) -> None:
    """A terminal that comes with years of days closes them for many minutes."""
    kept.rate(5)

    def close(_day: object) -> None:
        kept.close()
        kept.clock.pass_seconds(RUN.total_seconds() + 60)
        server.now += RUN + timedelta(minutes=1)

    synced = exchange.sync(kept.store, kept.clock, kept.key, close=close)
    assert (synced.sent, synced.left, synced.refused) == (1, (), ())
    with kept.store.read() as snapshot:
        assert snapshot.journal.last(Kind.SYNC_FAILED) is None
