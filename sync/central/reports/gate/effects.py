"""The design effect of every figure, wherever it stands: one rule.

A figure's own blocks tell one, each beside its officer's rate in its section. It is weighed with
what is usual in the office: the same of all its blocks of the twelve months that end with the
figure's last one. So a span has one interval, on whichever page or paper it stands.

Few blocks tell no effect of their own. Where each is shown as a bound, what is printed of four of
them would say how many differ in which.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

from sync.central.clusters import Blocks, design_effect, effect
from sync.central.disclosure import ONLINE
from sync.central.store.engine import Transaction
from sync.central.store.spreads import (
    MonthRows,
    MonthSpreads,
    SiteSpreads,
    Spread,
    Whose,
    by_month,
)

INDEPENDENT = 1.0
"""The design effect where nothing is known of one."""
_WINDOW = 12
"""Months."""
_KNOWN = 32
"""Of so many readings the effects are known. One of a large office takes some 500 kB."""

Span = tuple[date, date]


class Effects:
    """Those of an office, as known on `today`. A span is whole months."""

    def __init__(self, spreads: MonthSpreads, since: date, today: date) -> None:
        self.since, self.today = since, today
        self._spreads = spreads
        self._months = sorted(spreads)
        self._until: list[dict[Whose, Spread]] = [{}]
        """Sums of everything before each month, and of everything."""
        for month in self._months:
            sums = dict(self._until[-1])
            for whose, spread in spreads[month].items():
                before = sums.get(whose)
                sums[whose] = before.plus(spread) if before else spread
            self._until.append(sums)
        self._usual: dict[date, float] = {}
        self._of_span: dict[Span, Mapping[Whose, Spread]] = {}

    def of(self, span: Span, *, section: str | None = None, officer: str | None = None) -> float:
        """Of what closed in a span: of one officer alone, or in one section."""
        if officer == ONLINE:
            return INDEPENDENT
        parts = [
            spread
            for whose, spread in self.between(*span).items()
            if section in (None, whose.section) and officer in (None, whose.officer)
        ]
        return self.beside(parts, span[1])

    def beside(self, parts: Iterable[Blocks], last: date) -> float:
        """Of some blocks of a span that ends with `last`."""
        return effect_of(parts, self.usual(last))

    def usual(self, last: date) -> float:
        """In the year to the month of `last`, or to now."""
        end = min(last, self.today).replace(day=1)
        if end not in self._usual:
            year = self.between(year_to(end), end)
            self._usual[end] = usual_of(year.values())
        return self._usual[end]

    def between(self, first: date, last: date) -> Mapping[Whose, Spread]:
        """What closed in whole months."""
        if first.replace(day=1) < self.since:
            raise ValueError(f"asked for {first}, and knows from {self.since} on")
        span = first.replace(day=1), last
        if span not in self._of_span:
            self._of_span[span] = self._summed(*span)
        return self._of_span[span]

    def _summed(self, first: date, last: date) -> Mapping[Whose, Spread]:
        start, end = bisect_left(self._months, first), bisect_right(self._months, last)
        if end - start <= 1:
            return self._spreads[self._months[start]] if end > start else {}
        before, until = self._until[start], self._until[end]
        sums = {}
        for whose, spread in until.items():
            earlier = before.get(whose)
            if spread != earlier:
                sums[whose] = spread.minus(earlier) if earlier else spread
        return sums


def usual_of(year: Iterable[Blocks]) -> float:
    """What is usual, of all blocks of an office's year: a single block tells none of its own."""
    return effect_of(year, INDEPENDENT)


def effect_of(parts: Iterable[Blocks], usual: float) -> float:
    """Of some blocks, beside what is usual."""
    return design_effect(effect(parts), usual)


def of_site(spreads: SiteSpreads) -> float:
    """The design effect of one office's span, beside its year."""
    return effect_of(spreads.of_span, usual_of(spreads.of_year))


def effects(t: Transaction, spans: Iterable[Span], today: date) -> Effects:
    """What figures of these spans need, read at once."""
    firsts, lasts = zip(*spans, strict=True)
    ends = (min(last, today) for last in lasts)
    since = min(*(first.replace(day=1) for first in firsts), *map(year_to, ends))
    return _of_rows(t.spreads.months(since, max(lasts)), since, today)


@lru_cache(maxsize=_KNOWN)
def _of_rows(rows: MonthRows, since: date, today: date) -> Effects:
    """By the rows themselves: whoever reads the same ones again finds what was worked out."""
    return Effects(by_month(rows), since, today)


def year_to(last: date) -> date:
    """The first of the twelve months that end with the month of `last`."""
    years, month = divmod(last.year * 12 + last.month - _WINDOW, 12)
    return date(years, month + 1, 1)
