"""Whether an officer differs from the office by more than chance, mix and unequal days explain.
Pure.

A plain 99 % interval accuses up to thirty of fifty equal officers a year: it takes ratings of one
day for independent, the office's services for equal, and asks fifty times. Here an officer's rate
stands beside what the office's others reach with the same services. Three things that are nobody's
merit or fault are allowed for: days that go well or badly as a whole, what differs between all
officers, and the number of comparisons. `tests/evidence/equal_officers.py` measures what is left.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, erfc, log, sqrt

from sync.central.clusters import USUAL_WEIGHT, Effect, design_effect
from sync.central.measures import HIDDEN_BELOW, Z95, Interval, bound_of

BEYOND = 3.09
"""Standard deviations: one comparison of 500 goes beyond by chance (Spiegelhalter 2005)."""
POINTS = 0.05
"""A smaller difference is no finding, however many ratings show it."""
FALSE_DISCOVERIES = 0.05
"""Of all findings of a round, the share that may be false (Benjamini and Hochberg 1995)."""
COMPARED_FROM = 100
"""Effective ratings from which an officer is compared with others."""
OTHERS_FROM = 100
"""Ratings by others, and OTHERS of them, from which a service has a usual rate."""
OTHERS = 2
OF_ONE = 0.75
"""The largest share of these that one of them may have: else one person's rate would be the usual
one, and shown to others."""
LEAST_BETWEEN = 0.01
"""No officers are so equal that their true rates differ by less than a point: an estimate of none
at all would make every adjusted value the same, and sure."""
FEWEST_COMPARED = 5
"""Officers below whom nobody can say what is usual."""
_WINSORISED = 0.1
"""The share at each end that counts as the one next to it: a few who do differ shall not hide
themselves by making the spread of all look wide."""


@dataclass(frozen=True, slots=True)
class Ratings:
    """Of one service."""

    n: int
    satisfied: int


@dataclass(frozen=True, slots=True)
class Round:
    """What an officer's blocks of a round hold: ratings by service, and what their spread tells.
    `section`: the one in which all of them closed; None: there are several, and no head reads the
    comparison."""

    services: Mapping[str, Ratings]
    effect: Effect
    section: str | None = None

    @property
    def n(self) -> int:
        return sum(ratings.n for ratings in self.services.values())


class Standing(StrEnum):
    """What a comparison came to; or why there is none."""

    WITHIN = "within"
    ABOVE = "above"
    BELOW = "below"
    FEW = "few"
    """Too few ratings, as far as they are independent."""
    ALONE = "alone"
    """Most are of services that too few others do."""
    FEW_OFFICERS = "few-officers"

    @property
    def compared(self) -> bool:
        return self in (Standing.WITHIN, Standing.ABOVE, Standing.BELOW)


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A share that stands in lists of people beside the raw one, and 95 % of where it may lie."""

    rate: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Finding:
    """`rate`, `expected`: shares, of the `n` ratings that can be compared; where nearly all agree,
    `rate` is a bound as in every figure. `spread`: the standard deviation of rate less expected
    among officers who do not differ; `between`: the part of it that days and mix do not explain.
    All 0 where not compared."""

    standing: Standing
    n: int = 0
    rate: float = 0.0
    bound: str = ""
    expected: float = 0.0
    spread: float = 0.0
    between: float = 0.0

    @property
    def adjusted(self) -> Adjusted:
        """The rate moved towards what is expected, the more the less it is known: the mean of what
        the true rate may be (Morris 1983, section 1), and 95 % of it."""
        between = max(self.between, LEAST_BETWEEN) ** 2
        sampling = self.spread**2 - self.between**2
        weight = between / (between + sampling)
        rate = self.expected + weight * (self.rate - self.expected)
        half = Z95 * sqrt(weight * sampling)
        return Adjusted(rate, Interval(max(0.0, rate - half), min(1.0, rate + half)))

    @property
    def low(self) -> float:
        """Where 499 of 500 lie who do not differ; at least five points around what is expected."""
        return max(0.0, self.expected - self._reach)

    @property
    def high(self) -> float:
        return min(1.0, self.expected + self._reach)

    @property
    def _reach(self) -> float:
        return max(POINTS, BEYOND * self.spread)


