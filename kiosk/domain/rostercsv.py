"""A roster as a spreadsheet has it: CSV text to entries, or every problem by line; and back.

The column `id` tells persons apart. It comes from an export, and nobody has to read or write it.
"""

import csv
import io
from collections.abc import Iterable, Iterator

from kiosk.domain.people import BadPerson, Officer, RosterEntry
from kiosk.domain.refusal import Refusal, Refusals, excerpt, on_line

REQUIRED = ("number", "name")
OPTIONAL = ("position", "section", "id")
MAX_ROWS = 10_000
_HEADER = "number,name,position,section"


class BadRoster(Refusals):
    """The text is no roster; each problem names its line."""


def export(officers: Iterable[Officer]) -> bytes:
    """A file that `parse` reads: UTF-8 with a byte order mark, so that Excel reads Thai."""
    entries = (
        RosterEntry(
            number=one.number,
            name=one.name,
            position=one.position,
            section=one.section,
            id=one.id,
        )
        for one in officers
    )
    return entries_csv(entries).encode("utf-8-sig")


def entries_csv(entries: Iterable[RosterEntry]) -> str:
    """Entries as `parse` reads them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    columns = (*REQUIRED, *OPTIONAL)
    writer.writerow(columns)
    writer.writerows([getattr(entry, column) for column in columns] for entry in entries)
    return text.getvalue()


def parse(data: bytes) -> tuple[RosterEntry, ...]:
    """The entries in `data` (UTF-8, with or without BOM, header `number,name,position,section`,
    the last two and `id` optional). BadRoster lists every problem; nothing half comes back."""
    rows = _rows(data)
    columns = _columns(rows[0][1])
    entries: list[tuple[int, RosterEntry]] = []
    problems: list[Refusal] = []
    for line, row in rows[1 : MAX_ROWS + 1]:
        try:
            entries.append((line, _entry(columns, row)))
        except BadPerson as error:
            problems.append(on_line(line, error))
    if len(rows) - 1 > MAX_ROWS:
        problems.append(Refusal("too_many_officers", most=MAX_ROWS))
    problems.extend(_repeated(entries, "number"))
    problems.extend(_repeated(entries, "id"))
    if not entries and not problems:
        problems.append(on_line(2, Refusal("no_officers")))
    if problems:
        raise BadRoster(problems)
    return tuple(entry for _, entry in entries)


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


def _entry(columns: list[str], row: list[str]) -> RosterEntry:
    if len(row) != len(columns):
        raise BadPerson("column_count", n=len(row), header=len(columns))
    return RosterEntry.parse(**dict(zip(columns, row, strict=True)))


def _repeated(entries: list[tuple[int, RosterEntry]], field: str) -> Iterator[Refusal]:
    """A problem for each line whose number or id an earlier line has."""
    first_lines: dict[str, int] = {}
    for line, entry in entries:
        value = str(getattr(entry, field))
        if value and value in first_lines:
            first_line = first_lines[value]
            repeated = Refusal("stands_already", field=field, text=value, line=first_line)
            yield on_line(line, repeated)
        first_lines.setdefault(value, line)
