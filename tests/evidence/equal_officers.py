"""Whom the report accuses where nobody differs: worlds of fifty equal officers over a year.

Nothing here is drawn by the product's own hands. Ratings come day by day; a day may be good or bad
as a whole (rho), and services may please more or less whoever does them. Blocks are closed by week
here anew. Only what is judged is the product's: design effects, intervals, and who differs.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import sqrt
from random import Random

from sync.central.clusters import design_effect, effect
from sync.central.comparing import Ratings, Round, Standing, compare
from sync.central.measures import Sample, result, wilson
from tests.evidence.figure import Figure, Measured, Run

OFFICERS, WEEKS, DAYS = 50, 26, 5
Z99 = 2.5758293035489004
MOST_ACCUSED = 0.1
"""Of fifty, in a year."""
LEAST_COVERED = 0.93
QUIET, BUSY = 2.4, 7
"""Ratings a day: about 300 and 900 in a round."""
RATES = {"a": 0.88, "b": 0.85, "c": 0.82}


@dataclass(frozen=True, slots=True)
class World:
    """`rho`: how much ratings of a day resemble one another. `mixed`: whether services differ."""

    name: str
    rho: float = 0.0
    mixed: bool = False


WORLDS = (
    World("independent"),
    World("days .05", rho=0.05),
    World("days .1", rho=0.1),
    World("services", mixed=True),
    World("both", rho=0.1, mixed=True),
)


@dataclass(slots=True)
class Half:
    """What one officer's blocks of a round add up to, as the report's tables hold it."""

    mean: float
    """Of all who might have rated: what an interval should cover."""
    services: dict[str, list[int]] = field(default_factory=dict)
    blocks: int = 0
    n: int = 0
    satisfied: int = 0
    nn: int = 0
    nk: int = 0
    kk: int = 0

    def close(self, n: int, satisfied: int) -> None:
        self.blocks += 1
        self.n += n
        self.satisfied += satisfied
        self.nn += n * n
        self.nk += n * satisfied
        self.kk += satisfied * satisfied


def draw_half(random: Random, world: World, daily: float, worse: float = 0.0) -> Half:
    """A round of one officer with so many ratings a day, who is `worse` than the others."""
    shares = _mix(random) if world.mixed else {"b": 1.0}
    half = Half(mean=sum(share * RATES[s] for s, share in shares.items()) - worse)
    width = sqrt(world.rho * 0.85 * 0.15)
    n = satisfied = 0
    for _ in range(WEEKS):
        for _ in range(DAYS):
            mood = random.choice((-width, width)) - worse
            for _ in range(_citizens(random, daily)):
                service = _one(random, shares)
                pleased = random.random() < RATES[service] + mood
                counts = half.services.setdefault(service, [0, 0])
                counts[0] += 1
                counts[1] += pleased
                n += 1
                satisfied += pleased
        if n >= 10:
            half.close(n, satisfied)
            n = satisfied = 0
    return half


def _mix(random: Random) -> dict[str, float]:
    """Most of one service, something of the others."""
    main = random.choice(tuple(RATES))
    return {service: 0.8 if service == main else 0.1 for service in RATES}


def _one(random: Random, shares: Mapping[str, float]) -> str:
    if len(shares) == 1:
        return next(iter(shares))
    dice = random.random()
    for service, share in shares.items():
        dice -= share
        if dice < 0:
            return service
    return service


def _citizens(random: Random, mean: float) -> int:
    """About so many, as much as chance has it."""
    return max(0, round(random.gauss(mean, sqrt(mean))))


def as_round(half: Half) -> Round:
    services = {name: Ratings(n, k) for name, (n, k) in half.services.items()}
    return Round(services=services, effect=effect([half]))


def accused(halves: Mapping[str, Half]) -> list[str]:
    """Whom the report says to differ."""
    found = compare({name: as_round(half) for name, half in halves.items()})
    return [name for name, one in found.items() if one.standing in (Standing.ABOVE, Standing.BELOW)]


def accused_by_99(halves: Mapping[str, Half]) -> list[str]:
    """Whom a plain 99 % interval accuses, against the office's rate: the negative control."""
    office = sum(h.satisfied for h in halves.values()) / sum(h.n for h in halves.values())
    out = []
    for name, half in halves.items():
        wide = wilson(half.satisfied, half.n, Z99)
        if not wide.low <= office <= wide.high:
            out.append(name)
    return out


