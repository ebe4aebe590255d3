"""A table in a file that somebody brings: CSV, or an Excel workbook."""

import io
import zipfile
from datetime import date, datetime

from kiosk.domain.filetable import BadTable, Row, csv_rows, is_workbook
from kiosk.domain.refusal import Refusal
from kiosk.domain.rostercsv import BadRoster, RosterFile, parse_rows

MAX_UNPACKED = 64_000_000
"""Bytes of a workbook once unpacked: a few hundred thousand rows."""


def file_rows(data: bytes) -> list[Row]:
    """Every row that has something in it: of a CSV file, or of a workbook's first sheet that has
    some. BadTable."""
    return _workbook_rows(data) if is_workbook(data) else csv_rows(data)


def read_roster(data: bytes) -> RosterFile:
    """The officers in a CSV file or a workbook. BadRoster."""
    try:
        return parse_rows(file_rows(data))
    except BadTable as error:
        raise BadRoster(error.problems) from None


def _workbook_rows(data: bytes) -> list[Row]:
    import python_calamine

    _refuse_bombs(data)
    try:
        with python_calamine.load_workbook(io.BytesIO(data)) as workbook:
            for name in workbook.sheet_names:
                sheet = workbook.get_sheet_by_name(name)
                first = sheet.start[0] + 1 if sheet.start else 1
                cells = sheet.to_python(skip_empty_area=True)
                rows = [(first + i, [_text(value) for value in row]) for i, row in enumerate(cells)]
                if rows := [(line, row) for line, row in rows if any(row)]:
                    return rows
    except (python_calamine.CalamineError, python_calamine.PasswordError, OSError):
        raise BadTable([Refusal("workbook_unreadable")]) from None
    return []


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
