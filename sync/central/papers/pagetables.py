"""The tables of the report's pages as rows of plain values, as CSV has them: the same numbers, as
rounded as they are shown, and nothing that the page does not show."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from sync.central.change import Change, NotComparable
from sync.central.disclosure import half_of
from sync.central.language import words
from sync.central.measures import Result
from sync.central.papers.csvtable import csv_table
from sync.central.reports.gate import (
    CutsView,
    Earlier,
    Figure,
    MonthFigure,
    OfficerView,
    OfficeView,
    SectionView,
)

Cell = str | int | float | None
_FIGURE = ("n", "rate", "low", "high", "bound")
_BESIDE = ("response", "not_offered", "flagged", "suppressed")
_CHANGE = ("difference", "difference_low", "difference_high", "no_difference")


@dataclass(frozen=True, slots=True)
class PageTable:
    """`columns` are named in the table `csv_column` of each language."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def csv(self, language: str) -> bytes:
        say = words(language).get
        return csv_table([say(f"csv_column.{name}") for name in self.columns], self.rows)


# --- the office ----------------------------------------------------------------------------------


def _sections(view: OfficeView, language: str) -> PageTable:
    say = words(language).get
    rows = []
    for row in view.sections:
        name = row.section or say("common.no_section")
        own = (*_figure(row.figure.result), *_difference(row.change, language))
        rows.append((name, row.officers, *own, *_beside(row.figure)))
    return PageTable(("section", "officers", *_FIGURE, *_CHANGE, *_BESIDE), rows)


def _months(view: OfficeView | SectionView | OfficerView, language: str) -> PageTable:
    columns = ("month", "weeks", "first_day", "last_day", *_FIGURE)
    return PageTable(columns, [_month(month) for month in view.trend])


def _levels(view: OfficeView | SectionView | OfficerView, language: str) -> PageTable:
    return PageTable(("level", "level_words", "n"), _level_rows(view.figure, view, language))


def _earlier(view: OfficeView | SectionView, language: str) -> PageTable:
    columns = ("period", "compared_with", *_FIGURE, *_CHANGE)
    rows = [_earlier_row(view.period.code, one, language) for one in view.earlier]
    return PageTable(columns, rows)


def _reasons(view: OfficeView, language: str) -> PageTable:
    names = _names(view.settings.reasons, language)
    first, last = view.quarters or (None, None)
    rows = [
        (row.what, names.get(row.what, ""), row.n or None, str(first), str(last))
        for row in view.reasons
    ]
    return PageTable(("reason", "name", "n_about", "first_day", "last_day"), rows)


def _improved(view: OfficeView, language: str) -> PageTable:
    columns = ("number", "day", "said", "done", "rate_before", "rate_after", *_CHANGE)
    rows = [
        (
            number,
            str(line.day),
            line.said,
            line.done,
            _point(line.before.result),
            _point(line.after.result),
            *_difference(line.change, language),
        )
        for number, line in enumerate(view.improved, 1)
    ]
    return PageTable(columns, rows)


# --- a section and an officer --------------------------------------------------------------------


def _officers(view: SectionView, language: str) -> PageTable:
    rows = []
    for row in view.officers:
        adjusted = (row.adjusted_rate, *(row.adjusted_ends or (None, None)))
        own = (*_figure(row.figure.result), *(_shown(value, 0) for value in adjusted))
        rows.append((row.officer.number, row.officer.name, *own, *_beside(row.figure)))
    adjusted_columns = ("adjusted", "adjusted_low", "adjusted_high")
    return PageTable(("officer_number", "name", *_FIGURE, *adjusted_columns, *_BESIDE), rows)


def _weeks(view: OfficerView, language: str) -> PageTable:
    rows = [
        (str(row.block.first_day), str(row.block.last_day), *_figure(row.figure.result))
        for row in view.blocks
    ]
    return PageTable(("first_day", "last_day", *_FIGURE), rows)


# --- tables across blocks ------------------------------------------------------------------------


