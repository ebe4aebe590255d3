"""An officer's remedy, from the objection to the third person's word, over HTTP."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from sync.central.language import in_thai
from sync.central.logbook import Kind
from sync.central.objecting import Phase
from sync.central.store.tickets import Ticket
from sync.central.usecases.central import Central
from sync.central.usecases.objectionrecord import wrong_objection
from sync.central.usecases.tickets import import_tickets
from tests.support.central import SITE, logged, made_central
from tests.support.databases import new_central_store
from tests.support.objections import PERIOD, REGISTRY, WEEKS, Office

MONDAY = datetime(2026, 10, 5, 5, 0, tzinfo=UTC)
OWN = f"/officer/{SITE}/101"
QUERY = {"period": PERIOD}


@pytest.fixture
def office(central: Central) -> Office:
    """On each kind of database."""
    return with_deciders(central)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    """On SQLite."""
    store = new_central_store(tmp_path / "central.db")
    yield with_deciders(made_central(store, tmp_path))
    store.close()


def with_deciders(central: Central) -> Office:
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
    assert "โต้แย้งได้ถึงวันที่ ๑๗ พ.ย. ๒๕๖๙" in own, "thirty days from the round's close"
    assert office.object("วันนั้นระบบคิวเสีย <script>").status_code == 303
    assert office.objection().phase is Phase.WAITING

    own = office.read("own", OWN, **QUERY)
    assert "กำหนดพิจารณาภายในวันที่ ๔ พ.ย. ๒๕๖๙" in own
    assert "ยังใช้ประกอบการประเมินผลการปฏิบัติราชการไม่ได้" in own
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
    without = "เมื่อไม่รวม: ร้อยละ ๗๕ จากการประเมิน ๔๐ ครั้ง"
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

    assert wrong_objection(office.central) is None
    steps = [note for note in logged(office.central, Kind.OBJECTION) if note.whom == "101"]
    assert [note.who for note in reversed(steps)] == [
        *("own", "boss", "hr", "own", "audit", "own", "own"),
    ]
    assert office.objection().digest in steps[0].what, "a word that is changed is found out"
    assert "คำโต้แย้งที่ ๑: พิจารณาแล้ว ฟังขึ้น" in office.read("own", "/my-log")
    looks = {note.who for note in logged(office.central, Kind.LOOK) if note.whom == "101"}
    assert looks >= {"ผู้อำนวยการ (boss)", "งานบุคคล (hr)"}, "who decides looks at the results"


def test_the_log_of_changes_tells_of_objections_to_who_reads_these_and_to_nobody_else(
    desk: Office,
) -> None:
    desk.has_account("it", "ผู้ดูแลระบบ", "it")
    desk.object()
    step = "คำโต้แย้งที่ ๑: ยื่น"
    for account in ("boss", "audit"):
        assert step in desk.read(account, f"/changes/{SITE}")
    for query in ({}, {"kind": "objection"}, {"person": "101"}):
        page = desk.read("it", f"/changes/{SITE}", **query)
        assert "คำโต้แย้ง" not in page


def test_what_nobody_decides_in_time_stays_open_and_stands_first(desk: Office) -> None:
    desk.object()
    desk.now += timedelta(days=31)
    director = desk.read("boss", f"/report/{SITE}")
    assert "เกินกำหนดพิจารณา ๑ เรื่อง" in director
    assert "(เกินกำหนด)" in desk.read("hr", f"/objections/{SITE}")
    assert "ยังใช้ประกอบการประเมินผลการปฏิบัติราชการไม่ได้" in desk.read("own", OWN, **QUERY)
    # Late is not too late.
    assert desk.decide("boss", "dismissed").status_code == 303
    assert desk.decide("hr", "dismissed").status_code == 303
    desk.now += timedelta(days=31)
    assert desk.own("appeal", words="ช้าไป").status_code == 409
    assert "ไม่มีการอุทธรณ์ภายในกำหนด" in desk.read("own", OWN, **QUERY)
    assert not desk.objection().open(desk.now.date())


def test_where_two_disagree_a_third_decides(desk: Office) -> None:
    desk.object()
    desk.decide("boss", "upheld")
    desk.decide("hr", "dismissed")
    assert desk.objection().phase is Phase.DIVIDED
    assert desk.decide("hr", "upheld").status_code in (403, 409)
    assert "รอท่านพิจารณา" in desk.read("audit", f"/objections/{SITE}")
    desk.decide("audit", "dismissed")
    assert desk.objection().phase is Phase.REJECTED
    assert desk.own("appeal", words="อีกครั้ง").status_code == 409, "the third's word is final"


def test_there_is_time_to_object_until_a_day_and_no_longer(desk: Office) -> None:
    desk.now = MONDAY.replace(month=11, day=18)
    assert "พ้นกำหนดโต้แย้ง" in desk.object().text
    assert "<summary>โต้แย้ง" not in desk.read("own", OWN, **QUERY)
    desk.now = MONDAY.replace(month=11, day=17)
    assert desk.object().status_code == 303


def test_a_day_over_its_tickets_of_an_upheld_week_speaks_against_nobody(desk: Office) -> None:
    """The other week's tickets fit."""
    first, second = WEEKS
    import_tickets(desk.central, [Ticket(first, "1", 60), Ticket(second, "1", 4)])
    unmet = in_thai("appraising.tickets", value="๑") + ": " + in_thai("appraising.unmet")
    assert unmet in desk.read("boss", OWN, **QUERY)
    desk.object()
    desk.decide("boss", "upheld")
    desk.decide("hr", "upheld")
    page = desk.read("boss", OWN, **QUERY)
    met = in_thai("appraising.tickets", value="๐") + ": " + in_thai("appraising.met")
    assert unmet not in page
    assert met in page


