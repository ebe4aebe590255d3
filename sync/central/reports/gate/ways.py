"""Whether the office's results differ by the way in which citizens were asked: on the touch screen
or the panel, after an offer or at an open question, with the best or the worst face first.

Channels are the rounded rows of the published tables. Of the others whole blocks are summed that
were asked in one way alone; what is mixed is left out. Whole quarters that are published: so it is
said once for each, and changes no more.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import sqrt

from kiosk.domain.rating import Channel
from kiosk.domain.scale import FaceOrder
from sync.central.reports.gate.cut_tables import CUT_STEP, CutRow, QuarterCuts, Span, channel_rows
from sync.central.reports.gate.effects import INDEPENDENT
from sync.central.reports.gate.figures import figure
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction
from sync.central.store.month_sums import Sum

SURE = 3.2905267314919255
"""Two-sided 99.9 % quantile of the normal distribution: three pairs a quarter."""
LEAST = 0.05
"""A smaller difference is of no use to anybody."""
_PAIRS = (
    (Channel.TOUCH.value, Channel.PANEL.value),
    ("offered", "open"),
    (FaceOrder.BEST_FIRST.value, FaceOrder.WORST_FIRST.value),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two ways whose results differ by more than chance explains; rates rounded to a hundredth."""

    first: str
    second: str
    first_rate: float
    second_rate: float


def differences(
    t: Transaction,
    quarters: Span | None,
    cuts: Iterable[QuarterCuts],
    settings: SiteSettings,
    usual: Callable[[date], float],
) -> tuple[Difference, ...]:
    """The ways of asking that differ in these quarters; none where there are too few ratings.
    `usual`: the design effect in the year to a day."""
    if quarters is None:
        return ()
    rows = {row.what: row for row in channel_rows(cuts, settings.cuts_from)}
    for what, sums in t.blocks.by_way(*quarters).items():
        rows[what] = _row(what, sums, settings)
    return differing(rows, usual(quarters[1]))


def differing(rows: Mapping[str, CutRow], deff: float) -> tuple[Difference, ...]:
    """Of rounded rows: whoever reads them can check it."""
    pairs = ((rows.get(first), rows.get(second)) for first, second in _PAIRS)
    return tuple(
        Difference(
            first=first.what,
            second=second.what,
            first_rate=first.rate,
            second_rate=second.rate,
        )
        for first, second in pairs
        if first and second and first.rate is not None and second.rate is not None
        if _beyond_chance(first, second, deff)
    )


def _beyond_chance(first: CutRow, second: CutRow, deff: float) -> bool:
    """Whether two shares differ (the pooled z test, with n/deff in place of n)."""
    if first.bound or second.bound or not first.n or not second.n:
        return False
    one, other = first.rate or 0.0, second.rate or 0.0
    pooled = (one * first.n + other * second.n) / (first.n + second.n)
    error = sqrt(pooled * (1 - pooled) * deff * (1 / first.n + 1 / second.n))
    return abs(one - other) >= max(LEAST - 1e-9, SURE * error)


def _row(what: str, sums: Iterable[Sum], settings: SiteSettings) -> CutRow:
    result = figure(sums, settings, INDEPENDENT).result
    if result.n < settings.cuts_from or result.rate is None:
        return CutRow(what=what, n=None, rate=None)
    n = CUT_STEP * round(result.n / CUT_STEP)
    return CutRow(what=what, n=n, rate=round(result.rate, 2), bound=result.bound)
