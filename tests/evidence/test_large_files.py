"""A large file reaches the disk in parts: flushed whole it would keep a citizen's press waiting."""

import hashlib
import io
import re
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import officekey
from kiosk.datafolder import DataFolder
from kiosk.files import FLUSHED_PART, new_file
from kiosk.releases import Releases
from kiosk.store.engine import Store
from sync.messages import Manifest
from sync.releasefile import machine_here, pack, python_here, signed
from sync.signing import public_text
from sync.updating import install_file
from tests.bench.store import fill
from tests.evidence.tracing import Say, run
from tests.support.builders import FakeClock

RATINGS = 60_000
"""Some 4 MB of a terminal's file."""
MOST = 3 * FLUSHED_PART
_CALLS = ("-y", "-s", "0", "-e", "trace=write,pwrite64,fsync,fdatasync,sync")
_LINE = re.compile(r"(\w+)\((?:\d+<([^>]*)>)?.*= (\d+)")


def most_flushed_at_once(log: Path, folder: Path) -> tuple[int, int]:
    """Bytes that one flush found waiting below `folder`, at most; and all that were written."""
    waiting = most = total = 0
    for line in log.read_text().splitlines():
        found = _LINE.match(line)
        if found is None or not (found[1] == "sync" or (found[2] or "").startswith(str(folder))):
            continue
        if found[1].endswith("sync"):
            waiting = 0
        else:
            waiting += int(found[3])
            total += int(found[3])
            most = max(most, waiting)
    return most, total


@pytest.fixture
def terminal_folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "terminal")
    folder.create()
    fill(folder.database, RATINGS, days=20)
    return folder


def copying(folder: DataFolder, public: str) -> Callable[[Path], None]:
    def copy(target: Path) -> None:
        store = Store.open(folder.database)
        folder.back_up(store, FakeClock(), target, public)
        store.close()

    return copy


def writing(target: Path) -> None:
    with new_file(target) as file:
        for _ in range(50):
            file.write(secrets.token_bytes(100_000))


def require_parts(write: Callable[[], object], folder: Path) -> None:
    """See what `write` flushes below `folder`, by its system calls."""

    def scenario(_say: Say) -> None:
        write()

    log = folder / "system-calls"
    assert run(scenario, *_CALLS, log=log).code == 0
    most, total = most_flushed_at_once(log, folder)
    assert total > 5 * MOST
    assert most <= MOST


def test_any_new_file_reaches_the_disk_in_parts(tmp_path: Path) -> None:
    require_parts(lambda: writing(tmp_path / "new"), tmp_path)


def test_a_copy_of_the_database_reaches_the_disk_in_parts(
    terminal_folder: DataFolder, tmp_path: Path
) -> None:
    require_parts(lambda: copying(terminal_folder, "")(tmp_path / "copy"), tmp_path)


def test_a_sealed_copy_reaches_the_disk_in_parts(
    terminal_folder: DataFolder, tmp_path: Path
) -> None:
    _, public = officekey.new_key()
    require_parts(lambda: copying(terminal_folder, public)(tmp_path / "copy"), tmp_path)


def test_a_release_from_a_stick_reaches_the_disk_in_parts(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.mkdir()
    for number in range(60):
        (program / f"small-{number}").write_bytes(secrets.token_bytes(20_000))
    (program / "large").write_bytes(secrets.token_bytes(3_000_000))
    payload = io.BytesIO()
    files, unpacked = pack(program, payload, preset=0)
    key = Ed25519PrivateKey.generate()
    manifest = Manifest(
        name="kiosk-terminal",
        version="1.3.0",
        commit="3e2cbda",
        python=python_here(),
        machine=machine_here(),
        payload=hashlib.sha256(payload.getvalue()).hexdigest(),
        size=len(payload.getvalue()),
        unpacked=unpacked,
        files=files,
    )
    stick = tmp_path / "stick.kiosk-release"
    stick.write_bytes(signed(manifest, key) + payload.getvalue())
    (tmp_path / "terminal").mkdir()
    releases = Releases(tmp_path / "terminal/releases")
    require_parts(lambda: install_file(stick, public_text(key), releases, "1.2.0"), tmp_path)
