"""Terminals of a site: how they are enrolled, how they are, and how one leaves quarantine."""

import hashlib
import re
import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from kiosk.domain.people import BadPerson, identifier
from sync.central.ingest import Why
from sync.central.logbook import told
from sync.central.mark import require_mark
from sync.central.store.engine import Transaction
from sync.central.store.parked import ParkedReport, Proposal
from sync.central.store.terminals import Invitation, KnownTerminal, State
from sync.central.store.witness import Alarm, Twice
from sync.central.usecases.audit import signature, write_change
from sync.central.usecases.central import Central
from sync.central.usecases.releases import trusted_publisher
from sync.central.usecases.sites import find_site
from sync.central.usecases.two_people import (
    DAY_GONE,
    FOR_TWO,
    NEW_GENERATION,
    NEW_TERMINAL,
    enrolment_mark,
    release_mark,
    reports_mark,
    roles_text,
    set_aside,
)
from sync.central.usecases.witness import miss_days_of_ended
from sync.central.viewer import CITY, ROLES, Viewer
from sync.messages import Enrol, Enrolled, HeldReport
from sync.signing import public_key, public_text

CODE_MINUTES = 10
SET_UP = timedelta(days=14)
"""After its first report an office may add terminals for so long without anybody else."""
KEEP_CENTRAL = "central"
"""By a release central's days stay as they are."""
NOT_MINE = "not-mine"
"""An alarm: a terminal says that it never made a day that is here under its name."""
FLEET_DAYS = 60
"""How far back the fleet page looks for one officer in two places."""
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs that are not mistaken for one another: ten of them are 50 bits."""


_GENERATION = re.compile(r"\.g\d+$")
"""How the id of a later generation ends: no terminal is named so."""
_LONGEST_NAME = 26
"""Characters: its generations' ids need some more."""


class NoSuchCode(ValueError):
    """A code that is wrong, used or too old."""


class Release(StrEnum):
    """What came of the wish to release a terminal."""

    DONE = "done"
    PROPOSED = "proposed"
    """Another person, of another role, confirms it."""
    NOTHING = "nothing"
    """It is not in quarantine and has no alarm."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """Day reports of one terminal that are parked for one reason until two people decide."""

    terminal: str
    why: str
    reports: tuple[ParkedReport, ...]

    @property
    def proposed(self) -> tuple[ParkedReport, ...]:
        """Those that somebody has proposed to count."""
        return tuple(report for report in self.reports if report.proposal)

    @property
    def proposal(self) -> Proposal | None:
        return self.proposed[0].proposal if self.proposed else None

    @property
    def mark(self) -> str:
        """Of what a person is asked to agree to, or to propose."""
        return reports_mark(self.terminal, self.why, self.proposed or self.reports)


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
    doubted: tuple[Doubted, ...]
    """What waits for two people."""
    unknown_officers: dict[str, list[tuple[str, date]]]
    """Whose ratings wait for the roster: terminals and days by officer."""

    @property
    def not_mine(self) -> dict[str, list[date]]:
        """Days that are here under a terminal's name, and that it never made, by terminal."""
        days: dict[str, list[date]] = {}
        for alarm in self.alarms:
            if alarm.kind == NOT_MINE and alarm.settled is None:
                days.setdefault(alarm.terminal, []).append(date.fromisoformat(alarm.detail))
        return {terminal: sorted(of_it) for terminal, of_it in sorted(days.items())}

    @property
    def held(self) -> list[tuple[str, HeldReport]]:
        """What terminals hold back, as they last said."""
        return [
            (of.terminal, report) for of in self.terminals if not of.ended for report in of.held
        ]

    @property
    def disputed(self) -> frozenset[str]:
        """Terminals that have days otherwise than central."""
        two_decide = set(Why)
        aside = {report.terminal for report in self.parked if report.answer not in two_decide}
        return frozenset(aside | self.not_mine.keys())

    def corrected(self, alarm: Alarm) -> tuple[date, str]:
        """The day and the officer that an alarm about published blocks is about."""
        day, _, officer = alarm.detail.partition(" ")
        return date.fromisoformat(day), officer

    def terminal(self, id_: str) -> KnownTerminal | None:
        return next((terminal for terminal in self.terminals if terminal.terminal == id_), None)

    def enrolment_mark(self, id_: str) -> str:
        """Of a machine that waits for another person."""
        terminal = self.terminal(id_)
        return enrolment_mark(terminal) if terminal else ""

    def release_mark(self, id_: str) -> str:
        """Of everything that ends when a terminal goes on."""
        terminal = self.terminal(id_)
        return release_mark(terminal, self.alarms, self.parked) if terminal else ""


