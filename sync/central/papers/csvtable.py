"""A table as CSV: every one that leaves the report, whichever page or paper it stands on."""

import csv
import io
from collections.abc import Iterable, Sequence

_BEGINS_FORMULA = frozenset("=+-@\t\r")


def csv_table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads Thai; no cell begins a formula. Days are
    ISO dates, digits Arabic; an empty cell is what is not shown."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([safe_cell(value) for value in head])
    writer.writerows(map(safe_cell, row) for row in rows)
    return text.getvalue().encode("utf-8-sig")


def safe_cell(value: object) -> str:
    """A cell's text, which begins no formula; a number is one, whatever its sign."""
    if value is None:
        return ""
    text = str(value)
    if text[:1] not in _BEGINS_FORMULA or isinstance(value, int | float):
        return text
    return f"'{text}"
