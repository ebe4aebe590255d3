"""The encounter: one citizen's turn, as a state machine.

`step(state, event, now, rules) -> (state, effects)` decides; it does nothing. Whoever calls it
carries the effects out in one transaction first and takes on the new state only when they are
stored: a thank-you for what was not stored can't be shown.

Where the question is offered (Rules.offered) it stands for a set time after each service that
ended; otherwise the terminal waits, and presses are counted as unasked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from math import inf

from kiosk.domain.businessday import business_date, half_day
from kiosk.domain.duty import NO_GRACE, Duty, DutyChange, EndOfDuty, Moment, Predecessor
from kiosk.domain.flags import Recent, judge
from kiosk.domain.people import NO_OFFICER, OfficerId
from kiosk.domain.rating import Channel, Outcome, Rating, RatingId, ReasonId
from kiosk.domain.rules import Rules
from kiosk.domain.scale import Score

AT_ONCE = 1.0
"""Seconds within which a press arrives that its panel sends as it is made, with a line or two lost
on the way."""
DOUBLE_TAP = 0.7
"""Seconds in which a touch is the second of a double tap: what it hits has only just come there."""
LATE_AFTER = 10.0
"""Seconds after which a press that its panel had to keep is no rating any more: a program that was
started again, or a cable put back at once, is there by then."""


class Fate(StrEnum):
    """What became of a press: only what is kept is thanked for and lights a lamp."""

    KEPT = "kept"
    """A rating more."""
    COUNTED = "counted"
    """No rating; counted beside the score."""
    NEITHER = "neither"
    """A button without a score did what it is for."""
    LOST = "lost"
    """Nothing could be stored: a panel that can sends it again."""


class Phase(StrEnum):
    CLOSED = "closed"
    WAITING = "waiting"
    """On duty, nothing offered."""
    READY = "ready"
    REASONS = "reasons"
    THANKS = "thanks"
    PAUSED = "paused"
    OUT_OF_SERVICE = "out-of-service"


@dataclass(frozen=True, slots=True)
class Asking:
    """The rating whose reasons are being asked for, and those that its citizen has ticked."""

    rating: RatingId
    officer: OfficerId
    day: date
    ticked: tuple[ReasonId, ...] = ()


@dataclass(frozen=True, slots=True)
class Encounter:
    """Where the terminal stands. Times are boot-time seconds."""

    phase: Phase = Phase.CLOSED
    duty: Duty | None = None
    paused: bool = False
    grace_duty: Duty | None = None
    grace_until: float = 0.0
    predecessor: Predecessor | None = None
    """Whom the question is still about after another signed on. A rating ends it, or a service
    that ended since, or its time."""
    lingers_until: float = 0.0
    """Until then the question still stands though nobody serves: closing time came, or whoever was
    served last asked for it after a pause or a sign-off."""
    locked_until: float = 0.0
    until: float | None = None
    """When the present phase ends by itself."""
    since: float = 0.0
    """When the officer on duty began, or came back from a pause."""
    served_at: float = 0.0
    """When the officer on duty was last known to serve: at sign-on, on resuming, at a rating."""
    rated: Duty | None = None
    """Who was rated last: whose the presses are that the lock of that rating suppresses."""
    recent: Recent = ()
    """The last ratings at this terminal, for the flags, whoever signed on meanwhile."""
    asking: Asking | None = None
    offer: Duty | None = None
    """Whose service the question on the screen is about, where questions are offered."""
    deferred: Duty | None = None
    """A service that ended while the citizen before was still at the screen: offered next."""
    called: Duty | None = None
    """Who was on duty when the citizen now being served was called."""
    missed: int = 0
    """Services that ended while out of service, to be counted once the store answers."""
    missed_presses: int = 0
    """The same of presses that nobody can send again."""
    trouble: str = ""
    """Why the terminal is out of service."""

    @property
    def lingers(self) -> bool:
        """Whether the question stands though nobody serves any more."""
        return self.phase is Phase.READY and not self.serves and self.offer is None

    @property
    def serves(self) -> bool:
        """Whether somebody is on duty, and not away."""
        return self.duty is not None and not self.paused

    @property
    def may_linger(self) -> bool:
        """Whether whoever was served last may still ask for the question."""
        return self.phase in (Phase.CLOSED, Phase.PAUSED) and self.until is not None

    def idle(self, now: Moment, rules: Rules) -> bool:
        """Whether the duty has gone without a rating for too long to be believed."""
        return self.duty is not None and not self.paused and now.boot - self.served_at >= rules.idle

    def preceded(self, at: float) -> Duty | None:
        """Whose turn it still was at boot time `at`, though another had signed on."""
        if self.predecessor is None or at >= self.predecessor.until:
            return None
        return self.predecessor.duty

    def named(self, now: Moment) -> Duty | None:
        """Whom the screen names: whoever a press on the question there would rate."""
        return self.offer or (self.preceded(now.boot) if self.phase is Phase.READY else None)

    def resting_phase(self, rules: Rules) -> Phase:
        """Where the screen returns when a citizen's turn is over."""
        if self.duty is None:
            return Phase.CLOSED
        if self.paused:
            return Phase.PAUSED
        return Phase.WAITING if rules.offered else Phase.READY


