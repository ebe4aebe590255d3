"""What the office did, on the days on which it did it, and its results before and after.

Before and after are whole months of the trend, summed: no figure of them is new. What else changed
in these months nobody knows, and the page says so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sync.central.change import Change, NotComparable, change
from sync.central.reports.gate.effects import INDEPENDENT, Span
from sync.central.reports.gate.figures import Figure, figure, month_of, weeks_ended
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction
from sync.central.store.month_sums import Sum

MONTHS = 3
"""So many before, and so many after, as far as the trend has them; the month itself is in none."""


@dataclass(frozen=True, slots=True)
class Improved:
    """`said` by citizens, `done` by the office on `day`: the day on which its line was marked as
    done. `months`: how many months the figures before and after are of."""

    day: date
    said: str
    done: str
    before: Figure
    after: Figure
    months: tuple[int, int]
    change: Change | NotComparable

    @property
    def difference(self) -> Change | None:
        return self.change if isinstance(self.change, Change) else None

    @property
    def why_none(self) -> str:
        """The key of the words that say why there is no difference."""
        return f"change.not_{self.change}" if self.months[1] else "improved.no_month"


def improvements_beside(
    t: Transaction,
    months: Mapping[date, Sequence[Sum]],
    settings: SiteSettings,
    deff_of: Callable[[Span], float],
    ended: date,
) -> tuple[Improved, ...]:
    """Those of the months from the first to the last of `months`, oldest first. `ended`: the last
    week end: a month that still runs is in no figure. `deff_of`: the design effect of a span."""
    if not months:
        return ()
    lines = []
    for line in t.improvements.done():
        month = line.day.replace(day=1)
        if not min(months) <= month <= max(months):
            continue
        earlier, later = _beside(month, months, ended)
        before, after = (_figure_of(of, months, settings, deff_of) for of in (earlier, later))
        improved = Improved(
            day=line.day,
            said=line.said,
            done=line.done,
            before=before,
            after=after,
            months=(len(earlier), len(later)),
            change=change(after.result, before.result),
        )
        lines.append(improved)
    return tuple(lines)


def _figure_of(
    chosen: Sequence[date],
    months: Mapping[date, Sequence[Sum]],
    settings: SiteSettings,
    deff_of: Callable[[Span], float],
) -> Figure:
    """Of these months together, in their order."""
    parts = [part for month in chosen for part in months[month]]
    if not parts:
        return figure(parts, settings, INDEPENDENT)
    return figure(parts, settings, deff_of((chosen[0], month_of(chosen[-1])[1])))


def _beside(month: date, months: Iterable[date], ended: date) -> tuple[list[date], list[date]]:
    """Of `months`, those within MONTHS before `month`, and those within as many after it that are
    over."""
    far = {one: _months_between(month, one) for one in months}
    earlier = [one for one in far if -MONTHS <= far[one] < 0]
    return earlier, [one for one in far if 0 < far[one] <= MONTHS and _is_over(one, ended)]


def _months_between(first: date, then: date) -> int:
    return (then.year - first.year) * 12 + then.month - first.month


def _is_over(month: date, ended: date) -> bool:
    """Whether every week that ends in a month has ended."""
    return weeks_ended(month, ended) == weeks_ended(month, date.max)
