"""What one person alone could misuse: one proposes, another of another role confirms.

Who confirms names what they were shown, by its mark: ChangedSinceShown where something else
stands by then."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date, datetime

from kiosk.domain.refusal import Refusal
from sync.central.ingest import Why, decide
from sync.central.logbook import told
from sync.central.mark import mark_of, require_mark
from sync.central.store.engine import Transaction
from sync.central.store.parked import ParkedReport, Proposal, WaitingReport
from sync.central.store.terminals import KnownTerminal, State
from sync.central.store.witness import Alarm
from sync.central.usecases.audit import signature, write_change
from sync.central.usecases.central import Central
from sync.central.usecases.day_reports import store
from sync.central.usecases.witness import miss_days_of_ended
from sync.central.viewer import Right, Viewer
from sync.messages import Answer, DayReport

PUBLISHED_DIFFERS = "published-differs"
"""An alarm: published blocks have something else than the raw days now. Its detail is the day, a
space, and the officer."""
NEW_GENERATION = "new-generation"
"""An alarm: a terminal that exists was enrolled again."""

NEW_TERMINAL = "new-terminal"
"""An alarm: an office that has long reported has one terminal more, and what it reports counts."""
DAY_GONE = Answer.ROLLBACK.value
"""An alarm: a terminal went back, or a day of it that was witnessed never came."""
FOR_TWO = (NEW_GENERATION, NEW_TERMINAL, *(why.value for why in Why))
"""Alarms that one person alone does not settle: they end with what they are about."""


class NotTheSecond(Refusal):
    """This person may not confirm what that one proposed."""

    def __init__(self, first: str) -> None:
        super().__init__("not_the_second", first=first)
        self.first = first


@dataclass(frozen=True, slots=True)
class Released:
    """What became of parked reports that two people let count."""

    stored: int
    left: int
    """A later revision had come meanwhile, or another report of the day."""


def roles_text(viewer: Viewer) -> str:
    """The roles of an account, as they stand beside what it proposed."""
    return " ".join(sorted(role.id for role in viewer.roles))


def require_second(site: str, viewer: Viewer, first: str, first_roles: str) -> None:
    """NotTheSecond unless the viewer is somebody else than the first person, and confirms in a
    role that the first does not have. NotYours for who may confirm nothing."""
    viewer.require(site, Right.CONFIRM)
    confirming = {role.id for role in viewer.roles if Right.CONFIRM in role.rights}
    if signature(viewer) == first or not confirming - set(first_roles.split()):
        raise NotTheSecond(first)


# --- what people are shown --------------------------------------------------------------------


def enrolment_mark(terminal: KnownTerminal) -> str:
    """Of a machine that waits for another person."""
    return mark_of(
        "enrolment",
        terminal.terminal,
        terminal.counter,
        terminal.public_key,
        terminal.enrolled,
        terminal.invited_by,
        terminal.invited_roles,
        terminal.state,
    )


def release_mark(
    terminal: KnownTerminal, alarms: Iterable[Alarm], parked: Iterable[ParkedReport]
) -> str:
    """Of everything that ends when a terminal goes on: its state, its open alarms, who has
    proposed it, and the reports that were not taken."""
    return mark_of(
        "release",
        terminal.terminal,
        terminal.state,
        terminal.release_by,
        terminal.release_roles,
        terminal.release_reason,
        terminal.release_keeps,
        terminal.release_at,
        sorted((str(one.date), one.digest) for one in set_aside(parked, terminal.terminal)),
        sorted(
            (alarm.kind, alarm.detail, str(alarm.at))
            for alarm in alarms
            if alarm.terminal == terminal.terminal
            and alarm.settled is None
            and alarm.kind not in FOR_TWO
        ),
    )


def set_aside(parked: Iterable[ParkedReport], terminal: str) -> tuple[ParkedReport, ...]:
    """A terminal's reports that nobody can let count: of its quarantine, and of days that central
    has otherwise."""
    two_decide = {why.value for why in Why}
    return tuple(one for one in parked if one.terminal == terminal and one.answer not in two_decide)


def reports_mark(terminal: str, why: str, reports: Iterable[ParkedReport | WaitingReport]) -> str:
    """Of parked reports, and who has proposed that they count."""
    return mark_of(
        "reports",
        terminal,
        why,
        sorted(
            (str(report.date), report.digest, astuple(report.proposal) if report.proposal else ())
            for report in reports
        ),
    )


# --- a new generation of a terminal ----------------------------------------------------------


def confirm_generation(
    central: Central, viewer: Viewer, terminal: str, mark: str, now: datetime
) -> bool:
    """Let a new generation count from now on; the ones before it end. False when none waits."""
    with central.store.transaction(central.site) as t:
        waiting = _waiting(t, central.site, viewer, terminal, mark)
        if waiting is None:
            return False
        t.terminals.put_state(terminal, State.ACTIVE)
        for other in t.terminals.generations(waiting.name):
            if other.generation < waiting.generation and not other.ended:
                t.terminals.put_state(other.terminal, State.REPLACED)
                miss_days_of_ended(t, other.terminal, now)
        _settle(t, terminal, NEW_GENERATION, viewer, now)
        write_change(t, viewer, told("generation_confirmed", terminal=terminal), now)
    return True


def confirm_new_terminal(
    central: Central, viewer: Viewer, terminal: str, mark: str, now: datetime
) -> bool:
    """Say that a terminal that is new in an office that has long reported stands there. False when
    nobody has to."""
    with central.store.transaction(central.site) as t:
        current = t.terminals.get(terminal, for_update=True)
        if current is None or not t.witness.is_open(terminal, NEW_TERMINAL):
            return False
        require_mark(mark, enrolment_mark(current))
        require_second(central.site, viewer, current.invited_by, current.invited_roles)
        _settle(t, terminal, NEW_TERMINAL, viewer, now)
        write_change(t, viewer, told("new_terminal_confirmed", terminal=terminal), now)
    return True


def refuse_generation(
    central: Central, viewer: Viewer, terminal: str, mark: str, now: datetime
) -> bool:
    """End a new generation before it counted; whoever may confirm or run terminals. False when
    none waits."""
    with central.store.transaction(central.site) as t:
        current = t.terminals.get(terminal, for_update=True)
        if current is None or not current.waiting:
            return False
        require_mark(mark, enrolment_mark(current))
        t.terminals.put_state(terminal, State.REVOKED)
        _settle(t, terminal, NEW_GENERATION, viewer, now)
        write_change(t, viewer, told("generation_refused", terminal=terminal), now)
    return True


def _waiting(
    t: Transaction, site: str, viewer: Viewer, terminal: str, mark: str
) -> KnownTerminal | None:
    current = t.terminals.get(terminal, for_update=True)
    if current is None or not current.waiting:
        return None
    require_mark(mark, enrolment_mark(current))
    require_second(site, viewer, current.invited_by, current.invited_roles)
    return current


# --- a terminal that showed another past ------------------------------------------------------


def confirm_release_of_terminal(
    central: Central, viewer: Viewer, terminal: str, mark: str, now: datetime
) -> bool:
    """Let a terminal go on from the past that it has now; what was witnessed of the other one is
    asked for no more. Days that were witnessed and never came are settled. Where that was proposed,
    central's days stay as they are, and what the terminal had otherwise of them is asked about no
    more. False when nobody has proposed it."""
    with central.store.transaction(central.site) as t:
        current = t.terminals.get(terminal, for_update=True)
        if current is None or not current.release_by:
            return False
        day_gone = t.witness.is_open(terminal, DAY_GONE)
        if not (current.went_back or day_gone or current.release_keeps):
            return False
        parked = t.parked.all()
        require_mark(mark, release_mark(current, t.witness.alarms(), parked))
        require_second(central.site, viewer, current.release_by, current.release_roles)
        if current.release_keeps:
            t.terminals.keep_central(terminal, now)
            _decide_against(t, viewer, current, set_aside(parked, terminal), now)
        if current.went_back:
            t.terminals.release(terminal)
            t.witness.forget(terminal)
        elif current.quarantined:
            t.terminals.resume(terminal)
        t.terminals.propose_release(terminal, "", "", "", None)
        who = f"{current.release_by}, {signature(viewer)}"
        t.witness.settle(terminal, who, current.release_reason, now, but=FOR_TWO)
        key = "release_confirmed" if current.quarantined else "settling_confirmed"
        write_change(t, viewer, told(key, terminal=terminal), now)
    return True


def _decide_against(
    t: Transaction,
    viewer: Viewer,
    terminal: KnownTerminal,
    reports: Iterable[ParkedReport],
    now: datetime,
) -> None:
    """Central's reports of these days stay; the log says what went. A day that central has not
    comes with the terminal's next sync; of one that sends no more it stays parked."""
    for report in reports:
        if report.taken_n is None and terminal.ended:
            continue
        t.parked.decide_against(report.terminal, report.date, report.digest)
        what = told(
            "set_aside_dropped",
            terminal=report.terminal,
            date=report.date.isoformat(),
            n=report.n,
            stays=report.taken_n or 0,
        )
        write_change(t, viewer, what, now)


