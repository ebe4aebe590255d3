"""Counts of ratings and outcomes. Merging is addition: any order, any grouping, same result."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from kiosk.domain.people import CounterId, OfficerId, ServiceId
from kiosk.domain.rating import Channel, Half, Outcome, Rating, ReasonId
from kiosk.domain.scale import Scale


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """What is counted apart: one officer, service, counter, half-day, channel and scale."""

    officer: OfficerId
    service: ServiceId
    counter: CounterId
    half: Half
    channel: Channel
    levels: int = 5


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts per line and score, per officer and outcome, per officer and reason."""

    scores: Counter[tuple[Line, int]] = field(default_factory=Counter)
    outcomes: Counter[tuple[OfficerId, Outcome]] = field(default_factory=Counter)
    reasons: Counter[tuple[OfficerId, ReasonId]] = field(default_factory=Counter)

    @classmethod
    def of(cls, ratings: Iterable[Rating]) -> "Tally":
        return cls(
            scores=Counter(
                (
                    Line(
                        officer=r.officer,
                        service=r.service,
                        counter=r.counter,
                        half=r.half,
                        channel=r.channel,
                        levels=r.levels,
                    ),
                    int(r.score),
                )
                for r in ratings
            )
        )

    def merge(self, other: "Tally") -> "Tally":
        return Tally(
            self.scores + other.scores,
            self.outcomes + other.outcomes,
            self.reasons + other.reasons,
        )

    def lines(self) -> tuple[Line, ...]:
        return tuple(sorted({line for line, _ in self.scores}))

    def levels(self, line: Line) -> tuple[int, ...]:
        """Counts of a line, worst score first, as many as its scale has levels."""
        return tuple(self.scores[line, int(score)] for score in Scale(line.levels).scores())

    @property
    def n(self) -> int:
        return sum(self.scores.values())
