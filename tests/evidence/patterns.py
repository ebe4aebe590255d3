"""How often honest officers are seen by the patterns of a quarter, and how often each cheat is."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from sync.central.patterns import look
from tests.evidence.figure import Figure, Measured, Run, collect_seldom
from tests.evidence.honest_offices import CHEATS, Cheat, Office, cheating, honest

MONTHS = 3
MOST_FALSE = 0.01
"""Of honest officer-months. A quarter is told once, so that one honest officer seen is one of three
months."""
MOST_SEEN_FLAGS = 10
Rule = Callable[[Office], set[str]]
"""Which officers of an office are seen."""
_SEEN_AT_LEAST = {
    "friend_at_lunch": 0.15,
    "offer_to_the_smiling": 0.3,
    "cover_by_staff_page": 0.15,
    "forty_with_new_sign_ons": 0.15,
}
"""Cheats begun in the quarter: what the catalogue is there for, with room for the few of the quick
size. The others are printed alone."""


def by_patterns(office: Office) -> set[str]:
    return {one.officer for one in look(office.now, office.past)}


def by_counted_flags(office: Office) -> set[str]:
    """A negative control: whoever has more than so many flags, of however many ratings."""
    return {
        officer
        for officer, days in office.now.items()
        if sum(day.flagged for day in days) > MOST_SEEN_FLAGS
    }


def by_nothing(_office: Office) -> set[str]:
    """The other: nobody is ever seen."""
    return set()


def seen_patterns(given: Run, rule: Rule = by_patterns) -> Measured:
    """`given.size` honest offices; and a sixteenth as many for each cheat: begun now, and
    always done."""
    collect_seldom()
    random = Random(given.seed)
    officers = wrong = 0
    for _ in range(given.size):
        office = honest(random)
        officers += len(office.now)
        wrong += len(rule(office))
    a_month = wrong / (MONTHS * officers)
    failures = []
    if a_month > MOST_FALSE:
        failures.append(f"{a_month:.2%} of honest officer-months are seen")
    few = max(4, given.size // 16)
    texts = []
    for cheat, asking in CHEATS:
        offices = [honest(random, asking) for _ in range(few)]
        begun, always = (_seen(random, cheat, offices, rule, past) for past in (False, True))
        name = cheat.__name__
        texts.append(f"{name.replace('_', ' ')} {begun:.0%} ({always:.0%})")
        if begun < _SEEN_AT_LEAST.get(name, 0):
            failures.append(f"{name}: only {begun:.0%} seen")
    text = (
        f"false {wrong / officers:.2%} a quarter, {a_month:.2%} a month of {officers:,}; "
        f"seen when begun (when always done): {', '.join(texts)}"
    )
    return Measured(text, tuple(failures))


def _seen(random: Random, cheat: Cheat, offices: list[Office], rule: Rule, past: bool) -> float:
    """In what share of offices an officer is seen who cheats; `past`: and always did."""
    seen = 0
    for office in offices:
        officer = random.choice(list(office.now))
        now = {**office.now, officer: cheating(random, cheat, office.now[officer])}
        before = dict(office.past)
        if past and officer in before:
            before[officer] = cheating(random, cheat, before[officer])
        seen += officer in rule(replace(office, past=before, now=now))
    return seen / len(offices)


FIGURE = Figure(
    name="patterns seen of honest officers, and of cheats",
    target="< 1 % of honest officer-months",
    quick=80,
    full=4_000,
    measure=seen_patterns,
)
