"""The pictures in the help: what the running product shows, in each language of its readers.

`make pictures` makes them all; look at them then. They are committed: a package is built, and a
README read, where there is neither a screen nor a browser. Tests hold each to the running product.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops
from PySide6.QtGui import QImage

from tests.ui.approve import STRAY, straying
from ui.gallery import thumbnail

HANDBOOK = Path("sync/central/handbook")
COLOURS = 96
"""Flat areas and letters need no more, and a file has a quarter of the bytes."""
WIDE = 320
"""Pixels across when two are compared: a word that moved shows, a browser's smoothing does not."""
LETTERS_WIDE, PLACE = 640, 8
"""Pixels across when they are compared place by place, and a side of a place: about one letter."""
MOST_OF_A_PLACE = 0.25
"""Share of a place's pixels that smoothing may change. Another letter changes more, however large
the picture around it is."""

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
    differ, where it is over `most` in the whole, or over MOST_OF_A_PLACE in one place."""
    shares = {}
    for name, language, picture in pictures:
        path = file_of(name, language)
        share = place = 1.0
        if path.exists():
            committed = _read(path)
            share = straying(_small(committed, WIDE), _small(picture, WIDE))
            place = most_in_a_place(committed, picture)
        if share > most or place > MOST_OF_A_PLACE:
            shares[str(path)] = round(max(share, place), 4)
    return shares


def most_in_a_place(one: QImage, other: QImage) -> float:
    """The share of pixels that differ in the place where most do; 1 when the sizes do."""
    pair = [_for_pillow(_small(picture, LETTERS_WIDE)).convert("L") for picture in (one, other)]
    if pair[0].size != pair[1].size:
        return 1.0
    differing = ImageChops.difference(*pair).point([0] * (STRAY + 1) + [255] * (255 - STRAY))
    return max(differing.reduce(PLACE).tobytes()) / 255


def _small(picture: QImage, wide: int) -> QImage:
    """Scaled as one format: Qt smooths each in its own way."""
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    return thumbnail(plain, wide).convertToFormat(QImage.Format.Format_Grayscale8)


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
