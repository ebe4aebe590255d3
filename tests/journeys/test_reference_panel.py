"""The reference firmware on MicroPython pressing at the whole terminal, which is killed again and
again: every press is one rating or one counted suppression, in the real file."""

import os
import signal
import subprocess
import sys
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.store.journal import Kind
from kiosk.store.verify import Verified, verify
from tests.support.builders import SOMYING
from tests.support.firmware import FIRMWARE, bouncing_trace
from tests.support.office import sign_on_directly

PRESSES = 15
FAST = '[office]\nopens = "00:00"\ncloses = "23:59"\n[times]\nlock = 0.1\nthanks = 0.1\n'


def test_every_press_of_the_reference_panel_counts_once_through_kills(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "terminal")
    folder.create()
    store, terminal = folder.open(SystemClock())
    terminal.add_officers([SOMYING])
    sign_on_directly(folder.path)
    trace = tmp_path / "trace"
    keys = [1 + i % 5 for i in range(PRESSES)]
    trace.write_text(bouncing_trace(keys, seed=3), encoding="ascii")

    def kept() -> int:
        with store.transaction() as t:
            tallies = [t.ratings.tally(day) for day in t.ratings.days()]
        return sum(tally.n + sum(tally.outcomes.values()) for tally in tallies)

    def panel_ups() -> int:
        with store.transaction() as t:
            entry = t.journal.last(Kind.PANEL_UP)
        return entry.seq if entry else 0

    with reference_panel(trace) as line:
        settings = f'{FAST}[panel]\nport = "{line}"\n'
        folder.settings_file.write_text(settings, encoding="utf-8")
        for wanted in (3, 7, 11, PRESSES):
            with terminal_on(folder) as program:
                until = monotonic() + 60
                while kept() < wanted and monotonic() < until:
                    assert not ended(program, 0.02)
                program.send_signal(signal.SIGKILL)
            assert kept() >= wanted
        # Whatever the panel still had to say again, it says with its hello to one more terminal.
        before = panel_ups()
        with terminal_on(folder) as program:
            while panel_ups() == before:
                assert not ended(program, 0.02)
            program.terminate()
            assert program.wait(60) == 0
    assert kept() == PRESSES
    assert isinstance(verify(store), Verified)
    store.close()


def ended(program: "subprocess.Popen[bytes]", within: float) -> bool:
    try:
        program.wait(within)
    except subprocess.TimeoutExpired:
        return False
    return True


@contextmanager
def terminal_on(folder: DataFolder) -> "Iterator[subprocess.Popen[bytes]]":
    program = subprocess.Popen(
        [sys.executable, "-m", "ui", "--data", str(folder.path), "run"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield program
    finally:
        program.kill()
        program.wait()


@contextmanager
def reference_panel(trace: Path) -> Iterator[str]:
    """The firmware, being pressed as `trace` says; the path of the line to it."""
    board, host = os.openpty()
    tty.setraw(host)
    words = [sys.executable, "-m", "micropython_unix", "unix_board.py", str(trace)]
    program = subprocess.Popen(
        words, cwd=FIRMWARE, stdin=board, stdout=board, stderr=subprocess.DEVNULL
    )
    try:
        yield os.ttyname(host)
    finally:
        program.kill()
        program.wait()
        os.close(board)
        os.close(host)
