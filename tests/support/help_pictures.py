"""The pictures in the help: what the running product shows, in each language of its readers.

`make pictures` makes them all; look at them then. They are committed: a package is built, and a
README read, where there is neither a screen nor a browser. Tests hold each to the running product.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image
from PySide6.QtGui import QImage

from tests.ui.approve import straying
from ui.gallery import thumbnail

HANDBOOK = Path("sync/central/handbook")
COLOURS = 96
"""Flat areas and letters need no more, and a file has a quarter of the bytes."""
WIDE = 320
"""Pixels across when two are compared: a word that moved shows, a browser's smoothing does not."""

HelpPicture = tuple[str, str, QImage]
"""Its name, its language, and what the product shows."""


def file_of(name: str, language: str) -> Path:
    return HANDBOOK / language / "pictures" / f"{name}.webp"


def save(pictures: Iterator[HelpPicture], most: float) -> Iterator[Path]:
    """Write those that are stale; their files."""
    for picture in pictures:
        if stale(iter((picture,)), most):
            name, language, image = picture
            path = file_of(name, language)
            path.parent.mkdir(exist_ok=True)
            flat = _for_pillow(image).quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB")
            data = BytesIO()
            flat.save(data, "WEBP", lossless=True, method=4)
            path.write_bytes(data.getvalue())
            yield path


def stale(pictures: Iterator[HelpPicture], most: float) -> dict[str, float]:
    """Those that are missing, or show another thing than the product does: the share of pixels that
    differ, where that is over `most`."""
    shares = {}
    for name, language, picture in pictures:
        path = file_of(name, language)
        share = straying(_small(_read(path)), _small(picture)) if path.exists() else 1.0
        if share > most:
            shares[str(path)] = round(share, 4)
    return shares


def _small(picture: QImage) -> QImage:
    """Scaled as one format: Qt smooths each in its own way."""
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    return thumbnail(plain, WIDE).convertToFormat(QImage.Format.Format_Grayscale8)


def _read(path: Path) -> QImage:
    """By Pillow: Qt's reader of WebP is in a package that nobody else needs."""
    image = Image.open(path).convert("RGBA")
    pixels = image.tobytes()
    shown = QImage(pixels, *image.size, 4 * image.width, QImage.Format.Format_RGBA8888)
    return shown.copy()


def _for_pillow(picture: QImage) -> Image.Image:
    plain = picture.convertToFormat(QImage.Format.Format_RGBA8888)
    size = (plain.width(), plain.height())
    return Image.frombytes("RGBA", size, bytes(plain.constBits())).convert("RGB")
