"""What one citizen's turn does, event by event."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.duty import EndOfDuty
from kiosk.domain.encounter import (
    LATE_AFTER,
    Aside,
    AskNext,
    Break,
    Count,
    DutyBegan,
    DutyEnded,
    Encounter,
    EndThanks,
    Event,
    Fate,
    GiveReasons,
    KeepReasons,
    Linger,
    Pause,
    Phase,
    Press,
    Record,
    Repair,
    Resume,
    SignOff,
    SignOn,
    Tick,
    TickReason,
    fate_of,
    step,
)
from kiosk.domain.people import NO_OFFICER
from kiosk.domain.rating import Outcome, ReasonId
from tests.support.builders import PRASIT, SOMYING, duty_of, moment
from tests.support.encounters import READY, RULES, kept_by_the_panel, play, press


def test_a_press_on_duty_is_recorded_for_the_officer_and_thanked() -> None:
    state, effects = play((1, press(5)))
    assert state.phase is Phase.THANKS
    [record] = effects
    assert isinstance(record, Record)
    assert (record.rating.officer, record.rating.score, record.marks) == (SOMYING.id, 5, ())


def test_a_low_score_asks_for_reasons_after_it_is_recorded() -> None:
    state, effects = play((1, press(1)))
    assert state.phase is Phase.REASONS
    assert isinstance(effects[0], Record)


def test_reasons_are_kept_once_and_only_those_offered() -> None:
    ticked = [(2, TickReason(ReasonId(name))) for name in ("manner", "nonsense")]
    state, effects = play((1, press(2)), *ticked, (3, GiveReasons()), (3.5, GiveReasons()))
    assert state.phase is Phase.THANKS
    stored_reasons = [e for e in effects if isinstance(e, KeepReasons)]
    assert [k.asking.ticked for k in stored_reasons] == [(ReasonId("manner"),)]


def test_reasons_ticked_are_kept_however_the_page_ends() -> None:
    ticked = (2, TickReason(ReasonId("manner")))
    for end in (Tick(), GiveReasons(), press(5)):
        _, effects = play((1, press(2)), ticked, (1 + RULES.reasons_timeout + 3, end))
        [kept] = [e for e in effects if isinstance(e, KeepReasons)]
        assert kept.asking.ticked == (ReasonId("manner"),)


def test_a_tick_taken_away_leaves_no_reason() -> None:
    tick = TickReason(ReasonId("manner"))
    _, effects = play((1, press(2)), (2, tick), (3, tick), (4, GiveReasons()))
    assert not any(isinstance(e, KeepReasons) for e in effects)


def test_skipping_reasons_keeps_none_and_thanks() -> None:
    state, effects = play((1, press(2)), (3, GiveReasons()))
    assert state.phase is Phase.THANKS
    assert not any(isinstance(e, KeepReasons) for e in effects)


def test_reasons_left_alone_time_out_into_thanks_and_then_ready() -> None:
    state, _ = play((1, press(1)), (1 + RULES.reasons_timeout, Tick()))
    assert state.phase is Phase.THANKS
    state, _ = play((60, Tick()), start=state)
    assert state.phase is Phase.READY


def test_a_second_press_in_the_lock_is_suppressed_and_counted() -> None:
    _, effects = play((1, press(5)), (2, press(1)))
    assert effects[1] == Count(SOMYING.id, Outcome.SUPPRESSED)


def test_after_the_lock_the_next_citizen_counts() -> None:
    _, effects = play((1, press(5)), (7, Tick()), (8, press(4)))
    assert [type(e) for e in effects] == [Record, Record]


def test_with_nobody_signed_on_a_press_goes_to_no_officer() -> None:
    state, effects = play((1, press(5)), start=Encounter())
    assert state.phase is Phase.CLOSED
    assert effects == [Count(NO_OFFICER, Outcome.IGNORED)]


def test_within_a_minute_of_a_pause_a_rating_still_counts_like_any_other() -> None:
    state, effects = play((1, Pause()), (30, press(4)))
    assert isinstance(effects[-1], Record)
    assert effects[-1].marks == (), "when a grace was stands in the journal"
    state, _ = step(state, Tick(), moment(40), RULES)
    assert state.phase is Phase.PAUSED


def test_beyond_the_grace_a_press_in_a_pause_is_ignored() -> None:
    _, effects = play((1, Pause()), (62, press(4)))
    assert effects[-1] == Count(NO_OFFICER, Outcome.IGNORED)


def test_after_sign_off_the_grace_goes_to_who_served() -> None:
    _, effects = play((1, SignOff()), (30, press(4)))
    assert isinstance(effects[-1], Record)
    assert effects[-1].rating.officer == SOMYING.id


def test_a_duty_is_idle_after_long_without_a_rating() -> None:
    state, _ = play((0, SignOff()), (1, SignOn(duty_of())))
    assert not state.idle(moment(RULES.idle), RULES)
    assert state.idle(moment(1 + RULES.idle), RULES)
    state, _ = play((4000, press(5)), start=state)
    assert not state.idle(moment(1 + RULES.idle), RULES)
    assert state.idle(moment(4000 + RULES.idle), RULES)


def test_a_pause_is_not_idle_and_resuming_begins_anew() -> None:
    state, _ = play((0, SignOn(duty_of())), (10, Pause()))
    assert not state.idle(moment(10 * RULES.idle), RULES)
    state, _ = play((10 * RULES.idle, Resume()), start=state)
    assert not state.idle(moment(10 * RULES.idle + 60), RULES)


def test_after_an_idle_duty_there_is_no_grace() -> None:
    _, effects = play((6000, SignOff(EndOfDuty.IDLE)), (6001, press(1)))
    assert effects == [
        DutyEnded(duty_of(), EndOfDuty.IDLE),
        Count(NO_OFFICER, Outcome.IGNORED),
    ]


def test_signing_off_from_a_long_pause_gives_no_new_grace() -> None:
    _, effects = play((1, Pause()), (600, SignOff()), (601, press(4)))
    assert effects[-1] == Count(NO_OFFICER, Outcome.IGNORED)


def test_a_hand_over_ends_one_duty_and_begins_the_next() -> None:
    state, effects = play((1, SignOn(duty_of(PRASIT))))
    assert effects == [
        DutyEnded(duty_of(SOMYING), EndOfDuty.HANDED_OVER),
        DutyBegan(duty_of(PRASIT)),
    ]
    state, _ = play((1 + RULES.grace, Tick()), start=state)
    assert state.until is None, "the screen has changed to the next one's name"
    _, [record] = play((2 + RULES.grace, press(5)), start=state)
    assert isinstance(record, Record)
    assert record.rating.officer == PRASIT.id


def test_sign_off_does_not_cut_a_citizens_thanks_short() -> None:
    state, _ = play((1, press(5)), (2, SignOff(EndOfDuty.CLOSING_TIME)))
    assert state.phase is Phase.THANKS
    state, _ = play((7, Tick()), start=state)
    assert state.lingers
    state, _ = play((62, Tick()), start=state)
    assert state.phase is Phase.CLOSED


def test_out_of_service_keeps_nothing_and_returns_to_the_duty() -> None:
    state, effects = play((1, Break("disk full")), (2, press(5)))
    assert (state.phase, effects) == (Phase.OUT_OF_SERVICE, [])
    state, _ = play((3, Repair()), start=state)
    assert state.phase is Phase.READY


def test_the_thanks_are_the_same_for_every_score() -> None:
    thanked = []
    for score in range(1, 6):
        state, _ = play((1, press(score)), (1, GiveReasons()))
        thanked.append(replace(state, locked_until=0.0, recent=()))
    assert len(set(thanked)) == 1


_events = st.one_of(
    st.builds(press, st.integers(1, 5)),
    st.sampled_from(
        [
            SignOn(duty_of(SOMYING)),
            SignOn(duty_of(PRASIT)),
            SignOff(),
            SignOff(EndOfDuty.CLOSING_TIME),
            Linger(),
            Pause(),
            Resume(),
            GiveReasons(),
            AskNext(),
            TickReason(ReasonId("wait")),
            TickReason(ReasonId("wait"), led=True),
            Aside(Outcome.TESTED),
            EndThanks(),
            Tick(),
            Break("disk"),
            Repair(),
        ]
    ),
)


@given(st.lists(st.tuples(st.floats(0, 40), _events), max_size=60))
def test_an_encounter_rates_at_most_once_and_never_within_the_lock(
    story: list[tuple[float, Event]],
) -> None:
    state, now, recorded = Encounter(), 0.0, []
    for wait, event in story:
        now += wait
        state, effects = step(state, event, moment(now), RULES)
        records = [e for e in effects if isinstance(e, Record)]
        assert len(records) <= 1
        recorded += [(now, r.rating.id) for r in records]
        if records:
            assert state.phase in (Phase.REASONS, Phase.THANKS)
    assert len({id_ for _, id_ in recorded}) == len(recorded)
    times = [t for t, _ in recorded]
    assert all(b - a >= RULES.lock for a, b in pairwise(times))


@given(st.lists(st.tuples(st.floats(0, 40), _events), max_size=60))
def test_where_the_question_stands_a_press_after_the_lock_is_a_rating(
    story: list[tuple[float, Event]],
) -> None:
    """Also where nobody serves any more, as long as time was told to pass."""
    state, now = Encounter(), 0.0
    for wait, event in story:
        now += wait
        for told in (Tick(), event):
            state, _ = step(state, told, moment(now), RULES)
        if state.phase is Phase.READY and moment(now).boot >= state.locked_until:
            _, effects = step(state, press(5), moment(now), RULES)
            assert fate_of(effects) is Fate.KEPT


def test_while_reasons_are_asked_for_the_next_citizen_rates_once_the_lock_is_over() -> None:
    _, effects = play((1, press(1)), (1 + RULES.lock - 0.1, press(5)))
    assert effects[1:] == [Count(SOMYING.id, Outcome.SUPPRESSED)]
    state, effects = play((1, press(1)), (1 + RULES.lock, press(5)))
    assert [type(effect) for effect in effects] == [Record, Record]
    assert state.phase is Phase.THANKS


def test_a_second_press_of_the_button_that_ended_the_reasons_is_no_rating() -> None:
    later = 1 + RULES.lock + 3
    _, effects = play((1, press(1)), (later, GiveReasons(led=True)), (later + 0.5, press(5)))
    assert effects[1:] == [Count(SOMYING.id, Outcome.LED), Count(SOMYING.id, Outcome.SUPPRESSED)]


def test_a_touch_ends_the_thanks_once_the_lock_is_over() -> None:
    rules = replace(RULES, thanks=20.0)
    state, _ = step(READY, press(5), moment(1), rules)
    state, _ = step(state, EndThanks(), moment(1 + rules.lock - 0.1), rules)
    assert state.phase is Phase.THANKS
    state, _ = step(state, EndThanks(), moment(1 + rules.lock), rules)
    assert state.phase is Phase.READY


def test_a_press_while_out_of_service_that_nobody_sends_again_is_counted_after_the_repair() -> None:
    state, _ = play((1, Break("disk full")), (2, press(5)), (3, press(1)))
    _, effects = play((4, Repair()), start=state)
    assert effects == [Count(NO_OFFICER, Outcome.IGNORED)] * 2


@given(st.lists(st.tuples(st.floats(0, 40), _events), max_size=60))
def test_a_press_has_one_fate_and_thanks_follow_from_it(story: list[tuple[float, Event]]) -> None:
    state, now = Encounter(), 0.0
    for wait, event in story:
        now += wait
        before, (state, effects) = state, step(state, event, moment(now), RULES)
        if not isinstance(event, Press) or before.phase is Phase.OUT_OF_SERVICE:
            continue
        fate = fate_of(effects)
        assert fate in (Fate.KEPT, Fate.COUNTED)
        assert (state.recent != before.recent) is (fate is Fate.KEPT)
        assert fate is not Fate.KEPT or state.phase in (Phase.REASONS, Phase.THANKS)


def test_a_lock_longer_than_the_thanks_still_holds() -> None:
    rules = replace(RULES, lock=9.0, thanks=2.0)
    state, _ = step(READY, press(5), moment(1), rules)
    state, _ = step(state, Tick(), moment(4), rules)
    assert state.phase is Phase.READY
    _, effects = step(state, press(5), moment(9.9), rules)
    assert effects == (Count(SOMYING.id, Outcome.SUPPRESSED),)
    _, effects = step(state, press(5), moment(10), rules)
    assert isinstance(effects[0], Record)


def test_pause_and_resume_say_nothing_where_they_mean_nothing() -> None:
    for event in (Pause(), Resume(), SignOff()):
        assert play((1, event), start=Encounter()) == (Encounter(), [])
    assert play((1, Resume())) == (READY, [])
    paused, _ = play((1, Pause()))
    assert play((2, Pause()), start=paused) == (paused, [])


def test_signing_on_and_resuming_end_the_grace_of_whoever_was_before() -> None:
    signed: list[tuple[float, Event]] = [(1, SignOff()), (2, SignOn(duty_of(PRASIT)))]
    resumed: list[tuple[float, Event]] = [(1, Pause()), (2, Resume())]
    for events in (signed, resumed):
        state, _ = play(*events)
        assert (state.grace_duty, state.grace_until) == (None, 0.0)


def test_a_new_encounter_owes_nothing_to_the_past() -> None:
    fresh = Encounter()
    assert (fresh.grace_until, fresh.locked_until, fresh.served_at) == (0.0, 0.0, 0.0)


def test_a_press_told_late_but_soon_enough_is_a_rating() -> None:
    state, [record] = play((60, kept_by_the_panel(LATE_AFTER)))
    assert isinstance(record, Record)
    assert state.phase is not Phase.READY


def test_a_press_that_a_panel_kept_for_long_is_counted_as_late_and_thanks_nobody() -> None:
    state, effects = play((60, kept_by_the_panel(LATE_AFTER + 0.1)))
    assert effects == [Count(SOMYING.id, Outcome.LATE)]
    assert state == READY


def test_a_press_made_in_a_pause_is_late_once_the_officer_is_back() -> None:
    _, effects = play((60, Pause()), (200, Resume()), (202, kept_by_the_panel(3)))
    assert effects[-1] == Count(NO_OFFICER, Outcome.LATE)


def test_a_late_press_in_a_pause_or_with_nobody_on_duty_is_nobodys() -> None:
    _, effects = play((60, Pause()), (100, kept_by_the_panel(90)))
    assert effects[-1] == Count(NO_OFFICER, Outcome.LATE)
    _, effects = play((60, SignOff()), (62, kept_by_the_panel(50)))
    assert effects[-1] == Count(NO_OFFICER, Outcome.LATE)


def test_a_late_press_while_another_citizen_is_at_the_screen_changes_nothing_there() -> None:
    before, _ = play((60, press(5)))
    state, effects = play((61, kept_by_the_panel(50)), start=before)
    assert state == before
    assert effects == [Count(SOMYING.id, Outcome.LATE)]


def test_out_of_service_a_late_press_is_not_kept_either() -> None:
    _, effects = play((60, Break("disk")), (61, kept_by_the_panel(50)))
    assert effects == []