def _cut(kind: str, view: CutsView, language: str) -> PageTable:
    """Numbers are rounded, as on the page."""
    first, last = view.quarters or (None, None)
    columns = (kind, "name", "n_about", "rate", "low", "high", "bound", "first_day", "last_day")
    names = _names(view.settings.services, language) if kind == "service" else {}
    rows = [
        (
            row.what,
            names.get(row.what, "") or _row_words(kind, row.what, language),
            row.n,
            *(_shown(value, 0) for value in (row.per_cent, *(row.ends or (None, None)))),
            row.bound,
            str(first),
            str(last),
        )
        for row in view.tables[kind]
    ]
    return PageTable(columns, rows)


def _row_words(kind: str, what: str, language: str) -> str:
    """What a row of a table across blocks is called; empty: it has its own name."""
    say = words(language).get
    if kind == "counter":
        return say("common.counter", counter=what)
    if kind == "weekday":
        weekday, half = what.partition("-")[0], half_of(what)
        return f"{say(f'weekday.day_{weekday}')} {say(f'cut.half_{half}')}"
    return say(f"cut.{kind}_{what}") if kind in ("half", "channel") else ""


# --- what pages have -----------------------------------------------------------------------------

OFFICE: dict[str, Callable[[OfficeView, str], PageTable]] = {
    "sections": _sections,
    "months": _months,
    "levels": _levels,
    "earlier": _earlier,
    "reasons": _reasons,
    "improvements": _improved,
}
SECTION: dict[str, Callable[[SectionView, str], PageTable]] = {
    "officers": _officers,
    "months": _months,
    "levels": _levels,
    "earlier": _earlier,
}
OFFICER: dict[str, Callable[[OfficerView, str], PageTable]] = {
    "weeks": _weeks,
    "months": _months,
    "levels": _levels,
}
CUTS: dict[str, Callable[[CutsView, str], PageTable]] = {
    kind: partial(_cut, kind) for kind in ("service", "counter", "half", "weekday", "channel")
}
"""By page: its tables by name, each made from the page's view and the reader's language."""


def _figure(result: Result) -> tuple[Cell, ...]:
    if result.rate is None:
        return None, None, None, None, ""
    low, high = result.ends or (None, None)
    in_per_cent = (_shown(value, result.places) for value in (result.per_cent, low, high))
    return result.n, *in_per_cent, result.bound


def _shown(value: float | None, places: int) -> Cell:
    """With as many decimals as the page shows: whole numbers have none."""
    return value if value is None or places else int(value)


def _point(result: Result) -> Cell:
    return None if result.bound else _shown(result.per_cent, result.places)


def _difference(change: Change | NotComparable, language: str) -> tuple[Cell, ...]:
    if isinstance(change, Change):
        values = (change.points, change.low, change.high)
        return *(_shown(value, change.places) for value in values), ""
    return None, None, None, words(language).get(f"change.not_{change.value}")


def _beside(figure: Figure) -> tuple[Cell, ...]:
    beside, response = figure.beside, figure.response
    if not figure.result.n:
        return None, None, None, None
    return (
        response.per_cent if response else None,
        beside.not_offered if response else None,
        beside.flagged,
        beside.suppressed + beside.unasked,
    )


def _month(month: MonthFigure) -> tuple[Cell, ...]:
    """A month is of the weeks that closed in it: its days say which."""
    figure = month.figure
    days = (str(figure.first_day or ""), str(figure.last_day or ""))
    if not figure.result.n:
        days = ("", "")
    return (f"{month.month:%Y-%m}", month.weeks, *days, *_figure(figure.result))


def _earlier_row(code: str, one: Earlier, language: str) -> tuple[Cell, ...]:
    figure = _figure(one.figure.result)
    return (code, one.period.code, *figure, *_difference(one.change, language))


def _level_rows(
    figure: Figure, view: OfficeView | SectionView | OfficerView, language: str
) -> list[tuple[Cell, ...]]:
    level_words = view.settings.words_of(len(figure.level_counts), language)
    return [
        (level, level_words[level - 1] if level_words else "", count)
        for level, count in enumerate(figure.level_counts, 1)
    ]


class _Named(Protocol):
    """A service or a reason of the settings."""

    @property
    def id(self) -> str: ...
    @property
    def th(self) -> str: ...
    @property
    def en(self) -> str: ...


def _names(named: Iterable[_Named], language: str) -> dict[str, str]:
    """Their names in a language, by their ids."""
    return {str(one.id): one.th if language == "th" else one.en for one in named}
