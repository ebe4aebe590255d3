"""An officer's photo: any picture a person has, made small, upright and plain; bombs refused."""

import io
from threading import Lock

from PIL import Image, ImageOps, UnidentifiedImageError

from kiosk.domain.refusal import Refusal

SIDE = 320
"""Pixels of the square that is kept."""
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
    try:
        with _IN_TURN, Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            plain = picture.format == "JPEG" and not picture.info.get("progressive")
            if picture.width * picture.height > (MAX_PIXELS if plain else MAX_WHOLE):
                raise BadPhoto("picture_large")
            if min(picture.size) < LEAST:
                raise BadPhoto("picture_small", least=LEAST)
            picture.draft("RGB", (SIDE, SIDE))
            if min(picture.size) > 4 * SIDE:
                # In place: what follows makes copies.
                shrink = 4 * SIDE / min(picture.size)
                picture.thumbnail((picture.width * shrink, picture.height * shrink))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            square = ImageOps.fit(upright, (SIDE, SIDE), centering=(0.5, 0.4))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        if isinstance(error, BadPhoto):
            raise
        raise BadPhoto("picture_unreadable") from None
    except Image.DecompressionBombError:
        raise BadPhoto("picture_large") from None
    jpeg = io.BytesIO()
    square.save(jpeg, "JPEG", quality=85, optimize=True)
    return jpeg.getvalue()
