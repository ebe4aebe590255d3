"""The same attacker before the tables that cut across blocks: service, counter, half-day, half-day
by weekday, channel.

He knows every block's size and which blocks a table is of. Of a row he knows n within the
rounding, and adds, subtracts and completes to the totals until nothing gets narrower: tables of
earlier days, of months and years that overlap, rows that are left out, and mornings beside the
weekdays that make them up. A group is derived where he
can show that somebody is in it, and at most so many. That he knows each block and each officer's
year exactly helps no further: they hold ten or more, so that what one shares with a row is bounded
below ten only where the row is.

Reasons are no rows of this kind: how often one was named is an answer, of all the ratings that the
table is of.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from sync.central.disclosure import (
    Block,
    Counts,
    half_of,
    plus,
    publication_day,
    published_quarters,
    quarter_of,
    week_end,
)
from sync.central.period import choices
from sync.central.reports.gate import CUT_STEP, CutRow, cut_rows, half_day_rows
from sync.central.sitesettings import CUTS_FLOOR

ROWS = ("service", "counter", "half", "channel")
"""Under which rows a rating falls by itself."""
WEEKDAY = "weekday"
KINDS = (*ROWS, WEEKDAY)
_HALVES = "half"
SCALE = 5
MOST_SETS = 400
"""How many sets of blocks the attacker keeps in mind for one kind of table."""

Cuts = Mapping[str, Mapping[str, Counts]]
"""Counts by kind and row."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A block on the day it was published, and what its ratings fall under."""

    today: date
    officer: int
    block: Block
    cuts: Cuts


@dataclass(frozen=True, slots=True)
class Table:
    """What is read. `blocks`, and those that each row is told of: bits, one for each Closed. A row
    that is not listed has nobody in it."""

    kind: str
    blocks: int
    rows: tuple[tuple[CutRow, int], ...]


Rows = Callable[[Sequence[Mapping[str, Mapping[int, Counts]]], int], tuple[CutRow, ...]]
REPORT: Mapping[str, Rows] = dict.fromkeys(ROWS, cut_rows) | {WEEKDAY: half_day_rows}
"""How the report makes the rows of each kind of table."""
ALIKE: Mapping[str, Rows] = dict.fromkeys(KINDS, cut_rows)
"""As if a table of weekdays had none of mornings and afternoons beside it: a negative control."""


def by_quarters(
    history: Sequence[Closed], rows: Mapping[str, Rows] = REPORT, *, frozen: bool = True
) -> Iterator[Table]:
    """The report's tables as they are read on the day of each block and on each Monday. `rows`,
    `frozen`: what the rig's negative controls do otherwise."""
    waiting: dict[int, list[int]] = defaultdict(list)
    parts: dict[date, list[int]] = defaultdict(list)
    read = set()
    for today, numbers in _days(history):
        for number in numbers:
            one = history[number]
            waiting[one.officer].append(number)
            if not frozen or today <= publication_day(one.block.last_day):
                parts[quarter_of(one.block.last_day)[1]] += waiting.pop(one.officer)
        ended = week_end(today) - timedelta(days=7)
        spans = {published_quarters(p.first_day, p.last_day, ended) for p in choices(today)}
        for span in sorted(filter(None, spans)):
            quarters = [tuple(parts[q]) for q in sorted(parts) if span[0] <= q <= span[1]]
            if tuple(quarters) not in read:
                read.add(tuple(quarters))
                yield from _tables(history, quarters, rows)


def by_weeks(history: Sequence[Closed]) -> Iterator[Table]:
    """Tables of whatever a span has by now: a negative control."""
    for today, _ in _days(history):
        for span in choices(today):
            inside = (
                number
                for number, one in enumerate(history)
                if one.today <= today and span.first_day <= one.block.last_day <= span.last_day
            )
            yield from _tables(history, [tuple(inside)], REPORT)


def withheld_alone(
    quarters: Sequence[Mapping[str, Mapping[int, Counts]]], at_least: int
) -> tuple[CutRow, ...]:
    """A quarter's table that leaves out its small rows only, so that the total tells them:
    another."""
    if len(quarters) != 1:
        return ()
    return tuple(
        row
        for what, by in quarters[0].items()
        for row in (
            cut_rows([{what: by}], at_least)
            if sum(map(sum, by.values())) >= at_least
            else (CutRow(what=what, n=None, rate=None),)
        )
    )


WITHHELD_ALONE: Mapping[str, Rows] = dict.fromkeys(KINDS, withheld_alone)


def smallest_cornered(history: Sequence[Closed], tables: Iterator[Table]) -> int:
    """The smallest group that the tables show to have somebody in it; 0: none."""
    by_kind: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        # Mornings are the sum of their weekdays: both tables are read together.
        by_kind[_HALVES if table.kind == WEEKDAY else table.kind].append(table)
    n = [one.block.n for one in history]
    return min(filter(None, (_cornered(n, read) for read in by_kind.values())), default=0)


