"""Meeting sheets: the month's figures and what was said and done; the week's list of things due."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from kiosk.domain.rating import ReasonId
from sync.central.disclosure import week_end
from sync.central.language import in_thai
from sync.central.measures import AT_LEAST
from sync.central.papers import figures, typesetting
from sync.central.papers.posters import short
from sync.central.reports import chart
from sync.central.reports.gate import (
    CutRow,
    CutsView,
    Improved,
    MonthFigure,
    OfficeView,
    SectionRow,
)
from sync.central.usecases.improvements import Improvement, ImprovementStatus

_SOON = timedelta(days=14)
_MONTHS = 3
_MONTHLY_LETTERS, _WEEKLY_LETTERS = 110, 200
"""Letters of a text in a line of the log."""
_WEEKLY_BLANK = 4
"""Rows to write in."""
_LOG_COLUMNS = ("problem", "action", "person", "due")
_PAGE_LINES, _LINE_LETTERS = 30, 20
"""What the month's second page holds."""
_NOTES_UP_TO = 16
"""With more lines of the log, the page has no room for notes."""


def meeting_pdf(
    office: OfficeView,
    log: Sequence[Improvement],
    gaps: Mapping[str, int],
    now: datetime,
    cuts: CutsView | None = None,
) -> bytes:
    """The figures, and what was said and done. `cuts`: whose half-days by weekday stand there
    too."""
    figure, target = office.figure, office.settings.target
    axis = figures.axis_of((section.figure for section in office.sections), target)
    since = office.period.first_day
    current = [line for line in log if _is_open(line) or _changed_since(line, since)]
    page_rows, lines = _on_a_page(current)
    no_reasons = in_thai("paper.few_reasons" if office.quarters else "office.reasons_later")
    missing = [
        *figures.beside(figure),
        *figures.differences(office.differences),
        *(figures.gap(kind, n) for kind, n in gaps.items()),
    ]
    values = {
        "lang": "th",
        "title": in_thai("meeting.title"),
        "office": office.name,
        "period": figures.span(office.period, figures.today_of(now)),
        "made": figures.made(now),
        "rate_text": figures.rate_text(figure),
        "sentence": figures.sentence_lines(figure, office.settings),
        **figures.drawn(figure),
        "of_100": figures.of_100(figure),
        "compared": [
            *figures.target_line(figure, office.settings),
            *figures.earlier_lines(office.earlier, office.is_running, figures.today_of(now)),
        ],
        "compared_head": in_thai("change.title"),
        "trend": figures.trend(office.trend, target, office.events),
        "improved": [_improved(number, line) for number, line in enumerate(office.improved, 1)],
        "improved_head": in_thai("improved.title"),
        "improved_how": in_thai("improved.how"),
        "section_head": [
            *figures.columns(in_thai("common.section"), axis=axis),
            in_thai("meeting.change_column"),
        ],
        "sections": [_section(section, axis) for section in office.sections],
        "change_how": in_thai("rows.change_how"),
        "week": _week(cuts) if cuts else None,
        "orders": figures.orders(*(section.figure for section in office.sections)),
        "reasons": _reasons(office),
        "reasons_head": in_thai("office.reasons"),
        "reasons_of": figures.days(*office.quarters) if office.quarters else "",
        "remarks": _side_by_side([*missing, no_reasons]),
        "gaps": missing,
        "gaps_head": in_thai("office.gaps"),
        "none": in_thai("common.none"),
        "log_title": in_thai("page.improvements"),
        "log_head": _log_head(),
        "log": [_line(line, _MONTHLY_LETTERS) for line in page_rows],
        "log_how": _log_how(len(current) - len(page_rows)),
        "blank": 3,
        "notes": lines <= _NOTES_UP_TO,
        "words": {**figures.words("meeting"), "of_100": in_thai("figures.of_100")},
        "pages": figures.PAGES,
    }
    return typesetting.pdf("meeting", values, now)


def _side_by_side(lines: Sequence[str]) -> list[list[str]]:
    """Two columns of about as many letters, in their order."""
    half, split = sum(map(len, lines)) / 2, 0
    letters = 0
    for line in lines:
        if letters + len(line) / 2 > half:
            break
        letters += len(line)
        split += 1
    return [list(lines[:split]), list(lines[split:])]


def _section(section: SectionRow, axis: chart.Axis) -> dict[str, Any]:
    name = section.section or in_thai("common.no_section")
    line = figures.row(name, section.figure, axis)
    return {**line, "change": figures.change_text(section.change)}


def _improved(number: int, line: Improved) -> str:
    """What the office did, on which day, and the months before and after."""
    head = f"{figures.number(number)}. {figures.day(line.day)} {short(line.done or line.said, 90)}"
    if line.difference is None:
        result = in_thai(line.why_none)
    else:
        before, after = line.months
        beside = in_thai(
            "improved.beside",
            before=figures.rate_text(line.before),
            after=figures.rate_text(line.after),
            months_before=before,
            months_after=after,
        )
        result = f"{beside} {figures.change_text(line.change)}"
    return f"{head} · {result}"


