"""A QR code as one path of an SVG."""

import qrcode
from qrcode.constants import ERROR_CORRECT_M

_QUIET = 4
"""Modules around a code (ISO/IEC 18004)."""


def svg_path(text: str) -> tuple[str, int]:
    """The path's data, and the modules a side, the quiet zone included."""
    code = qrcode.QRCode(border=0, error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    squares = (
        f"M{x + _QUIET} {y + _QUIET}h1v1h-1z"
        for y, row in enumerate(matrix)
        for x, module in enumerate(row)
        if module
    )
    return "".join(squares), len(matrix) + 2 * _QUIET
