"""The patterns: one row each. A pattern has one leg or two; all of its legs must stand out.

A leg is a weekly number of an officer, on a scale on which twice as much is as far as half as much.
Thresholds were found with the honest offices of tests/evidence/honest_offices.py: over all rows
together fewer than one honest officer in a hundred is seen in a quarter. To raise one sees less; to
lower one accuses more, and the rig says how many.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log

from sync.central.patterns.officerdays import OfficerDay

Week = Sequence[OfficerDay]
_FEWEST = 8
"""Fewer ratings, tickets or services in a week say nothing."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A number of a week; None where the week says nothing. `sign`: 1 where more stands out, -1
    where less does. `least`: a smaller difference is of no use to anybody, however sure."""

    name: str
    number: Callable[[Week], float | None]
    sign: int
    least: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """`kind`: patterns of one kind have the same innocent causes, and the same is to be looked at.
    `past`: how many deviations all legs must stand out from the own past; `peers`: from the
    peers, 0: never asked, as officers differ in it for the best of reasons."""

    name: str
    kind: str
    legs: tuple[Leg, ...]
    past: float
    peers: float = 0.0


def _share(part: int, whole: int) -> float | None:
    """A share on the logit scale; None of too few."""
    if whole < _FEWEST:
        return None
    return log((part + 0.5) / (max(0, whole - part) + 0.5))


def _ratings(week: Week) -> float | None:
    n = sum(day.n for day in week)
    return log(n / len(week)) if n >= _FEWEST else None


def _ratings_per_ticket(week: Week) -> float | None:
    with_tickets = [day for day in week if day.tickets]
    tickets = sum(day.tickets for day in with_tickets)
    if tickets < _FEWEST:
        return None
    return log((sum(day.n for day in with_tickets) + 0.5) / tickets)


def _offers_per_ticket(week: Week) -> float | None:
    with_tickets = [day for day in week if day.tickets and day.offered]
    tickets = sum(day.tickets for day in with_tickets)
    if tickets < _FEWEST:
        return None
    return log(sum(day.offered for day in with_tickets) / tickets)


def _satisfaction(week: Week) -> float | None:
    return _share(sum(day.satisfied for day in week), sum(day.n for day in week))


def _afternoon(week: Week) -> float | None:
    return _share(sum(day.afternoon for day in week), sum(day.n for day in week))


def _better_afternoon(week: Week) -> float | None:
    """How much more satisfied afternoons are than mornings."""
    later = _share(sum(d.satisfied_afternoon for d in week), sum(d.afternoon for d in week))
    before = _share(sum(d.satisfied_morning for d in week), sum(d.morning for d in week))
    return None if later is None or before is None else later - before


def _not_offered(week: Week) -> float | None:
    refused = sum(day.not_offered for day in week)
    return _share(refused, refused + sum(day.offered for day in week))


def _paused(week: Week) -> float | None:
    """Minutes a day; five more, so that a minute of none is no doubling."""
    return log(5 + sum(day.paused for day in week) / len(week))


def _covered(week: Week) -> float | None:
    """The same; a quarter of an hour more: staff learn, and change their PINs."""
    return log(15 + sum(day.covered for day in week) / len(week))


def _sign_ons(week: Week) -> float | None:
    """On the day with most; three more, as who shares a terminal signs on often."""
    return log(3 + max(day.sign_ons for day in week))


def _flagged(week: Week) -> float | None:
    n = sum(day.n for day in week)
    return log(5 + 1000 * sum(day.flagged for day in week) / n) if n >= _FEWEST else None


MORE_RATINGS = Leg(name="more-ratings", number=_ratings, sign=1, least=log(1.15))
MORE_PER_TICKET = Leg(name="more-per-ticket", number=_ratings_per_ticket, sign=1, least=log(1.15))
FEWER_PER_TICKET = Leg(
    name="fewer-per-ticket", number=_ratings_per_ticket, sign=-1, least=log(1.15)
)
FEWER_OFFERS = Leg(name="fewer-offers", number=_offers_per_ticket, sign=-1, least=log(1.2))
BETTER = Leg(name="better", number=_satisfaction, sign=1, least=0.35)
LATER = Leg(name="later", number=_afternoon, sign=1, least=0.35)
BETTER_LATER = Leg(name="better-later", number=_better_afternoon, sign=1, least=0.35)
MORE_NOT_OFFERED = Leg(name="more-not-offered", number=_not_offered, sign=1, least=0.7)
LONGER_PAUSES = Leg(name="longer-pauses", number=_paused, sign=1, least=log(1.15))
LONGER_COVERED = Leg(name="longer-covered", number=_covered, sign=1, least=log(1.2))
MUCH_COVERED = Leg(name="much-covered", number=_covered, sign=1, least=log(2))
MORE_SIGN_ONS = Leg(name="more-sign-ons", number=_sign_ons, sign=1, least=log(1.8))
MORE_FLAGGED = Leg(name="more-flagged", number=_flagged, sign=1, least=log(4))

CATALOGUE = (
    Pattern(name="extra-ratings", kind="ratings", legs=(MORE_PER_TICKET, BETTER), past=2.0),
    Pattern(name="extra-ratings-uncounted", kind="ratings", legs=(MORE_RATINGS, BETTER), past=2.4),
    Pattern(name="over-tickets", kind="ratings", legs=(MORE_PER_TICKET,), past=5.0, peers=5.0),
    Pattern(name="afternoon", kind="afternoon", legs=(LATER, BETTER_LATER), past=2.0, peers=3.0),
    Pattern(name="jump", kind="jump", legs=(BETTER,), past=5.5),
    Pattern(name="chosen-offers", kind="offers", legs=(FEWER_OFFERS,), past=4.5, peers=4.5),
    Pattern(name="left-out", kind="offers", legs=(MORE_NOT_OFFERED,), past=5.0, peers=6.0),
    Pattern(name="fewer-and-better", kind="fewer", legs=(FEWER_PER_TICKET, BETTER), past=2.0),
    Pattern(name="pauses", kind="pauses", legs=(LONGER_PAUSES, BETTER), past=2.0),
    Pattern(name="long-pauses", kind="pauses", legs=(LONGER_PAUSES,), past=6.0, peers=6.0),
    Pattern(name="covered", kind="covered", legs=(LONGER_COVERED, BETTER), past=2.0),
    Pattern(name="long-covered", kind="covered", legs=(MUCH_COVERED,), past=5.0, peers=5.0),
    Pattern(name="sign-ons", kind="sign-ons", legs=(MORE_SIGN_ONS,), past=4.5, peers=8.0),
    Pattern(name="flagged", kind="flagged", legs=(MORE_FLAGGED,), past=5.0, peers=6.0),
)
