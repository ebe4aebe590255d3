"""A table in a file that somebody brings: CSV, or an Excel workbook."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from kiosk.domain.filetable import (
    BadTable,
    Row,
    Table,
    csv_rows,
    is_old_workbook,
    is_workbook,
    table,
)
from kiosk.domain.people import says_something
from kiosk.domain.refusal import Refusal, excerpt
from kiosk.domain.rostercsv import COLUMNS, REQUIRED, BadRoster, RosterFile, entries_in
from sync.central.zeroformat import Digits, digits_shown

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MAX_UNPACKED = 64_000_000
"""Bytes of a workbook once unpacked: a few hundred thousand rows."""


def file_table(data: bytes, names: Mapping[str, Sequence[str]], required: Sequence[str]) -> Table:
    """The table in a CSV file, or on that sheet of a workbook which has the heads and something
    below them. Sheets that are hidden count for nothing: nobody sees them. BadTable."""
    if not is_workbook(data):
        return table(csv_rows(data), names, required)
    fitting: list[tuple[str, Table]] = []
    faults: list[BadTable] = []
    for name, rows in _sheets(data):
        try:
            fitting.append((name, table(rows, names, required)))
        except BadTable as error:
            faults.append(error)
    filled = [(name, on_sheet) for name, on_sheet in fitting if on_sheet.rows]
    if len(filled) > 1:
        sheets = ", ".join(excerpt(name) for name, _ in filled)
        raise BadTable([Refusal("several_sheets", sheets=sheets)])
    if fitting:
        return (filled or fitting)[0][1]
    if faults:
        raise faults[0]
    return table([], names, required)


def read_roster(data: bytes) -> RosterFile:
    """The officers in a CSV file or a workbook. BadRoster."""
    try:
        roster = entries_in(file_table(data, COLUMNS, REQUIRED))
    except BadTable as error:
        raise BadRoster(error.problems) from None
    has_digits = any(entry.number.isdecimal() for entry in roster.entries)
    return replace(roster, zeros_unread=is_old_workbook(data) and has_digits)


def _sheets(data: bytes) -> list[tuple[str, list[Row]]]:
    """Every row in which a reader sees something, by the name of each sheet that is shown."""
    import python_calamine

    _refuse_bombs(data)
    sheets: list[tuple[str, list[Row]]] = []
    try:
        with python_calamine.load_workbook(io.BytesIO(data)) as workbook:
            for described in workbook.sheets_metadata:
                if described.visible != python_calamine.SheetVisibleEnum.Visible:
                    continue
                if described.typ != python_calamine.SheetTypeEnum.WorkSheet:
                    continue
                sheet = workbook.get_sheet_by_name(described.name)
                if rows := _rows(sheet, digits_shown(data, described.name)):
                    sheets.append((described.name, rows))
    except (python_calamine.CalamineError, python_calamine.PasswordError, OSError):
        raise BadTable([Refusal("workbook_unreadable")]) from None
    return sheets


def _rows(sheet: "CalamineSheet", digits: Digits) -> list[Row]:
    down, across = sheet.start or (0, 0)
    values = sheet.to_python(skip_empty_area=True)
    cells = [[_text(value) for value in row] for row in values]
    for (line, column), least in digits.items():
        i, j = line - down, column - across
        if 0 <= i < len(cells) and 0 <= j < len(cells[i]) and cells[i][j].isdecimal():
            cells[i][j] = cells[i][j].zfill(least)
    merged = [
        ((top - down, column - across), bottom - down)
        for (top, column), (bottom, _) in sheet.merged_cell_ranges or ()
    ]
    _fill_down(cells, merged)
    return [(down + 1 + i, row) for i, row in enumerate(cells) if any(map(says_something, row))]


def _fill_down(cells: list[list[str]], merged: list[tuple[tuple[int, int], int]]) -> None:
    """What stands in a cell that was merged with those below holds for each line: people merge the
    section of all its officers. `merged`: the upper left cell, and the last line."""
    filled: dict[int, int] = {}
    for (top, column), bottom in sorted(merged):
        if not (0 <= top < len(cells) and 0 <= column < len(cells[top])):
            continue
        for row in cells[max(top, filled.get(column, -1)) + 1 : bottom + 1]:
            if any(row):
                row[column] = row[column] or cells[top][column]
        filled[column] = max(bottom, filled.get(column, -1))


def _refuse_bombs(data: bytes) -> None:
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
            raise BadTable([Refusal("workbook_large")])


def _text(value: object) -> str:
    """A cell as people see it: a whole number without decimals, a day as such."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
