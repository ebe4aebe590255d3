"""Typst: a template and plain values in, a PDF or a picture out. Text is data, never markup.

PDFs are PDF/A-2a and PDF/UA-1: archivable, tagged, their text readable by machines and read out in
order, each drawing in words (ISO 19005-2, ISO 14289-1). Typst refuses what it can see is neither.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sync.central.line import Line
from sync.central.papers import fonts
from sync.central.papers.thaitext import plain

LINE = Line(8)
"""Papers that are being set, also for everybody: each takes some ten megabytes."""


class NoPaper(Exception):
    """The paper can't be set; one line for the log."""


@cache
def _root() -> Path:
    return Path(str(files("sync.central.papers") / "templates"))


def pdf(
    template: str, values: object, made: datetime, pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """A tagged PDF/A of `template`.typ with `values`; `made` is the date in its metadata. The
    template finds `pictures`, by their files' names, in the folder pictures."""
    import typst

    with _failures(template), _root_with(pictures or {}) as root:
        return typst.compile(
            str(root / f"{template}.typ"),
            root=str(root),
            font_paths=[str(fonts.folder())],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs=_given(values),
            pdf_standards=["a-2a", "ua-1"],
            timestamp=int(made.timestamp()),
        )


@contextmanager
def _root_with(pictures: Mapping[str, bytes]) -> Iterator[Path]:
    """The templates' folder, and the pictures in it: typst reads nothing outside its root."""
    if not pictures:
        yield _root()
        return
    with TemporaryDirectory(prefix="kiosk-paper-") as folder:
        root = Path(folder)
        shutil.copytree(_root(), root, dirs_exist_ok=True)
        (root / "pictures").mkdir()
        for name, data in pictures.items():
            (root / "pictures" / name).write_bytes(data)
        yield root


def png(template: str, values: object, ppi: float) -> bytes:
    """The first page of `template`.typ as a picture of `ppi` pixels to 72 points."""
    import typst

    with _failures(template):
        return typst.compile(
            str(_root() / f"{template}.typ"),
            root=str(_root()),
            font_paths=[str(fonts.folder())],
            ignore_system_fonts=True,
            format="png",
            sys_inputs=_given(values),
            ppi=ppi,
        )


def _given(values: object) -> dict[str, str]:
    return {"values": json.dumps(_shown(values), ensure_ascii=False)}


def _shown(value: Any) -> Any:
    """`value` with each text as the font can show it."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _shown(inner) for key, inner in value.items()}
    return [_shown(inner) for inner in value] if isinstance(value, list | tuple) else value


def printable(text: str) -> str:
    """What Sarabun can show: no pictographs, for PDF/A must embed every letter."""
    letters = []
    for char in plain(text):
        if char == "\n" or ord(char) in fonts.letters():
            letters.append(char)
        elif char.isspace():
            letters.append(" ")
    return "".join(letters)


@contextmanager
def _failures(template: str) -> Iterator[None]:
    try:
        with LINE.place(), LINE.turn():
            yield
    except BaseException as error:
        # A fault within typst itself is no Exception, and its class has no address.
        if not isinstance(error, RuntimeError) and type(error).__name__ != "PanicException":
            raise
        raise NoPaper(f"{template}: {str(error).splitlines()[0]}") from error
