"""Which ratings may be shown: blocks of one officer and whole weeks, each of ten or more. Pure.

A block closes at the first week end at which at least ten ratings are not in an earlier block; it
never changes. What arrives late for a published week is simply not in a block yet, and goes to the
next. Whatever is shown is a sum of whole blocks, so no difference of two figures covers fewer than
ten ratings.

Tables that cut across blocks (services, counters, half-days and their weekdays, channels, reasons)
can't be sums of whole blocks. They are published by whole quarters of the calendar, once, some
weeks after the quarter's end, and change no more: a table that grew with each week would tell the
week, and the office's exact totals would undo its rounding.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import MINYEAR, date, timedelta

from sync.central.measures import HIDDEN_BELOW

_DAY = timedelta(days=1)
TABLES_WAIT = timedelta(weeks=2)
"""How long a quarter's tables wait for terminals that come online late."""
NAMELESS = 3
"""Officers with results, from which on everybody may read them together; a section's figure on a
paper too, and beside an earlier one."""
Counts = tuple[int, int, int, int, int]
NONE: Counts = (0, 0, 0, 0, 0)
Cut = tuple[str, str]
"""A kind (service, counter, weekday, channel, reason) and which one: `half_day` of a weekday."""
ONLINE = "@online"
"""Stands in the officer's place for the online questionnaire: no officer's id starts so."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is counted beside ratings, never scored. `flagged`: ratings marked as bursts and runs
    (kiosk.domain.flags); they stay in the counts. The rest: where a queue exists, services whose
    question was `offered`, how many citizens `answered` and how many `skipped` it, services that
    ended `not_offered`, and presses while nothing was asked (`unasked`). At last, terminals' days
    with their faces `best_first` or `worst_first`: only whether there are any is ever shown."""

    suppressed: int = 0
    flagged: int = 0
    offered: int = 0
    answered: int = 0
    skipped: int = 0
    not_offered: int = 0
    unasked: int = 0
    best_first: int = 0
    worst_first: int = 0

    @property
    def served(self) -> int:
        """Services that ended, as far as the terminals know."""
        return self.offered + self.not_offered

    @property
    def lapsed(self) -> int:
        """Offers that were neither answered nor skipped."""
        return max(0, self.offered - self.answered - self.skipped)

    def __add__(self, other: "Beside") -> "Beside":
        if other is NOTHING_BESIDE:
            return self
        return Beside(
            suppressed=self.suppressed + other.suppressed,
            flagged=self.flagged + other.flagged,
            offered=self.offered + other.offered,
            answered=self.answered + other.answered,
            skipped=self.skipped + other.skipped,
            not_offered=self.not_offered + other.not_offered,
            unasked=self.unasked + other.unasked,
            best_first=self.best_first + other.best_first,
            worst_first=self.worst_first + other.worst_first,
        )

    def since(self, published: "Beside") -> "Beside":
        """What is more than `published`: a report that was put right may have less."""
        more = {}
        for name in BESIDE:
            more[name] = max(0, getattr(self, name) - getattr(published, name))
        return Beside(**more)


BESIDE = tuple(field.name for field in fields(Beside))
NOTHING_BESIDE = Beside()
"""Beside most days of most offices."""


