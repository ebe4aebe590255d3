"""The answer scale: ordered levels, which of them mean "satisfied", and their points.

Knows no words: what a level is called belongs to the screens' texts and the office's settings.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from kiosk.domain.refusal import Refusal

Score = NewType("Score", int)
"""A level of a scale, 1 (worst) to the number of levels (best)."""

_SATISFIED_FROM = {5: 4, 4: 3, 3: 3}
LEVELS = tuple(_SATISFIED_FROM)
"""How many levels a scale may have."""
_OF_FIVE = {5: (1, 2, 3, 4, 5), 4: (1, 2, 4, 5), 3: (1, 3, 5)}


class FaceOrder(StrEnum):
    """Which face a reader meets first on the screen: it draws presses, so scores that were given
    in different orders do not compare."""

    BEST_FIRST = "best-first"
    WORST_FIRST = "worst-first"


class NotOnScale(Refusal):
    """A number that is no level of the scale."""


def of_five(score: int, levels: int) -> int:
    """The level of the usual five whose word and face a level of a shorter scale has: so a word
    never stands under another face."""
    return _OF_FIVE[levels][score - 1]


@dataclass(frozen=True, slots=True)
class Scale:
    """Ordered levels 1..levels; `levels` is 3, 4 or 5.

    "Satisfied" is the top two of five or four levels and the top one of three, the usual
    reading of the satisfaction rate (top-two-box).
    """

    levels: int = 5

    def __post_init__(self) -> None:
        if self.levels not in _SATISFIED_FROM:
            raise NotOnScale("scale_levels", n=self.levels)

    def score(self, value: int) -> Score:
        """`value` as a score; NotOnScale when it is no level."""
        if not 1 <= value <= self.levels:
            raise NotOnScale("not_on_scale", score=value, most=self.levels)
        return Score(value)

    def scores(self) -> tuple[Score, ...]:
        """Every score, worst first."""
        return tuple(Score(value) for value in range(1, self.levels + 1))

    def satisfied(self, score: Score) -> bool:
        return score >= _SATISFIED_FROM[self.levels]

    def low(self, score: Score) -> bool:
        """Whether a score asks for reasons: the lower two of five or four, the lowest of three."""
        return score <= (1 if self.levels == 3 else 2)

    def points(self, score: Score) -> float:
        """0 (worst) to 100 (best), evenly spaced: 0, 25, 50, 75, 100 on five levels."""
        return 100.0 * (score - 1) / (self.levels - 1)
