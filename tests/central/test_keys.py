"""A terminal renews its key, and who has a copy of one gets nowhere. Over real HTTP on loopback."""

from datetime import date, timedelta
from pathlib import Path

import httpx2 as httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, event, insert, update
from typer.testing import CliRunner

from kiosk.store.journal import Kind as Happened
from kiosk.store.verify import Verified, verify
from sync import exchange, formtoken
from sync.central.greetings import Words
from sync.central.logbook import Kind, told
from sync.central.logwords import log_words
from sync.central.schema import earlier_keys, enrol_codes, sites, terminals
from sync.central.store.terminals import KnownTerminal, State
from sync.central.usecases.central import Central
from sync.central.usecases.questionnaire import TokenState, open_questionnaire
from sync.central.usecases.sites import find_site
from sync.central.usecases.terminal_requests import EARLIER_KEY
from sync.central.usecases.terminals import (
    enrol_at_any_site,
    enrol_terminal,
    find_terminal,
    invite_terminal,
    quarantine_terminal,
    read_fleet,
    revoke_terminal,
)
from sync.central.viewer import ROLES
from sync.central.web.terminal_api import utc_now
from sync.client import CentralRefused, NotCentral
from sync.incoming import Refused
from sync.keyfile import (
    Renewal,
    begin_renewal,
    key_before,
    pending_renewal,
    read_key,
    write_key,
)
from sync.messages import Answer, Enrol, Head, HeadsAnswer, Late, NotMine, Welcome
from sync.signing import public_text
from tests.support.central import IT, NIGHT, logged, made_central, release, signed_in
from tests.support.central_server import Kept, Server
from tests.support.copied_key import CopiedKey
from tests.support.databases import new_central_store
from tests.support.day_reports import DAY, day_report, key_text
from tests.support.network import Witnessed
from ui.cli import app as kiosk_command


def known(server: Server) -> KnownTerminal:
    terminal = find_terminal(server.central, "counter-1")
    assert terminal is not None
    return terminal


def alarms(server: Server) -> list[str]:
    fleet = read_fleet(server.central, server.now.date())
    return [alarm.kind for alarm in fleet.alarms if alarm.settled is None]


def word(server: Server) -> str:
    return Words.at(server.central.key, server.now).now


@pytest.fixture
def key_file(kept: Kept, tmp_path: Path) -> Path:
    """The terminal's key where it lies; the terminal has synced once."""
    path = tmp_path / "terminal.key"
    write_key(path, kept.key)
    kept.sync()
    return path


def renew(kept: Kept, path: Path) -> exchange.Synced:
    """A sync on which the key is renewed; the terminal has the one in the file then."""
    try:
        renewal = begin_renewal(path)
        return exchange.sync(kept.store, kept.clock, read_key(path), renewal=renewal)
    finally:
        kept.key = read_key(path)


# --- renewing ----------------------------------------------------------------------------------


def test_the_new_key_goes_on_where_the_old_one_was(
    kept: Kept, server: Server, key_file: Path
) -> None:
    kept.rate(5, 1)
    kept.close()
    old, before = kept.key, known(server)
    assert renew(kept, key_file).sent == 1
    after = known(server)
    assert (after.public_key, after.next_key) == (public_text(kept.key), "")
    assert after.public_key != public_text(old)
    assert after.head.seq > before.head.seq, "its witness goes on"
    assert (after.generation, after.state, after.renewed) == (1, State.ACTIVE, server.now)
    assert pending_renewal(key_file) is None
    kept.rate(4)
    kept.close()
    assert kept.sync().sent == 1
    exchange.heartbeat(kept.store, kept.clock, kept.key)
    assert logged(server.central, Kind.CHANGE)[0].what == told("key_renewed", terminal="counter-1")
    with kept.store.read() as snapshot:
        entry = snapshot.journal.last(Happened.KEY_RENEWED)
    assert entry is not None
    assert public_text(kept.key) in entry.detail
    assert isinstance(verify(kept.store), Verified)
    assert alarms(server) == []


