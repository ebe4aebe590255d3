"""One citizen's turn for tests: the rules, a state that waits for a press, and presses."""

from kiosk.domain.encounter import (
    Effect,
    Encounter,
    Event,
    Press,
    SignOn,
    step,
)
from kiosk.domain.rating import Channel, ReasonId
from kiosk.domain.rules import Rules
from kiosk.domain.scale import Score
from tests.support.builders import duty_of, moment, rating_id

RULES = Rules(reasons=(ReasonId("wait"), ReasonId("manner")))


READY, _ = step(Encounter(), SignOn(duty_of()), moment(), RULES)


def press(score: int) -> Press:
    return Press(score=Score(score), channel=Channel.TOUCH, id=rating_id())


def kept_by_the_panel(age: float) -> Press:
    """A press that its panel kept for `age` seconds."""
    return Press(score=Score(1), channel=Channel.PANEL, id=rating_id(), age=age)


def play(*timed: tuple[float, Event], start: Encounter = READY) -> tuple[Encounter, list[Effect]]:
    """Where events lead, each at its second, and all effects on the way."""
    state, effects = start, list[Effect]()
    for seconds, event in timed:
        state, more = step(state, event, moment(seconds), RULES)
        effects += more
    return state, effects
