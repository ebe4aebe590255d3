"""PINs that central issues, over real HTTP on loopback: from the letter to the terminal's lock."""

from dataclasses import replace
from pathlib import Path

import httpx2 as httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from starlette.testclient import TestClient

from kiosk import pin as pins
from kiosk.lockout import PinDead, PinRight, PinWait, PinWrong
from kiosk.store.engine import Store
from kiosk.store.journal import Kind
from kiosk.store.verify import Verified, verify
from sync import exchange, incoming
from sync.central import logbook
from sync.central.store.terminals import State
from sync.central.store.versions import EditedMeanwhile
from sync.central.usecases.central import Central
from sync.central.usecases.people import retire_officer
from sync.central.usecases.pins import MOST_ISSUED, OfficersPin, issue_pins, read_pins
from sync.central.viewer import ROLES, Viewer
from sync.messages import IssuedPin, IssuedPins, PinStatus, TerminalPin
from sync.protocol import BadMessage
from sync.sealing import seal, sealing_text, unseal
from tests.support.builders import PEPPER, PRASIT, SOMYING
from tests.support.central import NIGHT as NOW
from tests.support.central import logged, put_on_roster, signed_in
from tests.support.central_server import Kept, Server
from tests.support.network import Overheard
from tests.support.two_people import confirm_generation


def sync(kept: Kept, transport: httpx.BaseTransport | None = None) -> exchange.Synced:
    return exchange.sync(kept.store, kept.clock, kept.key, pepper=PEPPER, transport=transport)


def beat(kept: Kept) -> None:
    exchange.heartbeat(kept.store, kept.clock, kept.key, pepper=PEPPER)


def issue(server: Server, officer: str = "101") -> str:
    base = {str(p.officer.id): p.base for p in read_pins(server.central)}[officer]
    return letters(server, {officer: base})[officer]


def letters(server: Server, bases: dict[str, int], by: str = "hr") -> dict[str, str]:
    """New PINs by officer."""
    viewer = Viewer(account=by, name=by, site="dindaeng")
    issued = issue_pins(server.central, bases, viewer, server.now)
    return {str(officer.id): pin for officer, pin in issued}


def state(server: Server, officer: str = "101") -> OfficersPin:
    return next(p for p in read_pins(server.central) if p.officer.id == officer)


def second_terminal(server: Server, tmp_path: Path, name: str = "counter-2") -> Kept:
    Store.create(tmp_path / f"{name}.db")
    return Kept(Store.open(tmp_path / f"{name}.db"), server.url, server.code(name))


@pytest.fixture
def roster(server: Server) -> None:
    put_on_roster(server.central, (SOMYING, PRASIT))


pytestmark = pytest.mark.usefixtures("roster")


def test_a_pin_from_the_letter_opens_the_terminal_and_travels_and_lies_nowhere(
    kept: Kept, server: Server
) -> None:
    letter = issue(server)
    network = Overheard()
    assert sync(kept, network).pins == 1
    assert kept.terminal.check_pin("101", letter) == PinRight()
    assert isinstance(kept.terminal.check_pin("102", letter), PinWrong)
    with kept.store.transaction() as t:
        here = t.pins.of("101")
    with server.central.store.transaction("dindaeng") as t2:
        there = t2.pins.all()["101"].verifier
    assert here is not None
    verifier = pins.Verifier.decrypted(PEPPER, "101", here.hash)
    for secret in (b"argon2", verifier.key, verifier.hash.encode()):
        assert secret not in network.bytes
        assert secret not in here.hash.encode()
        assert secret not in there.encode()
    assert isinstance(verify(kept.store), Verified)


def test_a_heartbeat_fetches_pins_too_and_central_knows_who_has_them(
    kept: Kept, server: Server
) -> None:
    letter = issue(server)
    assert state(server).waits == ("counter-1",)
    beat(kept)
    assert kept.terminal.check_pin("101", letter) == PinRight()
    assert state(server).has == ("counter-1",)
    issue(server)
    assert (state(server).has, state(server).waits) == ((), ("counter-1",))
    with kept.store.transaction() as t:
        newest = t.journal.last(Kind.PIN_SET)
    assert newest is not None
    assert '"issue"' in newest.detail


def test_a_new_issue_ends_the_old_pin_and_unlocks_and_nothing_else_does(
    kept: Kept, server: Server
) -> None:
    old = issue(server)
    sync(kept)
    for _ in range(pins.DEAD_AT):
        kept.clock.pass_seconds(100_000)
        kept.terminal.check_pin("101", "000000")
    assert kept.terminal.check_pin("101", old) == PinDead()
    assert sync(kept).pins == 0
    assert kept.terminal.check_pin("101", old) == PinDead(), "the same issue again unlocks nothing"
    new = issue(server)
    assert kept.terminal.check_pin("101", new) == PinDead(), "not before it has arrived"
    assert sync(kept).pins == 1
    assert isinstance(kept.terminal.check_pin("101", old), PinWrong | PinWait)
    assert kept.terminal.check_pin("101", new) == PinRight()
    assert isinstance(verify(kept.store), Verified)


