"""Press to painted pixel, serial byte to press, memory over many presses, idle processor use."""

import os
import tty
from collections.abc import Callable
from pathlib import Path
from time import monotonic, perf_counter, process_time

from PySide6.QtCore import QEvent, QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from hardware.codec import KeyDown
from hardware.profiles.own import encode_panel
from hardware.simulator import SimulatedPanel
from kiosk.config import parse
from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import DutyBegan
from kiosk.domain.rating import Channel
from tests.bench.figures import compare, in_turn, report
from tests.builders import SOMYING, FakeClock, duty_of
from ui.app import Running, start
from ui.screens.ready import ReadyScreen
from ui.trial.panel import PanelOnLoop
from ui.window import TerminalWindow

LEFT = Qt.MouseButton.LeftButton


class BareWindow(QWidget):
    """A window of the same size that is one button, and repaints whole on a press."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(1280, 800)
        self.button = QPushButton("0", self)
        self.button.setGeometry(self.rect())
        self.button.clicked.connect(lambda: self.button.setText(f"{perf_counter()}"))
        self.painted = False
        self.show()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest:
            self.painted = True
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
        self.painted = 0
        self.window.painted.connect(self._count)
        self.running: Running = start(data, parse(settings), self.clock, self.window)
        QApplication.processEvents()

    def _count(self) -> None:
        self.painted += 1

    def next_citizen(self) -> None:
        self.clock.pass_seconds(10)
        self.running.presenter._tick()
        QApplication.processEvents()


def spin(until: Callable[[], bool]) -> None:
    while not until():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 100)


def press_to_pixel(folder: Path, runs: int = 100) -> str:
    bench, bare = Bench(folder), BareWindow()
    QApplication.processEvents()

    def ours() -> float:
        screen = bench.window.screen_shown
        assert isinstance(screen, ReadyScreen)
        QTest.mousePress(screen.faces[0], LEFT)
        QApplication.processEvents()
        before = bench.painted
        start_ = perf_counter()
        QTest.mouseRelease(screen.faces[0], LEFT)
        spin(lambda: bench.painted > before)
        took = perf_counter() - start_
        bench.next_citizen()
        return took

    def raw() -> float:
        QTest.mousePress(bare.button, LEFT)
        QApplication.processEvents()
        bare.painted = False
        start_ = perf_counter()
        QTest.mouseRelease(bare.button, LEFT)
        spin(lambda: bare.painted)
        return perf_counter() - start_

    mine, limit = in_turn(ours, raw, runs)
    bench.running.stop()
    bench.window.hide()
    bare.hide()
    return compare("press to painted pixel", mine, limit, 2.0)


def serial_to_press(folder: Path, runs: int = 200) -> str:
    """A press line written to the pty, until the rating is committed and acknowledged; against a
    raw pty read of the same bytes."""
    path = folder / "panel"
    folder.mkdir()
    panel = PanelOnLoop(SimulatedPanel(path))
    bench = Bench(folder / "data", f'[panel]\nport = "{path}"\n')
    spin(lambda: bench.running.presenter.panel.up)
    handled = [0.0]
    wanted = bench.running.presenter.panel_pressed

    def noted(*arguments: object) -> bool:
        handled[0] = perf_counter()
        return wanted(*arguments)  # type: ignore[arg-type]  # passed through

    bench.running.presenter.panel_pressed = noted  # type: ignore[method-assign,assignment]  # a probe
    master, slave = os.openpty()
    tty.setraw(slave)
    line = encode_panel(KeyDown("0" * 8, 1, 5, 1000))

    def ours() -> float:
        handled[0] = 0.0
        kept = len(panel.panel.acknowledged)
        start_ = perf_counter()
        panel.press(1)
        spin(lambda: handled[0] > 0)
        took = handled[0] - start_
        spin(lambda: len(panel.panel.acknowledged) > kept)
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


def memory(folder: Path, presses: int) -> list[str]:
    bench = Bench(folder)
    presenter = bench.running.presenter
    early = 0.0
    for number in range(presses):
        presenter.press(5, Channel.TOUCH)
        bench.clock.pass_seconds(10)
        presenter._tick()
        if number % 50 == 0:
            QApplication.processEvents()
        if number == presses // 10:
            early = resident_mb()
    late = resident_mb()
    bench.running.stop()
    bench.window.hide()
    return [
        report("resident memory", "<= 120 MB", f"{late:.1f} MB", "-", late, 120),
        report(
            f"its growth over {presses:,} presses",
            "<= 2 MB",
            f"{late - early:+.1f} MB",
            f"{early:.1f} MB",
            late - early,
            2.0,
        ),
    ]


def idle(folder: Path, seconds: float = 5.0) -> str:
    bench = Bench(folder)
    wait_ms(500)
    used, began = process_time(), monotonic()
    wait_ms(int(seconds * 1000))
    share = (process_time() - used) / (monotonic() - began) * 100
    bench.running.stop()
    bench.window.hide()
    return report("idle processor use", "<= 0.5 %", f"{share:.2f} %", "-", share, 0.5)


def resident_mb() -> float:
    text = Path("/proc/self/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024
