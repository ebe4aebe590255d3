"""A backup holds everything, goes back into either database, and a damaged one is refused."""

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Column, Date, DateTime, MetaData, Table, Text, inspect

from kiosk.tomlfile.tables import SettingsError
from sync.central.period import parse
from sync.central.reports import gate
from sync.central.schema import metadata
from sync.central.store import rowlines
from sync.central.store.engine import CentralStore
from sync.central.store.improvements import Improvement
from sync.central.store.ita import ItaBody
from sync.central.store.itapictures import REMOVED
from sync.central.store.secondfactors import SecondFactor
from sync.central.usecases import backup
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.usecases.installation import set_up
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.sign_in import sign_in, viewer_of
from sync.central.usecases.sites import all_sites
from sync.central.usecases.verification import first_disagreement
from sync.central.viewer import ROLES
from tests.support.builders import an_officer
from tests.support.central import DIRECTOR, made_central, put_on_roster, received
from tests.support.databases import new_central_store

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def quiet(_table: str, _rows: int) -> None:
    pass


def filled(central: Central) -> None:
    """Something in nearly every table."""
    put_on_roster(central, (an_officer("101", "น้ำผึ้ง ปิ่นเกล้า"),))
    received(central, "101", 3, 3, 4, 10, 20)
    publish_due(central, TODAY)
    sign_in(
        central,
        (central.site,),
        "boss",
        add_account(central, "t", "boss", "ผอ.", (ROLES["director"],), NOW),
        NOW,
    )
    factor = SecondFactor(account="boss", secret="sealed", step=9, since=NOW)
    with central.store.transaction(central.site) as t:
        t.second_factors.put(factor, ["hash of a code"])
        t.improvements.append(Improvement(id="1", said="รอนาน", due=TODAY), "ผอ.", NOW)
        t.ita.append(2027, 1, "E1", 0, ItaBody(result="ข้อความ"), "ผอ.", NOW)
        for code in ("E1", f"{REMOVED}E1"):
            t.ita_pictures.add(
                2027,
                1,
                code=code,
                caption="",
                words="ห้องประชุม",
                jpeg=b"\xff\xd8\x00\x80",
                size=(1, 1),
                now=NOW,
            )
        t.photos.put("101", b"\xff\xd8\x00\x80")
        t.questionnaire.add(TODAY, 5, 4, ["wait"])
        t.questionnaire.add_comment("th", "ความเห็น\nสองบรรทัด")
        t.questionnaire.use_token("abc", TODAY, TODAY)


def everything(store: CentralStore) -> dict[str, list[str]]:
    with store.snapshot() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_everything_comes_back_in_either_database(
    central: Central, tmp_path: Path, into: str, request: pytest.FixtureRequest
) -> None:
    filled(central)
    target = tmp_path / "backup.zip"
    rows, _ = backup.write(central.store, tmp_path, target, quiet)
    assert target.stat().st_mode & 0o777 == 0o600
    other = made_url(into, tmp_path, request)
    store = CentralStore.create(other)
    assert backup.restore_rows(target, backup.check(target), store, quiet) == rows
    again = Central(store=store, settings=central.settings, key=central.key)
    assert first_disagreement(again) is None
    views = [gate.office(c, DIRECTOR, parse("fy2027"), TODAY) for c in (central, again)]
    assert views[0] == views[1]
    second = tmp_path / "second.zip"
    assert backup.write(store, tmp_path, second, quiet)[0] == rows
    assert lines(target) == lines(second)
    store.close()


def lines(path: Path) -> dict[str, list[bytes]]:
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if n.endswith(".jsonl")]
        return {name: sorted(archive.read(name).splitlines()) for name in names}


def made_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'other.db'}"
    from uuid import uuid4

    import psycopg
    from sqlalchemy.engine import make_url

    server: str = request.getfixturevalue("postgres")
    name = f"t{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    parsed = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return parsed.render_as_string(hide_password=False)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    central = made_central(new_central_store(tmp_path / "c.db"), tmp_path)
    filled(central)
    backup.write(central.store, tmp_path, tmp_path / "b.zip", quiet)
    central.store.close()
    return tmp_path / "b.zip"


def test_every_table_is_in_it(written: Path) -> None:
    assert {f"{name}.jsonl" for name in metadata.tables} <= backup.check(written).keys()


def test_a_backup_is_never_written_over(written: Path) -> None:
    before = written.read_bytes()
    store = CentralStore.open(f"sqlite:///{written.parent / 'c.db'}")
    with pytest.raises(FileExistsError):
        backup.write(store, written.parent, written, quiet)
    store.close()
    assert written.read_bytes() == before
    assert list(written.parent.glob(".b.zip*")) == []


