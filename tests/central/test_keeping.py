"""What IT keeps through the pages, and what bad input does there: one clear line, nothing lost."""

import html
import io
import json
import re
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from starlette.testclient import TestClient

from kiosk.domain.refusal import Refusal
from kiosk.domain.wording import MAX_ADDRESS, MAX_SCREEN_TEXT
from sync.central import itaform
from sync.central.language import in_english
from sync.central.logbook import Kind
from sync.central.logwords import log_words
from sync.central.papers import ita
from sync.central.period import parse as parse_period
from sync.central.photos import SIDE, BadPhoto, activity, portrait
from sync.central.reports import gate
from sync.central.sitesettings import (
    CUTS_FLOOR,
    NamedService,
    SiteSettings,
    parse,
)
from sync.central.store.ita import ItaBody
from sync.central.usecases.central import Central
from sync.central.usecases.ita import read_ita_round
from sync.central.usecases.people import all_officers
from sync.central.usecases.questionnaire import OnlineAnswer, import_answers
from sync.central.usecases.terminals import enrol_terminal, read_fleet
from sync.central.viewer import ROLES
from sync.central.web.forms import Posted
from sync.central.web.settings_form import changes, draft_in
from sync.central.web.settings_groups import GROUPS, Column, Field
from sync.messages import Enrol
from sync.signing import public_text
from tests.support.builders import an_officer
from tests.support.central import DIRECTOR, enrolled, logged, put_on_roster, signed_in
from tests.support.central import NOON as NOW
from tests.support.central_forms import SETTINGS, bomb, group_form, post_settings
from tests.support.terminal_requests import terminal_roster


@pytest.fixture
def it(central: Central) -> TestClient:
    return signed_in(central, ROLES["it"], now=NOW)


def names(central: Central) -> list[str]:
    return [o.name for o in all_officers(central)]


def test_an_officer_is_added_renewed_retired_and_brought_back(
    central: Central, it: TestClient
) -> None:
    told = {"number": "101", "name": "ญาณวุฒิ ปิ่นเกล้า", "position": "", "section": "ฝ่ายทะเบียน"}
    assert it.post("/roster/dindaeng", data=told).status_code == 303
    address = f"/roster/dindaeng/{all_officers(central)[0].id}"
    assert it.post(address, data={"do": "retire"}).status_code == 303
    assert all_officers(central)[0].retired
    assert it.post(address, data={"do": "return"}).status_code == 303
    assert not all_officers(central)[0].retired
    assert len(logged(central, Kind.CHANGE)) >= 3


@pytest.mark.parametrize(
    "name",
    ["", "\u200b", "a\u202eb", "ก" + "\u0e48" * 5000, "=cmd|' /C calc'!A0", "x" * 81],
)
def test_a_name_that_would_trip_a_screen_or_a_spreadsheet_is_refused_by_name(
    central: Central, it: TestClient, name: str
) -> None:
    typed = {"number": "101", "name": name, "position": "พิมพ์ไว้แล้ว"}
    got = it.post("/roster/dindaeng", data=typed)
    assert got.status_code == 400
    assert "พิมพ์ไว้แล้ว" in got.text
    assert names(central) == []


def test_markup_in_a_name_stays_text(central: Central, it: TestClient) -> None:
    it.post("/roster/dindaeng", data={"number": "101", "name": "<img src=x onerror=1>"})
    assert "&lt;img src=x onerror=1&gt;" in it.get("/roster/dindaeng").text


def upload(it: TestClient, path: str, data: bytes, **more: str) -> int:
    files = {"file": ("x.bin", io.BytesIO(data), "application/octet-stream")}
    return it.post(path, data=more, files=files).status_code


def test_a_roster_file_is_taken_whole_or_not_at_all(central: Central, it: TestClient) -> None:
    good = "number,name\n101,สมหญิง\n102,กตัญญู\n".encode()
    bad = "number,name\n103,น้ำผึ้ง\n104,=HYPERLINK()\n".encode()
    assert upload(it, "/roster/dindaeng", b"number,name\n") == 400
    assert upload(it, "/roster/dindaeng", good) == 200
    assert names(central) == [], "a file is shown before anything is written"
    assert it.post("/roster/dindaeng", data={"csv": good.decode()}).status_code == 303
    assert upload(it, "/roster/dindaeng", bad) == 400
    assert it.post("/roster/dindaeng", data={"csv": bad.decode()}).status_code == 400
    assert upload(it, "/roster/dindaeng", b"\xff\xfe\x00garbage") == 400
    assert names(central) == ["สมหญิง", "กตัญญู"]


