"""Where the marks of a chart stand, in per cent of its box. Pure; templates draw them as SVG."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor

from sync.central.comparing import Finding
from sync.central.measures import AT_LEAST, AT_MOST, Interval, Result, shown_ends, shown_rate
from sync.central.reports.gate import CutRow, MonthFigure, MonthRate

Shown = Result | CutRow
"""A figure as it is shown: with rate, ends and bound."""


_LEAST_SPAN = 20
"""Points of an axis: on a narrower one chance would look like a fall."""
_TICKS_OF_FIVE_UP_TO = 30
"""On an axis of so many points every fifth has a line, on a longer one every tenth or 25th."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The part of 0 to 100 per cent that a chart shows: whole tens."""

    low: int = 0
    high: int = 100

    def place(self, per_cent: float) -> float:
        """From 0 to 100, left to right."""
        inside = min(max(per_cent, self.low), self.high)
        return 100 * (inside - self.low) / (self.high - self.low)

    def height(self, per_cent: float) -> float:
        """From 100 to 0, bottom to top."""
        return 100 - self.place(per_cent)

    @property
    def is_cut(self) -> bool:
        """Whether it begins elsewhere than at 0: who reads it is told."""
        return self.low > 0

    @property
    def ticks(self) -> tuple[int, ...]:
        """From the top down."""
        span = self.high - self.low
        step = 5 if span <= _TICKS_OF_FIVE_UP_TO else 10 if span <= 60 else 25
        return tuple(tick for tick in range(self.high, self.low - 1, -1) if tick % step == 0)


def axis(results: Iterable[Shown], *more: float) -> Axis:
    """For these figures, as they are shown, and for `more` in per cent, such as a target."""
    ends = [end for result in results for end in drawn_ends(result)]
    values = [*ends, *(value for value in more if value)]
    if not values:
        return Axis()
    low, high = 10 * floor(min(values) / 10), 10 * ceil(max(values) / 10)
    while high - low < _LEAST_SPAN:
        if high < 100:
            high += 10
        if high - low < _LEAST_SPAN and low > 0:
            low -= 10
    return Axis(low, high)


