"""The same figure in the span before, and in the same span a year ago."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from sync.central import period as periods
from sync.central.change import Change, NotComparable, change
from sync.central.period import NoSuchPeriod, Period
from sync.central.reports.gate.figures import Figure, figure
from sync.central.sitesettings import SiteSettings
from sync.central.store.month_sums import Sum

BEFORE, YEAR_BEFORE = "before", "year_before"


@dataclass(frozen=True, slots=True)
class Earlier:
    """`which`: the span just before (BEFORE), or the same one a year ago (YEAR_BEFORE). `change`:
    by how much the newer figure differs, or why that cannot be said."""

    which: str
    period: Period
    figure: Figure
    change: Change | NotComparable

    @property
    def difference(self) -> Change | None:
        return self.change if isinstance(self.change, Change) else None


def earlier_spans(period: Period) -> dict[str, Period]:
    """Of a fiscal year both are the same one."""
    spans: dict[str, Period] = {}
    for which, earlier_span in (
        (BEFORE, periods.before),
        (YEAR_BEFORE, periods.year_before),
    ):
        try:
            span = earlier_span(period)
        except NoSuchPeriod:
            continue
        if span not in spans.values():
            spans[which] = span
    return spans


def earlier(
    now: Figure,
    period: Period,
    sums_of: Callable[[date, date], Iterable[Sum]],
    settings: SiteSettings,
    deff_of: Callable[[tuple[date, date]], float],
    is_of_few: Callable[[Period], bool] = lambda _: False,
) -> tuple[Earlier, ...]:
    """What `now` is compared with: whole blocks of those spans, as their own pages show them.
    `deff_of`: the design effect of a span. `is_of_few`: whether too few officers have results
    in a span."""
    compared = []
    for which, span in earlier_spans(period).items():
        then = figure(sums_of(*span.days), settings, deff_of(span.days))
        few = is_of_few(period) or is_of_few(span)
        difference = NotComparable.FEW_OFFICERS if few else change(now.result, then.result)
        compared.append(Earlier(which=which, period=span, figure=then, change=difference))
    return tuple(compared)