# Starlette leaves the half file to the garbage collector; that is where the warning is from.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_upload_that_breaks_off_changes_nothing(central: Central, it: TestClient) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nnumber,na'
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    got = it.post("/roster/dindaeng", content=body, headers=headers)
    assert got.status_code == 400
    assert names(central) == []


def test_too_big_a_form_is_refused_before_it_is_read(it: TestClient) -> None:
    assert it.post("/roster/dindaeng", data={"name": "x" * 600_000}).status_code == 413
    assert upload(it, "/roster/dindaeng", b"x" * 9_000_000) == 413


def picture(
    kind: str = "PNG", size: tuple[int, int] = (400, 600), *, progressive: bool = False
) -> bytes:
    kept = io.BytesIO()
    more = {"progressive": True} if progressive else {}
    Image.new("RGB", size, "teal").save(kept, kind, **more)
    return kept.getvalue()


def test_a_photo_is_made_small_and_plain(central: Central, it: TestClient) -> None:
    put_on_roster(central, (an_officer("101", "สมหญิง"),))
    assert upload(it, "/roster/dindaeng/101", picture("JPEG"), do="photo") == 303
    kept = it.get("/photo/dindaeng/101")
    assert kept.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(kept.content)) as found:
        assert found.size == (SIDE, SIDE)
        assert not found.getexif()


def test_nothing_that_a_pictures_file_says_beside_its_pixels_is_kept() -> None:
    written, said = PngInfo(), "13.7563 N 100.5018 E"
    for name in ("comment", "Comment", "XML:com.adobe.xmp"):
        written.add_itxt(name, said)
    for kind, more in (
        ("JPEG", {"comment": said}),
        ("JPEG", {"xmp": said.encode(), "icc_profile": said.encode()}),
        ("PNG", {"pnginfo": written}),
        ("WEBP", {"xmp": said.encode()}),
    ):
        given = io.BytesIO()
        Image.new("RGB", (400, 400), "teal").save(given, kind, **more)
        assert said.encode() in given.getvalue()
        for kept in (portrait(given.getvalue()), activity(given.getvalue())[0]):
            assert said.encode() not in kept, (kind, *more)


def test_a_telephones_photo_is_taken_upright_and_a_photo_can_be_removed(
    central: Central, it: TestClient
) -> None:
    put_on_roster(central, (an_officer("101", "สมหญิง"),))
    taken = Image.new("RGB", (8000, 6000), "white")
    taken.paste("black", (0, 0, 4000, 6000))
    turned, kept = Image.Exif(), io.BytesIO()
    turned[0x0112] = 6
    taken.save(kept, "JPEG", exif=turned)
    assert upload(it, "/roster/dindaeng/101", kept.getvalue(), do="photo") == 303
    with Image.open(io.BytesIO(it.get("/photo/dindaeng/101").content)) as found:
        grey = found.convert("L")
        assert (grey.getpixel((160, 20)), grey.getpixel((160, 300))) == (0, 255)
    assert 'value="remove"' in it.get("/roster/dindaeng").text
    assert it.post("/roster/dindaeng/101", data={"do": "remove"}).status_code == 303
    assert it.get("/photo/dindaeng/101").status_code == 404
    assert 'value="remove"' not in it.get("/roster/dindaeng").text


NO_PORTRAITS = [
    b"", b"garbage", bomb(), picture(size=(50, 50)), picture()[:200], picture("GIF"),
    picture(size=(4000, 2100)), picture("WEBP", (4000, 2100)),
    picture("JPEG", (9000, 6000)), picture("JPEG", (4000, 2100), progressive=True),
    b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
]  # fmt: skip


def test_a_bomb_or_no_picture_is_refused(central: Central, it: TestClient) -> None:
    put_on_roster(central, (an_officer("101", "สมหญิง"),))
    for data in NO_PORTRAITS:
        with pytest.raises(BadPhoto):
            portrait(data)
        assert upload(it, "/roster/dindaeng/101", data, do="photo") == 400, data[:40]
        assert it.get("/photo/dindaeng/101").status_code == 404, data[:40]


