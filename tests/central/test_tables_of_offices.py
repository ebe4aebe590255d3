"""Files as offices bring them: Excel's own, its CSV of each kind, Thai heads, digits and days."""

import io
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest
import xlsxwriter
from fastapi.testclient import TestClient

from kiosk.domain.dates import day_in
from kiosk.domain.people import RosterEntry
from kiosk.domain.rostercsv import COLUMNS, REQUIRED, BadRoster
from sync.central import tablefile
from sync.central.language import in_english
from sync.central.papers.rosterform import roster_workbook
from sync.central.tablefile import read_roster
from sync.central.ticketcsv import BadTickets
from sync.central.ticketcsv import parse as parse_tickets
from sync.central.usecases.central import Central
from sync.central.viewer import ROLES
from tests.support.builders import an_officer
from tests.support.central import put_on_roster, signed_in
from tests.support.old_excel import OLD_EXCEL_ROSTER
from tests.support.page_forms import filled_form

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
HEADS = ("ลำดับ", "เลขประจำตัว", "ชื่อ", "นามสกุล", "ตำแหน่ง", "ฝ่าย", "หมายเหตุ")
ROWS = (
    ("๑", "๑๐๑", "สมหญิง", "ใจดี", "เจ้าพนักงาน", "ฝ่ายทะเบียน", "ลาพัก, ๑ วัน"),
    ("๒", "007", "กตัญญู", "น้ำผึ้ง", "", "ฝ่ายทะเบียน", ""),
)


def csv_text(separator: str, *before: str) -> str:
    def line(cells: tuple[str, ...]) -> str:
        return separator.join(f'"{cell}"' if separator in cell else cell for cell in cells)

    return "\r\n".join((*before, line(HEADS), *map(line, ROWS), separator * 6, ""))


