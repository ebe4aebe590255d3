"""Who is rated around a hand-over: the citizen who was just served is at the counter still."""

from dataclasses import replace

from kiosk.domain.duty import Duty, DutyChange, EndOfDuty, just_served
from kiosk.domain.encounter import (
    AT_ONCE,
    Count,
    Effect,
    Encounter,
    Event,
    Linger,
    Pause,
    Phase,
    Record,
    SignOff,
    SignOn,
    Tick,
    step,
    taken_up,
)
from kiosk.domain.people import NO_OFFICER, OfficerId
from kiosk.domain.rating import Outcome
from tests.support.builders import PRASIT, SOMYING, duty_of, moment
from tests.support.encounters import READY, RULES, kept_by_the_panel, play, press


def rated(effects: list[Effect]) -> list[str]:
    return [effect.rating.officer for effect in effects if isinstance(effect, Record)]


HANDED_OVER = (100.0, SignOn(duty_of(PRASIT)))


def test_whoever_was_served_before_a_hand_over_still_rates_who_served() -> None:
    for at in (100, 105, 100 + RULES.grace - 0.1):
        state, effects = play(HANDED_OVER, (at, press(1)))
        assert rated(effects) == [SOMYING.id], at
    state, _ = play(HANDED_OVER)
    assert (state.named(moment(159)), state.until) == (duty_of(SOMYING), moment(160).boot)
    assert state.named(moment(100 + RULES.grace)) is None
    assert rated(play(HANDED_OVER, (100 + RULES.grace, press(1)))[1]) == [PRASIT.id]


def test_the_first_rating_after_a_hand_over_is_the_last_of_who_served_before() -> None:
    within = [(105.0, press(1)), (107.0, press(1)), (112.0, press(5))]
    _, effects = play(HANDED_OVER, *within, (140, press(4)))
    assert rated(effects) == [SOMYING.id, PRASIT.id, PRASIT.id]
    assert Count(SOMYING.id, Outcome.SUPPRESSED) in effects, "its second press is no one else's"


def test_who_was_not_named_yet_hands_over_no_grace_of_the_one_before() -> None:
    third = duty_of(replace(PRASIT, id=OfficerId("103")))
    back: list[tuple[float, Event]] = []
    for at in range(101, 150, 2):
        back += [(at, SignOn(third)), (at + 1, SignOn(duty_of(PRASIT)))]
    _, effects = play(HANDED_OVER, *back, (159, press(1)))
    assert rated(effects) == [SOMYING.id], "signing on and on takes nobody's citizen away"
    assert rated(play(HANDED_OVER, *back, (160, press(1)))[1]) == [PRASIT.id]
    returned, effects = play(HANDED_OVER, (110, SignOn(duty_of())), (300, press(1)))
    assert (returned.predecessor, rated(effects)) == (None, [SOMYING.id])


def test_what_is_left_of_a_grace_holds_when_the_next_signs_on() -> None:
    for event in (SignOff(), Pause()):
        signed = [(60.0, event), HANDED_OVER]
        assert rated(play(*signed, (119, press(1)))[1]) == [SOMYING.id]
        assert rated(play(*signed, (120, press(1)))[1]) == [PRASIT.id]
        assert rated(play((20, event), HANDED_OVER, (101, press(1)))[1]) == [PRASIT.id]


def test_after_a_short_duty_each_is_rated_as_long_as_its_own_grace() -> None:
    for event in (SignOff(EndOfDuty.CLOSING_TIME), Pause()):
        state, _ = play(HANDED_OVER, (110, event), (111, Linger()))
        assert rated(play((159, press(1)), start=state)[1]) == [SOMYING.id]
        state, _ = play((160, Tick()), start=state)
        assert (state.lingers, state.named(moment(160))) == (True, None)
        assert rated(play((169, press(1)), start=state)[1]) == [PRASIT.id]
        _, effects = play((170, press(1)), start=state)
        assert effects == [Count(NO_OFFICER, Outcome.IGNORED)]


def test_a_clock_that_jumped_leaves_no_grace_of_a_hand_over() -> None:
    _, effects = play(HANDED_OVER, (101, SignOff(EndOfDuty.CLOCK_JUMPED)), (102, press(1)))
    assert effects[-1] == Count(NO_OFFICER, Outcome.IGNORED)


