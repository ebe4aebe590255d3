"""The appraisal sheet of an officer or a section: the result, and what may be concluded."""

from datetime import datetime
from typing import Any

from sync.central.conditionwords import condition_words
from sync.central.language import in_thai
from sync.central.papers import figures, typesetting
from sync.central.papers.objections import (
    attached_notes,
    attached_texts,
    mark_text,
    marks,
    state_text,
)
from sync.central.papers.spreadsheet import Cell, Sheet, workbook
from sync.central.papers.thaitext import digits
from sync.central.reports import chart
from sync.central.reports.gate import BlockRow, Figure, OfficerRow, OfficerView, SectionView

_NONE = "–"


def officer_pdf(view: OfficerView, office: str, now: datetime) -> bytes:
    """What counts on the first page; each closed span of weeks behind it."""
    officer = view.officer
    heads = [in_thai("common.weeks"), in_thai("common.ratings_short")]
    heads += [figures.rate_column(), in_thai("appraisal.interval_column")]
    values = {
        **_values(view, office, now),
        "of": "officer",
        "title": in_thai("appraisal.officer_title"),
        "about": [
            (in_thai("common.full_name"), officer.name),
            *_former_names(view),
            (in_thai("common.position"), officer.position or _NONE),
            (in_thai("paper.unit"), str(officer.section) or _NONE),
            (in_thai("common.number"), digits(officer.number)),
            *_only_section(view),
        ],
        "verdict": {
            "words": _verdict(view),
            "rules": _rules(view),
        },
        "table_head": heads,
        "orders": figures.orders(view.figure, *(row.figure for row in view.blocks)),
        "adjusted": "",
        "table": [figures.row(_weeks(row, view, now), row.figure) for row in view.blocks],
        "marks": marks(view),
        "objected": in_thai("appraisal.objected"),
        "objections": attached_texts(view, now),
    }
    return typesetting.pdf("appraisal", values, now)


def _former_names(view: OfficerView) -> list[tuple[str, str]]:
    return [
        (
            in_thai("officer.former_name"),
            in_thai("officer.former_until", name=former.name, day=figures.day(former.last_day)),
        )
        for former in view.former_names
    ]


def _only_section(view: OfficerView) -> list[tuple[str, str]]:
    """For a head: of which time the results are."""
    if view.only_section is None:
        return []
    only = in_thai("officer.only_section", section=view.only_section)
    return [(in_thai("appraisal.results_of"), only)]


def section_pdf(view: SectionView, office: str, now: datetime) -> bytes:
    first_heads = in_thai("appraisal.number"), in_thai("common.full_name")
    axis = figures.axis_of(row.figure for row in view.officers)
    values = {
        **_values(view, office, now),
        "of": "section",
        "title": in_thai("appraisal.section_title"),
        "about": [(in_thai("paper.unit"), _section_name(view))],
        "verdict": None,
        "marks": [
            *figures.target_line(view.figure, view.settings),
            *figures.earlier_lines(view.earlier, view.is_running, figures.today_of(now)),
        ],
        "objections": [],
        "table_head": figures.columns(*first_heads, axis=axis),
        "table": [_officer_line(row, view.usual_flags, axis) for row in view.officers],
        "orders": figures.orders(*(row.figure for row in view.officers)),
        "adjusted": _adjusted_how(view),
    }
    return typesetting.pdf("appraisal", values, now)


def officer_xlsx(view: OfficerView, office: str, now: datetime) -> bytes:
    rules = (f"{rule}: {value}" for rule, value in _rules(view))
    verdict = " · ".join((_verdict(view), *rules))
    sheet = Sheet(
        name=in_thai("appraisal.result"),
        about=_about(view.officer.name, office, view, now),
        head=_sheet_heads(in_thai("appraisal.first_day"), in_thai("appraisal.last_day")),
        rows=[_block_cells(row, view, now) for row in view.blocks],
        notes=(
            *(verdict, *marks(view), *attached_notes(view, now)),
            *(*figures.may(view.settings), *figures.may_not()),
        ),
    )
    return workbook(in_thai("appraisal.officer_book"), (sheet,), now)


def section_xlsx(view: SectionView, office: str, now: datetime) -> bytes:
    sheet = Sheet(
        name=in_thai("appraisal.result"),
        about=_about(_section_name(view), office, view, now),
        head=_sheet_heads(in_thai("appraisal.number"), in_thai("common.full_name")),
        rows=[_officer_cells(row, view.usual_flags) for row in view.officers],
        notes=(_adjusted_how(view), *figures.may(view.settings), *figures.may_not()),
    )
    return workbook(in_thai("appraisal.section_book"), (sheet,), now)


def _section_name(view: SectionView) -> str:
    return view.section or in_thai("common.no_section")


def _officer_line(row: OfficerRow, usual_flags: float | None, axis: chart.Axis) -> dict[str, Any]:
    """An officer's line of the section's PDF."""
    line = figures.row(row.officer.name, row.figure, axis)
    beside = " · ".join(_row_beside(row, usual_flags))
    return {"number": digits(row.officer.number), **line, "beside": beside}


def _row_beside(row: OfficerRow, usual_flags: float | None) -> list[str]:
    """What stands beside one officer's score in the section's sheets."""
    away = in_thai("figures.away") if row.away else ""
    waits = in_thai("appraisal.objection_waits") if row.objected else ""
    signs = figures.flagged(row.figure, usual_flags, "figures.flagged_short")
    remarks = (away, waits, mark_text(row.mark), _adjusted(row), signs)
    return [*filter(None, remarks), *figures.gaps(row.missing)]