def _week(cuts: CutsView) -> dict[str, Any] | None:
    """Half-days by weekday, a line for each half; None where no half-day is told."""
    by_weekday = cuts.by_weekday
    if not by_weekday or cuts.quarters is None:
        return None
    rows = []
    for half in ("am", "pm"):
        cells = [_half_day(halves.get(half)) for halves in by_weekday.values()]
        rows.append([in_thai(f"cut.half_{half}"), *cells])
    return {
        "title": in_thai("cut.weekday"),
        "of": figures.days(*cuts.quarters),
        "head": ["", *(in_thai(f"weekday.day_{weekday}") for weekday in by_weekday)],
        "rows": rows,
    }


def _half_day(row: CutRow | None) -> str:
    if row is None or row.n is None or row.per_cent is None:
        return in_thai("services.too_few")
    if row.ends is None:
        sign = "≥" if row.bound == AT_LEAST else "≤"
        return f"{sign} {figures.number(row.per_cent)}"
    low, high = map(figures.number, row.ends)
    return f"{figures.number(row.per_cent)} ({low}–{high})"


def weekly_pdf(office: OfficeView, log: Sequence[Improvement], today: date, now: datetime) -> bytes:
    """The week's sheet: the last months in a few lines, then what is overdue, due soon, under way
    and just done, and room for what is new."""
    sunday = week_end(today)
    monday = sunday - timedelta(days=6)
    with_figure = [month for month in office.trend if month.figure.result.rate is not None]
    axis = figures.axis_of(month.figure for month in with_figure[-_MONTHS:])
    values = {
        "lang": "th",
        "title": in_thai("meeting.weekly_title"),
        "office": office.name,
        "period": in_thai("meeting.week", first=figures.day(monday), last=figures.day(sunday)),
        "made": figures.made(now),
        "month_head": figures.columns(in_thai("meeting.month"), axis=axis),
        "months": [
            figures.row(_month_name(month), month.figure, axis) for month in with_figure[-_MONTHS:]
        ],
        "orders": figures.orders(*(month.figure for month in with_figure[-_MONTHS:])),
        "log_head": _log_head(),
        "groups": _weekly_groups(log, today),
        "blank": _WEEKLY_BLANK,
        "none": in_thai("common.none"),
        "words": figures.words("meeting"),
        "pages": figures.PAGES,
    }
    return typesetting.pdf("weekly", values, now)


def _month_name(month: MonthFigure) -> str:
    """A month, and how many weeks of it are over; the number stays beside its word."""
    weeks = figures.weeks(month).replace(" ", "\u00a0")
    return f"{figures.month(month.month)} ({weeks})"


def _weekly_groups(log: Sequence[Improvement], today: date) -> list[dict[str, Any]]:
    """Title and rows of each group of the week's sheet."""
    under_way = [line for line in log if _is_open(line)]
    late = [line for line in under_way if line.due and line.due < today]
    soon = [line for line in under_way if line.due and today <= line.due <= today + _SOON]
    others = [line for line in under_way if line not in late and line not in soon]
    ended = [line for line in log if not _is_open(line)]
    just_ended = [line for line in ended if _changed_since(line, today - _SOON)]
    return [
        _group("meeting.late", late),
        _group("meeting.soon", soon),
        _group("meeting.under_way", others),
        _group("meeting.just_ended", just_ended),
    ]


def _group(title: str, lines: Sequence[Improvement]) -> dict[str, Any]:
    return {"title": in_thai(title), "rows": [_line(line, _WEEKLY_LETTERS) for line in lines]}


def _is_open(line: Improvement) -> bool:
    return line.status is ImprovementStatus.OPEN


def _changed_since(line: Improvement, day: date) -> bool:
    return line.at is None or line.at.astimezone().date() >= day


def _reasons(office: OfficeView) -> list[dict[str, Any]]:
    names = {reason.id: reason.th for reason in office.settings.reasons}
    return [_reason(row, names) for row in office.reasons]


def _reason(row: CutRow, names: Mapping[ReasonId, str]) -> dict[str, Any]:
    return {
        "word": names.get(ReasonId(row.what), row.what),
        "n": figures.number(row.n) if row.n else in_thai("office.under_5"),
        "share": row.rate or 0.0,
    }


def _log_head() -> list[str]:
    return [in_thai(f"improvements.{column}") for column in _LOG_COLUMNS]


def _log_how(remaining: int) -> str:
    how = in_thai("meeting.empty_lines")
    if not remaining:
        return how
    more = in_thai("meeting.more_lines", n=remaining)
    return f"{more} {how}"


def _line(line: Improvement, longest: int) -> list[str]:
    status = f"({in_thai(f'improvement_status.{line.status}')})"
    done = f"{short(line.done, longest)}\n{status}" if line.done else status
    due = figures.day(line.due) if line.due else ""
    return [short(line.said, longest), done, line.whom, due]


def _on_a_page(log: Sequence[Improvement]) -> tuple[list[Improvement], int]:
    """As many of the log as the second page holds; and how many lines of text they take."""
    page_rows: list[Improvement] = []
    lines = 0
    for line in log:
        letters = min(_MONTHLY_LETTERS, max(len(line.said), len(line.done)))
        more = 2 + letters // _LINE_LETTERS
        if lines + more > _PAGE_LINES:
            break
        lines += more
        page_rows.append(line)
    return page_rows, lines
