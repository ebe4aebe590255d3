"""The papers: what stands in them, that their text can be copied, and hostile text in them."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from docx import Document
from PIL import Image
from pypdf import PdfReader

from kiosk.domain.scale import Scale
from sync import absence, closing
from sync.central.change import Change, NotComparable
from sync.central.language import LANGUAGES, in_thai, tables
from sync.central.papers import appraisal, ita, meetings, posters, statistics
from sync.central.papers.thaitext import digits, listed
from sync.central.papers.typesetting import NoPaper, png, printable
from sync.central.period import parse
from sync.central.reports import gate
from sync.central.reports.gate import Earlier, Improved, MonthFigure, OfficeView
from sync.central.sitesettings import NamedService
from sync.central.store.improvements import Improvement, ImprovementStatus
from sync.central.usecases.central import Central
from sync.central.viewer import PUBLIC
from tests.support.papers import (
    DIRECTOR,
    HOSTILE,
    NOW,
    ROUND,
    TODAY,
    WORDS,
    described,
    ita_report,
    ita_report_with,
    pages,
    printed_lines,
    small_office,
    squeezed,
)

TOLD = date(2027, 1, 18)
"""When the tables of the quarter that TODAY is in are told."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Central]:
    central = small_office(tmp_path_factory.mktemp("papers"))
    yield central
    central.store.close()


OPEN, DONE = ImprovementStatus.OPEN, ImprovementStatus.DONE


@pytest.fixture(scope="module")
def view(office: Central) -> OfficeView:
    return gate.office(office, DIRECTOR, ROUND, TODAY, sections_seen=NOW)


def test_twenty_hard_words_are_copied_whole(view: OfficeView, office: Central) -> None:
    first, second = " ".join(WORDS.split()[:10]), " ".join(WORDS.split()[10:])
    log = (Improvement(id="1", said=first, done=second, whom="ก", due=TODAY, status=DONE),)
    year = parse("fy2027")
    named = gate.officer(office, DIRECTOR, "101", year, TODAY, NOW)
    section = gate.section(office, DIRECTOR, "ฝ่ายทะเบียน", year, TODAY, NOW)
    made = (
        ita.pdf(ita_report_with(view, WORDS), NOW),
        meetings.meeting_pdf(view, log, {}, NOW),
        meetings.weekly_pdf(view, log, TODAY, NOW),
        posters.infographic_pdf(replace(view, name=WORDS), (), NOW),
        appraisal.officer_pdf(named, WORDS, NOW),
        appraisal.section_pdf(section, WORDS, NOW),
    )
    for pdf in made:
        whole = "".join(pages(pdf))
        lost = [word for word in WORDS.split() if squeezed(word) not in whole]
        assert lost == []


def test_hostile_text_is_set_as_text(view: OfficeView) -> None:
    whole = "".join(pages(ita.pdf(ita_report_with(view, HOSTILE), NOW)))
    assert '#read("/etc/passwd")*bold*' in whole
    assert "root:" not in whole
    log = (Improvement(id="1", said=HOSTILE, done=HOSTILE, whom="x", due=None, status=DONE),)
    assert meetings.meeting_pdf(view, log, {}, NOW)[:5] == b"%PDF-"
    assert posters.infographic_png(view, log, TODAY)[:4] == b"\x89PNG"
    word = Document(io.BytesIO(ita.docx(ita_report_with(view, HOSTILE), NOW)))
    text = "".join(cell.text for row in word.tables[0].rows for cell in row.cells)
    assert "\u202e" not in text
    assert "\u0e48" * 4 not in text


def test_without_enough_ratings_the_report_says_so_in_words(office: Central) -> None:
    empty = gate.office(office, PUBLIC, parse("fy2026-2"), TODAY)
    whole = "".join(pages(ita.pdf(ita_report(empty), NOW)))
    assert squeezed("ไม่แสดงผลของสำนักงาน: ผลที่เผยแพร่ต้องมี") in whole
    assert "เจ้าหน้าที่รวมกันตั้งแต่๓คน" in whole


