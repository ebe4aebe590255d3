"""A real program, and a real socket of the service manager."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import pytest

from kiosk.datafolder import DataFolder
from kiosk.servicemanager import ServiceManager
from kiosk.store.engine import BUSY_MS, Store, StoreLocked
from sync.central.usecases.installation import set_up
from tests.support.locking import locked_by_another
from tests.support.service_manager import Listener, under

LIVES, UNWELL = "WATCHDOG=1", "STATUS=the database"
SILENCE = 0.6
"""Seconds without a sign of life: longer than the unit's time."""


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Listener]:
    one = Listener(tmp_path)
    yield one
    one.close()


@contextmanager
def running(listener: Listener, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", *words]
    with subprocess.Popen(command, env=under(listener), stdout=subprocess.DEVNULL) as program:
        try:
            assert listener.hears("READY=1")
            yield program
        finally:
            program.send_signal(signal.SIGCONT)
            program.terminate()
            assert program.wait(20) in (0, -signal.SIGTERM)
    assert listener.hears("STOPPING=1")


def require_signs_only_while_it_works(
    listener: Listener, program: subprocess.Popen[bytes], database: Path
) -> None:
    assert listener.hears(LIVES)
    program.send_signal(signal.SIGSTOP)
    listener.forget()
    assert not listener.hears(LIVES, SILENCE)
    program.send_signal(signal.SIGCONT)
    assert listener.hears(LIVES)
    with locked_by_another(database):
        assert listener.hears(UNWELL)
        assert not listener.hears(LIVES, SILENCE)
    assert listener.hears(LIVES)


def test_a_terminal_gives_signs_of_life_only_while_it_could_store_a_press(
    listener: Listener, tmp_path: Path
) -> None:
    folder = DataFolder(tmp_path / "terminal")
    folder.create()
    words = ("ui", "--data", str(folder.path), "run", "--windowed", "800x600")
    with running(listener, *words) as program:
        require_signs_only_while_it_works(listener, program, folder.database)


def test_central_gives_signs_of_life_only_while_its_loop_and_its_database_answer(
    listener: Listener, tmp_path: Path
) -> None:
    folder = tmp_path / "central"
    set_up(folder, "dindaeng", "สำนักงานเขตดินแดง", "", "http://127.0.0.1:8765")
    words = ("sync.central.cli", "--data", str(folder), "serve", "--port", "0")
    with running(listener, *words) as program:
        require_signs_only_while_it_works(listener, program, folder / "central.db")


def test_a_look_at_the_store_leaves_nothing_that_would_tell_the_time_of_a_press(
    tmp_path: Path,
) -> None:
    path = tmp_path / "kiosk.db"
    Store.create(path)
    store = Store.open(path)
    log = path.with_name("kiosk.db-wal")
    before = log.read_bytes(), path.read_bytes()
    for with_disk in (False, True):
        store.require_writable(with_disk=with_disk)
    assert (log.read_bytes(), path.read_bytes()) == before
    with locked_by_another(path):
        began = perf_counter()
        with pytest.raises(StoreLocked):
            store.require_writable(with_disk=True)
        assert perf_counter() - began < 1, "a press would have waited for it"
    with store.read() as snapshot:
        patience = snapshot.cursor().execute("PRAGMA busy_timeout").fetchone()
    assert patience == (BUSY_MS,), "the next press waits as long as before"
    store.close()


def test_what_a_program_starts_does_not_speak_for_it(listener: Listener) -> None:
    environment = {**listener.environment, "WATCHDOG_PID": "1", "HOME": "/"}
    manager = ServiceManager.of(environment)
    assert environment == {"HOME": "/"}
    assert manager.interval == pytest.approx(0.1)
    assert ServiceManager.of(environment).interval == 0
    manager.alive("two\nlines")
    assert listener.hears("STATUS=two lines")


def test_a_manager_that_went_away_ends_nothing(listener: Listener) -> None:
    manager = ServiceManager.of(dict(listener.environment))
    listener.close()
    manager.alive("nobody listens")
