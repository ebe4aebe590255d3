"""When the sync of a night is due."""

from datetime import datetime, time, timedelta, timezone

import pytest

from ui.nightly import delay_of, is_due

BANGKOK = timezone(timedelta(hours=7))
AT, DELAY = time(20, 30), timedelta(minutes=20)


def on(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BANGKOK)


@pytest.mark.parametrize(
    ("now", "synced", "due"),
    [
        (on(23, 20, 49), on(22, 20, 51), False),
        (on(23, 20, 50), on(22, 20, 51), True),
        (on(23, 20, 55), on(23, 20, 51), False),
        (on(24, 8), on(23, 20, 51), False),
        (on(24, 8), on(22, 20, 51), True),
        (on(24, 8), None, True),
        (on(24, 8), on(30, 8), True),
    ],
    ids=[
        "not before the time",
        "at the time",
        "made",
        "the morning after",
        "the machine was off in the evening",
        "never made",
        "the clock was ahead when it was made",
    ],
)
def test_a_sync_is_due_from_its_time_until_it_succeeds(
    now: datetime, synced: datetime | None, *, due: bool
) -> None:
    assert is_due(now, synced, AT, DELAY) == due


def test_a_time_whose_delay_passes_midnight_is_due_after_midnight() -> None:
    late = time(23, 50)
    assert not is_due(on(24, 0, 9), on(23, 0, 11), late, DELAY)
    assert is_due(on(24, 0, 10), on(23, 0, 11), late, DELAY)


def test_the_terminals_of_a_city_spread_over_an_hour() -> None:
    delays = sorted(delay_of("dindaeng", f"counter-{n}") for n in range(600))
    assert timedelta() <= delays[0] < timedelta(minutes=1)
    assert timedelta(minutes=59) < delays[-1] < timedelta(hours=1)
    busiest = max(sum(d // timedelta(minutes=1) == minute for d in delays) for minute in range(60))
    assert busiest < 30
    assert delay_of("dindaeng", "counter-1") == delay_of("dindaeng", "counter-1")