@dataclass(frozen=True, slots=True)
class _Beside:
    """An officer's ratings beside what is expected of their mix. `variance`: of rate less expected,
    while nothing but days and services differ between officers."""

    n: int
    satisfied: int
    expected: float
    variance: float
    freedom: int

    @property
    def bound(self) -> str:
        return (bound_of(self.n, self.satisfied) or ("", 0.0))[0]

    @property
    def rate(self) -> float:
        """Where nearly all agree, the bound: a verdict tells no more than the figure beside it."""
        bounded = bound_of(self.n, self.satisfied)
        return bounded[1] if bounded else self.satisfied / self.n

    @property
    def z(self) -> float:
        return (self.rate - self.expected) / sqrt(self.variance)


def compare(officers: Mapping[str, Round]) -> dict[str, Finding]:
    """Everybody of one closed round."""
    usual = _usual(officers.values())
    services = _totals(officers.values())
    standings: dict[str, Finding] = {}
    compared: dict[str, _Beside] = {}
    for id_, own in officers.items():
        beside = _beside(own, services, usual)
        if isinstance(beside, Standing):
            standings[id_] = Finding(standing=beside)
        else:
            compared[id_] = beside
    if len(compared) < FEWEST_COMPARED:
        return standings | {id_: Finding(standing=Standing.FEW_OFFICERS) for id_ in compared}
    return standings | _findings(compared)


def _findings(compared: Mapping[str, _Beside]) -> dict[str, Finding]:
    """Of those who are compared, all at once: what is usual follows from all of them."""
    between = between_officers([(one.z, one.variance) for one in compared.values()])
    scores = {id_: _score(one, between) for id_, one in compared.items()}
    discovered = discoveries({id_: erfc(abs(score) / sqrt(2)) for id_, score in scores.items()})
    findings = {}
    for id_, one in compared.items():
        standing = Standing.WITHIN
        apart = abs(one.rate - one.expected) > POINTS and abs(scores[id_]) > BEYOND
        if apart and id_ in discovered:
            standing = Standing.ABOVE if scores[id_] > 0 else Standing.BELOW
        findings[id_] = _finding(standing, one, between)
    return findings


def _finding(standing: Standing, one: _Beside, between: float) -> Finding:
    return Finding(
        standing=standing,
        n=one.n,
        rate=one.rate,
        bound=one.bound,
        expected=one.expected,
        spread=sqrt(one.variance + between),
        between=sqrt(between),
    )


def _usual(officers: Iterable[Round]) -> float:
    """The office's design effect: of all officers, weighed by how much each one's blocks tell."""
    freedom, weighed = 0, 0.0
    for own in officers:
        freedom += own.effect.freedom
        weighed += own.effect.freedom * own.effect.ratio
    return design_effect(Effect(weighed / freedom, freedom) if freedom else Effect(), 1.0)


@dataclass(frozen=True, slots=True)
class _Service:
    """Everybody's ratings of one service, each officer's with the section."""

    by_officer: tuple[tuple[str | None, Ratings], ...]

    def usual_to(self, own: Ratings, section: str | None) -> Ratings | None:
        """The ratings of the others; None where these are too few, or nearly all one person's. A
        head knows the own section's results and subtracts them: what remains is several people's
        too, or the section stands alone."""
        others = list(self.by_officer)
        others.remove((section, own))
        if section is not None:
            outside = [ratings for other, ratings in others if other != section]
            if not _are_of_several(outside):
                others = [(other, ratings) for other, ratings in others if other == section]
        each = [ratings for _, ratings in others]
        n = sum(ratings.n for ratings in each)
        if n < OTHERS_FROM or not _are_of_several(each):
            return None
        return Ratings(n, sum(ratings.satisfied for ratings in each))


def _are_of_several(each: Sequence[Ratings]) -> bool:
    """Whether the ratings are of OTHERS or more, and not nearly all one person's."""
    n = [ratings.n for ratings in each]
    return len(n) >= OTHERS and max(n) <= OF_ONE * sum(n)