def test_an_answer_that_never_came_leaves_no_gap(
    kept: Kept, server: Server, key_file: Path
) -> None:
    """The plug is pulled before the terminal knows that central has the new key, or goes by it."""
    old, fresh = kept.key, begin_renewal(key_file).key
    elsewhere = key_file.with_name("elsewhere")
    write_key(elsewhere, old)
    write_key(elsewhere.with_name("elsewhere.next"), fresh)
    exchange.heartbeat(kept.store, kept.clock, old, renewal=Renewal(elsewhere, fresh))
    assert known(server).next_key == public_text(fresh)
    exchange.heartbeat(kept.store, kept.clock, old)
    assert known(server).public_key == public_text(old), "it holds until the new one is used"
    exchange.heartbeat(kept.store, kept.clock, fresh)
    renewal = begin_renewal(key_file)
    renew(kept, key_file)
    assert public_text(kept.key) == known(server).public_key == public_text(fresh)
    assert alarms(server) == []
    renewal.finish()
    assert public_text(read_key(key_file)) == public_text(fresh), "another process was slower"


def test_the_command_renews_at_once_or_with_the_next_sync(server: Server, tmp_path: Path) -> None:
    def kiosk(*words: str) -> str:
        result = CliRunner().invoke(kiosk_command, ["--data", str(tmp_path / "t"), *words])
        assert result.exit_code == 0, result.output
        return result.output

    server.now = utc_now()  # as the command's own clock has it
    kiosk("init")
    kiosk("enrol", server.url, server.code())
    keys = [known(server).public_key]
    assert "This terminal's key is renewed." in kiosk("key", "renew")
    keys.append(known(server).public_key)
    assert "The next sync tells central" in kiosk("key", "renew", "--later")
    assert known(server).public_key == keys[-1]
    assert "the key is renewed" in kiosk("sync")
    keys.append(known(server).public_key)
    kiosk("heartbeat")
    assert len(set(keys)) == 3


def test_a_central_put_back_from_a_backup_learns_the_key_again(
    kept: Kept, server: Server, key_file: Path
) -> None:
    old = kept.key
    renew(kept, key_file)
    kept.rate(5)
    kept.close()
    with server.central.store.connection() as connection:  # as it was before
        row = {"public_key": public_text(old), "renewed": None}
        connection.execute(update(terminals).values(row))
        connection.execute(delete(earlier_keys))
    with pytest.raises(NotCentral, match="unknown terminal"):
        kept.sync()
    before = key_before(key_file)
    assert exchange.sync(kept.store, kept.clock, kept.key, before=before).sent == 1
    assert known(server).public_key == public_text(kept.key)
    assert kept.sync().sent == 0
    assert alarms(server) == []


def test_a_key_that_nobody_has_and_one_from_before_are_not_taken(
    kept: Kept, server: Server, key_file: Path
) -> None:
    old = kept.key
    renew(kept, key_file)
    run = CopiedKey(server, kept.key)
    run.open_run()
    kept_head = known(server).head
    assert run.heads(kept_head, kept_head.hash).status_code == 200
    assert run.name_key(old, old).status_code == 400
    assert run.name_key(Ed25519PrivateKey.generate(), kept.key).status_code == 400
    assert known(server).next_key == ""


def test_what_the_questionnaires_codes_were_signed_with_holds_until_the_renewal(
    kept: Kept, server: Server, key_file: Path
) -> None:
    old, today = kept.key, server.now.date()
    renew(kept, key_file)
    later = today + timedelta(days=2)
    for key, day, state in (
        (old, today, TokenState.ASK),
        (old, later, TokenState.WRONG),
        (kept.key, later, TokenState.ASK),
    ):
        text = formtoken.make(key, "dindaeng", "counter-1", day).rpartition("/")[2]
        assert open_questionnaire(server.central, "counter-1", text, later).state is state


# --- a copy ------------------------------------------------------------------------------------


