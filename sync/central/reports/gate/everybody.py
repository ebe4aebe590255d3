"""The office's blocks as each may read them: who is in the house all that closed, everybody else no
fewer than those of NAMELESS officers, whatever is added or subtracted."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Protocol

from sync.central.clusters import Blocks
from sync.central.disclosure import (
    NAMELESS,
    ONLINE,
    TABLES_WAIT,
    WeekEnd,
    public_days,
    public_week_ends,
    quarters_of,
)
from sync.central.reports.gate.effects import Effects, Span, effect_of, usual_of, year_to
from sync.central.reports.gate.figures import last_week_end, month_of
from sync.central.store.engine import Transaction
from sync.central.store.month_sums import Sum
from sync.central.viewer import Viewer

_NOT_LONG = timedelta(weeks=8)
BySection = Mapping[str, Mapping[str, list[Sum]]]
"""Sums by the section in which blocks closed, and by officer."""


class OfficeBlocks(Protocol):
    """Without the online questionnaire. `as_of`: the day as of which they are complete."""

    @property
    def as_of(self) -> date: ...

    def sums(self, first: date, last: date) -> BySection:
        """Of a span of whole months, by section and officer."""

    def months(self, first: date, last: date) -> Mapping[date, list[Sum]]:
        """Of the office, by month."""

    def effect(self, span: Span) -> float:
        """The design effect of a span."""

    def usual(self, last: date) -> float:
        """What is usual in the year to the month of `last`, or to now."""

    def tables(self, quarters: Span | None) -> Span | None:
        """Whole quarters whose tables may be read; None where one may not."""


class InTheHouse:
    """All that closed."""

    def __init__(self, t: Transaction, deffs: Effects) -> None:
        self._blocks, self._deffs = t.blocks, deffs
        self.as_of = deffs.today
        self.sums = cache(self._sums)  # the page asks of a span more than once

    def _sums(self, first: date, last: date) -> BySection:
        return without_online(self._blocks.by_section(first, last))

    def months(self, first: date, last: date) -> Mapping[date, list[Sum]]:
        return self._blocks.by_month(first, last)

    def effect(self, span: Span) -> float:
        return self._deffs.of(span)

    def usual(self, last: date) -> float:
        return self._deffs.usual(last)

    def tables(self, quarters: Span | None) -> Span | None:
        return quarters


class ForEverybody:
    """What closed up to a public week end, as of TABLES_WAIT ago. Of most spans that is all that
    closed in them: they are read as in the house, from the months' sums. What is usual, and so an
    interval, is made of these alone too. `deffs`: of all spans that are asked for."""

    def __init__(self, t: Transaction, deffs: Effects) -> None:
        weeks = _week_ends(t, deffs.since)
        self._deffs = deffs
        self._weeks = sorted(week.day for week in weeks)
        self._ends = public_week_ends(weeks, last_week_end(deffs.today))
        self.as_of = deffs.today - TABLES_WAIT
        self.usual = cache(self._usual)
        self._all = InTheHouse(t, deffs)
        # Of several spans the days are the same: a year has one month so far.
        self._closed = cache(t.blocks.by_section_of_days)

    def sums(self, first: date, last: date) -> BySection:
        days = self._days(first, last)
        if days is None:
            return {}
        return self._all.sums(first, last) if self._is_all(first, last) else self._closed(*days)

    def months(self, first: date, last: date) -> Mapping[date, list[Sum]]:
        of_office = self._all.months(first, last)
        months = {end.replace(day=1) for end in self._ends if first <= end <= last}
        return {
            month: of_office[month]
            if self._is_all(*month_of(month))
            else parts_of(self.sums(*month_of(month)).values())
            for month in sorted(months)
        }

    def runs(self, first: date, last: date) -> list[BySection]:
        """What everybody reads of a span, from each public week end to the next: what whoever
        reads every week gets by subtracting."""
        of_ends = (public_days(self._ends, end, end) for end in self._ends if first <= end <= last)
        return [self._closed(*days) for days in of_ends if days]

    def effect(self, span: Span) -> float:
        return effect_of(self._parts(*span), self.usual(span[1]))

    def tables(self, quarters: Span | None) -> Span | None:
        """A table has all blocks of its quarter. It is read where everybody reads just these: what
        it has more, or less, would be of blocks that wait for others."""
        if quarters is None:
            return None
        is_read = (
            self._is_all(*span) or not self._closed_in(*span) for span in quarters_of(*quarters)
        )
        return quarters if all(is_read) else None

    def _usual(self, last: date) -> float:
        end = min(last, self._deffs.today)
        return usual_of(self._parts(year_to(end), month_of(end)[1]))

    def _parts(self, first: date, last: date) -> Iterable[Blocks]:
        if self._is_all(first, last):
            return self._deffs.between(first, last).values()
        return parts_of(self.sums(first, last).values())

    def _is_all(self, first: date, last: date) -> bool:
        """Whether everybody reads just those blocks of a span that closed in it."""
        days = self._days(first, last)
        return days is not None and self._weeks_in(first, last) == self._weeks_in(*days)

    def _days(self, first: date, last: date) -> Span | None:
        if first < self._deffs.since:
            raise ValueError(f"asked for {first}, and knows from {self._deffs.since} on")
        return public_days(self._ends, first, last)

    def _closed_in(self, first: date, last: date) -> bool:
        start, end = self._weeks_in(first, last)
        return end > start

    def _weeks_in(self, first: date, last: date) -> tuple[int, int]:
        return bisect_left(self._weeks, first), bisect_right(self._weeks, last)


def blocks_for(viewer: Viewer, t: Transaction, deffs: Effects) -> OfficeBlocks:
    """As this viewer reads them."""
    return InTheHouse(t, deffs) if viewer.signed_in else ForEverybody(t, deffs)


def _week_ends(t: Transaction, since: date) -> list[WeekEnd]:
    """Those by which public week ends are known from `since` on. A week of NAMELESS officers is one
    whatever was before it: without such a week not long before, all are read."""
    weeks = t.blocks.week_ends(since - _NOT_LONG)
    is_enough = any(week.day < since and week.officers >= NAMELESS for week in weeks)
    return weeks if is_enough else t.blocks.week_ends(date.min)


def without_online(sums: dict[str, dict[str, list[Sum]]]) -> BySection:
    sums.get("", {}).pop(ONLINE, None)
    return sums


def parts_of(sums: Iterable[Mapping[str, Sequence[Sum]]]) -> list[Sum]:
    """Sums without whose they are."""
    return [part for by_officer in sums for parts in by_officer.values() for part in parts]
