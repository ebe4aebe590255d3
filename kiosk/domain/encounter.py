"""The encounter: one citizen's turn, as a state machine.

`step(state, event, now, rules) -> (state, effects)` decides; it does nothing. Whoever calls it
carries the effects out in one transaction first and takes on the new state only when that held:
a thank-you that was not kept can't be shown.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from kiosk.domain.businessday import business_date, half_day
from kiosk.domain.duty import Duty, EndOfDuty, Moment
from kiosk.domain.flags import Recent, judge
from kiosk.domain.people import NO_OFFICER, OfficerId
from kiosk.domain.rating import Channel, Outcome, Rating, RatingId, ReasonId
from kiosk.domain.rules import Rules
from kiosk.domain.scale import Score


class Phase(StrEnum):
    CLOSED = "closed"
    READY = "ready"
    REASONS = "reasons"
    THANKS = "thanks"
    PAUSED = "paused"
    OUT_OF_SERVICE = "out-of-service"


@dataclass(frozen=True, slots=True)
class Encounter:
    """Where the terminal stands. Times are boot-time seconds."""

    phase: Phase = Phase.CLOSED
    duty: Duty | None = None
    paused: bool = False
    grace_duty: Duty | None = None
    grace_until: float = 0.0
    locked_until: float = 0.0
    until: float | None = None
    """When the present phase ends by itself."""
    served_at: float = 0.0
    """When the officer on duty was last known to serve: at sign-on, on resuming, at a rating."""
    recent: Recent = ()
    """The duty's last ratings, for the flags."""
    asking: tuple[RatingId, OfficerId] | None = None
    """The rating whose reasons are being asked for."""
    trouble: str = ""
    """Why the terminal is out of service."""

    def idle(self, now: Moment, rules: Rules) -> bool:
        """Whether the duty has gone without a rating for too long to be believed."""
        return self.duty is not None and not self.paused and now.boot - self.served_at >= rules.idle

    @property
    def resting_phase(self) -> Phase:
        """Where the screen returns when a citizen's turn is over."""
        if self.duty is None:
            return Phase.CLOSED
        return Phase.PAUSED if self.paused else Phase.READY


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
    """A citizen pressed. `id` was made at random before anything is written."""

    score: Score
    channel: Channel
    id: RatingId


@dataclass(frozen=True, slots=True)
class GiveReasons:
    """The citizen chose reasons (none: skipped)."""

    reasons: tuple[ReasonId, ...] = ()


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


Event = SignOn | SignOff | Pause | Resume | Press | GiveReasons | Tick | Break | Repair


@dataclass(frozen=True, slots=True)
class Record:
    """Keep a rating, and what is to be said beside it: grace, flags."""

    rating: Rating
    marks: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """Count a press that is no rating."""

    officer: OfficerId
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class KeepReasons:
    rating: RatingId
    officer: OfficerId
    reasons: tuple[ReasonId, ...]


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


Effect = Record | Count | KeepReasons | DutyBegan | DutyPaused | DutyResumed | DutyEnded
Step = tuple[Encounter, tuple[Effect, ...]]


def step(state: Encounter, event: Event, now: Moment, rules: Rules) -> Step:
    """The next state and what must be kept. Never raises on any order of events."""
    match event:
        case Press():
            return _press(state, event, now, rules)
        case GiveReasons(reasons):
            return _reasons(state, reasons, now, rules)
        case Tick():
            return _tick(state, now, rules)
        case SignOn(duty):
            return _sign_on(state, duty, now)
        case SignOff(cause):
            return _sign_off(state, cause, now, rules)
        case Pause():
            return _pause(state, now, rules)
        case Resume():
            return _resume(state, now)
        case Break(trouble):
            return replace(_rest(state), phase=Phase.OUT_OF_SERVICE, trouble=trouble), ()
        case Repair():
            return (_rest(state), ()) if state.phase is Phase.OUT_OF_SERVICE else (state, ())


