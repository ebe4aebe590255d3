"""The logs' heads are what a transaction locks last: who holds them waits for nobody. Every test of
central is watched for it (`conftest.py`); this is how the watch sees."""

import pytest

from sync.central.logbook import Kind
from sync.central.store.accounts import Session
from sync.central.usecases.accounts import (
    Details,
    add_account,
    disable_account,
    edit_account,
    new_password,
)
from sync.central.usecases.central import Central
from sync.central.usecases.people import save_photo
from sync.central.usecases.terminal_requests import terminal_request
from sync.central.usecases.terminals import quarantine_terminal
from sync.central.viewer import ROLES
from sync.messages import HeldReport, HeldWhy, Outbox
from tests.support.builders import SOMYING, TODAY
from tests.support.central import IT, NIGHT, enrolled, logged, on_roster, release
from tests.support.lock_order import watched_locks


@pytest.fixture
def logs_come_last() -> None:
    """Watched by hand here: one test locks behind the logs."""


def test_what_writes_to_the_logs_does_so_last(central: Central) -> None:
    on_roster(central, str(SOMYING.id))
    enrolled(central)
    dropped = tuple(
        HeldReport(date=TODAY, revision=revision, why=HeldWhy.DROPPED, words="test")
        for revision in (1, 2)
    )
    session = Session(token="0" * 64, account="a", stage="", browser="b", opened=NIGHT, seen=NIGHT)
    with watched_locks() as late:
        with terminal_request(central, "counter-1") as request:
            assert request is not None
            request.put_outbox(Outbox(dropped), NIGHT)
        add_account(central, "t", "a", "ก", [ROLES["it"]], NIGHT)
        with central.store.transaction(central.site) as t:
            t.accounts.open_session(session)
        other = Details(name="ข", roles=frozenset({ROLES["hr"]}))
        edit_account(central, "t", central.site, "a", None, other, NIGHT)
        new_password(central, "t", central.site, "a", NIGHT)
        disable_account(central, "t", central.site, "a", NIGHT)
        save_photo(central, IT, str(SOMYING.id), b"\xff\xd8\xff", NIGHT)
        quarantine_terminal(central, IT, "counter-1", "x", NIGHT)
        assert release(central, "counter-1")
    assert late == []
    assert len(logged(central, Kind.CHANGE)) >= 8


def test_who_writes_behind_the_logs_is_seen(central: Central) -> None:
    enrolled(central)
    with watched_locks() as late, central.store.transaction(central.site) as t:
        t.logs.change("t", "x", NIGHT)
        t.people.put_site("B")
    with watched_locks() as later, central.store.transaction(central.site) as t:
        t.people.put_site("C")
        t.logs.change("t", "x", NIGHT)
    assert (late, later) == (["sites"], [])
