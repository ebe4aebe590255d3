"""Where the marks of a chart stand, in per cent of its box. Pure; templates draw them as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import log10, sqrt

from sync.central.measures import Z95, Interval
from sync.central.reports.gate import Z99, Funnel, MonthFigure


@dataclass(frozen=True, slots=True)
class Mark:
    """A month: x and y in per cent (0 top), and the ends of its interval, or of what a bound leaves
    open. `y` is None for a bound: nobody knows where the rate lies."""

    month: MonthFigure
    x: float
    y: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Trend:
    marks: tuple[Mark, ...]
    gaps: tuple[tuple[float, date], ...]
    """Months between that have no figure: x, and the month."""
    lines: tuple[str, ...]
    """SVG points of the lines that join months in a row; none crosses a gap or a bound."""
    floor: float
    """The share at the bottom of the box: 0, or higher where nothing lies lower."""

    def y(self, share: float) -> float:
        return _y(share, self.floor)


def trend(months: Sequence[MonthFigure]) -> Trend:
    """A chart from the first month that has a figure to the last; the scale reaches 100 %."""
    by_month = {m.month: m for m in months if m.figure.result.rate is not None}
    lowest = min(map(_lowest, by_month.values()), default=0.0)
    floor = 0.0 if lowest < 0.5 else 0.5
    span = _months(min(by_month), max(by_month)) if by_month else []
    marks, gaps = [], []
    runs: list[list[str]] = [[]]
    for i, month in enumerate(span):
        x = 100 * (i + 0.5) / len(span)
        if month not in by_month:
            gaps.append((x, month))
            runs.append([])
            continue
        mark = _mark(by_month[month], x, floor)
        marks.append(mark)
        if mark.y is None:
            runs.append([])
        else:
            runs[-1].append(f"{x:.2f},{mark.y:.2f}")
    lines = tuple(" ".join(run) for run in runs if len(run) > 1)
    return Trend(marks=tuple(marks), gaps=tuple(gaps), lines=lines, floor=floor)


def _mark(month: MonthFigure, x: float, floor: float) -> Mark:
    result = month.figure.result
    drawn = result.drawn or Interval(0.0, 1.0)
    return Mark(
        month=month,
        x=x,
        y=None if result.bound else _y(result.rate or 0.0, floor),
        low=_y(drawn.low, floor),
        high=_y(drawn.high, floor),
    )


def _months(first: date, last: date) -> list[date]:
    count = 12 * (last.year - first.year) + last.month - first.month + 1
    start = 12 * first.year + first.month - 1
    return [date(m // 12, m % 12 + 1, 1) for m in range(start, start + count)]


def _lowest(month: MonthFigure) -> float:
    drawn = month.figure.result.drawn
    return drawn.low if drawn else 0.0


def _y(share: float, floor: float) -> float:
    return 100 * (1 - (share - floor) / (1 - floor))


_FEWEST = 30
"""Where a funnel begins: results of fewer are compared with nothing."""
_BAND_POINTS = 40
_TICKS = (30, 100, 300, 1000, 3000, 10_000)


@dataclass(frozen=True, slots=True)
class FunnelShape:
    """Outlines as SVG points "x,y …" in a box of 100 × 100, and where the result stands."""

    band95: str
    band99: str
    office_y: float
    x: float
    y: float
    ticks: tuple[tuple[float, int], ...]
    floor: float

    def at(self, share: float) -> float:
        return _y(share, self.floor)


def funnel(result: Funnel) -> FunnelShape:
    """A funnel plot (Spiegelhalter 2005): how far chance carries the office's rate at each n,
    from 30 to some way beyond the result, on a logarithmic scale."""
    last = max(400, 2 * result.n)
    floor = 0.0 if min(result.rate, _limits(result.office, _FEWEST, Z99).low) < 0.5 else 0.5
    ticks = [n for n in _TICKS if n <= last]
    return FunnelShape(
        band95=_band(result.office, Z95, last, floor),
        band99=_band(result.office, Z99, last, floor),
        office_y=_y(result.office, floor),
        x=_funnel_x(result.n, last),
        y=_y(result.rate, floor),
        ticks=tuple((_funnel_x(n, last), n) for n in ticks),
        floor=floor,
    )


def _funnel_x(n: float, last: int) -> float:
    return 100 * log10(n / _FEWEST) / log10(last / _FEWEST)


def _band(rate: float, z: float, last: int, floor: float) -> str:
    """The outline of where results lie by chance: along the top, and back along the bottom."""
    top, bottom = [], []
    for i in range(_BAND_POINTS + 1):
        n = _FEWEST * (last / _FEWEST) ** (i / _BAND_POINTS)
        limits, x = _limits(rate, n, z), _funnel_x(n, last)
        top.append(f"{x:.2f},{_y(limits.high, floor):.2f}")
        bottom.append(f"{x:.2f},{_y(limits.low, floor):.2f}")
    return " ".join((*top, *reversed(bottom)))


def _limits(rate: float, n: float, z: float) -> Interval:
    half = z * sqrt(rate * (1 - rate) / n)
    return Interval(max(0.0, rate - half), min(1.0, rate + half))
