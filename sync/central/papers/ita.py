"""The six-month ITA measures report, as PDF and as a Word file for people to finish.

A4 landscape, five columns whose titles repeat on every page, rows that split over pages, the
terminals' evidence in the rows it belongs to. (ARCHITECTURE.md#the-office-and-its-papers)
"""

import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from kiosk.domain.businessday import buddhist_year
from sync.central.itaform import EditedRow, form
from sync.central.language import in_thai
from sync.central.papers import figures, typesetting
from sync.central.papers.thaitext import digits, listed, plain
from sync.central.period import Period
from sync.central.reports.gate import OfficeView
from sync.central.usecases.ita import ItaBody


def title(office: str, period: Period) -> tuple[str, str]:
    """The two lines above the table."""
    second_line = in_thai(
        "ita_paper.of_office",
        office=office,
        year=str(buddhist_year(period.fiscal_year)),
        half=in_thai(f"ita_paper.half_{period.part}"),
        first=_month(period.first_day),
        last=_month(period.last_day),
    )
    return in_thai("ita_paper.title"), digits(second_line)


def _month(day: date) -> str:
    return f"{in_thai(f'month.{day.month}')} {buddhist_year(day.year)}"


def pdf(office: OfficeView, rows: Sequence[EditedRow], now: datetime) -> bytes:
    """Tagged PDF/A of a round's rows; `office` is the office's published result of the round."""
    return typesetting.pdf("ita", _values(office, rows), now)


def _values(office: OfficeView, rows: Sequence[EditedRow]) -> dict[str, Any]:
    return {
        "lang": "th",
        "title": list(title(office.name, office.period)),
        "office": office.name,
        "columns": list(form()[1]),
        "rows": list(_grouped(rows)),
        "evidence": {
            "heading": in_thai("ita_paper.evidence"),
            "text": figures.sentence(office.figure, office.settings).replace(" · ", "\n"),
            "beside": "\n".join(
                (*figures.beside(office.figure), *figures.differences(office.differences))
            ),
            **figures.drawn(office.figure),
        },
        "pages": figures.PAGES,
    }


def _grouped(rows: Sequence[EditedRow]) -> list[dict[str, Any]]:
    """The rows with a full-width row before each form and each indicator."""
    lines: list[dict[str, Any]] = []
    part = indicator = ""
    for edited in rows:
        row, body = edited.row, edited.body
        if row.form != part:
            part = row.form
            lines.append({"kind": "group", "level": 2, "text": in_thai(f"ita_paper.{part}")})
        if row.indicator != indicator:
            indicator = row.indicator
            lines.append({"kind": "group", "level": 3, "text": digits(indicator)})
        lines.append(
            {
                "kind": "row",
                "question": f"{row.code} {digits(body.question)}",
                "score": _score(body),
                "shortfall": listed(body.shortfall),
                "measure": listed(body.measure),
                "result": listed(body.result),
                "evidence": listed(body.evidence),
                "ours": row.terminal_is_evidence,
            }
        )
    return lines


def _score(body: ItaBody) -> str:
    """The score in brackets; empty where there is none."""
    return in_thai("ita_paper.score", score=digits(body.score)) if body.score else ""


def docx(office: OfficeView, rows: Sequence[EditedRow], now: datetime) -> bytes:
    """The same table as a Word file."""
    from docx import Document
    from docx.shared import Pt

    values = _values(office, rows)
    document = Document()
    document.core_properties.title = _xml(" ".join(values["title"]))
    document.core_properties.author = _xml(office.name)
    document.core_properties.created = now.replace(tzinfo=None)
    _thai_style(document, Pt(14))
    _landscape(document.sections[0])
    for line in values["title"]:
        _centred(document.add_paragraph(), line)
    table = document.add_table(rows=1, cols=5, style="Table Grid")
    table.autofit = False
    _repeat(table.rows[0])
    for cell, text in zip(table.rows[0].cells, values["columns"], strict=True):
        _centred(cell.paragraphs[0], text)
    picture = typesetting.png("bar", {"lang": "th", **values["evidence"]}, 216)
    for row in values["rows"]:
        cells = table.add_row().cells
        if row["kind"] == "group":
            _group_row(cells, row["text"])
        else:
            _measure_row(cells, row, values["evidence"], picture)
    _set_widths(table)
    word_file = io.BytesIO()
    document.save(word_file)
    return word_file.getvalue()


