"""Duty: which officer is signed on at this counter, and how a duty may end.

Sign-on itself (the PIN, its tries) is the terminal's use case; here are only the values.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kiosk.domain.people import CounterId, OfficerId, ServiceId


@dataclass(frozen=True, slots=True)
class Moment:
    """One reading of both clocks: aware local wall time, and seconds since boot.

    Intervals are measured on `boot` alone: the wall clock may jump.
    """

    wall: datetime
    boot: float


@dataclass(frozen=True, slots=True)
class Duty:
    officer: OfficerId
    service: ServiceId
    counter: CounterId


@dataclass(frozen=True, slots=True)
class Predecessor:
    """Who served when another signed on: until `until` the question is still about this duty.
    Boot-time seconds; `since`: when that duty began, or came back from a pause."""

    duty: Duty
    since: float
    until: float


class EndOfDuty(StrEnum):
    SIGNED_OFF = "signed-off"
    HANDED_OVER = "handed-over"
    CLOSING_TIME = "closing-time"
    IDLE = "idle"
    """Nobody was served for long: whoever sits there now may be somebody else."""
    CLOCK_JUMPED = "clock-jumped"
    """The wall clock was put past closing time or midnight."""
    INTERRUPTED = "interrupted"
    """The machine stopped with the duty open, and was not back soon."""


NO_GRACE = (EndOfDuty.IDLE, EndOfDuty.CLOCK_JUMPED, EndOfDuty.INTERRUPTED)
"""Whoever is rated after such an end, or on another day, was not the officer on duty."""


@dataclass(frozen=True, slots=True)
class DutyChange:
    """What the journal says of a duty: since `at` it served, or did not. `cause`: how it ended."""

    at: datetime
    duty: Duty
    serves: bool
    cause: EndOfDuty | None = None


def just_served(changes: Iterable[DutyChange], now: datetime, grace: float) -> DutyChange | None:
    """The first of these ends or pauses, in order, whose seconds of grace still run: whoever was
    served by that officer may still be at the counter."""
    serves = False
    for change in changes:
        seconds = (now - change.at).total_seconds()
        ends = serves and not change.serves and change.cause not in NO_GRACE
        if ends and 0 <= seconds < grace:
            return change
        serves = change.serves
    return None
