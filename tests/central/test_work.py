"""People's texts: two editors lose nothing, and rounds carry over."""

import io
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from PIL import Image
from typer.testing import CliRunner

from sync.central import itafile, itaform
from sync.central.cli import app
from sync.central.language import in_thai
from sync.central.logbook import Kind, told
from sync.central.period import parse
from sync.central.store.improvements import Improvement, ImprovementStatus
from sync.central.store.ita import ItaBody
from sync.central.store.versions import EditedMeanwhile
from sync.central.usecases.central import Central
from sync.central.usecases.ita import (
    NoSuchRound,
    RoundTaken,
    import_ita_round,
    read_ita_round,
    read_pictures,
)
from sync.central.usecases.retention import retain
from sync.central.viewer import ROLES, Viewer
from tests.support.central import logged, signed_in

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ROUND = parse("fy2027-1")


def rows(central: Central, code: str = "fy2027-1") -> dict[str, itaform.EditedRow]:
    return {row.row.code: row for row in read_ita_round(central, code, NOW.date()).rows}


def saves(central: Central, base: int, result: str, author: str, code: str = "fy2027-1") -> bool:
    period = parse(code)
    at = (period.fiscal_year, int(period.part))
    with central.store.transaction(central.site) as t:
        return t.ita.append(*at, "E1", base, ItaBody(result=result), author, NOW) is not False


def test_the_form_has_headings_and_items_and_nothing_of_an_office() -> None:
    columns, found = itaform.form()
    assert len(columns) == 5
    assert [row.code for row in found][:3] == ["I2", "I4", "I5"]
    assert [row.code for row in found if row.joined] == ["I4", "E2", "E3", "E4", "E12"]
    assert not any(row.body.is_written for row in found)
    assert len({row.indicator for row in found}) == 10
    assert not any("ดินแดง" in row.body.question for row in found)


def imported(central: Central, code: str) -> int:
    viewer = Viewer(account="it", name="it", site=central.site)
    return import_ita_round(central, viewer, code, itafile.read(itafile.shipped()), NOW)


def test_a_row_nobody_wrote_is_a_draft_of_the_round_before_else_empty(central: Central) -> None:
    assert not rows(central)["E1"].is_draft
    assert imported(central, "fy2024-1") == 22
    draft = rows(central)["E1"]
    assert (draft.version, draft.body.score, draft.is_draft) == (0, "84.60", True)
    assert saves(central, 0, "รอบแรก", "a")
    assert not rows(central)["E1"].is_draft
    assert rows(central, "fy2027-2")["E1"].body.result == "รอบแรก"
    assert rows(central, "fy2027-2")["E1"].is_draft
    assert rows(central, "fy2026-2")["E1"].body == draft.body, "an earlier round takes nothing"
    assert saves(central, 0, "รอบสอง", "a", "fy2027-2")
    assert rows(central)["E1"].body.result == "รอบแรก"


def test_a_round_that_is_imported_brings_its_rows_and_is_never_written_over(
    central: Central,
) -> None:
    imported(central, "fy2024-1")
    annex = rows(central)["A1"]
    assert annex.row.is_annex
    assert "BMA OSS" in annex.row.indicator
    with pytest.raises(RoundTaken):
        imported(central, "fy2024-1")
    with pytest.raises(NoSuchRound):
        imported(central, "fy2024")


def test_what_came_with_the_program_names_nobody_and_says_what_is_doubtful() -> None:
    filed = itafile.read(itafile.shipped())
    scores = {row.code for row in filed if row.body.score_doubtful}
    assert scores == {"E11", "E14"}
    text = itafile.shipped().decode()
    for slip in ("ทุจริตโปร่งใส", "เพื่อให้ประชาชนเสียเวลา", "ชักซ้อม", "นาย", "นางสาว"):
        assert slip not in text, slip


