"""A badge number goes to the next person; the record stays with the one before."""

import html
import re
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from kiosk.domain.people import Officer, RosterEntry
from kiosk.domain.rosterplan import Answer, Word
from sync.central import period as periods
from sync.central.logbook import Kind
from sync.central.logwords import log_words
from sync.central.papers.appraisal import officer_pdf
from sync.central.reports import gate
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.usecases.people import (
    change_roster,
    officer_with,
    read_photo,
    save_photo,
)
from sync.central.usecases.pins import issue_pins, read_pins
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.viewer import ROLES
from tests.support.central import DIRECTOR, IT, enrolled, logged, received, signed_in
from tests.support.central import NOON as NOW
from tests.support.day_reports import day_report
from tests.support.papers import pages, squeezed

TODAY = NOW.date()
YEAR = periods.year_of(TODAY)
BEFORE, NEWCOMER = "สมหญิง ใจดี", "กมล มาใหม่"
PAGE = "/roster/dindaeng"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """One kind of database: the plan is the same for both, and `test_page.py` asks both."""
    return f"sqlite:///{tmp_path / 'central.db'}"


@pytest.fixture
def it(central: Central) -> TestClient:
    return signed_in(central, ROLES["it"], now=NOW)


def typed(number: str, name: str, section: str = "", id: str = "") -> RosterEntry:
    return RosterEntry.parse(number, name, section=section, id=id)


def person(central: Central, number: str) -> Officer:
    officer = officer_with(central, number)
    assert officer is not None
    return officer


@pytest.fixture
def before(central: Central) -> Officer:
    """An officer with number 101, a published result, a photo and a PIN."""
    change_roster(central, (typed("101", BEFORE, "ฝ่ายทะเบียน"),), {}, "it", NOW)
    officer = person(central, "101")
    received(central, officer.id, 0, 0, 3, 20, 37)
    publish_due(central, TODAY)
    save_photo(central, IT, officer.id, b"\xff\xd8\xff of the one before", NOW)
    issue_pins(central, {str(officer.id): 0}, IT, NOW)
    return officer


def n_of(central: Central, officer: Officer) -> int:
    view = gate.officer(central, DIRECTOR, officer.id, YEAR, TODAY, NOW)
    return view.figure.result.n


def paper_of(central: Central, officer: Officer) -> str:
    view = gate.officer(central, DIRECTOR, officer.id, YEAR, TODAY, NOW)
    return " ".join(pages(officer_pdf(view, "เขต", NOW)))


def form_of(page: str, address: str) -> dict[str, str]:
    """The hidden and text fields of the form with this address that saves."""
    for form in re.findall(rf'<form method="post" action="{address}"[^>]*>.*?</form>', page, re.S):
        fields = re.findall(r'<input (?:type="hidden" )?name="([^"]+)" value="([^"]*)"', form)
        if fields and 'value="photo"' not in form:
            return {name: html.unescape(value) for name, value in fields}
    raise AssertionError(address)


def choices(page: str) -> dict[tuple[str, str], str]:
    """The values of the choices that a page offers, by field and word."""
    found = re.findall(r'type="radio" name="(word [^"]+)" value="((\S+) [^"]+)"', page)
    return {(field, word): value for field, value, word in found}


