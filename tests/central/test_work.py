"""People's texts: two editors lose nothing, and rounds carry over."""

from dataclasses import fields
from datetime import UTC, datetime
from threading import Thread

import pytest

from sync.central import itaform
from sync.central.period import parse
from sync.central.store.improvements import Improvement, ImprovementStatus
from sync.central.store.ita import ItaBody
from sync.central.store.versions import EditedMeanwhile
from sync.central.usecases.central import Central
from sync.central.usecases.ita import read_ita_round
from sync.central.viewer import ROLES
from tests.support.central import signed_in

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ROUND = parse("fy2027-1")


def rows(central: Central, code: str = "fy2027-1") -> dict[str, itaform.EditedRow]:
    return {row.row.code: row for row in read_ita_round(central, code, NOW.date()).rows}


def saves(central: Central, base: int, result: str, author: str, code: str = "fy2027-1") -> bool:
    period = parse(code)
    at = (period.fiscal_year, int(period.part))
    with central.store.transaction(central.site) as t:
        return t.ita.append(*at, "E1", base, ItaBody(result=result), author, NOW)


def test_the_form_has_the_offices_rows_and_marks_ours() -> None:
    title, columns, found = itaform.form()
    assert "สำนักงานเขตดินแดง" in title
    assert len(columns) == 5
    assert [row.code for row in found][:3] == ["I2", "I4", "I5"]
    assert {row.code for row in found if row.terminal_is_evidence} >= {"E1", "E3", "E11", "I2"}


def test_a_row_nobody_wrote_comes_from_the_round_before_else_from_the_form(
    central: Central,
) -> None:
    seeded = rows(central)["E1"]
    assert seeded.version == 0
    assert seeded.body.score == "84.60"
    assert saves(central, 0, "รอบแรก", "a")
    assert rows(central, "fy2027-2")["E1"].body.result == "รอบแรก"
    assert rows(central, "fy2027-2")["E1"].version == 0
    assert rows(central, "fy2026-2")["E1"].body == seeded.body, "an earlier round takes nothing"
    assert saves(central, 0, "รอบสอง", "a", "fy2027-2")
    assert rows(central)["E1"].body.result == "รอบแรก"


def test_two_editors_of_one_row_lose_neither_text(central: Central) -> None:
    assert saves(central, 0, "ของ ก", "ก")
    assert not saves(central, 0, "ของ ข", "ข")
    row = rows(central)["E1"]
    assert row.body.result == "ของ ก"
    assert [(x.author, x.body.result) for x in row.beside] == [("ข", "ของ ข")]
    assert saves(central, row.version, "ของ ก และ ข", "ค")
    row = rows(central)["E1"]
    assert (row.body.result, row.beside) == ("ของ ก และ ข", ())


def test_two_editors_at_the_very_same_time_lose_neither_text(central: Central) -> None:
    outcomes: list[bool] = []

    def one(author: str) -> None:
        outcomes.append(saves(central, 0, f"ของ {author}", author))

    threads = [Thread(target=one, args=(name,)) for name in "กขคง"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, False, False, True]
    row = rows(central)["E1"]
    texts = {row.body.result, *(x.body.result for x in row.beside)}
    assert texts == {f"ของ {name}" for name in "กขคง"}


def test_the_page_keeps_what_the_slower_editor_typed(central: Central) -> None:
    first = signed_in(central, ROLES["director"], now=NOW)
    second = signed_in(central, ROLES["hr"], now=NOW)
    told = {"round": "fy2027-1", "code": "E1", "base": "0", "score": "๘๔.๖"}
    assert first.post("/ita/dindaeng", data={**told, "result": "ข้อความแรก"}).status_code == 303
    got = second.post("/ita/dindaeng", data={**told, "result": "ข้อความที่สอง <i>"})
    assert got.status_code == 409
    assert "ข้อความแรก" in got.text
    assert "ข้อความที่สอง &lt;i&gt;" in got.text
    third = {**told, "score": "๑๒.๓๔", "question": "ประเด็นที่ผู้ที่สามเขียน", "result": "ข้อความแรก"}
    beside = second.post("/ita/dindaeng", data=third).text
    assert '<p class="text">ประเด็นที่ผู้ที่สามเขียน</p>' in beside, "whichever field it was"
    assert '<p class="text">12.34</p>' in beside
    assert '<p class="text">ข้อความแรก</p>' not in beside, "what both wrote alike is told once"
    assert rows(central)["E1"].body.score == "84.60"


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "E99"},
        {"round": "fy2027"},
        {"round": "2026-11"},
        {"base": "x"},
        {"score": "101"},
        {"score": "ดี"},
        {"result": "x" * 4001},
        {"result": "a\x00b"},
    ],
)
def test_a_row_that_can_not_be_taken_changes_nothing(
    central: Central, wrong: dict[str, str]
) -> None:
    client = signed_in(central, ROLES["director"], now=NOW)
    told = {"round": "fy2027-1", "code": "E1", "base": "0", "score": "", **wrong}
    assert client.post("/ita/dindaeng", data=told).status_code == 400
    assert rows(central)["E1"].version == 0


def test_a_line_of_the_log_edited_twice_at_once_is_given_back_to_the_second(
    central: Central,
) -> None:
    client = signed_in(central, ROLES["director"], now=NOW)
    told = {"said": "รอนาน", "done": "", "whom": "ฝ่ายทะเบียน", "due": "2026-12-31"}
    assert client.post("/improvements/dindaeng", data=told).status_code == 303
    with central.store.transaction(central.site) as t:
        [line] = t.improvements.all()
    again = {**told, "id": line.id, "version": "1", "done": "เปิดช่องเพิ่ม", "status": "done"}
    assert client.post("/improvements/dindaeng", data=again).status_code == 303
    late = {**again, "done": "ข้อความของอีกคน <b>"}
    got = client.post("/improvements/dindaeng", data=late)
    assert got.status_code == 409
    assert "ข้อความของอีกคน &lt;b&gt;" in got.text
    with central.store.transaction(central.site) as t:
        [line] = t.improvements.all()
        assert (line.done, line.status, line.version) == ("เปิดช่องเพิ่ม", ImprovementStatus.DONE, 2)
        with pytest.raises(EditedMeanwhile):
            t.improvements.append(Improvement(id=line.id, said="x", version=1), "a", NOW)


def test_every_field_of_a_row_comes_back_as_it_was_written(central: Central) -> None:
    body = ItaBody(**{f.name: f"ข้อความ {f.name} ป้ำ ๆ\n๒. ต่อ" for f in fields(ItaBody)})
    with central.store.transaction(central.site) as t:
        t.ita.append(2027, 1, "E1", 0, body, "a", NOW)
    assert rows(central)["E1"].body == body
