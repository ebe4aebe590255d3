"""Pictures that people bring, made small, upright and plain; bombs refused."""

import io
from threading import Lock

from PIL import Image, ImageOps, UnidentifiedImageError

from kiosk.domain.refusal import Refusal

SIDE = 320
"""Pixels of the square that is kept of an officer."""
ACTIVITY = 1200
"""Pixels of the longer side that is kept of an office's activity: a third of a page in print."""
LEAST = 120
"""Pixels a side of the picture given."""
MAX_PIXELS, MAX_WHOLE = 50_000_000, 8_000_000
"""Of the picture given: a telephone's camera has 12 to 48 million. A plain JPEG is made small while
it is read; any other picture must be held whole, in four bytes a pixel and more."""
FORMATS = ("JPEG", "PNG", "WEBP")


_IN_TURN = Lock()
"""One picture at a time: each costs as much memory as the rest of the server."""


class BadPhoto(Refusal):
    """A picture that is not accepted."""


def portrait(data: bytes) -> bytes:
    """A JPEG of SIDE × SIDE from the middle of a picture, without its metadata (place, camera)."""
    upright = _upright(data, (SIDE, SIDE), 4 * SIDE)
    return _jpeg(ImageOps.fit(upright, (SIDE, SIDE), centering=(0.5, 0.4)))


def activity(data: bytes) -> tuple[bytes, tuple[int, int]]:
    """A whole picture as a JPEG of at most ACTIVITY pixels a side, without its metadata; and its
    width and height."""
    upright = _upright(data, (ACTIVITY, ACTIVITY), ACTIVITY)
    upright.thumbnail((ACTIVITY, ACTIVITY))
    return _jpeg(upright), upright.size


def _upright(data: bytes, draft: tuple[int, int], shortest: int) -> Image.Image:
    """A picture in RGB as it is looked at; while it is read, its shorter side is made `shortest`
    where it is longer. BadPhoto."""
    try:
        with _IN_TURN, Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            plain = picture.format == "JPEG" and not picture.info.get("progressive")
            if picture.width * picture.height > (MAX_PIXELS if plain else MAX_WHOLE):
                raise BadPhoto("picture_large")
            if min(picture.size) < LEAST:
                raise BadPhoto("picture_small", least=LEAST)
            picture.draft("RGB", draft)
            if min(picture.size) > shortest:
                # In place: what follows makes copies.
                shrink = shortest / min(picture.size)
                picture.thumbnail((picture.width * shrink, picture.height * shrink))
            return _opaque(ImageOps.exif_transpose(picture))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        if isinstance(error, BadPhoto):
            raise
        raise BadPhoto("picture_unreadable") from None
    except Image.DecompressionBombError:
        raise BadPhoto("picture_large") from None


def _opaque(picture: Image.Image) -> Image.Image:
    """On white where a drawing has no colour."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layers = picture.convert("RGBA")
    paper = Image.new("RGB", layers.size, "white")
    paper.paste(layers, mask=layers.getchannel("A"))
    return paper


def _jpeg(picture: Image.Image) -> bytes:
    """The pixels alone: what else a file said (a comment, a place) Pillow would write again."""
    picture.info.clear()
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=85, optimize=True)
    return jpeg.getvalue()
