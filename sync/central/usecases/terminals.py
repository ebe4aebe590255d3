"""Terminals of a site: how they are enrolled, how they are, and how one leaves quarantine."""

import hashlib
import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kiosk.domain.people import identifier
from sync.central.store.parked import ParkedReport
from sync.central.store.terminals import Invitation, KnownTerminal
from sync.central.store.witness import Alarm, Twice
from sync.central.usecases.audit import write_change
from sync.central.usecases.central import Central
from sync.central.usecases.sites import all_sites, find_site
from sync.central.viewer import Viewer
from sync.messages import Enrol, Enrolled
from sync.signing import public_key, public_text

CODE_MINUTES = 10
FLEET_DAYS = 60
"""How far back the fleet page looks for one officer in two places."""
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs that are not mistaken for one another: ten of them are 50 bits."""


class NoSuchCode(ValueError):
    """A code that is wrong, used or too old."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """How the site's terminals are. `newest_days`: the last day that each has reported."""

    terminals: tuple[KnownTerminal, ...]
    alarms: tuple[Alarm, ...]
    twice: tuple[Twice, ...]
    newest_days: dict[str, date]
    parked: tuple[ParkedReport, ...]
    over_tickets: list[tuple[date, str]]
    """Days and counters with more ratings than tickets."""
    flags: Counter[str]
    """Ratings flagged as unlikely, by terminal."""


def invite_terminal(
    central: Central,
    terminal: str,
    counter: str,
    now: datetime,
    changed_by: Viewer | None = None,
) -> str:
    """A one-time code for a terminal, valid for CODE_MINUTES. BadPerson for a bad id.

    `changed_by`: whose change the log of changes shows; None: it shows none.
    """
    identifier("terminal", terminal)
    identifier("counter", counter)
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    code = f"{letters[:5]}-{letters[5:]}"
    until = now + timedelta(minutes=CODE_MINUTES)
    with central.store.transaction(central.site) as t:
        t.terminals.drop_old_codes(now)
        t.terminals.invite(_code_hash(code), Invitation(terminal, counter, until))
        if changed_by is not None:
            write_change(t, changed_by, f"terminal {terminal}: a code to enrol", now)
    return code


def enrol_terminal(central: Central, message: Enrol, now: datetime) -> Enrolled:
    """Use a code; NoSuchCode when it is not valid, BadMessage for a bad key."""
    public_key(message.public_key)
    with central.store.transaction(central.site) as t:
        invitation = t.terminals.use_code(_code_hash(message.code))
        valid = invitation is not None and now <= invitation.until
        if invitation is not None and valid:
            t.terminals.put_key(invitation.terminal, invitation.counter, message.public_key)
            t.pins.forget(invitation.terminal)
            t.witness.forget(invitation.terminal)
    # Outside the transaction: a code that came too late is used up all the same.
    if invitation is None or not valid:
        raise NoSuchCode("this code is wrong, used or too old")
    return Enrolled(
        site=central.site,
        terminal=invitation.terminal,
        counter=invitation.counter,
        central_key=public_text(central.key),
    )


def enrol_at_any_site(central: Central, message: Enrol, now: datetime) -> Enrolled:
    """Use a code of whichever site made it; NoSuchCode when none did."""
    for site, _name in all_sites(central):
        office = find_site(central, site)
        try:
            if office is not None:
                return enrol_terminal(office, message, now)
        except NoSuchCode:
            continue
    raise NoSuchCode("this code is wrong, used or too old")


def find_terminal(central: Central, terminal: str) -> KnownTerminal | None:
    with central.store.read(central.site) as t:
        return t.terminals.get(terminal)


def all_terminals(central: Central) -> tuple[KnownTerminal, ...]:
    with central.store.read(central.site) as t:
        return t.terminals.all()


def release_terminal(
    central: Central,
    terminal: str,
    by: str,
    note: str,
    now: datetime,
    changed_by: Viewer | None = None,
) -> bool:
    """A person has compared both sides: the terminal goes on from what it has now. False when it
    was not in quarantine and had no alarm."""
    with central.store.transaction(central.site) as t:
        current = t.terminals.get(terminal, for_update=True)
        if current is None:
            return False
        settled = t.witness.settle(terminal, by, note, now)
        if current.quarantined:
            t.terminals.release(terminal)
            t.witness.forget(terminal)
        released = bool(settled) or current.quarantined
        if released and changed_by is not None:
            write_change(t, changed_by, f"terminal {terminal}: released", now)
    return released


def read_fleet(central: Central, today: date) -> Fleet:
    """How the terminals are. Has no score."""
    since = today - timedelta(days=FLEET_DAYS)
    with central.store.read(central.site) as t:
        return Fleet(
            terminals=t.terminals.all(),
            alarms=t.witness.alarms(),
            twice=t.witness.twice(since),
            newest_days=t.days.newest_days(),
            parked=t.parked.all(),
            over_tickets=t.tickets.exceeded(since, today),
            flags=t.days.flags_since(since),
        )


def _code_hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()