def xlsx(*rows: tuple[object, ...]) -> bytes:
    workbook_file = io.BytesIO()
    book = xlsxwriter.Workbook(workbook_file, {"in_memory": True})
    book.add_worksheet("ว่าง")
    page = book.add_worksheet("รายชื่อ")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for line, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                page.write_datetime(line, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001  (Excel knows no zone)
            else:
                page.write(line, column, value)
    book.close()
    return workbook_file.getvalue()


BROUGHT = {
    "utf-8 with commas": csv_text(",").encode(),
    "utf-8 with a mark": csv_text(",").encode("utf-8-sig"),
    "Thai Windows": csv_text(",").encode("cp874"),
    "Thai Windows with semicolons": csv_text(";").encode("cp874"),
    "Unicode text": csv_text("\t").encode("utf-16"),
    "a named separator": csv_text("|", "sep=|").encode(),
    "a title above": csv_text(",", "รายชื่อเจ้าหน้าที่ ปีงบประมาณ ๒๕๗๐", "").encode(),
    "a workbook": xlsx(("รายชื่อ",), (), HEADS, *ROWS),
}


@pytest.mark.parametrize("name", BROUGHT)
def test_a_roster_is_read_as_the_office_saved_it(name: str) -> None:
    brought = read_roster(BROUGHT[name])
    assert [(one.number, one.name, one.section) for one in brought.entries] == [
        ("101", "สมหญิง ใจดี", "ฝ่ายทะเบียน"),
        ("007", "กตัญญู น้ำผึ้ง", "ฝ่ายทะเบียน"),
    ]
    assert brought.unused == ("ลำดับ", "หมายเหตุ")


def test_a_whole_number_of_a_workbook_has_no_decimals() -> None:
    brought = read_roster(xlsx(("number", "name"), (101, "สมหญิง")))
    assert brought.entries[0].number == "101"


def sheets(*hidden: str) -> bytes:
    """A cover sheet, and one of each section; `hidden` are not shown."""
    workbook_file = io.BytesIO()
    book = xlsxwriter.Workbook(workbook_file, {"in_memory": True})
    book.add_worksheet("คำชี้แจง").write(0, 0, "โปรดกรอกข้อมูล")
    for number, name in enumerate(("ทะเบียน", "รายได้")):
        page = book.add_worksheet(name)
        for line, row in enumerate((("รหัส", "คำนำหน้า", "ชื่อ", "ฝ่าย"), (101 + number, "นาย", "ก ข"))):
            page.write_row(line, 0, row)
        page.write_row(2, 0, (201 + number, "Ms.", "A B"))
        page.merge_range("D2:D3", f"ฝ่าย{name}")
        if name in hidden:
            page.hide()
    book.close()
    return workbook_file.getvalue()


def test_a_workbook_is_read_as_people_see_it() -> None:
    """The one sheet that fits, its merged cells on each line, prefixes before the names."""
    brought = read_roster(sheets("ทะเบียน"))
    assert [(one.number, one.name, one.section) for one in brought.entries] == [
        ("102", "นายก ข", "ฝ่ายรายได้"),
        ("202", "Ms. A B", "ฝ่ายรายได้"),
    ]


def test_no_sheet_is_left_out_in_silence() -> None:
    with pytest.raises(BadRoster) as refused:
        read_roster(sheets())
    told = in_english(refused.value.problems[0])
    assert told.startswith("more than one sheet has such a table: ทะเบียน, รายได้")


def test_a_number_keeps_the_zeros_that_its_format_shows() -> None:
    workbook_file = io.BytesIO()
    book = xlsxwriter.Workbook(workbook_file, {"in_memory": True})
    book.add_worksheet("ว่าง")
    page = book.add_worksheet("รายชื่อ")
    page.write_row("B2", ("รหัส", "ชื่อ"))
    page.write_number("B3", 7, book.add_format({"num_format": "000"}))
    page.write_string("C3", "สมหญิง")
    page.write_row("B4", (8, "กตัญญู"))
    book.close()
    brought = read_roster(workbook_file.getvalue())
    assert [one.number for one in brought.entries] == ["007", "8"]


def test_a_line_without_a_name_is_no_officer_of_that_surname() -> None:
    with pytest.raises(BadRoster):
        read_roster("number,name,surname\n101,,ใจดี\n".encode())


def test_a_fault_is_named_by_the_line_of_the_file() -> None:
    text = csv_text(",", "รายชื่อ", "").replace("007", "๑๐๑")
    with pytest.raises(BadRoster) as refused:
        read_roster(text.encode())
    [problem] = refused.value.problems
    assert in_english(problem) == "line 5: number 101 is already on line 4"


def bomb() -> bytes:
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b" " * (tablefile.MAX_UNPACKED + 1))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"PK\x03\x04rubbish", "this workbook can't be read"),
        (b"\xd0\xcf\x11\xe0rubbish", "this workbook can't be read"),
        (xlsx(("number", "name"), (101, "สมหญิง"))[:-200], "this workbook can't be read"),
        (bomb(), "this workbook is too large"),
        (xlsx(), "line 1: the file is empty"),
        (xlsx(("a", "b"), (1, 2)), "line 1: column 'number' is missing"),
        (b"\x81\x8d\xfc", "byte 0: neither UTF-8"),
        ("number,name\n101,สมหญิง,ใจดี\n".encode(), "line 2: 3 columns where the header has 2"),
        ("number,name,ชื่อ\n".encode(), "line 1: column 'name' appears twice"),
    ],
)
def test_what_is_no_roster_is_refused_in_one_line(data: bytes, problem: str) -> None:
    with pytest.raises(BadRoster) as refused:
        read_roster(data)
    assert in_english(refused.value.problems[0]).startswith(problem)


def test_tickets_come_in_a_workbook_with_thai_heads_and_days() -> None:
    day = date(2026, 11, 23)
    workbook = xlsx(
        ("วันที่", "ช่องบริการ", "จำนวนบัตรคิว", "รวม"),
        (day, 1, 45, ""),
        ("๒๔/๑๑/๒๕๖๙", "2", "๓๐", ""),
    )
    tickets = parse_tickets(workbook, date(2026, 11, 24))
    assert [(one.date, one.counter, one.n) for one in tickets] == [
        (day, "1", 45),
        (date(2026, 11, 24), "2", 30),
    ]


