"""A JPEG without what it says beside its pixels. Pure.

Earlier versions stored what Pillow wrote again of a telephone's file: place, camera, comments.
"""

_SCAN, _COMMENT, _ADOBE = 0xDA, 0xFE, 0xEE
_APPLICATIONS = range(0xE1, 0xF0)
"""Segments of programs, such as EXIF; JFIF's own, before them, has sizes alone."""


def without_metadata(jpeg: bytes) -> bytes:
    """The same pixels, bit for bit; what is no JPEG stays as it is."""
    if not jpeg.startswith(b"\xff\xd8"):
        return jpeg
    segments, at = [jpeg[:2]], 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != _SCAN:
        kind, end = jpeg[at + 1], at + 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        if kind == _ADOBE or (kind not in _APPLICATIONS and kind != _COMMENT):
            segments.append(jpeg[at:end])
        at = end
    is_whole = jpeg[at : at + 2] == bytes((0xFF, _SCAN))
    return b"".join((*segments, jpeg[at:])) if is_whole else jpeg
