"""Renders every screen at every size, language and state, and a contact sheet per size and
language, so that a person can look at them all: `make gallery`, or `python -m ui.gallery FOLDER`.
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from ui import theme
from ui.samples import SIZES, samples
from ui.text import languages
from ui.view import ReadyView, ReasonsView
from ui.widgets.text import fit, paint
from ui.window import TerminalWindow

THUMB = 400
"""Width of a picture on a contact sheet, in pixels; an upright one is half of it."""
COLUMNS = 5
_LABEL = 30

Picture = tuple[str, QImage]


def pictures(
    size: tuple[int, int],
    language: str,
    text: float = 1.0,
    wanted: Callable[[str], bool] = lambda _: True,
) -> Iterator[Picture]:
    """Every screen that is `wanted` by name, in one window; `text` 1.5 shows words half as large
    again. What a citizen presses is there once more, as "-low", in the lower half."""
    before = theme.text_scale()
    theme.set_text_scale(text)
    theme.set_still(True)
    window = TerminalWindow()
    window.resize(*size)
    for name, view in samples(language):
        if not wanted(name):
            continue
        window.show_view(view)
        yield name, window.grab().toImage()
        if isinstance(view, ReadyView | ReasonsView):
            theme.set_low_reach(True)
            window.show_view(view._replace(frame=view.frame))
            yield f"{name}-low", window.grab().toImage()
            theme.set_low_reach(False)
    theme.set_still(False)
    window.deleteLater()
    theme.set_text_scale(before)


def thumbnail(picture: QImage, width: int) -> QImage:
    return picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)


def sheet(named: list[Picture]) -> QImage:
    """All pictures of one size beside each other, each with its name."""
    first = named[0][1]
    wide = THUMB if first.width() > first.height() else THUMB // 2
    columns = COLUMNS if wide == THUMB else COLUMNS * 2
    thumbs = [(name, thumbnail(picture, wide)) for name, picture in named]
    high = thumbs[0][1].height() + _LABEL
    rows = -(-len(thumbs) // columns)
    whole = QImage(columns * (wide + 8), rows * (high + 8), QImage.Format.Format_RGB32)
    whole.fill(theme.SOFT_INK)
    painter = QPainter(whole)
    for index, (name, thumb) in enumerate(thumbs):
        row, column = divmod(index, columns)
        at = QPoint(column * (wide + 8) + 4, row * (high + 8) + 4)
        label = QRectF(at.x(), at.y(), wide, _LABEL)
        paint(painter, fit(name, 15, "SemiBold", label, wrap=False), label, theme.CARD)
        painter.drawImage(at + QPoint(0, _LABEL), thumb)
    painter.end()
    return whole


def render(folder: Path) -> int:
    """Write `NAME-LANGUAGE-WxH.png`, "-150" for large text, and `sheet-*.png`; how many screens."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for width, height in SIZES:
        for text in (1.0, 1.5):
            for language in languages():
                tail = f"{language}-{width}x{height}" + ("-150" if text > 1 else "")
                named = list(pictures((width, height), language, text))
                for name, picture in named:
                    picture.save(str(folder / f"{name}-{tail}.png"))
                sheet(named).save(str(folder / f"sheet-{tail}.png"))
                written += len(named)
    return written


def main(folder: str) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication([])
    count = render(Path(folder))
    app.processEvents()
    sys.stdout.write(f"{count} pictures and their contact sheets (sheet-*.png) in {folder}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit("usage: python -m ui.gallery FOLDER")
    main(sys.argv[1])
