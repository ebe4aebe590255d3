"""Central's database is copied before a later program migrates it, and the way back loses what it
says, on either kind of database."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sync.central.store.engine import DatabaseError
from sync.central.usecases.installation import open_central, set_up
from sync.central.usecases.people import all_officers
from tests.support.central import on_roster
from tests.support.newer_program import newer_program

LATER = "7.0.0"


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return newer_program(tmp_path_factory.mktemp("later"), LATER, migrates=True)


def by(program: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "sync.central.cli", "--data", str(folder), *words],
        env={**os.environ, "PYTHONPATH": str(program)},
        capture_output=True,
        text=True,
        timeout=120,
        cwd=program,
    )


def test_the_pair_goes_back_and_says_what_is_lost(tmp_path: Path, url: str, later: Path) -> None:
    folder = tmp_path / "central"
    set_up(folder, "dindaeng", "สำนักงานเขตดินแดง", url, "https://report.example")
    with open_central(folder) as central:
        on_roster(central, "somying.r", "102")
        officers = all_officers(central)
    nothing = by(later, folder, "rollback", "--yes")
    assert nothing.returncode == 2
    assert "only the version that changed the database goes back" in nothing.stderr
    done = by(later, folder, "migrate")
    assert not done.returncode, done.stderr
    [copy] = (folder / "copies").iterdir()
    assert copy.stat().st_mode & 0o777 == 0o600
    with pytest.raises(DatabaseError, match="newer version"), open_central(folder):
        pass
    account = by(later, folder, "accounts", "add", "director", "--role", "director")
    assert not account.returncode, account.stderr
    done = by(later, folder, "rollback", "--yes")
    assert not done.returncode, done.stderr
    assert f"Lost since {copy.name}: 0 day reports" in done.stdout
    assert f"Lost since {copy.name}: 0 revisions of day reports" in done.stdout
    assert re.search(rf"Lost since {copy.name}: [1-9] log entr", done.stdout)
    with open_central(folder) as central:
        assert all_officers(central) == officers
    assert len(list((folder / "copies").glob("newer-*"))) == 1
    assert not by(later, folder, "migrate").returncode, "and forward again"
