"""Someone who keeps every figure ever published, and adds and subtracts.

A figure covers a set of ratings. Whatever sum of figures, over all pages and all days, singles out
a group, that group is made of whole atoms: ratings that no figure tells apart. So the smallest atom
bounds the smallest group that can be derived. Atoms, not only pairs of figures: this attacker can
also solve equations. Of the rounded tables, which cut across blocks, see tables.py.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from math import exp
from operator import attrgetter
from random import Random

from sync.central.disclosure import Block, Counts, DayCount, half_day, next_blocks, week_end
from tests.evidence.figure import Figure, Measured, Run
from tests.evidence.tables import KINDS, ROWS, WEEKDAY, Closed, by_quarters, smallest_cornered

START = date(2026, 10, 1)
SMALLEST = 10
_BUSIER_EACH = 8
"""Of so many offices one is busy enough for tables of half-days by weekday."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One rating: whose, of which day, when central came to know of it, and under which row of
    each table it falls."""

    id: int
    officer: int
    day: date
    known: date
    score: int
    rows: tuple[str, str, str, str] = ("general", "1", "am", "touch")
    """Service, counter, half-day, channel."""


@dataclass(frozen=True, slots=True)
class Stream:
    """An office over some weeks. `section[officer]` says where an officer belongs."""

    facts: tuple[Fact, ...]
    section: tuple[int, ...]
    last: date


Figures = Iterator[frozenset[int]]


def draw(random: Random, busier: int = 1) -> Stream:
    """An office: busy and quiet officers, each at a counter of their own most days, services of
    which one is rare, terminals that come online weeks late. So many times as busy: of quiet ones
    no half-day of a weekday has enough to stand in a table."""
    officers = random.randint(2, 6)
    weeks = random.randint(6, 20)
    services = [random.choice((0.02, 0.3, 1, 1)) for _ in range(random.randint(1, 4))]
    facts: list[Fact] = []
    for officer in range(officers):
        busy = busier * random.choice((0.3, 1, 2, 6))
        for back in range(weeks * 7):
            day = START + timedelta(days=back)
            if day.weekday() > 4:
                continue
            late = random.choice((0, 0, 0, 1, random.randint(1, 25)))
            counter = officer if random.random() < 0.95 else random.randrange(officers)
            for _ in range(_poisson(random, busy)):
                known = day + timedelta(days=1 + late)
                [service] = random.choices(range(len(services)), services)
                rows = (
                    f"s{service}",
                    f"{1 + counter}",
                    random.choice(("am", "am", "pm")),
                    random.choice(("touch", "panel", "panel")),
                )
                score = random.randint(1, 5)
                facts.append(
                    Fact(
                        id=len(facts), officer=officer, day=day, known=known, score=score, rows=rows
                    )
                )
    section = tuple(random.randint(0, 1) for _ in range(officers))
    return Stream(tuple(facts), section, START + timedelta(days=weeks * 7 + 30))


@dataclass(frozen=True, slots=True)
class Closing:
    """A block when it was published, and the ratings it covers."""

    today: date
    officer: int
    block: Block
    ids: frozenset[int]


def closings(stream: Stream) -> Iterator[Closing]:
    """Every block of the office as it closes."""
    blocks: dict[int, list[Block]] = defaultdict(list)
    inside: dict[int, frozenset[int]] = defaultdict(frozenset)
    known = [Known() for _ in stream.section]
    arriving: dict[date, list[Fact]] = defaultdict(list)
    for fact in stream.facts:
        arriving[fact.known].append(fact)
    for today in _days(stream):
        for fact in arriving[today]:
            known[fact.officer].add(fact)
        for officer, facts in enumerate(known):
            if not facts.due(today):
                continue
            for block in next_blocks(blocks[officer], facts.counts(), today):
                blocks[officer].append(block)
                fresh = facts.until(block.last_day) - inside[officer]
                inside[officer] |= fresh
                yield Closing(today=today, officer=officer, block=block, ids=frozenset(fresh))
            if sum(b.n for b in blocks[officer]) != len(inside[officer]):
                raise AssertionError("a block does not count what it covers")


def figures(stream: Stream, closed: Iterable[Closing]) -> Figures:
    """Every exact figure that the report shows on any day: officers, sections, the office."""
    inside: dict[int, frozenset[int]] = defaultdict(frozenset)
    months: dict[tuple[int, int], frozenset[int]] = defaultdict(frozenset)
    for _, today in groupby(closed, key=attrgetter("today")):
        for one in today:
            # A page shows each block, and sums by the month in which blocks closed.
            yield one.ids
            inside[one.officer] |= one.ids
            months[one.officer, one.block.last_day.month] |= one.ids
        yield from _sums(inside, stream.section)
        for month in {month for _, month in months}:
            closed_in = {o: months[o, month] for o in inside if (o, month) in months}
            yield from _sums(closed_in, stream.section)


def history(stream: Stream, closed: Iterable[Closing]) -> list[Closed]:
    """The same blocks with what tables are made of."""
    facts = {fact.id: fact for fact in stream.facts}
    found = []
    for one in closed:
        cuts: dict[str, dict[str, list[int]]] = {kind: {} for kind in KINDS}
        for fact in (facts[id_] for id_ in one.ids):
            _, _, half, _ = fact.rows
            rows = dict(zip(ROWS, fact.rows, strict=True))
            rows[WEEKDAY] = half_day(fact.day, half)
            for kind, what in rows.items():
                cuts[kind].setdefault(what, [0] * 5)[fact.score - 1] += 1
        counted = {k: {w: _counts(n) for w, n in by.items()} for k, by in cuts.items()}
        found.append(Closed(today=one.today, officer=one.officer, block=one.block, cuts=counted))
    return found


class Known:
    """What central knows of one officer by now."""

    def __init__(self) -> None:
        self._ids: dict[date, list[int]] = defaultdict(list)
        self._counts: dict[date, list[int]] = defaultdict(lambda: [0] * 5)
        self._fresh = False

    def add(self, fact: Fact) -> None:
        self._ids[fact.day].append(fact.id)
        self._counts[fact.day][fact.score - 1] += 1
        self._fresh = True

    def due(self, today: date) -> bool:
        """Whether central looks for blocks: something came in, or a week ended."""
        fresh, self._fresh = self._fresh, False
        return fresh or today.weekday() == 0

    def counts(self) -> list[DayCount]:
        return [DayCount(day, _counts(n)) for day, n in self._counts.items()]

    def until(self, last: date) -> set[int]:
        """The ratings of every day up to `last`."""
        return {id_ for day, ids in self._ids.items() if day <= last for id_ in ids}


def weekly_tables(stream: Stream) -> Figures:
    """What an office might do instead: a table each week. The rig's negative control."""
    for end in sorted({week_end(f.day) for f in stream.facts}):
        week: dict[int, frozenset[int]] = {}
        for officer in range(len(stream.section)):
            week[officer] = frozenset(
                f.id for f in stream.facts if f.officer == officer and week_end(f.day) == end
            )
        yield from _sums(week, stream.section)


