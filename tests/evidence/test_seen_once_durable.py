"""A transaction waits for the disk before it lets go of the file, also of who gives way to presses:
nobody sees, or tells central, what a power cut may still take."""

import os
import re
from pathlib import Path
from time import monotonic

import pytest

from kiosk.datafolder import DataFolder
from kiosk.store.engine import _GIVEN_WAY, Store, _raw
from kiosk.store.journal import Kind
from tests.evidence.tracing import Say, run
from tests.support.builders import FakeClock

_CALLS = ("-y", "-s", "0", "-e", "trace=fcntl,fsync,fdatasync")
_WRITE_LOCK = 120
"""The byte of the index (-shm) that a writer locks: WAL_WRITE_LOCK in SQLite's wal.c."""
_LOCK = re.compile(rf"fcntl\(.*-shm>, F_SETLK, .*l_type=F_(\w+),.*l_start={_WRITE_LOCK}, l_len=1")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    folder = DataFolder(tmp_path / "terminal")
    folder.create()
    return folder.database


def write(store: Store) -> None:
    with store.transaction() as t:
        t.journal.append(FakeClock().now(), Kind.STARTED)


def flushes(log: Path) -> list[str]:
    """The log of writes' flushes in the last transaction, and whether the lock was held then."""
    seen: list[str] = []
    held = False
    for line in log.read_text().splitlines():
        if lock := _LOCK.search(line):
            held = lock[1] == "WRLCK"
            seen = [] if held else seen
        elif line.startswith(("fsync", "fdatasync")) and "-wal>" in line:
            seen.append("held" if held else "free")
    return seen


@pytest.mark.parametrize(
    ("gives_way", "synchronous", "when"),
    [(True, "FULL", ["held"]), (False, "FULL", ["held"]), (True, "NORMAL", [])],
)
def test_the_disk_is_waited_for_under_the_lock(
    database: Path, tmp_path: Path, gives_way: bool, synchronous: str, when: list[str]
) -> None:
    def act(_: Say) -> None:
        store = Store.open(database, gives_way=gives_way)
        with _raw(store._engine) as raw:
            raw.execute(f"PRAGMA synchronous={synchronous}").fetchall()
        write(store)  # the first one also begins the log
        write(store)
        os._exit(0)  # closing flushes too

    assert run(act, *_CALLS, log=tmp_path / "log").code == 0
    assert flushes(tmp_path / "log") == when


def test_who_gives_way_takes_the_lock_again_some_time_later(database: Path) -> None:
    store = Store.open(database, gives_way=True)
    write(store)
    released = store._released
    with store.transaction():
        assert monotonic() - released >= _GIVEN_WAY
    store.close()
