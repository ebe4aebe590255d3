"""How far two colours stand apart, and how light and how colourful one is."""

from math import hypot
from typing import NamedTuple

from PySide6.QtGui import QColor


def linear(part: float) -> float:
    """sRGB's 0 to 1 as an amount of light."""
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def luminance(colour: QColor) -> float:
    """Relative luminance, WCAG 2.1."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = map(linear, parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: QColor, b: QColor) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class Seen(NamedTuple):
    """A colour in CIE LCh, without its hue."""

    lightness: float
    chroma: float


def lab(colour: QColor) -> Seen:
    """CIE 1976 L*a*b*, white D65."""
    red, green, blue = map(linear, (colour.redF(), colour.greenF(), colour.blueF()))
    x = _lab_part((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047)
    y = _lab_part(luminance(colour))
    z = _lab_part((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883)
    return Seen(lightness=116 * y - 16, chroma=hypot(500 * (x - y), 200 * (y - z)))


def _lab_part(amount: float) -> float:
    return amount ** (1 / 3) if amount > 216 / 24389 else (24389 / 27 * amount + 16) / 116
