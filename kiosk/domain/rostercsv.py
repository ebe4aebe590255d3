"""A roster as a spreadsheet exports it: CSV text to officers, or every problem by line."""

import csv
import io
from collections.abc import Iterator

from kiosk.domain.people import BadPerson, Officer
from kiosk.domain.refusal import Refusal, Refusals, excerpt, on_line

REQUIRED = ("number", "name")
OPTIONAL = ("position", "section", "id")
MAX_ROWS = 10_000
_HEADER = "number,name,position,section"


class BadRoster(Refusals):
    """The text is no roster; each problem names its line."""


def parse(data: bytes) -> tuple[Officer, ...]:
    """The officers in `data` (UTF-8, with or without BOM, header `number,name,position,section`,
    the last two and `id` optional). BadRoster lists every problem; nothing half comes back."""
    rows = _rows(data)
    columns = _columns(rows[0][1])
    officers: list[tuple[int, Officer]] = []
    problems: list[Refusal] = []
    for line, row in rows[1 : MAX_ROWS + 1]:
        try:
            officers.append((line, _officer(columns, row)))
        except BadPerson as error:
            problems.append(on_line(line, error))
    if len(rows) - 1 > MAX_ROWS:
        problems.append(Refusal("too_many_officers", most=MAX_ROWS))
    problems.extend(_repeated(officers, "number"))
    problems.extend(_repeated(officers, "id"))
    if not officers and not problems:
        problems.append(on_line(2, Refusal("no_officers")))
    if problems:
        raise BadRoster(problems)
    return tuple(officer for _, officer in officers)


def _rows(data: bytes) -> list[tuple[int, list[str]]]:
    """Line numbers and cells of every row that is not empty, the header first."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRoster([Refusal("not_utf8", byte=error.start)]) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        raise BadRoster([on_line(reader.line_num, Refusal("csv_form"))]) from None
    if not rows:
        raise BadRoster([on_line(1, Refusal("empty_file", columns=_HEADER))])
    return rows


def _columns(header: list[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in header]
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in REQUIRED + OPTIONAL]
    allowed = f"{_HEADER}[,id]"
    if missing:
        fault = Refusal("column_missing", column=missing[0], columns=allowed)
    elif unknown:
        fault = Refusal("column_unknown", column=excerpt(unknown[0]), columns=allowed)
    elif len(set(columns)) != len(columns):
        fault = Refusal("column_twice", columns=allowed)
    else:
        return columns
    raise BadRoster([on_line(1, fault)])


def _officer(columns: list[str], row: list[str]) -> Officer:
    if len(row) != len(columns):
        raise BadPerson("column_count", n=len(row), header=len(columns))
    return Officer.parse(**dict(zip(columns, row, strict=True)))


def _repeated(officers: list[tuple[int, Officer]], field: str) -> Iterator[Refusal]:
    """A problem for each line whose number or id an earlier line has."""
    first_lines: dict[str, int] = {}
    for line, officer in officers:
        value = str(getattr(officer, field))
        if value in first_lines:
            first_line = first_lines[value]
            repeated = Refusal("stands_already", field=field, text=value, line=first_line)
            yield on_line(line, repeated)
        first_lines.setdefault(value, line)
