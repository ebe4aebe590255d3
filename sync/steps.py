"""What a terminal commits to, step by step, and how a step is checked. Shared by both ends; pure.

A step belongs to one sheet: an officer's business date. It has a number, and commits to what came
to the sheet since the step before, by name: ratings of each half-day, score, service, counter and
channel together, each outcome, each reason. WIRE.md, "Steps".
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from msgspec.json import encode

from kiosk.domain.people import NO_OFFICER
from kiosk.domain.rating import Channel, Half, Outcome
from sync.commitment import Committed, Dimension, NoProof, check, commit, opened
from sync.messages import Counted, DayReport, LineCount, OutcomeCount, ReasonCount, Step
from sync.protocol import digest

OFTEN, SELDOM, ALL = 4, 2, 8
"""Bits of an increment: what comes often, what comes seldom, and where a half-day's rest is taken
up. What does not fit goes into the next step."""

Counts = Mapping[str, int]
"""How often what is named came."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What citizens can answer, and how: how many levels the scale has, which reasons there are,
    and what they can press."""

    levels: int = 5
    reasons: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = (Channel.TOUCH,)


@dataclass(frozen=True, slots=True)
class Place:
    """Which step of which sheet."""

    site: str
    terminal: str
    day: date
    officer: str
    history: int
    number: int


def counts_by_officer(
    lines: Iterable[LineCount], outcomes: Iterable[OutcomeCount], reasons: Iterable[ReasonCount]
) -> dict[str, Counter[str]]:
    """Everything that steps commit to, by officer."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        own, levels = counts[line.officer], len(line.n)
        where = (line.service, line.counter, line.channel)
        for score, n in enumerate(line.n, start=1):
            own[_rating(line.half, levels, score, *where)] += n
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
    officer's duties."""
    often, seldom = (ALL, ALL) if rest else (OFTEN, SELDOM)
    names: dict[str, int] = {}
    if officer != NO_OFFICER:
        names |= {
            _rating(half, asked.levels, score, service, counter, channel): often
            for service, counter in sorted(set(places))
            for channel in asked.channels
            for score in range(1, asked.levels + 1)
        }
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
        history=place.history,
        number=place.number,
        dimensions=tuple(Counted(d.name, d.bits) for d in dimensions),
        proof=committed.proof,
    )
    return step, committed, fitting


def checked(site: str, terminal: str, step: Step) -> bytes:
    """The commitment of a step; NoProof when it could take something back, or is another's."""
    place = Place(
        site=site,
        terminal=terminal,
        day=step.date,
        officer=step.officer,
        history=step.history,
        number=step.number,
    )
    dimensions = tuple(Dimension(counted.name, counted.bits) for counted in step.dimensions)
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


def ratings_of(half: Half) -> str:
    """With what the names of a half-day's ratings begin."""
    return f"rating {half.value} "


def _rating(
    half: Half, levels: int, score: int, service: str, counter: str, channel: Channel
) -> str:
    """All that a rating says in one name: nothing can be exchanged between two of them."""
    return f"{ratings_of(half)}{levels} {score} {service} {counter} {channel.value}"


def _context(place: Place, dimensions: Sequence[Dimension]) -> bytes:
    """What a proof is bound to: it proves nothing anywhere else."""
    lines = (
        "kiosk step 1",
        place.site,
        place.terminal,
        place.day.isoformat(),
        place.officer,
        str(place.history),
        str(place.number),
        *(f"{d.name} {d.bits}" for d in dimensions),
    )
    return "\n".join(lines).encode()
