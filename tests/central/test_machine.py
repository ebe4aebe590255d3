"""What a terminal says of the machine it runs on: its clock, certificates and newest copy arrive,
are shown, and become alarms."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kiosk.checking import time_sync
from kiosk.clock import clock_state
from kiosk.datafolder import DataFolder
from kiosk.store.engine import Store
from sync import exchange
from sync.central.logwords import log_words
from sync.central.machine import machine_needs
from sync.central.store.terminals import KnownTerminal
from sync.central.usecases.central import Central
from sync.central.usecases.terminals import find_terminal
from sync.central.viewer import ROLES
from sync.outgoing import SETTLED_SECONDS
from tests.support.central import NIGHT, enrolled, made_central, signed_in
from tests.support.central_server import Kept, Server
from tests.support.certificates import DAY, Authority
from tests.support.databases import new_central_store
from tests.support.hellos import made_hello
from tests.support.terminal_requests import greet_terminal


def known(central: Central) -> KnownTerminal:
    terminal = find_terminal(central, "counter-1")
    assert terminal is not None
    return terminal


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def told(central: Central, now: datetime = NIGHT, **said: str | int) -> None:
    hello = made_hello(secrets.token_hex(4), clock=seconds(now), **said)
    greet_terminal(central, known(central).terminal, hello, now)


def needs(central: Central, now: datetime = NIGHT) -> list[str]:
    return [need.key for need in machine_needs(known(central), now)]


def test_a_heartbeat_over_tls_says_what_it_saw_of_certificate_clock_and_copy(
    tmp_path: Path,
) -> None:
    office, now = Authority.new("office"), datetime.now(UTC).replace(microsecond=0)
    chain = office.issue("localhost", now - DAY, now + 10 * DAY, tmp_path / "chain.pem")
    ca = office.write(tmp_path / "ca.pem")
    central_store = new_central_store(tmp_path / "central.db")
    central = made_central(central_store, tmp_path)
    server = Server(central, tls=chain)
    folder = DataFolder(tmp_path / "terminal")
    folder.create()
    store = Store.open(folder.database)
    kept = Kept(store, server.url, server.code(), ca)
    kept.clock.set_wall(NIGHT)
    folder.back_up(store, kept.clock, tmp_path / "copy.db", "")
    kept.clock.pass_seconds(SETTLED_SECONDS)
    server.now = kept.clock.wall
    exchange.heartbeat(store, kept.clock, kept.key, ca)
    server.stop()
    terminal = known(central)
    assert terminal.certificate_end == now + 10 * DAY
    assert terminal.authority_end == office.certificate.not_valid_after_utc
    assert terminal.backed_up == NIGHT
    assert terminal.time_sync == time_sync(clock_state())
    store.close()
    central_store.close()


def test_a_machine_that_was_just_switched_on_does_not_say_that_nothing_sets_its_clock(
    central: Central,
) -> None:
    enrolled(central)
    told(central, time_sync="off")
    assert needs(central) == ["clock_unset"]
    told(central, time_sync="")
    terminal = known(central)
    assert [need.key for need in machine_needs(terminal, NIGHT, was_unset=True)] == ["clock_unset"]
    assert not list(machine_needs(terminal, NIGHT))
    told(central, time_sync="on")
    assert not list(machine_needs(known(central), NIGHT, was_unset=True))


def test_what_a_machine_needs(central: Central) -> None:
    enrolled(central)
    terminal = known(central)
    soon = replace(terminal, certificate_end=NIGHT + 99 * DAY, authority_end=NIGHT + DAY)
    for said, expected in (
        (terminal, []),
        (replace(terminal, certificate_end=NIGHT + 22 * DAY), []),
        (replace(terminal, certificate_end=NIGHT + 21 * DAY), ["certificate_soon"]),
        (replace(terminal, certificate_end=NIGHT - DAY), ["certificate_over"]),
        (soon, ["authority_soon"]),
        (replace(terminal, backed_up=NIGHT - 35 * DAY), []),
        (replace(terminal, backed_up=NIGHT - 36 * DAY), ["copy_old"]),
        (replace(terminal, backed_up=NIGHT + 9 * DAY), []),
        (replace(terminal, time_sync="on"), []),
    ):
        assert [need.key for need in machine_needs(said, NIGHT)] == expected


def test_a_certificate_ends_also_while_nobody_hears_of_the_terminal(central: Central) -> None:
    enrolled(central)
    told(central, certificate_end=seconds(NIGHT + 30 * DAY))
    assert needs(central, NIGHT + 10 * DAY) == ["certificate_soon"]
    assert needs(central, NIGHT + 31 * DAY) == ["certificate_over"]
    told(central, NIGHT + 31 * DAY)
    assert needs(central, NIGHT + 31 * DAY) == ["certificate_over"], "a stick sees no certificate"


def test_the_fleet_page_shows_it_and_says_what_to_do(central: Central) -> None:
    enrolled(central)
    told(
        central,
        time_sync="off",
        certificate_end=seconds(NIGHT + 5 * DAY),
        authority_end=seconds(NIGHT + 300 * DAY),
        backed_up=seconds(NIGHT - 40 * DAY),
    )
    client = signed_in(central, ROLES["it"], now=NIGHT)
    for language, others in (
        ("th", ("ไม่ได้ตั้งเวลาจากเครือข่าย", "จะหมดอายุใน ๕ วัน", "kiosk backup")),
        ("en", ("Nothing sets it", "kiosk check says how", "Authority's certificate until")),
    ):
        shown = client.get(f"/fleet/{central.site}?lang={language}").text.replace("&#39;", "'")
        sentences = [
            log_words(language, need.what, "topic_says")
            for need in machine_needs(known(central), NIGHT)
        ]
        assert len(sentences) == 3
        for words in (*sentences, *others):
            assert words in shown
    told(central)
    shown = client.get(f"/fleet/{central.site}?lang=en").text
    assert "No copy made" in shown
