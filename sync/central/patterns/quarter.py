"""Looks for the patterns in a quarter that is over: each officer beside the own past, and beside
the peers."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import sqrt
from statistics import median

from sync.central.disclosure import week_end
from sync.central.patterns.catalogue import CATALOGUE, Leg, Pattern, Week
from sync.central.patterns.officerdays import OfficerDay

_WEEKS = 6
"""Of fewer weeks a median says nothing."""
_PEERS = 4
"""Of fewer peers nothing is known of how much peers differ."""
_NORMAL = 1.4826
"""A median absolute deviation times this is a standard deviation where numbers are normal."""
_OF_MEDIAN = 1.2533
"""By how much a median is less sure than a mean, where numbers are normal."""
_UNCERTAIN = 0.06
"""Deviation that stands for what weeks do not show: on these scales about six per cent."""
_ALONE = 0.15
"""The same where no peers tell what changed for everybody."""


class Against(StrEnum):
    """What an officer was compared with."""

    PAST = "past"
    PEERS = "peers"


@dataclass(frozen=True, slots=True)
class Seen:
    """A pattern that stands out. `deviations`: of the leg that stands out least."""

    officer: str
    pattern: str
    against: Against
    deviations: float


@dataclass(frozen=True, slots=True)
class _Level:
    """Where an officer's weeks are, and how sure that is."""

    middle: float
    unsure: float


Levels = Mapping[Leg, Mapping[str, _Level]]
"""Of officers, by leg."""


def look(
    now: Mapping[str, Sequence[OfficerDay]],
    past: Mapping[str, Sequence[OfficerDay]],
    catalogue: Iterable[Pattern] = CATALOGUE,
) -> tuple[Seen, ...]:
    """The patterns that stand out among the officers of a quarter, whose days are `now`."""
    patterns = tuple(catalogue)
    legs = {leg for pattern in patterns for leg in pattern.legs}
    here = {officer: _at_main_counter(days) for officer, days in now.items()}
    before = {
        officer: _at_counter_of(days, past.get(officer, ())) for officer, days in here.items()
    }
    levels, earlier = _levels(legs, here), _levels(legs, before)
    from_peers = {leg: _from_peers(levels[leg]) for leg in legs}
    from_past = {leg: _from_past(levels[leg], earlier[leg]) for leg in legs}
    seen: list[Seen] = []
    for pattern in patterns:
        seen += _standing_out(pattern, Against.PAST, from_past, pattern.past)
        if pattern.peers:
            seen += _standing_out(pattern, Against.PEERS, from_peers, pattern.peers)
    return tuple(sorted(seen, key=lambda one: (one.officer, one.pattern, one.against)))


def _at_main_counter(days: Sequence[OfficerDay]) -> list[OfficerDay]:
    """The days at the counter with most of them: another counter has other citizens."""
    counters = Counter(day.counter for day in days)
    if not counters:
        return []
    main = max(counters, key=lambda counter: (counters[counter], counter))
    return [day for day in days if day.counter == main]


def _at_counter_of(days: Sequence[OfficerDay], past: Iterable[OfficerDay]) -> list[OfficerDay]:
    """The past days at the counter that `days` are of."""
    return [day for day in past if days and day.counter == days[0].counter]


def _levels(legs: Iterable[Leg], days: Mapping[str, Sequence[OfficerDay]]) -> Levels:
    weeks = {officer: _weeks(of_officer) for officer, of_officer in days.items()}
    levels: dict[Leg, dict[str, _Level]] = {}
    for leg in legs:
        numbers = {officer: _numbers(leg, of_officer) for officer, of_officer in weeks.items()}
        levels[leg] = {
            officer: _level(of_officer)
            for officer, of_officer in numbers.items()
            if len(of_officer) >= _WEEKS
        }
    return levels


def _weeks(days: Iterable[OfficerDay]) -> list[Week]:
    weeks: dict[date, list[OfficerDay]] = defaultdict(list)
    for day in days:
        weeks[week_end(day.day)].append(day)
    return list(weeks.values())


def _numbers(leg: Leg, weeks: Iterable[Week]) -> list[float]:
    return [number for number in map(leg.number, weeks) if number is not None]


def _level(numbers: Sequence[float]) -> _Level:
    middle, spread = _spread(numbers)
    return _Level(middle, _OF_MEDIAN * spread / sqrt(len(numbers)))


def _spread(numbers: Sequence[float]) -> tuple[float, float]:
    """Median, and a deviation that single odd numbers do not move."""
    middle = median(numbers)
    return middle, _NORMAL * median(abs(number - middle) for number in numbers)


Apart = Mapping[str, tuple[float, float]]
"""How far an officer is from what is compared with, and in deviations."""


def _from_peers(levels: Mapping[str, _Level]) -> Apart:
    apart = {}
    for officer, level in levels.items():
        peers = [other.middle for name, other in levels.items() if name != officer]
        if len(peers) < _PEERS:
            continue
        middle, spread = _spread(peers)
        deviation = sqrt(spread**2 * (1 + 4 / len(peers)) + level.unsure**2 + _UNCERTAIN**2)
        apart[officer] = (level.middle - middle, (level.middle - middle) / deviation)
    return apart


def _from_past(levels: Mapping[str, _Level], earlier: Mapping[str, _Level]) -> Apart:
    """How much an officer's level changed, less the peers' median change."""
    changed = {
        officer: level.middle - earlier[officer].middle
        for officer, level in levels.items()
        if officer in earlier
    }
    apart = {}
    for officer, change in changed.items():
        peers = [other for name, other in changed.items() if name != officer]
        usual, spread = _spread(peers) if len(peers) >= _PEERS else (0.0, _ALONE)
        weeks = levels[officer].unsure ** 2 + earlier[officer].unsure ** 2
        deviation = sqrt(spread**2 + weeks + _UNCERTAIN**2)
        apart[officer] = (change - usual, (change - usual) / deviation)
    return apart


def _standing_out(
    pattern: Pattern, against: Against, apart: Mapping[Leg, Apart], least: float
) -> list[Seen]:
    officers = set.intersection(*(set(apart[leg]) for leg in pattern.legs))
    seen = []
    for officer in officers:
        sure = True
        deviations = []
        for leg in pattern.legs:
            difference, in_deviations = apart[leg][officer]
            sure = sure and difference * leg.sign >= leg.least
            deviations.append(in_deviations * leg.sign)
        if sure and min(deviations) >= least:
            seen.append(
                Seen(
                    officer=officer,
                    pattern=pattern.name,
                    against=against,
                    deviations=round(min(deviations), 1),
                )
            )
    return seen