def test_a_terminal_enrolled_later_gets_what_nobody_knows_any_more(
    kept: Kept, server: Server, tmp_path: Path
) -> None:
    letter = issue(server)
    sync(kept)
    later = second_terminal(server, tmp_path)
    sync(later)
    assert later.terminal.check_pin("101", letter) == PinRight()
    assert state(server).has == ("counter-1", "counter-2")
    again = second_terminal(server, tmp_path / "..", "counter-2")
    assert "another person" in sync(again).parked[0]
    assert not again.terminal.has_pin("101"), "nobody has confirmed it"
    director = Viewer(account="d", name="d", site="dindaeng", roles=frozenset({ROLES["director"]}))
    assert confirm_generation(server.central, director, "counter-2.g2", NOW)
    assert state(server).has == ("counter-1",), "a machine in its place has nothing yet"
    sync(again)
    assert again.terminal.check_pin("101", letter) == PinRight()
    for one in (later, again):
        one.store.close()


def test_who_is_retired_loses_the_pin_and_comes_back_without_it(kept: Kept, server: Server) -> None:
    old = issue(server)
    sync(kept)
    retire_officer(server.central, "101")
    assert sync(kept).pins == 1
    assert not kept.terminal.has_pin("101")
    assert isinstance(verify(kept.store), Verified)
    put_on_roster(server.central, (SOMYING,))
    sync(kept)
    assert state(server).issued is None
    assert not kept.terminal.has_pin("101")
    new = issue(server)
    sync(kept)
    assert kept.terminal.check_pin("101", new) == PinRight()
    assert isinstance(kept.terminal.check_pin("101", old), PinWrong)


def test_retiring_in_the_roster_ends_the_pin_as_well(server: Server) -> None:
    issue(server)
    put_on_roster(server.central, (replace(SOMYING, retired=True),))
    put_on_roster(server.central, (SOMYING,))
    assert state(server).issued is None


def test_a_pin_set_on_the_terminal_holds_there_alone_until_the_next_issue(
    kept: Kept, server: Server, tmp_path: Path
) -> None:
    letter = issue(server)
    other = second_terminal(server, tmp_path)
    for one in (kept, other):
        sync(one)
    own = kept.terminal.set_pin("101")
    assert sync(kept).pins == 0
    assert kept.terminal.check_pin("101", own) == PinRight()
    assert other.terminal.check_pin("101", letter) == PinRight()
    assert (state(server).has, state(server).own) == (("counter-2",), ("counter-1",))
    new = issue(server)
    for one in (kept, other):
        sync(one)
        assert one.terminal.check_pin("101", new) == PinRight()
    assert isinstance(kept.terminal.check_pin("101", own), PinWrong)
    assert state(server).own == ()
    assert isinstance(verify(kept.store), Verified)
    other.store.close()


def test_pins_of_before_and_the_service_menus_are_left_alone(kept: Kept, server: Server) -> None:
    before = kept.terminal.set_pin("102")
    menu = kept.terminal.set_pin("~service")
    issue(server)
    sync(kept)
    assert kept.terminal.check_pin("102", before) == PinRight()
    assert kept.terminal.check_pin("~service", menu) == PinRight()


def test_of_two_who_issue_at_once_one_is_told_and_no_letter_lies(server: Server) -> None:
    base = state(server).base
    first = letters(server, {"101": base})
    both = {"101": base, "102": 0}
    with pytest.raises(EditedMeanwhile):
        letters(server, both, "it")
    assert state(server, "102").issued is None, "all or none"
    again = letters(server, {"101": state(server).base})
    assert again != first
    with pytest.raises(EditedMeanwhile):
        letters(server, {"nobody": 0})


def test_central_put_back_from_a_backup_does_not_bring_an_old_pin_back(
    kept: Kept, server: Server
) -> None:
    issue(server)
    with server.central.store.transaction("dindaeng") as t:
        backup = t.pins.all()["101"]
    server.now = server.now.replace(minute=59)
    new = issue(server)
    sync(kept)
    with server.central.store.transaction("dindaeng") as t:
        t.pins.put(backup, t.pins.all()["101"].issue)
    sync(kept)
    assert kept.terminal.check_pin("101", new) == PinRight()
    server.now = server.now.replace(hour=21)
    newest = issue(server)
    sync(kept)
    assert kept.terminal.check_pin("101", newest) == PinRight()


def test_under_another_key_of_central_a_pin_is_not_handed_on_and_the_page_says_so(
    kept: Kept, server: Server
) -> None:
    letter = issue(server)
    sync(kept)
    other = Central(
        store=server.central.store,
        settings=server.central.settings,
        key=Ed25519PrivateKey.generate(),
    )
    assert next(p for p in read_pins(other) if p.officer.id == "101").lost
    assert not state(server).lost
    assert kept.terminal.check_pin("101", letter) == PinRight()


def test_a_terminal_in_quarantine_gets_no_pins_and_keeps_those_it_has(
    kept: Kept, server: Server
) -> None:
    old = issue(server)
    sync(kept)
    issue(server)
    with server.central.store.transaction("dindaeng") as t:
        t.terminals.quarantine("counter-1", State.FORK)
    with pytest.raises(incoming.Refused):
        beat(kept)
    assert kept.terminal.check_pin("101", old) == PinRight()
    assert state(server).waits == ("counter-1",)


