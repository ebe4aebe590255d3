"""A figure: what may be said of the sum of some whole blocks, and how it went by months."""

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kiosk.domain.scale import FaceOrder
from sync.central.disclosure import NONE, Beside, Counts, plus, week_end
from sync.central.measures import (
    AT_LEAST,
    AT_MOST,
    HIDDEN_BELOW,
    OfServed,
    Reading,
    Response,
    Result,
    Sample,
    Served,
    levels_shown,
    of_served,
    result,
    sample_of,
    shown_rate,
)
from sync.central.period import Period
from sync.central.reports.gate.effects import Effects, Span, effects
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction
from sync.central.store.month_sums import Sum
from sync.central.store.tickets import QuarterTickets

_FEWEST_TICKETS = 1000
"""From here on a whole per cent of the tickets is ten of them: nobody learns of fewer ratings."""
PER = 1_000
"""Flagged ratings are told of so many."""
_PER_FROM = 100
"""Of fewer ratings they are told as they are: one of forty is no 25 of a thousand."""


BOTH = "both"
"""The order of a figure from terminals, or days, whose faces stood in different orders."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Some whole blocks. `beside` stands beside the score; `level_counts` are counts worst first,
    empty where they may not be shown."""

    result: Result
    beside: Beside = Beside()  # noqa: RUF009  (a value, never changed)
    blocks: int = 0
    first_day: date | None = None
    last_day: date | None = None
    level_counts: tuple[int, ...] = ()

    @property
    def order(self) -> str:
        """In which order the faces stood: a FaceOrder; "both" where some stood one way and some
        the other; "" where that is not known."""
        orders = {
            FaceOrder.BEST_FIRST: self.beside.best_first,
            FaceOrder.WORST_FIRST: self.beside.worst_first,
        }
        seen = [order.value for order, days in orders.items() if days]
        return seen[0] if len(seen) == 1 else BOTH if seen else ""

    @property
    def flagged_share(self) -> tuple[float, int] | None:
        """How many ratings are flagged, and of how many: a count alone would accuse whoever serves
        many. None where there are none, or where n is hidden."""
        n, flagged = self.result.n, self.beside.flagged
        if not n or not flagged:
            return None
        return (flagged, n) if n < _PER_FROM else (round(PER * flagged / n, 1), PER)

    @property
    def flagged_per_1000(self) -> float | None:
        """What is usual among so many ratings; None of too few."""
        if self.result.n < _PER_FROM:
            return None
        return round(PER * self.beside.flagged / self.result.n, 1)

    @property
    def response(self) -> Response | None:
        """How many of those served answered; None where terminals know no services, too few, or
        fewer than answers: see `answers_exceed`."""
        answered, served = self.beside.answered, self.beside.served
        if served < HIDDEN_BELOW or answered > served:
            return None
        return Response(answered=answered, served=served, ratings=self.result.n)

    @property
    def answers_exceed(self) -> bool:
        """Whether more answers than services were counted: then neither tells a response."""
        return self.beside.answered > self.beside.served >= HIDDEN_BELOW

    @property
    def of_served(self) -> OfServed | None:
        """Of 100 served, what became of each; None where that is not known."""
        result, beside = self.result, self.beside
        if result.rate is None or self.response is None:
            return None
        served = Served(
            answered=beside.answered,
            declined=beside.skipped,
            left=beside.lapsed,
            never_asked=beside.not_offered,
        )
        # A bound is the same for all that it stands for.
        bounds = {AT_LEAST: result.n, AT_MOST: 0}
        satisfied = bounds.get(result.bound, round(result.rate * result.n))
        return of_served(result.n, satisfied, served)


@dataclass(frozen=True, slots=True)
class MonthFigure:
    """`weeks`: how many ended in the month and are over, four or five of a whole one: numbers of
    months tell nothing of how busy they were."""

    month: date
    figure: Figure
    weeks: int


@dataclass(frozen=True, slots=True)
class MonthRate:
    """A month's rate in per cent, as it is shown; None where it is hidden or a bound."""

    month: date
    per_cent: float | None


def month_rates(
    months: Mapping[date, Mapping[int, Counts]], compare_from: int
) -> tuple[MonthRate, ...]:
    """Of sums of whole blocks by month and scale: in whole per cent; none of a month with too few
    ratings to compare, for a line between points compares them."""
    rates = []
    for month, by_scale in sorted(months.items()):
        month_result = result(_sample(by_scale), compare_from)
        is_point = month_result.reading is Reading.WITH_INTERVAL and not month_result.bound
        per_cent = shown_rate(month_result.rate or 0.0, 0) if is_point else None
        rates.append(MonthRate(month=month, per_cent=per_cent))
    return tuple(rates)