def test_each_chart_says_in_words_what_it_shows(view: OfficeView, office: Central) -> None:
    scale = "แถบแสดงค่าจาก ๐ ถึง ๑๐๐: ความพึงพอใจร้อยละ ๗๖ ช่วงความเชื่อมั่น ๖๘ ถึง ๘๒"
    assert described(ita.pdf(ita_report(view), NOW)) == [scale]
    [november] = view.trend
    few = (november, MonthFigure(date(2027, 1, 1), november.figure, november.weeks))
    meeting = described(meetings.meeting_pdf(replace(view, trend=few), (), {}, NOW))
    assert meeting[0] == scale
    assert meeting[1].startswith("แผนภูมิความพึงพอใจรายเดือน: พ.ย. ๖๙ ร้อยละ ")
    assert "จาก ๑๕๘ ครั้ง ๔ สัปดาห์, ธ.ค. ๖๙ ยังไม่เพียงพอ, ม.ค. ๗๐ ร้อยละ" in meeting[1]
    poster = described(posters.infographic_pdf(view, (), NOW))
    assert poster[0] == scale
    year = parse("fy2027")
    named = gate.officer(office, DIRECTOR, "101", year, TODAY, NOW)
    section = gate.section(office, DIRECTOR, "ฝ่ายทะเบียน", year, TODAY, NOW)
    made = (appraisal.officer_pdf(named, "x", NOW), appraisal.section_pdf(section, "x", NOW))
    for figures in (poster, meeting, *map(described, made)):
        assert figures
        assert all(figures)
    word = Document(io.BytesIO(ita.docx(ita_report(view), NOW)))
    assert {shape._inline.docPr.get("descr") for shape in word.inline_shapes} == {scale}


# --- the others --------------------------------------------------------------------------------


def test_an_appraisal_sheet_says_what_may_not_be_concluded(office: Central) -> None:
    shown = gate.officer(office, DIRECTOR, "101", parse("fy2027"), TODAY, NOW)
    whole = "".join(pages(appraisal.officer_pdf(shown, "สำนักงานเขตดินแดง", NOW)))
    assert "ผลนี้ยังใช้ประกอบการประเมินผลการปฏิบัติราชการหรือเป็นประเด็นพูดคุยไม่ได้" in whole
    assert "ไม่ใช้จัดลำดับเจ้าหน้าที่" in whole
    book = openpyxl.load_workbook(io.BytesIO(appraisal.officer_xlsx(shown, "สำนักงานเขตดินแดง", NOW)))
    [sheet] = book.worksheets
    values = [[c.value for c in row] for row in sheet.iter_rows()]
    [block] = [row for row in values if row[2] == 158]
    assert block[0] == datetime(2026, 11, 2)  # noqa: DTZ001  (a date as Excel has it)
    assert block[3] == 76
    assert sheet.cell(sheet.max_row, 1).value


def test_a_section_sheet_lists_officers_without_ranking(office: Central) -> None:
    shown = gate.section(office, DIRECTOR, "ฝ่ายทะเบียน", parse("fy2027"), TODAY, NOW)
    whole = "".join(pages(appraisal.section_pdf(shown, "สำนักงานเขตดินแดง", NOW)))
    assert "สมหญิงกตัญญู" in whole
    book = openpyxl.load_workbook(io.BytesIO(appraisal.section_xlsx(shown, "x", NOW)))
    assert "สมหญิง กตัญญู" in {c.value for row in book.worksheets[0].iter_rows() for c in row}


def test_a_name_is_not_parted_within_a_word(office: Central) -> None:
    shown = gate.section(office, DIRECTOR, "ฝ่ายทะเบียน", parse("fy2027"), TODAY, NOW)
    names = ("วิไลวรรณ เลิศสกุล", "ปิ่นเกล้า วรรณวิจิตร", "ญาณวุฒิ พูลทรัพย์", "ปัญญ์ชลี วงศ์สวัสดิ์")
    [row] = shown.officers
    officers = tuple(
        replace(row, officer=replace(row.officer, name=name), objected=True) for name in names
    )
    made = appraisal.section_pdf(replace(shown, officers=officers), "สำนักงานเขตดินแดง", NOW)
    lines = {squeezed(line) for line in printed_lines(made)}
    for name in names:
        first, last = name.split()
        assert any(last in line for line in lines), name
        assert any(first in line for line in lines), name


