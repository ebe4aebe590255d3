"""A later program copies a database before it migrates it, and the way back is known first."""

import os
import subprocess
import sys
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest

from kiosk.copies import MOST_COPIES, Copies
from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Record
from kiosk.goingback import go_back, way_back
from kiosk.store.copies import lost_by
from kiosk.store.engine import StoreNewer
from tests.support.builders import FakeClock, rating
from tests.support.newer_program import newer_program

LATER = "7.0.0"


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program of a later version, whose schema is one step further."""
    return newer_program(tmp_path_factory.mktemp("later"), LATER, migrates=True)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A terminal's folder with three ratings."""
    folder = DataFolder(tmp_path / "terminal")
    folder.create()
    rate(folder, 3)
    return folder


def rate(folder: DataFolder, times: int) -> None:
    store, terminal = folder.open(FakeClock())
    for _ in range(times):
        terminal.carry_out([Record(rating(5))])
    store.close()


def count(folder: DataFolder) -> int:
    store, _ = folder.open(FakeClock())
    with store.read() as snapshot:
        ratings = snapshot.ratings.count()
    store.close()
    return ratings


def by(program: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A program's own Python with these words."""
    environment = {**os.environ, "PYTHONPATH": str(program)}
    command = [sys.executable, "-P", *words]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, cwd=program
    )


def rate_by_later_program(folder: DataFolder, times: int) -> None:
    """As its sheet then says; this program can't write into that file."""
    raw = sqlite.connect(str(folder.database), isolation_level=None)
    raw.execute("UPDATE sheets SET n = n + ?, entries = entries + ?", (times, times))
    raw.close()


OPENED = """
from pathlib import Path
from kiosk.datafolder import DataFolder
from kiosk.clock import SystemClock
store, terminal = DataFolder(Path({folder!r})).open_verified(SystemClock())
store.close()
"""


def migrate(program: Path, folder: DataFolder) -> None:
    """Open the folder as the terminal's program does at its start."""
    done = by(program, "-c", OPENED.format(folder=str(folder.path)))
    assert not done.returncode, done.stderr


def test_a_command_of_a_later_program_says_so_and_leaves_the_file_alone(
    folder: DataFolder, later: Path
) -> None:
    before = folder.database.read_bytes()
    done = by(later, "-m", "ui", "--data", str(folder.path), "status")
    assert done.returncode == 3
    assert "is of an earlier version; `kiosk run`" in done.stderr
    assert done.stderr.count("\n") == 1
    assert folder.database.read_bytes() == before
    assert count(folder) == 3


def test_a_migration_begins_with_a_whole_copy_that_only_its_owner_reads(
    folder: DataFolder, later: Path
) -> None:
    migrate(later, folder)
    copy = Copies(folder.copies).of_program(LATER)
    assert copy is not None
    assert copy.stat().st_mode & 0o777 == 0o600
    with pytest.raises(StoreNewer):
        folder.open(FakeClock())
    rest = DataFolder(folder.path.parent / "copy")
    rest.restore(copy, FakeClock())
    assert count(rest) == 3


def test_going_back_says_what_it_loses_and_the_newer_file_stays(
    folder: DataFolder, later: Path
) -> None:
    migrate(later, folder)
    rate_by_later_program(folder, 2)
    asked = by(later, "-m", "ui", "--data", str(folder.path), "rollback")
    assert asked.returncode, "nobody said yes"
    assert "Lost here since then: 2 ratings, 0 day reports, of which 0 are at central." in (
        asked.stdout
    )
    with pytest.raises(StoreNewer):
        folder.open(FakeClock())
    done = by(later, "-m", "ui", "--data", str(folder.path), "rollback", "--yes")
    assert not done.returncode, done.stderr
    assert count(folder) == 3
    [aside] = folder.copies.glob("newer-*/kiosk.db")
    assert lost_by(aside, folder.database).ratings == 2
    assert f"The newer database is in {aside.parent}." in done.stdout


def test_only_a_file_in_which_nothing_came_is_put_back_by_itself(
    folder: DataFolder, later: Path
) -> None:
    migrate(later, folder)
    folder.releases.mkdir()
    (folder.releases / "refused").write_text(f"{LATER} showed no screen\n", "utf-8")
    store, terminal = folder.open_verified(FakeClock())
    terminal.carry_out([Record(rating(5))])
    store.close()
    assert count(folder) == 4


def test_a_file_with_newer_ratings_waits_for_a_person(folder: DataFolder, later: Path) -> None:
    migrate(later, folder)
    rate_by_later_program(folder, 1)
    folder.releases.mkdir()
    (folder.releases / "refused").write_text(f"{LATER} showed no screen\n", "utf-8")
    with pytest.raises(StoreNewer):
        folder.open_verified(FakeClock())


def test_a_program_that_migrated_nothing_goes_alone(folder: DataFolder) -> None:
    way = way_back(folder, LATER)
    assert not way.possible
    assert go_back(folder, way, "nothing") is None
    assert count(folder) == 3


def test_old_copies_make_room(folder: DataFolder, later: Path) -> None:
    copies = Copies(folder.copies)
    for _ in range(MOST_COPIES + 2):
        copies.next_path("1.0.0").write_bytes(b"")
    migrate(later, folder)
    names = sorted(path.name for path in folder.copies.iterdir())
    assert len(names) == MOST_COPIES
    assert names[-1] == f"0005-before-{LATER}.db"
