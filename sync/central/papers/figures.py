"""A published figure as the papers say it: words, and shares for the drawing."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sync.central import thai
from sync.central.language import in_thai
from sync.central.period import Period
from sync.central.reports import chart
from sync.central.reports.gate import Figure, MonthFigure
from sync.central.sitesettings import SiteSettings

PAGES = [thai.digits(f"– {n} –", "th") for n in range(1, 400)]
"""What stands at the foot of each page."""


def number(value: float, decimals: int = 0) -> str:
    return thai.number(value, "th", decimals)


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


def span(period: Period) -> str:
    return thai.span(period, "th")


def made(now: datetime) -> str:
    return f"จัดทำเมื่อ {thai.moment(now, 'th')}"


def rate_text(figure: Figure) -> str:
    result = figure.result
    if result.rate is None:
        return "–"
    bound = {"at least": "≥ ", "at most": "≤ "}.get(result.bound, "")
    return f"{bound}{number(result.rate * 100, 1)}"


def interval_text(figure: Figure) -> str:
    ends = figure.result.interval
    return f"{number(ends.low * 100, 1)}–{number(ends.high * 100, 1)}" if ends else "–"


def sentence(figure: Figure, settings: SiteSettings) -> str:
    """Rate, interval, n and span in one line; in words where it is hidden or a bound."""
    result = figure.result
    if result.rate is None:
        return in_thai("paper.hidden")
    parts = [f"ผู้รับบริการพึงพอใจร้อยละ {rate_text(figure)}"]
    if result.interval:
        ends = f"{number(result.interval.low * 100, 1)} ถึง {number(result.interval.high * 100, 1)}"
        parts.append(f"ช่วงความเชื่อมั่นร้อยละ ๙๕ {ends}")
    parts.append(f"จากการประเมิน {number(result.n)} ครั้ง")
    if figure.first_day and figure.last_day:
        parts.append(f"ระหว่าง {day(figure.first_day)} ถึง {day(figure.last_day)}")
    if result.reading == "not-enough-to-compare":
        parts.append(in_thai("paper.few", n=settings.compare_from))
    return " · ".join(parts)


def may(settings: SiteSettings) -> list[str]:
    """What may be concluded, by the office's own thresholds."""
    n, share = settings.appraisal_from, settings.appraisal_response
    return in_thai("paper.may", n=n, share=share).splitlines()


def may_not() -> list[str]:
    """What may never be concluded."""
    return in_thai("paper.may_not").splitlines()


def sentence_lines(figure: Figure, settings: SiteSettings) -> str:
    """The same on two lines: rate and interval; how many, and when."""
    parts = sentence(figure, settings).split(" · ")
    ends = 2 if figure.result.interval else 1
    return "\n".join(" · ".join(some) for some in (parts[:ends], parts[ends:]) if some)


def drawn(figure: Figure) -> dict[str, Any]:
    """Shares for a bar: rate, low, high; None where they may not be drawn."""
    result = figure.result
    ends = result.interval
    return {
        "rate": result.rate,
        "low": ends.low if ends else None,
        "high": ends.high if ends else None,
        "axis": [number(0), number(50), number(100)],
        "alt": _scale_alt(figure),
    }


def _in_words(figure: Figure, decimals: int) -> str:
    """A figure that is shown as it is read out: no signs, no dashes."""
    result, ends = figure.result, figure.result.interval
    rate = number((result.rate or 0.0) * 100, decimals)
    bound = {"at least": "ไม่ต่ำกว่า", "at most": "ไม่เกิน"}.get(result.bound, "")
    if ends is None:
        return f"{bound}ร้อยละ {rate}"
    low, high = (number(x * 100, decimals) for x in (ends.low, ends.high))
    return f"{bound}ร้อยละ {rate} ช่วงความเชื่อมั่น {low} ถึง {high}"


def _scale_alt(figure: Figure) -> str:
    """What the bar shows, for who can't see it."""
    if figure.result.rate is None:
        return ""
    return f"แถบแสดงค่าจาก {number(0)} ถึง {number(100)}: ความพึงพอใจ{_in_words(figure, 1)}"


