"""Press to painted pixel, serial byte to press, memory over many presses, idle processor use, and
whether all screens are drawn without a warning."""

import os
import tty
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic, perf_counter, process_time

from PySide6.QtCore import QEvent, QEventLoop, Qt, QTimer, qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from hardware.codec import KeyDown
from hardware.profiles.own import encode_panel
from hardware.simulator import SimulatedPanel
from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import DutyBegan, Fate
from kiosk.domain.rating import Channel
from kiosk.settings.reading import parse
from kiosk.store.state import Mark
from tests.bench.figures import Sample, compare, in_turn, report
from tests.support.builders import SOMYING, FakeClock, duty_of
from ui.app import Running, start
from ui.gallery import pictures
from ui.screens.ready import ReadyScreen
from ui.text import languages
from ui.trial.panel import PanelOnLoop
from ui.window import TerminalWindow

PRESS_BYTES = 12_360
"""What a press adds to the WAL: three pages with their frame headers."""
LEFT = Qt.MouseButton.LeftButton


class BareWindow(QWidget):
    """A window of the same size that is one button, and repaints whole on a press."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(1280, 800)
        self.button = QPushButton("0", self)
        self.button.setGeometry(self.rect())
        self.button.clicked.connect(lambda: self.button.setText(f"{perf_counter()}"))
        self.painted_at = 0.0
        self.show()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest:
            self.painted_at = perf_counter()
        return handled


class Bench:
    """A terminal on duty, on a clock moved by hand."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        data = DataFolder(folder)
        if not data.database.exists():
            data.create()
        self.clock = FakeClock()
        store, terminal = data.open(self.clock)
        terminal.add_officers([SOMYING])
        terminal.carry_out([DutyBegan(duty_of())])
        store.close()
        self.window = TerminalWindow()
        self.window.resize(1280, 800)
        self.window.show()
        self.painted_at = 0.0
        self.window.painted.connect(self._note_paint)
        self.running: Running = start(data, parse(settings), self.clock, self.window)
        QApplication.processEvents()

    def _note_paint(self) -> None:
        self.painted_at = perf_counter()

    def next_citizen(self) -> None:
        self.clock.pass_seconds(10)
        self.running.presenter.tick()
        QApplication.processEvents()


def spin(until: Callable[[], bool]) -> None:
    while not until():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 100)


def press_to_pixel(folder: Path, runs: int = 200) -> tuple[list[str], Sample]:
    """From a release on a face until the thanks are painted, against a bare window that is one
    button; then the whole way, commit included, against a bare window that first writes as many
    bytes durably. The commit alone is `store.durable`'s line. The lines, and the whole way."""
    bench, bare = Bench(folder), BareWindow()
    QApplication.processEvents()
    beside = os.open(folder / "beside", os.O_RDWR | os.O_CREAT, 0o600)
    commit = _Timed(bench.running.terminal.carry_out)
    bench.running.terminal.carry_out = commit  # type: ignore[method-assign,assignment]  # a probe
    committed: list[float] = []

    def ours() -> float:
        screen = bench.window.screen_shown
        assert isinstance(screen, ReadyScreen)
        QTest.mousePress(screen.faces[0], LEFT)
        QApplication.processEvents()
        bench.painted_at = 0.0
        start_ = perf_counter()
        QTest.mouseRelease(screen.faces[0], LEFT)
        spin(lambda: bench.painted_at > 0)
        took = bench.painted_at - start_
        committed.append(commit.took)
        bench.next_citizen()
        return took

    def raw(write: bool = False) -> float:
        QTest.mousePress(bare.button, LEFT)
        QApplication.processEvents()
        bare.painted_at = 0.0
        start_ = perf_counter()
        if write:
            os.pwrite(beside, bytes(PRESS_BYTES), 0)
            os.fdatasync(beside)
        QTest.mouseRelease(bare.button, LEFT)
        spin(lambda: bare.painted_at > 0)
        return bare.painted_at - start_

    whole, window = in_turn(ours, raw, runs)
    screen_part = Sample(
        tuple(a - b for a, b in zip(whole.seconds, committed[-runs:], strict=True))
    )
    whole, durable_window = in_turn(ours, lambda: raw(write=True), runs)
    bench.running.stop()
    bench.window.hide()
    bare.hide()
    os.close(beside)
    lines = [
        compare("press to painted pixel, less the commit", screen_part, window, 2.0),
        compare("press to painted pixel, commit included", whole, durable_window, 2.0),
    ]
    return lines, whole


