"""Which cells of a workbook show zeros before their number, and how many digits in all.

Only the format has them (000); the cell's value is 7. The reader of workbooks tells values alone.
Excel's file of today names the format; an OpenDocument has beside each value what is shown. Of
Excel's old file (.xls) nothing here reads the formats: who imports one is asked to compare.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from itertools import product
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINKED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ZEROS = re.compile(r"(?:\[\$-[^\]]*\])?(0{2,18})(?:;.*)?")
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

_OPEN_DOCUMENT = "content.xml"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_WITH_ZEROS = re.compile("0[0-9]{1,17}")
_MOST = 100
"""Cells side by side, or rows, with the same number: nobody's roster has more."""

Digits = Mapping[tuple[int, int], int]
"""By line and column, from 0."""


def digits_shown(data: bytes, sheet: str) -> Digits:
    """Of the cells of a sheet; none where it is another kind of workbook, or an odd one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if _OPEN_DOCUMENT in parts.namelist():
                return dict(_shown(_part(parts, _OPEN_DOCUMENT), sheet))
            widths = _widths(parts)
            return dict(_cells(parts, sheet, widths)) if widths else {}
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, ValueError):
        return {}


def _part(parts: zipfile.ZipFile, path: str) -> ElementTree.Element:
    """ValueError where it declares entities: no workbook does."""
    data = parts.read(path)
    if b"<!DOCTYPE" in data:
        raise ValueError(path)
    return ElementTree.fromstring(data)  # noqa: S314  (without entities)


def _widths(parts: zipfile.ZipFile) -> dict[str, int]:
    """How many digits a style shows, by its number."""
    styles = _part(parts, "xl/styles.xml")
    by_format = {
        one.get("numFmtId"): len(shape[1])
        for one in styles.iter(f"{_MAIN}numFmt")
        if (shape := _ZEROS.fullmatch(one.get("formatCode", "")))
    }
    used = styles.find(f"{_MAIN}cellXfs")
    return {
        str(at): by_format[style.get("numFmtId")]
        for at, style in enumerate(used if used is not None else ())
        if style.get("numFmtId") in by_format
    }


def _cells(
    parts: zipfile.ZipFile, sheet: str, widths: Mapping[str, int]
) -> Iterator[tuple[tuple[int, int], int]]:
    book = _part(parts, "xl/workbook.xml")
    [link] = [one.get(_LINKED) for one in book.iter(f"{_MAIN}sheet") if one.get("name") == sheet]
    links = _part(parts, "xl/_rels/workbook.xml.rels")
    [target] = [one.get("Target", "") for one in links if one.get("Id") == link]
    path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    for cell in _part(parts, path).iter(f"{_MAIN}c"):
        place = _PLACE.fullmatch(cell.get("r", ""))
        if place and cell.get("s") in widths:
            yield (int(place[2]) - 1, _column(place[1])), widths[str(cell.get("s"))]


def _shown(document: ElementTree.Element, sheet: str) -> Iterator[tuple[tuple[int, int], int]]:
    """Of an OpenDocument. Rows and cells that are the same stand once, with their number."""
    tables = document.iter(f"{_TABLE}table")
    [table] = [one for one in tables if one.get(f"{_TABLE}name") == sheet]
    line = 0
    for row in table.iter(f"{_TABLE}table-row"):
        rows, column = _times(row, "rows"), 0
        for cell in row:
            cells = _times(cell, "columns")
            text = "".join(cell.itertext()).strip()
            if cell.get(f"{_OFFICE}value-type") == "float" and _WITH_ZEROS.fullmatch(text):
                for i, j in product(range(min(rows, _MOST)), range(min(cells, _MOST))):
                    yield (line + i, column + j), len(text)
            column += cells
        line += rows


def _times(element: ElementTree.Element, what: str) -> int:
    return int(element.get(f"{_TABLE}number-{what}-repeated", "1"))


def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1
