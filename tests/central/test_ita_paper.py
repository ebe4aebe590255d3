"""The ITA measures report as PDF and Word file: the office's own paper, and drafts."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from PIL import Image
from pypdf import PdfReader

from sync.central import itaform, photos, thai
from sync.central.itaform import EditedRow, FormRow
from sync.central.language import in_thai
from sync.central.papers import ita
from sync.central.papers.thaitext import digits, listed
from sync.central.reports import gate
from sync.central.reports.gate import OfficeView
from sync.central.store.ita import ItaBody
from sync.central.store.itapictures import ItaPicture
from sync.central.usecases.publishing import publish_due
from tests.support.builders import an_officer
from tests.support.central import MONDAY, made_central, put_on_roster, received
from tests.support.databases import new_central_store
from tests.support.papers import (
    DIRECTOR,
    NOW,
    ROUND,
    TODAY,
    described,
    din_daeng,
    ita_report,
    ita_report_with,
    pages,
    small_office,
    squeezed,
)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeView]:
    office = small_office(tmp_path_factory.mktemp("papers"))
    yield gate.office(office, DIRECTOR, ROUND, TODAY)
    office.store.close()


def table(report: ita.Report) -> list[EditedRow]:
    return [row for row in report.rows if row.row.code and not row.row.is_annex]


def places_of_links(pdf: bytes, address: str) -> list[tuple[float, ...]]:
    """Where on its page each link to an address is: its left, lower, right and upper edge."""
    links = (
        note.get_object()
        for page in PdfReader(io.BytesIO(pdf)).pages
        for note in page.get("/Annots", ())
    )
    return [
        tuple(map(float, link["/Rect"]))
        for link in links
        if link.get("/A", {}).get("/URI") == address
    ]


def test_the_ita_report_repeats_its_columns_and_leaves_no_row_out(view: OfficeView) -> None:
    report = ita_report(view)
    *of_table, _annex = pages(ita.pdf(report, NOW))
    for page in of_table:
        for column in itaform.form()[0]:
            assert squeezed(column.replace("|", ""))[:12] in page
    whole = "".join(of_table)
    for row in table(report):
        assert thai.item(row.row.code, "th") in whole or not row.body.question
        assert squeezed(digits(row.body.score)) in whole
    assert "แบบวัดการรับรู้ของผู้มีส่วนได้ส่วนเสียภายนอก(EIT)" in whole
    assert "แบบวัดการเปิดเผยข้อมูลสาธารณะ(OIT)" in whole
    at = [whole.index(f"ตัวชี้วัดที่{thai.digits(str(n), 'th')}") for n in range(1, 11)]
    assert at == sorted(at), "each of the ten, also those without an item"
    assert "https://shorturl.at/jnvBO" in whole, "no digit of an address is touched"


def test_the_report_is_landscape_tagged_archivable_and_names_itself(view: OfficeView) -> None:
    pdf = ita.pdf(ita_report(view), NOW)
    reader = PdfReader(io.BytesIO(pdf))
    box = reader.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (842, 595)
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("th")
    metadata = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert reader.metadata is not None
    assert "รอบ ๖ เดือนแรก" in str(reader.metadata.title)


def test_a_result_stands_once_with_n_rate_interval_and_dates_then_a_word_where(
    view: OfficeView,
) -> None:
    whole = "".join(pages(ita.pdf(ita_report(view), NOW)))
    heading = squeezed(in_thai("ita_paper.evidence", whose=in_thai("ita_paper.whole_office")))
    assert whole.count(heading) == 3
    assert view.figure.result.n == 158
    assert whole.count("จากการประเมิน๑๕๘ครั้ง") == 1
    assert whole.count("พึงพอใจร้อยละ๗๖") == 1
    assert whole.count("ดูที่ข้อI๒") == 2


def test_a_row_shows_its_sections_result_where_that_may_leave_the_house(view: OfficeView) -> None:
    row = next(row for row in din_daeng() if row.row.code == "E1")
    row = replace(row, body=replace(row.body, figure="ฝ่ายทะเบียน"))
    section = {"ฝ่ายทะเบียน": view.figure}
    shown = "".join(pages(ita.pdf(ita.Report(office=view, rows=(row,), sections=section), NOW)))
    assert "ณช่องบริการ:ฝ่ายทะเบียน" in shown
    assert "จากการประเมิน๑๕๘ครั้ง" in shown
    hidden = "".join(pages(ita.pdf(ita.Report(office=view, rows=(row,)), NOW)))
    assert "จากการประเมิน๑๕๘ครั้ง" not in hidden
    assert "ไม่แสดงผลของฝ่ายนี้" in hidden


def test_a_section_has_a_result_on_the_paper_after_the_round_and_where_it_names_nobody(
    tmp_path: Path,
) -> None:
    office = made_central(new_central_store(tmp_path / "central.db"), tmp_path)
    large, small = "ฝ่ายทะเบียน", "ฝ่ายเทศกิจ"
    people = {"101": large, "102": large, "103": large, "201": small, "202": small}
    names = ("สมหญิง", "กตัญญู", "มาลัย", "ธนพล", "อรุณี")
    put_on_roster(
        office,
        [
            an_officer(number, f"{name} ใจดี", section=section)
            for (number, section), name in zip(people.items(), names, strict=True)
        ],
    )
    after = date(2027, 4, 20)

    def sections(today: date) -> list[str]:
        return sorted(gate.sections_for_papers(office, DIRECTOR, ROUND, today))

    for number in ("101", "102"):
        received(office, number, 1, 1, 5, 9, 9)
    publish_due(office, TODAY)
    assert sections(after) == [], "two: each would take the own away"
    received(office, "103", 1, 1, 5, 9, 9)
    publish_due(office, TODAY)
    assert sections(TODAY) == [], "the round goes on"
    assert sections(after) == [large]
    received(office, "201", 1, 1, 5, 9, 9)
    publish_due(office, TODAY)
    assert sections(after) == [], "the office's without it would be one officer's"
    for section, week in (("ฝ่ายโยธา", 1), ("ฝ่ายรายได้", 2)):
        put_on_roster(office, [an_officer("201", "ธนพล ใจดี", section=section)])
        received(office, "201", 1, 1, 5, 9, 9, day=MONDAY + timedelta(weeks=week))
        publish_due(office, TODAY + timedelta(weeks=week))
    assert sections(after) == [], "who moved through three sections is one officer"
    office.store.close()


def test_an_earlier_rounds_text_is_marked_as_draft_until_somebody_confirms_it(
    view: OfficeView,
) -> None:
    draft = "".join(pages(ita.pdf(ita_report(view), NOW)))
    assert "ฉบับร่าง:ยังเป็นข้อความของรอบก่อน๒๒จาก๒๒ข้อ" in draft
    confirmed = tuple(replace(row, version=1) for row in din_daeng())
    final = "".join(pages(ita.pdf(ita.Report(office=view, rows=confirmed), NOW)))
    assert "ร่าง" not in final
    assert "(๓๗.๙๔คะแนนโปรดตรวจกับต้นฉบับ)" in final, "a doubtful score is never printed unflagged"
    assert final.count("โปรดตรวจกับต้นฉบับ") == 2


def test_another_offices_report_has_headings_items_and_empty_cells(view: OfficeView) -> None:
    rows = tuple(EditedRow(row=row, body=row.body) for row in itaform.form()[1])
    other = replace(view, name="สำนักงานเขตห้วยขวาง")
    whole = "".join(pages(ita.pdf(ita.Report(office=other, rows=rows), NOW)))
    assert "ดินแดง" not in whole
    assert "ร่าง" not in whole
    assert not re.search("[๐-๙]คะแนน", whole)
    assert "I๒เจ้าหน้าที่ในสำนักงานเขต" in whole


def test_indicators_without_items_at_the_head_of_the_table_stand_in_both_papers(
    view: OfficeView,
) -> None:
    """typst 0.15 fails on two headings in a row where the table begins."""
    of_first = din_daeng()[0].row.indicator
    rows = [row for row in din_daeng() if row.row.indicator != of_first]
    bare = [
        EditedRow(row=FormRow(code="", form="IIT", indicator=name), body=ItaBody())
        for name in ("ตัวชี้วัดที่ ๑", "ตัวชี้วัดที่ ๑ ก")
    ]
    report = ita.Report(office=view, rows=(*bare, *rows))
    assert "ตัวชี้วัดที่๑ก" in pages(ita.pdf(report, NOW))[0]
    word = Document(io.BytesIO(ita.docx(report, NOW)))
    assert "ตัวชี้วัดที่ ๑ ก" in {cell.text for row in word.tables[0].rows for cell in row.cells}


def test_in_word_the_notes_heading_stays_with_its_notes_and_an_annex_has_its_title_in_two_lines(
    view: OfficeView,
) -> None:
    word = Document(io.BytesIO(ita.docx(ita_report(view), NOW)))
    [notes] = [one for one in word.paragraphs if one.text == in_thai("ita_paper.notes")]
    assert notes.paragraph_format.keep_with_next
    [title] = [one for one in word.paragraphs if one.text.endswith("BMA OSS)")]
    assert title.style
    assert title.style.name == "Heading 2"
    assert title.text.split("\n")[1].startswith("(Bangkok Metropolitan")


def test_no_page_has_the_notes_below_the_table_alone(view: OfficeView) -> None:
    first, *rest = [row for row in din_daeng() if not row.row.is_annex]
    alone = squeezed("".join(itaform.form()[0]).replace("|", "")) + in_thai("ita_paper.notes")
    for lines in range(30):
        body = replace(first.body, shortfall="\n".join(["ก"] * lines))
        report = ita.Report(office=view, rows=(replace(first, body=body), *rest[-4:]))
        *_, last = pages(ita.pdf(report, NOW))
        assert in_thai("ita_paper.notes") in last
        assert not last.startswith(alone), lines
        assert "ตัวชี้วัดที่๑๐" in last, lines


def test_no_page_has_notes_alone_below_the_columns_heads_where_the_list_ends_with_an_item(
    view: OfficeView,
) -> None:
    first = din_daeng()[0]
    own = ItaBody(question=first.body.question, figure=first.body.figure)
    alone = squeezed("".join(itaform.form()[0]).replace("|", "")) + in_thai("ita_paper.notes")
    for lines in range(30):
        only = replace(first, body=replace(own, shortfall="\n".join(["ก"] * lines)))
        of_paper = pages(ita.pdf(ita.Report(office=view, rows=(only,)), NOW))
        assert in_thai("ita_paper.notes") in of_paper[-1], lines
        assert not any(page.startswith(alone) for page in of_paper), lines


def test_a_pictures_bytes_caption_and_words_are_in_both_papers(view: OfficeView) -> None:
    jpeg, (width, height) = photos.activity(any_picture(1600, 1000))
    picture = ItaPicture(
        id="ab12",
        code="I2",
        caption="ประชุมชี้แจง https://shorturl.at/jnvBO",
        words="เจ้าหน้าที่นั่งรอบโต๊ะ",
        width=width,
        height=height,
    )
    first, *rest = din_daeng()
    rows = (replace(first, pictures=(picture,)), *rest)
    report = ita.Report(office=view, rows=rows, pictures={"ab12": jpeg})
    pdf = ita.pdf(report, NOW)
    assert "เจ้าหน้าที่นั่งรอบโต๊ะ" in described(pdf)
    assert "ประชุมชี้แจงhttps://shorturl.at/jnvBO" in "".join(pages(pdf))
    places = places_of_links(pdf, "https://shorturl.at/jnvBO")
    assert len(places) >= 2, "in the caption and in the text"
    word = Document(io.BytesIO(ita.docx(report, NOW)))
    shown = {shape._inline.docPr.get("descr") for shape in word.inline_shapes}
    assert "เจ้าหน้าที่นั่งรอบโต๊ะ" in shown
    shared = word.element.xml.count(f'r:id="{link_of(word, "https://shorturl.at/jnvBO")}"')
    assert shared == 2, "in the caption and in the text"


def test_a_tall_picture_and_a_long_address_stay_on_the_page(view: OfficeView) -> None:
    jpeg, (width, height) = photos.activity(any_picture(200, 4000))
    address = f"https://drive.google.com/drive/folders/{'1AbCdEfGhIj' * 6}"
    shown = ItaPicture(
        id="ab12",
        code="I2",
        caption=address,
        words="ยาว",
        width=width,
        height=height,
    )
    first, *_ = din_daeng()
    body = replace(first.body, evidence=address)
    report = ita.Report(
        office=view,
        rows=(replace(first, body=body, pictures=(shown,)),),
        pictures={"ab12": jpeg},
    )
    data = ita.pdf(report, NOW)
    places = places_of_links(data, address)
    assert len(places) == 2, "in the text and below the picture"
    assert all(0 < left < right < 802 for left, _, right, _ in places), "within the margins"
    assert all(0 < low < high for _, low, _, high in places), "that below the picture too"
    [*_, drawing] = Document(io.BytesIO(ita.docx(report, NOW))).inline_shapes
    assert drawing.height.cm <= 10.01


def link_of(word: Any, address: str) -> str:
    [relation] = [key for key, rel in word.part.rels.items() if rel.target_ref == address]
    return str(relation)


def any_picture(width: int, height: int) -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (width, height), "#336699").save(picture, "JPEG")
    return picture.getvalue()


def test_the_word_file_has_the_same_rows_and_a_repeated_header(view: OfficeView) -> None:
    report = ita_report(view)
    found = Document(io.BytesIO(ita.docx(report, NOW)))
    [grid] = found.tables
    assert "w:tblHeader" in grid.rows[0]._tr.xml
    text = squeezed("".join(cell.text for row in grid.rows for cell in row.cells))
    for row in table(report):
        assert squeezed(listed(row.body.measure)) in text
    assert "จากการประเมิน๑๕๘ครั้ง" in text
    assert len(found.inline_shapes) == 1
    second, third = (
        next(row for row in grid.rows if row.cells[0].text.startswith(code)).cells
        for code in ("I๒", "I๔")
    )
    shared = [second[i]._tc is third[i]._tc for i in range(5)]
    assert shared == [False, False, True, True, True]


def test_the_word_file_is_thai_with_page_numbers_and_headings(view: OfficeView) -> None:
    found = Document(io.BytesIO(ita.docx(ita_report_with(view, "ดี ✨ มาก"), NOW)))
    assert 'w:bidi="th-TH"' in found.styles["Normal"].element.xml
    assert 'w:fmt="thaiNumbers"' in found.sections[0]._sectPr.xml
    assert "PAGE" in found.sections[0].footer._element.xml
    cells = {cell for row in found.tables[0].rows for cell in row.cells}
    levels = [
        paragraph.style.name
        for paragraph in [*found.paragraphs, *(p for cell in cells for p in cell.paragraphs)]
        if paragraph.style.name.startswith("Heading")
    ]
    assert Counter(levels) == {"Heading 1": 2, "Heading 2": 4, "Heading 3": 10}
    assert "✨" not in found.element.xml


def test_no_group_stands_alone_at_the_foot_of_a_page(view: OfficeView) -> None:
    """Whatever the first row's length: the next group's titles move on with their first row."""
    groups = [squeezed(digits(row.indicator)) for row in itaform.form()[1] if row.code]
    for words in (0, 40, 80, 120, 160, 200, 240):
        whole = ita_report_with(view, "คำ " * words)
        for page in pages(ita.pdf(replace(whole, rows=whole.rows[:8]), NOW)):
            page = re.sub(r"–[๐-๙]+–$", "", page)
            assert not any(page.endswith(group) for group in groups), words
