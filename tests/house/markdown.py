"""Markdown documents: their headings, code and sentences."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchor_of(heading: str) -> str:
    """The address of a heading within its page, as GitHub makes it."""
    letters = (char for char in heading.lower() if char in "-_ " or _is_of_a_word(char))
    return "".join(letters).strip().replace(" ", "-")


def _is_of_a_word(char: str) -> bool:
    """A letter, a digit, or a mark on one: Thai vowels and tones are marks."""
    return unicodedata.category(char)[0] in "LNM"


@cache
def anchors(path: Path) -> frozenset[str]:
    return frozenset(anchor_of(heading) for heading in HEADING.findall(path.read_text("utf-8")))


class Block(NamedTuple):
    """A block of code, under its heading; `language`: what stands behind the fence."""

    heading: str
    language: str
    text: str


_BLOCK = re.compile(
    r"^(?:#+ (?P<heading>[^\n]+)|```(?P<language>[^\n]*)\n(?P<text>.*?)^```)$",
    re.DOTALL | re.MULTILINE,
)


def blocks(path: Path) -> list[Block]:
    """The blocks of code of a document, in their order."""
    heading, fenced = "", []
    for part in _BLOCK.finditer(path.read_text("utf-8")):
        if part["heading"]:
            heading = part["heading"]
        else:
            fenced.append(Block(heading, part["language"], part["text"]))
    return fenced


def prose(path: Path) -> str:
    """The document without code blocks."""
    return re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


def sentences(path: Path) -> list[str]:
    """Sentences of headings, paragraphs, list items and table cells; code counts as one word."""
    text = re.sub(r"`[^`]*`", "CODE", prose(path))
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"^#+ (.*)$", r"\n\1\n", text, flags=re.MULTILINE)
    paragraphs = re.split(r"\n\s*\n|\n(?=\s*(?:[-*|]|\d+\.) )|\|", text)
    folded = (" ".join(paragraph.split()).replace("**", "") for paragraph in paragraphs)
    ends = re.compile(r"(?<=[.!?])[)\"”]* (?=[^a-z])")
    parts = (sentence for paragraph in folded for sentence in ends.split(paragraph))
    return [sentence for sentence in parts if sentence.strip("-| ")]