def _press(state: Encounter, press: Press, now: Moment, rules: Rules) -> Step:
    if state.phase is Phase.OUT_OF_SERVICE:
        return state, ()
    served = _served(state, now)
    busy = state.phase in (Phase.REASONS, Phase.THANKS) or now.boot < state.locked_until
    if busy:
        officer = served.officer if served else NO_OFFICER
        return state, (Count(officer, Outcome.SUPPRESSED),)
    if served is None:
        return state, (Count(NO_OFFICER, Outcome.IGNORED),)
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
    marks = flags if state.phase is Phase.READY else (Outcome.GRACE, *flags)
    locked = replace(state, locked_until=now.boot + rules.lock, served_at=now.boot, recent=recent)
    if rules.asks(rating.score):
        after = replace(
            locked,
            phase=Phase.REASONS,
            until=now.boot + rules.reasons_timeout,
            asking=(rating.id, rating.officer),
        )
    else:
        after = _thank(locked, now, rules)
    return after, (Record(rating, marks),)


def _served(state: Encounter, now: Moment) -> Duty | None:
    if state.duty is not None and not state.paused:
        return state.duty
    return state.grace_duty if now.boot < state.grace_until else None


def _thank(state: Encounter, now: Moment, rules: Rules) -> Encounter:
    return replace(state, phase=Phase.THANKS, until=now.boot + rules.thanks, asking=None)


def _rest(state: Encounter) -> Encounter:
    return replace(state, phase=state.resting_phase, until=None, asking=None, trouble="")


def _reasons(state: Encounter, chosen: tuple[ReasonId, ...], now: Moment, rules: Rules) -> Step:
    if state.phase is not Phase.REASONS or state.asking is None:
        return state, ()
    rating, officer = state.asking
    offered = tuple(reason for reason in rules.reasons if reason in chosen)
    effects: tuple[Effect, ...] = (KeepReasons(rating, officer, offered),) if offered else ()
    return _thank(state, now, rules), effects


def _tick(state: Encounter, now: Moment, rules: Rules) -> Step:
    if state.until is None or now.boot < state.until:
        return state, ()
    if state.phase is Phase.REASONS:
        return _thank(state, now, rules), ()
    return _rest(state), ()


def _sign_on(state: Encounter, duty: Duty, now: Moment) -> Step:
    effects: tuple[Effect, ...] = (DutyBegan(duty),)
    if state.duty is not None:
        effects = (DutyEnded(state.duty, EndOfDuty.HANDED_OVER), *effects)
    fresh = replace(
        state,
        duty=duty,
        paused=False,
        grace_duty=None,
        grace_until=0.0,
        served_at=now.boot,
        recent=(),
    )
    return _arrive(fresh), effects


def _sign_off(state: Encounter, cause: EndOfDuty, now: Moment, rules: Rules) -> Step:
    if state.duty is None:
        return state, ()
    # Whoever is rated after an idle duty was not the officer on duty: no grace.
    left = state if cause is EndOfDuty.IDLE else _with_grace(state, now, rules)
    ended = replace(left, duty=None, paused=False)
    return _arrive(ended), (DutyEnded(state.duty, cause),)


def _pause(state: Encounter, now: Moment, rules: Rules) -> Step:
    if state.duty is None or state.paused:
        return state, ()
    paused = replace(_with_grace(state, now, rules), paused=True)
    return _arrive(paused), (DutyPaused(state.duty),)


def _resume(state: Encounter, now: Moment) -> Step:
    if state.duty is None or not state.paused:
        return state, ()
    resumed = replace(state, paused=False, grace_duty=None, grace_until=0.0, served_at=now.boot)
    return _arrive(resumed), (DutyResumed(state.duty),)


def _with_grace(state: Encounter, now: Moment, rules: Rules) -> Encounter:
    """A duty that was serving until now may still be rated; one already paused keeps its end."""
    if state.paused:
        return state
    return replace(state, grace_duty=state.duty, grace_until=now.boot + rules.grace)


def _arrive(state: Encounter) -> Encounter:
    """A change of duty shows at once, but never cuts short a citizen's reasons or thanks."""
    if state.phase in (Phase.REASONS, Phase.THANKS, Phase.OUT_OF_SERVICE):
        return state
    return _rest(state)
