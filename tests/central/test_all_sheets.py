"""All appraisal sheets in one ZIP: how far it is, for whom, and for how long."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sync.central.papers.allsheets import SheetShelf, remove_old
from sync.central.papers.csvtable import csv_table
from sync.central.papers.typesetting import LINE
from sync.central.store.engine import CentralStore
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.viewer import ROLES
from tests.support.builders import an_officer
from tests.support.central import made_central, put_on_roster, received, signed_in

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ASKED = "/paper/dindaeng/sheets?period=fy2027-1"
ADDRESS = re.compile(r"/paper/dindaeng/sheets/[A-Za-z0-9_-]{22}\.zip")
OWN, OTHER = "ฝ่ายทะเบียน", "ฝ่าย/รายได้"


@pytest.fixture(scope="module")
def central(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Central]:
    folder = tmp_path_factory.mktemp("central")
    store = CentralStore.create(f"sqlite:///{folder / 'central.db'}")
    central = made_central(store, folder)
    officers = [
        an_officer("101", "สมหญิง", section=OWN),
        an_officer("201", "สมชาย", section=OTHER),
    ]
    put_on_roster(central, officers)
    for officer in officers:
        received(central, str(officer.id), 2, 3, 5, 20, 20)
    publish_due(central, NOW.date())
    yield central
    store.close()


@pytest.fixture(scope="module")
def director(central: Central) -> TestClient:
    return signed_in(central, ROLES["director"], now=NOW)


def test_the_page_grows_by_a_line_for_each_sheet_and_ends_with_the_file(
    central: Central, director: TestClient
) -> None:
    page = director.get(ASKED).text
    counts = [int(n) for n in re.findall(r'<progress value="(\d+)" max="4">', page)]
    assert counts == [1, 2, 3, 4, 4]
    [address] = ADDRESS.findall(page)
    archive = zipfile.ZipFile(io.BytesIO(director.get(address).content))
    assert archive.testzip() is None
    names = archive.namelist()
    assert len(set(names)) == 4
    assert {name.partition("/")[0] for name in names} == {OWN, "ฝ่าย รายได้"}
    assert all(archive.read(name).startswith(b"%PDF") for name in names)
    hr = signed_in(central, ROLES["hr"], now=NOW)
    assert hr.get(address).status_code == 404, "another reader's"
    again = director.get(ASKED).text
    assert director.get(address).status_code == 404, "the newest alone is kept"
    assert director.get(*ADDRESS.findall(again)).status_code == 200
    kept = list((central.settings.folder / "sheets").glob("*/*"))
    assert len(kept) == 1
    assert kept[0].stat().st_mode & 0o077 == 0


def test_a_head_gets_the_own_section_alone(central: Central) -> None:
    head = signed_in(central, ROLES["section-head"], section=OWN, now=NOW)
    [address] = ADDRESS.findall(head.get(ASKED).text)
    names = zipfile.ZipFile(io.BytesIO(head.get(address).content)).namelist()
    assert {name.partition("/")[0] for name in names} == {OWN}


def test_who_has_other_rights_now_gets_no_file_of_before(central: Central) -> None:
    role = ROLES["section-head"]
    head = signed_in(central, role, section=OWN, now=NOW)
    [address] = ADDRESS.findall(head.get(ASKED).text)
    assert head.get(address).status_code == 200
    moved = signed_in(central, role, section=OTHER, now=NOW)
    assert moved.get(f"/section/dindaeng?name={OWN}").status_code == 403
    assert moved.get(address).status_code == 404
    back = signed_in(central, role, section=OWN, now=NOW)
    assert back.get(address).status_code == 200


def test_what_could_not_be_made_is_said_and_leaves_nothing(
    central: Central, director: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    remove_old(central.settings.folder, datetime.now(UTC) + timedelta(hours=2))
    with ExitStack() as full:
        for _ in range(LINE.most):
            full.enter_context(LINE.place())
        page = director.get(ASKED).text
    assert "</html>" in page
    assert not ADDRESS.findall(page)
    assert "not all sheets could be made: Busy" in caplog.text
    caplog.clear()
    assert list((central.settings.folder / "sheets").glob("*/*")) == []


def test_a_file_is_kept_for_an_hour(tmp_path: Path) -> None:
    shelf, now = SheetShelf(tmp_path, "dindaeng", "d"), datetime.now(UTC)
    with shelf.writing(now) as archive:
        token = archive.finish()
    assert shelf.found(token, now + timedelta(minutes=50))
    assert SheetShelf(tmp_path, "dindaeng", "e").found(token, now) is None
    assert shelf.found("../" + token, now) is None
    assert shelf.found(token, now + timedelta(minutes=70)) is None


def test_tables_are_files_that_no_spreadsheet_runs(director: TestClient) -> None:
    answer = director.get("/table/dindaeng/office/sections.csv?period=fy2027-1&lang=en")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head[:5] == ["section", "officers", "ratings", "satisfied, per cent", "interval from"]
    assert [row[:4] for row in rows] == [[OWN, "1", "50", "80"], [OTHER, "1", "50", "80"]]
    for address in (
        *(f"office/{name}" for name in ("months", "levels", "earlier", "reasons", "improvements")),
        *(f"section/{name}" for name in ("officers", "months", "levels", "earlier")),
        *(f"officer/{name}" for name in ("weeks", "months", "levels")),
        *(f"services/{name}" for name in ("service", "counter", "half", "weekday", "channel")),
    ):
        query = f"period=fy2027-1&name={OWN}&officer=101"
        answer = director.get(f"/table/dindaeng/{address}.csv?{query}")
        assert answer.status_code == 200, address
        head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert all(len(row) == len(head) for row in rows)
    assert director.get("/table/dindaeng/office/officers.csv").status_code == 404
    assert csv_table(["a"], [["=1+1"], [-2.5], [None]]).decode("utf-8-sig") == (
        'a\r\n\'=1+1\r\n-2.5\r\n""\r\n'
    )
