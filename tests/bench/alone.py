"""Figures about a whole process, in one of their own: memory over many presses, idle use."""

import sys
import tempfile
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.bench import screen
from ui.trial.stage import command


def main() -> None:
    app = QApplication([])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        command("ui", folder, "init")  # elsewhere: making a file takes what running does not
        if sys.argv[1] == "memory":
            line = screen.memory(folder, int(sys.argv[2]))
        else:
            line = screen.idle(folder)
    sys.stdout.write(f"{line}\n")
    del app


if __name__ == "__main__":
    main()
