"""Each setting of the settings page, saved there, is seen where it is meant to work."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from kiosk.settings.definition import Settings
from sync.central.sitesettings import SiteSettings
from sync.central.thai import digits
from sync.central.usecases.central import Central
from sync.central.usecases.office_settings import read_settings
from sync.central.usecases.publishing import publish_due
from sync.central.viewer import ROLES
from tests.support.builders import an_officer
from tests.support.central import made_central, put_on_roster, received, signed_in
from tests.support.central_forms import post_settings
from tests.support.databases import new_central_store
from tests.support.terminal_requests import terminal_roster

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ROUND = "period=fy2027-1"
TERMINALS = "what terminals are sent"

EFFECTS: dict[str, tuple[dict[str, str], str, str]] = {
    "office_en": ({"office_en": "Huai Khwang Office"}, TERMINALS, "Huai Khwang Office"),
    "question_th": ({"question_th": "บริการดีไหม"}, TERMINALS, "บริการดีไหม"),
    "question_en": ({"question_en": "Was it good?"}, TERMINALS, "Was it good?"),
    "comment_url": ({"comment_url": "https://x.example/f/{token}"}, TERMINALS, "x.example/f"),
    "level_words_th": ({"level_words_th": "ก\nข\nค\nง\nจ"}, TERMINALS, '["ก","Not at all"]'),
    "level_words_en": ({"level_words_en": "a\nb\nc\nd\ne"}, TERMINALS, '["น้อยที่สุด","a"]'),
    "reasons": ({"reasons": "heat | ร้อน | Heat"}, TERMINALS, '["heat","ร้อน","Heat"]'),
    "holidays": ({"holidays": "2026-12-31"}, TERMINALS, '"2026-12-31"'),
    "services": ({"services": "general | งานเก่า | Old"}, "/services/dindaeng", "งานเก่า"),
    "channels": ({"channels": "สายตรง | Line | tel:1111"}, "/public/dindaeng", "tel:1111"),
    "opening_hours": ({"opening_hours": "ทุกวัน เที่ยงคืน"}, "/public/dindaeng", "ทุกวัน เที่ยงคืน"),
    "target": ({"target": "97"}, "/report/dindaeng", "เป้าหมายร้อยละ ๙๗"),
    "compare_from": ({"compare_from": "41"}, "/report/dindaeng", "จำนวนน้อย ไม่ควรนำไปเปรียบเทียบ"),
    "cuts_from": ({"cuts_from": "161"}, "/services/dindaeng", "๑๖๑"),
    "appraisal_from": ({"appraisal_from": "422"}, "/officer/dindaeng/101", "๔๒๒"),
    "appraisal_response": ({"appraisal_response": "77"}, "/officer/dindaeng/101", "๗๗"),
    "appraisal_reason": (
        {"appraisal_from": "150", "appraisal_reason": "เพิ่งเปิดช่องใหม่"},
        f"/paper/dindaeng/officer.xlsx?officer=101&{ROUND}",
        "เพิ่งเปิดช่องใหม่",
    ),
    "objection_days": ({"objection_days": "91"}, "/objections/dindaeng", "ภายใน ๙๑ วัน"),
    "decision_days": ({"decision_days": "92"}, "/objections/dindaeng", "ภายใน ๙๒ วัน"),
    "appeal_days": ({"appeal_days": "93"}, "/objections/dindaeng", "ภายใน ๙๓ วัน"),
    "security_days": ({"security_days": "417"}, "/my-log", "๔๑๗"),
    "controller": ({"controller": "ผอ. เขต"}, "/retention/dindaeng", "ผอ. เขต"),
    "dpo": ({"dpo": "dpo@x.example"}, "/retention/dindaeng", "dpo@x.example"),
    "results_years": ({"results_years": "13"}, "/retention/dindaeng", "๑๓ ปี"),
    "raw_months": ({"raw_months": "29"}, "/retention/dindaeng", "๒๙ เดือน"),
    "record_years": ({"record_years": "7"}, "/retention/dindaeng", "๗ ปี"),
    "comments_months": ({"comments_months": "31"}, "/retention/dindaeng", "๓๑ เดือน"),
    "backup_days": ({"backup_days": "98"}, "/retention/dindaeng", "๙๘ วัน"),
    "oit_numbers": ({"oit_numbers": "O98"}, f"/data/dindaeng/statistics.xlsx?{ROUND}", "O98"),
    "licence": ({"licence": "ODbL"}, f"/data/dindaeng/statistics.json?{ROUND}", "ODbL"),
    "fiscal_year_starts": (
        {"fiscal_year_starts": "1"},
        "/report/dindaeng",
        '"fy2026" selected',
    ),
    "ita_rows": ({"ita_rows": "O99 | OIT | ใหม่"}, "/ita/dindaeng", "O99"),
}

SIGNING_IN = {"second_factor", "one_session", "own_result_at_terminal", "early_word"}
"""What they do is tried in test_second_factor.py, test_sessions.py, test_own_results.py and
test_early.py."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Central]:
    store = new_central_store(tmp_path / "central.db")
    central = made_central(store, tmp_path)
    put_on_roster(central, (an_officer("101", "สมหญิง", section="ฝ่ายทะเบียน"),))
    received(central, "101", 3, 3, 4, 10, 20)
    received(central, "102", 0, 0, 20, 50, 50, day=date(2026, 8, 3))
    publish_due(central, date(2026, 8, 10))  # a quarter's tables wait for no late block
    yield central
    store.close()