@dataclass(frozen=True, slots=True)
class SignOn:
    duty: Duty


@dataclass(frozen=True, slots=True)
class SignOff:
    cause: EndOfDuty = EndOfDuty.SIGNED_OFF


@dataclass(frozen=True, slots=True)
class Pause:
    pass


@dataclass(frozen=True, slots=True)
class Resume:
    pass


@dataclass(frozen=True, slots=True)
class Press:
    """A citizen pressed. `id` was made at random before anything is written; `age`: seconds for
    which its panel stored it while nobody listened."""

    score: Score
    channel: Channel
    id: RatingId
    age: float = 0.0


@dataclass(frozen=True, slots=True)
class Called:
    """The queue called the next citizen."""


@dataclass(frozen=True, slots=True)
class Absent:
    """Nobody came: the last call is taken back."""


@dataclass(frozen=True, slots=True)
class Served:
    """A citizen's service ended: the question is due."""


@dataclass(frozen=True, slots=True)
class Skip:
    """The citizen declines the question that was offered."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A press that rates nobody by the nature of what stands there: counted as `outcome`."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class TickReason:
    """The citizen ticks a reason, or takes the tick away; `led`: by a button."""

    reason: ReasonId
    led: bool = False


@dataclass(frozen=True, slots=True)
class GiveReasons:
    """The citizen is done with the reasons (none ticked: skipped); `led`: by a button."""

    led: bool = False


@dataclass(frozen=True, slots=True)
class AskNext:
    """The next citizen, who meets the reasons of the one before, wants the question."""


@dataclass(frozen=True, slots=True)
class EndThanks:
    """Somebody touches the thanks, and wants to see the question again."""


@dataclass(frozen=True, slots=True)
class Linger:
    """Whoever was served last asks for the question, after a pause or a sign-off."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True, slots=True)
class Break:
    """The store failed: nothing can be promised."""

    trouble: str


@dataclass(frozen=True, slots=True)
class Repair:
    """The store answers again, and verified."""


QueueEvent = Called | Absent | Served
Event = (
    SignOn
    | SignOff
    | Pause
    | Resume
    | Press
    | Aside
    | Skip
    | TickReason
    | GiveReasons
    | AskNext
    | EndThanks
    | Linger
    | QueueEvent
    | Tick
    | Break
    | Repair
)


@dataclass(frozen=True, slots=True)
class Record:
    """Keep a rating, and what is to be said beside it: flags."""

    rating: Rating
    marks: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """Count what is no rating: a press, an offer."""

    officer: OfficerId
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class HoldReasons:
    """Remember what is ticked now, through a kill; the citizen may still change it."""

    asking: Asking


