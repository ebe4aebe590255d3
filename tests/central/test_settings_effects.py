"""Each setting of the settings page, saved there, is seen where it is meant to work."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from kiosk.domain.people import Officer
from sync.central.service import Central
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import CentralStore
from sync.central.viewer import Role
from tests.central.conftest import made_central, signed_in
from tests.central.test_keeping import form
from tests.central.test_page import received

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ROUND = "period=fy2027-1"
TERMINALS = "what terminals are sent"

EFFECTS: dict[str, tuple[dict[str, str], str, str]] = {
    "question_th": ({"question_th": "บริการดีไหม"}, TERMINALS, "บริการดีไหม"),
    "question_en": ({"question_en": "Was it good?"}, TERMINALS, "Was it good?"),
    "comment_url": ({"comment_url": "https://x.example/f/{token}"}, TERMINALS, "x.example/f"),
    "levels_th": ({"levels_th": "ก\nข\nค\nง\nจ"}, TERMINALS, '["ก","Very poor"]'),
    "levels_en": ({"levels_en": "a\nb\nc\nd\ne"}, TERMINALS, '["ต้องปรับปรุง","a"]'),
    "reasons": ({"reasons": "heat | ร้อน | Heat"}, TERMINALS, '["heat","ร้อน","Heat"]'),
    "holidays": ({"holidays": "2026-12-31"}, TERMINALS, '"2026-12-31"'),
    "services": ({"services": "general | งานเก่า | Old"}, "/services/dindaeng", "งานเก่า"),
    "channels": ({"channels": "สายตรง | Line | tel:1111"}, "/public/dindaeng", "tel:1111"),
    "opening_hours": ({"opening_hours": "ทุกวัน เที่ยงคืน"}, "/public/dindaeng", "ทุกวัน เที่ยงคืน"),
    "compare_from": ({"compare_from": "41"}, "/report/dindaeng", "จำนวนน้อย ไม่ควรนำไปเปรียบเทียบ"),
    "cuts_from": ({"cuts_from": "161"}, "/services/dindaeng", "๑๖๑"),
    "appraisal_from": ({"appraisal_from": "222"}, "/officer/dindaeng/101", "๒๒๒"),
    "appraisal_response": ({"appraisal_response": "77"}, "/officer/dindaeng/101", "๗๗"),
    "oit_numbers": ({"oit_numbers": "O98"}, f"/data/dindaeng/statistics.xlsx?{ROUND}", "O98"),
    "licence": ({"licence": "ODbL"}, f"/data/dindaeng/statistics.json?{ROUND}", "ODbL"),
    "fiscal_year_starts": (
        {"fiscal_year_starts": "1"},
        "/report/dindaeng",
        '"fy2026" selected',
    ),
    "ita_rows": ({"ita_rows": "O99 | OIT | ใหม่"}, "/ita/dindaeng", "O99"),
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Central]:
    store = CentralStore.create(f"sqlite:///{tmp_path / 'central.db'}")
    central = made_central(store, tmp_path)
    central.import_officers((Officer.parse("101", "สมหญิง", section="ฝ่ายทะเบียน"),))
    received(central, "101", 3, 3, 4, 10, 20)
    yield central
    store.close()


def seen(central: Central, director: TestClient, where: str) -> str:
    if where == TERMINALS:
        return central.roster().to_bytes().decode()
    got = director.get(where)
    assert got.status_code == 200
    if ".xlsx" in where:
        with zipfile.ZipFile(io.BytesIO(got.content)) as sheets:
            return sheets.read("xl/sharedStrings.xml").decode()
    return got.text


@pytest.mark.parametrize("name", EFFECTS)
def test_a_setting_works_from_the_page_to_where_it_is_meant_to(office: Central, name: str) -> None:
    it = signed_in(office, Role.IT, now=NOW)
    director = signed_in(office, Role.DIRECTOR, now=NOW)
    changed, where, sign = EFFECTS[name]
    assert sign not in seen(office, director, where)
    assert it.post("/settings/dindaeng", data=form(**changed)).status_code == 303
    assert sign in seen(office, director, where)


def test_every_setting_is_in_this_table() -> None:
    assert set(EFFECTS) == {field.name for field in fields(SiteSettings)}