def test_a_terminals_code_is_made_and_a_bad_id_is_refused(it: TestClient) -> None:
    got = it.post("/fleet/dindaeng", data={"do": "enrol", "terminal": "counter-1", "counter": "1"})
    assert "kiosk setup" in got.text
    bad = {"do": "enrol", "terminal": "../etc", "counter": "1"}
    assert it.post("/fleet/dindaeng", data=bad).status_code == 400


def test_an_account_is_made_once_and_its_password_shown_once(
    central: Central, it: TestClient
) -> None:
    told = {"do": "add", "account": "boss", "name": "ผอ.", "roles": "director"}
    got = it.post("/accounts/dindaeng", data=told)
    assert got.status_code == 200
    assert 'class="secret"' in got.text
    assert 'class="secret"' not in it.get("/accounts/dindaeng").text
    assert it.post("/accounts/dindaeng", data=told).status_code == 400
    for wrong in ({"roles": "king"}, {"roles": ""}, {"account": "a b"}, {"roles": "officer"}):
        got = it.post("/accounts/dindaeng", data={**told, "account": "other", **wrong})
        assert got.status_code == 400, wrong
    with central.store.transaction(central.site) as t:
        assert {a.account for a in t.accounts.all()} == {"it", "boss"}


# --- settings ----------------------------------------------------------------------------------


def kept(central: Central) -> SiteSettings:
    with central.store.transaction(central.site) as t:
        return t.settings.newest().settings


def test_services_have_names_in_both_languages_where_an_office_gives_them(
    central: Central, it: TestClient
) -> None:
    lines = "id-card | บัตรประจำตัวประชาชน | Identity cards"
    assert post_settings(it, services=lines).status_code == 303
    assert kept(central).services == (
        NamedService("id-card", "บัตรประจำตัวประชาชน", "Identity cards"),
    )
    page = it.get("/settings/dindaeng").text
    assert "id-card · บัตรประจำตัวประชาชน · Identity cards" in page
    assert parse(kept(central).document()) == kept(central)


def test_settings_are_saved_and_reach_the_terminals(central: Central, it: TestClient) -> None:
    assert post_settings(it, question_th="บริการดีไหม").status_code == 303
    assert kept(central).question_th == "บริการดีไหม"
    assert terminal_roster(central).wording.question_th == "บริการดีไหม"
    assert kept(central) == SiteSettings(question_th="บริการดีไหม")


def test_holidays_reach_the_terminals_in_order_and_once(central: Central, it: TestClient) -> None:
    days = "2027-01-01\r\n2026-12-31\n\n2026-12-31 "
    assert post_settings(it, holidays=days).status_code == 303
    assert terminal_roster(central).wording.holidays == (date(2026, 12, 31), date(2027, 1, 1))
    page = it.get("/settings/dindaeng").text
    assert page.index("๓๑ ธ.ค. ๒๕๖๙") < page.index("๑ ม.ค. ๒๕๗๐")


def test_rounds_and_papers_follow_the_month_in_which_the_fiscal_year_begins(
    central: Central, it: TestClient
) -> None:
    director = signed_in(central, ROLES["director"], now=NOW)
    assert "ปีงบประมาณ ๒๕๗๐ รอบ ๖ เดือนแรก" in director.get("/ita/dindaeng").text
    assert post_settings(it, fiscal_year_starts="4").status_code == 303
    assert "ปีงบประมาณ ๒๕๗๐ รอบ ๖ เดือนหลัง" in director.get("/ita/dindaeng").text
    for path in ("/report/dindaeng", "/public/dindaeng", "/services/dindaeng", "/papers/dindaeng"):
        shown = director.get(path).text
        assert 'value="fy2027-2"' in shown, path
        assert 'value="fy2027-q3"' in shown, path
        assert 'value="fy2027-q4"' not in shown, path
    office = gate.office(central, DIRECTOR, parse_period("fy2027-2", 4), NOW.date())
    assert "เดือนหลัง (ตุลาคม ๒๕๖๙ - มีนาคม ๒๕๗๐)" in ita.title(office.name, office.period)[1]
    usual = ita.title("x", parse_period("fy2027-1"))[1]
    assert "พ.ศ. ๒๕๗๐ รอบ ๖ เดือนแรก (ตุลาคม ๒๕๖๙ - มีนาคม ๒๕๗๐)" in usual


