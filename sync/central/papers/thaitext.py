"""Text as a Thai official paper prints it."""

import re
import unicodedata

from sync.central import thai

_ITEM = re.compile(r"[ \t]+(?=[๐-๙]{1,2}\.[ \t])")
ADDRESS = r"https?://[^\s\"”»)]*[^\s\"”».,;:)]"
"""A web address in a running text; also in typst's and JavaScript's way of writing."""
_MARKS = 3
"""Combining marks on one letter; Thai needs two."""


def digits(text: str) -> str:
    """Thai digits, except in addresses and codes."""
    return thai.digits(text, "th")


def listed(text: str) -> str:
    """Text whose numbered items (๒. …) each begin a line, in Thai digits."""
    return _ITEM.sub("\n", digits(text))


def plain(text: str) -> str:
    """NFC, without direction marks and piles of combining marks."""
    letters, marks = [], 0
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category != "Cf" and marks <= _MARKS:
            letters.append(char)
    return "".join(letters)
