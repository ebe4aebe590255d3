"""The rules of an encounter that an office may set."""

from dataclasses import dataclass, field

from kiosk.domain.rating import ReasonId
from kiosk.domain.scale import Scale


@dataclass(frozen=True, slots=True)
class Rules:
    """How long things last, in seconds; the scale; the reasons offered after a low score."""

    scale: Scale = field(default_factory=Scale)
    reasons: tuple[ReasonId, ...] = ()
    lock: float = 5.0
    """After a press, further presses are suppressed at least this long."""
    thanks: float = 5.0
    reasons_timeout: float = 20.0
    grace: float = 60.0
    """After a pause or a sign-off, a rating still goes to the officer who served."""
    idle: float = 5400.0
    """A duty without a rating for so long ends by itself."""
