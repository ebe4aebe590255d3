"""Where the marks of a chart stand, in per cent of its box. Pure; templates draw them as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import log10, sqrt

from sync.central.measures import Z95, Interval
from sync.central.reports.gate import Z99, Funnel, MonthFigure


@dataclass(frozen=True, slots=True)
class Mark:
    """A month: x and y in per cent (0 top), the interval's ends; `low` is None for a bound."""

    month: MonthFigure
    x: float
    y: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Trend:
    marks: tuple[Mark, ...]
    gaps: tuple[tuple[float, date], ...]
    """Months between that have no figure: x, and the month."""
    lines: tuple[str, ...]
    """SVG points of the lines that join months in a row; none crosses a gap."""
    floor: float
    """The share at the bottom of the box: 0, or higher where nothing lies lower."""

    def y(self, share: float) -> float:
        return _y(share, self.floor)


def trend(months: Sequence[MonthFigure]) -> Trend:
    """A chart from the first month that has a figure to the last; the scale reaches 100 %."""
    shown = {m.month: m for m in months if m.figure.result.rate is not None}
    lows = [_lowest(m) for m in shown.values()]
    floor = 0.0 if not lows or min(lows) < 0.5 else 0.5
    span = _months(min(shown), max(shown)) if shown else []
    marks, gaps = [], []
    runs: list[list[str]] = [[]]
    for i, month in enumerate(span):
        x = 100 * (i + 0.5) / len(span)
        if month not in shown:
            gaps.append((x, month))
            runs.append([])
            continue
        found = shown[month].figure.result
        y, ends = _y(found.rate or 0.0, floor), found.interval
        low, high = (_y(ends.low, floor), _y(ends.high, floor)) if ends else (None, None)
        marks.append(Mark(month=shown[month], x=x, y=y, low=low, high=high))
        runs[-1].append(f"{x:.2f},{y:.2f}")
    lines = tuple(" ".join(run) for run in runs if len(run) > 1)
    return Trend(marks=tuple(marks), gaps=tuple(gaps), lines=lines, floor=floor)


def _months(first: date, last: date) -> list[date]:
    count = 12 * (last.year - first.year) + last.month - first.month + 1
    start = 12 * first.year + first.month - 1
    return [date(m // 12, m % 12 + 1, 1) for m in range(start, start + count)]


def _lowest(month: MonthFigure) -> float:
    found = month.figure.result
    return found.interval.low if found.interval else found.rate or 0.0


def _y(share: float, floor: float) -> float:
    return 100 * (1 - (share - floor) / (1 - floor))


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


def funnel(found: Funnel) -> FunnelShape:
    """A funnel plot (Spiegelhalter 2005): how far chance carries the office's rate at each n,
    from 30 to some way beyond the result, on a logarithmic scale."""
    first, last = 30, max(400, 2 * found.n)
    sizes = [first * (last / first) ** (i / 40) for i in range(41)]
    floor = 0.0 if min(found.rate, _limits(found.office, first, Z99).low) < 0.5 else 0.5

    def x(n: float) -> float:
        return 100 * log10(n / first) / log10(last / first)

    def band(z: float) -> str:
        upper = [(x(n), _y(_limits(found.office, n, z).high, floor)) for n in sizes]
        lower = [(x(n), _y(_limits(found.office, n, z).low, floor)) for n in reversed(sizes)]
        return " ".join(f"{a:.2f},{b:.2f}" for a, b in (*upper, *lower))

    ticks = tuple((x(n), n) for n in (30, 100, 300, 1000, 3000, 10_000) if n <= last)
    bands = (band(Z95), band(Z99))
    here = (_y(found.office, floor), x(found.n), _y(found.rate, floor))
    return FunnelShape(*bands, *here, ticks, floor)


def _limits(rate: float, n: float, z: float) -> Interval:
    half = z * sqrt(rate * (1 - rate) / n)
    return Interval(max(0.0, rate - half), min(1.0, rate + half))
