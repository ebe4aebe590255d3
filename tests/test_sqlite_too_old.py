"""An SQLite with the WAL-reset bug is refused by name, before it touches a file."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.soundsqlite import fault_of

AS_ON_ARM = "from sqlite3.dbapi2 import *\nfrom sqlite3.dbapi2 import sqlite_version_info\n"
"""What a pysqlite3 that is built without its own SQLite comes to: it links the system's."""


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 40, 1), False),  # Debian 12
        ((3, 46, 1), False),  # Debian 13
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((4, 0, 0), True),
    ],
)
def test_the_fix_is_in_these_versions(version: tuple[int, ...], sound: bool) -> None:
    assert (fault_of(version) == "") is sound


@pytest.mark.skipif(
    not fault_of(sqlite3.sqlite_version_info), reason="this Python's own SQLite has the fix"
)
@pytest.mark.parametrize(
    ("command", "code"), [("kiosk", 1), ("kiosk-central", 2)], ids=["terminal", "central"]
)
def test_a_machine_with_such_an_sqlite_is_told_and_gets_no_file(
    tmp_path: Path, command: str, code: int
) -> None:
    linked = tmp_path / "linked" / "pysqlite3"
    linked.mkdir(parents=True)
    (linked / "__init__.py").write_text("")
    (linked / "dbapi2.py").write_text(AS_ON_ARM)
    data = tmp_path / "data"
    ended = subprocess.run(
        [Path(sys.executable).with_name(command), "--data", data, "init"],
        env={**os.environ, "PYTHONPATH": str(linked.parent)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == code
    [line] = ended.stderr.splitlines()
    assert f"SQLite {sqlite3.sqlite_version} can damage a file" in line
    assert "3.51.3 or newer" in line
    assert not list(data.glob("*.db*"))
