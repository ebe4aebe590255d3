"""An officer's photo: any picture a person has, made small, upright and plain; bombs refused."""

import io

from PIL import Image, ImageOps, UnidentifiedImageError

SIDE = 320
"""Pixels of the square that is kept."""
MAX_PIXELS = 40_000_000
"""Of the picture given: a telephone's camera has 12 to 40 million."""
FORMATS = ("JPEG", "PNG", "WEBP")


class BadPhoto(ValueError):
    """No picture that can be taken; the message says what would do."""


def portrait(data: bytes) -> bytes:
    """A JPEG of SIDE × SIDE from the middle of a picture, without its metadata (place, camera)."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise BadPhoto("this picture has too many pixels; make it smaller first")
            if min(picture.size) < 120:
                raise BadPhoto("this picture is too small; take one of 120 pixels at least")
            picture.draft("RGB", (SIDE, SIDE))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            square = ImageOps.fit(upright, (SIDE, SIDE), centering=(0.5, 0.4))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        if isinstance(error, BadPhoto):
            raise
        raise BadPhoto("no picture that can be read; save it as JPEG or PNG") from None
    except Image.DecompressionBombError:
        raise BadPhoto("this picture has too many pixels; make it smaller first") from None
    kept = io.BytesIO()
    square.save(kept, "JPEG", quality=85, optimize=True)
    return kept.getvalue()
