"""Text as a Thai official paper prints it."""

import re

_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_ITEM = re.compile(r"[ \t]+(?=[๑-๙][๐-๙]?\.[ \t])")


def digits(text: str) -> str:
    """Thai digits, except in addresses and codes: a word with a Latin letter stays as it is."""
    words = re.split(r"(\s+)", text)
    return "".join(w if re.search(r"[A-Za-z@]", w) else w.translate(_DIGITS) for w in words)


def listed(text: str) -> str:
    """Text whose numbered items (๒. …) each begin a line, in Thai digits."""
    return _ITEM.sub("\n", digits(text))
