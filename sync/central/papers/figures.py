"""A published figure as the papers say it: words, and shares for the drawing."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from kiosk.domain.scale import FaceOrder
from sync.central import thai
from sync.central.change import Change, NotComparable, beside_target
from sync.central.language import in_thai, tables
from sync.central.measures import Response
from sync.central.period import Period
from sync.central.reports import chart
from sync.central.reports.gate import (
    PER,
    Difference,
    Earlier,
    Figure,
    Missing,
    MonthFigure,
    orders_differ,
)
from sync.central.sitesettings import SiteSettings

PAGES = [thai.digits(f"– {page} –", "th") for page in range(1, 400)]
"""What stands at the foot of each page."""
WHOLE = chart.Axis()
"""From 0 to 100."""
_NOTHING = "–"
_SIGNS = {"at least": "≥ ", "at most": "≤ "}
_RATE_WORDS = {"at least": "paper.at_least", "at most": "paper.at_most", "": "paper.per_cent"}


def number(value: float, decimals: int = 0) -> str:
    return thai.number(value, "th", decimals)


def per_cent(share: float, decimals: int = 0) -> str:
    """A share from 0 to 1, without a sign."""
    return number(share * 100, decimals)


def day(value: date) -> str:
    return thai.day(value, "th")


def days(first: date, last: date) -> str:
    """Two days; one year stands once."""
    begun = day(first)
    if first.year == last.year:
        begun = begun.rpartition(" ")[0]
    return f"{begun} – {day(last)}"


def month(value: date) -> str:
    return thai.month(value, "th")


def span(period: Period, today: date) -> str:
    """A span; one that is not over is marked so."""
    return thai.span(period, "th", today)


def today_of(now: datetime) -> date:
    """The day on the office's calendar."""
    return now.astimezone().date()


def made(now: datetime) -> str:
    return in_thai("paper.made", moment=thai.moment(now, "th"))


def words(table: str) -> dict[str, str]:
    """What a template says by itself: the words of all papers, and those of its own table."""
    by_table = tables("th")
    common = {"rate": in_thai("common.rate"), "whose": in_thai("common.of_raters")}
    return {**common, **by_table["paper"], **by_table[table]}


def rate_column() -> str:
    """The head of a column of rates, and whose they are."""
    column, whose = in_thai("paper.rate_column"), in_thai("common.of_raters")
    return f"{column}{whose}"


# --- a figure in words -------------------------------------------------------------------------


def rate_text(figure: Figure) -> str:
    result = figure.result
    return _NOTHING if result.rate is None else f"{_SIGNS.get(result.bound, '')}{_rate(figure)}"


def interval_text(figure: Figure) -> str:
    return "–".join(_ends(figure)) or _NOTHING


def _rate(figure: Figure) -> str:
    """In per cent, with the decimals that its interval allows."""
    return number(figure.result.per_cent or 0.0, figure.result.places)


def _ends(figure: Figure) -> tuple[str, ...]:
    """Of the interval, in per cent; empty for a bound."""
    ends, decimals = figure.result.ends, figure.result.places
    return tuple(number(end, decimals) for end in ends) if ends else ()


def sentence(figure: Figure, settings: SiteSettings) -> str:
    """Rate, interval, n and span in one line; in words where it is hidden or a bound."""
    return " · ".join(_sentence_parts(figure, settings))


def sentence_lines(figure: Figure, settings: SiteSettings) -> str:
    """The same on two lines: rate and interval; how many, and when."""
    parts = _sentence_parts(figure, settings)
    ends = 2 if figure.result.interval else 1
    two_lines = (parts[:ends], parts[ends:])
    return "\n".join(" · ".join(line) for line in two_lines if line)


def _sentence_parts(figure: Figure, settings: SiteSettings) -> list[str]:
    result = figure.result
    if result.rate is None:
        return [in_thai("paper.hidden")]
    whose = in_thai("common.of_raters")
    parts = [in_thai("paper.satisfied", rate=rate_text(figure), whose=whose)]
    if ends := _ends(figure):
        low, high = ends
        parts.append(in_thai("paper.confidence", low=low, high=high))
    parts.append(in_thai("paper.of_ratings", n=result.n))
    parts += of_100_not(figure)
    if figure.first_day and figure.last_day:
        first, last = day(figure.first_day), day(figure.last_day)
        parts.append(in_thai("paper.between", first=first, last=last))
    if result.reading == "not-enough-to-compare":
        parts.append(in_thai("paper.few", n=settings.compare_from))
    return parts


