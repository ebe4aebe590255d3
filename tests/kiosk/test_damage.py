"""A damaged database is kept aside and named; nothing takes its place without a person."""

from pathlib import Path

import pytest

from kiosk.datafolder import DataFolder, FolderError
from kiosk.domain.encounter import Record
from kiosk.store.engine import Store, StoreDamaged, StoreFailed
from kiosk.store.journal import Kind
from tests.support.builders import SOMYING, FakeClock, rating


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A terminal with forty ratings, stopped."""
    folder = DataFolder(tmp_path / "data")
    folder.create()
    store, terminal = folder.open(FakeClock())
    terminal.add_officers([SOMYING])
    terminal.carry_out([Record(rating(4)) for _ in range(40)])
    store.close()
    return folder


def damage(path: Path) -> bytes:
    """Zeroes over a middle page, as a worn-out card leaves them; what the file is then."""
    content = bytearray(path.read_bytes())
    content[3 * 4096 : 9 * 4096] = bytes(6 * 4096)
    path.write_bytes(content)
    return bytes(content)


def test_a_damaged_file_is_kept_as_it_is_and_named(folder: DataFolder) -> None:
    damaged = damage(folder.database)
    with pytest.raises(StoreDamaged, match="kiosk restore FILE"):
        folder.open_verified(FakeClock())
    aside = folder.damaged_folder()
    assert aside is not None
    assert (aside / "kiosk.db").read_bytes() == damaged


def test_no_empty_file_takes_its_place_by_itself(folder: DataFolder) -> None:
    damage(folder.database)
    for _ in range(3):
        with pytest.raises(StoreDamaged, match="stored in"):
            folder.open_verified(FakeClock())
    with pytest.raises(FolderError, match="stored in"):
        folder.create()
    assert not folder.database.exists()
    assert len(list(folder.path.glob("damaged-*"))) == 1


def test_an_empty_file_is_made_when_somebody_says_so(folder: DataFolder) -> None:
    damage(folder.database)
    with pytest.raises(StoreDamaged):
        folder.open_verified(FakeClock())
    folder.create(empty=True)
    store, _ = folder.open_verified(FakeClock())
    store.close()
    assert folder.damaged_folder() is not None


def test_a_verified_copy_is_put_back_and_the_journal_says_so(
    folder: DataFolder, tmp_path: Path
) -> None:
    store = Store.open(folder.database)
    store.backup(tmp_path / "copy.db")
    store.close()
    damage(folder.database)
    with pytest.raises(StoreDamaged):
        folder.open_verified(FakeClock())
    folder.restore(tmp_path / "copy.db", FakeClock())
    store, _ = folder.open_verified(FakeClock())
    with store.transaction() as t:
        assert t.ratings.count() == 40
        assert t.journal.last(Kind.RESTORED) is not None
    store.close()


def test_a_copy_makes_a_terminal_of_a_new_machine(folder: DataFolder, tmp_path: Path) -> None:
    store = Store.open(folder.database)
    store.backup(tmp_path / "copy.db")
    store.close()
    new = DataFolder(tmp_path / "a" / "new")
    without_pin = new.restore(tmp_path / "copy.db", FakeClock())
    assert without_pin is not None, "no PIN of the old machine holds here"
    new.open(FakeClock())[0].close()
    assert new.settings()


def test_a_copy_does_not_replace_a_database_that_is_there(
    folder: DataFolder, tmp_path: Path
) -> None:
    before = folder.database.read_bytes()
    with pytest.raises(FolderError, match="only what is gone"):
        folder.restore(tmp_path / "any.db", FakeClock())
    assert folder.database.read_bytes() == before


@pytest.mark.parametrize("copy", ["missing", "damaged"])
def test_a_bad_copy_is_refused_and_leaves_nothing(
    folder: DataFolder, tmp_path: Path, copy: str
) -> None:
    named = tmp_path / "copy.db"
    if copy == "damaged":
        named.write_bytes(damage(folder.database))
    damage(folder.database)
    with pytest.raises(StoreDamaged):
        folder.open_verified(FakeClock())
    with pytest.raises((FolderError, StoreFailed)) as refusal:
        folder.restore(named, FakeClock())
    assert "\n" not in str(refusal.value)
    assert not [p for p in folder.path.iterdir() if p.name.startswith("kiosk.db")]


def test_a_journal_cut_short_is_damage_too(folder: DataFolder) -> None:
    """Not the file's pages but its content: the same care."""
    store, terminal = folder.open(FakeClock())
    terminal.note(Kind.SERVICE_MENU)
    terminal.note(Kind.SERVICE_MENU)
    with store.read() as snapshot:
        cursor = snapshot.cursor()
        (before,) = cursor.execute("SELECT count(*) FROM journal").fetchone()
    store.close()
    import pysqlite3.dbapi2 as sqlite

    raw = sqlite.connect(str(folder.database), isolation_level=None)
    raw.execute("DROP TRIGGER journal_no_delete")
    raw.execute("DELETE FROM journal WHERE seq = ?", (before - 1,))
    raw.close()
    with pytest.raises(StoreDamaged, match=r"guard|journal"):
        folder.open_verified(FakeClock())
    assert folder.damaged_folder() is not None