@dataclass(frozen=True, slots=True)
class KeepReasons:
    """Keep what was ticked, for good."""

    asking: Asking


@dataclass(frozen=True, slots=True)
class DutyBegan:
    duty: Duty


@dataclass(frozen=True, slots=True)
class DutyPaused:
    duty: Duty


@dataclass(frozen=True, slots=True)
class DutyResumed:
    duty: Duty


@dataclass(frozen=True, slots=True)
class DutyEnded:
    duty: Duty
    cause: EndOfDuty


DutyEffect = DutyBegan | DutyPaused | DutyResumed | DutyEnded
Effect = Record | Count | HoldReasons | KeepReasons | DutyEffect
Step = tuple[Encounter, tuple[Effect, ...]]


def fate_of(effects: Sequence[Effect]) -> Fate:
    """What became of the press that led to `effects`."""
    if any(isinstance(effect, Record) for effect in effects):
        return Fate.KEPT
    return Fate.COUNTED if any(isinstance(effect, Count) for effect in effects) else Fate.NEITHER


def step(state: Encounter, event: Event, now: Moment, rules: Rules) -> Step:
    """The next state and what must be stored. Never raises on any order of events."""
    match event:
        case Press():
            return _press(state, event, now, rules)
        case Aside(outcome):
            return state, (Count(_officer_at(state, now), outcome),)
        case TickReason(reason, led):
            return _led(_tick_reason(state, reason, rules), _officer_at(state, now), led)
        case GiveReasons(led):
            return _led(_reasons(state, now, rules, led=led), _officer_at(state, now), led)
        case AskNext():
            return _ask_next(state, now, rules)
        case EndThanks():
            return _end_thanks(state, now, rules)
        case Linger():
            return _linger(state, now, rules)
        case Called() | Absent() | Served():
            return _queue(state, event, now, rules)
        case Skip():
            return _skip(state, now, rules)
        case Tick():
            return _tick(state, now, rules)
        case SignOn(duty):
            return _sign_on(state, duty, now, rules)
        case SignOff(cause):
            return _sign_off(state, cause, now, rules)
        case Pause():
            return _pause(state, now, rules)
        case Resume():
            return _resume(state, now, rules)
        case Break(trouble):
            rested = _rest(replace(state, deferred=None), now, rules)
            broken = replace(rested, phase=Phase.OUT_OF_SERVICE, until=None, trouble=trouble)
            return broken, ()
        case Repair():
            return _repair(state, now, rules)


def taken_up(
    duty: Duty | None, before: DutyChange | None, now: Moment, rules: Rules, *, paused: bool
) -> Encounter:
    """Where a terminal stands that was started again: with the duty that was open, and with what
    is left of the grace of who served `before`."""
    state = Encounter(duty=duty, paused=paused, served_at=now.boot)
    if before is not None:
        until = now.boot + rules.grace - (now.wall - before.at).total_seconds()
        if state.serves and duty != before.duty:
            predecessor = Predecessor(duty=before.duty, since=state.since, until=until)
            state = replace(state, predecessor=predecessor)
        elif not state.serves:
            state = replace(state, grace_duty=before.duty, grace_until=until)
    return _rest(state, now, rules)


def late(state: Encounter, age: float, now: Moment) -> bool:
    """Whether a press that was made `age` seconds ago can't be scored: another officer may have
    been on duty, and whose turn it was nobody knows."""
    return age > LATE_AFTER or _before_duty(state, age, now)


def _before_duty(state: Encounter, age: float, now: Moment) -> bool:
    pressed_at, since = now.boot - age, state.since
    if state.predecessor is not None and state.preceded(pressed_at):
        since = state.predecessor.since
    return age > AT_ONCE and pressed_at < since


def _late(state: Encounter, age: float, now: Moment) -> Step:
    on_duty = state.duty if state.serves else None
    served = state.preceded(now.boot - age) or on_duty
    if served is None or _before_duty(state, age, now):
        return state, (Count(NO_OFFICER, Outcome.LATE),)
    return state, (Count(served.officer, Outcome.LATE),)


