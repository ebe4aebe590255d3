"""The ITA measures report as a Word file, for people to finish."""

import io
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sync.central.papers import typesetting
from sync.central.papers.thaitext import ADDRESS, plain
from sync.central.papers.typesetting import printable

_NO_BREAK = "\u00a0"
_WIDTHS = (4.1, 4.1, 5.9, 7.2, 5.6)
"""Of the five columns, in centimetres."""
_TEXT = 13
"""Points; the PDF's, so that both have as many pages."""
_FONT = "TH Sarabun New"
_CHART, _PICTURE, _ANNEX_PICTURE = 6.4, 5.1, 9.0
"""Widths in centimetres."""
_TALLEST = 10.0
"""Centimetres of a picture's height: with its caption it fits on a page below the heads."""
_DRAFT, _LINK = "9C5700", "0B5CAD"
"""Colours."""


def document(values: dict[str, Any], pictures: Mapping[str, bytes], now: datetime) -> bytes:
    """The Word file of a paper's values (papers/ita.py) and its pictures, JPEGs by their id."""
    from docx import Document

    word = Document()
    word.core_properties.title = _xml(" ".join(values["title"]))
    word.core_properties.author = _xml(values["office"])
    word.core_properties.created = now.replace(tzinfo=None)
    word.core_properties.language = "th-TH"
    _thai_styles(word)
    _landscape(word.sections[0])
    _page_numbers(word.sections[0])
    for line in values["title"]:
        _centred(word.add_paragraph(style="Heading 1"), line)
    for remark in filter(None, (values["running"], values["draft"])):
        _centred(word.add_paragraph(), remark, colour=_DRAFT)
    table = word.add_table(rows=1, cols=5, style="Table Grid")
    table.autofit = False
    _repeat(table.rows[0])
    for cell, text in zip(table.rows[0].cells, values["columns"], strict=True):
        _centred(cell.paragraphs[0], text.replace("|", ""))
    for row in values["rows"]:
        if row["kind"] == "group":
            _group_row(table, row)
        else:
            _block(table, row, pictures)
    _set_widths(table)
    _notes(word, values)
    for annex in values["annexes"]:
        _annex(word, annex, pictures)
    word_file = io.BytesIO()
    word.save(word_file)
    return word_file.getvalue()


def _landscape(page: Any) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Cm(29.7), Cm(21.0)
    page.left_margin = page.right_margin = Cm(1.4)
    page.top_margin = page.bottom_margin = Cm(1.4)
    page.footer_distance = Cm(0.6)


def _page_numbers(page: Any) -> None:
    """A field in the footer, in Thai digits; python-docx has no name for either."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    number = OxmlElement("w:pgNumType")
    number.set(qn("w:fmt"), "thaiNumbers")
    page._sectPr.find(qn("w:pgMar")).addnext(number)  # where the schema has it
    paragraph = page.footer.paragraphs[0]
    _centred(paragraph, "– ", bold=False)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), r"PAGE \* THAIARABIC")
    paragraph._p.append(field)
    _run(paragraph, " –")


def _centred(paragraph: Any, text: str, *, bold: bool = True, colour: str = "") -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, text, bold=bold, colour=colour)


def _group_row(table: Any, row: dict[str, Any]) -> None:
    """One cell over the full width, on the page of the row below it."""
    cells = table.add_row().cells
    paragraph = cells[0].merge(cells[4]).paragraphs[0]
    paragraph.style = f"Heading {row['level']}"
    paragraph.paragraph_format.keep_with_next = True
    _run(paragraph, row["text"], bold=True)


def _block(table: Any, row: dict[str, Any], pictures: Mapping[str, bytes]) -> None:
    """A line for each item; columns 3 to 5 are one cell over all of them."""
    lines = [table.add_row().cells for _ in row["items"]]
    for cells, item in zip(lines, row["items"], strict=True):
        _question(cells[0], item)
        _paragraphs(cells[1], item["shortfall"])
    shared = [lines[0][i].merge(lines[-1][i]) for i in (2, 3, 4)]
    for cell, name in zip(shared, ("measure", "result", "evidence"), strict=True):
        _paragraphs(cell, row[name])
    if row["figure"]:
        _result(shared[1], row["figure"])
    for picture in row["pictures"]:
        _picture(shared[2].add_paragraph, picture, pictures, _PICTURE)


def _question(cell: Any, item: dict[str, str]) -> None:
    _paragraphs(cell, item["question"])
    if item["score"]:
        number, _, unit = item["score"].partition(" ")
        _run(cell.paragraphs[-1], f" {number}{_NO_BREAK}{unit}")
    if item["draft"]:
        _run(cell.add_paragraph(), item["draft"], colour=_DRAFT)


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


def _result(cell: Any, figure: dict[str, Any]) -> None:
    """The terminals' words and chart below what people wrote."""
    from docx.shared import Cm

    _run(cell.add_paragraph(), figure["heading"], bold=True)
    for line in figure["text"].split("\n"):
        _run(cell.add_paragraph(), line)
    if figure["rate"] is not None:
        chart = typesetting.png("bar", {"lang": "th", **figure}, 216)
        run = cell.add_paragraph().add_run()
        drawing = run.add_picture(io.BytesIO(chart), width=Cm(_CHART))
        drawing._inline.docPr.set("descr", figure["alt"])  # python-docx has no name for it