REFUSED = [
    {"compare_from": "29"},
    {"compare_from": "สามสิบ"},
    {"cuts_from": "99"},
    {"appraisal_from": "10"},
    {"appraisal_response": "19"},
    {"objection_days": "14"},
    {"decision_days": "6"},
    {"appeal_days": "14"},
    {"security_days": "89"},
    {"level_words_th": "ดี\nแย่"},
    {"level_words_th": "ดี\nดี\nแย่", "level_words_en": "a\nb\nc"},
    {"reasons": "wait | รอนาน"},
    {"services": "id-card | บัตร"},
    {"question_th": "x" * 1000},
    {"services": "a b | บัตร | Cards"},
    {"services": "x | บัตร | Cards\nx | บ้าน | House"},
    {"channels": "ก | b | javascript:alert(1)"},
    {"comment_url": "ftp://x"},
    {"question_th": "x" * 161},
    {"question_th": "ก\u202eข"},
    {"opening_hours": "ก" + "\u0e48" * 20},
    {"licence": "a\x07b"},
    {"ita_rows": "I2 | IIT | ก\u2067ข"},
    {"fiscal_year_starts": "0"},
    {"fiscal_year_starts": "13"},
    {"holidays": "31/12/69"},
    {"holidays": "2026-02-30"},
    {"holidays": "3569-12-31"},
    {"holidays": "\n".join(f"{year}-01-01" for year in range(2000, 2401))},
    {"ita_rows": "I2 | IIT"},
    {"ita_rows": "I2 | IIT | ก\nI2 | IIT | ข"},
    {"ita_rows": "ก๒ | IIT | ข"},
    {"ita_rows": "I2 | XIT | ข"},
    {"ita_rows": "I2 | IIT | "},
    {"ita_rows": "– | ANNEX | ภาคผนวก"},
    {"ita_rows": "I2 | IIT | ก | ใช่"},
    {"ita_rows": "I2 | IIT | ก\nI4 | IIT | ข | ใช่"},
    {"ita_rows": "I2 | IIT | ก\n– | IIT | ก | ใช่"},
]


def test_a_setting_below_the_floor_or_out_of_form_is_named_and_nothing_changes(
    central: Central, it: TestClient
) -> None:
    for wrong in REFUSED:
        got = post_settings(it, **wrong)
        assert got.status_code == 400, wrong
        page = html.unescape(got.text)
        typed = [value for name, value in wrong.items() if name != "fiscal_year_starts"]
        for value in typed:
            cells = [cell.strip() for line in value.splitlines() for cell in line.split("|")]
            cells = [cell for cell in cells if cell not in ("ใช่", "–", "XIT")]
            assert all(f'"{cell}"' in page for cell in cells), wrong
        assert 'role="alert"' in page, wrong
        assert kept(central) == SiteSettings(), wrong


def ita_codes(central: Central) -> list[str]:
    return [row.row.code or "–" for row in ita_rows(central)]


def ita_rows(central: Central) -> tuple[itaform.EditedRow, ...]:
    return read_ita_round(central, "fy2027-1", NOW.date()).rows


def ita_lines(page: str) -> list[str]:
    """The rows as the settings page shows them for editing."""
    lines: dict[str, list[str]] = {}
    row = re.compile(r'name="ita_rows[.]([0-9]+)[.](code|indicator)"\s+value="([^"]*)"')
    forms = re.findall(r'<option value="([A-Z]+)" selected', page)
    for index, column, text in row.findall(page):
        cells = lines.setdefault(index, [])
        cells.append(html.unescape(text) or "–")
        if column == "code":
            cells.append(forms[int(index)])
    joined = set(re.findall(r'name="ita_rows[.]([0-9]+)[.]joined"[^>]* checked', page))
    return [" | ".join([*cells, *["ใช่"] * (index in joined)]) for index, cells in lines.items()]