def test_a_newcomer_with_the_number_of_another_begins_with_nothing(
    central: Central, it: TestClient, before: Officer
) -> None:
    add_account(central, "it", "som", BEFORE, [ROLES["officer"]], NOW, officer=str(before.id))
    asked = it.post(PAGE, data={"number": "101", "name": NEWCOMER})
    assert asked.status_code == 400
    assert f"เลขประจำตัว ๑๐๑ เป็นของ {BEFORE} แต่ข้อมูลที่กรอกเป็นชื่อ {NEWCOMER}" in asked.text
    assert f"คนละคน ให้ {BEFORE} ออกจากรายชื่อ" in asked.text
    assert person(central, "101") == before, "nothing is written before the word"
    value = choices(asked.text)["word 101", "new"]
    said = it.post(PAGE, data={**form_of(asked.text, PAGE), "word 101": value})
    assert said.status_code == 303

    newcomer = person(central, "101")
    assert newcomer.id not in (before.id, "101")
    assert (n_of(central, before), n_of(central, newcomer)) == (60, 0)
    papers = [paper_of(central, officer) for officer in (before, newcomer)]
    assert ["๖๐" in paper for paper in papers] == [True, False]
    assert read_photo(central, IT, newcomer.id) is None
    assert read_photo(central, IT, before.id) is not None
    assert [(pin.officer.name, pin.issued) for pin in read_pins(central)] == [(NEWCOMER, None)]
    with central.store.read(central.site) as t:
        account = t.accounts.get("som")
    assert account is not None
    assert account.officer == before.id
    roster = it.get(PAGE).text
    assert BEFORE in roster
    assert NEWCOMER in roster
    director = signed_in(central, ROLES["director"], now=NOW)
    sections = director.get("/section/dindaeng?name=ฝ่ายทะเบียน").text
    assert BEFORE in sections, "the result stays under the name that it is of"


def test_the_log_says_who_came_in_whose_place(central: Central, before: Officer) -> None:
    answers = {"101": Answer(Word.NEW)}
    change_roster(central, (typed("101", NEWCOMER),), answers, "it", NOW)
    renamed = {"101": Answer(Word.RENAMED)}
    change_roster(central, (typed("101", "กมล สกุลใหม่"),), renamed, "it", NOW)
    said = [log_words("en", note.what) for note in logged(central, Kind.CHANGE)]
    assert f"Number 101: {NEWCOMER} is another person; {BEFORE} taken off the roster" in said
    assert any(f"{NEWCOMER} is now called กมล สกุลใหม่" in line for line in said)
    assert before.id not in " ".join(said)


def test_editing_is_a_form_with_what_is_there(
    central: Central, it: TestClient, before: Officer
) -> None:
    address = f"{PAGE}/{before.id}"
    form = form_of(it.get(PAGE).text, address)
    assert (form["number"], form["name"], form["section"]) == ("101", BEFORE, "ฝ่ายทะเบียน")
    assert it.post(PAGE, data={"number": "101", "name": BEFORE}).status_code == 303
    assert person(central, "101").section == "ฝ่ายทะเบียน", "typing it again empties nothing"
    assert it.post(address, data={**form, "number": "907"}).status_code == 303
    assert person(central, "907").id == before.id, "promoted"
    late = it.post(address, data={**form, "number": "908"})
    assert "มีผู้แก้ไขข้อมูลของเจ้าหน้าที่คนนี้ก่อนแล้ว" in late.text, "another clerk was quicker"

    form = form_of(it.get(PAGE).text, address)
    asked = it.post(address, data={**form, "name": NEWCOMER})
    assert asked.status_code == 400
    assert n_of(central, person(central, "907")) == 60
    value = choices(asked.text)["word 907", "renamed"]
    saved = it.post(address, data={**form_of(asked.text, address), "word 907": value})
    assert saved.status_code == 303
    director = signed_in(central, ROLES["director"], now=NOW)
    result = re.sub(r"\s+", " ", director.get(f"/officer/dindaeng/{before.id}").text)
    assert f"ชื่อเดิม: {BEFORE} (ถึงวันที่ ๒๓ พ.ย. ๒๕๖๙)" in result
    assert squeezed(BEFORE) in paper_of(central, before), "a new name hides nobody's result"
    assert (person(central, "907").id, person(central, "907").name) == (before.id, NEWCOMER)
    assert person(central, "907").section == "ฝ่ายทะเบียน"