def _adjusted(row: OfficerRow) -> str:
    """The value that stands beside the raw one in a closed round."""
    if row.adjusted_rate is None or row.adjusted_ends is None:
        return ""
    low, high = map(figures.number, row.adjusted_ends)
    return in_thai("figures.adjusted", rate=figures.number(row.adjusted_rate), low=low, high=high)


def _adjusted_how(view: SectionView) -> str:
    key = "figures.adjusted_how" if view.is_compared else "figures.adjusted_when"
    return in_thai(key)


def _beside(view: OfficerView | SectionView) -> list[str]:
    """What stands beside a sheet's score; beside a section's, each officer's stands with theirs."""
    remarks = figures.beside(view.figure, view.usual_flags)
    return remarks + (figures.gaps(view.missing) if isinstance(view, OfficerView) else [])


def _block_cells(row: BlockRow, view: OfficerView, now: datetime) -> tuple[Cell, ...]:
    numbers, order = _numbers(row.figure), figures.unusual_order(row.figure)
    remark = " · ".join(filter(None, (_other_section(row, view), _mark(row, now), order)))
    return row.block.first_day, row.block.last_day, *numbers, remark


def _officer_cells(row: OfficerRow, usual_flags: float | None) -> tuple[Cell, ...]:
    order = figures.unusual_order(row.figure)
    remark = " · ".join(filter(None, (order, *_row_beside(row, usual_flags))))
    return digits(row.officer.number), row.officer.name, *_numbers(row.figure), remark


def _sheet_heads(first: str, second: str) -> tuple[str, ...]:
    """`first` and `second`: the words of the two columns before the result's."""
    return (
        first,
        second,
        in_thai("common.ratings_short"),
        figures.rate_column(),
        in_thai("appraisal.low"),
        in_thai("appraisal.high"),
        in_thai("appraisal.remark"),
    )


def _about(
    name: str, office: str, view: OfficerView | SectionView, now: datetime
) -> list[tuple[str, str]]:
    about = [
        (in_thai("appraisal.name"), name),
        (in_thai("common.site"), office),
        (in_thai("common.period"), figures.span(view.period, figures.today_of(now))),
        (in_thai("appraisal.outcome"), figures.sentence(view.figure, view.settings)),
    ]
    if isinstance(view, OfficerView):
        about += _only_section(view)
    if remarks := _beside(view):
        about.append((in_thai("appraisal.beside"), " · ".join(remarks)))
    return about


def _numbers(figure: Figure) -> tuple[float | str | None, ...]:
    """n, rate, low, high as numbers, as they are shown; a bound as a text, for it is no rate."""
    result, ends = figure.result, figure.result.ends
    if result.rate is None:
        return (None, in_thai("paper.not_enough"), None, None)
    if result.bound or ends is None:
        return (result.n, figures.rate_text(figure), None, None)
    return (result.n, *(_number(x, result.places) for x in (result.per_cent or 0.0, *ends)))


def _number(value: float, decimals: int) -> float:
    """A cell shows as many decimals as it may: whole numbers none."""
    return value if decimals else int(value)


def _weeks(row: BlockRow, view: OfficerView, now: datetime) -> str:
    weeks, mark = figures.days(row.block.first_day, row.block.last_day), _mark(row, now)
    in_brackets = f"({mark})" if mark else ""
    return " ".join(filter(None, (weeks, _other_section(row, view), in_brackets)))


def _other_section(row: BlockRow, view: OfficerView) -> str:
    """The section in which a block closed, in brackets, where the officer has left it."""
    if row.block.section == view.officer.section:
        return ""
    return f"({row.block.section or in_thai('common.no_section')})"


def _mark(row: BlockRow, now: datetime) -> str:
    """How an objection to the block stands; empty without one."""
    return state_text(row.objection, now) if row.objection else ""


def _verdict(view: OfficerView) -> str:
    if view.has_more:
        return in_thai("officer.appraisal_of_part")
    return in_thai(f"appraising.{view.appraisal.verdict}")


def _rules(view: OfficerView) -> list[tuple[str, str]]:
    """Each condition, and whether it is met."""
    rules = [
        (condition_words("th", condition), in_thai(f"appraising.{condition.state}"))
        for condition in view.appraisal.conditions
    ]
    if view.judged.response and (part := figures.response_part(view.judged.response)):
        rules.append((in_thai("figures.response_rate"), part))
    if view.remedy.standing.open:
        rules.append((in_thai("page.objections"), in_thai("objections.not_yet")))
    elif view.remedy.mark:
        rules.append((in_thai("page.objections"), in_thai("objections.by_the_rest")))
    return rules


def _values(view: OfficerView | SectionView, office: str, now: datetime) -> dict[str, Any]:
    """What both sheets say."""
    figure, settings = view.figure, view.settings
    return {
        "lang": "th",
        "office": office,
        "period": figures.span(view.period, figures.today_of(now)),
        "made": figures.made(now),
        "rate_text": figures.rate_text(figure),
        "sentence": figures.sentence_lines(figure, settings),
        **figures.drawn(figure),
        "of_100": figures.of_100(figure),
        "levels": figures.levels(figure, settings),
        "beside": _beside(view),
        "trend": figures.trend(view.trend),
        "may": figures.may(settings),
        "may_not": figures.may_not(),
        "words": {**figures.words("appraisal"), "of_100": in_thai("figures.of_100")},
        "pages": figures.PAGES,
    }
