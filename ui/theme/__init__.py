"""Colours, sizes and the typeface: every look of the terminal in one place."""

from dataclasses import dataclass
from pathlib import Path

import fontpkg_sarabun  # type: ignore[import-untyped]  # files only
from PySide6.QtGui import QColor, QFont, QFontDatabase

INK = QColor("#14242B")
"""Words. At least 10:1 on PAPER, CARD and every face."""
SOFT_INK = QColor("#33474F")
PAPER = QColor("#FAF8F3")
CARD = QColor("#FFFFFF")
EDGE = QColor("#CBD3D1")
DEEP = QColor("#0F3B45")
"""The office's colour: strips and main buttons, with words in CARD."""
PRESSED = QColor("#D5E6E3")
ALARM = QColor("#7A1F18")
CHOSEN = QColor("#CFE9DC")

FACES = tuple(QColor(c) for c in ("#F6A49B", "#FBC492", "#FCE28E", "#C9E6A0", "#93D6A6"))
"""Worst to best of five; shorter scales take from the ends and the middle."""

LINE = 1.5
"""Line height in em: Thai stacks marks above and below."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Sizes in pixels for one window. `unit` is 1/100 of the shorter, scaled side."""

    width: int
    height: int

    @property
    def portrait(self) -> bool:
        return self.height > self.width

    @property
    def unit(self) -> float:
        if self.portrait:
            return min(self.width / 90, self.height / 160)
        return min(self.width / 160, self.height / 95)

    def px(self, units: float) -> int:
        return round(self.unit * units)


_FONT_FILES = Path(fontpkg_sarabun.__file__).with_name("files")


class _Fonts:
    """The families that were loaded, by weight: loaded when first used, once."""

    loaded: dict[str, str] = {}  # noqa: RUF012  (the one cache of this process)


def font(pixels: float, weight: str = "Regular") -> QFont:
    """Sarabun at `pixels` in "Regular", "SemiBold" or "Bold"."""
    if weight not in _Fonts.loaded:
        source = _FONT_FILES / f"Sarabun-{weight}.ttf"
        number = QFontDatabase.addApplicationFontFromData(source.read_bytes())
        families = QFontDatabase.applicationFontFamilies(number)
        _Fonts.loaded[weight] = families[0] if families else "sans-serif"
    chosen = QFont(_Fonts.loaded[weight])
    chosen.setPixelSize(max(1, round(pixels)))
    chosen.setWeight(
        {"Regular": QFont.Weight.Normal, "SemiBold": QFont.Weight.DemiBold}.get(
            weight, QFont.Weight.Bold
        )
    )
    return chosen


def face_colour(score: int, levels: int) -> QColor:
    position = (score - 1) / (levels - 1) * (len(FACES) - 1)
    return FACES[round(position)]
