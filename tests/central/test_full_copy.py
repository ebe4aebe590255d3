"""One person's full copy: everything of that person, and nothing of anybody else's."""

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sync.central.logbook import Kind
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.viewer import ROLES
from tests.support.builders import an_officer
from tests.support.central import logged, made_central, put_on_roster, received, signed_in
from tests.support.databases import new_central_store

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
A, B = an_officer("101", "สมหญิง ใจดี"), an_officer("102", "กตัญญู ทองคำ")


@pytest.fixture
def office(tmp_path: Path) -> Central:
    central = made_central(new_central_store(tmp_path / "central.db"), tmp_path)
    put_on_roster(central, (A, B))
    received(central, "101", 3, 3, 4, 10, 21)
    received(central, "102", 7, 7, 7, 7, 909)
    add_account(central, "it", "katanyu", B.name, [ROLES["officer"]], NOW, officer="102")
    with central.store.transaction(central.site) as t:
        t.photos.put("101", b"\xff\xd8photo\xff\xd9")
    return central


def files(client: TestClient, officer: str = "101") -> dict[str, bytes]:
    answer = client.get(f"/copy/dindaeng/{officer}.zip")
    assert answer.status_code == 200, answer.text[-300:]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_has_everything_of_the_person_and_no_figure_of_another(office: Central) -> None:
    director = signed_in(office, ROLES["director"], now=NOW)
    director.get("/officer/dindaeng/101")
    director.get("/officer/dindaeng/102")
    own = signed_in(office, ROLES["officer"], officer="101", now=NOW)
    copied = files(own)
    document = json.loads(copied["copy.json"])
    [block] = document["results"]
    assert (block["n"], block["level_5"]) == (41, 21)
    assert {look["who"] for look in document["looks"]} == {"director (director)", "test"}
    assert copied["photo.jpg"] == b"\xff\xd8photo\xff\xd9"
    assert {row["kind"] for row in document["log"]} >= {"signed-in", "change"}
    for name, data in copied.items():
        for other in ("กตัญญู", "katanyu", "909", "937"):
            assert other.encode() not in data, (name, other)
    for code, word in (("th", "สมหญิง"), ("en", "Personal data of")):
        readme = copied[f"README-{code}.txt"].decode("utf-8-sig")
        assert word in readme
        for column in block:
            assert f"  {column}: " in readme
    assert not [name for name in document["results"][0] if "day_" in name]


def test_levels_that_name_one_citizen_are_in_no_copy(office: Central) -> None:
    received(office, "102", 1, 0, 0, 0, 40)
    client = signed_in(office, ROLES["officer"], officer="102", now=NOW)
    rows = json.loads(files(client, "102")["copy.json"])["results"]
    for row in rows:
        counts = [row[f"level_{level}"] for level in range(1, 6)]
        assert all(n is None or n == 0 or n >= 3 for n in counts)


def test_a_copy_on_request_is_logged_and_the_person_reads_who_made_it(office: Central) -> None:
    files(signed_in(office, ROLES["hr"], now=NOW))
    newest = logged(office, Kind.LOOK)[0]
    assert (newest.who, newest.whom) == ("hr (hr)", "101")
    [read] = logged(office, Kind.READ)
    assert (read.who, "own_copy" in read.what) == ("hr", True)
