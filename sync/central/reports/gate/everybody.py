"""The office's blocks as each may read them: who is in the house all that closed, everybody else no
fewer than those of NAMELESS officers, whatever is added or subtracted."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Protocol

from sync.central.disclosure import ONLINE, TABLES_WAIT, public_days, public_week_ends
from sync.central.reports.gate.effects import Effects, Span
from sync.central.reports.gate.figures import last_week_end, month_of
from sync.central.store.engine import Transaction
from sync.central.store.month_sums import Sum

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

    def effect(self, deffs: Effects, span: Span) -> float:
        """The design effect of a span."""


class InTheHouse:
    """All that closed."""

    def __init__(self, t: Transaction, today: date) -> None:
        self._blocks = t.blocks
        self.as_of = today
        self.sums = cache(self._sums)  # the page asks of a span more than once

    def _sums(self, first: date, last: date) -> BySection:
        return without_online(self._blocks.by_section(first, last))

    def months(self, first: date, last: date) -> Mapping[date, list[Sum]]:
        return self._blocks.by_month(first, last)

    def effect(self, deffs: Effects, span: Span) -> float:
        return deffs.of(span)


class ForEverybody:
    """What closed up to a public week end, as of TABLES_WAIT ago."""

    def __init__(self, t: Transaction, today: date) -> None:
        self._ends = public_week_ends(t.blocks.week_ends(), last_week_end(today))
        self.as_of = today - TABLES_WAIT
        # Of several spans the days are the same: a year has one month so far.
        self._closed = cache(t.blocks.by_section_of_days)

    def sums(self, first: date, last: date) -> BySection:
        days = public_days(self._ends, first, last)
        return self._closed(*days) if days else {}

    def months(self, first: date, last: date) -> Mapping[date, list[Sum]]:
        months = {end.replace(day=1) for end in self._ends if first <= end <= last}
        return {month: parts_of(self.sums(*month_of(month)).values()) for month in sorted(months)}

    def effect(self, deffs: Effects, span: Span) -> float:
        return deffs.beside(parts_of(self.sums(*span).values()), span[1])


def without_online(sums: dict[str, dict[str, list[Sum]]]) -> BySection:
    sums.get("", {}).pop(ONLINE, None)
    return sums


def parts_of(sums: Iterable[Mapping[str, Sequence[Sum]]]) -> list[Sum]:
    """Sums without whose they are."""
    return [part for by_officer in sums for parts in by_officer.values() for part in parts]