def live_counts(stream: Stream) -> Figures:
    """Or a counter that goes up. The other negative control."""
    for today in _days(stream):
        yield frozenset(f.id for f in stream.facts if f.known <= today)


def smallest_atom(figures: Iterable[frozenset[int]]) -> int:
    """Size of the smallest set of ratings in some figure that no figure tells apart; 0: none."""
    where: dict[int, list[int]] = defaultdict(list)
    for number, figure in enumerate(set(figures)):
        for id_ in figure:
            where[id_].append(number)
    atoms = Counter(tuple(numbers) for numbers in where.values())
    return min(atoms.values(), default=0)


def attack(given: Run) -> Measured:
    """`given.size` offices."""
    failures = []
    smallest = {"figures": 0, "tables": 0}
    for number in range(given.size):
        seed = f"{given.seed} {number}"
        stream = draw(Random(seed), busier=1 if number % _BUSIER_EACH else 3)
        blocks = list(closings(stream))
        cut = history(stream, blocks)
        found = {
            "figures": smallest_atom(figures(stream, blocks)),
            "tables": smallest_cornered(cut, by_quarters(cut)),
        }
        for what, group in found.items():
            if 0 < group < SMALLEST:
                failures.append(f"stream {seed}: a group of {group} by {what}")
            smallest[what] = min(smallest[what] or group, group or smallest[what])
    told = ", ".join(f"{group} by {what}" for what, group in smallest.items())
    return Measured(f"{given.size:,} offices: smallest group {told}", tuple(failures))


def _sums(inside: dict[int, frozenset[int]], section: tuple[int, ...]) -> Figures:
    yield from (figure for figure in inside.values() if figure)
    for which in set(section):
        members = [inside[o] for o, s in enumerate(section) if s == which and o in inside]
        yield frozenset().union(*members)
    yield frozenset().union(*inside.values())


def _days(stream: Stream) -> Iterator[date]:
    day = START
    while day <= stream.last:
        yield day
        day += timedelta(days=1)


def _counts(n: list[int]) -> Counts:
    return n[0], n[1], n[2], n[3], n[4]


def _poisson(random: Random, mean: float) -> int:
    """Arrivals in one day: Knuth's method."""
    count, product, limit = 0, random.random(), exp(-mean)
    while product > limit:
        count += 1
        product *= random.random()
    return count


FIGURE = Figure(
    name="smallest group derivable from what is published",
    target=">= 10",
    quick=400,
    full=20_000,
    measure=attack,
)