@dataclass(frozen=True, slots=True)
class Block:
    """A published unit: `first_day` to `last_day` (a Sunday), counts worst first. `section`: the
    one its officer was in when it closed, whose result it stays."""

    number: int
    first_day: date
    last_day: date
    counts: Counts
    beside: Beside = NOTHING_BESIDE
    section: str = ""

    @property
    def n(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Scaled:
    """Whose, on which scale: `levels` is its number of levels."""

    officer: str
    levels: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """One officer's day on one scale."""

    day: date
    counts: Counts
    beside: Beside = NOTHING_BESIDE


def week_end(day: date) -> date:
    """The Sunday that ends the week of `day` (ISO 8601 weeks)."""
    return day + timedelta(days=6 - day.weekday())


def next_blocks(published: Iterable[Block], days: Iterable[DayCount], today: date) -> list[Block]:
    """The blocks to publish now, after those `published`, from all days of one officer on one
    scale. Only weeks that ended before `today` count.

    Where corrected reports have less than was published, later ratings of that level make it up
    first: each rating still stands in one block, and a block waits for no other level."""
    before = sorted(published, key=lambda block: block.number)
    number = before[-1].number if before else 0
    frontier = before[-1].last_day if before else date.min
    first_day = frontier + _DAY if before else None
    published_counts, published_beside = total(before), total_beside(before)
    counts, beside = NONE, Beside()
    blocks: list[Block] = []
    for sunday, week in sorted(_by_week(days).items()):
        if sunday >= today:
            break
        for day in week:
            counts = plus(counts, day.counts)
            beside += day.beside
        if first_day is None:
            first_day = sunday - timedelta(days=6)
        if sunday <= frontier:
            continue
        due = beyond(counts, published_counts)
        if sum(due) < HIDDEN_BELOW:
            continue
        number += 1
        more = beside.since(published_beside)
        blocks.append(
            Block(number=number, first_day=first_day, last_day=sunday, counts=due, beside=more)
        )
        published_counts = plus(published_counts, due)
        published_beside += more
        first_day = sunday + _DAY
    return blocks


@dataclass(frozen=True, slots=True)
class BlockDays:
    """Which days a published block has, and when it closed."""

    number: int
    first_day: date
    last_day: date
    published: date


def first_out_of_line(blocks: Iterable[BlockDays]) -> BlockDays | None:
    """The first of an officer's blocks on one scale, by their numbers, that `next_blocks` has not
    made: each has whole weeks that were over, and begins where the one before ended."""
    before: BlockDays | None = None
    for block in blocks:
        first, last = block.first_day, block.last_day
        is_whole = first.weekday() == 0 and last.weekday() == 6
        follows = before is None or (block.number, first) == (
            before.number + 1,
            before.last_day + _DAY,
        )
        if not (is_whole and follows and first < last < block.published):
            return block
        before = block
    return None


def _by_week(days: Iterable[DayCount]) -> dict[date, list[DayCount]]:
    """Days by the Sunday that ends their week."""
    weeks: dict[date, list[DayCount]] = {}
    for day in days:
        weeks.setdefault(week_end(day.day), []).append(day)
    return weeks


def quarter_of(day: date) -> tuple[date, date]:
    """First and last day of the calendar's quarter."""
    first = day.month - (day.month - 1) % 3
    return date(day.year, first, 1), date(day.year, first + 2, monthrange(day.year, first + 2)[1])


def quarters_of(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The quarters of a span of whole ones, oldest first."""
    while first <= last:
        quarter = quarter_of(first)
        yield quarter
        first = quarter[1] + _DAY


def publication_day(day: date) -> date:
    """The week end (a Sunday) after which the tables of the quarter that `day` is in are
    published. What a block that closes later has of them waits for the officer's next block."""
    return week_end(quarter_of(day)[1]) + TABLES_WAIT


def published_quarters(first: date, last: date, ended: date) -> tuple[date, date] | None:
    """The span that tables for `first` to `last` cover when the week up to `ended` is over: the
    whole quarters in it that are published. None where there are none: those of another span do
    not stand under this one."""
    begin, end = quarter_of(min(last, ended))
    while end > last or publication_day(end) > ended:
        if begin.year == MINYEAR:
            return None
        begin, end = quarter_of(begin - _DAY)
    if first > begin:
        return None
    whole, broken = quarter_of(first)
    return first if whole == first else broken + _DAY, end


def newest_quarter(last: date, ended: date) -> tuple[date, date] | None:
    """The quarter of `last`, or the last one before it whose tables are published when the week up
    to `ended` is over."""
    begin, end = quarter_of(min(last, ended))
    while publication_day(end) > ended:
        if begin.year == MINYEAR:
            return None
        begin, end = quarter_of(begin - _DAY)
    return begin, end


def next_publication(ended: date) -> date:
    """The day from which more tables than now can be read, when the week up to `ended` is over."""
    begin, end = quarter_of(ended)
    before = begin - _DAY
    return publication_day(before if publication_day(before) > ended else end) + _DAY


def withheld_rows(n: Mapping[str, int], at_least: int) -> frozenset[str]:
    """Rows of one quarter's table that are not shown: those of fewer than `at_least` ratings. While
    these are fewer than that together, the smallest of the others too: the total would tell
    them."""
    small = {what for what, count in n.items() if count < at_least}
    return _with_more_withheld(n, small, at_least)


def half_day(day: date, half: str) -> str:
    """A row of the table of half-days by weekday: the ISO number of the weekday, and the half."""
    return f"{day.isoweekday()}-{half}"


def half_of(what: str) -> str:
    """The half-day that a row by weekday is a part of."""
    return what.rpartition("-")[2]


def withheld_half_days(n: Mapping[str, int], at_least: int) -> frozenset[str]:
    """The same of half-days by weekday, which stand beside a table of mornings and afternoons: what
    is withheld of each of these is `at_least` or nothing too, for its row there is a total."""
    withheld: set[str] = set()
    for half in sorted({half_of(what) for what in n}):
        of_half = {what: count for what, count in n.items() if half_of(what) == half}
        withheld |= withheld_rows(of_half, at_least)
    return _with_more_withheld(n, withheld, at_least)


def _with_more_withheld(
    n: Mapping[str, int], withheld: Iterable[str], at_least: int
) -> frozenset[str]:
    """While what is withheld is less than `at_least` together, the smallest of the rest too."""
    rows = n.keys() - withheld
    hidden = sum(n.values()) - sum(n[what] for what in rows)
    while rows and 0 < hidden < at_least:
        smallest = min(rows, key=lambda what: (n[what], what))
        rows.remove(smallest)
        hidden += n[smallest]
    return frozenset(n.keys() - rows)


@dataclass(frozen=True, slots=True)
class WeekEnd:
    """A Sunday on which blocks closed: of how many officers, and of which, where these are one or
    two; of more, two."""

    day: date
    officers: int
    some: frozenset[str]


def public_week_ends(weeks: Iterable[WeekEnd], ended: date) -> list[date]:
    """The week ends up to which everybody may read what closed, when the week up to `ended` is
    over. From one to the next blocks of NAMELESS officers or more closed: a week of fewer waits for
    the next. Whatever is added or subtracted is of so many officers again. Each waits TABLES_WAIT
    for terminals that come online late."""
    ends = []
    waiting: frozenset[str] = frozenset()
    for week in sorted(weeks, key=lambda week: week.day):
        if week.day + TABLES_WAIT > ended:
            break
        waiting |= week.some
        if max(week.officers, len(waiting)) >= NAMELESS:
            ends.append(week.day)
            waiting = frozenset()
    return ends


def public_days(ends: Sequence[date], first: date, last: date) -> tuple[date, date] | None:
    """In which days those blocks closed that everybody reads for `first` to `last`: what waited
    for a week belongs to the span that has this week. None: none."""
    begin, end = bisect_left(ends, first), bisect_right(ends, last)
    if begin == end:
        return None
    return (ends[begin - 1] + _DAY if begin else date.min), ends[end - 1]


def total(blocks: Iterable[Block]) -> Counts:
    """The sum of whole blocks."""
    sum_ = NONE
    for block in blocks:
        sum_ = plus(sum_, block.counts)
    return sum_


def total_beside(blocks: Iterable[Block]) -> Beside:
    """What is counted beside whole blocks, summed."""
    return sum((block.beside for block in blocks), Beside())


def plus(a: Counts, b: Counts) -> Counts:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4])


def minus(a: Counts, b: Counts) -> Counts:
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2], a[3] - b[3], a[4] - b[4])


def beyond(a: Counts, b: Counts) -> Counts:
    """What `a` has more than `b`, level by level."""
    more = minus(a, b)
    return (
        max(0, more[0]),
        max(0, more[1]),
        max(0, more[2]),
        max(0, more[3]),
        max(0, more[4]),
    )