def _landscape(page: Any) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Cm(29.7), Cm(21.0)
    page.left_margin = page.right_margin = Cm(1.4)
    page.top_margin = page.bottom_margin = Cm(1.5)


def _centred(paragraph: Any, text: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, text, bold=True)


def _group_row(cells: Any, text: str) -> None:
    """One cell over the full width, on the page of the row below it."""
    paragraph = cells[0].merge(cells[4]).paragraphs[0]
    paragraph.paragraph_format.keep_with_next = True
    _run(paragraph, text, bold=True)


def _measure_row(cells: Any, row: dict[str, Any], evidence: dict[str, Any], picture: bytes) -> None:
    names = ("question", "shortfall", "measure", "result", "evidence")
    for cell, name in zip(cells, names, strict=True):
        _paragraphs(cell, row[name])
    if row["score"]:
        number, _, unit = row["score"].partition(" ")
        _run(cells[0].paragraphs[-1], f" {number}{_NO_BREAK}{unit}")
    if row["ours"]:
        _evidence(cells[3], evidence, picture)


def _set_widths(table: Any) -> None:
    """LibreOffice reads the widths of the grid, Word those of each cell."""
    from docx.shared import Cm

    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = Cm(width)
    for line in table.rows:
        # A merged cell stands in each of its columns.
        merged = line.cells[0]._tc is line.cells[4]._tc
        for cell, width in zip(line.cells, _WIDTHS, strict=True):
            cell.width = Cm(sum(_WIDTHS)) if merged else Cm(width)


_NO_BREAK = "\u00a0"
_WIDTHS = (4.1, 4.1, 5.9, 7.2, 5.6)
"""Of the five columns, in centimetres."""


def _evidence(cell: Any, evidence: dict[str, Any], picture: bytes) -> None:
    """The terminals' words and chart below what people wrote."""
    from docx.shared import Cm

    _run(cell.add_paragraph(), evidence["heading"], bold=True)
    for line in evidence["text"].split("\n"):
        _run(cell.add_paragraph(), line)
    if evidence["rate"] is not None:
        drawing = cell.add_paragraph().add_run().add_picture(io.BytesIO(picture), width=Cm(6.4))
        drawing._inline.docPr.set("descr", evidence["alt"])  # python-docx has no name for it
    for line in filter(None, evidence["beside"].split("\n")):
        _run(cell.add_paragraph(), line)


def _thai_style(document: Any, size: Any) -> None:
    """Thai letters take the complex script's font and size, which python-docx does not set."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style = document.styles["Normal"]
    style.font.name, style.font.size = "TH Sarabun New", size
    style.paragraph_format.space_after = Pt(2)
    fonts = style.element.rPr.rFonts
    fonts.set(qn("w:cs"), "TH Sarabun New")
    fonts.set(qn("w:eastAsia"), "TH Sarabun New")
    mark = style.element.rPr.makeelement(qn("w:szCs"), {qn("w:val"): str(int(size.pt * 2))})
    style.element.rPr.append(mark)


def _repeat(row: Any) -> None:
    from docx.oxml.ns import qn

    properties = row._tr.get_or_add_trPr()
    properties.append(properties.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))


def _paragraphs(cell: Any, text: str) -> None:
    first = cell.paragraphs[-1]
    for i, line in enumerate(text.split("\n")):
        _run(first if i == 0 and not first.text else cell.add_paragraph(), line)


def _run(paragraph: Any, text: str, *, bold: bool = False) -> None:
    from docx.oxml.ns import qn

    run = paragraph.add_run(_xml(text))
    run.bold = bold
    if bold:  # Thai is a complex script: its own mark
        properties = run._r.get_or_add_rPr()
        properties.append(properties.makeelement(qn("w:bCs"), {}))


def _xml(text: str) -> str:
    """Without the control characters that XML can't carry, direction marks and piles of marks."""
    return plain(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text))