def seen(central: Central, director: TestClient, where: str) -> str:
    if where == TERMINALS:
        return terminal_roster(central).to_bytes().decode()
    got = director.get(where)
    assert got.status_code == 200
    if ".xlsx" in where:
        with zipfile.ZipFile(io.BytesIO(got.content)) as sheets:
            return sheets.read("xl/sharedStrings.xml").decode()
    return got.text


@pytest.mark.parametrize("name", EFFECTS)
def test_a_setting_works_from_the_page_to_where_it_is_meant_to(office: Central, name: str) -> None:
    it = signed_in(office, ROLES["it"], now=NOW)
    director = signed_in(office, ROLES["director"], now=NOW)
    changed, where, sign = EFFECTS[name]
    assert sign not in seen(office, director, where)
    assert post_settings(it, **changed).status_code == 303
    assert sign in seen(office, director, where)


def test_citizens_read_one_time_on_the_terminal_and_on_the_report() -> None:
    """As both are installed."""
    terminal = Settings().office
    hours = f"{terminal.opens:%H.%M}–{terminal.closes:%H.%M}"
    assert digits(hours, "th") in SiteSettings().opening_hours


def test_every_setting_is_in_this_table() -> None:
    assert set(EFFECTS) | SIGNING_IN == {*SiteSettings._fields}


@pytest.mark.parametrize("name", sorted(SIGNING_IN))
def test_what_protects_signing_in_is_turned_off_by_a_plain_no_alone(
    office: Central, name: str
) -> None:
    it = signed_in(office, ROLES["it"], now=NOW)
    for typed, on in (("no", False), ("yes", True), ("", True)):
        version = read_settings(office).version
        assert post_settings(it, version, **{name: typed}).status_code == 303
        assert getattr(read_settings(office).settings, name) is on


LEVELS = {"level_words_th": "ก\nข\nค\nง\nจ", "level_words_en": "a\nb\nc\nd\ne"}
RAISED = {"compare_from": "41", "appraisal_from": "422", "appraisal_response": "77"}
SHOWN = ("/public/dindaeng", "/report/dindaeng", "/section/dindaeng?name=ฝ่ายทะเบียน")


@pytest.mark.parametrize("where", [*SHOWN, "/officer/dindaeng/101"])
def test_how_to_read_a_page_is_told_by_the_offices_own_thresholds_and_words(
    office: Central, where: str
) -> None:
    it = signed_in(office, ROLES["it"], now=NOW)
    director = signed_in(office, ROLES["director"], now=NOW)
    assert "จำนวนน้อยกว่า ๓๐ ไม่ควรนำไปเปรียบเทียบ" in seen(office, director, where)
    named = {**RAISED, **LEVELS, "office_en": "Huai Khwang Office"}
    assert post_settings(it, **named).status_code == 303
    thai = seen(office, director, where)
    assert "จำนวนน้อยกว่า ๔๑ ไม่ควรนำไปเปรียบเทียบ" in thai
    assert "ผู้ที่ตอบว่า จ หรือ ง แถบ" in thai
    english = director.get(where, params={"lang": "en"}).text
    assert "Do not compare results of fewer than 41 ratings." in english
    assert "who chose e or d. The bar" in english
    assert "Huai Khwang Office</p>" in english
    assert office.settings.name not in english
    # Nothing of the public page is about an officer.
    asked = "An appraisal needs at least 422 ratings and a known response rate of 77 %"
    assert (asked in english) == (not where.startswith("/public"))
    told = "ตั้งแต่ ๔๒๒ ครั้ง และอัตราการตอบตั้งแต่ร้อยละ ๗๗ ขึ้นไป"
    assert (told in thai) == (not where.startswith("/public"))


def test_an_officers_blocks_keep_to_the_offices_threshold_too(office: Central) -> None:
    it = signed_in(office, ROLES["it"], now=NOW)
    director = signed_in(office, ROLES["director"], now=NOW)
    few = '<small class="few">จำนวนน้อย ไม่ควรนำไปเปรียบเทียบ</small>'
    assert few not in seen(office, director, "/officer/dindaeng/101")
    assert post_settings(it, **RAISED).status_code == 303
    assert few in seen(office, director, "/officer/dindaeng/101")


def test_the_papers_name_the_offices_own_thresholds(office: Central) -> None:
    it = signed_in(office, ROLES["it"], now=NOW)
    director = signed_in(office, ROLES["director"], now=NOW)
    assert post_settings(it, **RAISED).status_code == 303
    for paper in ("officer.xlsx?officer=101", "section.xlsx?name=ฝ่ายทะเบียน"):
        sheet = seen(office, director, f"/paper/dindaeng/{paper}&period=fy2027")
        assert "ตั้งแต่ ๔๒๒ ครั้ง และอัตราการตอบตั้งแต่ร้อยละ ๗๗ ขึ้นไป" in sheet
        assert "จำนวนการประเมินน้อยกว่าเกณฑ์ (๔๑ ครั้ง)" in sheet