# --- parked day reports ----------------------------------------------------------------------


def propose_release(
    central: Central,
    viewer: Viewer,
    terminal: str,
    why: Why,
    mark: str,
    reason: str,
    now: datetime,
) -> int:
    """Propose that what is parked of a terminal for this reason counts; how many reports."""
    proposal = Proposal(by=signature(viewer), roles=roles_text(viewer), reason=reason, at=now)
    with central.store.transaction(central.site) as t:
        t.people.lock_site()
        waiting = t.parked.waiting(terminal, why)
        if not waiting:
            return 0
        require_mark(mark, reports_mark(terminal, why, waiting))
        count = t.parked.propose(terminal, why, proposal)
        what = told("proposed", terminal=terminal, n=count, why=why.value, reason=reason)
        write_change(t, viewer, what, now)
    return count


def confirm_release(
    central: Central, viewer: Viewer, terminal: str, why: Why, mark: str, now: datetime
) -> Released | None:
    """Let what was proposed count. None when nothing is proposed."""
    with central.store.transaction(central.site) as t:
        t.people.lock_site()
        waiting = t.parked.waiting(terminal, why)
        proposals = [report.proposal for report in waiting if report.proposal]
        if not proposals:
            return None
        proposed = [report for report in waiting if report.proposal]
        require_mark(mark, reports_mark(terminal, why, proposed))
        for first in proposals:
            require_second(central.site, viewer, first.by, first.roles)
        stored = sum([_release(t, terminal, report, now) for report in proposed])
        if not t.parked.remains(terminal, why):
            _settle(t, terminal, why.value, viewer, now)
        what = told("confirmed", terminal=terminal, n=stored, why=why.value)
        write_change(t, viewer, what, now)
    return Released(stored=stored, left=len(proposed) - stored)


