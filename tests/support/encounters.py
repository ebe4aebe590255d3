"""One citizen's turn for tests: the rules, a state that waits for a press, and presses."""

from kiosk.domain.encounter import (
    Encounter,
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
