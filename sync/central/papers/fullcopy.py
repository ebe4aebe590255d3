"""One person's full copy as a ZIP: tables as CSV and JSON, the photo, and what they mean."""

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime

from sync.central.language import LANGUAGES, words
from sync.central.papers.csvtable import csv_table
from sync.central.reports.gate.own_copy import OwnCopy, Row


def full_copy_zip(copy: OwnCopy, office: str, address: str, now: datetime) -> bytes:
    """README in each language, a CSV for each table, everything as JSON, and the photo."""
    buffer = io.BytesIO()
    stamp = now.astimezone().timetuple()[:6]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _files(copy, office, address, now):
            entry = zipfile.ZipInfo(name, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return buffer.getvalue()


def _files(copy: OwnCopy, office: str, address: str, now: datetime) -> Iterator[tuple[str, bytes]]:
    for code in LANGUAGES:
        text = _readme(copy, code, office, address, now)
        yield f"README-{code}.txt", text.encode("utf-8-sig")
    for name, rows in copy.tables.items():
        if rows:
            yield f"{name}.csv", _as_csv(rows)
    document = {"office": office, "made": now.isoformat(), **copy.tables}
    yield "copy.json", json.dumps(document, ensure_ascii=False, indent=1).encode()
    if copy.photo:
        yield "photo.jpg", copy.photo


def _as_csv(rows: Sequence[Row]) -> bytes:
    columns = _columns(rows)
    return csv_table(columns, ([row.get(column) for column in columns] for row in rows))


def _columns(rows: Sequence[Row]) -> list[str]:
    """Every column of a table, in order."""
    return list(dict.fromkeys(column for row in rows for column in row))


def _readme(copy: OwnCopy, code: str, office: str, address: str, now: datetime) -> str:
    language = words(code)
    person = copy.tables["person"][0]
    empty, photo, document = (
        language.get(key) for key in ("copy.empty", "copy.photo", "copy.json")
    )
    lines = [
        language.get("copy.title", name=person["name"], number=person["number"]),
        f"{office} · {address} · {now.astimezone():%Y-%m-%d %H:%M}",
        "",
        *language.get("copy.about").strip().split("\n"),
    ]
    for name, rows in copy.tables.items():
        lines += ["", f"{name}.csv – {language.get(f'copy_table.{name}')}"]
        if not rows:
            lines.append(f"  {empty}")
        for column in _columns(rows):
            lines.append(f"  {column}: {language.get(f'copy_column.{column}')}")
    lines += ["", f"photo.jpg – {photo}", f"copy.json – {document}"]
    return "\r\n".join(lines) + "\r\n"
