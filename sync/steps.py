"""What a terminal commits to, step by step, and how a step is checked. Shared by both ends; pure.

A step belongs to one sheet: an officer's business date. It has a number, and commits to what came
to the sheet since the step before, by name: each score of a half-day, each service, counter and
channel, each outcome, each reason. WIRE.md, "Steps".
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from msgspec.json import encode

from kiosk.domain.people import NO_OFFICER
from kiosk.domain.rating import Channel, Half, Outcome
from sync.commitment import BIT_BYTES, Committed, Dimension, NoProof, check, commit, opened
from sync.messages import Counted, DayReport, LineCount, OutcomeCount, ReasonCount, Step
from sync.protocol import digest

OFTEN, SELDOM, ALL = 4, 2, 8
"""Bits of an increment: what comes often, what comes seldom, and where a half-day's rest is taken
up. What does not fit goes into the next step."""

Counts = Mapping[str, int]
"""How often what is named came."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What citizens can answer: how many levels the scale has, and which reasons there are."""

    levels: int = 5
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Which step of which sheet."""

    site: str
    terminal: str
    day: date
    officer: str
    number: int


def counts_by_officer(
    lines: Iterable[LineCount], outcomes: Iterable[OutcomeCount], reasons: Iterable[ReasonCount]
) -> dict[str, Counter[str]]:
    """Everything that steps commit to, by officer."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        own, levels = counts[line.officer], len(line.n)
        for score, n in enumerate(line.n, start=1):
            own[_score(line.half, levels, score)] += n
        for kind, what in (
            ("service", line.service),
            ("counter", line.counter),
            ("channel", line.channel.value),
        ):
            own[f"{kind} {what}"] += sum(line.n)
    for outcome in outcomes:
        counts[outcome.officer][f"outcome {outcome.outcome.value}"] += outcome.n
    for reason in reasons:
        counts[reason.officer][f"reason {reason.reason}"] += reason.n
    return {officer: +own for officer, own in counts.items()}


def reported_counts(report: DayReport) -> dict[str, Counter[str]]:
    return counts_by_officer(report.lines, report.outcomes, report.reasons)


def usual_dimensions(
    officer: str, half: Half, asked: Asked, places: Iterable[tuple[str, str]], *, rest: bool
) -> tuple[Dimension, ...]:
    """What a step counts while a half-day goes on, or of one that is over (`rest`). It follows from
    settings and duties alone, never from what was pressed. `places`: services and counters of the
    officer's duties of the day."""
    often, seldom = (ALL, ALL) if rest else (OFTEN, SELDOM)
    names: dict[str, int] = {}
    if officer != NO_OFFICER:
        scores = range(1, asked.levels + 1)
        names |= dict.fromkeys((_score(half, asked.levels, score) for score in scores), often)
        for service, counter in sorted(set(places)):
            names |= {f"service {service}": often, f"counter {counter}": often}
        names |= {f"channel {channel.value}": often for channel in Channel}
        names |= {f"reason {reason}": seldom for reason in asked.reasons}
    names |= {f"outcome {outcome.value}": seldom for outcome in Outcome}
    return tuple(Dimension(name, bits) for name, bits in names.items())


def made_step(
    place: Place, dimensions: Sequence[Dimension], rest: Counts
) -> tuple[Step, Committed, Counter[str]]:
    """A step that commits to as much of `rest` as fits; with what opens it, and what it took up."""
    fitting = +Counter({d.name: min(rest.get(d.name, 0), d.most) for d in dimensions})
    committed = commit(_context(place, dimensions), dimensions, fitting)
    step = Step(
        date=place.day,
        officer=place.officer,
        number=place.number,
        dimensions=tuple(Counted(d.name, d.bits) for d in dimensions),
        proof=committed.proof,
    )
    return step, committed, fitting


def checked(site: str, terminal: str, step: Step) -> bytes:
    """The commitment of a step; NoProof when it could take something back, or is another's."""
    place = Place(
        site=site, terminal=terminal, day=step.date, officer=step.officer, number=step.number
    )
    dimensions = tuple(Dimension(counted.name, counted.bits) for counted in step.dimensions)
    if len(step.proof) != BIT_BYTES * sum(d.bits for d in dimensions):
        raise NoProof("a proof of another length")
    return check(_context(place, dimensions), dimensions, step.proof)


def step_digest(step: Step) -> str:
    """Of its own bytes, wherever it stands."""
    return digest(encode(step))


def opens(point: bytes, opening: str, counts: Counts) -> bool:
    """Whether `opening` opens the product of a sheet's steps as exactly these counts."""
    try:
        return opened(counts, bytes.fromhex(opening)) == point
    except NoProof:
        return False


def _score(half: Half, levels: int, score: int) -> str:
    return f"score {half.value} {levels} {score}"


def _context(place: Place, dimensions: Sequence[Dimension]) -> bytes:
    """What a proof is bound to: it proves nothing anywhere else."""
    lines = (
        "kiosk step 1",
        place.site,
        place.terminal,
        place.day.isoformat(),
        place.officer,
        str(place.number),
        *(f"{d.name} {d.bits}" for d in dimensions),
    )
    return "\n".join(lines).encode()
