"""Colours, sizes and the typeface: every look of the terminal in one place."""

from dataclasses import dataclass
from pathlib import Path

import fontpkg_sarabun  # type: ignore[import-untyped]  # files only
from PySide6.QtGui import QColor, QFont, QFontDatabase
from PySide6.QtWidgets import QWidget

from kiosk.domain import face
from ui.text import scripts

INK = QColor(face.INK)
"""Words. At least 10:1 on PAPER, CARD and every face."""
SOFT_INK = QColor("#2B3E46")
PAPER = QColor("#FAF8F3")
CARD = QColor("#FFFFFF")
EDGE_LINE = QColor("#CBD3D1")
DEEP = QColor("#0F3B45")
"""The office's colour: strips and main buttons, with words in CARD."""
PRESSED = QColor("#D5E6E3")
ALARM = QColor("#6E1610")
CHOSEN = QColor("#CFE9DC")
WARM = QColor("#E9F4EC")
"""The ground of the thanks: the only page that is not PAPER."""

HERO, TITLE, LEAD, BODY, SMALL, QUIET = 9.4, 6.6, 5.2, 4.4, 3.6, 2.6
"""The type scale, in units (see Metrics): what a page says at once; its heading; what goes with
it; words to press; what staff reads; what is there for who looks for it. Each
1.2 to 1.4 times the next."""
STRIP = 8.6
"""Height of the strip with office and counter, in units, at the usual size of words."""
EDGE = 4.0
"""From the window's edge to what stands on it, in units."""

LINE, TALL_LINE = 1.8, 1.9
"""Line height in em: Thai stacks marks above and below, Khmer stacks letters. Measured by their
ink; at 1.5 bold Thai lost 0.1 em."""
PITCH = 0.9
"""From one line to the next, of LINE: deep marks seldom stand right above high ones."""


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

    def grown(self, units: float, share: float = 1.0) -> int:
        """As `px`; larger by `share` of what words are larger by."""
        return self.px(units * (1 + (_Access.text_scale - 1) * share))

    @property
    def strip(self) -> int:
        """Height of the strip with office and counter."""
        return self.grown(STRIP, 0.5)

    @property
    def reach(self) -> int:
        """Pixels from the top above which a citizen has nothing to press."""
        return self.height // 2 if _Access.low_reach else 0


def scaled(widget: QWidget, pixels: float) -> float:
    """A line's width or a corner's radius, given for a window of 1280 by 800: as large to the eye
    on 4K, and never finer."""
    size = widget.window().size()
    return pixels * max(1.0, Metrics(size.width(), size.height()).unit / 8)


class _Access:
    """What this terminal's citizens need, as its settings say."""

    text_scale = 1.0
    low_reach = False
    still = False


_LARGE = 1.2


def text_scale() -> float:
    return _Access.text_scale


def has_large_words() -> bool:
    """Whether words are so large that a page must give them other places."""
    return _Access.text_scale >= _LARGE


def set_text_scale(scale: float) -> None:
    """1.0 as designed, up to 1.5: words grow as far as their place lets them."""
    _Access.text_scale = min(1.5, max(1.0, scale))


def still() -> bool:
    """Whether nothing may move by itself."""
    return _Access.still


def set_still(still: bool) -> None:
    _Access.still = still


def set_low_reach(low: bool) -> None:
    """Everything a citizen presses in the lower half: for whoever sits, or is small."""
    _Access.low_reach = low


_WEIGHTS = {
    "Regular": QFont.Weight.Normal,
    "SemiBold": QFont.Weight.DemiBold,
    "Bold": QFont.Weight.Bold,
}
_FONT_FILES = Path(fontpkg_sarabun.__file__).with_name("files")


class _Fonts:
    """The families that were loaded, by weight: loaded when first used, once."""

    loaded: dict[str, str] = {}  # noqa: RUF012  (the one cache of this process)


def _sarabun(weight: str) -> str:
    if weight not in _Fonts.loaded:
        source = _FONT_FILES / f"Sarabun-{weight}.ttf"
        number = QFontDatabase.addApplicationFontFromData(source.read_bytes())
        families = QFontDatabase.applicationFontFamilies(number)
        _Fonts.loaded[weight] = families[0] if families else "sans-serif"
    return _Fonts.loaded[weight]


def _families(text: str, weight: str) -> list[str]:
    """What the scripts in `text` need, then Sarabun. A script's own font leads: Qt warns of one
    that can't shape the script, even if it has no such letters.

    They are the machine's: Debian's fonts-noto-core (OFL) for Khmer, Lao and Burmese, and
    fonts-droid-fallback (Apache-2.0) for Chinese; no package index has them all.
    """
    if not any(_is_foreign(letter) for letter in text):
        return [_sarabun(weight)]
    script_fonts = [
        script.font
        for script in scripts()
        if any(script.first <= ord(letter) <= script.last for letter in text)
    ]
    return [*script_fonts, _sarabun(weight)]


def _is_foreign(letter: str) -> bool:
    """Neither Latin, Thai nor punctuation: asked first, as most texts have none."""
    return ord(letter) > 0x0E7F and not 0x2010 <= ord(letter) <= 0x27BF


def is_spaced(letter: str) -> bool:
    """Whether a line may not begin with `letter` unless a space goes before it."""
    if not _is_foreign(letter):
        return False
    code = ord(letter)
    spaced_scripts = (script for script in scripts() if script.spaced)
    return any(script.first <= code <= script.last for script in spaced_scripts)


def line_height(text: str) -> float:
    """In em."""
    return TALL_LINE if any(is_spaced(letter) for letter in text) else LINE


def pitch(text: str) -> float:
    """From one line to the next, as a share of the line height."""
    return 1.0 if any(is_spaced(letter) for letter in text) else PITCH


def font(pixels: float, weight: str = "Regular", text: str = "") -> QFont:
    """Sarabun at `pixels` in "Regular", "SemiBold" or "Bold", with fonts for all of `text`."""
    qt_font = QFont(_families(text, weight))
    qt_font.setPixelSize(max(1, round(pixels)))
    qt_font.setWeight(_WEIGHTS[weight])
    return qt_font


def tint(colour: QColor, share: float) -> QColor:
    """`share` of `colour` on white."""
    parts = (colour.red(), colour.green(), colour.blue())
    return QColor(*(round(255 - (255 - part) * share) for part in parts))


def face_colour(score: int, levels: int) -> QColor:
    return QColor(face.face(score, levels).colour)
