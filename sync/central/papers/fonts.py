"""Sarabun for PDF: a copy whose marks keep their height, so that copied Thai text stays whole.

Where a mark is lifted by GPOS, typst writes its cluster twice into the text that is copied out
of a PDF (ขั้ขั้นตอน). Sarabun also has raised forms by substitution, so the copy with every anchor's
Y at 0 looks the same and is read back right.
"""

import atexit
import io
import shutil
import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path

WEIGHTS = ("Regular", "Bold")


@cache
def folder() -> Path:
    """A folder with the copies, made once in a process."""
    made = Path(tempfile.mkdtemp(prefix="kiosk-fonts-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    for weight in WEIGHTS:
        source = (files("fontpkg_sarabun") / "files" / f"Sarabun-{weight}.ttf").read_bytes()
        (made / f"Sarabun-{weight}.ttf").write_bytes(flattened(source))
    return made


def flattened(font: bytes) -> bytes:
    """A font whose GPOS mark anchors all lie on the base line."""
    from fontTools.ttLib import TTFont

    found = TTFont(io.BytesIO(font))
    for lookup in found["GPOS"].table.LookupList.Lookup:
        for sub in lookup.SubTable:
            table = sub.ExtSubTable if hasattr(sub, "ExtSubTable") else sub
            for name in ("MarkArray", "Mark1Array"):
                for record in getattr(getattr(table, name, None), "MarkRecord", ()):
                    record.MarkAnchor.YCoordinate = 0
            for array, records, anchors in (
                ("BaseArray", "BaseRecord", "BaseAnchor"),
                ("Mark2Array", "Mark2Record", "Mark2Anchor"),
            ):
                for record in getattr(getattr(table, array, None), records, ()):
                    for anchor in getattr(record, anchors):
                        if anchor is not None:
                            anchor.YCoordinate = 0
    kept = io.BytesIO()
    found.save(kept)
    return kept.getvalue()


@cache
def letters() -> frozenset[int]:
    """The code points that both weights can show."""
    from fontTools.ttLib import TTFont

    maps = [TTFont(folder() / f"Sarabun-{weight}.ttf").getBestCmap() for weight in WEIGHTS]
    return frozenset(maps[0]) & frozenset(maps[1])