def row(name: str, figure: Figure) -> dict[str, Any]:
    """A line of a table: words, and shares for its bar."""
    result = figure.result
    if result.rate is None:
        texts = {"n": "–", "rate": in_thai("paper.not_enough"), "interval": "–"}
    else:
        texts = {
            "n": number(result.n),
            "rate": rate_text(figure),
            "interval": interval_text(figure),
        }
    ends = result.interval
    drawn = {"low": ends.low if ends else None, "high": ends.high if ends else None}
    # A bound stands in words alone.
    return {"name": name, **texts, "share": result.rate if ends else None, **drawn}


def trend(months: Sequence[MonthFigure]) -> dict[str, Any] | None:
    """Marks for trend-chart (common.typ): places are shares of the box; None for one month."""
    shape = chart.trend(months)
    if len(shape.marks) < 2:
        return None
    ticks = [share for share in (1.0, 0.75, 0.5, 0.25, 0.0) if share >= shape.floor]
    marks = [
        {
            "x": m.x / 100,
            "y": m.y / 100,
            "low": None if m.low is None else m.low / 100,
            "high": None if m.high is None else m.high / 100,
            "top": (m.y if m.high is None else m.high) / 100,
            "rate": _short_rate(m.month.figure),
        }
        for m in shape.marks
    ]
    below = [
        (m.x, {"word": month(m.month.month), "n": number(m.month.figure.result.n)})
        for m in shape.marks
    ]
    below += [(x, {"word": month(first), "n": "–"}) for x, first in shape.gaps]
    return {
        "axis": [{"at": shape.y(s) / 100, "word": number(s * 100)} for s in ticks],
        "marks": marks,
        "months": [{"x": x / 100, **label} for x, label in below],
        "alt": f"แผนภูมิความพึงพอใจรายเดือน: {_months_alt(shape)}",
    }


def _months_alt(shape: chart.Trend) -> str:
    """Each month of the chart in words, in their order."""
    months = [
        (
            m.x,
            m.month.month,
            f"{_in_words(m.month.figure, 0)} จาก {number(m.month.figure.result.n)} ครั้ง",
        )
        for m in shape.marks
    ]
    months += [(x, first, in_thai("paper.not_enough")) for x, first in shape.gaps]
    return ", ".join(f"{month(first)} {words}" for _, first, words in sorted(months))


def _short_rate(figure: Figure) -> str:
    result = figure.result
    bound = {"at least": "≥ ", "at most": "≤ "}.get(result.bound, "")
    return f"{bound}{number((result.rate or 0.0) * 100)}"


def levels(figure: Figure, names: Sequence[str]) -> list[dict[str, Any]]:
    """Counts by level, best first; empty where they may not be shown."""
    total = sum(figure.level_counts)
    if not total or len(names) != len(figure.level_counts):
        return []
    rows = zip(names, figure.level_counts, strict=True)
    return [{"word": w, "n": number(n), "share": n / total} for w, n in reversed(list(rows))]


def beside(figure: Figure) -> list[str]:
    """What stands beside a score and is not in it."""
    remarks = []
    if figure.beside.suppressed:
        remarks.append(f"กดซ้ำหรือส่งมาช้าที่ไม่นับคะแนน {number(figure.beside.suppressed)} ครั้ง")
    if figure.beside.flagged:
        remarks.append(f"สัญญาณการกดผิดปกติ (ยังนับคะแนน) {number(figure.beside.flagged)} ครั้ง")
    if figure.beside.unasked:
        remarks.append(f"กดโดยไม่ได้เชิญให้ประเมิน (ไม่นับคะแนน) {number(figure.beside.unasked)} ครั้ง")
    if response := response_text(figure):
        remarks.append(response)
    return remarks


def response_text(figure: Figure) -> str:
    """How many of the services that ended were answered; empty where terminals don't know."""
    if figure.response is None:
        return ""
    of = figure.beside
    return (
        f"ตอบแบบประเมิน {number(of.answered)} จาก {number(of.served)} ครั้งที่ให้บริการ "
        f"(ร้อยละ {number(figure.response * 100)}): ขอไม่ประเมิน {number(of.skipped)} "
        f"ไม่ตอบ {number(of.lapsed)} ไม่ได้เชิญให้ประเมิน {number(of.not_offered)}"
    )