def test_rows_of_the_ita_report_are_taken_out_put_in_and_moved_and_texts_stay(
    central: Central, it: TestClient
) -> None:
    usual = ita_codes(central)
    lines = ita_lines(it.get("/settings/dindaeng/ita").text)
    assert [line.split(" | ")[0] for line in lines] == usual
    assert post_settings(it, ita_rows="\n".join(lines)).status_code == 303
    assert kept(central).ita_rows == (), "unchanged: the form's own, whatever it will be"
    with central.store.transaction(central.site) as t:
        body = ItaBody(measure="เขียนไว้แล้ว")
        assert t.ita.append(2027, 1, usual[0], 0, body, "คนเขียน", NOW)
    fewer = [lines[3], lines[2], "O99 | OIT | ตัวชี้วัดใหม่", "O98 | OIT | ตัวชี้วัดใหม่ | ใช่"]
    assert post_settings(it, 0, ita_rows="\n".join(fewer)).status_code == 303
    assert ita_codes(central) == [usual[3], usual[2], "O99", "O98"]
    new = ita_rows(central)[-1]
    assert (new.row.joined, new.body) == (True, ItaBody())
    assert post_settings(it, 1, ita_rows="").status_code == 303
    assert ita_codes(central) == usual
    back = ita_rows(central)[0]
    assert back.body.measure == "เขียนไว้แล้ว"


def test_the_second_of_two_editors_keeps_the_form_and_is_told(
    central: Central, it: TestClient
) -> None:
    assert post_settings(it, question_th="แรก").status_code == 303
    assert post_settings(it, compare_from="40").status_code == 303, "another group's are others"
    got = post_settings(it, question_th="ที่สอง", office_en="Office")
    assert got.status_code == 400
    for line in ("<del>แรก</del>", "<ins>ที่สอง</ins>", "<ins>Office</ins>"):
        assert line in got.text
    assert kept(central) == SiteSettings(question_th="แรก", compare_from=40)
    base = re.search(r'name="version" value="([0-9]+)"', got.text)
    assert base
    again = group_form("words", int(base[1]), question_th="ที่สอง")
    assert it.post(f"{SETTINGS}/words", data=again).status_code == 303
    assert kept(central).question_th == "ที่สอง"


def test_rows_are_added_removed_and_moved_by_buttons_and_nothing_is_saved(
    central: Central, it: TestClient
) -> None:
    rows = "a | ก | A\nb | ข | B"

    def ids_after(deed: str) -> list[str]:
        form = {**group_form("words", reasons=rows), "do": deed}
        got = it.post(f"{SETTINGS}/words", data=form)
        assert got.status_code == 200
        return re.findall(r'name="reasons[.][0-9]+[.]id"\s+value="([^"]*)"', got.text)

    assert ids_after("add:reasons") == ["a", "b", ""]
    assert ids_after("remove:reasons:0") == ["b"]
    assert ids_after("up:reasons:1") == ["b", "a"]
    assert ids_after("down:reasons:0") == ["b", "a"]
    for nothing in ("up:reasons:0", "down:reasons:1", "remove:reasons:7"):
        assert ids_after(nothing) == ["a", "b"]
    assert ids_after("default:reasons") == [reason.id for reason in SiteSettings().reasons]
    for foreign in ("add:licence", "swap:reasons:0", "up:reasons:-1", "add:question_th", "x"):
        form = {**group_form("words"), "do": foreign}
        assert it.post(f"{SETTINGS}/words", data=form).status_code == 400, foreign
    assert it.post(f"{SETTINGS}/nothing", data=group_form("words")).status_code == 404
    assert kept(central) == SiteSettings()


def test_what_changes_is_named_before_it_is_saved_and_an_earlier_value_comes_back(
    central: Central, it: TestClient
) -> None:
    first = group_form("words", question_th="แรก <b>")
    got = it.post(f"{SETTINGS}/words", data={**first, "do": "review"})
    assert "<ins>แรก &lt;b&gt;</ins>" in got.text
    assert kept(central) == SiteSettings()
    sent_again = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', got.text))
    sent_again = {name: html.unescape(text) for name, text in sent_again.items()}
    assert it.post(f"{SETTINGS}/words", data={**sent_again, "do": "save"}).status_code == 303
    assert kept(central) == SiteSettings(question_th="แรก <b>")
    assert post_settings(it, 1, question_th="ที่สอง").status_code == 303
    again = {**group_form("words", 2, question_th="ที่สอง"), "do": "earlier:question_th"}
    got = it.post(f"{SETTINGS}/words", data=again)
    assert 'name="question_th" value="แรก &lt;b&gt;"' in got.text
    assert kept(central).question_th == "ที่สอง"
    assert post_settings(it, 2, question_th="ที่สอง").status_code == 303
    newest = logged(central, Kind.CHANGE)[0].what
    assert log_words("en", newest) == "Settings, version 2: question (Thai)", "saved without change"


