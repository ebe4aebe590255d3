"""The terminal's use cases: sign on, store what a press led to, and nothing about screens or wires.

Each use case is one transaction; reading takes no lock. `carry_out` stores the effects of one step
of the encounter; it returns only when they are durable. After an I/O error the outcome of a commit
is unknown: the file is reopened, the effects are looked for by their random ids, and written again
only when absent.
"""

import contextlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from kiosk.clock import CLOCK_OFF_SECONDS, Clock
from kiosk.domain.businessday import business_date, half_day
from kiosk.domain.duty import DutyChange, EndOfDuty, Moment, just_served
from kiosk.domain.encounter import Effect, Fate
from kiosk.domain.ownresult import OwnResult
from kiosk.domain.people import Officer, OfficerId, RosterEntry
from kiosk.domain.refusal import Refusal
from kiosk.domain.rosterplan import Answer, BadPlan, RosterPlan, plan
from kiosk.domain.wording import Wording
from kiosk.effects import StepEffects, duty_detail, keep_reasons
from kiosk.lockout import Lockout, PinAnswer
from kiosk.officerid import new_officer_id
from kiosk.store.engine import Store, StoreFailed
from kiosk.store.journal import Entry, Kind
from kiosk.store.outbox import Delivery
from kiosk.store.roster import Roster, UnknownOfficer
from kiosk.store.state import Enrolment, LastExchange, Mark, OpenDuty

SERVICE_OWNER = "~service"
"""Owner of the service menu's PIN; no officer's id can start with ~."""

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_ON_DUTY = (
    Kind.DUTY_BEGAN,
    Kind.DUTY_PAUSED,
    Kind.DUTY_RESUMED,
    Kind.FACES_FREE,
    Kind.RUNNING,
    Kind.STOPPED,
)
"""What a terminal with somebody on duty writes; other commands write other things."""
BACK_SOON = timedelta(minutes=45)
"""After the last of these a duty goes on without a PIN for so long. A running terminal
writes one each quarter of an hour: half an hour without power, or three quarters."""
BALLAST_BYTES = 4 << 20
"""Freed when the disk is full, so that an officer can still sign off and the day be closed."""


@dataclass(frozen=True, slots=True)
class Status:
    """What `kiosk status` and the service menu show. Holds no score and no count of ratings by
    officer."""

    enrolment: Enrolment | None
    officers: int
    days: int
    not_closed: int
    """Days before today with ratings, and without a report that would bring them to central."""
    due: int
    parked: int
    last_sync: Entry | None
    last_failure: Entry | None
    last_backup: Entry | None
    foreign_days: tuple[date, ...]
    """That central has under this terminal's name, and that it never made."""
    clock_off: int = 0
    """Seconds by which this clock was ahead of central's at the last word from there."""

    @property
    def clock_is_wrong(self) -> bool:
        return abs(self.clock_off) > CLOCK_OFF_SECONDS


