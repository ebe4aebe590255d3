"""Flags are put beside a rating at the press; the score keeps it."""

from kiosk.domain.encounter import Record, Tick, step
from kiosk.domain.flags import BURST_OF, RUN_OF, Recent, judge
from kiosk.domain.rating import Outcome
from tests.support.builders import moment
from tests.support.encounters import READY, RULES, press


def judged(*presses: tuple[float, int]) -> list[tuple[Outcome, ...]]:
    recent: Recent = ()
    flags_of_each = []
    for at, score in presses:
        recent, flags = judge(recent, at, score)
        flags_of_each.append(flags)
    return flags_of_each


def test_six_ratings_in_a_minute_are_a_burst_from_the_sixth_on() -> None:
    flags_of_each = judged(*((n * 10.0, 3 + n % 2) for n in range(8)))
    assert flags_of_each == [()] * (BURST_OF - 1) + [(Outcome.BURST,)] * 3


def test_a_family_of_five_is_no_burst() -> None:
    assert not any(judged(*((n * 10.0, 5) for n in range(5))))


def test_eight_alike_in_a_row_are_a_run_from_the_eighth_on() -> None:
    flags_of_each = judged(*((n * 20.0, 5) for n in range(9)))
    assert [Outcome.RUN in flags for flags in flags_of_each] == [False] * (RUN_OF - 1) + [True] * 2


def test_another_score_or_a_pause_breaks_the_run() -> None:
    broken = [(n * 20.0, 1 if n == 4 else 5) for n in range(9)]
    assert not any(Outcome.RUN in flags for flags in judged(*broken))
    paused = [(n * 20.0 + (10 if n > 4 else 0), 5) for n in range(9)]
    assert not any(Outcome.RUN in flags for flags in judged(*paused))


def test_a_flagged_rating_is_recorded_like_any_other() -> None:
    state, marks = READY, []
    for number in range(7):
        now = moment(number * 10)
        state, effects = step(state, press(5), now, RULES)
        [record] = effects
        assert isinstance(record, Record)
        marks.append(record.marks)
        state, _ = step(state, press(5), now, RULES)
        state, _ = step(state, Tick(), moment(number * 10 + 9), RULES)
    assert marks == [()] * 5 + [(Outcome.BURST,)] * 2