def test_a_word_that_was_said_of_another_person_is_asked_again(
    central: Central, it: TestClient, before: Officer
) -> None:
    asked = it.post(PAGE, data={"number": "101", "name": NEWCOMER})
    renamed = choices(asked.text)["word 101", "renamed"]
    answers = {"101": Answer(Word.NEW)}
    change_roster(central, (typed("101", "คนที่สาม"),), answers, "another clerk", NOW)
    again = it.post(PAGE, data={**form_of(asked.text, PAGE), "word 101": renamed})
    assert again.status_code == 400
    assert "เลขประจำตัว ๑๐๑ เป็นของ คนที่สาม" in again.text
    assert person(central, "101").name == "คนที่สาม"
    assert it.post(PAGE, data={"number": "1", "name": "ก", "word 1": "king x"}).status_code == 400


def test_a_file_is_shown_before_it_is_written_and_comes_back_with_other_numbers(
    central: Central, it: TestClient, before: Officer
) -> None:
    change_roster(central, (typed("12", "ประสิทธิ์"),), {}, "it", NOW)
    exported = it.get(f"{PAGE}/roster.csv").content.decode("utf-8-sig")
    swapped = exported.replace("101,", "x,").replace("12,", "101,").replace("x,", "12,")
    added = f"{swapped}301,น้ำผึ้ง,,,\r\n"
    shown = it.post(PAGE, files={"file": ("r.csv", added.encode())})
    assert shown.status_code == 200
    text = html.unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", shown.text)))
    for line in ("เพิ่มใหม่ ๑ คน", "แก้ไข ๒ คน", f"๑๒ {BEFORE}", "เดิม: ๑๐๑"):
        assert line in text, line
    assert before.id not in re.sub("<input[^>]+>", "", shown.text), "no id for people"
    assert person(central, "101") == before
    assert it.post(PAGE, data=form_of(shown.text, PAGE)).status_code == 303
    assert person(central, "12").id == before.id
    assert n_of(central, person(central, "12")) == 60
    assert n_of(central, person(central, "101")) == 0


def test_ratings_of_somebody_of_a_terminals_own_wait_and_count_with_its_file(
    central: Central, it: TestClient
) -> None:
    enrolled(central)
    own = "p00000000beef"
    report = day_report(1, date(2026, 11, 2), counts=(0, 0, 0, 5, 5), officer=own)
    with central.store.transaction(central.site) as t:
        assert t.people.everyone() == ()
    take_day_report(central, report.terminal, report, report.to_bytes(), NOW)
    fleet = it.get("/fleet/dindaeng").text
    assert "kiosk officer export" in fleet
    assert own not in fleet
    file = f"number,name,id\n101,{BEFORE},{own}\n"
    assert it.post(PAGE, data={"csv": file}).status_code == 303
    publish_due(central, TODAY)
    assert n_of(central, person(central, "101")) == 10
    assert "kiosk officer export" not in it.get("/fleet/dindaeng").text


def test_no_page_shows_an_id(central: Central, it: TestClient, before: Officer) -> None:
    clients = (it, *(signed_in(central, ROLES[role], now=NOW) for role in ("director", "audit")))
    addresses = (
        *(PAGE, "/fleet/dindaeng", "/accounts/dindaeng", "/pins/dindaeng", "/changes/dindaeng"),
        *("/section/dindaeng?name=ฝ่ายทะเบียน", "/tally/dindaeng?date=2026-11-02"),
        *(f"/officer/dindaeng/{before.id}", "/objections/dindaeng", "/papers/dindaeng"),
    )
    answers = [client.get(address) for client in clients for address in addresses]
    read = [answer.text for answer in answers if answer.status_code == 200]
    assert len(read) > 10
    for text in read:
        words = html.unescape(re.sub("<[^>]+>", " ", text)).replace(f"t-{before.id}", "")
        assert before.id not in words
    assert f"๑๐๑ {BEFORE}" in clients[2].get("/changes/dindaeng?kind=look").text
