"""Where the marks of a chart stand, in per cent of its box. Pure; templates draw them as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sync.central.comparing import Finding
from sync.central.measures import AT_LEAST, AT_MOST, Interval, Result, shown_ends, shown_rate
from sync.central.reports.gate import MonthFigure


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
    band: tuple[float, float] | None
    """The ends of the whole span's interval, low and high, behind the months; None without one."""
    floor: float
    """The share at the bottom of the box: 0, or higher where nothing lies lower."""

    def y(self, share: float) -> float:
        return _y(share, self.floor)


def trend(months: Sequence[MonthFigure], whole: Result | None = None) -> Trend:
    """A chart from the first month that has a figure to the last; the scale reaches 100 %. `whole`:
    the result of the whole span, whose interval is drawn as a band."""
    across = whole.drawn if whole else None
    by_month = {m.month: m for m in months if m.figure.result.rate is not None}
    lowest = min(map(_lowest, by_month.values()), default=0.0)
    if across:
        lowest = min(lowest, across.low)
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
    return Trend(
        marks=tuple(marks),
        gaps=tuple(gaps),
        lines=lines,
        band=(_y(across.low, floor), _y(across.high, floor)) if across else None,
        floor=floor,
    )


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


@dataclass(frozen=True, slots=True)
class Standing:
    """A comparison on a line from 0 to 100, all in whole per cent as it is said: where results lie
    that do not differ, what is expected, and the own rate, or what a bound leaves open."""

    low: float
    high: float
    expected: float
    rate: float
    open_to: float | None


def standing(finding: Finding) -> Standing:
    rate = shown_rate(finding.rate, 0, finding.bound)
    low, high = shown_ends(Interval(finding.low, finding.high), 0)
    return Standing(
        low=low,
        high=high,
        expected=shown_rate(finding.expected, 0),
        rate=rate,
        open_to={AT_LEAST: 100.0, AT_MOST: 0.0}.get(finding.bound),
    )
