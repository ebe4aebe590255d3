"""Which cells of an Excel workbook show zeros before their number, and how many digits in all.

Only the format has them (000); the cell's value is 7. The reader of workbooks tells values alone.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINKED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ZEROS = re.compile(r"(?:\[\$-[^\]]*\])?(0{2,18})(?:;.*)?")
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

Digits = Mapping[tuple[int, int], int]
"""By line and column, from 0."""


def digits_shown(data: bytes, sheet: str) -> Digits:
    """Of the cells of a sheet; none where it is another kind of workbook, or an odd one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
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


def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1