def drawn_ends(result: Shown) -> tuple[float, ...]:
    """The ends of a figure's interval in per cent as they are shown, or of what a bound leaves
    open; none of one that is hidden. A drawing is never finer than the words beside it."""
    if result.rate is None or result.per_cent is None:
        return ()
    if result.bound:
        return (result.per_cent, 100.0) if result.bound == AT_LEAST else (0.0, result.per_cent)
    return result.ends or (result.per_cent, result.per_cent)


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure on an axis: the ends of its interval, and the rate; None for a bound."""

    low: float
    high: float
    rate: float | None


def bar(result: Shown, axis: Axis) -> Bar:
    """Of a figure that is not hidden."""
    low, high = drawn_ends(result)
    rate = None if result.bound else axis.place(result.per_cent or 0.0)
    return Bar(low=axis.place(low), high=axis.place(high), rate=rate)


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
    axis: Axis
    target: float | None
    """Where the target lies; None without one."""
    events: tuple[tuple[float, str], ...]
    """Days that are marked: x, and what stands there."""

    def y(self, per_cent: float) -> float:
        return self.axis.height(per_cent)


def trend(
    months: Sequence[MonthFigure],
    whole: Result | None = None,
    target: int = 0,
    events: Iterable[tuple[date, str]] = (),
) -> Trend:
    """A chart from the first month that has a figure to the last. `whole`: the result of the whole
    span, whose interval is drawn as a band. `target`: in per cent; 0: none. `events`: days to mark,
    each with its sign; those of other months are left out."""
    by_month = {m.month: m for m in months if m.figure.result.rate is not None}
    across = drawn_ends(whole) if whole else ()
    scale = axis((m.figure.result for m in by_month.values()), *across, target)
    span = _months(min(by_month), max(by_month)) if by_month else []
    marks, gaps = [], []
    runs: list[list[str]] = [[]]
    for i, month in enumerate(span):
        x = 100 * (i + 0.5) / len(span)
        if month not in by_month:
            gaps.append((x, month))
            runs.append([])
            continue
        mark = _mark(by_month[month], x, scale)
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
        band=(scale.height(across[0]), scale.height(across[1])) if across else None,
        axis=scale,
        target=scale.height(target) if target else None,
        events=_event_marks(span, events),
    )


def _event_marks(
    span: Sequence[date], events: Iterable[tuple[date, str]]
) -> tuple[tuple[float, str], ...]:
    """One mark for a month: signs of the same one stand together."""
    signs: dict[date, list[str]] = {}
    for day, sign in events:
        signs.setdefault(day.replace(day=1), []).append(sign)
    return tuple(
        (100 * (i + 0.5) / len(span), ", ".join(signs[month]))
        for i, month in enumerate(span)
        if month in signs
    )


def _mark(month: MonthFigure, x: float, scale: Axis) -> Mark:
    result = month.figure.result
    low, high = drawn_ends(result)
    y = None if result.bound else scale.height(result.per_cent or 0.0)
    return Mark(month=month, x=x, y=y, low=scale.height(low), high=scale.height(high))


def _months(first: date, last: date) -> list[date]:
    count = 12 * (last.year - first.year) + last.month - first.month + 1
    start = 12 * first.year + first.month - 1
    return [date(m // 12, m % 12 + 1, 1) for m in range(start, start + count)]


@dataclass(frozen=True, slots=True)
class Spark:
    """A row's months in small, on the axis of the table's rows, and those of the office behind.
    Lines as SVG points in per cent of the box; `dots`: months without a neighbour to join."""

    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    office: tuple[str, ...]
    last: tuple[float, float] | None
    """Where the newest month stands."""
    first_month: MonthRate | None
    last_month: MonthRate | None


def spark(own: Sequence[MonthRate], office: Sequence[MonthRate], scale: Axis) -> Spark:
    """`office` says which months there are. A bound is no point: the line has a gap there."""
    place = {rate.month: i for i, rate in enumerate(office)}
    count = max(1, len(place))

    def runs_of(rates: Iterable[MonthRate]) -> list[list[tuple[float, float]]]:
        runs: list[list[tuple[float, float]]] = []
        before = -2
        for rate in rates:
            if rate.per_cent is None or rate.month not in place:
                continue
            i = place[rate.month]
            if i != before + 1:
                runs.append([])
            runs[-1].append((100 * (i + 0.5) / count, scale.height(rate.per_cent)))
            before = i
        return runs

    runs = runs_of(own)
    points = [rate for rate in own if rate.per_cent is not None]
    return Spark(
        lines=_joined(runs),
        dots=tuple(run[0] for run in runs if len(run) == 1),
        office=_joined(runs_of(office)),
        last=runs[-1][-1] if runs else None,
        first_month=points[0] if points else None,
        last_month=points[-1] if points else None,
    )


def _joined(runs: Iterable[Sequence[tuple[float, float]]]) -> tuple[str, ...]:
    return tuple(" ".join(f"{x:.1f},{y:.1f}" for x, y in run) for run in runs if len(run) > 1)


@dataclass(frozen=True, slots=True)
class Layer:
    """A level's part of a stacked bar, in per cent of its box: `place` is 1 for the best."""

    place: int
    level: int
    count: int
    begin: float
    width: float


def layers(counts: Sequence[int]) -> tuple[Layer, ...]:
    """Of counts worst first, the best on the left; empty levels have none."""
    total, begin = sum(counts), 0.0
    drawn = []
    for place, level in enumerate(range(len(counts) - 1, -1, -1), 1):
        count = counts[level]
        width = 100 * count / total
        if count:
            drawn.append(Layer(place=place, level=level, count=count, begin=begin, width=width))
        begin += width
    return tuple(drawn)


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