def test_no_heading_is_the_last_line_of_a_meeting_sheets_page(view: OfficeView) -> None:
    heads = tuple(squeezed(in_thai(key)) for key in ("page.improvements", "office.gaps"))
    log = tuple(
        Improvement(id=str(i), said="รอนาน", done="เปิดช่องเพิ่ม", whom="ฝ่ายทะเบียน", due=TODAY)
        for i in range(4)
    )
    [section] = view.sections
    for n in range(1, 26, 3):
        many = replace(view, sections=tuple(replace(section, section=f"ฝ่าย{i}") for i in range(n)))
        for page in pages(meetings.meeting_pdf(many, log, {"duty-paused": 3}, NOW)):
            body = page.split("จัดทำเมื่อ")[0]
            assert not body.endswith(heads), n


def test_what_typst_cannot_set_is_no_paper() -> None:
    with pytest.raises(NoPaper):
        png("bar", {"lang": "th", "rate": None}, ppi=1e9)


def test_every_cell_of_a_workbook_has_room_for_its_text(office: Central) -> None:
    shown = gate.officer(office, DIRECTOR, "101", parse("fy2027"), TODAY, NOW)
    made = appraisal.officer_xlsx(shown, "สำนักงานเขตดินแดง", NOW)
    sheet: Any = openpyxl.load_workbook(io.BytesIO(made)).worksheets[0]
    widths = {
        column: found.width
        for found in sheet.column_dimensions.values()
        for column in range(found.min, found.max + 1)
    }
    wide = {m.coord.split(":")[0]: range(m.min_col, m.max_col + 1) for m in sheet.merged_cells}
    for cell in (c for row in sheet.iter_rows() for c in row if c.value is not None):
        columns = wide.get(cell.coordinate, (cell.column,))
        lines = sheet.row_dimensions[cell.row].height / 24
        if isinstance(cell.value, str | datetime):
            needed = len("๓๐ ก.ย. ๒๕๖๙ ") if isinstance(cell.value, datetime) else len(cell.value)
            assert needed <= sum(widths[c] for c in columns) * lines, cell.coordinate


def test_a_workbooks_heads_stand_where_its_columns_do_and_its_rows_can_be_filtered(
    office: Central,
) -> None:
    shown = gate.section(office, DIRECTOR, "ฝ่ายทะเบียน", parse("fy2027"), TODAY, NOW)
    made = appraisal.section_xlsx(shown, "สำนักงานเขตดินแดง", NOW)
    sheet: Any = openpyxl.load_workbook(io.BytesIO(made)).worksheets[0]
    first, last = (sheet[corner] for corner in sheet.auto_filter.ref.split(":"))
    head, row = sheet[first.row], sheet[first.row + 1]
    assert (first.column, last.row) == (1, first.row + len(shown.officers))
    for above, below in zip(head, row, strict=True):
        is_number = isinstance(below.value, int | float)
        assert (above.alignment.horizontal == "right") == is_number, above.value
        assert below.alignment.horizontal == above.alignment.horizontal
    assert row[0].value == "๑๐๑", "a staff number in the digits of all else"