def _totals(officers: Iterable[Round]) -> dict[str, _Service]:
    by_service: dict[str, list[tuple[str | None, Ratings]]] = {}
    for own in officers:
        for service, ratings in own.services.items():
            if ratings.n:
                by_service.setdefault(service, []).append((own.section, ratings))
    return {service: _Service(tuple(each)) for service, each in by_service.items()}


def _comparable(own: Round, services: Mapping[str, _Service]) -> list[tuple[Ratings, Ratings]]:
    """The own ratings and the others', of each service that enough others do. What is left out is
    ten ratings or more, or none: the result of all stands on the same page."""
    pairs = []
    for service, ratings in own.services.items():
        others = services[service].usual_to(ratings, own.section) if ratings.n else None
        if others is not None:
            pairs.append((ratings, others))
    pairs.sort(key=lambda pair: -pair[0].n)
    left_out = own.n - sum(ratings.n for ratings, _ in pairs)
    while pairs and 0 < left_out < HIDDEN_BELOW:
        left_out += pairs.pop()[0].n
    return pairs


def _beside(own: Round, services: Mapping[str, _Service], usual: float) -> _Beside | Standing:
    """An officer beside the others' rates of the same services: sum of n_s p_s over n. The own
    ratings are no part of p_s: nobody is compared with oneself. A service that hardly anybody else
    does is left out on both sides."""
    n, satisfied = 0, 0
    expected, independent, of_others = 0.0, 0.0, 0.0
    for ratings, others in _comparable(own, services):
        share = others.satisfied / others.n
        n += ratings.n
        satisfied += ratings.satisfied
        expected += ratings.n * share
        independent += ratings.n * share * (1 - share)
        of_others += ratings.n**2 * share * (1 - share) / others.n
    deff = design_effect(own.effect, usual)
    if own.n < COMPARED_FROM * deff:
        return Standing.FEW
    if 2 * n < own.n:
        return Standing.ALONE
    if n < COMPARED_FROM * deff:
        return Standing.FEW
    variance = (deff * independent + usual * of_others) / n**2
    # Where all others agree, nothing varies: one of the own then counts as the least that does.
    variance = max(variance, deff / n**2)
    return _Beside(
        n=n,
        satisfied=satisfied,
        expected=expected / n,
        variance=variance,
        freedom=own.effect.freedom + USUAL_WEIGHT,
    )


def between_officers(scores: Sequence[tuple[float, float]]) -> float:
    """The variance between officers beyond what chance gives: additive tau squared from phi, the
    mean of winsorised z squared (Spiegelhalter 2005, sections 3.3 and 3.4). `scores`: z and
    variance of each officer."""
    number = len(scores)
    ordered = sorted(z for z, _ in scores)
    cut = ceil(_WINSORISED * number)
    least, most = ordered[cut], ordered[number - 1 - cut]
    phi = sum(min(max(z, least), most) ** 2 for z in ordered) / number
    weights = [1 / variance for _, variance in scores]
    total = sum(weights)
    spare = total - sum(weight * weight for weight in weights) / total
    return max(0.0, (number * phi - (number - 1)) / spare)


def _score(one: _Beside, between: float) -> float:
    """How far an officer lies from what is expected, in standard deviations. The design effect is
    an estimate: the score is Student's t, as the normal one of the same rarity (Wallace 1959)."""
    t = (one.rate - one.expected) / sqrt(one.variance + between)
    f = one.freedom
    score = (8 * f + 1) / (8 * f + 3) * sqrt(f * log(1 + t * t / f))
    return score if t > 0 else -score


def discoveries(chances: Mapping[str, float]) -> Collection[str]:
    """Of whom a finding may be told so that no more than FALSE_DISCOVERIES of all are false, on
    average (Benjamini and Hochberg 1995). `chances`: two-sided, by officer."""
    ordered = sorted(chances, key=lambda id_: (chances[id_], id_))
    last = 0
    for place, id_ in enumerate(ordered, start=1):
        if chances[id_] <= FALSE_DISCOVERIES * place / len(ordered):
            last = place
    return frozenset(ordered[:last])
