"""Workbooks that Excel opens right: Thai digits and dates by format, no cell runs as a formula."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Any

LINE = 24
"""Points: a line of 16 pt Thai, with marks above and below."""
_INDENT = 3
"""Of a cell, in Excel's letters."""
Cell = str | float | int | date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: lines about it, a table, and notes below."""

    name: str
    about: Sequence[tuple[str, str]]
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()


def workbook(title: str, sheets: Sequence[Sheet], now: datetime) -> bytes:
    """An XLSX of `sheets`. Texts are written as texts, whatever they begin with."""
    import xlsxwriter

    excel_file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(excel_file, options)
    book.set_properties({"title": title, "created": now.replace(tzinfo=None)})
    formats = _formats(book)
    for sheet in sheets:
        _write_sheet(book.add_worksheet(sheet.name), sheet, formats)
    book.close()
    return excel_file.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    font = {"font_name": "TH Sarabun New", "font_size": 16, "valign": "top"}
    # Without a side named, LibreOffice indents nothing.
    at_left, at_right = ({"align": side, "indent": 1} for side in ("left", "right"))
    boxed = {**font, "border": 1}
    head = {**boxed, "bold": True, "bg_color": "#E6EFEC", "text_wrap": True}
    # Thai digits, and dates of the Buddhist era: Excel's own formats.
    properties = {
        "plain": {**font, "text_wrap": True},
        "bold": {**font, "bold": True},
        "head": {**head, **at_left},
        "number_head": {**head, **at_right},
        "text": {**boxed, **at_left, "text_wrap": True},
        "whole": {**boxed, **at_right, "num_format": "[$-D00041E]#,##0"},
        "share": {**boxed, **at_right, "num_format": "[$-D00041E]0.0"},
        "date": {**boxed, **at_left, "num_format": "[$-D07041E]d mmm yyyy"},
    }
    return {name: book.add_format(values) for name, values in properties.items()}


def _write_sheet(page: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    widths = [_width(sheet, column) for column in range(len(sheet.head))]
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    last = len(widths) - 1
    line = 0
    for label, text in sheet.about:
        page.write_string(line, 0, label, formats["bold"])
        page.merge_range(line, 1, line, last, "", formats["plain"])
        page.write_string(line, 1, text, formats["plain"])
        page.set_row(line, LINE * _lines(text, sum(widths[1:])))
        line += 1
    line += 1
    _write_head(page, line, sheet, widths, formats)
    for row in sheet.rows:
        line += 1
        texts = [value if isinstance(value, str) else "" for value in row]
        page.set_row(line, LINE * max(map(_lines, texts, widths)))
        for column, value in enumerate(row):
            _write_cell(page, line, column, value, formats)
    line += 2
    for note in sheet.notes:
        page.merge_range(line, 0, line, last, "", formats["plain"])
        page.write_string(line, 0, note, formats["plain"])
        page.set_row(line, LINE * _lines(note, sum(widths)))
        line += 1


def _write_head(
    page: Any, line: int, sheet: Sheet, widths: Sequence[float], formats: dict[str, Any]
) -> None:
    """The columns' names, which stay in sight; rows can be filtered by them."""
    for column, name in enumerate(sheet.head):
        kind = "number_head" if _has_numbers(sheet, column) else "head"
        page.write_string(line, column, name, formats[kind])
    if sheet.rows:
        page.autofilter(line, 0, line + len(sheet.rows), len(widths) - 1)
    page.set_row(line, LINE * max(map(_lines, sheet.head, widths)))
    page.repeat_rows(line)
    page.freeze_panes(line + 1, 0)


def _has_numbers(sheet: Sheet, column: int) -> bool:
    """Whether they stand at the right, as their head then does. A date is none."""
    return any(isinstance(row[column], int | float) for row in sheet.rows)


def _write_cell(page: Any, line: int, column: int, value: Cell, formats: dict[str, Any]) -> None:
    if isinstance(value, date):
        day = datetime(value.year, value.month, value.day)  # noqa: DTZ001  (Excel knows no zone)
        page.write_datetime(line, column, day, formats["date"])
    elif isinstance(value, int):
        page.write_number(line, column, value, formats["whole"])
    elif isinstance(value, float):
        page.write_number(line, column, value, formats["share"])
    elif value is None:
        page.write_blank(line, column, None, formats["text"])
    else:
        page.write_string(line, column, value, formats["text"])


def _width(sheet: Sheet, column: int) -> float:
    """In Excel's letters: wide enough for most texts, and for a date of the Buddhist era. Remarks,
    which are long, come last."""
    cells = [row[column] for row in sheet.rows]
    longest = max([0, *(len(c) for c in cells if isinstance(c, str))])
    least = 20 if any(isinstance(c, date) for c in cells) else 15
    most = 80 if column == len(sheet.head) - 1 else 44
    if column == 0:  # names and bold labels: never on two lines
        longest = max([longest, *(len(label) for label, _ in sheet.about)])
    return min(most, max(least, longest * 1.25 + _INDENT))


def _lines(text: str, width: float) -> int:
    """Lines that `text` takes, with room to spare: each computer wraps Thai in its own way, and one
    without the font in a wider one."""
    return max(1, ceil(1.15 * len(text) / (width - _INDENT)))