def _press(state: Encounter, press: Press, now: Moment, rules: Rules) -> Step:
    if state.phase is Phase.OUT_OF_SERVICE:
        return replace(state, missed_presses=state.missed_presses + 1), ()
    if late(state, press.age, now):
        return _late(state, press.age, now)
    offer = state.offer or state.deferred
    served = offer or _served(state, now, press.age)
    if now.boot < state.locked_until:
        locked_for = state.rated or served
        officer = locked_for.officer if locked_for else NO_OFFICER
        return state, (Count(officer, Outcome.SUPPRESSED),)
    if served is None:
        return state, (Count(NO_OFFICER, Outcome.IGNORED),)
    if rules.offered and offer is None:
        return state, (Count(served.officer, Outcome.UNASKED),)
    return _rate(state, press, served, now, rules)


def _rate(state: Encounter, press: Press, served: Duty, now: Moment, rules: Rules) -> Step:
    """The next citizen rates, also while the page of the one before still stands: what that one
    ticked is kept."""
    rating = Rating(
        id=press.id,
        business_date=business_date(now.wall),
        half=half_day(now.wall),
        officer=served.officer,
        service=served.service,
        counter=served.counter,
        score=rules.scale.score(press.score),
        levels=rules.scale.levels,
        channel=press.channel,
    )
    recent, flags = judge(state.recent, now.boot, int(rating.score))
    # Not that it came within the grace: when that was stands in the journal.
    marks = (Outcome.ANSWERED, *flags) if state.offer or state.deferred else flags
    locked = replace(
        state,
        locked_until=now.boot + rules.lock,
        served_at=now.boot,
        predecessor=None,
        rated=served,
        recent=recent,
        offer=None,
        deferred=state.deferred if state.offer else None,
    )
    if rules.asks(rating.score):
        after = replace(
            locked,
            phase=Phase.REASONS,
            until=now.boot + rules.reasons_timeout,
            asking=Asking(rating=rating.id, officer=rating.officer, day=rating.business_date),
        )
    else:
        after = _thank(locked, now, rules)
    return after, (*_ticked(state), Record(rating, marks))


def _officer_at(state: Encounter, now: Moment) -> OfficerId:
    """Whose a press is that rates nobody."""
    if state.asking is not None:
        return state.asking.officer
    served = _served(state, now)
    return served.officer if served else NO_OFFICER


def _led(step: Step, officer: OfficerId, led: bool) -> Step:
    state, effects = step
    return state, (*effects, Count(officer, Outcome.LED)) if led else effects


def _served(state: Encounter, now: Moment, age: float = 0.0) -> Duty | None:
    """Whom a press rates that was made `age` seconds ago."""
    if preceded := state.preceded(now.boot - age):
        return preceded
    if state.serves:
        return state.duty
    return state.grace_duty if now.boot < state.grace_until else None


def _thank(state: Encounter, now: Moment, rules: Rules) -> Encounter:
    return replace(state, phase=Phase.THANKS, until=now.boot + rules.thanks, asking=None)


def _rest(state: Encounter, now: Moment, rules: Rules) -> Encounter:
    rested = replace(
        state, phase=state.resting_phase(rules), until=None, asking=None, offer=None, trouble=""
    )
    if not state.serves and now.boot < state.lingers_until:
        rested = replace(rested, phase=Phase.READY, until=state.lingers_until)
    elif not (state.serves or rules.offered) and now.boot < state.grace_until:
        rested = replace(rested, until=state.grace_until)
    if state.predecessor is not None and rested.named(now) is not None:
        rested = replace(rested, until=min(rested.until or inf, state.predecessor.until))
    if state.deferred is None:
        return rested
    return _offer(replace(rested, deferred=None), state.deferred, now, rules)


