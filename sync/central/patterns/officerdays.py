"""An officer's days at counters, put together from the rows that terminals report."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kiosk.domain.rating import FLAGS, Half, Outcome
from sync.central.disclosure import Counts
from sync.central.measures import satisfied_of
from sync.messages import SIGN_ONS


class LineRow(NamedTuple):
    """Ratings of an officer's half-day at a counter."""

    officer: str
    day: date
    counter: str
    half: str
    levels: int
    counts: Counts


class OtherRow(NamedTuple):
    """Anything else that is counted of an officer's day: an outcome, or a gap."""

    officer: str
    day: date
    what: str
    n: int


@dataclass(slots=True)
class OfficerDay:
    """One officer's day at one counter. Minutes and counts that no counter is known of stand with
    the counter that has most of the day's ratings."""

    day: date
    counter: str = ""
    morning: int = 0
    """Ratings."""
    afternoon: int = 0
    satisfied_morning: int = 0
    satisfied_afternoon: int = 0
    tickets: int = 0
    """0 also where another officer was rated at the counter that day: tickets name nobody."""
    offered: int = 0
    not_offered: int = 0
    flagged: int = 0
    paused: int = 0
    """Minutes."""
    covered: int = 0
    """Minutes."""
    sign_ons: int = 0

    @property
    def n(self) -> int:
        return self.morning + self.afternoon

    @property
    def satisfied(self) -> int:
        return self.satisfied_morning + self.satisfied_afternoon


_FIELDS = {
    **{flag.value: "flagged" for flag in FLAGS},
    Outcome.OFFERED.value: "offered",
    Outcome.NOT_OFFERED.value: "not_offered",
    "paused-minutes": "paused",
    "covered-minutes": "covered",
    SIGN_ONS: "sign_ons",
}
"""What a row counts, by its name on the wire."""
OTHERS = frozenset(_FIELDS)
"""Which rows beside the ratings are asked for."""


def officer_days(
    lines: Iterable[LineRow],
    others: Iterable[OtherRow],
    tickets: Mapping[tuple[date, str], int],
) -> dict[str, list[OfficerDay]]:
    """Each officer's days with ratings, in their order."""
    days: dict[tuple[str, date], dict[str, OfficerDay]] = defaultdict(dict)
    rated_at: dict[tuple[date, str], set[str]] = defaultdict(set)
    for line in lines:
        of_day = days[line.officer, line.day]
        at_counter = of_day.setdefault(line.counter, OfficerDay(day=line.day, counter=line.counter))
        _add_ratings(at_counter, line)
        rated_at[line.day, line.counter].add(line.officer)
    counted: dict[tuple[str, date], Counter[str]] = defaultdict(Counter)
    for other in others:
        if other.what in _FIELDS:
            counted[other.officer, other.day][_FIELDS[other.what]] += other.n
    by_officer: dict[str, list[OfficerDay]] = defaultdict(list)
    for (officer, day), counters in sorted(days.items()):
        main = max(counters.values(), key=lambda one: (one.n, one.counter))
        for name, n in counted[officer, day].items():
            setattr(main, name, n)
        for counter, one in counters.items():
            if len(rated_at[day, counter]) == 1:
                one.tickets = tickets.get((day, counter), 0)
        by_officer[officer].append(main)
    return dict(by_officer)


def _add_ratings(day: OfficerDay, line: LineRow) -> None:
    n, satisfied = sum(line.counts), satisfied_of(line.levels, line.counts)
    if line.half == Half.MORNING.value:
        day.morning += n
        day.satisfied_morning += satisfied
    else:
        day.afternoon += n
        day.satisfied_afternoon += satisfied