def test_a_whole_round_is_objected_to_at_once(desk: Office) -> None:
    assert 'value="5.1 5.2"' not in desk.read("own", OWN, **QUERY), "it is not closed yet"
    desk.now = MONDAY.replace(day=19)
    page = desk.read("own", OWN, **QUERY)
    assert 'value="5.1 5.2"' in page
    assert desk.object(blocks="5.1 5.2", whole="yes").status_code == 303
    assert desk.objection().period == PERIOD
    desk.decide("boss", "upheld", ground="other")
    desk.decide("hr", "upheld")
    page = desk.read("boss", OWN, **QUERY)
    assert "รวมผล ๒ สัปดาห์ที่คำโต้แย้งฟังขึ้น: เหตุอื่น, เครื่องหรือระบบขัดข้อง" in page
    assert "เมื่อไม่รวมแล้ว ผลไม่เพียงพอที่จะแสดง" in page


def test_a_city_account_is_the_third_where_the_office_has_nobody_else(desk: Office) -> None:
    desk.has_account("city-audit", "ผู้ตรวจสอบเมือง", "audit")
    desk.object()
    desk.decide("boss", "dismissed")
    desk.decide("hr", "dismissed")
    desk.own("appeal", words="ขอให้ทบทวน")
    assert desk.decide("city-audit", "upheld").status_code == 303
    assert "ผู้ตรวจสอบเมือง" in desk.read("own", OWN, **QUERY)
    assert logged(desk.central, Kind.OBJECTION)[0].who == "city-audit (city)"


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
    "audit first": (lambda o: o.object() and o.decide("audit", "upheld"), 403, "ไม่มีสิทธิ"),
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