def of_100_not(figure: Figure) -> list[str]:
    """Of 100 served, how many did not rate; empty where that is not known."""
    response = figure.response
    if response is None or figure.result.rate is None:
        return []
    key = "figures.of_100_not" if response.is_of_most else "figures.of_100_offered_not"
    return [in_thai(key, n=response.of_100_not)]


def may(settings: SiteSettings) -> list[str]:
    """What may be concluded, by the office's own thresholds."""
    n, share = settings.appraisal_from, settings.appraisal_response
    lines = in_thai("paper.may", n=n, share=share).splitlines()
    if settings.asks_less:
        reason = settings.appraisal_reason
        lines.append(in_thai("appraising.asks_less", n=n, share=share, reason=reason))
    return lines


def may_not() -> list[str]:
    """What may never be concluded."""
    return in_thai("paper.may_not").splitlines()


def flagged(figure: Figure, usual: float | None = None, word: str = "figures.flagged_share") -> str:
    """Flagged ratings of how many, and how many are usual in the whole office; "": none."""
    if figure.flagged_share is None:
        return ""
    n, of = figure.flagged_share
    text = in_thai(word, n=number(n, 1 if of == PER else 0), of=of)
    if usual is None:
        return text
    return f"{text} ({in_thai('figures.flagged_usual', n=number(usual, 1), of=PER)})"


def gap(kind: str, n: int, names: str = "gap") -> str:
    """How often, or for how long, data are missing. `names`: the table of the kinds' words."""
    name = tables("th")[names].get(kind, kind)
    if not kind.endswith("-minutes"):
        return f"{name} {in_thai('common.times', n=n)}"
    if n < 60:
        return f"{name} {in_thai('common.minutes', n=n)}"
    return f"{name} {in_thai('common.hours', hours=n // 60, minutes=n % 60)}"


def gaps(missing: Missing) -> list[str]:
    """The same beside an officer's score, in few words: of the own duties, then of the counters."""
    of = {"figures.gaps_own": missing.own, "figures.gaps_around": missing.around}
    return [
        in_thai(key, gaps=", ".join(gap(kind, n, "gap_short") for kind, n in counts.items()))
        for key, counts in of.items()
        if counts
    ]


def beside(figure: Figure, usual_flags: float | None = None) -> list[str]:
    """What stands beside a score and is not in it."""
    counted = figure.beside
    counts = {"paper.suppressed": counted.suppressed, "paper.unasked": counted.unasked}
    remarks = [in_thai(f"face_order.{figure.order}")] if figure.order else []
    if signs := flagged(figure, usual_flags):
        remarks.append(signs)
    remarks += [in_thai(key, n=count) for key, count in counts.items() if count]
    if figure.answers_exceed:
        remarks.append(in_thai("figures.answers_exceed"))
    if figure.response is not None:
        response = in_thai(
            "paper.response",
            answered=counted.answered,
            served=counted.served,
            share=figure.response.per_cent,
            skipped=counted.skipped,
            lapsed=counted.lapsed,
            not_offered=counted.not_offered,
        )
        remarks += filter(None, (response, response_part(figure.response)))
    return remarks


def response_part(response: Response) -> str:
    """Of how many ratings a response tells; empty where of all."""
    if not response.is_of_a_part:
        return ""
    return in_thai("figures.response_part", answered=response.answered, n=response.ratings)


def _read_out(figure: Figure) -> str:
    """A figure that is shown as it is read out: no signs, no dashes."""
    rate = in_thai(_RATE_WORDS[figure.result.bound], rate=_rate(figure))
    ends = _ends(figure)
    if not ends:
        return rate
    low, high = ends
    return in_thai("paper.with_interval", rate=rate, low=low, high=high)


