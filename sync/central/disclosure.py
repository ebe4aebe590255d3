"""Which ratings may be shown: blocks of one officer and whole weeks, each of ten or more. Pure.

A block closes at the first week end at which at least ten ratings are not in an earlier block; it
never changes. What arrives late for a published week is simply not in a block yet, and goes to the
next. Whatever is shown is a sum of whole blocks, so no difference of two figures covers fewer than
ten ratings.

Tables that cut across blocks (services, counters, half-days, channels, reasons) can't be sums of
whole blocks. They are told by whole quarters of the calendar, once, some weeks after the quarter's
end, and change no more: a table that grew with each week would tell the week, and the office's
exact totals would undo its rounding.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import MINYEAR, date, timedelta

from sync.central.measures import HIDDEN_BELOW

_DAY = timedelta(days=1)
TABLES_WAIT = timedelta(weeks=2)
"""How long a quarter's tables wait for terminals that come online late."""
Counts = tuple[int, int, int, int, int]
NONE: Counts = (0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is counted beside ratings, never scored. `flagged`: ratings marked as bursts and runs
    (kiosk.domain.flags); they stay in the counts. The rest: where a queue exists, services whose
    question was `offered`, how many citizens `answered` and how many `skipped` it, services that
    ended `not_offered`, and presses while nothing was asked (`unasked`)."""

    suppressed: int = 0
    flagged: int = 0
    offered: int = 0
    answered: int = 0
    skipped: int = 0
    not_offered: int = 0
    unasked: int = 0

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
        )

    def since(self, shown: "Beside") -> "Beside":
        """What is more than `shown`: a report that was put right may have less."""
        return Beside(*(max(0, getattr(self, n) - getattr(shown, n)) for n in BESIDE))


BESIDE = tuple(field.name for field in fields(Beside))
NOTHING_BESIDE = Beside()
"""Beside most days of most offices."""


@dataclass(frozen=True, slots=True)
class Block:
    """A published unit: `first_day` to `last_day` (a Sunday), counts worst first."""

    number: int
    first_day: date
    last_day: date
    counts: Counts
    beside: Beside = NOTHING_BESIDE

    @property
    def n(self) -> int:
        return sum(self.counts)


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
    """The blocks to publish now, after those `published`, from everything that is known of one
    officer on one scale. Only weeks that ended before `today` count."""
    done = sorted(published, key=lambda block: block.number)
    number = done[-1].number if done else 0
    shown, beside_shown = NONE, Beside()
    for block in done:
        shown = plus(shown, block.counts)
        beside_shown += block.beside
    frontier = done[-1].last_day if done else date.min
    by_week: dict[date, list[DayCount]] = {}
    for count in days:
        by_week.setdefault(week_end(count.day), []).append(count)
    fresh: list[Block] = []
    total, beside = NONE, Beside()
    first: date | None = frontier + timedelta(days=1) if done else None
    for end in sorted(by_week):
        if end >= today:
            break
        for count in by_week[end]:
            total = plus(total, count.counts)
            beside += count.beside
        if first is None:
            first = end - timedelta(days=6)
        if end <= frontier:
            continue
        due = minus(total, shown)
        if sum(due) >= HIDDEN_BELOW and min(due) >= 0:
            number += 1
            more = beside.since(beside_shown)
            fresh.append(
                Block(number=number, first_day=first, last_day=end, counts=due, beside=more)
            )
            shown = total
            beside_shown += more
            frontier, first = end, end + timedelta(days=1)
    return fresh


def quarter_of(day: date) -> tuple[date, date]:
    """First and last day of the calendar's quarter."""
    first = day.month - (day.month - 1) % 3
    return date(day.year, first, 1), date(day.year, first + 2, monthrange(day.year, first + 2)[1])


def told_at(day: date) -> date:
    """The week end (a Sunday) after which the tables of the quarter that `day` is in are told. What
    a block that closes later has of them waits for the officer's next block."""
    return week_end(quarter_of(day)[1]) + TABLES_WAIT


def told(first: date, last: date, ended: date) -> tuple[date, date] | None:
    """The span that tables for `first` to `last` cover when the week up to `ended` is over: the
    whole quarters in it that are told; where there is none, the last one told before."""
    begin, end = quarter_of(min(last, ended))
    while end > last or told_at(end) > ended:
        if begin.year == MINYEAR:
            return None
        begin, end = quarter_of(begin - _DAY)
    if first > begin:
        return begin, end
    whole, broken = quarter_of(first)
    return first if whole == first else broken + _DAY, end


def next_told(ended: date) -> date:
    """The day from which more tables than now can be read, when the week up to `ended` is over."""
    begin, end = quarter_of(ended)
    before = begin - _DAY
    return told_at(before if told_at(before) > ended else end) + _DAY


def withheld(n: Mapping[str, int], at_least: int) -> frozenset[str]:
    """Rows of one quarter's table that are not told: those of fewer than `at_least` ratings. While
    they are fewer than that together, the smallest told row too: the total would tell them."""
    told_rows = {what for what, count in n.items() if count >= at_least}
    hidden = sum(n.values()) - sum(n[what] for what in told_rows)
    while told_rows and 0 < hidden < at_least:
        smallest = min(told_rows, key=lambda what: (n[what], what))
        told_rows.remove(smallest)
        hidden += n[smallest]
    return frozenset(n.keys() - told_rows)


def levels_shown(counts: Counts) -> bool:
    """Whether counts per level may be shown: every level that has any has at least three."""
    return all(n == 0 or n >= 3 for n in counts)


def total(blocks: Iterable[Block]) -> Counts:
    """The sum of whole blocks."""
    sum_ = NONE
    for block in blocks:
        sum_ = plus(sum_, block.counts)
    return sum_


def plus(a: Counts, b: Counts) -> Counts:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4])


def minus(a: Counts, b: Counts) -> Counts:
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2], a[3] - b[3], a[4] - b[4])