class Terminal:
    """One terminal's memory. `pepper` is the 32 bytes beside the database; `boot_id` names this
    start of the machine, empty: ask Linux."""

    def __init__(self, store: Store, clock: Clock, pepper: bytes, boot_id: str = "") -> None:
        self._store = store
        self._clock = clock
        self._reopened = 0
        self._lockout = Lockout(store, clock, pepper, boot_id or BOOT_ID.read_text().strip())

    # --- a citizen's turn -----------------------------------------------------------------

    def carry_out(self, effects: Sequence[Effect], mark: Mark | None = None) -> Fate:
        """Store `effects`, durable on return; StoreFailed: nothing was promised. What became of
        the press that led to them.

        `mark` names the panel press that led here. A mark that was stored before, by a process
        that died before acknowledging, changes nothing again.
        """
        if not effects and mark is None:
            return Fate.NEITHER
        work = StepEffects.of(effects, mark, self._clock.now())
        try:
            with self._store.transaction() as t:
                return work.write(t)
        except StoreFailed:
            self._free_ballast()
            self._store.reopen()
            self._reopened += 1
            with self._store.transaction() as t:
                return work.fate if work.is_written(t) else work.write(t)

    def holds_reasons(self) -> bool:
        """Whether a citizen has ticked something that is not settled yet."""
        with self._store.read() as snapshot:
            return snapshot.state.held_reasons() is not None

    def settle_reasons(self) -> None:
        """What a citizen had ticked when the program died, or the store failed, is kept."""
        with self._store.read() as snapshot:
            asking = snapshot.state.held_reasons()
        if asking is not None:
            with self._store.transaction() as t:
                keep_reasons(t, asking)

    def forget_order(self) -> None:
        """Let the file forget in which order presses came. Waits for nobody. That it was reopened
        is written only now: an entry of then would tell when somebody pressed."""
        wall = self._clock.now().wall
        if self._reopened:
            with self._store.transaction() as t:
                for _ in range(self._reopened):
                    t.journal.append(self._clock.now(), Kind.STORE_REOPENED)
            self._reopened = 0
        self._store.forget_order((business_date(wall), half_day(wall)), patience=0)

    def marks(self) -> tuple[Mark, ...]:
        """The last press of each panel that was committed."""
        with self._store.read() as snapshot:
            return snapshot.state.marks()

    # --- duty -----------------------------------------------------------------------------

    def open_duty(self) -> OpenDuty | None:
        """The duty that was open when the program stopped, when it still is the same business
        date, and not long after; else it is ended as interrupted."""
        now = self._clock.now()
        with self._store.read() as snapshot:
            open_duty = snapshot.state.duty()
            heard = snapshot.journal.last(*_ON_DUTY)
        if open_duty is None:
            return None
        was_away = now.wall - datetime.fromisoformat(heard.at) if heard else timedelta()
        if open_duty.day == business_date(now.wall) and abs(was_away) <= BACK_SOON:
            return open_duty
        detail = duty_detail(open_duty.duty, EndOfDuty.INTERRUPTED)
        with self._store.transaction() as t:
            t.state.put_duty(None)
            t.journal.append(now, Kind.DUTY_ENDED, detail)
        return None

    def just_served(self, grace: float) -> DutyChange | None:
        """Who was served last by an officer whose `grace` seconds still run, after a start: how
        and when that duty stopped serving."""
        with self._store.read() as snapshot:
            changes = snapshot.journal.duty_changes()
        return just_served(changes, self._clock.now().wall, grace)

    def duty_began(self) -> datetime | None:
        """When the newest duty began; None: there was none."""
        with self._store.read() as snapshot:
            entry = snapshot.journal.last(Kind.DUTY_BEGAN)
        return datetime.fromisoformat(entry.at) if entry else None

    def officers(self) -> tuple[Officer, ...]:
        with self._store.read() as snapshot:
            return snapshot.roster.active()

    def own_result(self, id: OfficerId) -> OwnResult | None:
        """What central published of the last closed round of this officer, for the officer."""
        with self._store.read() as snapshot:
            return snapshot.roster.own_result(id)

    def officer(self, id: OfficerId) -> Officer | None:
        with self._store.read() as snapshot:
            return snapshot.roster.by_id(id)

    # --- PINs -----------------------------------------------------------------------------

    def check_pin(self, owner: str, typed: str) -> PinAnswer:
        return self._lockout.check(owner, typed)

    def set_pin(self, owner: str, chosen: str | None = None, number: str = "") -> str:
        return self._lockout.set_pin(owner, chosen, number)

    def unlock(self, owner: str) -> None:
        self._lockout.unlock(owner)

    def lost_pins(self) -> tuple[str, ...]:
        return self._lockout.lost_pins()

    def has_pin(self, owner: str) -> bool:
        return self._lockout.has_pin(owner)

    # --- roster ---------------------------------------------------------------------------

    def preview_roster(
        self, entries: Sequence[RosterEntry], answers: Mapping[str, Answer]
    ) -> RosterPlan:
        """What `change_roster` would do. BadPlan."""
        with self._store.read() as snapshot:
            return _own_plan(snapshot.roster, entries, answers)

    def change_roster(
        self, entries: Sequence[RosterEntry], answers: Mapping[str, Answer]
    ) -> RosterPlan:
        """Take entries onto this terminal's roster: all, or none where the plan has questions.
        `answers`: what somebody said, by number. BadPlan."""
        with self._store.transaction() as t:
            change = _own_plan(t.roster, entries, answers)
            if change.questions or not change.officers:
                return change
            t.roster.change(change.officers)
            events = [(Kind.ROSTER_CHANGED, {"retired": o.id}) for o in change.retired]
            changed = (*change.changed, *change.returned)
            events += [(Kind.ROSTER_CHANGED, {"changed": one.after.id}) for one in changed]
            events += [(Kind.ROSTER_CHANGED, {"added": o.id}) for o in change.added]
            t.witness_all(self._clock.now(), events)
        return change

    def put_photo(self, id: OfficerId, photo: bytes) -> None:
        with self._store.transaction() as t:
            t.roster.put_photo(id, photo)
            t.witness(self._clock.now(), Kind.ROSTER_CHANGED, {"photo": id})

    def add_officers(self, officers: Iterable[Officer]) -> None:
        """Add all or none; NumberTaken names the first clash."""
        with self._store.transaction() as t:
            events = []
            for officer in officers:
                t.roster.add(officer)
                events.append((Kind.ROSTER_CHANGED, {"added": officer.id}))
            if events:
                t.witness_all(self._clock.now(), events)

    def retire(self, number: str) -> Officer:
        """Retire the active officer with this number; UnknownOfficer when there is none."""
        with self._store.transaction() as t:
            officer = t.roster.by_number(number)
            t.roster.retire(officer.id)
            t.witness(self._clock.now(), Kind.ROSTER_CHANGED, {"retired": officer.id})
            return officer

    def everyone(self) -> tuple[Officer, ...]:
        with self._store.read() as snapshot:
            return snapshot.roster.everyone()

    def by_number(self, number: str) -> Officer | None:
        with self._store.read() as snapshot, contextlib.suppress(UnknownOfficer):
            return snapshot.roster.by_number(number)
        return None

    # --- system events and status -----------------------------------------------------------

    def note(self, kind: Kind, detail: Mapping[str, str] | None = None) -> None:
        """Append a system event to the journal."""
        with self._store.transaction() as t:
            t.journal.append(self._clock.now(), kind, detail)

    def join(self, enrolment: Enrolment) -> None:
        """Belong to a central report from now on."""
        with self._store.transaction() as t:
            before = t.state.enrolment()
            if before and (before.site, before.terminal) != (enrolment.site, enrolment.terminal):
                t.witnessed.forget()
                t.roster.put_own_results({})
            t.state.put_last_exchange(LastExchange())
            t.state.put_enrolment(enrolment)
            t.witness(self._clock.now(), Kind.ENROLLED, {"terminal": enrolment.terminal})

    def wording(self) -> Wording:
        with self._store.read() as snapshot:
            return snapshot.state.wording()

    def enrolment(self) -> Enrolment | None:
        with self._store.read() as snapshot:
            return snapshot.state.enrolment()

    def synced(self) -> datetime | None:
        """When a sync last succeeded."""
        with self._store.read() as snapshot:
            entry = snapshot.journal.last(Kind.SYNCED)
        return datetime.fromisoformat(entry.at) if entry else None

    def status(self) -> Status:
        today = business_date(self._clock.now().wall)
        with self._store.read() as snapshot:
            rated = snapshot.ratings.days()
            return Status(
                enrolment=snapshot.state.enrolment(),
                officers=snapshot.roster.count_active(),
                days=len(rated),
                not_closed=len({day for day in rated if day != today} - {*snapshot.outbox.days()}),
                due=snapshot.outbox.count(Delivery.DUE),
                parked=len(snapshot.outbox.parked()),
                last_sync=snapshot.journal.last(Kind.SYNCED),
                last_failure=snapshot.journal.last(Kind.SYNC_FAILED),
                last_backup=snapshot.journal.last(Kind.BACKED_UP),
                foreign_days=snapshot.journal.foreign_days(),
                clock_off=snapshot.state.last_exchange().clock_off,
            )

    # --- the disk ---------------------------------------------------------------------------

    def reserve_ballast(self) -> None:
        """Have BALLAST_BYTES lie beside the database, to be freed when the disk is full. Left
        out where the disk has no room for it."""
        path = self._ballast
        with contextlib.suppress(OSError):
            if path.exists():
                return
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, BALLAST_BYTES)
            except OSError:
                path.unlink()
            finally:
                os.close(descriptor)

    def repair(self, since: Moment | None = None) -> None:
        """Open the file again after a failure; StoreFailed while it still fails. `since`: when the
        terminal went out of service. What a full disk took of the reserve is put back."""
        self._store.reopen()
        with self._store.transaction() as t:
            if since is not None:
                t.journal.append(since, Kind.OUT_OF_SERVICE)
            t.journal.append(self._clock.now(), Kind.STORE_REOPENED)
        self.reserve_ballast()

    def _free_ballast(self) -> None:
        with contextlib.suppress(OSError):
            self._ballast.unlink(missing_ok=True)

    @property
    def _ballast(self) -> Path:
        return self._store.path.with_name("ballast")


def _own_plan(
    roster: Roster, entries: Sequence[RosterEntry], answers: Mapping[str, Answer]
) -> RosterPlan:
    """A plan that changes nobody whom central sends: the next roster would undo it. BadPlan."""
    change = plan(roster.everyone(photos=False), entries, answers, new_officer_id)
    of_central = roster.from_central()
    before = (*(one.before for one in (*change.changed, *change.returned)), *change.retired)
    met = (*before, *(question.met for question in change.questions))
    problems = [
        Refusal("of_central", number=officer.number, officer=officer.name)
        for officer in met
        if officer.id in of_central
    ]
    if problems:
        raise BadPlan(problems)
    return change
