"""A roster as a spreadsheet has it: its rows to entries, or every problem by line; and back.

The column `id` tells persons apart. It comes from an export, and nobody has to read or write it.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kiosk.domain.dates import arabic
from kiosk.domain.filetable import BadTable, Row, Table, csv_rows, table
from kiosk.domain.people import BadPerson, Officer, RosterEntry
from kiosk.domain.refusal import Refusal, Refusals, on_line

COLUMNS = {
    "number": ("number", "เลขประจำตัว", "เลขประจำตัวเจ้าหน้าที่", "รหัส", "รหัสเจ้าหน้าที่", "หมายเลข"),
    "name": ("name", "ชื่อ", "ชื่อ-สกุล", "ชื่อ-นามสกุล", "ชื่อและนามสกุล", "ชื่อเจ้าหน้าที่"),
    "surname": ("surname", "นามสกุล", "สกุล"),
    "position": ("position", "ตำแหน่ง"),
    "section": ("section", "ฝ่าย", "สังกัด", "กลุ่มงาน", "ส่วนงาน"),
    "id": ("id",),
}  # fmt: skip
"""What each may be called. A surname in a column of its own follows the name."""
REQUIRED = ("number", "name")
EXPORTED = ("number", "name", "position", "section", "id")
MAX_ROWS = 10_000


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
    writer.writerow(EXPORTED)
    writer.writerows([getattr(entry, column) for column in EXPORTED] for entry in entries)
    return text.getvalue()


@dataclass(frozen=True, slots=True)
class RosterFile:
    """`unused`: heads of the columns that say nothing of ours."""

    entries: tuple[RosterEntry, ...]
    unused: tuple[str, ...]


def parse(data: bytes) -> RosterFile:
    """The entries in a CSV file (filetable.py): columns `number` and `name` and, where there are,
    `position`, `section` and `id`, by these names or their Thai ones. BadRoster lists every
    problem; nothing half comes back."""
    try:
        return parse_rows(csv_rows(data))
    except BadTable as error:
        raise BadRoster(error.problems) from None


def parse_rows(rows: Sequence[Row]) -> RosterFile:
    """The same of rows that were read already. BadRoster."""
    try:
        people = table(rows, COLUMNS, REQUIRED)
    except BadTable as error:
        raise BadRoster(error.problems) from None
    entries: list[tuple[int, RosterEntry]] = []
    problems: list[Refusal] = []
    for line, row in people.rows[:MAX_ROWS]:
        try:
            entries.append((line, _entry(people, row)))
        except BadPerson as error:
            problems.append(on_line(line, error))
    if len(people.rows) > MAX_ROWS:
        problems.append(Refusal("too_many_officers", most=MAX_ROWS))
    problems.extend(_repeated(entries, "number"))
    problems.extend(_repeated(entries, "id"))
    if not entries and not problems:
        problems.append(on_line(2, Refusal("no_officers")))
    if problems:
        raise BadRoster(problems)
    return RosterFile(entries=tuple(entry for _, entry in entries), unused=people.unused)


def _entry(people: Table, row: Sequence[str]) -> RosterEntry:
    if people.is_too_long(row):
        raise BadPerson("column_count", n=len(row), header=people.heads)
    cells = {column: people.cell(row, column) for column in COLUMNS}
    return RosterEntry.parse(
        number=arabic(cells["number"]),
        name=f"{cells['name']} {cells['surname']}".strip(),
        position=cells["position"],
        section=cells["section"],
        id=cells["id"],
    )


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
