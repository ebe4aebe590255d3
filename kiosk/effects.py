"""Writes the effects of one step into one transaction, and can tell afterwards whether it did."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kiosk.domain.businessday import business_date, half_day
from kiosk.domain.duty import Duty, EndOfDuty, Moment
from kiosk.domain.encounter import (
    Asking,
    Count,
    DutyBegan,
    DutyEnded,
    DutyPaused,
    DutyResumed,
    Effect,
    Fate,
    HoldReasons,
    KeepReasons,
    Record,
    fate_of,
)
from kiosk.store.engine import Transaction
from kiosk.store.journal import Kind
from kiosk.store.state import Mark, OpenDuty


@dataclass(frozen=True, slots=True)
class StepEffects:
    """Effects to write together. Their ids are made here, before anything is written."""

    effects: tuple[Effect, ...]
    mark: Mark | None
    now: Moment
    ids: tuple[bytes, ...]
    """One for each effect: the id of the outcome row it may need."""

    @classmethod
    def of(cls, effects: Iterable[Effect], mark: Mark | None, now: Moment) -> "StepEffects":
        effects = tuple(effects)
        ids = tuple(secrets.token_bytes(16) for _ in effects)
        return cls(effects=effects, mark=mark, now=now, ids=ids)

    @property
    def fate(self) -> Fate:
        return fate_of(self.effects)

    def write(self, t: Transaction) -> Fate:
        """Write everything, unless an earlier process stored this very panel press; what became of
        it."""
        if self.mark is not None:
            if (stored := t.state.mark(self.mark.device)) == self.mark:
                return Fate.KEPT if stored.kept else Fate.COUNTED
            t.state.put_mark(replace(self.mark, kept=self.fate is Fate.KEPT))
        for effect, row_id in zip(self.effects, self.ids, strict=True):
            self._write(t, effect, row_id)
        return self.fate

    def is_written(self, t: Transaction) -> bool:
        """Whether an earlier `write` of this very value became durable.

        They were one transaction: any trace that could only be its own settles it.
        """
        if self.mark is not None and t.state.mark(self.mark.device) == self.mark:
            return True
        return any(self._traces(t))

    def _traces(self, t: Transaction) -> Iterator[bool]:
        today = business_date(self.now.wall)
        for effect, row_id in zip(self.effects, self.ids, strict=True):
            match effect:
                case Record(rating):
                    yield t.ratings.has(rating.business_date, rating.officer, rating.id)
                case Count(officer):
                    yield t.ratings.has(today, officer, row_id)
                case HoldReasons(asking):
                    yield t.state.held_reasons() == asking
                case KeepReasons(asking):
                    yield t.ratings.has_reasons(asking.day, asking.officer, asking.rating)
                case DutyBegan() | DutyPaused() | DutyResumed() | DutyEnded():
                    yield t.journal.has(_token(row_id))

    def _write(self, t: Transaction, effect: Effect, id: bytes) -> None:
        today, half = business_date(self.now.wall), half_day(self.now.wall)
        match effect:
            case Record(rating, marks):
                t.ratings.add(rating)
                for mark in marks:
                    own = hashlib.sha256(id + mark.value.encode()).digest()[:16]
                    t.ratings.add_outcome(own, today, half, rating.officer, mark)
            case Count(officer, outcome):
                t.ratings.add_outcome(id, today, half, officer, outcome)
            case HoldReasons(asking):
                t.state.hold_reasons(asking)
            case KeepReasons(asking):
                keep_reasons(t, asking)
            case DutyBegan(duty):
                self._duty(t, Kind.DUTY_BEGAN, duty, OpenDuty(duty, False, today), id)
            case DutyPaused(duty):
                self._duty(t, Kind.DUTY_PAUSED, duty, OpenDuty(duty, True, today), id)
            case DutyResumed(duty):
                self._duty(t, Kind.DUTY_RESUMED, duty, OpenDuty(duty, False, today), id)
            case DutyEnded(duty, cause):
                self._duty(t, Kind.DUTY_ENDED, duty, None, id, cause)

    def _duty(
        self,
        t: Transaction,
        kind: Kind,
        duty: Duty,
        open_duty: OpenDuty | None,
        id: bytes,
        cause: EndOfDuty | None = None,
    ) -> None:
        t.state.put_duty(open_duty)
        t.journal.append(self.now, kind, {**duty_detail(duty, cause), "token": _token(id)})


def keep_reasons(t: Transaction, asking: Asking) -> None:
    """What was ticked goes to its rating, once: the citizen can't change it any more."""
    t.state.hold_reasons(None)
    if not t.ratings.has_reasons(asking.day, asking.officer, asking.rating):
        t.ratings.add_reasons(asking.rating, asking.day, asking.officer, asking.ticked)


def duty_detail(duty: Duty, cause: EndOfDuty | None = None) -> dict[str, str]:
    """What the journal says of a duty: who, where, and how it ended."""
    detail = {
        "officer": str(duty.officer),
        "service": str(duty.service),
        "counter": str(duty.counter),
    }
    return {**detail, "cause": cause.value} if cause else detail


def _token(id: bytes) -> str:
    """A short name by which a journal entry is found again."""
    return hashlib.sha256(id).hexdigest()[:16]