@pytest.mark.parametrize(
    "text",
    ["2026-12-31", "2569-12-31", "31/12/2569", "31/12/2026", "๓๑/๑๒/๒๕๖๙", "31-12-2569",
     "๓๑ ธ.ค. ๒๕๖๙", "31 ธันวาคม 2569", "31 ธ.ค.69", "วันพฤหัสบดีที่ ๓๑ ธันวาคม พ.ศ. ๒๕๖๙",
     "31 Dec 2026", "Thursday, 31 December 2026", "31 ธันวาคม ค.ศ. 2026"],
)  # fmt: skip
def test_a_day_is_understood_in_either_era_and_either_digits_and_in_words(text: str) -> None:
    assert day_in(text) == date(2026, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31/12/69",
        "12/31/2026",
        "2026-02-30",
        "1026-01-01",
        "x",
        "31 Dec 26",
        "31 มีนา 2569",
        "31 กุมภาพันธ์ 2569",
        "ธันวาคม 2569",
    ],
)
def test_what_is_no_day_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"year|day|month"):
        day_in(text)


def tickets_of(*rows: tuple[str, str, str]) -> list[tuple[date, str, int]]:
    lines = "\n".join(";".join(row) for row in (("วันที่", "ช่อง", "จำนวน"), *rows))
    return [(one.date, one.counter, one.n) for one in parse_tickets(lines.encode(), DUE)]


DUE = date(2026, 11, 30)


def test_totals_and_thousands_in_a_file_of_tickets_are_what_they_are() -> None:
    first, second = ("23/11/2569", "1", "1,234"), ("23/11/2569", "2", "๖๖")
    read = [(date(2026, 11, 23), "1", 1234), (date(2026, 11, 23), "2", 66)]
    assert tickets_of(first, second, ("รวมทั้งสิ้น", "", "1,300")) == read
    assert tickets_of(first, ("", "รวม", "1,234"), second, ("", "รวม", "66")) == read
    for wrong in (("รวม", "", "1,301"), ("Total", "", "12,34"), ("รวม", "", "")):
        with pytest.raises(BadTickets):
            tickets_of(first, second, wrong)


def test_days_with_the_month_first_are_read_so_only_where_they_cannot_be_otherwise() -> None:
    rows = [("11/2/2026", "1", "5"), ("11/13/2026", "1", "6")]
    assert [day for day, *_ in tickets_of(*rows)] == [date(2026, 11, 2), date(2026, 11, 13)]
    both = [*rows, ("14/11/2026", "1", "7")]
    months = [(f"2/{day}/2026", "1", "5") for day in (2, 3, 4)]
    for unclear in (both, months):
        with pytest.raises(BadTickets):
            tickets_of(*unclear)


def test_a_day_typed_in_the_buddhist_era_is_that_day_in_every_form(central: Central) -> None:
    director = signed_in(central, ROLES["director"], now=NOW)
    said = {"said": "รอนาน", "done": "", "whom": "ฝ่ายทะเบียน", "due": "2569-12-31"}
    assert director.post("/improvements/dindaeng", data=said).status_code == 303
    with central.store.read(central.site) as t:
        [line] = t.improvements.all()
    assert line.due == date(2026, 12, 31)


def test_the_page_shows_who_is_not_in_the_file_and_what_is_not_used(central: Central) -> None:
    put_on_roster(central, (an_officer("900", "มาลัย แสงจันทร์", section="ฝ่ายการคลัง"),))
    it = signed_in(central, ROLES["it"], now=NOW)
    page = sent(it, BROUGHT["a workbook"])
    assert "ลำดับ, หมายเหตุ" in page
    assert "อยู่ในรายชื่อแต่ไม่มีในไฟล์ ๑ คน" in page
    assert "มาลัย แสงจันทร์" in page


def sent(it: TestClient, data: bytes) -> str:
    answer = it.post("/roster/dindaeng", files={"file": ("รายชื่อ.xlsx", data)})
    assert answer.status_code == 200
    return answer.text