BARRED = {
    "one's own": ("สมหญิง ใจดี", ("hr",), "", "", "คำโต้แย้งของตนเองไม่ได้"),
    "the officer's account": ("ส. ใจดี", ("hr", "officer"), "101", "", "คำโต้แย้งของตนเองไม่ได้"),
    "the head": ("หัวหน้า", ("hr", "section-head"), "", REGISTRY, "หัวหน้าฝ่ายของเจ้าหน้าที่"),
    "the head's other account": ("หัวหน้าทะเบียน", ("hr",), "", "", "หัวหน้าฝ่ายของเจ้าหน้าที่"),
    "the first's other account": ("งานบุคคล", ("director",), "", "", "ต้องให้ผู้อื่น"),
    "the first's role": ("งานบุคคลอีกคน", ("hr",), "", "", "มีบทบาทเดียวกับท่าน"),
}


def test_who_has_to_do_with_it_does_not_decide(desk: Office) -> None:
    desk.has_account("head", "หัวหน้าทะเบียน", "section-head", section=REGISTRY)
    desk.object()
    desk.decide("hr", "dismissed")
    for number, (who, (name, roles, officer, section, said)) in enumerate(BARRED.items()):
        desk.has_account(f"a{number}", name, *roles, officer=officer, section=section)
        answer = desk.decide(f"a{number}", "upheld")
        assert (answer.status_code, said in answer.text) == (409, True), (who, answer.text)
        assert '<form method="post">' not in answer.text.partition("<main")[2], who
    assert len(desk.objection().decisions) == 1
    other_head = "หัวหน้าฝ่ายรายได้"
    desk.has_account("b", other_head, "director", "section-head", section="ฝ่ายรายได้")
    assert desk.decide("b", "dismissed").status_code == 303, "of another section"


def test_who_clicks_twice_is_one_person(office: Office) -> None:
    def clicks(account: str, path: str, **fields: str) -> list[int]:
        """The same form three times at once."""
        session = office.as_(account).cookies
        clients = [TestClient(office.app, cookies=session, follow_redirects=False) for _ in "123"]
        with ThreadPoolExecutor(3) as threads:
            posts = [threads.submit(client.post, path, data=fields) for client in clients]
            return sorted(post.result().status_code for post in posts)

    assert clicks("own", OWN, do="object", blocks="5.2", words="ระบบคิวเสีย") == [303, 409, 409]
    for account in ("hr", "boss"):
        shown = office.objection().digest
        fields = {"verdict": "dismissed", "words": "ตรวจแล้ว", "shown": shown}
        assert clicks(account, f"/objections/{SITE}/1", **fields) == [303, 409, 409]
    assert office.objection().phase is Phase.DISMISSED
    assert clicks("own", OWN, do="appeal", case="1", words="ขอให้ทบทวน") == [303, 409, 409]
    assert wrong_objection(office.central) is None


HANDS = {
    "a word": ("UPDATE objection_steps SET words = 'ไม่มีอะไร' WHERE step = 1", "not as the record"),
    "a verdict": ("UPDATE objection_steps SET verdict = 'upheld'", "not as the record"),
    "a step": ("DELETE FROM objection_steps WHERE step = 2", "not as the record"),
    "a deed that is none": ("UPDATE objection_steps SET deed = 'x'", "objection_steps.deed"),
    "every step": ("DELETE FROM objection_steps", "steps of objection 1 are gone"),
    "all of it": ("DELETE FROM objections", "objection 1: it is missing"),
}


def test_verify_finds_a_hand_in_an_objection(desk: Office) -> None:
    for hand, (statement, said) in HANDS.items():
        desk.forget_objections()
        desk.object()
        desk.decide("hr", "dismissed")
        assert wrong_objection(desk.central) is None, hand
        with desk.central.store._engine.begin() as connection:
            connection.exec_driver_sql(statement)
        assert said in str(wrong_objection(desk.central)), hand


def test_what_can_not_be_done_is_one_clear_line(desk: Office) -> None:
    for name, (deed, status, said) in REFUSED.items():
        answer = deed(desk)
        assert (answer.status_code, said in answer.text) == (status, True), (name, answer.text)
        desk.forget_objections()
