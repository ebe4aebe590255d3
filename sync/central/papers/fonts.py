"""Sarabun for PDF: a copy whose marks keep their height, so that copied Thai text stays whole.

Where a mark is lifted by GPOS, typst writes its cluster twice into the text that is copied out
of a PDF (ขั้ขั้นตอน). Sarabun also has raised forms by substitution, so the copy with every anchor's
Y at 0 looks the same and is read back right.
"""

import atexit
import io
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

WEIGHTS = ("Regular", "Bold")


@cache
def folder() -> Path:
    """A folder with the copies, made once in a process."""
    copies = Path(tempfile.mkdtemp(prefix="kiosk-fonts-"))
    atexit.register(shutil.rmtree, copies, ignore_errors=True)
    for weight in WEIGHTS:
        source = (files("fontpkg_sarabun") / "files" / f"Sarabun-{weight}.ttf").read_bytes()
        (copies / f"Sarabun-{weight}.ttf").write_bytes(flattened(source))
    return copies


def flattened(font: bytes) -> bytes:
    """A font whose GPOS mark anchors all lie on the base line."""
    from fontTools.ttLib import TTFont

    typeface = TTFont(io.BytesIO(font))
    for table in _position_tables(typeface):
        for anchor in (*_mark_anchors(table), *_base_anchors(table)):
            anchor.YCoordinate = 0
    copy = io.BytesIO()
    typeface.save(copy)
    return copy.getvalue()


def _position_tables(typeface: Any) -> Iterator[Any]:
    for lookup in typeface["GPOS"].table.LookupList.Lookup:
        for subtable in lookup.SubTable:
            yield getattr(subtable, "ExtSubTable", subtable)


def _mark_anchors(table: Any) -> Iterator[Any]:
    for array in ("MarkArray", "Mark1Array"):
        for record in getattr(getattr(table, array, None), "MarkRecord", ()):
            yield record.MarkAnchor


def _base_anchors(table: Any) -> Iterator[Any]:
    """Where marks stand on letters, and on other marks."""
    for array, records, anchors in (
        ("BaseArray", "BaseRecord", "BaseAnchor"),
        ("Mark2Array", "Mark2Record", "Mark2Anchor"),
    ):
        for record in getattr(getattr(table, array, None), records, ()):
            yield from (anchor for anchor in getattr(record, anchors) if anchor is not None)


@cache
def letters() -> frozenset[int]:
    """The code points that both weights can show."""
    from fontTools.ttLib import TTFont

    maps = [TTFont(folder() / f"Sarabun-{weight}.ttf").getBestCmap() for weight in WEIGHTS]
    return frozenset(maps[0]) & frozenset(maps[1])
