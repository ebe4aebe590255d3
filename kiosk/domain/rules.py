"""The rules of an encounter that an office may set."""

from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.domain.rating import ReasonId
from kiosk.domain.scale import Scale, Score


class Ask(StrEnum):
    """After which scores a citizen is asked for reasons."""

    LOW = "low"
    ALWAYS = "always"
    """Whoever watches the screen learns nothing of the score."""
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Lost:
    """Of 100 citizens who come to rate at a touch screen, how many are not counted, because the
    page of reasons of the one before still stood."""

    usual_day: int
    rush: int


LOST_TO_REASONS = {Ask.NEVER: Lost(0, 0), Ask.LOW: Lost(0, 1), Ask.ALWAYS: Lost(2, 7)}
"""As tests/evidence/reasons_page.py measures it, which says what it takes citizens to do. A panel's
buttons rate while the page stands."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How long things last, in seconds; the scale; the reasons offered, and when."""

    scale: Scale = field(default_factory=Scale)
    reasons: tuple[ReasonId, ...] = ()
    ask: Ask = Ask.LOW
    lock: float = 5.0
    """After a press, further presses are suppressed at least this long."""
    thanks: float = 5.0
    reasons_timeout: float = 20.0
    grace: float = 60.0
    """After a pause, a sign-off or a hand-over, a rating still goes to the officer who served."""
    idle: float = 5400.0
    """A duty without a rating or a served citizen for so long ends by itself."""
    offered: bool = False
    """Whether the question waits until a service has ended; else it always stands."""
    offer: float = 30.0
    """How long an offered question stands."""

    def asks(self, score: Score) -> bool:
        """Whether reasons are asked for after `score`."""
        if not self.reasons or self.ask is Ask.NEVER:
            return False
        return self.ask is Ask.ALWAYS or self.scale.low(score)
