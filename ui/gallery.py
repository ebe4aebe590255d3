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
from ui.first_samples import first_samples
from ui.samples import SIZES, samples
from ui.text import COMPLETE, languages
from ui.view import ReadyView, ReasonsView, View
from ui.widgets.text import fit, paint
from ui.window import TerminalWindow

THUMB = 400
"""Width of a picture on a contact sheet, in pixels; an upright one is half of it."""
COLUMNS = 5
_LABEL = 30
_MARGIN = 4

Picture = tuple[str, QImage]


def pictures(
    size: tuple[int, int],
    language: str,
    text_scale: float = 1.0,
    includes: Callable[[str], bool] = lambda _: True,
) -> Iterator[Picture]:
    """Every screen that `includes` its name, in one window; `text_scale` 1.5 shows words half as
    large again. What a citizen presses is there once more, as "-low", in the lower half."""
    before = theme.text_scale()
    theme.set_text_scale(text_scale)
    theme.set_still(True)
    window = TerminalWindow()
    window.resize(*size)
    for name, view in _views(language):
        if not includes(name):
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


def _views(language: str) -> Iterator[tuple[str, View]]:
    """What citizens and officers meet; in their languages, what who sets a terminal up does."""
    yield from samples(language)
    if language in COMPLETE:
        yield from first_samples(language)


def thumbnail(picture: QImage, width: int) -> QImage:
    return picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)


def sheet(named: list[Picture]) -> QImage:
    """All pictures of one size beside each other, each with its name."""
    first = named[0][1]
    is_landscape = first.width() > first.height()
    width = THUMB if is_landscape else THUMB // 2
    columns = COLUMNS if is_landscape else COLUMNS * 2
    thumbs = [(name, thumbnail(picture, width)) for name, picture in named]
    height = thumbs[0][1].height() + _LABEL
    cell_width, cell_height = width + 2 * _MARGIN, height + 2 * _MARGIN
    rows = -(-len(thumbs) // columns)
    whole = QImage(columns * cell_width, rows * cell_height, QImage.Format.Format_RGB32)
    whole.fill(theme.SOFT_INK)
    painter = QPainter(whole)
    for index, (name, thumb) in enumerate(thumbs):
        row, column = divmod(index, columns)
        corner = QPoint(column * cell_width + _MARGIN, row * cell_height + _MARGIN)
        label = QRectF(corner.x(), corner.y(), width, _LABEL)
        laid_name = fit(name, 15, "SemiBold", label, wrap=False)
        paint(painter, laid_name, label, theme.CARD)
        painter.drawImage(corner + QPoint(0, _LABEL), thumb)
    painter.end()
    return whole


def render(folder: Path) -> int:
    """Write `NAME-LANGUAGE-WxH.png`, "-150" for large text, and `sheet-*.png`; how many screens."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for width, height in SIZES:
        for text_scale in (1.0, 1.5):
            for language in languages():
                suffix = "-150" if text_scale > 1 else ""
                tail = f"{language}-{width}x{height}{suffix}"
                named = list(pictures((width, height), language, text_scale))
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