def test_a_new_code_for_a_terminal_begins_with_what_is_there(
    central: Central, it: TestClient
) -> None:
    enrolled(central, "counter-1", "12")
    row = it.get("/fleet/dindaeng").text.split("<tbody>")[-1]
    assert '<input type="hidden" name="terminal" value="counter-1">' in row
    assert 'name="counter" value="12"' in row
    form = {"do": "enrol", "terminal": "counter-1", "counter": "13"}
    page = it.post("/fleet/dindaeng", data=form).text
    code = re.findall(r'class="secret">([^<]+)<', page)[0]
    key = public_text(Ed25519PrivateKey.generate())
    name = enrol_terminal(central, Enrol(code, key), NOW).terminal
    [newer] = [one for one in read_fleet(central, NOW.date()).terminals if one.terminal == name]
    assert (newer.name, newer.counter) == ("counter-1", "13")


def test_of_two_equal_rows_one_may_go() -> None:
    fields = group_form("words")
    draft = draft_in(Posted({**fields, "reasons.90.id": "x", "reasons.91.id": "x"}, {}), "words")
    one_less = draft_in(Posted({**fields, "reasons.90.id": "x"}, {}), "words")

    def show(_field: Field, _column: Column, text: str) -> str:
        return text

    [gone] = changes(draft, one_less, "words", show)
    assert (gone.before, gone.after, gone.moved) == (("x",), (), False)
    [come] = changes(one_less, draft, "words", show)
    assert (come.before, come.after, come.moved) == ((), ("x",), False)
    rows = one_less["reasons"]
    assert isinstance(rows, list)
    [turned] = changes(one_less, {**one_less, "reasons": rows[::-1]}, "words", show)
    assert (turned.before, turned.after, turned.moved) == ((), (), True)


def test_the_fields_have_the_limits_of_their_settings(it: TestClient) -> None:
    page = "".join(it.get(f"{SETTINGS}/{group}").text for group in GROUPS)
    for name, limit in (
        ("question_th", f'maxlength="{MAX_SCREEN_TEXT}"'),
        ("comment_url", f'maxlength="{MAX_ADDRESS}"'),
        ("cuts_from", f'min="{CUTS_FLOOR}"'),
        ("appraisal_response", 'max="100"'),
    ):
        [field] = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
        assert limit in field