def _offer(state: Encounter, duty: Duty, now: Moment, rules: Rules) -> Encounter:
    return replace(state, phase=Phase.READY, offer=duty, until=now.boot + rules.offer)


def _queue(state: Encounter, event: QueueEvent, now: Moment, rules: Rules) -> Step:
    if not rules.offered:
        # The question always stands; a service that ended since the hand-over was the new one's.
        ends = isinstance(event, Served) and state.predecessor is not None
        return (_arrive(replace(state, predecessor=None), now, rules) if ends else state), ()
    match event:
        case Absent():
            return replace(state, called=None), ()
        case Called():
            unasked = state.called
            called = replace(state, called=state.duty)
            return _not_offered(called, unasked) if unasked else (called, ())
        case Served():
            return _after_service(replace(state, called=None), state.called, now, rules)


def _after_service(state: Encounter, called: Duty | None, now: Moment, rules: Rules) -> Step:
    """`called`: who was on duty when this citizen was called, if that is known."""
    if state.predecessor is not None and called != state.predecessor.duty:
        state = replace(state, predecessor=None)
    duty = _served(state, now)
    if state.phase is Phase.OUT_OF_SERVICE or duty is None or state.deferred is not None:
        return _not_offered(state, duty or state.duty or called)
    offered = (Count(duty.officer, Outcome.OFFERED),)
    serving = replace(state, served_at=now.boot, predecessor=None)
    if state.phase in (Phase.REASONS, Phase.THANKS):
        return replace(serving, deferred=duty), offered
    return _offer(serving, duty, now, rules), offered


def _not_offered(state: Encounter, duty: Duty | None) -> Step:
    if state.phase is Phase.OUT_OF_SERVICE:
        return replace(state, missed=state.missed + 1), ()
    return state, (Count(duty.officer if duty else NO_OFFICER, Outcome.NOT_OFFERED),)


def _skip(state: Encounter, now: Moment, rules: Rules) -> Step:
    if state.offer is None:
        return state, ()
    return _rest(state, now, rules), (Count(state.offer.officer, Outcome.SKIPPED),)


def _repair(state: Encounter, now: Moment, rules: Rules) -> Step:
    if state.phase is not Phase.OUT_OF_SERVICE:
        return state, ()
    officer = state.duty.officer if state.duty else NO_OFFICER
    missed = (Count(officer, Outcome.NOT_OFFERED),) * state.missed
    presses = (Count(NO_OFFICER, Outcome.IGNORED),) * state.missed_presses
    return _rest(replace(state, missed=0, missed_presses=0), now, rules), (*missed, *presses)


def _tick_reason(state: Encounter, reason: ReasonId, rules: Rules) -> Step:
    if state.asking is None or reason not in rules.reasons:
        return state, ()
    ticked = {*state.asking.ticked} ^ {reason}
    in_order = tuple(offered for offered in rules.reasons if offered in ticked)
    asking = replace(state.asking, ticked=in_order)
    return replace(state, asking=asking), (HoldReasons(asking),)


def _reasons(state: Encounter, now: Moment, rules: Rules, *, led: bool) -> Step:
    if state.phase is not Phase.REASONS:
        return state, ()
    if led:
        # A second press of the button that ended the page is no rating of the next citizen.
        state = replace(state, locked_until=max(state.locked_until, now.boot + rules.lock))
    return _thank(state, now, rules), _ticked(state)


def _ask_next(state: Encounter, now: Moment, rules: Rules) -> Step:
    if state.phase is not Phase.REASONS or now.boot < state.locked_until:
        return state, ()
    # The second of a double tap meets a face: no rating.
    locked = replace(state, locked_until=now.boot + DOUBLE_TAP)
    return _rest(locked, now, rules), _ticked(state)


def _ticked(state: Encounter) -> tuple[Effect, ...]:
    """What a page of reasons leaves, however it ends."""
    return (KeepReasons(state.asking),) if state.asking and state.asking.ticked else ()


