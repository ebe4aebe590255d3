"""A release goes to one terminal, then to the rest, and stops by itself where one went back."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from sync.central.rings import Offered, Ring, Standing, ring_of
from sync.central.store.engine import CentralStore, Transaction
from sync.central.usecases.central import Central
from sync.central.usecases.releases import (
    FitsNot,
    change_rings,
    read_releases,
    release_file,
    trust_publisher,
    wanted_release,
    withdraw_release,
)
from sync.central.usecases.terminals import console
from sync.central.viewer import ROLES
from sync.messages import NextPublisher, RefusedRelease, UpdateState
from tests.support.central import NIGHT, SITE, enrolled, signed_in

IT = console("it")
HOUR = timedelta(hours=1)
OLD, NEW, CENTRAL = "0.0.1", "0.0.2", "0.0.2"
KEY = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
STATE = UpdateState(
    python="3.11",
    machine="x86_64",
    version=OLD,
    fetched="",
    on_trial=False,
    publisher=KEY,
    refused=(),
)
BETTER = replace(STATE, version=NEW)
WORSE = replace(STATE, refused=(RefusedRelease(version=NEW, reason="no screen"),))


def release(first: str = "", hours: int = 24, python: str = "3.11") -> Offered:
    return Offered(
        version=NEW,
        python=python,
        machine="x86_64",
        header=b"header" if python == "3.11" else f"header {python}".encode(),
        digest="0" * 64,
        added=NIGHT,
        added_by="it",
        withdrawn=False,
        first_terminal=first,
        hours=hours,
        resumed=None,
    )


@pytest.fixture
def t(store: CentralStore, central: Central) -> None:
    assert trust_publisher(central, IT, NextPublisher(public_key=KEY, proof=""), NIGHT)
    with store.transaction(SITE) as t:
        assert t.releases.add(release())


def asks(store: CentralStore, terminal: str, state: UpdateState, hours: float) -> bytes:
    def within(t: Transaction) -> bytes:
        return wanted_release(t, terminal, state, NIGHT + hours * HOUR).header

    with store.transaction(SITE) as t:
        return within(t)


@pytest.mark.usefixtures("t")
def test_the_rest_follow_once_the_first_has_run_it_long_enough(
    store: CentralStore, central: Central
) -> None:
    assert asks(store, "b", STATE, 0) == b"header", "whichever asks first"
    assert asks(store, "a", STATE, 0) == b""
    assert asks(store, "b", replace(BETTER, on_trial=True), 1) == b""
    assert asks(store, "b", BETTER, 2) == b""
    assert asks(store, "a", STATE, 25) == b"", "nothing was heard of the first since"
    asks(store, "b", BETTER, 26)
    assert asks(store, "a", STATE, 26) == b"header"
    fleet = read_releases(central, NIGHT + 26 * HOUR)
    assert [row.ring for row in fleet.rows] == [Ring.ALL]
    assert fleet.wanted == {"a": NEW}


@pytest.mark.usefixtures("t")
def test_a_release_stops_where_one_went_back_until_a_person_lets_it_go_on(
    store: CentralStore, central: Central
) -> None:
    asks(store, "b", STATE, 0)
    asks(store, "b", BETTER, 1)
    asks(store, "b", BETTER, 26)
    assert asks(store, "c", WORSE, 27) == b""
    assert asks(store, "a", STATE, 28) == b""
    assert [row.ring for row in read_releases(central, NIGHT).rows] == [Ring.STOPPED]
    assert change_rings(central, IT, NEW, "", 24, NIGHT + 29 * HOUR)
    assert asks(store, "a", STATE, 30) == b"header"
    assert asks(store, "c", WORSE, 31) == b"", "this one never again"
    assert asks(store, "a", STATE, 32) == b"header"


@pytest.mark.usefixtures("t")
def test_each_debian_has_its_own_file_and_its_own_first_terminal(
    store: CentralStore, central: Central
) -> None:
    later = replace(STATE, python="3.13")
    assert asks(store, "new-1", later, 0) == b"", "its file is not here yet"
    with store.transaction(SITE) as t:
        assert t.releases.add(release(python="3.13"))
        assert not t.releases.add(release(python="3.13"))
    assert asks(store, "old-1", STATE, 1) == b"header"
    assert asks(store, "new-1", later, 1) == b"header 3.13"
    assert asks(store, "new-2", later, 1) == b""
    with pytest.raises(FitsNot):
        change_rings(central, IT, NEW, "never-heard-of", 24, NIGHT)
    assert change_rings(central, IT, NEW, "new-2", 24, NIGHT)
    assert asks(store, "new-2", later, 2) == b"header 3.13"
    assert asks(store, "new-1", later, 2) == b""
    assert asks(store, "old-1", STATE, 2) == b"header", "the other Debian's first one stays"
    assert read_releases(central, NIGHT).wanted == {"old-1": NEW, "new-2": NEW}


@pytest.mark.usefixtures("t")
def test_what_is_withdrawn_goes_nowhere_and_takes_no_room(
    store: CentralStore, central: Central
) -> None:
    file = release_file(central, release().digest)
    file.parent.mkdir()
    file.write_bytes(b"program")
    assert withdraw_release(central, IT, NEW, NIGHT)
    assert not file.exists()
    assert [one.version for one in read_releases(central, NIGHT).rows] == [NEW]
    assert not withdraw_release(central, IT, "9.9.9", NIGHT)
    assert asks(store, "a", STATE, 0) == b""


@pytest.mark.usefixtures("t")
def test_who_trusts_no_publisher_is_given_nothing(store: CentralStore) -> None:
    assert asks(store, "a", replace(STATE, publisher=""), 0) == b""


def test_central_goes_first() -> None:
    assert ring_of(release(), (), "0.0.1", NIGHT) is Ring.CENTRAL_FIRST
    assert ring_of(release(), (), CENTRAL, NIGHT) is Ring.FIRST
    proven = Standing(
        terminal="a",
        python="3.11",
        machine="x86_64",
        at=NIGHT,
        version=NEW,
        since=NIGHT,
        fetched="",
        on_trial=False,
        refused="",
        reason="",
        refused_at=None,
    )
    assert ring_of(release("a", hours=0), (proven,), CENTRAL, NIGHT) is Ring.ALL


def test_a_key_that_the_one_before_did_not_sign_is_not_trusted(
    central: Central, store: CentralStore
) -> None:
    assert trust_publisher(central, IT, NextPublisher(public_key=KEY, proof=""), NIGHT)
    other = NextPublisher(public_key="Kay64UG8yvCyLhqU000LxzYeUm0L/hLIl5S8kyKWbdc=", proof="")
    assert not trust_publisher(central, IT, other, NIGHT)
    assert read_releases(central, NIGHT).publisher == KEY


@pytest.mark.usefixtures("t")
def test_the_fleet_page_shows_who_runs_what_and_it_lets_a_stopped_release_go_on(
    store: CentralStore, central: Central
) -> None:
    enrolled(central, "counter-1")
    asks(store, "counter-1", WORSE, 0)
    client = signed_in(central, ROLES["it"], now=NIGHT)
    for lang, words in (("en", "Stopped: a terminal went back"), ("th", "หยุดไว้ เนื่องจาก")):
        shown = client.get(f"/fleet/{SITE}?lang={lang}").text
        assert words in shown
        assert "no screen" in shown
    for deed, words in (("go-on", "At the first terminal"), ("withdraw", "Withdrawn")):
        form = {"version": NEW, "do": deed}
        assert client.post(f"/fleet/{SITE}/releases", data=form).status_code == 303
        assert words in client.get(f"/fleet/{SITE}?lang=en").text
    form = {"version": "9.9.9", "do": "withdraw"}
    assert client.post(f"/fleet/{SITE}/releases", data=form).status_code == 404