def test_a_copied_key_alone_gets_no_pin_names_no_key_and_is_noticed(
    kept: Kept, server: Server, key_file: Path
) -> None:
    exchange.heartbeat(kept.store, kept.clock, kept.key)
    thief = CopiedKey(server, kept.key)
    last = thief.open_run().last
    assert thief.pins().status_code == 409, "the heads were shown in another run"
    assert thief.call("GET", "photos").status_code == 409
    assert thief.call("GET", "own-results").status_code == 409
    assert thief.name_key(Ed25519PrivateKey.generate(), kept.key).status_code == 409
    guess = Head(last + 1, "a" * 64)
    assert HeadsAnswer.parse(thief.heads(guess, "b" * 64).content).answer is Answer.FORK
    assert thief.pins().status_code == 409
    assert known(server).state is State.FORK
    assert alarms(server) == ["fork"]


def test_after_the_renewal_a_copy_of_the_old_key_is_refused_and_noticed(
    kept: Kept, server: Server, key_file: Path
) -> None:
    thief = CopiedKey(server, kept.key)
    renew(kept, key_file)
    assert Late.parse(thief.hello("").content).window == word(server)
    assert alarms(server) == [], "an old greeting can be repeated by anybody"
    refused = thief.hello(word(server))
    assert (refused.status_code, "was renewed" in refused.text) == (403, True)
    assert alarms(server) == [EARLIER_KEY]
    thief.nonce = known(server).nonce
    assert thief.pins().status_code == 403
    assert thief.call("GET", "days").status_code == 403
    assert kept.sync().parked == ()


def test_a_thief_who_renews_first_is_noticed_by_the_terminal(
    kept: Kept, server: Server, key_file: Path
) -> None:
    """With the whole machine copied, its journal too."""
    old = kept.key
    renew(kept, key_file)
    kept.key = old
    with pytest.raises(NotCentral, match="was renewed: if nobody renewed it here"):
        kept.sync()
    assert alarms(server) == [EARLIER_KEY]


def test_days_that_a_terminal_never_made_are_named_there_and_on_the_fleet_page(
    kept: Kept, server: Server, key_file: Path
) -> None:
    kept.rate(5)
    kept.close()
    kept.sync()
    thief = CopiedKey(server, kept.key)
    thief.open_run()
    forged = [day_report(1, DAY + timedelta(days=one)) for one in (-1, 1)]
    assert [thief.day(report).status_code for report in forged] == [201, 201]
    exchange.heartbeat(kept.store, kept.clock, kept.key)
    thief.call("PUT", "not-mine", NotMine((date(2026, 1, 5),)).to_bytes())
    days = tuple(report.date for report in forged)
    assert kept.terminal.status().foreign_days == days
    fleet = read_fleet(server.central, server.now.date())
    assert fleet.not_mine == {"counter-1": list(days)}
    page = signed_in(server.central, ROLES["it"], now=server.now).get("/fleet/dindaeng").text
    assert "๒๒ พ.ย. ๒๕๖๙, ๒๔ พ.ย. ๒๕๖๙" in page
    assert "kiosk key renew" in page
    release(server.central, "counter-1", "looked at", server.now)
    server.now += timedelta(minutes=15)
    exchange.heartbeat(kept.store, kept.clock, kept.key)
    assert alarms(server) == [], "people have looked at them"
    thief.open_run()
    assert thief.day(day_report(2, days[0])).status_code == 201
    exchange.heartbeat(kept.store, kept.clock, kept.key)
    assert alarms(server) == ["not-mine"], "what came after they looked"


# --- greetings ---------------------------------------------------------------------------------


def said(network: Witnessed) -> list[httpx.Request]:
    return [request for request, _ in network.exchanges if request.url.path.endswith("/hello")]


def test_a_greeting_that_was_heard_opens_nothing_and_ends_nothing(
    kept: Kept, server: Server, key_file: Path
) -> None:
    network = Witnessed()
    exchange.sync(kept.store, kept.clock, kept.key, transport=network)
    heard = said(network)
    assert len(heard) == 2
    run = known(server).nonce

    def repeated() -> list[int]:
        return [
            httpx.post(
                str(request.url), content=request.read(), headers=request.headers, trust_env=False
            ).status_code
            for request in heard
        ]

    assert repeated() == [409, 200], "the newest once more gets the same run"
    assert known(server).nonce == run
    kept.sync()
    run, seen = known(server).nonce, known(server).seen
    for _ in range(3):
        assert repeated() == [409, 409]
        server.now += timedelta(minutes=4)
    assert (known(server).nonce, known(server).seen) == (run, seen)