def rates_of(months: Sequence[MonthFigure]) -> tuple[MonthRate, ...]:
    """The same of months that have their figures already."""
    return tuple(MonthRate(month=one.month, per_cent=point_of(one.figure)) for one in months)


def point_of(figure: Figure) -> float | None:
    """The rate in per cent as it is shown; None where it is hidden or a bound."""
    return None if figure.result.bound else figure.result.per_cent


def figure(sums: Iterable[Sum], settings: SiteSettings, deff: float) -> Figure:
    """What may be said of the sum of whole blocks, on whichever scales. `deff`: their design
    effect, which `Effects` tells."""
    parts = list(sums)
    if not parts:
        return Figure(result=result(Sample()))
    by_scale = _by_scale(parts)
    total = result(_sample(by_scale), settings.compare_from, deff)
    return Figure(
        result=total,
        beside=sum((part.beside for part in parts), Beside()),
        blocks=sum(part.blocks for part in parts),
        first_day=min(part.first_day for part in parts),
        last_day=max(part.last_day for part in parts),
        level_counts=_level_counts(by_scale) if total.interval is not None else (),
    )


def _by_scale(parts: Iterable[Sum]) -> dict[int, Counts]:
    """Counts of each scale, by its number of levels."""
    totals: dict[int, Counts] = {}
    for part in parts:
        totals[part.levels] = plus(totals.get(part.levels, NONE), part.counts)
    return totals


def _sample(by_scale: Mapping[int, Counts]) -> Sample:
    return sum((sample_of(levels, counts) for levels, counts in by_scale.items()), Sample())


def _level_counts(by_scale: Mapping[int, Counts]) -> tuple[int, ...]:
    """Counts by level, worst first; empty where they are of several scales or too small."""
    if len(by_scale) != 1:
        return ()
    [(levels, counts)] = by_scale.items()
    return counts[:levels] if levels_shown(counts) else ()


def orders_differ(figures: Iterable[Figure]) -> bool:
    """Whether figures that stand beside one another come from faces in different orders."""
    orders = {figure.order for figure in figures} - {""}
    return BOTH in orders or len(orders) > 1


@dataclass(frozen=True, slots=True)
class Coverage:
    """Ratings beside queue tickets, of the same counters on the same days, in whole quarters that
    are published. `per_cent` is rounded down, and more than 100 where there are more ratings than
    tickets: that is said, never cut off."""

    per_cent: int
    exceeds: bool
    first: date
    last: date


def coverage(quarters: Sequence[QuarterTickets]) -> Coverage | None:
    """Of the newest quarters without one missing between them; None where they have fewer than
    _FEWEST_TICKETS: then a per cent would tell fewer than ten ratings."""
    run: list[QuarterTickets] = []
    for quarter in reversed(quarters):
        if run and quarter.last + timedelta(days=1) != run[-1].first:
            break
        run.append(quarter)
    rated, served = sum(q.rated for q in run), sum(q.served for q in run)
    if served < _FEWEST_TICKETS:
        return None
    return Coverage(
        per_cent=100 * rated // served,
        exceeds=rated > served,
        first=run[-1].first,
        last=run[0].last,
    )


def trend(
    months: Mapping[date, list[Sum]],
    settings: SiteSettings,
    today: date,
    deff_of: Callable[[Span], float],
) -> tuple[MonthFigure, ...]:
    """Each month as on its own page. `deff_of`: the design effect of a span."""
    ended = last_week_end(today)
    return tuple(
        MonthFigure(
            month=month,
            figure=figure(sums, settings, deff_of(month_of(month))),
            weeks=weeks_ended(month, ended),
        )
        for month, sums in months.items()
    )


def month_of(day: date) -> Span:
    """The first and the last day of a month."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def weeks_ended(month: date, ended: date) -> int:
    """How many weeks ended in a month, up to a week end."""
    _, last = month_of(month)
    first_end = week_end(month.replace(day=1))
    return max(0, (min(last, ended) - first_end).days // 7 + 1)


def trend_span(period: Period, today: date) -> tuple[date, date]:
    """A trend shows a year at least: the twelve months to the end of the span, or to now."""
    end = min(period.last_day, max(today, period.first_day))
    year_before = (end.replace(day=1) - timedelta(days=334)).replace(day=1)
    return min(period.first_day, year_before), period.last_day


def trend_effects(t: Transaction, period: Period, today: date, *spans: Span) -> Effects:
    """For the months of a trend, and for these spans."""
    first, last = trend_span(period, today)
    return effects(t, [*spans, month_of(first), (first, last)], today)


def last_week_end(today: date) -> date:
    """The last week end that is over."""
    return week_end(today) - timedelta(days=7)
