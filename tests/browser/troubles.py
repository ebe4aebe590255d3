"""What an office has seldom: machines that wait for two people, a log that broke off, a release
that rolls out, somebody who is told by mail. Each stands on a page with forms of its own."""

from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import formtoken
from sync.central.rings import Offered
from sync.central.store.logbreaks import LogBreak
from sync.central.usecases.central import Central
from sync.central.usecases.loghistory import ask_to_settle
from sync.central.usecases.releases import trust_publisher
from sync.central.usecases.subscriptions import begin_subscription, prove_address
from sync.central.usecases.terminals import enrol_terminal, invite_terminal
from sync.messages import Enrol, NextPublisher
from sync.signing import public_text
from tests.support.central import DIRECTOR, IT, NOON, take
from tests.support.day_reports import day_report, key_text
from tests.support.two_people import confirm_new_terminal, open_breaks_mark, release_terminal

AGAIN, BACK, ONLINE = "counter-1", "counter-2", "counter-7"
"""Enrolled again; went back in time; whose thank-you screens show a questionnaire."""
_WEEK = timedelta(days=7)


def seed_troubles(central: Central) -> str:
    """The address of a questionnaire that nobody has answered."""
    for name in (AGAIN, "counter-8"):
        _enrol(central, name, key_text())
    for revision, ratings in ((1, 9), (2, 1)):
        day = NOON.date() - _WEEK
        take(central, day_report(revision, day, BACK, (0, 0, 0, 0, ratings)))
    assert release_terminal(central, IT, BACK, "เปลี่ยนดิสก์", NOON)
    _break_log(central, "counter-3")
    assert ask_to_settle(central, IT, open_breaks_mark(central), "ย้ายเครื่องแม่ข่าย", NOON)
    _break_log(central, "counter-4")
    _offer_release(central)
    mail = "it@example.go.th"
    prove_address(central, IT, begin_subscription(central, IT, mail, "th", NOON), NOON)
    key = Ed25519PrivateKey.generate()
    _enrol(central, ONLINE, public_text(key))
    assert confirm_new_terminal(central, DIRECTOR, ONLINE, NOON)
    return f"/f/{formtoken.make(key, central.site, ONLINE, NOON.date())}"


def _enrol(central: Central, terminal: str, key: str) -> None:
    counter = terminal.removeprefix("counter-")
    code = invite_terminal(central, terminal, counter, NOON, IT)
    enrol_terminal(central, Enrol(code, key), NOON)


def _break_log(central: Central, terminal: str) -> None:
    with central.store.transaction(central.site) as t:
        t.log_breaks.put(
            LogBreak(
                terminal=terminal,
                log="record",
                seen=900,
                seen_hash="a" * 64,
                at=NOON - _WEEK,
                seq=40,
                kind="rollback",
            )
        )


def _offer_release(central: Central) -> None:
    publisher = NextPublisher(public_key=key_text(), proof="")
    assert trust_publisher(central, IT, publisher, NOON)
    with central.store.transaction(central.site) as t:
        t.releases.add(
            Offered(
                version="1.4.0",
                python="3.11",
                machine="x86_64",
                header=b"header",
                digest="0" * 64,
                added=NOON - _WEEK,
                added_by="it",
                withdrawn=False,
                first_terminal="",
                hours=24,
                resumed=None,
            )
        )
