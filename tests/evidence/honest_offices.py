"""Honest offices, quarter by quarter, as central's day rows tell of them; and officers who cheat.

An office has one to fourteen officers, at counters of 9 to 336 citizens a day. In it are families,
a season of enrolment, a rainy week, holidays, part-time officers, newcomers, moves to another
counter, one officer twice as quick as the peers, officers who get better or worse, who are ill and
pause more, who learn and cover the faces, and who change how often they sign on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from random import Random

from sync.central.patterns import OfficerDay

QUARTER, BEFORE = date(2026, 7, 1), date(2026, 1, 1)
"""The quarter that is looked at, and where the own past begins."""
END = date(2026, 9, 30)
PACES = (9, 20, 40, 80, 150, 336)
FAMILY = 1.2
"""Ratings for each service that is rated: now and then a family rates in a row."""
Days = list[OfficerDay]


class Asking(Enum):
    """How an office asks: always, by its queue system, or by a key that the officer presses."""

    ALWAYS, QUEUE, KEY = range(3)


@dataclass(frozen=True, slots=True)
class Habits:
    """How an officer serves in a quarter; shares from 0 to 1."""

    counter: str
    pace: float
    """Citizens a day."""
    answering: float
    content: float
    afternoon: float
    offering: float
    refused: float
    """Services that the queue system could not offer."""
    flags: float
    """Of a thousand ratings."""
    paused: float
    """Minutes a day."""
    covered: float
    sign_ons: float
    part_time: bool = False


@dataclass(frozen=True, slots=True)
class Office:
    """`tickets`: whether its queue machine's tickets come in."""

    asking: Asking
    tickets: bool
    past: dict[str, Days]
    now: dict[str, Days]


@dataclass(frozen=True, slots=True)
class _Season:
    """What a quarter has in common for everybody."""

    busy: float
    content: float
    answering: float
    afternoon: float
    rainy: date
    holidays: frozenset[date]


def honest(random: Random, asking: Asking | None = None, tickets: bool | None = None) -> Office:
    """An office and half a year of its past."""
    asking = asking or random.choice(list(Asking))
    tickets = random.random() < 0.7 if tickets is None else tickets
    size = random.choice((1, 2, 3, 5, 8, 10, 12, 14))
    quick = random.randrange(size)
    past: dict[str, Days] = {}
    now: dict[str, Days] = {}
    seasons = [_season(random, first) for first in (BEFORE, date(2026, 4, 1), QUARTER)]
    for number in range(size):
        officer = str(101 + number)
        habits = _habits(random, str(number), 2 if number == quick else 1)
        if random.random() > 0.05:  # else a newcomer
            past[officer] = [
                *_days(random, habits, seasons[0], asking, tickets, BEFORE),
                *_days(
                    random, _later(random, habits), seasons[1], asking, tickets, date(2026, 4, 1)
                ),
            ]
        later = _changed(random, habits)
        now[officer] = _days(random, later, seasons[2], asking, tickets, QUARTER)
    return Office(asking=asking, tickets=tickets, past=past, now=now)


def _season(random: Random, first: date) -> _Season:
    """One in four is a season of enrolment: busy, impatient, with full mornings."""
    enrolment = random.random() < 0.25
    working = [first + timedelta(days=k) for k in range(90)]
    return _Season(
        busy=1.8 if enrolment else random.uniform(0.85, 1.15),
        content=-0.06 if enrolment else random.gauss(0, 0.01),
        answering=0.85 if enrolment else random.uniform(0.95, 1.05),
        afternoon=-0.06 if enrolment else random.gauss(0, 0.015),
        rainy=first + timedelta(weeks=random.randrange(12)),
        holidays=frozenset(random.sample(working, random.randint(0, 6))),
    )