# --- by hand -----------------------------------------------------------------------------------


def test_quarantined_by_hand_everything_stays_due_and_a_revoked_key_is_refused_by_name(
    kept: Kept, server: Server, key_file: Path
) -> None:
    kept.rate(5)
    kept.close()
    assert quarantine_terminal(server.central, IT, "counter-1", "found open", server.now)
    with pytest.raises(Refused, match="quarantined"):
        kept.sync()
    thief = CopiedKey(server, kept.key)
    thief.open_run()
    assert thief.pins().status_code == 409
    assert thief.name_key(kept.key, kept.key).status_code == 409
    assert not quarantine_terminal(server.central, IT, "counter-1", "again", server.now)
    assert revoke_terminal(server.central, IT, "counter-1", "stolen", server.now)
    with pytest.raises(CentralRefused, match="key was revoked"):
        kept.sync()
    assert not revoke_terminal(server.central, IT, "counter-1", "again", server.now)
    whats = [log_words("en", note.what) for note in logged(server.central, Kind.CHANGE)]
    assert whats[:2] == [
        "Terminal counter-1: key revoked. Reason: stolen",
        "Terminal counter-1: put into quarantine. Reason: found open",
    ]


def test_a_machine_that_waits_for_the_second_person_gets_no_photo_and_no_pin(
    kept: Kept, server: Server, key_file: Path
) -> None:
    laptop = Ed25519PrivateKey.generate()
    code = invite_terminal(server.central, "counter-1", "1", server.now, IT)
    waiting = enrol_terminal(server.central, Enrol(code, public_text(laptop)), server.now)
    run = CopiedKey(server, laptop, waiting.terminal)
    assert isinstance(run.open_run(), Welcome)
    assert HeadsAnswer.parse(run.heads(Head(1, "a" * 64)).content).answer is Answer.WAITING
    for refused in (run.call("GET", "photos"), run.call("GET", "photos/101"), run.pins()):
        assert (refused.status_code, "not confirmed" in refused.text) == (409, True)
    assert run.call("GET", "roster").status_code == 200
    assert run.name_key(laptop, laptop).status_code == 409


# --- enrolment ---------------------------------------------------------------------------------


def steps_to_enrol(central: Central, offices: int) -> int:
    """Steps of SQLite's machine to make a code and to use it, where so many offices have a code
    open."""
    names = [f"office-{number}" for number in range(offices)]
    until = NIGHT + timedelta(minutes=9)
    open_code = {"counter": "1", "until": until, "invited_by": "it", "used_by": ""}
    codes = [
        {
            "site": name,
            "code_hash": f"{name:0>64}",
            "terminal": "t",
            "invited_roles": "it",
            "used_by": "",
        }
        for name in names
    ]
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with central.store.connection() as connection:
        connection.execute(
            insert(sites), [{"site": name, "name": name, "province": ""} for name in names]
        )
        connection.execute(insert(enrol_codes), [{**open_code, **code} for code in codes])
    for engine in (central.store._engine, central.store._readers):
        event.listen(engine, "checkout", lambda raw, *_: raw.set_progress_handler(count, 1))
    last = find_site(central, names[-1])
    assert last is not None
    code = invite_terminal(last, "counter-1", "1", NIGHT, IT)
    enrolled = enrol_at_any_site(central, Enrol(code, key_text()), NIGHT)
    assert (enrolled.site, enrolled.terminal) == (names[-1], "counter-1")
    return steps


def test_enrolling_costs_the_same_with_ten_thousand_offices(tmp_path: Path) -> None:
    steps = []
    for offices in (10, 10_000):
        folder = tmp_path / f"{offices}"
        folder.mkdir()
        store = new_central_store(folder / "central.db")
        steps.append(steps_to_enrol(made_central(store, folder), offices))
        store.close()
    assert steps[1] <= 1.1 * steps[0], steps
