"""Prints the table. `--quick` takes fewer ratings and presses."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtWidgets import QApplication

from tests.bench import beside, panel, screen, start_up, store
from ui.samples import SIZES


def main() -> None:
    quick = "--quick" in sys.argv[1:]
    app = QApplication([])
    header = ("figure", "target", "ours: median / p99", "raw: median / p99", "value")
    say("{:<40} {:<14} {:<20} {:<20} {:>7}".format(*header))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines, press = screen.press_to_pixel(folder / "pixel")
        for line in lines:
            say(line)
        say(panel.key_to_pixel(folder / "key", press, 20 if quick else 60))
        say(panel.language_switch(folder / "language"))
        say(screen.gallery(SIZES[:1] if quick else SIZES))
        for line in store.durable(folder, (0, 10_000) if quick else (0, 10_000, 1_000_000)):
            say(line)
        for line in beside.beside(folder / "beside", *beside.size(quick)):
            say(line)
        say(screen.serial_to_press(folder / "serial"))
        for line in start_up.start_up(folder / "start", runs=5 if quick else 9):
            say(line)
    for alone in (["memory", "6000" if quick else "60000"], ["idle"]):
        subprocess.run([sys.executable, "-m", "tests.bench.alone", *alone], check=True)
    del app


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
