"""The report's pages, and who may read each: the one list that tests of access and of statements,
and the bench, walk; with an office that has what they speak of."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.sites import add_site
from sync.central.viewer import ROLES, Role
from tests.support.builders import an_officer
from tests.support.central import (
    made_central,
    put_on_roster,
    received,
    signed_in,
)
from tests.support.databases import new_central_store
from tests.support.objections import objected

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
OWN, OTHER = "ฝ่ายทะเบียน", "ฝ่ายรายได้"
ROUND = "period=fy2027-1"
PICTURE = "0123456789abcdef"

WHO = ("public", *ROLES)
ALL = set(WHO)
D, H, S, O = "director", "hr", "section-head", "officer"  # noqa: E741  (a column each)
C, A, I = "complaints", "audit", "it"  # noqa: E741

READ = {D, H, S, O}
PAGES: dict[str, set[str]] = {
    "/public/dindaeng": {*ALL},
    "/retention/dindaeng": {*ALL},
    "/help": {*ALL},
    "/help/officers": {*ALL},
    "/help/training.pdf": {*ALL},
    "/help/pictures/th/ready.webp": {*ALL},
    "/report/dindaeng": {*READ},
    f"/section/dindaeng?name={OWN}": {D, H, S},
    f"/section/dindaeng?name={OTHER}": {D, H},
    "/section/dindaeng": {D, H},
    "/officer/dindaeng/101": {D, H, S, O},
    "/officer/dindaeng/102": {D, H, S},
    "/officer/dindaeng/201": {D, H},
    "/officer/dindaeng/nobody": set(),
    "/copy/dindaeng/101.zip": {H, O},
    "/copy/dindaeng/102.zip": {H},
    "/copy/dindaeng/nobody.zip": set(),
    "/photo/dindaeng/102": {D, H, S, I},
    "/services/dindaeng": {*READ},
    "/table/dindaeng/office/sections.csv": {*READ},
    f"/table/dindaeng/section/officers.csv?name={OWN}": {D, H, S},
    f"/table/dindaeng/section/officers.csv?name={OTHER}": {D, H},
    "/table/dindaeng/officer/weeks.csv?officer=101": {D, H, S, O},
    "/table/dindaeng/officer/weeks.csv?officer=201": {D, H},
    "/table/dindaeng/services/weekday.csv": {*READ},
    "/improvements/dindaeng": {*READ, C},
    "/papers/dindaeng": {D, H, S},
    f"/paper/dindaeng/sheets?{ROUND}": {D, H, S},
    "/ita/dindaeng": {D, H},
    f"/ita/dindaeng/picture/{PICTURE}.jpg": {D, H},
    "/objections/dindaeng": {D, H, A},
    "/objections/dindaeng/1": {D, H, A},
    "/comments/dindaeng": {C},
    "/comments/dindaeng/comments.csv": {C},
    "/tally/dindaeng?date=2026-11-02": {A},
    "/tally/dindaeng/t-101/2026-11-02/1.json": {A},
    "/patterns/dindaeng": {A},
    "/changes/dindaeng": {D, A, I},
    "/changes/dindaeng/log.csv": {A},
    "/security/dindaeng": {A, I},
    "/security/dindaeng/log.csv": {A},
    "/my-log": {*ROLES},
    "/my-log/looks.csv": {O},
    "/fleet/dindaeng": {D, A, I},
    "/roster/dindaeng": {I},
    "/roster/dindaeng/roster.csv": {I},
    "/roster/dindaeng/template.xlsx": {I},
    "/accounts/dindaeng": {I},
    "/settings/dindaeng": {I},
    "/settings/dindaeng/document": {I},
    "/settings/dindaeng/words": {I},
    "/notifications/dindaeng": {I},
    "/holidays/dindaeng": {I},
    "/recordings/dindaeng": {I},
    "/recordings/dindaeng?language=km": {I},
    "/recordings/dindaeng/all.zip": {I},
    "/recordings/dindaeng/th/thanks.wav": {I},
    "/pins/dindaeng": {I, H},
    "/officer-accounts/dindaeng": {I, H},
    "/openapi.json": {I},
    f"/paper/dindaeng/ita.pdf?{ROUND}": {D, H},
    f"/paper/dindaeng/ita.docx?{ROUND}": {D, H},
    f"/paper/dindaeng/officer.pdf?{ROUND}&officer=101": {D, H, S, O},
    f"/paper/dindaeng/officer.xlsx?{ROUND}&officer=102": {D, H, S},
    f"/paper/dindaeng/officer.pdf?{ROUND}&officer=201": {D, H},
    "/paper/dindaeng/objection.pdf?case=1": {D, H, A, O},
    f"/paper/dindaeng/section.pdf?{ROUND}&name={OWN}": {D, H, S},
    f"/paper/dindaeng/section.xlsx?{ROUND}&name={OTHER}": {D, H},
    f"/paper/dindaeng/meeting.pdf?{ROUND}": {D, H, S},
    "/paper/dindaeng/privacy-notice.pdf": {*ALL},
    "/paper/dindaeng/ropa.pdf": {D, H, S},
    "/paper/dindaeng/ropa.xlsx": {D, H, S},
    "/paper/dindaeng/weekly.pdf": {D, H, S},
    f"/paper/dindaeng/infographic.png?{ROUND}": {*ALL},
    f"/paper/dindaeng/infographic.pdf?{ROUND}": {*ALL},
    f"/data/dindaeng/statistics.csv?{ROUND}": {*ALL},
    f"/data/dindaeng/statistics.json?{ROUND}": {*ALL},
    f"/data/dindaeng/statistics.xlsx?{ROUND}": {*ALL},
    "/data/dindaeng/dictionary.csv": {*ALL},
    "/data/dindaeng/datapackage.json": {*ALL},
    "/data/dindaeng": {*ALL},
    "/city": set(),
    "/city/changes": set(),
    "/city/changes/log.csv": set(),
    "/city/security": set(),
    "/city/security/log.csv": set(),
    "/report/elsewhere": set(),
    "/fleet/elsewhere": set(),
}
OF_AN_OFFICER = ("/paper/dindaeng/officer", "/photo/", "/table/dindaeng/officer/")


def made_office(folder: Path) -> Central:
    central = made_central(new_central_store(folder / "central.db"), folder)
    furnish(central)
    return central


def furnish(central: Central) -> None:
    """Give an office what the pages of `PAGES` speak of."""
    add_site(central, "elsewhere", "สำนักงานเขตอื่น")
    put_on_roster(
        central,
        (
            an_officer("101", "สมหญิง ใจดี", section=OWN),
            an_officer("102", "กตัญญู ทองคำ", section=OWN),
            an_officer("201", "น้ำผึ้ง วงศ์สวัสดิ์", section=OTHER),
        ),
    )
    for officer in ("101", "102", "201"):
        received(central, officer, 3, 3, 4, 10, 20)
    publish_due(central, NOW.date())
    objected(central, "101", NOW)
    with central.store.transaction(central.site) as t:
        t.photos.put("102", b"\xff\xd8\xff\xd9")
        t.recordings.put("th", "thanks", b"RIFF", "")
        with pytest.MonkeyPatch.context() as chance:
            chance.setattr("secrets.token_hex", lambda size: PICTURE)
            t.ita_pictures.add(
                2027,
                1,
                code="I2",
                caption="",
                words="ประชุม",
                jpeg=a_jpeg(),
                size=(1, 1),
                now=NOW,
            )


def a_jpeg() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (1, 1)).save(picture, "JPEG")
    return picture.getvalue()


def with_role(office: Central, role: Role) -> TestClient:
    officer = "101" if role.needs_officer else ""
    section = OWN if role.needs_section else ""
    return signed_in(office, role, officer=officer, section=section, now=NOW)
