"""The whole way of a press: a key of the reference panel, its firmware on MicroPython, the line,
the commit, the painted thanks; and how long a change of language takes."""

import os
import subprocess
import sys
import tty
from pathlib import Path
from time import perf_counter, time_ns

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from hardware.firmware.panel import DEBOUNCE_MS
from kiosk.domain.encounter import Phase
from tests.bench.figures import Sample, report
from tests.bench.screen import Bench, spin, wait_ms
from tests.support.firmware import FIRMWARE
from ui.screens.ready import ReadyScreen

FIRST_MS, APART_MS, DOWN_MS = 3000, 400, 120
"""Of the fingers: when the first key goes down, how far apart keys are, how long each is down."""
STEP_MS = 2
"""The firmware looks at its contacts in turns of a millisecond, at both ends of the filter."""


def key_to_pixel(folder: Path, parts: Sample, runs: int = 60) -> str:
    """From a clean key edge until the thanks are painted, against the sum of what it is made of:
    the bounce filter, and `parts`, the press to its painted thanks, as measured by itself."""
    folder.mkdir()
    trace = folder / "trace"
    downs = [FIRST_MS + i * APART_MS for i in range(runs)]
    trace.write_text("".join(f"{at} 1\n{at + DOWN_MS} 0\n" for at in downs), encoding="ascii")
    board, host = os.openpty()
    tty.setraw(host)
    bench = Bench(folder / "data", f'[panel]\nport = "{os.ttyname(host)}"\n')
    words = [sys.executable, "-m", "micropython_unix", "unix_board.py", str(trace), "clock"]
    program = subprocess.Popen(
        words, cwd=FIRMWARE, stdin=board, stdout=board, stderr=subprocess.PIPE, text=True
    )
    assert program.stderr is not None
    started = int(program.stderr.readline().split()[1])
    painted: list[int] = []
    bench.window.painted.connect(lambda: painted.append(time_ns()))
    seconds = []
    for down in downs:
        painted.clear()
        spin(lambda: bench.running.presenter.state.phase is Phase.THANKS and bool(painted))
        seconds.append((painted[0] - started) / 1e9 - down / 1000)
        bench.next_citizen()
    program.kill()
    program.wait()
    program.stderr.close()
    bench.running.stop()
    bench.window.hide()
    os.close(board)
    os.close(host)
    whole = Sample(tuple(seconds))
    of_parts = DEBOUNCE_MS + STEP_MS + parts.median_ms
    target, limit = "<= 1.2 x parts", f"{of_parts:.2f} ms"
    return report(
        "panel key to painted pixel", target, whole, limit, whole.median_ms / of_parts, 1.2
    )


def language_switch(folder: Path, runs: int = 60) -> str:
    """From a release on a language until every word stands in it."""
    bench = Bench(folder)
    seconds = []
    for run in range(runs):
        screen = bench.window.screen_shown
        assert isinstance(screen, ReadyScreen)
        tile = screen.languages[run % len(screen.languages)][1]
        QTest.mousePress(tile, Qt.MouseButton.LeftButton)
        QApplication.processEvents()
        bench.painted_at = 0.0
        began = perf_counter()
        QTest.mouseRelease(tile, Qt.MouseButton.LeftButton)
        spin(lambda: bench.painted_at > 0)
        seconds.append(bench.painted_at - began)
        wait_ms(5)
    bench.running.stop()
    bench.window.hide()
    took = Sample(tuple(seconds))
    return report("language switch, p99", "<= 100 ms", took, "-", took.p99_ms, 100.0)