def covered(halves: Mapping[str, Half]) -> int:
    """Of how many officers the interval that the report shows holds the true rate."""
    usual = design_effect(effect(halves.values()), 1.0)
    inside = 0
    for half in halves.values():
        deff = design_effect(effect([half]), usual)
        shown = result(Sample(n=half.n, satisfied=half.satisfied), deff=deff).interval
        inside += shown is not None and shown.low <= half.mean <= shown.high
    return inside


Accuser = Callable[[Mapping[str, Half]], list[str]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A year in a world, many times over."""

    world: World
    years: float
    accused: int
    intervals: int
    covered: int

    @property
    def a_year(self) -> float:
        return self.accused / self.years

    @property
    def coverage(self) -> float:
        return self.covered / self.intervals

    def failures(self, seed: int) -> Iterator[str]:
        """What is worse than the targets by more than chance: three standard deviations."""
        expected = MOST_ACCUSED * self.years
        if self.accused > expected + 3 * sqrt(expected):
            yield f"seed {seed}, {self.world.name}: {self.a_year:.2f} of 50 accused a year"
        doubt = 3 * sqrt(LEAST_COVERED * (1 - LEAST_COVERED) / self.intervals)
        if self.coverage < LEAST_COVERED - doubt:
            yield f"seed {seed}, {self.world.name}: {self.coverage:.1%} of intervals hold the truth"


def live(world: World, rounds: int, seed: int, accuse: Accuser = accused) -> Outcome:
    """So many rounds; every other one of officers with few ratings."""
    random = Random(f"{seed} {world.name}")
    hit = inside = 0
    for number in range(rounds):
        halves = _office(random, world, BUSY if number % 2 else QUIET)
        hit += len(accuse(halves))
        inside += covered(halves)
    return Outcome(
        world=world,
        years=rounds / 2,
        accused=hit,
        intervals=rounds * OFFICERS,
        covered=inside,
    )


def power(world: World, n: int, rounds: int, seed: int) -> float:
    """How often one officer of fifty who is eight points worse is seen, from `n` ratings."""
    random = Random(f"{seed} {world.name} {n}")
    seen = 0
    for _ in range(rounds):
        halves = _office(random, world, n / (WEEKS * DAYS))
        halves["0"] = draw_half(random, world, n / (WEEKS * DAYS), worse=0.08)
        seen += "0" in accused(halves)
    return seen / rounds


def _office(random: Random, world: World, daily: float) -> dict[str, Half]:
    return {str(number): draw_half(random, world, daily) for number in range(OFFICERS)}


def measure(given: Run) -> Measured:
    """`given.size` rounds in each world."""
    outcomes = [live(world, given.size, given.seed) for world in WORLDS]
    most = max(one.a_year for one in outcomes)
    least = min(one.coverage for one in outcomes)
    failures = [failure for one in outcomes for failure in one.failures(given.seed)]
    seen = (f"{power(WORLDS[1], n, given.size, given.seed):.0%} at n {n:,}" for n in (300, 1200))
    text = f"{most:.2f} at most; {least:.0%} held; -8 points seen: {', '.join(seen)}"
    return Measured(text, tuple(failures))


FIGURE = Figure(
    name="equal officers accused, of 50 in a year",
    target="<= 0.1; intervals hold 93 %",
    quick=10,
    full=3000,
    measure=measure,
)