# --- a figure as a drawing ---------------------------------------------------------------------


def drawn(figure: Figure) -> dict[str, Any]:
    """Shares for a bar, as they are shown: rate, low, high; None where they may not be drawn. Of a
    bound, all that it leaves open."""
    result = figure.result
    low, high = chart.drawn_ends(result) or (None, None)
    return {
        "rate": _share(result.per_cent),
        "low": _share(low),
        "high": _share(high),
        "bound": bool(result.bound),
        "axis": [number(0), number(50), number(100)],
        "alt": _scale_alt(figure),
    }


def _share(in_per_cent: float | None) -> float | None:
    return None if in_per_cent is None else in_per_cent / 100


def _scale_alt(figure: Figure) -> str:
    """What the bar shows, for who can't see it."""
    if figure.result.rate is None:
        return ""
    return in_thai("paper.scale_alt", least=0, most=100, rate=_read_out(figure))


def orders(*compared: Figure) -> str:
    """What is said below figures from faces in different orders; "": they are of one order."""
    return in_thai("figures.orders_differ") if orders_differ(compared) else ""


def differences(ways: Iterable[Difference]) -> list[str]:
    """Ways of asking whose results differ, each in a sentence."""
    names = tables("th")["way"]
    return [
        in_thai(
            "figures.ways_differ",
            first=names[one.first],
            second=names[one.second],
            first_rate=per_cent(one.first_rate),
            second_rate=per_cent(one.second_rate),
        )
        for one in ways
    ]


def row(name: str, figure: Figure, axis: chart.Axis = WHOLE) -> dict[str, Any]:
    """A line of a table: words, and places on the table's axis for its bar, as shares of it."""
    result = figure.result
    is_hidden = result.rate is None
    drawn_bar = None if is_hidden else chart.bar(result, axis)
    return {
        "name": _with_order(name, figure),
        "n": _NOTHING if is_hidden else number(result.n),
        "rate": in_thai("paper.not_enough") if is_hidden else rate_text(figure),
        "interval": interval_text(figure),
        "share": None if drawn_bar is None else (drawn_bar.rate or 0.0) / 100,
        "low": None if drawn_bar is None else drawn_bar.low / 100,
        "high": None if drawn_bar is None else drawn_bar.high / 100,
        "bound": bool(result.bound),
    }


def unusual_order(figure: Figure) -> str:
    """The order of the faces where it is not the usual one; else empty."""
    if figure.order in ("", FaceOrder.BEST_FIRST):
        return ""
    return in_thai(f"face_order.{figure.order}")


def _with_order(name: str, figure: Figure) -> str:
    order = unusual_order(figure)
    return f"{name} ({order})" if order else name


def columns(*first: str, axis: chart.Axis | None = WHOLE) -> list[str]:
    """The heads of a table of `row`s: `first`, then number, rate, interval and the bar's on `axis`;
    None: without bars."""
    heads = [*first, in_thai("common.ratings_short"), rate_column()]
    heads.append(in_thai("paper.interval_column"))
    if axis:
        heads.append(in_thai("paper.scale_column", low=axis.low, high=axis.high))
    return heads


def axis_of(figures: Iterable[Figure], target: int = 0) -> chart.Axis:
    """For the bars of a table: wide enough for its figures, and for a target in per cent."""
    return chart.axis((figure.result for figure in figures), target)


def change_text(change: Change | NotComparable) -> str:
    """A difference in points with its interval; "–" where there is none."""
    if not isinstance(change, Change):
        return _NOTHING
    low, high = (points(end, change.places) for end in (change.low, change.high))
    ends = in_thai("paper.change_ends", low=low, high=high)
    return f"{points(change.points, change.places)} {ends}"


def points(value: float, decimals: int) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{number(abs(value), decimals)}"


def _change_interval(change: Change) -> str:
    low, high = (points(end, change.places) for end in (change.low, change.high))
    return in_thai("change.interval", low=low, high=high)


