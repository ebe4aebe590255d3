"""Accounts for all officers at once, from the letter to the own result."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from starlette.testclient import TestClient

from sync.central.logbook import Kind
from sync.central.papers.account_letters import account_letters_pdf
from sync.central.usecases import officer_accounts as letters_of
from sync.central.usecases.accounts import add_account, all_accounts, disable_account
from sync.central.usecases.central import Central
from sync.central.usecases.officer_accounts import (
    EditedMeanwhile,
    account_names,
    draft_missing,
    draft_renewed,
    save_drafts,
)
from sync.central.usecases.people import retire_officer
from sync.central.viewer import ROLES
from sync.central.web.app import create_app
from tests.support.builders import an_officer
from tests.support.central import logged, made_central, put_on_roster, signed_in
from tests.support.databases import new_central_store

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
SOMYING = an_officer("101", "สมหญิง ใจดี", "เจ้าพนักงานปกครอง", "ฝ่ายทะเบียน")
KATANYU = an_officer("102", "กตัญญู ทองคำ", section="ฝ่ายทะเบียน")
NAMPHUENG = an_officer("201", "น้ำผึ้ง วงศ์สวัสดิ์", section="ฝ่ายรายได้")
PAGE = "/officer-accounts/dindaeng"


@pytest.fixture
def office(tmp_path: Path) -> Central:
    store = new_central_store(tmp_path / "central.db")
    central = made_central(store, tmp_path)
    put_on_roster(central, (SOMYING, KATANYU, NAMPHUENG))
    return central


def hr(central: Central) -> TestClient:
    return signed_in(central, ROLES["hr"], now=NOW)


def page_texts(pdf: bytes) -> list[str]:
    document = pdfium.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return texts


def password_in(text: str) -> str:
    [password] = re.findall(r"\b(?:[a-z2-9]{4}-){3}[a-z2-9]{4}\b", text)
    return str(password)


def accounts(central: Central) -> dict[str, str]:
    """Officers by the name of their account."""
    return {one.account: one.officer for one in all_accounts(central) if one.officer}


def signs_in(central: Central, account: str, password: str) -> TestClient | None:
    client = TestClient(create_app(central, lambda: NOW), follow_redirects=False)
    answer = client.post("/sign-in", data={"account": account, "password": password})
    return client if answer.status_code == 303 else None


def test_a_letter_of_its_own_for_each_officer_opens_the_own_result_and_stands_nowhere(
    office: Central, tmp_path: Path
) -> None:
    client = hr(office)
    answer = client.post(PAGE, data={"do": "missing", "section": "*"})
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Cache-Control"] == "no-store"
    pages = page_texts(answer.content)
    assert len(pages) == 3
    assert accounts(office) == {"101": "101", "102": "102", "201": "201"}
    [own] = [text for text in pages if "สมหญิง" in text]
    assert "กตัญญู" not in own
    assert "http://127.0.0.1:8765" in own
    password = password_in(own)
    browser = signs_in(office, "101", password)
    assert browser is not None
    assert browser.get("/officer/dindaeng/101").headers["Location"] == "/password"
    new = "ฝนตกที่ทุ่งนาเมื่อวาน"
    browser.post("/password", data={"old": password, "new": new, "again": new})
    assert browser.get("/officer/dindaeng/101").status_code == 200
    assert browser.get("/officer/dindaeng/102").status_code == 403
    for file in tmp_path.iterdir():
        assert password.encode() not in file.read_bytes(), file
    [change] = [note for note in logged(office, Kind.CHANGE) if "officer_accounts" in note.what]
    assert change.who == "hr"
    issued = {note.whom for note in logged(office, Kind.PASSWORD_ISSUED)}
    assert issued >= {"101", "102", "201"}


def test_a_second_run_makes_only_what_is_missing(office: Central) -> None:
    client = hr(office)
    revenue = client.post(PAGE, data={"do": "missing", "section": "ฝ่ายรายได้"})
    assert [("น้ำผึ้ง" in text) for text in page_texts(revenue.content)] == [True]
    before = {one.account: one.secret for one in all_accounts(office)}
    rest = client.post(PAGE, data={"do": "missing", "section": "*"})
    assert len(page_texts(rest.content)) == 2
    assert {one.account: one.secret for one in all_accounts(office)}["201"] == before["201"]
    again = client.post(PAGE, data={"do": "missing", "section": "*"})
    assert (again.status_code, "ไม่มีบัญชีที่ต้องสร้าง" in again.text) == (400, True)


def test_a_lost_letter_is_made_again_and_the_first_one_opens_nothing(office: Central) -> None:
    client = hr(office)
    lost = client.post(PAGE, data={"do": "missing", "section": "ฝ่ายรายได้"})
    old = password_in(page_texts(lost.content)[0])
    new = password_in(page_texts(client.post(PAGE, data={"do": "unused"}).content)[0])
    assert signs_in(office, "201", old) is None
    assert signs_in(office, "201", new) is not None
    one = client.post(PAGE, data={"do": "ticked", "officers": ["201"]})
    assert signs_in(office, "201", new) is None
    assert signs_in(office, "201", password_in(page_texts(one.content)[0])) is not None


def test_no_letter_opens_an_account_that_may_do_more(office: Central) -> None:
    """HR would otherwise give itself the password of who confirms, or of IT."""
    both = [ROLES["officer"], ROLES["audit"]]
    add_account(office, "it", "boss", "สมหญิง", both, NOW, officer="101")
    add_account(office, "it", "gone", "กตัญญู", [ROLES["officer"]], NOW, officer="102")
    disable_account(office, "it", office.site, "gone", NOW)
    client = hr(office)
    before = {one.account: one.secret for one in all_accounts(office)}
    for officer in ("101", "102", "nobody"):
        answer = client.post(PAGE, data={"do": "ticked", "officers": [officer, "201"][:1]})
        assert answer.status_code == 409, officer
    client.post(PAGE, data={"do": "missing", "section": "*"})
    client.post(PAGE, data={"do": "unused"})
    after = {one.account: one.secret for one in all_accounts(office)}
    assert {name: after[name] for name in before} == before
    assert accounts(office) == {"boss": "101", "gone": "102", "201": "201"}


@pytest.mark.parametrize("changed", ["retired", "account", "renewed"])
def test_nothing_is_saved_where_something_changed_since_the_letters_were_made(
    office: Central, changed: str
) -> None:
    if changed == "renewed":
        save_drafts(office, "hr", draft_missing(office, None, NOW), NOW)
        drafts = draft_renewed(office, ["101", "201"], NOW)
        save_drafts(office, "it", draft_renewed(office, ["201"], NOW), NOW + timedelta(hours=1))
    else:
        drafts = draft_missing(office, None, NOW)
        if changed == "retired":
            retire_officer(office, "102")
        else:
            add_account(office, "it", "201", "อื่น", [ROLES["complaints"]], NOW)
    before = all_accounts(office)
    with pytest.raises(EditedMeanwhile):
        save_drafts(office, "hr", drafts, NOW)
    assert all_accounts(office) == before


def test_a_number_that_is_somebodys_name_gets_another_number_behind_it() -> None:
    officers = [an_officer("A1", "ก"), an_officer("9" * 32, "ข"), an_officer("B1", "ค")]
    names = account_names(officers, {"a1", "a1-2", "9" * 32})
    assert names == ["A1-3", "9" * 30 + "-2", "B1"]


def test_more_than_a_form_holds_are_refused_in_words(
    office: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticked = [str(number) for number in range(151)]
    answer = hr(office).post(PAGE, data={"do": "ticked", "officers": ticked})
    assert (answer.status_code, "๑ ถึง ๑๕๐ คน" in answer.text) == (400, True)
    monkeypatch.setattr(letters_of, "MOST_LETTERS", 2)
    drafts = draft_missing(office, None, NOW)
    assert len(drafts.letters) == len(drafts.accounts) == 2
    assert len(page_texts(account_letters_pdf(drafts, "เขต", "http://x", NOW))) == 2
