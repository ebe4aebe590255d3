"""The approved looks: small pictures that a person has looked at, and how far one may stray.

`python -m tests.ui.approve` makes them anew; look at `git diff --stat` and at `make gallery` then.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtGui import QImage, qGray
from PySide6.QtWidgets import QApplication

from ui.gallery import pictures, thumbnail
from ui.samples import SIZES
from ui.text import COMPLETE, languages

FOLDER = Path(__file__).with_name("approved")
WIDE, UPRIGHT = 240, 108
"""Widths in pixels: enough to see a word move, small enough to keep."""
STRAY = 24
"""Grey levels of 256 at which a pixel counts as another: smoothing differs between machines."""
MOST = 0.004
"""Share of such pixels that still is the same picture: less than a short word has."""

WORDIEST = ("ready", "reasons", "thanks")
STAFFS = ("sign-on", "pin", "own-round", "duty-menu", "service-menu", "panel-setup", "first", "set")
"""How the names of screens begin that no citizen reads."""
ALIKE = (
    "first-clock-wrong",
    "first-way",
    "first-address",
    "first-code-trouble",
    "first-counter",
    "first-asking",
    "first-joined",
    "first-pin",
    "first-pin-again",
    "first-done",
)
"""Of the first questions: those that stand as another one does."""
LARGE = (SIZES[0], SIZES[-1])
"""Sizes that are approved at 150 % too: the smallest, and the upright one."""

Look = tuple[str, QImage]


def looks(size: tuple[int, int]) -> Iterator[Look]:
    """Every screen in Thai; of the other languages those with most words; grey, small."""
    for language in languages():
        thai = language == COMPLETE[0]
        yield from _small(size, language, 1.0, WORDIEST if not thai else None)
        if size in LARGE:
            yield from _small(size, language, 1.5, WORDIEST[:2] if not thai else None)


def _small(
    size: tuple[int, int], language: str, text: float, names: tuple[str, ...] | None
) -> Iterator[Look]:
    """Those of `names`; None: all, of large words the citizen's."""

    def includes(name: str) -> bool:
        if name in ALIKE:
            return False
        return name in names if names else text == 1.0 or not name.startswith(STAFFS)

    tail = f"{language}{'-150' if text > 1 else ''}-{size[0]}x{size[1]}"
    for name, picture in pictures(size, language, text, includes):
        if not includes(name):
            continue  # the same lower on the screen
        small = thumbnail(picture, WIDE if size[0] > size[1] else UPRIGHT)
        yield f"{name}-{tail}", small.convertToFormat(QImage.Format.Format_Grayscale8)


def straying(one: QImage, other: QImage) -> float:
    """The share of pixels in which two grey pictures differ; 1 when their sizes do."""
    if one.size() != other.size():
        return 1.0
    other = other.convertToFormat(QImage.Format.Format_Grayscale8)
    differing = 0
    for y in range(one.height()):
        pair = zip(_line(one, y), _line(other, y), strict=True)
        differing += sum(abs(a - b) > STRAY for a, b in pair)
    return differing / (one.width() * one.height())


def _line(picture: QImage, y: int) -> list[int]:
    return [qGray(picture.pixel(x, y)) for x in range(picture.width())]


def approve() -> int:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    count = 0
    for size in SIZES:
        for name, picture in looks(size):
            picture.save(str(FOLDER / f"{name}.png"))
            count += 1
    return count


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    print(approve(), "approved")  # noqa: T201  (a command)