def test_the_empty_form_is_read_once_it_is_filled_in(central: Central) -> None:
    it = signed_in(central, ROLES["it"], now=NOW)
    empty = it.get("/roster/dindaeng/template.xlsx").content
    assert tuple(tablefile.file_table(empty, COLUMNS, REQUIRED).columns) == (
        "number",
        "name",
        "position",
        "section",
    )
    with pytest.raises(BadRoster):
        read_roster(roster_workbook(NOW))
    book = openpyxl.load_workbook(io.BytesIO(empty))
    book.worksheets[0].append(("007", "สมหญิง ใจดี", "", "ฝ่ายโยธา"))
    filled = io.BytesIO()
    book.save(filled)
    [entry] = read_roster(filled.getvalue()).entries
    assert (entry.number, entry.name, entry.section) == ("007", "สมหญิง ใจดี", "ฝ่ายโยธา")


def test_the_empty_form_has_lines_as_tall_as_its_letters_and_is_one_sheet_wide() -> None:
    [form] = openpyxl.load_workbook(io.BytesIO(roster_workbook(NOW))).worksheets
    tallest = max(cell.font.size for cell in form[1])
    assert form.sheet_format.defaultRowHeight > 1.4 * tallest
    setup = form.sheet_properties.pageSetUpPr
    assert setup is not None
    assert setup.fitToPage
    assert (form.page_setup.fitToWidth, form.page_setup.fitToHeight) == (None, 0)


def test_a_field_for_a_day_shows_it_as_people_type_it(central: Central) -> None:
    """In Thai with the year of the Buddhist era: what it shows is what it takes."""
    director = signed_in(central, ROLES["director"], now=NOW)
    page = "/improvements/dindaeng"
    said = {"said": "รอนาน", "done": "", "whom": "", "due": "๑ ก.พ. ๒๕๗๐"}
    assert director.post(page, data=said).status_code == 303
    form = filled_form(director.get(page).text, said="รอนาน")
    assert form["due"] == ["01/02/2570"]
    assert director.post(page, data={**form, "whom": "ฝ่าย"}).status_code == 303
    english = filled_form(director.get(f"{page}?lang=en").text, said="รอนาน")
    assert english["due"] == ["2027-02-01"]


def test_a_number_typed_in_thai_digits_is_that_number() -> None:
    assert RosterEntry.parse("๙๙๑", "สมหญิง").number == "991"


def open_document(*rows: str) -> bytes:
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{names}:office:1.0" office:version="1.3"'
        f' xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0">'
        "<office:body><office:spreadsheet>"
        f'<table:table table:name="a">{"".join(rows)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr(
            "META-INF/manifest.xml", f'<m:manifest xmlns:m="{names}:manifest:1.0" m:version="1.3"/>'
        )
        parts.writestr("content.xml", content)
    return data.getvalue()


def test_zeros_before_a_number_are_kept_from_an_open_document() -> None:
    def row(number: str, name: str) -> str:
        return (
            f"<table:table-row>{number}"
            f'<table:table-cell office:value-type="string"><text:p>{name}</text:p>'
            "</table:table-cell></table:table-row>"
        )

    def value(value: int, shown: str) -> str:
        kind = f'office:value-type="float" office:value="{value}"'
        return f"<table:table-cell {kind}><text:p>{shown}</text:p></table:table-cell>"

    head = (
        '<table:table-cell office:value-type="string">'
        "<text:p>เลขประจำตัว</text:p></table:table-cell>"
    )
    empty = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    document = open_document(
        empty, row(head, "ชื่อ"), row(value(7, "007"), "สมหญิง"), row(value(12, "12"), "มาลี")
    )
    assert [one.number for one in read_roster(document).entries] == ["007", "12"]


def test_who_brings_old_excel_is_asked_to_compare_the_zeros(central: Central) -> None:
    it = signed_in(central, ROLES["it"], now=NOW)
    files = {"file": ("roster.xls", OLD_EXCEL_ROSTER)}
    old = it.post("/roster/dindaeng?lang=en", files=files).text
    assert "Zeros that its cells only show before a number, as in 007, are not read" in old
    assert '<input type="checkbox" required>I have compared the numbers' in old
    new = it.post("/roster/dindaeng?lang=en", files={"file": ("r.xlsx", xlsx(HEADS, *ROWS))}).text
    assert "compared the numbers" not in new
