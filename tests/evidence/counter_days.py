"""Honest days and others as a terminal's journal and the ticket machine tell them: when it was
dark, its panel unplugged, paused for good before closing, and rated more often than called."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from kiosk.store.journal import Happening, Kind
from sync.absence import Before, Hours, absences
from sync.central.measures import over_tickets

DAY = date(2026, 11, 23)
HOURS = Hours()
EVENING = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
MIDNIGHT = EVENING - timedelta(hours=20)
OPENS, CLOSES = 8 * 60, 16 * 60 + 30
Rule = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True)
class CounterDay:
    """A day: the journal's entries in the terminal's own time, ratings, and services called."""

    happened: tuple[Happening, ...]
    ratings: int
    tickets: int


def company(random: Random) -> int:
    """How many rate after one service that is rated: now and then a family in a row."""
    return random.choice((1,) * 30 + (2, 2, 3, 4, 5))


def honest(random: Random) -> CounterDay:
    """Switched on before opening; pauses that end, at noon and between; a panel that is plugged in
    anew or a restart, quickly; a counter with three services a day, or a hundred."""
    happened = [
        (random.uniform(OPENS - 25, OPENS - 1), Kind.STARTED),
        (random.uniform(OPENS - 1, OPENS + 5), Kind.DUTY_BEGAN),
        *_meanwhile(random.uniform(705, 735), random.uniform(30, 60), _PAUSE),
    ]
    for _ in range(random.randint(0, 4)):
        happened += _meanwhile(
            random.uniform(OPENS + 10, CLOSES - 5), random.uniform(1, 10), _PAUSE
        )
    if random.random() < 0.1:
        happened += _meanwhile(random.uniform(OPENS, CLOSES), random.uniform(0.03, 0.4), _UNPLUG)
    if random.random() < 0.05:
        happened += _meanwhile(random.uniform(OPENS, CLOSES), random.uniform(0.3, 0.9), _RESTART)
    ends = random.uniform(CLOSES, CLOSES + 60)
    happened += [(ends, Kind.DUTY_ENDED), (ends + 10, Kind.STOPPED)]
    happened += [(minute, Kind.RUNNING) for minute in range(OPENS + 5, CLOSES, 15)]
    called = random.choice((3, 5, 10, 20, 50, 100, 150))
    rated = sum(company(random) for _ in range(called) if random.random() < 0.6)
    return CounterDay(_entries(happened), rated, called)


def gone_before_closing(random: Random) -> CounterDay:
    """The last half-hour is paused away."""
    day = honest(random)
    return _with(day, [(random.uniform(CLOSES - 28, CLOSES - 4), Kind.DUTY_PAUSED)])


def unplugged(random: Random) -> CounterDay:
    """Without panel while it suits."""
    spell = _meanwhile(random.uniform(OPENS, CLOSES - 10), random.uniform(5, 90), _UNPLUG)
    return _with(honest(random), spell)


def switched_off(random: Random) -> CounterDay:
    """The plug of the whole terminal: it says no word before."""
    day = honest(random)
    at = random.uniform(OPENS + 60, CLOSES - 100)
    until = at + random.uniform(10, 90)
    before = [x for x in day.happened if x[0] < _time(at)]
    after = [x for x in day.happened if x[0] > _time(until)]
    return replace(day, happened=(*before, Happening(_time(until), Kind.STARTED), *after))


def rated_without_citizens(random: Random) -> CounterDay:
    """One five every few minutes, that no flag at the press can tell from citizens."""
    day = honest(random)
    return replace(day, ratings=day.ratings + 100)


CHEATS: tuple[Callable[[Random], CounterDay], ...] = (
    gone_before_closing,
    unplugged,
    switched_off,
    rated_without_citizens,
)


def shows_a_gap(day: CounterDay, over: Rule = over_tickets) -> bool:
    """Whether anything stands beside the day's score. `over`: for the rig's negative control."""
    gaps = absences(DAY, day.happened, HOURS, EVENING, Before())
    return bool(gaps) or over(day.ratings, day.tickets)


_PAUSE = (Kind.DUTY_PAUSED, Kind.DUTY_RESUMED)
_UNPLUG = (Kind.PANEL_DOWN, Kind.PANEL_UP)
_RESTART = (Kind.STOPPED, Kind.STARTED)


def _meanwhile(at: float, minutes: float, kinds: tuple[Kind, Kind]) -> list[tuple[float, Kind]]:
    return [(at, kinds[0]), (at + minutes, kinds[1])]


def _with(day: CounterDay, more: list[tuple[float, Kind]]) -> CounterDay:
    """The day with this in it; what else was paused after it began is left out."""
    since = _time(min(at for at, _ in more))
    kept = [x for x in day.happened if x[0] < since or x[1] not in _PAUSE]
    return replace(day, happened=tuple(sorted((*kept, *_entries(more)))))


def _entries(happened: list[tuple[float, Kind]]) -> tuple[Happening, ...]:
    return tuple(Happening(_time(at), kind) for at, kind in sorted(happened))


def _time(minutes: float) -> datetime:
    return MIDNIGHT + timedelta(minutes=minutes)