def _habits(random: Random, counter: str, speed: float) -> Habits:
    return Habits(
        counter=counter,
        pace=random.choice(PACES) * random.lognormvariate(0, 0.2) * speed,
        answering=random.betavariate(8, 6),
        content=random.betavariate(16, 4),
        afternoon=random.gauss(0.42, 0.04),
        offering=random.betavariate(22, 2),
        refused=random.betavariate(2, 40),
        flags=random.choice((0, 1, 3, 6)),
        paused=random.uniform(30, 80),
        covered=random.choice((0, 1, 3)),
        sign_ons=random.choice((1, 1.2, 2, 2.2, 3)),
    )


def _later(random: Random, habits: Habits) -> Habits:
    """The same officer a quarter later: a little better or worse."""
    return replace(
        habits,
        content=_within(habits.content + random.gauss(0, 0.012)),
        answering=_within(habits.answering * random.lognormvariate(0, 0.03)),
        pace=habits.pace * random.lognormvariate(0, 0.08),
        paused=habits.paused * random.lognormvariate(0, 0.1),
        afternoon=_within(habits.afternoon + random.gauss(0, 0.012)),
        offering=_within(habits.offering + random.gauss(0, 0.02)),
    )


def _changed(random: Random, habits: Habits) -> Habits:
    """The same in the quarter that is looked at, with what befalls honest officers."""
    now, happens = _later(random, habits), random.random()
    if happens < 0.05:
        return _habits(random, f"{habits.counter}-new", 1)
    if happens < 0.08:
        return replace(now, content=_within(now.content + random.uniform(0.02, 0.06)))
    if happens < 0.11:
        return replace(now, paused=now.paused * random.uniform(1.3, 1.8))
    if happens < 0.13:
        return replace(now, covered=now.covered + random.uniform(2, 8))
    if happens < 0.15:
        return replace(now, sign_ons=now.sign_ons + 1)
    if happens < 0.20:
        return replace(now, part_time=True)
    return now


def _days(
    random: Random, habits: Habits, season: _Season, asking: Asking, tickets: bool, first: date
) -> Days:
    days = []
    for number in range(91):
        day = first + timedelta(days=number)
        away = habits.part_time and day.weekday() in (1, 3)
        if day.weekday() > 4 or day in season.holidays or away or random.random() < 0.05:
            continue
        days.append(_day(random, habits, season, asking, tickets, day))
    return [day for day in days if day.n]


def _day(
    random: Random, habits: Habits, season: _Season, asking: Asking, tickets: bool, day: date
) -> OfficerDay:
    rain = 0.5 if season.rainy <= day < season.rainy + timedelta(weeks=1) else 1.0
    busy = (1.15 if day.weekday() == 0 else 1.0) * random.lognormvariate(0, 0.12)
    citizens = _poisson(random, habits.pace * season.busy * rain * busy)
    offered = citizens
    refused = 0
    if asking is Asking.QUEUE:
        refused = _binomial(random, citizens, habits.refused)
        offered = citizens - refused
    elif asking is Asking.KEY:
        offered = _binomial(random, citizens, habits.offering)
    rated = _binomial(random, offered, _within(habits.answering * season.answering))
    n = rated + _poisson(random, rated * (FAMILY - 1)) if asking is Asking.ALWAYS else rated
    mood = _within(habits.content + season.content + random.gauss(0, 0.04))
    later = _binomial(
        random, n, _within(habits.afternoon + season.afternoon + random.gauss(0, 0.04))
    )
    return OfficerDay(
        day=day,
        counter=habits.counter,
        morning=n - later,
        afternoon=later,
        satisfied_morning=_binomial(random, n - later, mood),
        satisfied_afternoon=_binomial(random, later, mood),
        tickets=citizens if tickets else 0,
        offered=offered if asking is not Asking.ALWAYS else 0,
        not_offered=refused,
        flagged=_poisson(random, n * habits.flags / 1000),
        paused=round(habits.paused * random.lognormvariate(0, 0.25)),
        covered=_poisson(random, habits.covered),
        sign_ons=max(1, _poisson(random, habits.sign_ons - 1) + 1),
    )


