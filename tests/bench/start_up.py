"""Start to first painted screen, and to ready for a press, as whole processes."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from kiosk.datafolder import DataFolder
from tests.bench.figures import compare, in_turn, report
from tests.bench.store import fill

_EMPTY = """
import os
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget
class Window(QWidget):
    def event(self, event):
        done = super().event(event)
        if event.type() == QEvent.Type.UpdateRequest:
            os._exit(0)
        return done
app = QApplication([])
window = Window()
window.resize(1280, 800)
window.show()
window.update()
app.exec()
"""
_WINDOW = """
import os, sys
import ui.__main__
def command(folder):
    import ui.app
    ui.app.TerminalWindow.open_full_screen = lambda window: window.open_windowed(1280, 800)
    sys.argv = ["kiosk", "--data", folder, "run"]
    ui.__main__.main()
"""
_PAINTED = (
    _WINDOW
    + """
import ui.app
ui.app.after_first_paint = lambda window, then: window.painted.connect(lambda: os._exit(0))
command(sys.argv[1])
"""
)
_READY = (
    _WINDOW
    + """
import ui.app
class Program(ui.app.Program):
    def load(self):
        super().load()
        os._exit(0 if self._running else 1)
ui.app.Program = Program
command(sys.argv[1])
"""
)
_RESIDENT = (
    _WINDOW
    + """
import ui.app
from pathlib import Path
from PySide6.QtCore import QTimer
def measured():
    status = Path("/proc/self/status").read_text()
    print(int(status.split("VmRSS:")[1].split()[0]) / 1024, flush=True)
    os._exit(0)
class Program(ui.app.Program):
    def load(self):
        super().load()
        QTimer.singleShot(2000, measured)
ui.app.Program = Program
command(sys.argv[1])
"""
)
_BARE = """
import sys
from pathlib import Path
import PySide6.QtWidgets, sqlalchemy, sqlalchemy.dialects.sqlite, pysqlite3.dbapi2
import argon2, qrcode, serial, serial.tools.list_ports
from kiosk.store.engine import Store
from kiosk.store.verify import verify
verify(Store.open(Path(sys.argv[1]) / "kiosk.db"))
"""


def start_up(folder: Path, runs: int = 9) -> list[str]:
    data = DataFolder(folder)
    data.create()
    data.database.unlink()
    fill(data.database, 60_000)
    return [
        compare(
            "start to first painted screen",
            *in_turn(_process(_PAINTED, folder), _process(_EMPTY, folder), runs, warm_up=1),
            1.3,
        ),
        compare(
            "start to ready for a press",
            *in_turn(_process(_READY, folder), _process(_BARE, folder), runs, warm_up=1),
            1.05,
        ),
        resident(folder),
    ]


def resident(folder: Path) -> str:
    """What `kiosk run` holds once it waits for a press."""
    done = subprocess.run(
        [sys.executable, "-c", _RESIDENT, str(folder)],
        check=True,
        env=_environment(folder),
        capture_output=True,
        text=True,
    )
    mb = float(done.stdout)
    return report("resident memory", "<= 110 MB", f"{mb:.1f} MB", "-", mb, 110)


def _environment(folder: Path) -> dict[str, str]:
    """Byte code as an installed program has it: kept from the warm-up run on."""
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPYCACHEPREFIX": str(folder.parent / "bytecode"),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def _process(code: str, folder: Path) -> Callable[[], float]:
    environment = _environment(folder)

    def run() -> float:
        start = perf_counter()
        subprocess.run(  # no timeout: with one it polls, 50 ms at a time
            [sys.executable, "-c", code, str(folder)],
            check=True,
            env=environment,
        )
        return perf_counter() - start

    return run
