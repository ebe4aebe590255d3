"""What everybody may read: the public page, the open data and what describes them."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sync.central.language import tables
from sync.central.papers.datapackage import catalogue
from sync.central.papers.statistics import COLUMNS
from sync.central.sitesettings import Contact, SiteSettings
from sync.central.usecases.central import Central
from sync.central.usecases.improvements import (
    Improvement,
    ImprovementStatus,
    save_improvement,
)
from sync.central.usecases.publishing import publish_due
from sync.central.viewer import Viewer
from sync.central.web.app import create_app
from tests.support.builders import an_officer
from tests.support.central import made_central, put_on_roster, received
from tests.support.databases import new_central_store

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
QUARTER = "fy2026-q4"
QUARTERS = f"fy2026-q3,{QUARTER}"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Central]:
    folder: Path = tmp_path_factory.mktemp("public")
    store = new_central_store(folder / "central.db")
    central = made_central(store, folder)
    put_on_roster(central, (an_officer("101", "สมหญิง"),))
    received(central, "101", 0, 0, 20, 50, 50, day=date(2026, 8, 3))
    publish_due(central, date(2026, 8, 10))  # a quarter's tables wait for no late block
    for line_id, said, status in (
        ("a", "เก้าอี้ไม่พอ", ImprovementStatus.DONE),
        ("b", "เรื่องที่ยังไม่เสร็จ", ImprovementStatus.OPEN),
        ("c", "เรื่องที่ไม่ทำ", ImprovementStatus.DROPPED),
    ):
        line = Improvement(
            id=line_id, said=said, done=f"ทำแล้ว {line_id}", whom="สมหญิง", status=status
        )
        save_improvement(central, Viewer(account="boss"), line, NOW)
    yield central
    store.close()


@pytest.fixture
def stranger(office: Central) -> TestClient:
    return TestClient(create_app(office, lambda: NOW), follow_redirects=False)


def test_the_public_reads_what_was_said_and_done_and_nobodys_name(stranger: TestClient) -> None:
    page = stranger.get("/public/dindaeng").text
    assert "ท่านบอก เราทำ" in page
    assert "เก้าอี้ไม่พอ" in page
    assert "ทำแล้ว a" in page
    for hidden in ("เรื่องที่ยังไม่เสร็จ", "เรื่องที่ไม่ทำ", "ทำแล้ว b", "สมหญิง"):
        assert hidden not in page


def test_services_on_the_public_page_are_those_of_published_quarters_rounded(
    stranger: TestClient,
) -> None:
    newest = stranger.get("/public/dindaeng").text
    rows = json.loads(stranger.get(f"/data/dindaeng/statistics.json?period={QUARTER}").content)
    [service] = [row for row in rows["rows"] if row["service"]]
    assert service["n"] % service["n_rounded_to"] == 0
    assert service["n_rounded_to"] == 5
    assert "ผลแยกตามงานบริการ<small>ปีงบประมาณ" in newest, "the quarter, as another span is chosen"
    for page in (newest, stranger.get(f"/public/dindaeng?lang=en&period={QUARTER}").text):
        assert "ผลแยกตามงานบริการ" in page or "<caption>Services</caption>" in page
    running = stranger.get("/public/dindaeng?lang=en&period=fy2027-q1").text
    assert "<caption>Services</caption>" not in running, "no table of a quarter that goes on"
    month = stranger.get("/public/dindaeng?lang=en&period=2026-08").text
    assert "<caption>Services</caption>" not in month, "no span shorter than a quarter"


def test_several_quarters_in_one_file_are_the_files_of_each(stranger: TestClient) -> None:
    def lines(period: str) -> list[str]:
        got = stranger.get(f"/data/dindaeng/statistics.csv?period={period}")
        assert got.status_code == 200
        return got.text.splitlines()

    single = [lines(code) for code in QUARTERS.split(",")]
    assert lines(QUARTERS) == [single[0][0], *single[0][1:], *single[1][1:]]
    assert lines(f"{QUARTER},{QUARTER}") == single[1], "each once"
    many = ",".join(f"fy{year}-q1" for year in range(2010, 2023))
    for wrong in (many, "fy2026-q4,", "fy2026-q4,nonsense", ","):
        got = stranger.get(f"/data/dindaeng/statistics.csv?period={wrong}")
        assert got.status_code == 400, wrong


@pytest.mark.parametrize("file", ["statistics.csv", "dictionary.csv", "datapackage.json"])
def test_any_web_page_may_read_the_open_data_and_ask_whether_they_are_new(
    stranger: TestClient, file: str
) -> None:
    address = f"/data/dindaeng/{file}"
    got = stranger.get(address)
    again = stranger.get(address, headers={"If-None-Match": got.headers["ETag"]})
    assert (got.status_code, again.status_code) == (200, 304)
    for answer in (got, again):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    page = stranger.get("/public/dindaeng")
    assert "Access-Control-Allow-Origin" not in page.headers


def test_the_data_package_describes_each_file_as_it_comes(stranger: TestClient) -> None:
    package = stranger.get("/data/dindaeng/datapackage.json").json()
    assert package["name"] == "satisfaction-dindaeng"
    assert re.fullmatch("[a-z0-9._-]+", package["name"])
    assert any(resource["name"] == QUARTER for resource in package["resources"])
    for resource in package["resources"]:
        address = resource["path"][resource["path"].index("/data/") :]
        got = stranger.get(address)
        assert got.content.decode(resource["encoding"]).splitlines()[0] == ",".join(COLUMNS)
        assert [field["name"] for field in resource["schema"]["fields"]] == [*COLUMNS]
    assert {field["type"] for field in package["resources"][0]["schema"]["fields"]} == {
        *("string", "date", "boolean", "integer", "number")
    }


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_page_of_the_open_data_says_every_column_and_every_field_of_the_catalogue(
    stranger: TestClient, language: str
) -> None:
    page = stranger.get(f"/data/dindaeng?lang={language}").text
    fields = catalogue("x", SiteSettings(), "https://x.example")
    for name in (*COLUMNS, *fields):
        assert f"<code>{name}</code>" in page
    fields |= catalogue("x", SiteSettings()._replace(licence="OGL 3"), "https://x.example")
    assert tables(language)["catalogue_field"].keys() == fields.keys()
    for address in re.findall(r'href="(/data/[^"]+)"', page):
        assert stranger.get(address).status_code == 200, address


CATALOGUE_LISTS = {
    "data_type": {
        *("ข้อมูลระเบียน", "ข้อมูลสถิติ", "ข้อมูลภูมิสารสนเทศเชิงพื้นที่", "ข้อมูลหลากหลายประเภท"),
        "ข้อมูลประเภทอื่นๆ",
    },
    "objective": {
        *("ยุทธศาสตร์ชาติ", "แผนพัฒนาเศรษฐกิจและสังคมแห่งชาติ", "แผนความมั่นคงแห่งชาติ"),
        *("แผนแม่บทภายใต้ยุทธศาสตร์ชาติ", "แผนปฏิรูปประเทศ", "มติคณะรัฐมนตรี"),
        *("แผนระดับที่ 3 (มติครม. 4 ธ.ค. 2560)", "นโยบายรัฐบาล/ข้อสั่งการนายกรัฐมนตรี"),
        *("เพื่อการให้บริการประชาชน", "กฎหมายที่เกี่ยวข้อง", "พันธกิจหน่วยงาน"),
        *("ดัชนี/ตัวชี้วัดระดับนานาชาติ", "ไม่ทราบ", "อื่นๆ"),
    },
    "update_frequency_unit": {
        *("ไม่ทราบ", "ปี", "ครึ่งปี", "ไตรมาส", "เดือน", "สัปดาห์", "วัน", "วันทำการ", "ชั่วโมง"),
        *("นาที", "ตามเวลาจริง", "ไม่มีการปรับปรุงหลังจากการจัดเก็บข้อมูล", "อื่นๆ"),
    },
    "geo_coverage": {
        *("ไม่มี", "โลก", "ทวีป/กลุ่มประเทศในทวีป", "กลุ่มประเทศทางเศรษฐกิจ", "ประเทศ", "ภาค"),
        *("จังหวัด", "อำเภอ", "ตำบล", "หมู่บ้าน", "เทศบาล/อบต.", "พิกัด", "ไม่ทราบ", "อื่นๆ"),
    },
    "data_format": {
        *("Database", "CSV", "XML", "Image", "Video", "Audio", "Text", "JSON", "HTML", "XLS"),
        *("PDF", "RDF", "NoSQL", "Arc/Info Coverage", "Shapefile", "GeoTiff", "GML"),
        *("ไม่ทราบ", "อื่นๆ"),
    },
    "data_category": {
        *("ข้อมูลสาธารณะ", "ข้อมูลส่วนบุคคล", "ข้อมูลความมั่นคง", "ข้อมูลความลับทางราชการ"),
    },
    "license_id": {
        *("License not specified", "Creative Commons Attributions", "Open Data Common"),
        *("Creative Commons Attribution Share-Alike", "Creative Commons Non-Commercial (Any)"),
        *("GNU Free Documentation License", "อื่นๆ"),
    },
    "data_language": {
        *("ไทย", "อังกฤษ", "จีน", "มลายู", "พม่า", "ลาว", "เขมร", "ญี่ปุ่น", "เกาหลี", "ฝรั่งเศส"),
        *("เยอรมัน", "อารบิก", "ไม่ทราบ", "อื่นๆ"),
    },
}
"""What the form of the government data catalogue lets be chosen (ckanext-thai_gdc)."""
CATALOGUE_REQUIRED = {
    *("data_type", "title", "owner_org", "maintainer", "maintainer_email", "tag_string", "notes"),
    *("objective", "update_frequency_unit", "geo_coverage", "data_source", "data_format"),
    *("data_category", "license_id"),
}


@pytest.mark.parametrize(
    ("licence", "in_the_list"),
    [
        ("CC BY 4.0", "Creative Commons Attributions"),
        ("CC BY-SA 4.0", "Creative Commons Attribution Share-Alike"),
        ("CC BY-NC-SA 4.0", "Creative Commons Non-Commercial (Any)"),
        ("เงื่อนไขของสำนักงาน", "อื่นๆ"),
        ("", "อื่นๆ"),
    ],
)
def test_the_fields_of_the_catalogue_have_values_of_its_lists(
    licence: str, in_the_list: str
) -> None:
    mail = Contact(th="อีเมล", en="E-mail", address="mailto:office@bangkok.example")
    settings = SiteSettings()._replace(licence=licence, channels=(mail,))
    fields = catalogue("สำนักงานเขตดินแดง", settings, "https://x.example")
    assert {name for name in CATALOGUE_REQUIRED if not fields.get(name)} == set()
    assert fields["license_id"] == in_the_list
    for name, choices in CATALOGUE_LISTS.items():
        value = fields[name]
        assert {*([value] if isinstance(value, str) else value)} <= choices, name


def test_a_link_to_the_page_shows_elsewhere_what_it_is_and_no_score(office: Central) -> None:
    client = TestClient(create_app(office, lambda: NOW))
    for lang in ("th", "en"):
        shown = client.get(f"/public/dindaeng?lang={lang}").text
        cards = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', shown))
        assert "สำนักงานเขตดินแดง" in cards["title"]
        assert cards["description"] == tables(lang)["public"]["about_page"]
        assert not re.search("[0-9๐-๙]", "".join(cards.values()))