def test_open_data_agree_in_all_three_formats_and_run_nothing(office: Central) -> None:
    shown = gate.office(office, DIRECTOR, ROUND, TODAY)
    cuts = gate.cuts(office, DIRECTOR, ROUND, TOLD)
    rows = statistics.rows("dindaeng", shown, cuts)
    text = statistics.as_csv(rows)
    assert text.startswith(b"\xef\xbb\xbf")
    read = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    document = json.loads(statistics.as_json(rows, shown, NOW))
    assert [row["n"] for row in read] == [str(r["n"] or "") for r in document["rows"]]
    assert read[0]["first_day"] == "2026-11-02"
    names = [d["name"] for d in document["dictionary"]]
    assert list(read[0]) == names
    assert document["licence"] == "CC BY 4.0"
    book = openpyxl.load_workbook(io.BytesIO(statistics.as_xlsx(rows, shown, NOW)))
    assert [s.title for s in book.worksheets] == ["ข้อมูล", "คำอธิบายข้อมูล"]
    shown_rows: Any = book.worksheets[0]
    [at] = (cell.row for cell in shown_rows["A"] if cell.value == "รหัสหน่วยงาน")
    head, first = ([cell.value for cell in shown_rows[line]] for line in (at, at + 1))
    assert len(head) == len(names)
    told = dict(zip(head, first, strict=True))
    assert (told["ช่วงเวลา"], told["ช่องทาง"]) == ("ปีงบประมาณ ๒๕๗๐ รอบ ๖ เดือนแรก", "ช่องบริการ")
    assert told["วันแรก"] == datetime(2026, 11, 2), "a day by its format, of the Buddhist era"  # noqa: DTZ001
    wild = (replace(rows[0], service="=HYPERLINK(1)"),)
    assert "'=HYPERLINK(1)" in statistics.as_csv(wild).decode("utf-8-sig")
    sheet = openpyxl.load_workbook(io.BytesIO(statistics.as_xlsx(wild, shown, NOW))).worksheets[0]
    assert {c.data_type for row in sheet.iter_rows() for c in row} <= {"s", "n", "d"}


def test_open_data_call_services_as_the_office_does(office: Central) -> None:
    shown = gate.office(office, DIRECTOR, ROUND, TODAY)
    named = (NamedService("general", "งานทั่วไปของเขต", "General"),)
    called = replace(shown, settings=shown.settings._replace(services=named))
    cuts = gate.cuts(office, DIRECTOR, ROUND, TOLD)
    [row] = [r for r in statistics.rows("dindaeng", called, cuts) if r.service]
    assert (row.service, row.service_name) == ("general", "งานทั่วไปของเขต")
    assert row.low is not None
    assert row.high is not None
    assert row.low < (row.rate or 0) < row.high
    [unnamed] = [r for r in statistics.rows("dindaeng", shown, cuts) if r.service]
    assert unnamed.service_name == ""


def test_the_csv_has_a_dictionary_of_its_own_with_the_licence() -> None:
    found = statistics.dictionary("=CC BY 4.0").decode("utf-8-sig")
    told = {row["column"]: row for row in csv.DictReader(io.StringIO(found))}
    assert set(told) == set(statistics.COLUMNS) | {"licence"}
    assert told["n"]["type"] == "integer"
    assert told["licence"]["en"] == "'=CC BY 4.0"


def test_open_data_name_nobody(office: Central) -> None:
    shown = gate.office(office, DIRECTOR, ROUND, TODAY)
    rows = statistics.rows("dindaeng", shown, gate.cuts(office, DIRECTOR, ROUND, TOLD))
    for made in (statistics.as_csv(rows), statistics.as_json(rows, shown, NOW)):
        assert "สมหญิง" not in made.decode("utf-8-sig")
        assert "101" not in re.findall(r"\d+", made.decode("utf-8-sig"))


def test_the_infographic_has_the_size_of_a_post_and_of_a_sheet(view: OfficeView) -> None:
    with Image.open(io.BytesIO(posters.infographic_png(view, (), TODAY))) as post:
        assert post.size == (1080, 1350)
    long = tuple(
        Improvement(
            id=str(i),
            said="ยาว " * 60,
            done="มาก " * 60,
            whom="",
            due=None,
            status=DONE,
        )
        for i in range(5)
    )
    with Image.open(io.BytesIO(posters.infographic_png(view, long, TODAY))) as post:
        assert post.size == (1080, 1350)
    [page] = PdfReader(io.BytesIO(posters.infographic_pdf(view, long, NOW))).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)


def test_the_infographic_leaves_out_what_has_no_room_rather_than_cut_it(view: OfficeView) -> None:
    def shown(words: str, at: datetime = NOW) -> int:
        line = Improvement(id="1", said=words, done=words, whom="", due=None, status=DONE, at=at)
        text = "".join(pages(posters.infographic_pdf(view, (line,) * 3, NOW)))
        return text.count("เราดำเนินการแล้ว")

    crowded = view.settings._replace(channels=view.settings.channels * 8)
    assert shown("สั้น") == 3
    assert shown("สั้น", NOW - timedelta(days=365)) == 0, "done in another round"
    assert 0 < shown("ยาวมาก " * 12) < 3
    many = tuple(
        Improvement(id=str(i), said="สั้น", done="สั้น", whom="", due=None, status=DONE)
        for i in range(3)
    )
    pdf = posters.infographic_pdf(replace(view, settings=crowded), many, NOW)
    assert "".join(pages(pdf)).count("เราทำแล้ว") < 3