def _end_thanks(state: Encounter, now: Moment, rules: Rules) -> Step:
    if state.phase is not Phase.THANKS or now.boot < state.locked_until:
        return state, ()
    return _rest(state, now, rules), ()


def _linger(state: Encounter, now: Moment, rules: Rules) -> Step:
    if not state.may_linger:
        return state, ()
    return _rest(replace(state, lingers_until=state.grace_until), now, rules), ()


def _tick(state: Encounter, now: Moment, rules: Rules) -> Step:
    if state.until is None or now.boot < state.until:
        return state, ()
    if state.phase is Phase.REASONS:
        return _thank(state, now, rules), _ticked(state)
    return _rest(state, now, rules), ()


def _sign_on(state: Encounter, duty: Duty, now: Moment, rules: Rules) -> Step:
    effects: tuple[Effect, ...] = (DutyBegan(duty),)
    if state.duty is not None:
        effects = (DutyEnded(state.duty, EndOfDuty.HANDED_OVER), *effects)
    fresh = replace(
        state,
        duty=duty,
        paused=False,
        grace_duty=None,
        grace_until=0.0,
        predecessor=_predecessor(state, duty, now, rules),
        lingers_until=0.0,
        since=now.boot,
        served_at=now.boot,
    )
    return _arrive(fresh, now, rules), effects


def _predecessor(state: Encounter, duty: Duty, now: Moment, rules: Rules) -> Predecessor | None:
    """Whose last citizen may still be at the counter as `duty` begins. Who signed on in between
    and was not named yet has none: the one before keeps the seconds that are over."""
    if state.preceded(now.boot):
        before = state.predecessor
    elif state.duty is not None and state.serves:
        before = Predecessor(duty=state.duty, since=state.since, until=now.boot + rules.grace)
    elif state.grace_duty is not None:
        before = Predecessor(duty=state.grace_duty, since=state.since, until=state.grace_until)
    else:
        return None
    return before if before and before.duty.officer != duty.officer else None


def _sign_off(state: Encounter, cause: EndOfDuty, now: Moment, rules: Rules) -> Step:
    if state.duty is None:
        return state, ()
    nobodys = replace(state, predecessor=None, rated=None)
    rated_still = nobodys if cause in NO_GRACE else _with_grace(state, now, rules)
    lingers = cause is EndOfDuty.CLOSING_TIME and not (state.paused or rules.offered)
    lingers_until = rated_still.grace_until if lingers else 0.0
    ended = replace(rated_still, duty=None, paused=False, lingers_until=lingers_until)
    return _arrive(ended, now, rules), (DutyEnded(state.duty, cause),)


def _pause(state: Encounter, now: Moment, rules: Rules) -> Step:
    if state.duty is None or state.paused:
        return state, ()
    paused = replace(_with_grace(state, now, rules), paused=True)
    return _arrive(paused, now, rules), (DutyPaused(state.duty),)


def _resume(state: Encounter, now: Moment, rules: Rules) -> Step:
    if state.duty is None or not state.paused:
        return state, ()
    back = replace(state, since=now.boot, served_at=now.boot)
    resumed = replace(back, paused=False, grace_duty=None, grace_until=0.0, lingers_until=0.0)
    return _arrive(resumed, now, rules), (DutyResumed(state.duty),)


def _with_grace(state: Encounter, now: Moment, rules: Rules) -> Encounter:
    """A duty that was serving until now may still be rated; one already paused keeps its end."""
    if state.paused:
        return state
    return replace(state, grace_duty=state.duty, grace_until=now.boot + rules.grace)


def _arrive(state: Encounter, now: Moment, rules: Rules) -> Encounter:
    """A change of duty shows at once, but never cuts short a citizen's turn: an offer, reasons,
    thanks."""
    busy = state.phase in (Phase.REASONS, Phase.THANKS, Phase.OUT_OF_SERVICE)
    return state if busy or state.offer is not None else _rest(state, now, rules)