def test_a_damaged_or_shortened_backup_is_refused(written: Path, tmp_path: Path) -> None:
    good = written.read_bytes()
    spoiled = tmp_path / "spoiled.zip"
    refused = 0
    for place in range(0, len(good), max(1, len(good) // 60)):
        spoiled.write_bytes(good[:place] + bytes([good[place] ^ 0x55]) + good[place + 1 :])
        try:
            same = lines(spoiled) == lines(written)
        except Exception:  # noqa: BLE001  (whatever a broken zip does)
            same = False
        try:
            backup.check(spoiled)
        except backup.BadBackup:
            refused += 1
        else:
            assert same, f"byte {place}: taken, though its rows differ"
    assert refused > 30  # the others hit what no row hangs on: dates, modes
    for end in (0, 10, len(good) // 2, len(good) - 1):
        spoiled.write_bytes(good[:end])
        with pytest.raises(backup.BadBackup):
            backup.check(spoiled)


@pytest.mark.parametrize("newer", [{"schema": "9999"}, {"format": 2}])
def test_a_backup_of_a_newer_version_is_refused_with_the_remedy(
    written: Path, tmp_path: Path, newer: dict[str, object]
) -> None:
    with zipfile.ZipFile(written) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"]) | newer
    members["manifest.json"] = json.dumps(manifest).encode()
    changed = tmp_path / "newer.zip"
    with zipfile.ZipFile(changed, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with pytest.raises(backup.BadBackup, match="written by a newer version; install that version"):
        backup.check(changed)


def test_rows_go_into_an_empty_database_only(written: Path) -> None:
    store = CentralStore.open(f"sqlite:///{written.parent / 'c.db'}")
    before = everything(store)
    with pytest.raises(backup.BadBackup, match="rows already"):
        backup.require_no_rows(store)
    assert everything(store) == before
    store.close()


def test_a_session_that_was_ended_after_the_backup_is_not_opened_again_by_it(
    central: Central, tmp_path: Path
) -> None:
    first = add_account(central, "t", "boss", "ผอ.", (ROLES["director"],), NOW)
    token = sign_in(central, (central.site,), "boss", first, NOW).token
    assert viewer_of(central, central.site, token, NOW) is not None
    target = tmp_path / "backup.zip"
    backup.write(central.store, tmp_path, target, quiet)
    with central.store.transaction(central.site) as t:
        t.accounts.close_sessions("boss")
    store = new_central_store(tmp_path / "again.db")
    backup.restore_rows(target, backup.check(target), store, quiet)
    again = Central(store=store, settings=central.settings, key=central.key)
    assert viewer_of(again, again.site, token, NOW) is None
    assert sign_in(again, (again.site,), "boss", first, NOW), "the account itself is back"
    store.close()


class CutOff(Exception):
    pass


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_a_restore_goes_on_where_it_was_cut_off(
    central: Central,
    tmp_path: Path,
    into: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rowlines, "_PIECE", 300)
    filled(central)
    target = tmp_path / "backup.zip"
    rows, _ = backup.write(central.store, tmp_path, target, quiet)
    url = made_url(into, tmp_path, request)
    store = CentralStore.create(url)
    members = backup.check(target)
    again = Central(store=store, settings=central.settings, key=central.key)
    elsewhere = tmp_path / "elsewhere"
    steps: list[int] = []

    def until(most: int) -> Callable[[int], None]:
        def step(done: int) -> None:
            steps.append(done)
            if done >= most:
                raise CutOff

        return step

    for most in (1, rows // 2, rows - 1):
        with pytest.raises(CutOff):
            backup.restore_rows(target, members, store, quiet, until(most))
        assert not all_sites(again), "no office is known in half of it"
        with pytest.raises(SettingsError, match="half of a restore"):
            set_up(elsewhere, central.site, "ดินแดง", url, "https://report.example")
        assert not [*elsewhere.iterdir()]
    assert backup.restore_rows(target, members, store, quiet, until(rows + 1)) == rows
    assert steps == sorted(set(steps)), "no row is put twice"
    backup.write(store, tmp_path, tmp_path / "second.zip", quiet)
    assert lines(target) == lines(tmp_path / "second.zip")
    assert indexes(store) == indexes(central.store), "taken away meanwhile, and made again"
    store.close()


def indexes(store: CentralStore) -> set[str]:
    with store.snapshot() as connection:
        look = inspect(connection)
        return {str(x["name"]) for name in metadata.tables for x in look.get_indexes(name)}


def test_lines_are_read_as_every_version_wrote_them(tmp_path: Path) -> None:
    """1.0.0 wrote with white space, times with an offset, and letters beyond ASCII as they are."""
    written = (
        '{"site": "s", "id": "1", "said": "รอ\\nนาน", "due": "2026-11-23", "until": null}\n'
        '{"site":"s","id":"2","said":"","due":null,"until":"2026-11-23T05:00:00Z"}\n'
        '{"site": "s", "id": "3", "said": "", "due": null, "until": "2026-11-23T12:00:00+07:00"}\n'
    )
    columns = (Column("due", Date), Column("until", DateTime(timezone=True)))
    texts = (Column(name, Text, nullable=False) for name in ("site", "id", "said"))
    table = Table("some", MetaData(), *texts, *columns)
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("some.jsonl", written)
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        [rows] = rowlines.rows_of(archive, table)
        assert [*rowlines.rows_of(archive, table, after=2)] == [rows[2:]]
    assert rows == [
        ("s", "1", "รอ\nนาน", TODAY, None),
        ("s", "2", "", None, NOW),
        ("s", "3", "", None, NOW),
    ]


def test_a_restore_does_not_go_on_from_rows_of_something_else(
    written: Path, tmp_path: Path
) -> None:
    store = new_central_store(tmp_path / "other.db")
    put_on_roster(made_central(store, tmp_path), (an_officer("999", "คนอื่น"),))
    with pytest.raises(backup.BadBackup, match="rows of something else"):
        backup.restore_rows(written, backup.check(written), store, quiet)
    store.close()