def console(login: str) -> Viewer:
    """Whoever types at central's own machine, by the name they are logged in with."""
    return Viewer(account=login, name=login, site=CITY, roles=frozenset({ROLES["it"]}))


def invite_terminal(
    central: Central,
    terminal: str,
    counter: str,
    now: datetime,
    viewer: Viewer | None = None,
) -> str:
    """A one-time code for a terminal, valid for CODE_MINUTES. BadPerson for a bad id.

    `viewer`: who asks for it; None: central's own machine. Where the terminal exists, another
    person confirms.
    """
    viewer = viewer or console("console")
    identifier("terminal", terminal)
    identifier("counter", counter)
    if _GENERATION.search(terminal) or len(terminal) > _LONGEST_NAME:
        raise BadPerson("terminal_name", most=_LONGEST_NAME)
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    code = f"{letters[:5]}-{letters[5:]}"
    until = now + timedelta(minutes=CODE_MINUTES)
    with central.store.transaction(central.site) as t:
        t.terminals.drop_old_codes(now)
        t.terminals.invite(
            _code_hash(code),
            Invitation(
                name=terminal,
                counter=counter,
                until=until,
                invited_by=signature(viewer),
                invited_roles=roles_text(viewer),
            ),
        )
        write_change(t, viewer, told("terminal_code", terminal=terminal), now)
    return code


def enrol_terminal(central: Central, message: Enrol, now: datetime) -> Enrolled:
    """Use a code; NoSuchCode when it is not valid, BadMessage for a bad key. A terminal that
    exists begins a new generation beside the old one, which goes on until another person has
    confirmed the new one. One that is new in an office that has long reported counts, and its alarm
    stands until another person has seen it. A key that has used the code gets its answer again."""
    public_key(message.public_key)
    begun = None
    with central.store.transaction(central.site) as t:
        publisher = trusted_publisher(t)
        invitation = t.terminals.use_code(_code_hash(message.code), message.public_key)
        valid = invitation is not None and now <= invitation.until
        if invitation is not None and valid:
            generations = t.terminals.generations(invitation.name)
            begun = next((g for g in generations if g.public_key == message.public_key), None)
            begun = begun or _begin(t, invitation, message.public_key, now)
    # Outside the transaction: a code that came too late is used up all the same.
    if begun is None:
        raise NoSuchCode("this code is wrong, used or too old")
    return Enrolled(
        site=central.site,
        terminal=begun.terminal,
        counter=begun.counter,
        central_key=public_text(central.key),
        publisher_key=publisher,
    )


def _begin(t: Transaction, invitation: Invitation, public_key: str, now: datetime) -> KnownTerminal:
    """A terminal's next generation, and the alarm that another person settles."""
    begun = t.terminals.begin(invitation, public_key, now)
    if begun.waiting:
        detail = f"generation {begun.generation} of {begun.name}, by {begun.invited_by}"
        t.witness.alarm(Alarm(at=now, terminal=begun.terminal, kind=NEW_GENERATION, detail=detail))
    elif t.days.reported_before((now - SET_UP).date()):
        detail = f"counter {begun.counter}, by {begun.invited_by}"
        t.witness.alarm(Alarm(at=now, terminal=begun.terminal, kind=NEW_TERMINAL, detail=detail))
    return begun


def enrol_at_any_site(central: Central, message: Enrol, now: datetime) -> Enrolled:
    """Use a code of whichever site made it; NoSuchCode when none did."""
    with central.store.read(central.site) as t:
        site = t.terminals.site_of_code(_code_hash(message.code))
    office = find_site(central, site) if site else None
    if office is None:
        raise NoSuchCode("this code is wrong, used or too old")
    return enrol_terminal(office, message, now)


def find_terminal(central: Central, terminal: str) -> KnownTerminal | None:
    with central.store.read(central.site) as t:
        return t.terminals.get(terminal)


def all_terminals(central: Central) -> tuple[KnownTerminal, ...]:
    with central.store.read(central.site) as t:
        return t.terminals.all()