def test_every_gap_has_words_on_the_page_and_on_the_meeting_sheet() -> None:
    counted = {kind.value for kind in closing._GAPS} | {gate.OVER_TICKETS}
    counted |= {"ignored", "late", "tested"}
    counted |= {absence.DARK, absence.NO_PANEL, absence.LATE_PAUSE}
    counted |= {absence.NO_QUEUE, absence.NO_STORE}
    counted |= {absence.PAUSED, absence.NOBODY, absence.COVERED}
    for language in LANGUAGES:
        assert counted == tables(language)["gap"].keys(), language
        lasting = {kind for kind in counted if kind.endswith("-minutes")}
        beside_an_officer = lasting | {absence.LATE_PAUSE, gate.OVER_TICKETS}
        assert beside_an_officer == tables(language)["gap_short"].keys(), language


def test_the_meeting_sheet_has_two_pages(view: OfficeView) -> None:
    for text in ("รอนาน", "รอนานมาก " * 90):
        log = tuple(
            Improvement(id=str(i), said=text, done=text, whom="ฝ่ายทะเบียน", due=TODAY)
            for i in range(12)
        )
        assert len(pages(meetings.meeting_pdf(view, log, {"duty-paused": 3}, NOW))) == 2


def test_the_meeting_sheet_says_what_changed_what_was_done_and_how_weekdays_go(
    view: OfficeView, office: Central
) -> None:
    before = Earlier(
        which="before",
        period=parse("fy2026-2"),
        figure=view.figure,
        change=Change(points=2, low=-1, high=5, places=0),
    )
    done = Improved(
        day=TODAY,
        said="รอนาน",
        done="เปิดช่องเพิ่ม",
        before=view.figure,
        after=view.figure,
        months=(3, 2),
        change=NotComparable.FEW,
    )
    row = gate.CutRow(what="1-am", n=120, rate=0.8)
    cuts = gate.cuts(office, DIRECTOR, ROUND, TOLD)
    weekdays = replace(cuts, tables={**cuts.tables, "weekday": (row,)})
    settings = view.settings._replace(target=97)
    changed = replace(view, earlier=(before,), improved=(done,), settings=settings)
    text = "".join("".join(pages(meetings.meeting_pdf(changed, (), {}, NOW, weekdays))).split())
    assert "+๒จุดร้อยละ(ร้อยละ๙๕:−๑ถึง+๕)ไม่แตกต่างเกินกว่าความบังเอิญ" in text
    assert "เป้าหมายร้อยละ๙๗" in text
    assert "เปิดช่องเพิ่ม" in text
    assert "๘๐(๗๑–๘๗)" in text
    assert "จำนวนยังไม่พอ" in text, "the afternoon of a day whose morning is told"


def test_the_weekly_sheet_puts_each_thing_where_the_meeting_looks_for_it(view: OfficeView) -> None:
    def line(
        id: str, days: int | None, status: ImprovementStatus = OPEN, ago: int = 0
    ) -> Improvement:
        due = None if days is None else TODAY + timedelta(days=days)
        return Improvement(
            id=id,
            said=f"เรื่อง{id}",
            done="",
            whom="ฝ่ายทะเบียน",
            due=due,
            status=status,
            version=1,
            at=NOW - timedelta(days=ago),
        )

    log = (
        *(line("ก", -1), line("ข", 3), line("ค", 60), line("ง", None)),
        *(
            line("จ", -9, DONE, ago=2),
            line("ฉ", -90, DONE, ago=80),
        ),
    )
    pdf = meetings.weekly_pdf(view, log, TODAY, NOW)
    whole = "".join(pages(pdf))
    order = ["เลยกำหนด", "เรื่องก", "ครบกำหนดภายในสองสัปดาห์", "เรื่องข", "เรื่องค", "เรื่องง", "เรื่องจ"]
    places = [whole.index(text) for text in order]
    assert places == sorted(places)
    assert "เรื่องฉ" not in whole
    assert "๒๓พ.ย.๒๕๖๙ถึง๒๙พ.ย.๒๕๖๙" in whole
    assert len(pages(pdf)) == 1