class _Bounds:
    """What is known of each row in each set of blocks: at least, at most."""

    def __init__(self, n: Sequence[int], read: Sequence[Table]) -> None:
        self.size: dict[int, int] = {}
        self._n = n
        names: dict[str, set[str]] = defaultdict(set)
        for table in read:
            names[table.kind] |= {row.what for row, _ in table.rows}
        for name in sorted(names[WEEKDAY]):
            names[_HALVES].add(half_of(name))
        self.of: dict[str, dict[int, list[int]]] = {
            name: {} for kind in sorted(names) for name in sorted(names[kind])
        }
        self.groups = [("", sorted(names[kind])) for kind in names if names[kind]]
        if names[WEEKDAY]:
            for half in sorted(names[_HALVES]):
                of_half = sorted(name for name in names[WEEKDAY] if half_of(name) == half)
                self.groups.append((half, of_half))
        for table in read:
            self.name(table.blocks)
            listed = {row.what for row, _ in table.rows}
            for name in names[table.kind] - listed:
                self.narrow(name, table.blocks, 0, 0)
            for row, blocks in table.rows:
                self.name(blocks)
                if row.n is None:
                    self.narrow(row.what, blocks, 1, self.size[blocks])
                else:
                    about = CUT_STEP // 2
                    self.narrow(row.what, blocks, max(CUTS_FLOOR, row.n - about), row.n + about)

    def name(self, blocks: int) -> None:
        if blocks not in self.size:
            total = sum(n for bit, n in enumerate(self._n) if blocks >> bit & 1)
            self.size[blocks] = total
            for known in self.of.values():
                known[blocks] = [0, total]

    def narrow(self, name: str, blocks: int, least: int, most: int) -> bool:
        known = self.of[name][blocks]
        tighter = [max(known[0], least), min(known[1], most)]
        if tighter[0] > tighter[1]:
            raise AssertionError(f"{name}: what is published contradicts itself")
        self.of[name][blocks] = tighter
        return tighter != known

    def complete(self) -> bool:
        """The rows of one kind and set are all there is of it; a morning's weekdays are all there
        is of the mornings."""
        changed = False
        for blocks, total in self.size.items():
            for whole, names in self.groups:
                total_low, total_high = self.of[whole][blocks] if whole else (total, total)
                least = sum(self.of[name][blocks][0] for name in names)
                most = sum(self.of[name][blocks][1] for name in names)
                for name in names:
                    low, high = self.of[name][blocks]
                    least_here, most_here = total_low - most + high, total_high - least + low
                    changed |= self.narrow(name, blocks, least_here, most_here)
                if whole:
                    changed |= self.narrow(whole, blocks, least, most)
        return changed

    def subtract(self, parts: Sequence[tuple[int, int, int]]) -> bool:
        """A set is the sum of its two parts."""
        changed = False
        for name, known in self.of.items():
            for whole, one, other in parts:
                for a, b in ((one, other), (other, one)):
                    (low, high), (low_b, high_b) = known[whole], known[b]
                    changed |= self.narrow(name, a, low - high_b, high - low_b)
                low = known[one][0] + known[other][0]
                changed |= self.narrow(name, whole, low, known[one][1] + known[other][1])
        return changed


def _cornered(n: Sequence[int], read: Sequence[Table]) -> int:
    bounds = _Bounds(n, read)
    for _ in range(2):  # differences, and differences of differences
        for one, other in combinations(sorted(bounds.size), 2):
            if one & other in (one, other) and len(bounds.size) < MOST_SETS:
                bounds.name(one ^ other)
    sets = sorted(filter(None, bounds.size))
    parts = [
        (whole, one, whole ^ one)
        for one, whole in ((a, b) for x, y in combinations(sets, 2) for a, b in ((x, y), (y, x)))
        if one & whole == one and one < whole ^ one and whole ^ one in bounds.size
    ]
    for _ in range(20):
        if not (bounds.complete() | bounds.subtract(parts)):
            break
    groups = [
        (max(low, 0), high)
        for known in bounds.of.values()
        for blocks, (row_low, row_high) in known.items()
        for low, high in (
            (row_low, row_high),
            (bounds.size[blocks] - row_high, bounds.size[blocks] - row_low),
        )
    ]
    return min((high for low, high in groups if low), default=0)


def _days(history: Sequence[Closed]) -> Iterator[tuple[date, list[int]]]:
    """Each day of a reading with the blocks of that day, until the last quarter is told."""
    if not history:
        return
    on: dict[date, list[int]] = defaultdict(list)
    for number, one in enumerate(history):
        on[one.today].append(number)
    day = min(on)
    while day <= publication_day(max(on)) + timedelta(days=1):
        if day.weekday() == 0 or day in on:
            yield day, on.get(day, [])
        day += timedelta(days=1)


def _tables(
    history: Sequence[Closed], quarters: Sequence[Sequence[int]], rows_of: Mapping[str, Rows]
) -> Iterator[Table]:
    for kind, rows in rows_of.items():
        sums = [_sum(history, numbers, kind) for numbers in quarters]
        bits = [sum(1 << number for number in numbers) for numbers in quarters]
        told_in: dict[str, int] = defaultdict(int)
        whole = 0
        for cuts, blocks in zip(sums, bits, strict=True):
            own = rows([cuts], CUTS_FLOOR)
            whole += blocks if own else 0
            for row in own:
                told_in[row.what] += blocks if row.n is not None else 0
        shown = rows(sums, CUTS_FLOOR)
        if shown:
            yield Table(kind, whole, tuple((row, told_in[row.what] or whole) for row in shown))


def _sum(
    history: Sequence[Closed], numbers: Sequence[int], kind: str
) -> dict[str, dict[int, Counts]]:
    found: dict[str, dict[int, Counts]] = {}
    for number in numbers:
        for what, counts in history[number].cuts[kind].items():
            before = found.get(what, {}).get(SCALE, (0, 0, 0, 0, 0))
            found[what] = {SCALE: plus(before, counts)}
    return found