def release_terminal(
    central: Central,
    viewer: Viewer,
    terminal: str,
    mark: str,
    reason: str,
    now: datetime,
    keeps: str = "",
) -> Release:
    """A person has compared both sides, as `mark` names them (ChangedSinceShown). That settles
    alarms, and ends a quarantine that a person began: what was witnessed holds. Where the terminal
    showed another past, where a day that was witnessed never came, or where `keeps` says
    KEEP_CENTRAL, it is a proposal, and another person confirms it
    (`two_people.confirm_release_of_terminal`)."""
    with central.store.transaction(central.site) as t:
        current = t.terminals.get(terminal, for_update=True)
        if current is None:
            return Release.NOTHING
        parked = t.parked.all()
        require_mark(mark, release_mark(current, t.witness.alarms(), parked))
        if keeps and not _has_to_settle(t, current, parked):
            return Release.NOTHING
        day_gone = t.witness.is_open(terminal, DAY_GONE)
        if current.went_back or day_gone or keeps:
            by, roles = signature(viewer), roles_text(viewer)
            t.terminals.propose_release(terminal, by, roles, reason, now, keeps)
            key = "release_proposed" if current.quarantined else "settling_proposed"
            if keeps:
                key = "release_keeping_proposed"
            what = told(key, terminal=terminal, reason=reason)
            write_change(t, viewer, what, now)
            return Release.PROPOSED
        settled = t.witness.settle(terminal, viewer.name, reason, now, but=FOR_TWO)
        if current.quarantined:
            t.terminals.resume(terminal)
        if not settled and not current.quarantined:
            return Release.NOTHING
        what = told("terminal_released", terminal=terminal, reason=reason)
        write_change(t, viewer, what, now)
    return Release.DONE


def _has_to_settle(t: Transaction, terminal: KnownTerminal, parked: Iterable[ParkedReport]) -> bool:
    """Whether central and a terminal disagree about anything."""
    return (
        terminal.quarantined
        or bool(set_aside(parked, terminal.terminal))
        or t.witness.is_open(terminal.terminal, NOT_MINE)
    )


def quarantine_terminal(
    central: Central, viewer: Viewer, terminal: str, reason: str, now: datetime
) -> bool:
    """Put a terminal into quarantine by hand. False when it is no active one."""
    with central.store.transaction(central.site) as t:
        current = t.terminals.get(terminal, for_update=True)
        if current is None or not current.active:
            return False
        t.terminals.quarantine(terminal, State.BY_HAND)
        raised = Alarm(at=now, terminal=terminal, kind=State.BY_HAND.value, detail=reason)
        t.witness.alarm(raised)
        write_change(t, viewer, told("quarantine", terminal=terminal, reason=reason), now)
    return True


def revoke_terminal(
    central: Central, viewer: Viewer, terminal: str, reason: str, now: datetime
) -> bool:
    """End a key for good: all its requests are refused by name. False when there is none to
    end."""
    with central.store.transaction(central.site) as t:
        current = t.terminals.get(terminal, for_update=True)
        if current is None or current.ended:
            return False
        t.terminals.put_state(terminal, State.REVOKED)
        t.witness.settle_kind(terminal, NEW_GENERATION, viewer.name, reason, now)
        miss_days_of_ended(t, terminal, now)
        write_change(t, viewer, told("revoked", terminal=terminal, reason=reason), now)
    return True


def unreported_days(central: Central, terminal: str, today: date) -> tuple[date, ...]:
    """Days that a terminal showed before its report, and that may be lost with what it has now."""
    with central.store.read(central.site) as t:
        return t.witness.never_reported(terminal, today + timedelta(days=2))


def read_fleet(central: Central, today: date) -> Fleet:
    """How the terminals are. Has no score."""
    since = today - timedelta(days=FLEET_DAYS)
    with central.store.read(central.site) as t:
        parked = t.parked.all()
        return Fleet(
            terminals=t.terminals.all(),
            alarms=t.witness.alarms(),
            twice=t.witness.twice(since),
            newest_days=t.days.newest_days(),
            parked=tuple(p for p in parked if p.answer not in set(Why)),
            doubted=_doubted(parked),
            over_tickets=t.tickets.exceeded(since, today),
            flags=t.days.flags_since(since),
            unknown_officers=t.days.unknown_officers(),
        )


def _doubted(parked: tuple[ParkedReport, ...]) -> tuple[Doubted, ...]:
    groups: dict[tuple[str, str], list[ParkedReport]] = {}
    for report in parked:
        if report.answer in set(Why):
            groups.setdefault((report.terminal, report.answer), []).append(report)
    return tuple(
        Doubted(terminal=terminal, why=why, reports=tuple(reports))
        for (terminal, why), reports in groups.items()
    )


def _code_hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()