def test_the_command_imports_a_round_once_or_says_why_not(tmp_path: Path) -> None:
    base = ["--data", str(tmp_path / "c")]
    assert CliRunner().invoke(app, [*base, "init"]).exit_code == 0

    def imports(*words: str) -> str:
        return CliRunner().invoke(app, [*base, "ita", "import", *words]).output

    assert imports("fy2024-1") == "Imported 22 texts into fy2024-1.\n"
    assert "somebody has written in this round" in imports("fy2024-1")
    assert "no round; write such as" in imports("fy2024")
    file = tmp_path / "round.json"
    file.write_text("{}")
    assert "no round of an ITA report" in imports("fy2024-2", str(file))
    assert "No such file" in imports("fy2024-2", str(tmp_path / "none"))


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"{}",
        b'{"rows": []}',
        b'{"rows": [{"code": "I2", "form": "IIT", "indicator": "x", "body": {"score": "9e1"}}]}',
        b'{"rows": [{"code": "I2"}]}',
        b'{"rows": [{"code": "I2", "form": "IIT", "indicator": "x", "more": 1}]}',
        b'{"rows": [{"code": "I2", "form": "IIT", "indicator": "x", "body": {"score": 1}}]}',
        b"\xff\xfe",
        b'{"rows": [{"code": "I2", "form": "IIT", "indicator": "x", "body": {"result": "'
        + b"x" * 4001
        + b'"}}]}',
    ],
)
def test_a_file_that_is_no_round_is_refused_in_one_line(wrong: bytes) -> None:
    with pytest.raises(itafile.BadItaFile):
        itafile.read(wrong)


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
    before_history, _, _ = beside.partition("ประวัติการแก้ไข")
    alike = '<p class="text">ข้อความแรก</p>' in before_history
    assert not alike, "what both wrote alike is told once"
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


def test_a_score_that_is_none_leaves_what_was_typed_on_the_page(central: Central) -> None:
    client = signed_in(central, ROLES["director"], now=NOW)
    told = {"round": "fy2027-1", "code": "E1", "base": "0", "result": "ข้อความยาวของผู้เขียน"}
    got = client.post("/ita/dindaeng", data={**told, "score": "82.8.7"})
    assert got.status_code == 400
    assert ">ข้อความยาวของผู้เขียน</textarea>" in got.text
    assert 'name="score" value="82.8.7"' in got.text
    assert "คะแนน: โปรดเขียนตัวเลข" in got.text


def test_what_a_form_does_not_ask_for_stays(central: Central) -> None:
    """A row that the settings join later is asked for its item alone."""
    client = signed_in(central, ROLES["director"], now=NOW)
    told = {"round": "fy2027-1", "code": "E1", "score": "80"}
    whole = {**told, "base": "0", "measure": "มาตรการ", "result": "ผล", "figure": "*"}
    assert client.post("/ita/dindaeng", data=whole).status_code == 303
    item = {**told, "base": "1", "question": "ประเด็น", "shortfall": ""}
    assert client.post("/ita/dindaeng", data=item).status_code == 303
    body = rows(central)["E1"].body
    assert (body.question, body.measure, body.result, body.figure) == (
        "ประเด็น",
        "มาตรการ",
        "ผล",
        "*",
    )


def test_an_older_round_in_which_something_stands_can_be_chosen(central: Central) -> None:
    with central.store.transaction(central.site) as t:
        t.ita.append(2024, 1, "E1", 0, ItaBody(result="เดิม"), "a", NOW)
    client = signed_in(central, ROLES["director"], now=NOW)
    assert '<option value="fy2024-1">' in client.get("/ita/dindaeng").text
    shown = client.get("/ita/dindaeng?round=fy2024-1").text
    assert '<option value="fy2024-1" selected>' in shown


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
    texts: dict[str, Any] = {
        f.name: f"ข้อความ {f.name} ป้ำ ๆ\n๒. ต่อ" for f in fields(ItaBody) if f.type is str
    }
    body = ItaBody(**texts, score_doubtful=True, text_doubtful=True)
    assert len(texts) == 7
    with central.store.transaction(central.site) as t:
        t.ita.append(2027, 1, "E1", 0, body, "a", NOW)
    assert rows(central)["E1"].body == body


def jpeg(width: int = 1600, height: int = 1000) -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (width, height), "#336699").save(picture, "JPEG")
    return picture.getvalue()


ADDRESS = "/ita/dindaeng/pictures"
OF_I2 = {"round": "fy2027-1", "code": "I2"}


def add_picture(client: TestClient, file: bytes, **said: str) -> Response:
    data = {**OF_I2, "do": "add", "words": "เจ้าหน้าที่นั่งประชุม", **said}
    return client.post(ADDRESS, data=data, files={"file": ("a.jpg", file, "image/jpeg")})