# --- cheats: what each does to a day -------------------------------------------------------------


def press_each_half_hour(random: Random, day: OfficerDay) -> OfficerDay:
    """The officer presses the best face, slowly."""
    return _more(day, morning=8, afternoon=9)


def friend_at_lunch(random: Random, day: OfficerDay) -> OfficerDay:
    """Somebody presses the best face twenty times after noon."""
    return _more(day, morning=0, afternoon=20)


def offer_to_the_smiling(random: Random, day: OfficerDay) -> OfficerDay:
    """With the offer key: 60 % of the services, those that went well; all of them answer."""
    offered = round(day.offered * 0.6)
    return _keep_content(replace(day, offered=offered), share=0.85, most=offered)


def pause_before_the_angry(random: Random, day: OfficerDay) -> OfficerDay:
    """Two minutes of pause as an angry citizen reaches for the screen: of ten, six go unheard."""
    kept = _keep_content(day, share=0.6)
    return replace(kept, paused=day.paused + 2 * (day.n - kept.n))


def cover_by_staff_page(random: Random, day: OfficerDay) -> OfficerDay:
    """The same by a page for staff over the faces."""
    kept = _keep_content(day, share=0.6)
    return replace(kept, covered=day.covered + 2 * (day.n - kept.n))


def cover_by_paper(random: Random, day: OfficerDay) -> OfficerDay:
    """The same by a sheet of paper: no machine sees it."""
    return _keep_content(day, share=0.6)


def forty_with_new_sign_ons(random: Random, day: OfficerDay) -> OfficerDay:
    """On Fridays forty in a row, with a new sign-on every five, so that no run is one."""
    if day.day.weekday() != 4:
        return day
    return replace(_more(day, morning=0, afternoon=40), sign_ons=day.sign_ons + 8)


Cheat = Callable[[Random, OfficerDay], OfficerDay]
CHEATS: tuple[tuple[Cheat, Asking | None], ...] = (
    (press_each_half_hour, None),
    (friend_at_lunch, None),
    (offer_to_the_smiling, Asking.KEY),
    (pause_before_the_angry, None),
    (cover_by_staff_page, None),
    (cover_by_paper, None),
    (forty_with_new_sign_ons, None),
)
"""Each with the way of asking that it needs."""


def cheating(random: Random, cheat: Cheat, days: Sequence[OfficerDay]) -> Days:
    return [cheat(random, day) for day in days]


def _more(day: OfficerDay, morning: int, afternoon: int) -> OfficerDay:
    return replace(
        day,
        morning=day.morning + morning,
        afternoon=day.afternoon + afternoon,
        satisfied_morning=day.satisfied_morning + morning,
        satisfied_afternoon=day.satisfied_afternoon + afternoon,
    )


def _keep_content(day: OfficerDay, share: float, most: int | None = None) -> OfficerDay:
    """Without `share` of those who are not satisfied; `most`: how many rate at all."""
    morning = day.morning - round(share * (day.morning - day.satisfied_morning))
    afternoon = day.afternoon - round(share * (day.afternoon - day.satisfied_afternoon))
    return replace(day, morning=morning, afternoon=afternoon)


def _within(share: float) -> float:
    return min(0.985, max(0.02, share))


def _poisson(random: Random, mean: float) -> int:
    if mean <= 0:
        return 0
    if mean > 12:
        return max(0, round(random.gauss(mean, mean**0.5)))
    n, at = 0, random.expovariate(1)
    while at < mean:
        n, at = n + 1, at + random.expovariate(1)
    return n


def _binomial(random: Random, n: int, share: float) -> int:
    if n > 30:
        return min(n, max(0, round(random.gauss(n * share, (n * share * (1 - share)) ** 0.5))))
    return sum(random.random() < share for _ in range(n))
