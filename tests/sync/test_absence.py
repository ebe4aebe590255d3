"""Minutes in which a terminal could not listen, from its journal."""

from datetime import datetime, timedelta

from kiosk.store.journal import Happening, Kind
from sync.absence import (
    COVERED,
    DARK,
    LATE_PAUSE,
    NO_PANEL,
    NO_QUEUE,
    NO_STORE,
    NOBODY,
    PAUSED,
    Before,
    Hours,
    absences,
    unattended,
)
from tests.support.builders import BANGKOK, TODAY

HOURS = Hours()
EVENING = datetime(2026, 11, 23, 20, 0, tzinfo=BANGKOK)


def at(clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return EVENING.replace(hour=hour, minute=minute)


def day(
    *happened: tuple[str, Kind], running: bool = True, down: bool = False, now: datetime = EVENING
) -> object:
    entries = [Happening(at(c), k) for c, k in happened]
    return dict(absences(TODAY, entries, HOURS, now, Before(running, down)))


def test_a_day_on_which_all_went_well_has_none() -> None:
    assert day(("08:05", Kind.DUTY_BEGAN), ("16:30", Kind.DUTY_ENDED)) == {}


def test_switched_on_late_and_off_early_is_dark_in_the_opening_hours_only() -> None:
    switched = (("09:00", Kind.STARTED), ("16:00", Kind.STOPPED))
    assert day(*switched, running=False) == {DARK: 60 + 30}
    assert day(("06:00", Kind.STARTED), ("18:00", Kind.STOPPED), running=False) == {}


def test_a_program_that_died_was_dark_from_its_last_entry_on() -> None:
    assert day(("10:00", Kind.DUTY_BEGAN), ("10:25", Kind.STARTED)) == {DARK: 25}


def test_a_power_cut_was_dark_from_the_quarter_hour_on_that_the_journal_knows() -> None:
    known = (("13:00", Kind.DUTY_RESUMED), ("13:45", Kind.RUNNING), ("14:00", Kind.RUNNING))
    assert day(*known, ("14:12", Kind.STARTED)) == {DARK: 12}


def test_a_terminal_that_never_started_was_dark_all_day() -> None:
    assert day(running=False) == {DARK: 510}


def test_an_unplugged_panel_counts_until_it_is_back_or_the_office_closes() -> None:
    assert day(("10:00", Kind.PANEL_DOWN), ("10:12", Kind.PANEL_UP)) == {NO_PANEL: 12}
    assert day(("16:00", Kind.PANEL_DOWN)) == {NO_PANEL: 30}


def test_a_panel_unplugged_last_night_counts_from_opening_on_through_a_restart() -> None:
    assert day(("09:00", Kind.PANEL_UP), down=True) == {NO_PANEL: 60}
    restarted = (("10:00", Kind.PANEL_DOWN), ("10:05", Kind.STOPPED), ("10:06", Kind.STARTED))
    assert day(*restarted, ("10:20", Kind.PANEL_UP)) == {NO_PANEL: 20, DARK: 1}


def test_a_pause_just_before_closing_that_never_ends_is_counted() -> None:
    assert day(("16:10", Kind.DUTY_PAUSED)) == {LATE_PAUSE: 1}
    assert day(("16:10", Kind.DUTY_PAUSED), ("16:15", Kind.DUTY_RESUMED)) == {}
    assert day(("12:00", Kind.DUTY_PAUSED)) == {}
    assert day(("12:00", Kind.DUTY_PAUSED), now=at("12:10")) == {}


def test_a_day_that_is_not_over_counts_up_to_now() -> None:
    assert day(("10:00", Kind.PANEL_DOWN), now=at("10:20")) == {NO_PANEL: 20}
    assert day(now=at("07:00"), running=False) == {}


def test_a_ticket_machine_that_is_unplugged_and_a_store_that_fails_count_their_minutes() -> None:
    assert day(("10:00", Kind.QUEUE_DOWN), ("10:20", Kind.QUEUE_UP)) == {NO_QUEUE: 20}
    broken = (("11:00", Kind.OUT_OF_SERVICE), ("11:07", Kind.STORE_REOPENED))
    assert day(*broken) == {NO_STORE: 7}
    assert day(("11:00", Kind.STORE_REOPENED)) == {}, "it answered again at once"


def test_on_a_holiday_and_at_the_weekend_nothing_is_missed() -> None:
    closed = Hours(holidays=frozenset({TODAY}))
    assert absences(TODAY, [], closed, EVENING, Before()) == {}
    unplugged = [Happening(at("10:00"), Kind.PANEL_DOWN)]
    assert absences(TODAY, unplugged, closed, EVENING, Before()) == {}
    assert unattended(TODAY, [], closed, EVENING, Before(running=True)) == {}
    saturday = TODAY - timedelta(days=2)
    assert absences(saturday, [], HOURS, EVENING, Before()) == {}
    assert absences(saturday - timedelta(days=1), [], HOURS, EVENING, Before()) == {DARK: 510}


def shift(*happened: tuple[str, Kind], running: bool = True) -> object:
    """The minutes by officer and kind; every event of a duty is officer 101's."""
    entries = [Happening(at(c), k, "101" if k in DUTY else "") for c, k in happened]
    return dict(unattended(TODAY, entries, HOURS, EVENING, Before(running)))


DUTY = (Kind.DUTY_BEGAN, Kind.DUTY_PAUSED, Kind.DUTY_RESUMED, Kind.DUTY_ENDED)
BEGAN, ENDED = ("08:00", Kind.DUTY_BEGAN), ("16:30", Kind.DUTY_ENDED)


def test_a_pause_counts_its_minutes_for_its_officer() -> None:
    assert shift(BEGAN, ENDED) == {}
    short = (("10:00", Kind.DUTY_PAUSED), ("10:10", Kind.DUTY_RESUMED))
    long = (("08:05", Kind.DUTY_PAUSED), ("15:55", Kind.DUTY_RESUMED))
    assert shift(BEGAN, *short, ENDED) == {("101", PAUSED): 10}
    assert shift(BEGAN, *long, ENDED) == {("101", PAUSED): 470}


def test_minutes_without_a_duty_count_whether_signed_off_or_never_on() -> None:
    assert shift() == {("", NOBODY): 510}
    assert shift(("08:30", Kind.DUTY_BEGAN), ("16:00", Kind.DUTY_ENDED)) == {("", NOBODY): 60}
    in_pause = (("09:00", Kind.DUTY_PAUSED), ("10:00", Kind.DUTY_ENDED))
    assert shift(BEGAN, *in_pause) == {("101", PAUSED): 60, ("", NOBODY): 390}


def test_many_short_covers_add_up_to_minutes() -> None:
    covers = []
    for minute in range(10, 14):
        covers += [(f"09:{minute}", Kind.FACES_COVERED), (f"09:{minute + 1}", Kind.FACES_FREE)]
    assert shift(BEGAN, *covers, ENDED) == {("101", COVERED): 4}


def test_a_dark_terminal_is_dark_and_nothing_else() -> None:
    assert shift(running=False) == {}
    cut = (("10:00", Kind.DUTY_PAUSED), ("10:15", Kind.RUNNING), ("13:00", Kind.STARTED))
    assert shift(BEGAN, *cut, ("13:00", Kind.DUTY_ENDED)) == {
        ("101", PAUSED): 15,
        ("", NOBODY): 210,
    }
    covered = (("10:00", Kind.FACES_COVERED), ("10:01", Kind.STOPPED), ("10:30", Kind.STARTED))
    assert shift(BEGAN, *covered, ENDED) == {("101", COVERED): 1}
