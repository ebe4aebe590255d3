"""A central with its hands full says "come again later", and when: the terminal waits that long and
no day is lost; an absurd answer parks it no longer than a run may take."""

from datetime import datetime, time, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.encounter import Record
from kiosk.store.outbox import Delivery
from sync import connection, enrolling, exchange
from sync.client import SHORTEST, SyncFailed, TryLater
from tests.support.builders import rating
from tests.support.central_server import Kept, Server
from tests.support.front import front
from ui.nightly import TRY_AGAIN_SECONDS, is_due

DATED = {"Date": "Mon, 23 Nov 2026 20:30:00 GMT"}


def run(kept: Kept) -> tuple[exchange.Synced | TryLater, list[float]]:
    """A day to send and a sync run: how it ended, and the seconds it waited each time."""
    kept.rate(5)
    kept.close()
    waited: list[float] = []
    try:
        done = exchange.sync(kept.store, kept.clock, kept.key, wait=waited.append)
    except TryLater as error:
        return error, waited
    return done, waited


@pytest.mark.parametrize("status", [429, 503])
def test_the_terminal_waits_as_long_as_it_is_asked_to_and_the_day_arrives(
    kept: Kept, status: int
) -> None:
    with front(kept, {"Retry-After": "60"}, {"Retry-After": "90"}, status=status):
        done, waited = run(kept)
    assert isinstance(done, exchange.Synced)
    assert done.sent == 1
    assert 60 <= waited[0] <= 75
    assert 90 <= waited[1] <= 112.5
    assert kept.states() == [Delivery.RECEIPTED]


def test_a_date_counts_from_the_answers_own_and_not_from_the_terminals_clock(kept: Kept) -> None:
    with front(kept, {**DATED, "Retry-After": "Mon, 23 Nov 2026 20:31:00 GMT"}):
        done, waited = run(kept)
    assert isinstance(done, exchange.Synced)
    assert 60 <= waited[0] <= 75


@pytest.mark.parametrize("said", ["", "soon", "-5", "٣٠", "1e3", "Mon, 99 Foo 2026"])
def test_what_can_not_be_read_is_half_a_minute(kept: Kept, said: str) -> None:
    with front(kept, {"Retry-After": said.encode().decode("latin-1")}):
        done, waited = run(kept)
    assert isinstance(done, exchange.Synced)
    assert 30 <= waited[0] <= 37.5


@pytest.mark.parametrize(
    "said", ["31536000", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"], ids=["year", "digits", "date"]
)
def test_an_absurd_wait_ends_the_run_at_once_and_the_day_stays_due(kept: Kept, said: str) -> None:
    with front(kept, {**DATED, "Retry-After": said}) as asked:
        error, waited = run(kept)
        assert asked.asked == ["hello"]
    assert isinstance(error, TryLater)
    assert "come again later: try again later" in str(error)
    assert "\n" not in str(error)
    assert waited == []
    assert kept.states() == [Delivery.DUE]


def test_who_is_always_sent_away_gives_up_within_five_minutes(kept: Kept) -> None:
    with front(kept, *[{"Retry-After": "0"}] * 500) as asked:
        error, waited = run(kept)
        assert len(asked.asked) == len(waited) + 1
    assert isinstance(error, TryLater)
    assert sum(waited) <= connection.PATIENCE
    assert min(waited) >= SHORTEST
    assert kept.states() == [Delivery.DUE]


@pytest.mark.parametrize("status", [502, 504])
def test_one_day_that_a_proxy_answers_itself_waits_and_goes_the_same_evening(
    kept: Kept, status: int
) -> None:
    today = kept.clock.wall.date()
    kept.terminal.carry_out([Record(rating(4, day=today - timedelta(days=1)))])
    yesterdays = f"days/{today - timedelta(days=1)}"
    with front(kept, status=status) as proxy:
        proxy.busy = yesterdays
        done, waited = run(kept)
        assert isinstance(done, exchange.Synced)
        assert (done.sent, len(done.left), done.refused, done.parked) == (1, 1, (), ())
        assert done.left[0].startswith(f"{today - timedelta(days=1)} revision 1: ")
        assert f"answered {status}, come again later" in done.left[0]
        assert sum(waited) <= connection.PATIENCE
        assert proxy.asked[-1] in (f"days/{today}", "outbox"), "the run went on behind it"
        assert sorted(kept.states()) == [Delivery.DUE, Delivery.RECEIPTED]
        assert is_due(kept.clock.wall, synced_at(kept), time(0), timedelta()), "no night's success"
        proxy.busy = "nothing"
        kept.clock.pass_seconds(TRY_AGAIN_SECONDS)
        again = exchange.sync(kept.store, kept.clock, kept.key)
    assert (again.sent, again.left) == (1, ())
    assert kept.states() == [Delivery.RECEIPTED] * 2
    assert not is_due(kept.clock.wall, synced_at(kept), time(0), timedelta())


def synced_at(kept: Kept) -> datetime | None:
    """When a run last brought everything."""
    newest = kept.terminal.status().last_sync
    return datetime.fromisoformat(newest.at) if newest else None


def test_a_heartbeat_leaves_it_to_the_next_one(kept: Kept) -> None:
    with front(kept, {"Retry-After": "60"}) as asked:
        with pytest.raises(TryLater):
            exchange.heartbeat(kept.store, kept.clock, kept.key)
        assert asked.asked == ["hello"]


def test_who_types_a_code_is_told_to_come_again_and_does_not_sit_there(
    server: Server,
) -> None:
    for _ in range(20):
        with pytest.raises(SyncFailed, match="wrong, used or older"):
            enrolling.enrol(server.url, "AAAAA-AAAAA", Ed25519PrivateKey.generate())
    with pytest.raises(TryLater, match="too many codes tried from your network; wait a minute"):
        enrolling.enrol(server.url, "AAAAA-AAAAA", Ed25519PrivateKey.generate())
