"""A table in a file as offices have it: its rows as text, and which column is which.

Excel writes CSV in the machine's code page, in UTF-16 or in UTF-8, with commas, semicolons or tabs;
people put a title above the table, head it in Thai, and have columns of their own.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kiosk.domain.people import says_something
from kiosk.domain.refusal import Refusal, Refusals, excerpt, on_line

Row = tuple[int, list[str]]
"""A line's number in the file, from 1, and its cells."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_THAI_CODE_PAGE = "cp874"
_THAI = re.compile("[\u0e01-\u0e5b]")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How Excel's own files begin, new and old."""
_SEPARATORS = ",;\t"
_HEADER_WITHIN = 10
"""Rows from the first, among which the heads are."""
_NO_LETTER = re.compile(r"[\s\-–_./()*:]+")


class BadTable(Refusals):
    """A file that is no table of the kind; each problem names its line."""


@dataclass(frozen=True, slots=True)
class Table:
    """`columns`: where each known one is. `unused`: heads of the others. `rows`: below the heads,
    none empty."""

    columns: Mapping[str, int]
    unused: tuple[str, ...]
    heads: int
    rows: Sequence[Row]

    def cell(self, row: Sequence[str], column: str) -> str:
        """A cell of a row, without the spaces around it; empty where there is no such column."""
        at = self.columns.get(column)
        return row[at].strip() if at is not None and at < len(row) else ""

    def is_too_long(self, row: Sequence[str]) -> bool:
        """Whether something stands where no column is: a separator in a text, as a rule."""
        return any(cell.strip() for cell in row[self.heads :])


def is_workbook(data: bytes) -> bool:
    return data.startswith(_WORKBOOKS)


def is_old_workbook(data: bytes) -> bool:
    """Of Excel 97 to 2003 (.xls)."""
    return data.startswith(_WORKBOOKS[1])


def csv_rows(data: bytes) -> list[Row]:
    """Every row of a CSV file in which a reader sees something. BadTable."""
    if is_workbook(data):
        raise BadTable([Refusal("is_workbook")])
    text = _text(data)
    first, _, rest = text.partition("\n")
    named = re.fullmatch(r'"?sep=(.)"?', first.strip(" \r"), re.IGNORECASE)
    lines_before = 0
    if named:
        text, lines_before = rest, 1
    separator = named[1] if named else _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    try:
        return [
            (reader.line_num + lines_before, row) for row in reader if any(map(says_something, row))
        ]
    except csv.Error:
        line = reader.line_num + lines_before
        raise BadTable([on_line(line, Refusal("csv_form"))]) from None


def _text(data: bytes) -> str:
    marked = next((codec for mark, codec in _MARKS if data.startswith(mark)), "")
    try:
        return data.decode(marked or "utf-8")
    except UnicodeDecodeError as error:
        fault = error
    if not marked:
        try:
            text = data.decode(_THAI_CODE_PAGE)
        except UnicodeDecodeError:
            text = ""
        if _THAI.search(text):
            return text
    raise BadTable([Refusal("not_utf8", byte=fault.start)])


def _separator(text: str) -> str:
    """The one that stands most often in the first rows, outside of quotation marks."""
    beginning = "\n".join(text.splitlines()[:_HEADER_WITHIN])
    outside = re.sub(r'"[^"]*"', "", beginning)
    return max(_SEPARATORS, key=outside.count)


def table(
    rows: Sequence[Row], names: Mapping[str, Sequence[str]], required: Sequence[str]
) -> Table:
    """Rows by their columns: the heads are the first row that has all that are `required`. `names`:
    what a column may be called, its own name first. BadTable."""
    if not rows:
        raise BadTable([on_line(1, Refusal("empty_file", columns=",".join(names)))])
    called = {_plain(word): name for name, words in names.items() for word in words}
    heads_of = [[called.get(_plain(cell), "") for cell in row] for _, row in rows[:_HEADER_WITHIN]]
    at = _header(heads_of, required)
    line, heads = rows[at]
    fault = _fault(heads_of[at], required, ",".join(names))
    if fault:
        raise BadTable([on_line(line, fault)])
    unused = [head for head, name in zip(heads, heads_of[at], strict=True) if not name]
    return Table(
        columns={name: i for i, name in enumerate(heads_of[at]) if name},
        unused=tuple(excerpt(head) for head in unused if head.strip()),
        heads=len(heads),
        rows=rows[at + 1 :],
    )


def _header(heads_of: Sequence[Sequence[str]], required: Sequence[str]) -> int:
    """The first row that has all that are required; else the one that has most of ours."""
    for at, columns in enumerate(heads_of):
        if set(required) <= set(columns):
            return at
    return max(range(len(heads_of)), key=lambda at: len(set(heads_of[at]) - {""}))


def _fault(columns: Sequence[str], required: Sequence[str], allowed: str) -> Refusal | None:
    """A column that is missing, or there twice."""
    for name in required:
        if name not in columns:
            return Refusal("column_missing", column=name, columns=allowed)
    for name in filter(None, columns):
        if columns.count(name) > 1:
            return Refusal("column_twice", column=name, columns=allowed)
    return None


def _plain(head: str) -> str:
    return _NO_LETTER.sub("", head).casefold()