class _Timed:
    """A call, and how long it took the last time."""

    def __init__(self, call: Callable[..., Fate]) -> None:
        self._call, self.took = call, 0.0

    def __call__(self, *arguments: object) -> Fate:
        start_ = perf_counter()
        fate = self._call(*arguments)
        self.took = perf_counter() - start_
        return fate


def serial_to_press(folder: Path, runs: int = 200) -> str:
    """A press line written to the pty, until the rating is committed and acknowledged; against a
    raw pty read of the same bytes."""
    path = folder / "panel"
    folder.mkdir()
    panel = PanelOnLoop(SimulatedPanel(path))
    bench = Bench(folder / "data", f'[panel]\nport = "{path}"\n')
    spin(lambda: bench.running.presenter.panels.foremost.up)
    handled = [0.0]
    pressed = bench.running.presenter.panels.pressed

    def noted(button: int, mark: Mark | None, age: float = 0.0, *, panel: int = 0) -> Fate:
        handled[0] = perf_counter()
        return pressed(button, mark, age, panel=panel)

    bench.running.presenter.panels.pressed = noted  # type: ignore[method-assign]  # a probe
    master, slave = os.openpty()
    tty.setraw(slave)
    line = encode_panel(KeyDown(boot="0" * 8, seq=1, key=5, ms=1000))

    def ours() -> float:
        handled[0] = 0.0
        before = len(panel.panel.acknowledged)
        start_ = perf_counter()
        panel.press(1)
        spin(lambda: handled[0] > 0)
        took = handled[0] - start_
        spin(lambda: len(panel.panel.acknowledged) > before)
        bench.next_citizen()
        wait_ms(40)  # longer than a bounce
        return took

    def raw() -> float:
        start_ = perf_counter()
        os.write(master, line)
        os.read(slave, 4096)
        return perf_counter() - start_

    mine, limit = in_turn(ours, raw, runs)
    bench.running.stop()
    bench.window.hide()
    panel.stop()
    os.close(master)
    os.close(slave)
    over = mine.median_ms - limit.median_ms
    return report("serial byte to press handled", "<= raw + 2 ms", mine, limit, over, 2.0)


def wait_ms(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def memory(folder: Path, presses: int) -> str:
    bench = Bench(folder)
    presenter = bench.running.presenter
    early = 0.0
    for number in range(presses):
        presenter.citizen.press(5, Channel.TOUCH)
        bench.clock.pass_seconds(10)
        presenter.tick()
        if number % 50 == 0:
            QApplication.processEvents()
        if number == presses // 10:
            early = resident_mb()
    late = resident_mb()
    bench.running.stop()
    bench.window.hide()
    return report(
        f"memory grown over {presses:,} presses",
        "<= 1 MB",
        f"{late - early:+.1f} MB",
        f"{early:.1f} MB",
        late - early,
        1.0,
    )


def idle(folder: Path, seconds: float = 5.0) -> str:
    bench = Bench(folder)
    wait_ms(500)
    used, began = process_time(), monotonic()
    wait_ms(int(seconds * 1000))
    share = (process_time() - used) / (monotonic() - began) * 100
    bench.running.stop()
    bench.window.hide()
    return report("idle processor use", "<= 0.5 %", f"{share:.2f} %", "-", share, 0.5)


def gallery(sizes: Sequence[tuple[int, int]]) -> str:
    """Every screen in every language at these sizes, as Qt would warn of them."""
    warned: list[str] = []
    before = qInstallMessageHandler(lambda kind, context, text: warned.append(text or ""))
    names = [name for size in sizes for code in languages() for name, _ in pictures(size, code)]
    qInstallMessageHandler(before)
    measured = f"{len(warned)} in {len(names)}"
    return report("gallery, warnings in the log", "none", measured, "-", len(warned), 0)


def resident_mb() -> float:
    text = Path("/proc/self/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024
