"""A roster as a spreadsheet exports it: CSV text to officers, or every problem by line."""

import csv
import io
from collections.abc import Iterable

from kiosk.domain.people import BadPerson, Officer

REQUIRED = ("number", "name")
OPTIONAL = ("position", "section", "id")
MAX_ROWS = 10_000


class BadRoster(ValueError):
    """The text is no roster. `problems` are lines for a person, each naming its line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


def parse(data: bytes) -> tuple[Officer, ...]:
    """The officers in `data` (UTF-8, with or without BOM, header `number,name,position,section`,
    the last two and `id` optional). BadRoster lists every problem; nothing half comes back."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRoster([f"byte {error.start}: not UTF-8; save the sheet as “CSV UTF-8”"]) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadRoster([f"line {reader.line_num}: {error}"]) from None
    if not rows:
        raise BadRoster(["line 1: empty; the first line is number,name,position,section"])
    columns = _columns(rows[0][1])
    officers, problems = [], []
    for line, row in rows[1 : MAX_ROWS + 1]:
        try:
            if len(row) != len(columns):
                raise BadPerson(f"{len(row)} columns where the header has {len(columns)}")
            officers.append((line, Officer.parse(**dict(zip(columns, row, strict=True)))))
        except BadPerson as error:
            problems.append(f"line {line}: {error}")
    if len(rows) - 1 > MAX_ROWS:
        problems.append(f"more than {MAX_ROWS} officers")
    problems += _doubled(officers, "number") + _doubled(officers, "id")
    if not officers and not problems:
        problems.append("line 2: no officer stands below the header")
    if problems:
        raise BadRoster(problems)
    return tuple(officer for _, officer in officers)


def _columns(header: list[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in header]
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in REQUIRED + OPTIONAL]
    if missing or unknown or len(set(columns)) != len(columns):
        fault = (
            f"column {missing[0]!r} is missing"
            if missing
            else f"column {unknown[0][:40]!r} is unknown"
            if unknown
            else "a column stands twice"
        )
        raise BadRoster([f"line 1: {fault}; the columns are number,name,position,section[,id]"])
    return columns


def _doubled(officers: list[tuple[int, Officer]], field: str) -> list[str]:
    seen: dict[str, int] = {}
    problems = []
    for line, officer in officers:
        value = str(getattr(officer, field))
        if value in seen:
            problems.append(f"line {line}: {field} {value} stands on line {seen[value]} already")
        seen.setdefault(value, line)
    return problems