def test_settings_go_out_and_come_in_as_a_file(central: Central, it: TestClient) -> None:
    post_settings(it, question_th="คำถาม")
    document = it.get("/settings/dindaeng/document").content
    post_settings(it, version=1, question_th="อื่น")
    assert upload(it, "/settings/dindaeng", document) == 303
    assert kept(central).question_th == "คำถาม"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("{}", "no settings"),
        ("[1", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (json.dumps({"licence": "\ud800"}), "licence = '\\ud800': text has a character"),
        (json.dumps({"shiny": 1}), "unknown setting shiny"),
        (json.dumps({"cuts_from": 5}), "service tables from = 5: write a whole number from 100"),
        (json.dumps({"reasons": [{"id": 1}]}), "reasons = 1: write a text"),
        (json.dumps({"reasons": [{"id": "a"}]}), "reasons: missing; write th"),
        (json.dumps({"reasons": [{"id": "a", "th": "ก", "en": "a"}] * 2}), "an id appears twice"),
        (json.dumps({"reasons": [{"id": "a", "th": "ก", "en": "a"}] * 7}), "write 0 to 6"),
        (json.dumps({"level_words_th": 7}), "write 3 to 5 different words"),
        (json.dumps({"holidays": "2026-12-31"}), "holidays = '2026-12-31': write a list"),
        (json.dumps({"holidays": [20261231]}), "write each date"),
        (json.dumps({"fiscal_year_starts": True}), "fiscal year begins in"),
    ],
)
def test_a_settings_file_that_can_not_be_taken_says_why(document: str, told: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse(document)
    assert told in in_english(caught.value)


def test_settings_come_back_from_their_document() -> None:
    assert parse(SiteSettings().document()) == SiteSettings()


def test_a_text_with_characters_that_turn_the_line_is_refused(it: TestClient) -> None:
    answer = post_settings(it, opening_hours="ก\u202eข")
    assert answer.status_code == 400


def test_prose_of_people_is_kept_without_what_no_paper_can_show(central: Central) -> None:
    director = signed_in(central, ROLES["director"], now=NOW)
    said = {"said": "ที่นั่ง\u202e" + "\u0e48" * 500, "done": "เพิ่ม\nแล้ว", "status": "done"}
    assert director.post("/improvements/dindaeng", data=said).status_code == 303
    with central.store.transaction(central.site) as t:
        [line] = t.improvements.all()
    assert (line.said, line.done) == ("ที่นั่ง" + "\u0e48" * 3, "เพิ่ม\nแล้ว")


def test_as_many_ita_rows_as_there_may_be_fit_the_page(central: Central, it: TestClient) -> None:
    lines = "\n".join(f"I{n} | IIT | {'ตัวชี้วัด ' * 25}" for n in range(1, 151))
    assert post_settings(it, ita_rows=lines).status_code == 303
    assert len(kept(central).ita_rows) == 150


def test_a_line_of_the_improvement_log_shows_what_it_said_before(central: Central) -> None:
    director = signed_in(central, ROLES["director"], now=NOW)
    line = {"id": "a1", "said": "คำแรก", "status": "open", "version": "0"}
    assert director.post("/improvements/dindaeng", data=line).status_code == 303
    assert "คำแรก" in director.get("/improvements/dindaeng").text
    changed = {**line, "said": "คำใหม่", "version": "1"}
    assert director.post("/improvements/dindaeng", data=changed).status_code == 303
    page = director.get("/improvements/dindaeng").text
    assert page.index("คำใหม่") < page.index('<p class="text">คำแรก</p>')


def test_the_roster_is_searched_by_every_word_in_either_digits(
    central: Central, it: TestClient
) -> None:
    put_on_roster(central, (an_officer("101", "สมหญิง น้ำใจ"), an_officer("202", "ANNA ดี")))

    def listed(query: str) -> tuple[bool, bool]:
        page = it.get("/roster/dindaeng", params={"find": query}).text
        return "สมหญิง น้ำใจ</" in page or "สมหญิง น้ำใจ\n" in page, "ANNA ดี\n" in page

    assert listed("") == (True, True)
    assert listed("anna") == (False, True)
    assert listed("น\u0e49\u0e4d\u0e32ใจ สมหญิง") == (True, False)
    assert listed("๑๐๑") == (True, False)
    assert listed("ไม่มี" * 50) == (False, False)
    assert "&lt;b&gt;" in it.get("/roster/dindaeng", params={"find": "<b>"}).text


def test_comments_are_searched_within_their_pools(central: Central) -> None:
    answers = [
        OnlineAnswer(
            day=NOW.date(), levels=5, score=3, reasons=(), language="th", comment=f"เรื่อง {n}"
        )
        for n in range(10)
    ]
    import_answers(central, answers[:9])
    complaints = signed_in(central, ROLES["complaints"], now=NOW)
    early = complaints.get("/comments/dindaeng?find=เรื่อง").text
    assert ">เรื่อง" not in early, "no pool of ten yet"
    import_answers(central, answers[9:])
    with central.store.transaction(central.site) as t:
        assert t.questionnaire.close_pool(NOW.date()) == 10
    page = complaints.get("/comments/dindaeng?find=๗").text
    assert ">เรื่อง 7</p>" in page
    assert ">เรื่อง 3</p>" not in page
    started = complaints.post("/comments/dindaeng", data={"said": "เรื่อง 7"})
    assert ">เรื่อง 7</textarea>" in started.text
    with central.store.transaction(central.site) as t:
        assert not t.improvements.all(), "it is reworded before it is saved"
    director = signed_in(central, ROLES["director"], now=NOW)
    assert director.post("/comments/dindaeng", data={"said": "x"}).status_code == 403
