"""Renders every screen at every size and language to pictures: `python -m ui.gallery FOLDER`."""

import os
import sys
from pathlib import Path

from ui.samples import SIZES, samples
from ui.text import languages


def render(folder: Path) -> int:
    """Write `NAME-LANGUAGE-WxH.png` files into `folder`; how many."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from ui.window import TerminalWindow

    app = QApplication.instance() or QApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for width, height in SIZES:
        window = TerminalWindow()
        window.resize(width, height)
        for language in languages():
            for name, view in samples(language):
                window.show_view(view)
                window.grab().save(str(folder / f"{name}-{language}-{width}x{height}.png"))
                written += 1
        window.deleteLater()
    app.processEvents()
    return written


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m ui.gallery FOLDER")
    sys.stdout.write(f"{render(Path(sys.argv[1]))} pictures in {sys.argv[1]}\n")