def test_a_picture_is_kept_small_described_removed_and_brought_into_the_next_round(
    central: Central,
) -> None:
    client = signed_in(central, ROLES["director"], now=NOW)
    assert add_picture(client, jpeg(), caption="ประชุม").status_code == 303
    [picture] = rows(central)["I2"].pictures
    assert (picture.width, picture.height, picture.caption) == (1200, 750, "ประชุม")
    shown = client.get(f"/ita/dindaeng/picture/{picture.id}.jpg")
    assert shown.content[:2] == b"\xff\xd8"
    said = {**OF_I2, "picture": picture.id, "caption": "ประชุมใหม่", "words": "ห้องประชุม"}
    assert client.post(ADDRESS, data={**said, "do": "describe"}).status_code == 303
    following = rows(central, "fy2027-2")["I2"]
    assert (following.pictures, following.earlier_pictures) == ((), 1), "only when asked"
    bring = {**OF_I2, "round": "fy2027-2", "do": "bring"}
    assert client.post(ADDRESS, data=bring).status_code == 303
    assert client.post(ADDRESS, data=bring).status_code == 303
    [brought] = rows(central, "fy2027-2")["I2"].pictures
    assert (brought.caption, brought.words) == ("ประชุมใหม่", "ห้องประชุม")
    assert client.post(ADDRESS, data={**said, "do": "remove"}).status_code == 303
    assert rows(central)["I2"].pictures == ()
    assert rows(central, "fy2027-2")["I2"].pictures == (brought,)
    assert client.get("/ita/dindaeng/picture/none.jpg").status_code == 404


def test_a_removed_picture_is_brought_back_or_let_go_for_good(central: Central) -> None:
    client = signed_in(central, ROLES["director"], now=NOW)
    for caption in ("หนึ่ง", "สอง"):
        assert add_picture(client, jpeg(), caption=caption).status_code == 303
    first, second = before = rows(central)["I2"].pictures
    said = {**OF_I2, "picture": first.id}

    def deed(do: str) -> int:
        return client.post(ADDRESS, data={**said, "do": do}).status_code

    assert [deed("remove"), deed("remove")] == [303, 303]
    row = rows(central)["I2"]
    assert (row.pictures, [one.id for one in row.removed]) == ((second,), [first.id])
    assert first.id not in read_pictures(central, ROUND), "none of the paper"
    assert client.get(f"/ita/dindaeng/picture/{first.id}.jpg").status_code == 200
    assert client.get("/ita/dindaeng").text.count('value="return"') == 1
    assert deed("return") == 303
    assert rows(central)["I2"].pictures == before
    assert deed("discard") == 400, "it stands in the report"
    assert [deed("remove"), deed("discard"), deed("return")] == [303, 303, 400]
    gone = told("ita_picture_discarded", row="I2", period=ROUND.code)
    assert logged(central, Kind.CHANGE)[0].what == gone
    assert client.get(f"/ita/dindaeng/picture/{first.id}.jpg").status_code == 404


def test_of_a_row_the_newest_eight_removed_pictures_stay(central: Central) -> None:
    client = signed_in(central, ROLES["director"], now=NOW)
    for n in range(9):
        assert add_picture(client, jpeg(120 + 8 * n, 120)).status_code == 303
        [picture] = rows(central)["I2"].pictures
        removed = {**OF_I2, "picture": picture.id, "do": "remove"}
        assert client.post(ADDRESS, data=removed).status_code == 303
        assert len(rows(central)["I2"].removed) == min(n + 1, 8)
    assert removed["picture"] in [one.id for one in rows(central)["I2"].removed]


def test_a_removed_picture_goes_when_the_round_after_its_own_is_over(central: Central) -> None:
    client = signed_in(central, ROLES["director"], now=NOW)
    for caption in ("", "อีกภาพ"):
        assert add_picture(client, jpeg(), caption=caption).status_code == 303
    kept, gone = rows(central)["I2"].pictures
    client.post(ADDRESS, data={**OF_I2, "picture": gone.id, "do": "remove"})
    for day, left in (((2027, 9, 30), 1), ((2027, 10, 2), 0)):
        retain(central, datetime(*day, 5, tzinfo=UTC))
        row = rows(central)["I2"]
        assert (row.pictures, len(row.removed)) == ((kept,), left)


@pytest.mark.parametrize(
    ("file", "said", "key"),
    [
        (b"not a picture", {}, "picture_unreadable"),
        (jpeg(100, 100), {}, "picture_small"),
        (jpeg(), {"words": " "}, "picture_words"),
    ],
)
def test_a_picture_that_is_not_taken_says_why(
    central: Central, file: bytes, said: dict[str, str], key: str
) -> None:
    client = signed_in(central, ROLES["director"], now=NOW)
    got = add_picture(client, file, **said)
    assert got.status_code == 400
    assert (
        in_thai(f"refusal.{key}", **({"least": 120} if key == "picture_small" else {})) in got.text
    )
    assert rows(central)["I2"].pictures == ()


def test_a_row_has_eight_pictures_at_most(central: Central) -> None:
    client = signed_in(central, ROLES["director"], now=NOW)
    answers = [add_picture(client, jpeg(120 + 8 * n, 120)).status_code for n in range(9)]
    assert answers == [303] * 8 + [400]