def test_signing_on_again_and_again_does_not_clear_the_flags_memory() -> None:
    """Forty in a row, with a new sign-on every five."""
    state, marks = READY, list[tuple[Outcome, ...]]()
    for number in range(40):
        at = moment(11.0 * number)
        if number % 5 == 0:
            officer = (PRASIT, SOMYING)[number // 5 % 2]
            state, _ = step(state, SignOff(), at, RULES)
            state, _ = step(state, SignOn(duty_of(officer)), at, RULES)
        state, effects = step(state, press(5), at, RULES)
        marks += [effect.marks for effect in effects if isinstance(effect, Record)]
        state, _ = step(state, Tick(), moment(11.0 * number + 6), RULES)
    assert marks == [()] * 5 + [(Outcome.BURST,)] * 35


def test_a_terminal_that_starts_again_within_a_grace_goes_on_with_it() -> None:
    before = DutyChange(at=moment(0).wall, duty=duty_of(), serves=False)
    ends_at = moment(RULES.grace).boot

    def started(duty: Duty | None, before: DutyChange | None = before) -> Encounter:
        return taken_up(duty, before, moment(10), RULES, paused=False)

    state = started(duty_of(PRASIT))
    assert (state.phase, state.until) == (Phase.READY, ends_at)
    assert rated(play((30, press(1)), start=state)[1]) == [SOMYING.id]
    state = started(None)
    assert (state.phase, state.may_linger, state.grace_until) == (Phase.CLOSED, True, ends_at)
    assert started(None, None).phase is Phase.CLOSED
    assert started(duty_of()).predecessor is None, "the officer is back"


def test_whose_grace_runs_is_read_from_what_the_journal_says_of_duties() -> None:
    def served(*changes: tuple[float, bool, EndOfDuty | None]) -> float | None:
        """When the duty stopped serving whose grace runs, in seconds before now."""
        now = moment(1000)
        all_changes = [
            DutyChange(at=moment(1000 - ago).wall, duty=duty_of(), serves=serves, cause=cause)
            for ago, serves, cause in changes
        ]
        change = just_served(all_changes, now.wall, RULES.grace)
        return (now.wall - change.at).total_seconds() if change else None

    began = (900.0, True, None)
    assert served(began, (59, False, EndOfDuty.HANDED_OVER), (59, True, None)) == 59
    assert served(began, (30, False, None), (10, False, EndOfDuty.SIGNED_OFF)) == 30
    assert served(began, (61, False, EndOfDuty.SIGNED_OFF)) is None
    assert served(began, (600, False, None), (10, False, EndOfDuty.HANDED_OVER)) is None
    assert served(began, (10, False, EndOfDuty.IDLE)) is None
    assert served(began, (-10, False, EndOfDuty.SIGNED_OFF)) is None, "a clock that was put back"


def test_a_press_from_before_the_hand_over_is_not_the_next_officers() -> None:
    _, effects = play(HANDED_OVER, (103, kept_by_the_panel(3.1)))
    assert rated(effects) == [SOMYING.id]
    _, effects = play(HANDED_OVER, (101, press(5)), (107, kept_by_the_panel(7.1)))
    assert effects[-1] == Count(NO_OFFICER, Outcome.LATE), "the one before has been rated"
    _, effects = play(HANDED_OVER, (120, kept_by_the_panel(21)))
    assert effects[-1] == Count(SOMYING.id, Outcome.LATE)


def test_a_press_that_a_panel_sends_after_the_grace_of_a_hand_over_is_whose_it_was_then() -> None:
    ended = 100 + RULES.grace
    assert rated(play(HANDED_OVER, (ended + 5, kept_by_the_panel(5.1)))[1]) == [SOMYING.id]
    assert rated(play(HANDED_OVER, (ended + 5, kept_by_the_panel(5)))[1]) == [PRASIT.id]


def test_a_press_since_the_hand_over_is_the_next_officers() -> None:
    first = (101.0, press(5))
    assert rated(play(HANDED_OVER, first, (109, kept_by_the_panel(9)))[1])[1:] == [PRASIT.id]
    _, effects = play(HANDED_OVER, first, (150, kept_by_the_panel(40)))
    assert effects[-1] == Count(PRASIT.id, Outcome.LATE)


def test_a_press_that_was_told_at_once_is_never_late() -> None:
    signed: list[tuple[float, Event]] = [(1, SignOff()), HANDED_OVER]
    assert rated(play(*signed, (100, kept_by_the_panel(AT_ONCE)))[1]) == [PRASIT.id]
    _, effects = play(*signed, (100, kept_by_the_panel(AT_ONCE + 0.1)))
    assert effects[-1] == Count(NO_OFFICER, Outcome.LATE)