# --- the seal ----------------------------------------------------------------------------------


def test_what_is_sealed_opens_for_this_key_terminal_officer_and_issue_alone() -> None:
    key, verifier = X25519PrivateKey.generate(), pins.Verifier.of("101", "482913")
    sealed = seal(sealing_text(key), "dindaeng", "counter-1", "101", 7, verifier)
    assert unseal(key, "dindaeng", "counter-1", "101", 7, sealed) == verifier
    assert seal(sealing_text(key), "dindaeng", "counter-1", "101", 7, verifier) != sealed
    for where in (
        ("elsewhere", "counter-1", "101", 7),
        ("dindaeng", "counter-2", "101", 7),
        ("dindaeng", "counter-1", "102", 7),
        ("dindaeng", "counter-1", "101", 8),
    ):
        with pytest.raises(BadMessage, match="another key"):
            unseal(key, *where, sealed)
    with pytest.raises(BadMessage, match="another key"):
        unseal(X25519PrivateKey.generate(), "dindaeng", "counter-1", "101", 7, sealed)
    for garbage in ("", "====", "AAAA", sealed[:-4], "ก" * 40):
        with pytest.raises(BadMessage):
            unseal(key, "dindaeng", "counter-1", "101", 7, garbage)
    for no_key in ("", "AAAA", "ก", "A" * 44):
        with pytest.raises(BadMessage):
            seal(no_key, "dindaeng", "counter-1", "101", 7, verifier)


def test_a_hash_of_another_strength_is_not_taken() -> None:
    """Gigabytes of argon2 would stand the terminal still; a weak one would be quickly guessed."""
    key = X25519PrivateKey.generate()
    good = pins.Verifier.of("101", "482913")
    for other in ("m=4194304,t=3,p=1", "m=8,t=1,p=1"):
        bad = replace(good, hash=good.hash.replace("m=12288,t=3,p=1", other))
        sealed = seal(sealing_text(key), "s", "t", "101", 1, bad)
        with pytest.raises(BadMessage, match="strength"):
            unseal(key, "s", "t", "101", 1, sealed)


def test_the_messages_come_back_from_their_bytes_and_doubles_are_refused() -> None:
    first = TerminalPin("101", 1_790_000_000, own=False)
    second = TerminalPin("102", 5, own=True)
    status = PinStatus("key", (first, second))
    issued = IssuedPins((IssuedPin("101", 1_790_000_000, "abc"), IssuedPin("102", 5, "")))
    assert PinStatus.parse(status.to_bytes()) == status
    assert IssuedPins.parse(issued.to_bytes()) == issued
    with pytest.raises(BadMessage, match="twice"):
        PinStatus.parse(PinStatus("key", (first, first)).to_bytes())
    with pytest.raises(BadMessage, match="twice"):
        IssuedPins.parse(IssuedPins((IssuedPin("101", 1, ""), IssuedPin("101", 2, ""))).to_bytes())
    with pytest.raises(BadMessage, match="pins"):
        IssuedPins.parse(IssuedPins((IssuedPin("101", 1, "x" * 401),)).to_bytes())


# --- the page ----------------------------------------------------------------------------------


@pytest.fixture
def hr(server: Server) -> TestClient:
    return signed_in(server.central, ROLES["hr"], now=NOW)


def test_a_letter_shows_the_pin_once_and_the_change_is_written_down(
    kept: Kept, server: Server, hr: TestClient
) -> None:
    got = hr.post("/pins/dindaeng", data={"officers": ["101 0", "102 0"]})
    assert got.status_code == 200
    assert got.headers["Cache-Control"] == "no-store"
    assert got.text.count('class="letter"') == 2
    [left, right] = got.text.split('class="pin">')[1].split("<")[0].split()
    beat(kept)
    assert kept.terminal.check_pin("101", left + right) == PinRight()
    assert f"{left} {right}" not in hr.get("/pins/dindaeng").text
    asked_again = hr.post("/pins/dindaeng", data={"officers": ["101 0", "102 0"]})
    assert asked_again.status_code == 409
    assert 'class="letter"' not in asked_again.text
    issued = logbook.told("pins", numbers="101, 102")
    assert issued in [note.what for note in logged(server.central, logbook.Kind.CHANGE)]


@pytest.mark.parametrize(
    ("officers", "status"),
    [
        ([], 400),
        (["101"], 400),
        (["101 x"], 400),
        (["101 -1"], 400),
        (["101 9999999999999"], 400),
        (["nobody 0"], 409),
        (["101 5"], 409),
        ([f"x{n} 0" for n in range(MOST_ISSUED + 1)], 400),
    ],
)
def test_a_form_that_asks_for_no_ones_pin_issues_none(
    server: Server, hr: TestClient, officers: list[str], status: int
) -> None:
    got = hr.post("/pins/dindaeng", data={"officers": officers})
    assert got.status_code == status
    assert all(p.issued is None for p in read_pins(server.central))