def earlier_lines(compared: Iterable[Earlier], is_running: bool, today: date) -> list[str]:
    """What a figure is compared with, each span in a sentence."""
    lines = []
    for one in compared:
        change = one.change
        if isinstance(change, Change):
            unit, meaning = in_thai("change.unit"), in_thai(f"change.{change.direction}")
            in_points = points(change.points, change.places)
            sentence = f"{in_points} {unit} {_change_interval(change)} {meaning}"
        else:
            sentence = in_thai(f"change.not_{change}")
        which = in_thai(f"change.{one.which}")
        lines.append(f"{which} ({span(one.period, today)}): {sentence}")
    if lines and is_running:
        lines.append(in_thai("change.running"))
    return lines


def target_line(figure: Figure, settings: SiteSettings) -> list[str]:
    """Whether the office's target is reached; empty without one."""
    reading = beside_target(figure.result, settings.target)
    return [in_thai(f"target.{reading}", target=settings.target)] if reading else []


def trend(
    months: Sequence[MonthFigure], target: int = 0, events: Iterable[tuple[date, str]] = ()
) -> dict[str, Any] | None:
    """Marks for trend-chart (common.typ): places are shares of the box; None for one month.
    `target` and `events` as for a page's chart."""
    shape = chart.trend(months, target=target, events=events)
    if len(shape.marks) < 2:
        return None
    labels = [
        {
            "x": mark.x / 100,
            "word": month(mark.month.month),
            "n": number(mark.month.figure.result.n),
            "weeks": f"({number(mark.month.weeks)})",
        }
        for mark in shape.marks
    ]
    labels += [
        {"x": x / 100, "word": month(first), "n": _NOTHING, "weeks": ""} for x, first in shape.gaps
    ]
    return {
        "axis": [
            {"at": shape.y(tick) / 100, "word": number(tick)} for tick in _few(shape.axis.ticks)
        ],
        "target": None if shape.target is None else shape.target / 100,
        "events": [{"x": x / 100, "word": thai.digits(sign, "th")} for x, sign in shape.events],
        "marks": [_trend_mark(mark) for mark in shape.marks],
        "months": labels,
        "alt": in_thai("paper.trend_alt", months=_months_alt(shape)),
    }


def weeks(month: MonthFigure) -> str:
    """How many weeks a month's figure is of."""
    return in_thai("figures.weeks", n=month.weeks)


def _few(ticks: Sequence[int]) -> Sequence[int]:
    """A paper's chart is low: of many ticks every second one."""
    return ticks if len(ticks) <= 5 else ticks[::2]


def _trend_mark(mark: chart.Mark) -> dict[str, Any]:
    return {
        "x": mark.x / 100,
        "y": None if mark.y is None else mark.y / 100,
        "low": mark.low / 100,
        "high": mark.high / 100,
        "rate": rate_text(mark.month.figure),
    }


def _months_alt(shape: chart.Trend) -> str:
    """Each month of the chart in words, in their order."""
    month_words = {first: in_thai("paper.not_enough") for _, first in shape.gaps}
    for mark in shape.marks:
        figure = mark.month.figure
        month_words[mark.month.month] = in_thai(
            "paper.month_alt", rate=_read_out(figure), n=figure.result.n, weeks=weeks(mark.month)
        )
    return ", ".join(f"{month(first)} {text}" for first, text in sorted(month_words.items()))


def of_100(figure: Figure) -> list[dict[str, Any]]:
    """The parts of 100 served; empty where they are not known."""
    served = figure.of_served
    if served is None:
        return []
    parts = []
    for part in served.parts:
        bound = in_thai(f"figures.{part.bound}") if part.bound else ""
        value = " ".join(filter(None, (bound, number(part.count))))
        words = tables("th")["served_part"][part.name]
        parts.append({"name": part.name, "count": part.count, "words": words, "value": value})
    return parts


def levels(figure: Figure, settings: SiteSettings) -> list[dict[str, Any]]:
    """Counts by level, best first; empty where they may not be shown."""
    total = sum(figure.level_counts)
    level_words = settings.words_of(len(figure.level_counts), "th")
    if not total or not level_words:
        return []
    worst_first = [
        {"word": word, "n": number(count), "share": count / total}
        for word, count in zip(level_words, figure.level_counts, strict=True)
    ]
    return worst_first[::-1]
