"""An officer's remedy, from the objection to the third person's word, over HTTP."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pypdfium2 as pdfium
import pytest
from httpx2 import Response

from sync.central.logbook import Kind
from sync.central.objecting import Phase
from sync.central.usecases.central import Central
from tests.support.central import SITE, logged
from tests.support.objections import PERIOD, REGISTRY, Office

MONDAY = datetime(2026, 10, 5, 5, 0, tzinfo=UTC)
OWN = f"/officer/{SITE}/101"
QUERY = {"period": PERIOD}


@pytest.fixture
def office(central: Central) -> Office:
    office = Office(central, MONDAY).with_results()
    office.has_account("own", "สมหญิง ใจดี", "officer", officer="101")
    office.has_account("boss", "ผู้อำนวยการ", "director")
    office.has_account("hr", "งานบุคคล", "hr")
    office.has_account("audit", "ผู้ตรวจสอบ", "audit")
    return office


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text.replace("\u0e4d\u0e32", "ำ"))


def paper(office: Office, account: str, file: str, **query: str) -> str:
    """A paper's text, without white space."""
    answer = office.as_(account).get(f"/paper/{SITE}/{file}", params={**QUERY, **query})
    assert answer.status_code == 200, answer.text
    if file.endswith("xlsx"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            return squeezed(book.read("xl/sharedStrings.xml").decode())
    document = pdfium.PdfDocument(answer.content)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return squeezed(text)


def test_an_objection_is_dismissed_appealed_and_upheld_and_marks_every_figure(
    office: Office,
) -> None:
    own = office.read("own", OWN, **QUERY)
    assert "โต้แย้งได้ถึงวันที่ ๓๐ ต.ค. ๒๕๖๙" in own, "thirty days from the round's end"
    assert office.object("วันนั้นระบบคิวเสีย <script>").status_code == 303
    assert office.objection().phase is Phase.WAITING

    own = office.read("own", OWN, **QUERY)
    assert "กำหนดพิจารณาภายในวันที่ ๔ พ.ย. ๒๕๖๙" in own
    assert "ยังใช้ประกอบการประเมินไม่ได้" in own
    assert "ระบบคิวเสีย" not in office.read("boss", OWN, **QUERY), "words are not for readers"
    assert "รอท่านพิจารณา ๑ เรื่อง" in office.read("boss", f"/report/{SITE}")
    case = office.read("hr", f"/objections/{SITE}/1")
    assert "วันนั้นระบบคิวเสีย &lt;script&gt;" in case
    assert '<option value="">' in case, "no verdict is put into anybody's mouth"

    assert office.decide("boss", "dismissed").status_code == 303
    assert office.objection().phase is Phase.WAITING, "one person decides nothing"
    assert office.decide("hr", "dismissed").status_code == 303
    own = office.read("own", f"/report/{SITE}")
    assert "คำโต้แย้งฟังไม่ขึ้น" in own, "the officer is told on the first page"
    own = office.read("own", OWN, **QUERY)
    for said in ("ผู้อำนวยการ", "งานบุคคล", "ตรวจแล้วโดย hr", "๕ ต.ค. ๒๕๖๙", "มาตรา ๒๕"):
        assert said in own, "who decided, when, why, and where else to turn"
    assert "อุทธรณ์ได้ถึงวันที่ ๔ พ.ย. ๒๕๖๙" in own

    assert office.own("appeal", words="กล้องบันทึกไว้").status_code == 303
    assert office.decide("boss", "upheld").status_code == 409, "one of the two is no third"
    assert office.decide("audit", "upheld").status_code == 303
    assert office.objection().phase is Phase.UPHELD
    marked = "รวมผล ๑ สัปดาห์ที่คำโต้แย้งฟังขึ้น: เครื่องหรือระบบขัดข้อง"
    without = "เมื่อไม่รวม: ร้อยละ ๗๕ จาก ๔๐ การประเมิน"
    for page in (
        office.read("boss", OWN, **QUERY),
        office.read("boss", f"/section/{SITE}", name=REGISTRY, **QUERY),
    ):
        assert marked in page
        assert without in page
    for file, query in (
        ("officer.pdf", {"officer": "101"}),
        ("officer.xlsx", {"officer": "101"}),
        ("section.pdf", {"name": REGISTRY}),
        ("section.xlsx", {"name": REGISTRY}),
    ):
        text = paper(office, "hr", file, **query)
        assert squeezed(marked) in text, file
        assert squeezed(without) in text, file
        assert "ระบบคิวเสีย" not in text, "no words without the officer's wish"

    assert office.own("attach").status_code == 303
    for name in ("officer.pdf", "officer.xlsx"):
        text = paper(office, "hr", name, officer="101")
        assert "วันนั้นระบบคิวเสีย" in text
        assert "๕ต.ค.๒๕๖๙" in text
        assert "มาตรา๒๕" in text
    assert "วันนั้นระบบคิวเสีย" in office.read("boss", OWN, **QUERY)
    assert office.own("detach").status_code == 303
    assert "ระบบคิวเสีย" not in paper(office, "hr", "officer.xlsx", officer="101")

    record = paper(office, "own", "objection.pdf", case="1")
    for said in ("วันนั้นระบบคิวเสีย", "ผู้ตรวจสอบ", "กล้องบันทึกไว้", "ตรวจแล้วโดยhr", "สขร."):
        assert squeezed(said) in record

    steps = [note for note in logged(office.central, Kind.OBJECTION) if note.whom == "101"]
    assert [note.who for note in reversed(steps)] == [
        *("own", "boss", "hr", "own", "audit", "own", "own"),
    ]
    assert office.objection().digest in steps[0].what, "a word that is changed is found out"
    assert "คำโต้แย้งที่ ๑: พิจารณาแล้ว ฟังขึ้น" in office.read("own", "/my-log")
    looks = {note.who for note in logged(office.central, Kind.LOOK) if note.whom == "101"}
    assert looks >= {"ผู้อำนวยการ (boss)", "งานบุคคล (hr)"}, "who decides looks at the results"


def test_what_nobody_decides_in_time_stays_open_and_stands_first(office: Office) -> None:
    office.object()
    office.now += timedelta(days=31)
    director = office.read("boss", f"/report/{SITE}")
    assert "เกินกำหนดพิจารณา ๑ เรื่อง" in director
    assert "(เกินกำหนด)" in office.read("hr", f"/objections/{SITE}")
    assert "ยังใช้ประกอบการประเมินไม่ได้" in office.read("own", OWN, **QUERY)
    # Late is not too late.
    assert office.decide("boss", "dismissed").status_code == 303
    assert office.decide("hr", "dismissed").status_code == 303
    office.now += timedelta(days=31)
    assert office.own("appeal", words="ช้าไป").status_code == 409
    assert "ไม่มีการอุทธรณ์ภายในกำหนด" in office.read("own", OWN, **QUERY)
    assert not office.objection().open(office.now.date())


def test_where_two_disagree_a_third_decides(office: Office) -> None:
    office.object()
    office.decide("boss", "upheld")
    office.decide("hr", "dismissed")
    assert office.objection().phase is Phase.DIVIDED
    assert office.decide("hr", "upheld").status_code in (403, 409)
    assert "รอท่านพิจารณา" in office.read("audit", f"/objections/{SITE}")
    office.decide("audit", "dismissed")
    assert office.objection().phase is Phase.REJECTED
    assert office.own("appeal", words="อีกครั้ง").status_code == 409, "the third's word is final"


def test_a_whole_round_is_objected_to_at_once(office: Office) -> None:
    page = office.read("own", OWN, **QUERY)
    assert 'value="5.1 5.2"' in page
    assert office.object(blocks="5.1 5.2", whole="yes").status_code == 303
    assert office.objection().period == PERIOD
    office.decide("boss", "upheld", ground="other")
    office.decide("hr", "upheld")
    page = office.read("boss", OWN, **QUERY)
    assert "รวมผล ๒ สัปดาห์ที่คำโต้แย้งฟังขึ้น: เหตุอื่น, เครื่องหรือระบบขัดข้อง" in page
    assert "เมื่อไม่รวมแล้ว ผลไม่เพียงพอที่จะแสดง" in page


def test_a_city_account_is_the_third_where_the_office_has_nobody_else(office: Office) -> None:
    office.has_account("city-audit", "ผู้ตรวจสอบเมือง", "audit")
    office.object()
    office.decide("boss", "dismissed")
    office.decide("hr", "dismissed")
    office.own("appeal", words="ขอให้ทบทวน")
    assert office.decide("city-audit", "upheld").status_code == 303
    assert "ผู้ตรวจสอบเมือง" in office.read("own", OWN, **QUERY)
    assert logged(office.central, Kind.OBJECTION)[0].who == "city-audit (city)"


Deed = Callable[[Office], Response]
REFUSED: dict[str, tuple[Deed, int, str]] = {
    "empty": (lambda o: o.object(" "), 400, "โปรดเขียนเหตุผล"),
    "no such block": (lambda o: o.object(blocks="5.7"), 404, "ไม่พบหน้านี้"),
    "no block": (lambda o: o.object(blocks=""), 404, "ไม่พบหน้านี้"),
    "garbage": (lambda o: o.object(blocks="5"), 400, "แบบฟอร์มไม่สมบูรณ์"),
    "twice": (lambda o: o.object() and o.object(blocks="5.1 5.2"), 409, "มีคำโต้แย้งอยู่แล้ว"),
    "no such objection": (lambda o: o.own("withdraw", case=7), 404, "ไม่พบหน้านี้"),
    "appeal too early": (lambda o: o.object() and o.own("appeal", words="x"), 409, "ไม่อยู่ในขั้น"),
    "nothing known": (lambda o: o.object() and o.own("shred"), 400, "แบบฟอร์มไม่สมบูรณ์"),
    "no reason": (lambda o: o.object() and o.decide("hr", "dismissed", words=" "), 400, "เหตุผล"),
    "no ground": (lambda o: o.object() and o.decide("hr", "upheld", ground=""), 400, "โปรดเลือกเหตุ"),
    "no verdict": (lambda o: o.object() and o.decide("hr", "perhaps"), 400, "แบบฟอร์มไม่สมบูรณ์"),
    "audit first": (lambda o: o.object() and o.decide("audit", "upheld"), 403, "ไม่มีสิทธิ์"),
    "stale": (lambda o: o.object() and o.decide("hr", "upheld", shown="old"), 409, "โปรดอ่านใหม่"),
    "same person": (
        lambda o: o.object() and o.decide("hr", "upheld") and o.decide("hr", "upheld"),
        409,
        "ท่านพิจารณาคำโต้แย้งนี้ไปแล้ว",
    ),
    "withdrawn meanwhile": (
        lambda o: o.object() and o.own("withdraw") and o.decide("hr", "upheld"),
        409,
        "ถอนคำโต้แย้งนี้แล้ว",
    ),
    "withdrawn twice": (
        lambda o: o.object() and o.own("withdraw") and o.own("withdraw"),
        409,
        "ถอนคำโต้แย้งนี้แล้ว",
    ),
    "withdrawn too late": (
        lambda o: (
            o.object()
            and o.decide("hr", "upheld")
            and o.decide("boss", "upheld")
            and o.own("withdraw")
        ),
        409,
        "พิจารณาเสร็จแล้ว",
    ),
}


def test_what_can_not_be_done_is_one_clear_line(office: Office) -> None:
    for name, (deed, status, said) in REFUSED.items():
        answer = deed(office)
        assert (answer.status_code, said in answer.text) == (status, True), (name, answer.text)
        office.forget_objections()
