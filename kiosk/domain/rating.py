"""The one fact we exist to keep: a citizen's rating of an officer's service.

A rating carries no time of press and no order: its business date and half-day are all that is
kept, and its id is random.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

from kiosk.domain.people import CounterId, OfficerId, ServiceId
from kiosk.domain.scale import Score

RatingId = NewType("RatingId", bytes)
"""16 random bytes, made before the write, so that a retry can look for it."""

ReasonId = NewType("ReasonId", str)


class Channel(StrEnum):
    TOUCH = "touch"
    PANEL = "panel"
    KEYBOARD = "keyboard"
    PHONE = "phone"


class Half(StrEnum):
    """Half of the business day: all that is stored of when a citizen pressed."""

    MORNING = "am"
    AFTERNOON = "pm"


class Outcome(StrEnum):
    """What happened beside the ratings: counted beside the score, never scored."""

    SUPPRESSED = "suppressed"
    """Within the thank-you lock of an earlier press."""
    IGNORED = "ignored"
    """Nobody signed on, or paused beyond the grace: goes to no officer."""
    BURST = "burst-1"
    """Scored, one of unlikely many in a short time."""
    RUN = "run-1"
    """Scored, one of an unlikely quick run of the same score."""
    OFFERED = "offered"
    """A service ended and the question was offered. What was neither answered nor skipped lapsed:
    counted so, a power cut in the middle can't make an offer unmade."""
    ANSWERED = "answered"
    """Scored, and an offer's answer."""
    SKIPPED = "skipped"
    """The citizen declined an offer."""
    NOT_OFFERED = "not-offered"
    """A service ended without an offer: in a pause, with nobody signed on, out of service, or the
    next citizen was called first."""
    UNASKED = "unasked"
    """A press while nothing was offered, where questions are offered."""

    LED = "led"
    """A press that led through the reasons of the rating before it."""
    TESTED = "tested"
    """A press while a technician tests the panel."""
    LATE = "late"
    """A press that its panel had kept too long, or from before the duty: whose it is can't be known
    for certain. The officer's where it was made in the present duty, else nobody's."""


FLAGS = (Outcome.BURST, Outcome.RUN)
"""Outcomes that mark a rating as unlikely to be a citizen's."""


@dataclass(frozen=True, slots=True)
class Rating:
    id: RatingId
    business_date: date
    half: Half
    officer: OfficerId
    service: ServiceId
    counter: CounterId
    score: Score
    levels: int
    channel: Channel
