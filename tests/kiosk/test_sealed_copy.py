"""A terminal's copy that only the office opens."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kiosk import officekey
from kiosk.datafolder import DataFolder, FolderError
from kiosk.domain.encounter import Record
from kiosk.store.engine import Store, StoreFailed
from tests.support.builders import SOMYING, FakeClock, rating
from tests.support.faults import disk_full_beyond
from ui.cli import app

SECRET, PUBLIC = officekey.new_key()


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    made = DataFolder(tmp_path / "terminal")
    made.create()
    text = made.settings_file.read_text("utf-8")
    before, table, rest = text.partition("[backup]")
    rest = rest.replace('key = ""', f'key = "{PUBLIC}"', 1)
    made.settings_file.write_text(before + table + rest, "utf-8")
    store, terminal = made.open(FakeClock())
    terminal.carry_out([Record(rating(5))])
    store.close()
    return made


def command(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["--data", str(folder), *words])


def test_a_copy_is_sealed_and_goes_back_with_the_offices_key(
    folder: DataFolder, tmp_path: Path
) -> None:
    usb = tmp_path / "usb"
    usb.mkdir()
    assert "only the office's key opens it" in command(folder.path, "backup", str(usb)).stdout
    [copy] = usb.iterdir()
    assert copy.name.endswith(".db.age")
    assert b"SQLite format" not in copy.read_bytes()
    assert not list(folder.path.glob(".copy-*"))
    paper = tmp_path / "paper"
    paper.write_text(SECRET)
    fresh = DataFolder(tmp_path / "fresh")
    assert "name its file with --key" in command(fresh.path, "restore", str(copy)).stderr
    restored = command(fresh.path, "restore", str(copy), "--key", str(paper))
    assert restored.exit_code == 0, restored.output
    store, terminal = fresh.open_verified(FakeClock())
    assert terminal.status().days == 1
    store.close()


def test_what_is_not_the_whole_copy_puts_nothing_back(folder: DataFolder, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db.age"
    store, _ = folder.open(FakeClock())
    folder.back_up(store, FakeClock(), copy, PUBLIC)
    with pytest.raises(FolderError, match="is there already"):
        folder.back_up(store, FakeClock(), copy, PUBLIC)
    with pytest.raises(StoreFailed, match="exists already"):
        folder.back_up(store, FakeClock(), copy, "")
    store.close()
    good, plain = copy.read_bytes(), folder.database.read_bytes()
    middle = len(good) // 2
    for data, key, said in (
        (plain, SECRET, "not sealed to any key"),
        (good, officekey.new_key()[0], "sealed to another key"),
        (good[:-1], SECRET, "damaged or cut off"),
        (good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :], SECRET, "damaged"),
    ):
        copy.write_bytes(data)
        fresh = DataFolder(tmp_path / "fresh")
        with pytest.raises(FolderError, match=said):
            fresh.restore(copy, FakeClock(), key)
        assert not fresh.database.exists()


def test_a_key_that_is_none_is_told(folder: DataFolder, tmp_path: Path) -> None:
    paper = tmp_path / "paper"
    paper.write_text("age1 is the wrong half")
    said = command(tmp_path / "fresh", "restore", "x.db.age", "--key", str(paper))
    assert (said.exit_code, "AGE-SECRET-KEY-1" in said.stderr) == (2, True)
    bad = folder.settings_file.read_text("utf-8").replace(PUBLIC, "age1nothing")
    folder.settings_file.write_text(bad)
    assert "begins with age1" in command(folder.path, "settings").stderr


def test_the_newest_copy_is_remembered_where_the_disk_takes_it(
    folder: DataFolder, tmp_path: Path
) -> None:
    store, terminal = folder.open(FakeClock())
    assert terminal.status().last_backup is None
    terminal.add_officers([SOMYING])
    reader = Store.open(folder.database)
    with reader.read() as before:  # so that the log of writes does not begin anew
        before.roster.active()
        for photo in range(9):  # nine in that log, one in the copy
            with store.transaction() as t:
                t.roster.put_photo(SOMYING.id, bytes([photo]) * 100_000)
        with disk_full_beyond(Path(f"{folder.database}-wal").stat().st_size):
            folder.back_up(store, FakeClock(), tmp_path / "one.db", "")
    reader.close()
    assert terminal.status().last_backup is None
    assert Store.version_of(tmp_path / "one.db") == Store.version_of(folder.database)
    folder.back_up(store, FakeClock(), tmp_path / "two.db", "")
    newest = terminal.status().last_backup
    assert newest is not None
    assert newest.at == FakeClock().wall.isoformat(timespec="seconds")
    store.close()


def test_of_a_nearly_full_disk_copies_go_before_ratings(folder: DataFolder) -> None:
    folder.copies.mkdir()
    for number in (1, 2):
        (folder.copies / f"000{number}-before-1.0.0.db").write_bytes(b"x")
    (folder.copies / "newer-0001-of-1.0.0").mkdir()
    assert folder.make_room(0) == 0
    assert folder.make_room(folder.free_bytes() * 2) == 2
    assert [path.name for path in folder.copies.iterdir()] == ["newer-0001-of-1.0.0"]
    assert folder.database.exists()
