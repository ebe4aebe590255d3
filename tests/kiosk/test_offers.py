"""Where a queue exists: the question is offered once for each service that ended."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.encounter import (
    Absent,
    AskNext,
    Break,
    Called,
    Count,
    Effect,
    Encounter,
    Event,
    GiveReasons,
    Pause,
    Phase,
    Press,
    Record,
    Repair,
    Resume,
    Served,
    SignOff,
    SignOn,
    Skip,
    Tick,
    step,
)
from kiosk.domain.people import NO_OFFICER
from kiosk.domain.rating import Channel, Outcome, ReasonId
from kiosk.domain.rules import Rules
from kiosk.domain.scale import Score
from tests.support.builders import PRASIT, SOMYING, duty_of, moment, rating_id

RULES = Rules(reasons=(ReasonId("wait"),), offered=True, offer=30.0)
WAITING, _ = step(Encounter(), SignOn(duty_of()), moment(), RULES)


def press(score: int) -> Press:
    return Press(score=Score(score), channel=Channel.TOUCH, id=rating_id())


def play(
    *timed: tuple[float, Event], start: Encounter = WAITING, rules: Rules = RULES
) -> tuple[Encounter, list[Effect]]:
    state, effects = start, list[Effect]()
    for seconds, event in timed:
        state, more = step(state, event, moment(seconds), rules)
        effects += more
    return state, effects


def counts(effects: list[Effect]) -> Counter[tuple[str, Outcome]]:
    """Who was counted for what; what stands beside a rating counts as well."""
    outcomes: Counter[tuple[str, Outcome]] = Counter()
    for effect in effects:
        if isinstance(effect, Count):
            outcomes[effect.officer, effect.outcome] += 1
        elif isinstance(effect, Record):
            outcomes.update((effect.rating.officer, mark) for mark in effect.marks)
    return outcomes


def ratings(effects: list[Effect]) -> list[tuple[str, int]]:
    recorded = [effect.rating for effect in effects if isinstance(effect, Record)]
    return [(rating.officer, int(rating.score)) for rating in recorded]


def test_on_duty_the_terminal_waits_and_a_press_is_counted_but_not_scored() -> None:
    state, effects = play((1, press(5)))
    assert state.phase is Phase.WAITING
    assert effects == [Count(SOMYING.id, Outcome.UNASKED)]


def test_a_service_that_ends_offers_the_question_and_its_answer_is_recorded() -> None:
    state, effects = play((1, Served()))
    assert state.phase is Phase.READY
    state, more = play((5, press(4)), start=state)
    assert state.phase is Phase.THANKS
    assert ratings(more) == [(SOMYING.id, 4)]
    assert counts(effects + more) == {
        (SOMYING.id, Outcome.OFFERED): 1,
        (SOMYING.id, Outcome.ANSWERED): 1,
    }
    state, _ = play((60, Tick()), start=state)
    assert state.phase is Phase.WAITING


def test_an_offer_left_alone_lapses_at_its_time_and_not_before() -> None:
    state, _ = play((1, Served()), (30.9, Tick()))
    assert state.phase is Phase.READY
    state, _ = play((31, Tick()), start=state)
    assert state.phase is Phase.WAITING
    _, late = play((32, press(5)), start=state)
    assert late == [Count(SOMYING.id, Outcome.UNASKED)]


def test_a_citizen_may_decline_once() -> None:
    state, effects = play((1, Served()), (2, Skip()), (3, Skip()))
    assert state.phase is Phase.WAITING
    assert counts(effects) == {(SOMYING.id, Outcome.OFFERED): 1, (SOMYING.id, Outcome.SKIPPED): 1}


def test_a_service_that_ends_during_the_thanks_is_offered_after_them() -> None:
    state, effects = play((1, Served()), (2, press(5)), (3, Served()))
    assert state.phase is Phase.THANKS
    state, _ = play((7, Tick()), start=state)
    assert (state.phase, state.until) == (Phase.READY, moment(37).boot)
    assert counts(effects)[SOMYING.id, Outcome.OFFERED] == 2
    _, more = play((8, press(3)), start=state)
    assert ratings(more) == [(SOMYING.id, 3)]


def test_a_second_service_that_ends_meanwhile_is_not_offered() -> None:
    _, effects = play((1, Served()), (2, press(5)), (3, Served()), (4, Served()))
    assert counts(effects)[SOMYING.id, Outcome.NOT_OFFERED] == 1


def test_a_new_offer_takes_the_place_of_one_left_alone() -> None:
    state, effects = play((1, Served()), (20, Served()))
    assert state.until == moment(50).boot
    assert counts(effects) == {(SOMYING.id, Outcome.OFFERED): 2}


def test_calling_the_next_citizen_without_an_offer_is_counted() -> None:
    _, effects = play((1, Called()), (60, Called()))
    assert counts(effects) == {(SOMYING.id, Outcome.NOT_OFFERED): 1}
    _, effects = play((1, Called()), (60, Served()), (61, Called()), (90, Served()))
    assert counts(effects) == {(SOMYING.id, Outcome.OFFERED): 2}


def test_a_citizen_who_never_came_was_not_served() -> None:
    _, effects = play((1, Called()), (60, Absent()), (61, Called()), (62, Absent()))
    assert effects == []


def test_a_service_that_ends_in_a_pause_beyond_the_grace_is_not_offered() -> None:
    _, effects = play((1, Pause()), (1 + RULES.grace, Served()))
    assert counts(effects) == {(SOMYING.id, Outcome.NOT_OFFERED): 1}


def test_signing_off_before_the_service_ends_escapes_nothing() -> None:
    within, effects = play((1, Called()), (2, SignOff()), (3, Served()))
    assert within.phase is Phase.READY
    assert counts(effects) == {(SOMYING.id, Outcome.OFFERED): 1}
    _, effects = play((1, Called()), (2, SignOff()), (300, Served()))
    assert counts(effects) == {(SOMYING.id, Outcome.NOT_OFFERED): 1}
    _, effects = play((2, SignOff()), (300, Served()))
    assert counts(effects) == {(NO_OFFICER, Outcome.NOT_OFFERED): 1}


def test_an_open_offer_outlives_pause_and_handing_over_and_stays_whose_it_was() -> None:
    for event in (Pause(), SignOff(), SignOn(duty_of(PRASIT))):
        state, _ = play((1, Served()), (2, event))
        assert state.phase is Phase.READY
        state, effects = play((25, press(2)), start=state)
        assert ratings(effects) == [(SOMYING.id, 2)]
        assert counts(effects) == {(SOMYING.id, Outcome.ANSWERED): 1}


def test_services_that_end_while_out_of_service_are_counted_when_it_is_over() -> None:
    state, effects = play((1, Break("disk")), (2, Served()), (3, Called()), (4, Called()))
    assert (effects, state.phase) == ([], Phase.OUT_OF_SERVICE)
    state, effects = play((9, Repair()), (10, Repair()), start=state)
    assert counts(effects) == {(SOMYING.id, Outcome.NOT_OFFERED): 2}
    assert state.phase is Phase.WAITING


def test_an_offer_cut_by_a_failing_store_is_over() -> None:
    state, _ = play((1, Served()), (2, Break("disk")), (3, Repair()))
    assert (state.phase, state.offer) == (Phase.WAITING, None)


def test_serving_keeps_a_duty_awake() -> None:
    state, _ = play((5000, Served()))
    assert not state.idle(moment(6000), RULES)


def test_where_nothing_is_offered_the_queue_changes_nothing() -> None:
    ready, _ = step(Encounter(), SignOn(duty_of()), moment(), Rules())
    for event in (Called(), Served(), Absent(), Skip()):
        assert play((1, event), start=ready, rules=Rules()) == (ready, [])


def test_a_service_that_was_called_before_a_hand_over_is_whose_call_it_was() -> None:
    after: list[tuple[float, Event]] = [(2, SignOn(duty_of(PRASIT))), (40, Served())]
    state, _ = play((1, Called()), *after)
    assert ratings(play((45, press(2)), start=state)[1]) == [(SOMYING.id, 2)]
    _, effects = play((1, Called()), (2, SignOn(duty_of(PRASIT))), (62, Served()), (65, press(2)))
    assert ratings(effects) == [(PRASIT.id, 2)], "a minute later the new one has served it"


def test_a_service_that_the_new_officer_ended_is_the_new_officers() -> None:
    for rules in (RULES, replace(RULES, offered=False)):
        signed = [(2.0, SignOn(duty_of(PRASIT)))]
        called, _ = play(*signed, (3, Called()), (20, Served()), (21, press(2)), rules=rules)
        assert called.rated == duty_of(PRASIT)
        _, effects = play(*signed, (20, Served()), (21, press(2)), rules=rules)
        assert ratings(effects) == [(PRASIT.id, 2)]


def test_an_unasked_press_within_the_grace_of_a_hand_over_is_counted_for_who_served() -> None:
    _, effects = play((2, SignOn(duty_of(PRASIT))), (5, press(2)), (70, press(2)))
    assert counts(effects) == {
        (SOMYING.id, Outcome.UNASKED): 1,
        (PRASIT.id, Outcome.UNASKED): 1,
    }


_events = st.one_of(
    st.builds(press, st.integers(1, 5)),
    st.sampled_from(
        [
            SignOn(duty_of()),
            SignOn(duty_of(PRASIT)),
            SignOff(),
            Pause(),
            Resume(),
            GiveReasons(),
            AskNext(),
            Called(),
            Absent(),
            Served(),
            Skip(),
            Tick(),
            Break("disk"),
            Repair(),
        ]
    ),
)


@given(st.lists(st.tuples(st.floats(0, 40), _events), max_size=60))
def test_every_service_is_counted_once_and_answers_never_outnumber_offers(
    story: list[tuple[float, Event]],
) -> None:
    state, now, all_effects, served = Encounter(), 0.0, list[Effect](), 0
    for wait, event in (*story, (60.0, Repair())):
        now += wait
        state, effects = step(state, event, moment(now), RULES)
        all_effects += effects
        served += isinstance(event, Served)
    outcomes = counts(all_effects)
    for officer in {officer for officer, _ in outcomes}:
        offered = outcomes[officer, Outcome.OFFERED]
        answered, skipped = outcomes[officer, Outcome.ANSWERED], outcomes[officer, Outcome.SKIPPED]
        assert answered + skipped <= offered
    assert sum(n for (_, what), n in outcomes.items() if what is Outcome.ANSWERED) == len(
        ratings(all_effects)
    )
    ended = (Outcome.OFFERED, Outcome.NOT_OFFERED)
    calls = sum(isinstance(event, Called) for _, event in story)
    assert served <= sum(n for (_, what), n in outcomes.items() if what in ended) <= served + calls