def test_a_long_log_says_how_much_of_it_is_not_on_the_sheet(view: OfficeView) -> None:
    log = tuple(
        Improvement(id=str(i), said="รอนานมาก " * 20, done="", whom="", due=None) for i in range(20)
    )
    assert re.search(
        "ยังมีอีก[๐-๙]+เรื่องในระบบ", "".join(pages(meetings.meeting_pdf(view, log, {}, NOW)))
    )


def test_an_objection_and_the_response_rate_stand_on_the_sheets(office: Central) -> None:
    shown = gate.section(office, DIRECTOR, "ฝ่ายทะเบียน", parse("fy2027"), TODAY, NOW)
    objected = replace(shown, officers=tuple(replace(o, objected=True) for o in shown.officers))
    assert "โต้แย้ง" in "".join(pages(appraisal.section_pdf(objected, "x", NOW)))
    own = gate.officer(office, DIRECTOR, "101", parse("fy2027"), TODAY, NOW)
    unknown = "".join(pages(appraisal.officer_pdf(own, "x", NOW)))
    assert "ไม่ทราบ" in unknown


def test_repeated_presses_stand_in_the_ita_report_and_the_meeting_sheet(view: OfficeView) -> None:
    assert view.figure.beside.suppressed == 2
    for pdf in (ita.pdf(ita_report(view), NOW), meetings.meeting_pdf(view, (), {}, NOW)):
        assert "การกดซ้ำหรือข้อมูลที่ส่งล่าช้า(ไม่นับคะแนน)๒ครั้ง" in "".join(pages(pdf))


def test_digits_are_thai_but_not_in_addresses_and_codes() -> None:
    assert digits("ครั้งที่ 4/2567 ดู https://a.th/4 e-mail a4@b.th E12") == (
        "ครั้งที่ ๔/๒๕๖๗ ดู https://a.th/4 e-mail a4@b.th E12"
    )
    assert listed("๑. ก ๒. ข ๓. ค") == "๑. ก\n๒. ข\n๓. ค"


def test_what_the_typeface_lacks_is_left_out() -> None:
    assert printable("ป้ำ✨\u202eab\u0e49\u0e49\u0e49\u0e49\tc") == "ป้ำab\u0e49\u0e49\u0e49 c"
    assert printable(WORDS) == WORDS
    assert Scale().levels == 5


def test_every_paper_with_a_rate_says_whose(office: Central, view: OfficeView) -> None:
    year = parse("fy2027")
    own = gate.officer(office, DIRECTOR, "101", year, TODAY, NOW)
    section = gate.section(office, DIRECTOR, "ฝ่ายทะเบียน", year, TODAY, NOW)
    cuts = gate.cuts(office, DIRECTOR, ROUND, TOLD)
    rows = statistics.rows("dindaeng", view, cuts)
    pdfs = (
        ita.pdf(ita_report(view), NOW),
        appraisal.officer_pdf(own, "x", NOW),
        appraisal.section_pdf(section, "x", NOW),
        meetings.meeting_pdf(view, (), {}, NOW),
        meetings.weekly_pdf(view, (), TODAY, NOW),
        posters.infographic_pdf(view, (), NOW),
    )
    texts = ["".join(pages(pdf)) for pdf in pdfs]
    word = Document(io.BytesIO(ita.docx(ita_report(view), NOW)))
    texts.append(word.element.xml)
    sheets = (
        appraisal.officer_xlsx(own, "x", NOW),
        appraisal.section_xlsx(section, "x", NOW),
        statistics.as_xlsx(rows, view, NOW),
    )
    for sheet in sheets:
        book = openpyxl.load_workbook(io.BytesIO(sheet))
        texts.append(str([list(page.values) for page in book.worksheets]))
    texts.append(statistics.dictionary("x").decode())
    texts.append(statistics.as_json(rows, view, NOW).decode())
    for number, text in enumerate(texts):
        assert in_thai("common.of_raters") in squeezed(text), number
