"""Papers of a small office, and what a reader copies out of a PDF."""

import io
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from sync.central import itafile
from sync.central.itaform import EditedRow, FormRow
from sync.central.papers import ita
from sync.central.period import parse
from sync.central.reports.gate import OfficeView
from sync.central.store.ita import ItaBody
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.viewer import ROLES, Viewer
from tests.support.builders import an_officer
from tests.support.central import made_central, put_on_roster, received
from tests.support.databases import new_central_store

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ROUND = parse("fy2027-1")
DIRECTOR = Viewer(account="d", name="ผอ.", site="dindaeng", roles=frozenset({ROLES["director"]}))
WORDS = (
    "ขั้นตอน น้ำผึ้ง ปิ่นเกล้า สิทธิ์ ปัญญ์ ญาณวุฒิ กตัญญู ซ้ำ ปั้น ป้ำ ฟื้น ฝั่ง เป็นต้น ทั้งสิ้น "
    "ดำเนินงาน ที่ เพิ่มเติม ความเชื่อมั่น พันธุ์ ศุกร์"
)
"""The twenty hard words of ARCHITECTURE.md#thai-in-documents."""
HOSTILE = (
    '#read("/etc/passwd") *bold* _x_ $x^2$ @ref <tag> [a](b) `c` \\ "q" = + - // /* */ '
    "\u202eback\u202c \u200b ✨🎉 ก" + "\u0e48" * 10_000 + "\x07\n=cmd|' /C calc'!A0"
)


def small_office(folder: Path) -> Central:
    """One officer with 158 ratings."""
    central = made_central(new_central_store(folder / "central.db"), folder)
    put_on_roster(central, (an_officer("101", "สมหญิง กตัญญู", section="ฝ่ายทะเบียน"),))
    received(central, "101", 9, 9, 20, 60, 60)
    publish_due(central, TODAY)
    return central


def din_daeng() -> tuple[EditedRow, ...]:
    """Its real report of 2567, as the next round begins with it."""
    return tuple(
        EditedRow(
            row=FormRow(code=row.code, form=row.form, indicator=row.indicator, joined=row.joined),
            body=row.body,
        )
        for row in itafile.read(itafile.shipped())
    )


def ita_report(view: OfficeView) -> ita.Report:
    return ita.Report(office=view, rows=din_daeng())


def ita_report_with(view: OfficeView, text: str) -> ita.Report:
    first, *rest = din_daeng()
    body = ItaBody(
        score="84.60",
        question=text,
        shortfall=text,
        measure=text,
        result=text,
        evidence=text,
    )
    return ita.Report(office=view, rows=(replace(first, body=body), *rest))


def described(pdf: bytes) -> list[str]:
    """What a screen reader says in place of each figure of a tagged PDF."""
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, list):
            for inner in node:
                walk(inner)
        elif isinstance(node, dict):
            if node.get("/S") == "/Figure":
                found.append(str(node.get("/Alt", "")))
            walk(node.get("/K"))

    root: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    walk(root["/StructTreeRoot"])
    return found


def squeezed(text: str) -> str:
    """Without white space, Thai's decomposed am put together."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text)).replace("\u0e4d\u0e32", "ำ")


def printed_lines(pdf: bytes) -> list[str]:
    """Each line as it stands on its page; a cell of a table has lines of its own."""
    document = pdfium.PdfDocument(pdf)
    lines = [
        line for page in document for line in page.get_textpage().get_text_bounded().splitlines()
    ]
    document.close()
    return lines


def pages(pdf: bytes) -> list[str]:
    """Each page's text as pdfium (Chrome's reader) copies it."""
    document = pdfium.PdfDocument(pdf)
    texts = [squeezed(page.get_textpage().get_text_bounded()) for page in document]
    document.close()
    return texts