def _release(t: Transaction, terminal: str, parked: WaitingReport, now: datetime) -> bool:
    """Store a parked report as its day's; whether it was."""
    report = DayReport.parse(parked.body)
    before = t.days.stored(report)
    if decide(before, report, parked.digest) is not Answer.STORED:
        return False
    officers = {officer for officer, _ in t.days.officer_days(terminal, report.date)}
    store(t, before, report, parked.body, parked.digest, now)
    t.parked.take_out(terminal, report.date, parked.digest)
    if before is not None:
        _name_published(t, terminal, report.date, officers | report.officers(), now)
    return True


def _name_published(
    t: Transaction, terminal: str, day: date, officers: Iterable[str], now: datetime
) -> None:
    """Raise the alarm where blocks that people read have a day that is another one now."""
    ends = t.blocks.ends()
    for officer in sorted(officers):
        of_officer = ends.get(officer, {})
        if any(day <= end.last_day for end in of_officer.values()):
            detail = f"{day} {officer}"
            t.witness.alarm(Alarm(at=now, terminal=terminal, kind=PUBLISHED_DIFFERS, detail=detail))


def _settle(t: Transaction, terminal: str, kind: str, viewer: Viewer, now: datetime) -> None:
    t.witness.settle_kind(terminal, kind, viewer.name, "two people", now)


# --- officers who came onto the roster -------------------------------------------------------


def count_now_known(t: Transaction) -> None:
    """Let the ratings count of officers who are on the roster now: who put them there is in the
    log of changes."""
    for terminal, day in t.days.now_known():
        t.unclosed.mark(t.days.put_rows_again(terminal, day))
