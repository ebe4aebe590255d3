"""Honest days and days with somebody's hand in them, as presses in time: the flags' rig. What the
journal and the ticket machine tell of days is in counter_days.py."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from kiosk.domain.encounter import Encounter, Phase, Press, Record, SignOn, Tick, step
from kiosk.domain.rating import Channel, Outcome
from kiosk.domain.rules import Rules
from kiosk.domain.scale import Score
from sync.central.measures import over_tickets
from tests.evidence import counter_days
from tests.evidence.counter_days import Rule, company
from tests.evidence.figure import Figure, Measured, Run
from tests.support.builders import PRASIT, SOMYING, duty_of, moment, rating_id

RULES = Rules()
OPEN_SECONDS = 8.5 * 3600
MOST_FALSE = 0.01
MOST_OF_FORTY = 30
"""Of forty presses in a row, so many are flagged at least."""
Day = list[tuple[float, int]]
"""Presses: seconds since opening, and the score."""


def honest(random: Random) -> Day:
    """Citizens one after the other, close together in the morning's rush: some rate, families
    rate in a row, a child presses again, some services take half a minute."""
    day: Day = []
    at, mood = 0.0, random.uniform(0.5, 0.95)
    quick = random.random() < 0.3
    while at < OPEN_SECONDS:
        rush = 2 * 3600 < at < 4 * 3600
        waiting = random.expovariate(1 / (15 if rush else random.choice((60, 240, 480))))
        at += waiting + (random.uniform(25, 90) if quick else random.uniform(40, 240))
        if random.random() > 0.6:
            continue
        for _ in range(company(random)):
            score = random.choice((4, 5, 5)) if random.random() < mood else random.randint(1, 4)
            day.append((at, score))
            if random.random() < 0.03:  # once more, at once: falls into the lock
                day.append((at + random.uniform(0.3, 3), score))
            at += random.uniform(7, 30)
    return day


def after_hours(random: Random) -> Day:
    """Before signing off in the evening, one five after the other."""
    day = honest(random)
    at = max(OPEN_SECONDS, day[-1][0]) + 600
    for _ in range(random.randint(8, 15)):
        at += random.uniform(6, 9)
        day.append((at, 5))
    return sorted(day)


def stuffed_at_the_end(random: Random) -> Day:
    """The officer makes up for the day before going home."""
    day, at = honest(random), OPEN_SECONDS - 600
    for _ in range(random.randint(12, 40)):
        day.append((at, 5))
        at += random.uniform(5.5, 12)
    return sorted(day)


def helped_between(random: Random) -> Day:
    """A handful of fives in each quiet spell."""
    day = honest(random)
    for _ in range(random.randint(3, 8)):
        at = random.uniform(0, OPEN_SECONDS)
        for _ in range(random.randint(7, 12)):
            day.append((at, 5))
            at += random.uniform(5.5, 14)
    return sorted(day)


def patient(random: Random) -> Day:
    """One five every few minutes: no flag can tell it from citizens; tickets can."""
    day = honest(random)
    day += [(t, 5) for t in range(0, int(OPEN_SECONDS), 300)]
    return sorted(day)


def forty_in_a_row(random: Random) -> Day:
    """Two officers, who sign on in turn every five presses: nothing else is pressed."""
    at, day = 0.0, list[tuple[float, int]]()
    for _ in range(40):
        day.append((at, 5))
        at += random.uniform(6, 12)
    return day


CHEATS: tuple[Callable[[Random], Day], ...] = (stuffed_at_the_end, helped_between, after_hours)


def flags_of(day: Day, sign_on_every: int = 0, *, forgets: bool = False) -> int:
    """How many flags the terminal's own encounter puts beside a day. `sign_on_every`: two officers
    sign on in turn after so many presses. `forgets`: a terminal that then forgets what came, for
    the rig's negative control."""
    state, found = Encounter(), 0
    state, _ = step(state, SignOn(duty_of()), moment(), RULES)
    for number, (at, score) in enumerate(day):
        if sign_on_every and number % sign_on_every == 0:
            officer = (SOMYING, PRASIT)[number // sign_on_every % 2]
            state, _ = step(state, SignOn(duty_of(officer)), moment(at), RULES)
            state = replace(state, recent=()) if forgets else state
        state, _ = step(state, Tick(), moment(at), RULES)
        if state.phase is Phase.THANKS:
            state, _ = step(state, Tick(), moment(at), RULES)
        press = Press(score=Score(score), channel=Channel.TOUCH, id=rating_id())
        state, effects = step(state, press, moment(at), RULES)
        for effect in effects:
            if isinstance(effect, Record):
                found += len([m for m in effect.marks if m in (Outcome.BURST, Outcome.RUN)])
    return found


def false_flags(
    given: Run, over: Rule = over_tickets, *, forgets_at_sign_on: bool = False
) -> Measured:
    """`given.size` honest days of each kind; and a tenth as many of each other, to show what is
    caught. `over`, `forgets_at_sign_on`: for the rig's negative controls."""
    random = Random(given.seed)
    wrong = sum(flags_of(honest(random)) > 0 for _ in range(given.size)) / given.size
    beside = (
        sum(counter_days.shows_a_gap(counter_days.honest(random), over) for _ in range(given.size))
        / given.size
    )
    few = max(1, given.size // 10)
    caught = {
        cheat.__name__: sum(flags_of(cheat(random)) > 0 for _ in range(few)) / few
        for cheat in (*CHEATS, patient)
    } | {
        cheat.__name__: sum(counter_days.shows_a_gap(cheat(random), over) for _ in range(few)) / few
        for cheat in counter_days.CHEATS
    }
    in_a_row = (flags_of(forty_in_a_row(random), 5, forgets=forgets_at_sign_on) for _ in range(few))
    caught["forty with a sign-on every five"] = (
        sum(flags >= MOST_OF_FORTY for flags in in_a_row) / few
    )
    names = ", ".join(f"{name.replace('_', ' ')} {share:.0%}" for name, share in caught.items())
    failures = []
    if wrong >= MOST_FALSE:
        failures.append(f"{wrong:.2%} of honest days are flagged")
    if beside >= MOST_FALSE:
        failures.append(f"{beside:.2%} of honest days have gaps or too many ratings")
    del caught[patient.__name__]  # seen by tickets alone
    if min(caught.values()) < 0.9:
        failures.append(f"of cheating days only {names} are flagged")
    text = f"presses {wrong:.2%}, gaps and tickets {beside:.2%} of {given.size:,}; {names}"
    return Measured(text, tuple(failures))


FIGURE = Figure(
    name="false flags on honest officer-days",
    target="< 1 %; each cheat seen in 90 %",
    quick=2_000,
    full=200_000,
    measure=false_flags,
)
