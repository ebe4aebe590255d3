"""A damaged database is kept aside and named; nothing takes its place without a person."""

from datetime import date, timedelta
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest

from kiosk.datafolder import DataFolder, FolderError
from kiosk.domain.encounter import Record
from kiosk.store.engine import Store, StoreDamaged, StoreFailed
from kiosk.store.journal import Kind
from kiosk.store.schema import TRIGGERS
from kiosk.store.verify import Verified, Wrong, verify, verify_at_start
from kiosk.tomlfile.tables import SettingsError
from tests.support.builders import SOMYING, TODAY, FakeClock, rating


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


def test_a_folder_that_was_copied_by_half_begins_with_nothing_only_when_somebody_says_so(
    folder: DataFolder,
) -> None:
    folder.key_file.write_bytes(b"of a terminal that had joined central")
    folder.database.unlink()
    with pytest.raises(FolderError, match=r"kiosk\.db: is gone; restore a copy"):
        folder.create()
    assert not folder.database.exists()
    folder.create(empty=True)
    assert folder.database.exists()


def test_settings_that_are_gone_are_made_again_beside_the_database(folder: DataFolder) -> None:
    """As the line says that names them: `kiosk init` makes it."""
    before = folder.database.read_bytes()
    folder.settings_file.unlink()
    with pytest.raises(SettingsError, match="`kiosk init` makes it"):
        folder.settings()
    folder.create()
    assert folder.settings().office.counter == "1"
    assert folder.database.read_bytes() == before
    with pytest.raises(FolderError, match="is set up already"):
        folder.create()


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
    raw = sqlite.connect(str(folder.database), isolation_level=None)
    raw.execute("DROP TRIGGER journal_no_delete")
    raw.execute("DELETE FROM journal WHERE seq = ?", (before - 1,))
    raw.close()
    with pytest.raises(StoreDamaged, match=r"guard|journal"):
        folder.open_verified(FakeClock())
    assert folder.damaged_folder() is not None


# --- what a start can wait for -------------------------------------------------------------------

OLD = [TODAY - timedelta(days=30 + back) for back in range(12)]


@pytest.fixture
def years(folder: DataFolder) -> Store:
    """The same terminal with twelve days of long ago."""
    store, terminal = folder.open(FakeClock())
    terminal.carry_out([Record(rating(1, day=day)) for day in OLD])
    terminal.forget_order()
    return store


def improve(folder: DataFolder, day: date) -> None:
    """Turn a day's scores by hand, and put the guards back."""
    raw = sqlite.connect(str(folder.database), isolation_level=None)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute("UPDATE ratings SET score = 5 WHERE business_date = ?", (day.isoformat(),))
    raw.execute("UPDATE fresh_ratings SET score = 5 WHERE business_date = ?", (day.isoformat(),))
    for ddl in TRIGGERS:
        raw.execute(ddl)
    raw.close()


def test_a_start_recomputes_the_newest_days_and_some_that_nobody_can_foresee(
    folder: DataFolder, years: Store
) -> None:
    verdict, is_whole = verify_at_start(years, most=1, sampled=0)
    assert (isinstance(verdict, Verified), is_whole) == (True, False)
    assert verify_at_start(years)[1], "a file of some years is small enough as a whole"
    improve(folder, OLD[-1])
    assert isinstance(verify_at_start(years, most=1, sampled=0)[0], Verified), "not looked at"
    caught = [isinstance(verify_at_start(years, most=1, sampled=6)[0], Wrong) for _ in range(40)]
    assert 0 < sum(caught) < 40, "by chance, each start another sample"
    assert isinstance(verify_at_start(years, most=1, sampled=12)[0], Wrong)
    assert isinstance(verify(years), Wrong), "the rest follows behind the start"
    years.close()


def test_the_newest_day_is_always_looked_at(folder: DataFolder, years: Store) -> None:
    improve(folder, TODAY)
    verdict, _ = verify_at_start(years, most=1, sampled=0)
    assert isinstance(verdict, Wrong)
    assert str(TODAY) in verdict.what
    years.close()


def test_a_file_that_was_doubted_is_recomputed_as_a_whole_at_each_start_until_it_is_sound(
    folder: DataFolder, years: Store
) -> None:
    years.close()
    folder.doubt()
    store, _, is_whole = folder.open_at_start(FakeClock())
    store.close()
    assert is_whole
    improve(folder, OLD[0])
    folder.doubt()
    for _ in range(2):
        with pytest.raises(StoreDamaged):
            folder.open_at_start(FakeClock())
