"""Duty: which officer is signed on at this counter, and how a duty may end.

Sign-on itself (the PIN, its tries) is the terminal's use case; here are only the values.
"""

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
