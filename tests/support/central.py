"""An office's central report for tests: made, with its readers, terminals and days."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs
from starlette.testclient import TestClient

from kiosk.domain.people import Officer
from kiosk.domain.rating import Outcome
from sync.central.logbook import RECORD_KINDS, Kind, Log, Note, Wanted
from sync.central.settings import CentralSettings
from sync.central.store.engine import CentralStore, Transaction
from sync.central.store.terminals import Invitation
from sync.central.usecases.accounts import Details, add_account, edit_account
from sync.central.usecases.central import Central
from sync.central.usecases.people import put_officers
from sync.central.usecases.sign_in import sign_in_as
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.usecases.terminals import (
    Release,
    enrol_terminal,
    invite_terminal,
)
from sync.central.viewer import ROLES, Role, Viewer
from sync.central.web.app import create_app
from sync.central.web.dependencies import COOKIE
from sync.messages import Answer, DayReport, Enrol, OutcomeCount
from sync.signing import public_text
from tests.support.builders import an_officer
from tests.support.day_reports import day_report, key_text
from tests.support.two_people import confirm_release_of_terminal, release_terminal

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
"""Noon in Bangkok, when people read the report."""
LONG_AGO = datetime(2026, 1, 2, tzinfo=UTC)
"""When terminals of tests were enrolled."""
NIGHT = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
"""Half past three in Bangkok, when terminals sync."""
SITE = "dindaeng"


def signed_in(
    central: Central, *roles: Role, officer: str = "", section: str = "", now: datetime
) -> TestClient:
    """A reader with an account of these roles, signed in; the clock stands at `now`."""
    account = "-".join(sorted(role.id for role in roles)) or "nobody"
    with central.store.read(central.site) as t:
        known = t.accounts.get(account)
    if known is not None:
        details = Details(name=account, roles=frozenset(roles), officer=officer, section=section)
        edit_account(central, "test", central.site, account, None, details, now)
    elif roles:
        add_account(central, "test", account, account, roles, now, officer=officer, section=section)
    client = TestClient(
        create_app(central, lambda: now), raise_server_exceptions=False, follow_redirects=False
    )
    with central.store.transaction(central.site) as t:
        found = t.accounts.get(account)
    if found is not None:
        with central.store.transaction(central.site) as t:
            t.accounts.put(replace(found, first_until=None, subject=f"subject {account}"))
        token = sign_in_as(central, central.site, f"subject {account}", now).token
        client.cookies.set(COOKIE, f"{central.site}.{token}")
    return client


def made_central(store: CentralStore, folder: Path) -> Central:
    settings = CentralSettings(
        folder=folder, site=SITE, name="สำนักงานเขตดินแดง", database="", url="http://127.0.0.1:8765"
    )
    with store.transaction(SITE) as t:
        t.people.put_site(settings.name)
    return Central(store=store, settings=settings, key=Ed25519PrivateKey.generate())


def logged(central: Central, kind: Kind, site: str = "") -> list[Note]:
    """What a site's logs have of a kind, the newest first."""
    log = Log.RECORD if kind in RECORD_KINDS else Log.SECURITY
    with central.store.read(site or central.site) as t:
        return [entry.note for entry in t.logs.page(log, Wanted(kinds=(kind,)), 0, 1_000_000)]


MONDAY = date(2026, 11, 2)


def received(central: Central, officer: str, *counts: int, day: date = MONDAY) -> None:
    """One day of `officer`, weeks ago, from a terminal of its own."""
    key = public_text(Ed25519PrivateKey.generate())
    name = f"t-{officer or 'nobody'}"
    with central.store.transaction(central.site) as t:
        begin_terminal(t, name, "1", key)
    on_roster(central, officer)
    report = day_report(1, day, name, counts, officer)
    unscored = (Outcome.LATE, Outcome.SUPPRESSED)
    report = structs.replace(report, outcomes=tuple(OutcomeCount(officer, o, 1) for o in unscored))
    take_day_report(central, name, report, report.to_bytes(), NOON)


def enrolled(central: Central, name: str = "counter-1", counter: str = "1") -> None:
    code = invite_terminal(central, name, counter, LONG_AGO)
    enrol_terminal(central, Enrol(code, key_text()), LONG_AGO)


def begin_terminal(t: Transaction, name: str, counter: str, key: str) -> None:
    """A terminal with this key, enrolled long ago."""
    invitation = Invitation(
        name=name, counter=counter, until=LONG_AGO, invited_by="it", invited_roles="it"
    )
    t.terminals.begin(invitation, key, LONG_AGO)


def on_roster(central: Central, *officers: str) -> None:
    """Who rates with these ids, where nobody else has put them there."""
    with central.store.transaction(central.site) as t:
        there = {str(officer.id) for officer in t.people.everyone()}
        missing = sorted(set(officers) - there - {""})
        t.people.put(an_officer(f"n-{id_}", f"คนที่ {id_}", id=id_) for id_ in missing)


def put_on_roster(central: Central, officers: Iterable[Officer]) -> None:
    """These officers, under the ids that they have."""
    with central.store.transaction(central.site) as t:
        put_officers(t, officers, None)


def take(central: Central, report: DayReport) -> Answer:
    on_roster(central, *report.officers())
    return take_day_report(central, report.terminal, report, report.to_bytes(), NIGHT).answer


def person(account: str, *roles: str) -> Viewer:
    """Somebody of the office with these roles."""
    of = frozenset(ROLES[role] for role in roles)
    return Viewer(account=account, name=account, site=SITE, roles=of)


IT, DIRECTOR, AUDIT = person("it", "it"), person("d", "director"), person("a", "audit")


def release(central: Central, terminal: str, note: str = "compared", now: datetime = NIGHT) -> bool:
    """Two people let a terminal go on; whether there was anything to release."""
    released = release_terminal(central, IT, terminal, note, now)
    if released is Release.PROPOSED:
        return confirm_release_of_terminal(central, DIRECTOR, terminal, now)
    return released is Release.DONE