def _picture(
    add: Any, picture: dict[str, Any], pictures: Mapping[str, bytes], widest: float
) -> None:
    """A picture and its caption below it, each by `add`; a tall one is narrower."""
    from docx.shared import Cm

    width = min(widest, _TALLEST / picture["tall"])

    paragraph = add()
    paragraph.paragraph_format.keep_with_next = bool(picture["caption"])
    drawing = paragraph.add_run().add_picture(io.BytesIO(pictures[picture["id"]]), width=Cm(width))
    drawing._inline.docPr.set("descr", _xml(picture["words"]))
    if picture["caption"]:
        _linked(add(), picture["caption"])


def _notes(word: Any, values: dict[str, Any]) -> None:
    if values["notes"]:
        heading = word.add_paragraph()
        heading.paragraph_format.keep_with_next = True
        _run(heading, values["notes_heading"], bold=True)
    for note in values["notes"]:
        _run(word.add_paragraph(), note)


def _annex(word: Any, annex: dict[str, Any], pictures: Mapping[str, bytes]) -> None:
    heading = word.add_paragraph(style="Heading 2")
    heading.paragraph_format.page_break_before = True
    _centred(heading, annex["title"])
    if annex["draft"]:
        _centred(word.add_paragraph(), annex["draft"], bold=False, colour=_DRAFT)
    for line in annex["text"].split("\n"):
        _linked(word.add_paragraph(), line)
    for picture in annex["pictures"]:
        _picture(word.add_paragraph, picture, pictures, _ANNEX_PICTURE)


def _thai_styles(word: Any) -> None:
    """Thai letters take the complex script's font, size and language, which python-docx does not
    set; its headings are blue and of another face."""
    from docx.shared import Pt, RGBColor

    for name, size in (
        ("Normal", _TEXT),
        ("Heading 1", 16),
        ("Heading 2", _TEXT),
        ("Heading 3", _TEXT),
    ):
        style = word.styles[name]
        style.font.name, style.font.size = _FONT, Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.font.bold = name != "Normal"
        style.paragraph_format.space_before = Pt(0)
        style.paragraph_format.space_after = Pt(2)
        _complex_script(style.element.get_or_add_rPr(), size)


def _complex_script(properties: Any, size: int) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), _FONT)
    for old in properties.findall(qn("w:szCs")) + properties.findall(qn("w:lang")):
        properties.remove(old)
    mark = OxmlElement("w:szCs")
    mark.set(qn("w:val"), str(size * 2))
    language = OxmlElement("w:lang")
    for which in ("val", "bidi"):
        language.set(qn(f"w:{which}"), "th-TH")
    # In the schema's order, which Word insists on: sz, szCs, …, lang.
    properties.find(qn("w:sz")).addnext(mark)
    properties.append(language)


def _repeat(row: Any) -> None:
    from docx.oxml.ns import qn

    properties = row._tr.get_or_add_trPr()
    properties.append(properties.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))


def _paragraphs(cell: Any, text: str) -> None:
    first = cell.paragraphs[-1]
    for i, line in enumerate(text.split("\n")):
        _linked(first if i == 0 and not first.text else cell.add_paragraph(), line)


def _linked(paragraph: Any, text: str) -> None:
    """A text whose web addresses can be followed."""
    for part in re.split(f"({ADDRESS})", text):
        if re.fullmatch(ADDRESS, part):
            _link(paragraph, part)
        elif part:
            _run(paragraph, part)


def _link(paragraph: Any, address: str) -> None:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    relation = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), relation)
    run = _run(paragraph, address, colour=_LINK)
    run.underline = True
    link.append(run._r)
    paragraph._p.append(link)


def _run(paragraph: Any, text: str, *, bold: bool = False, colour: str = "") -> Any:
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    run = paragraph.add_run(_xml(text))
    run.bold = bold
    if bold:  # Thai is a complex script: its own mark
        properties = run._r.get_or_add_rPr()
        properties.append(properties.makeelement(qn("w:bCs"), {}))
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)
    return run


def _xml(text: str) -> str:
    """Without the control characters that XML can't carry, direction marks and piles of marks, and
    without pictographs, which the typeface has not."""
    return printable(plain(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)))
