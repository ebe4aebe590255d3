"""Where a line may begin: by sense. libthai, which Qt asks, ends a line after every syllable that
is a word of its own, also within "elderly". In every language a number stays with what it counts.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from PySide6.QtGui import QTextLayout, QTextOption

from ui import theme

_LIST = Path(__file__).parents[1] / "text" / "unbroken.txt"
_TOGETHER = re.compile(
    r"\S (?=\d{1,3}(?![\d:.]))|\b\d{1,3} (?=[^\W\d])|\d[–/-](?=\d)|[“(](?=\S)"
    r"|(?<!\S)\u0e13 (?=\S)|\S ?(?=\u0e46|\u0e2f\u0e25\u0e2f)"
)
"""Ends where a line would begin with a number, or end with a small one or a mark that opens; or
within 08:00–16:30 and 12/3; or part the "of" of a surname (na) from its place, or a sign from
what it repeats (mai yamok, "and so on")."""
_SECOND = "\ue000"
"""Stands for the second half of a letter that Qt counts as two, such as an emoji."""
_MEMORY = 256
"""Texts whose places are remembered: those of all screens in a language."""


class _Unbroken(NamedTuple):
    leading: frozenset[str]
    """No line ends with one."""
    trailing: frozenset[str]
    """None begins with one."""
    whole: tuple[str, ...]


@cache
def _unbroken() -> _Unbroken:
    lines = [line for line in _LIST.read_text("utf-8").split("\n") if line and line[0] != "#"]
    return _Unbroken(
        leading=frozenset(line[:-1] for line in lines if line[-1] == "-"),
        trailing=frozenset(line[1:] for line in lines if line[0] == "-"),
        whole=tuple(line for line in lines if "-" not in line),
    )


class Places(NamedTuple):
    """Positions in a text."""

    good: tuple[int, ...]
    """A line may begin there."""
    split: frozenset[int]
    """A word would be split there."""

    def before(self, position: int, start: int) -> int:
        """The last good one after `start` and before `position`; 0: there is none."""
        index = bisect_left(self.good, position) - 1
        return self.good[index] if index >= 0 and self.good[index] > start else 0


def counted(text: str) -> str:
    """`text` with a place for each that Qt counts: positions in it are Qt's."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    return "".join(letter if letter <= "\uffff" else letter + _SECOND for letter in text)


def uncounted(text: str) -> str:
    """The text that `counted` was made of."""
    return text.replace(_SECOND, "")


def needs_places(text: str) -> bool:
    """Whether the lines of `text` are not simply Qt's."""
    return any(0x0E01 <= ord(letter) <= 0x0E5B or letter.isdigit() for letter in text)


@lru_cache(_MEMORY)
def places(text: str) -> Places:
    """Where lines of `text`, which is `counted`, may begin."""
    starts = tuple(_starts(text))
    split = frozenset(_inside_words(text)) | frozenset(_inside_unknown(text, starts))
    bad = split | frozenset(_beside_bound_words(text, starts))
    bad |= frozenset(match.end() for match in _TOGETHER.finditer(text))
    return Places(tuple(start for start in starts if start not in bad), split)


def _starts(text: str) -> Iterator[int]:
    """Where Qt would begin a line, were each as narrow as can be."""
    layout = QTextLayout(uncounted(text))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(1)
        if line.textStart():
            yield line.textStart()
    layout.endLayout()


def _inside_words(text: str) -> Iterator[int]:
    for word in _unbroken().whole:
        at = text.find(word)
        while at >= 0:
            yield from range(at + 1, at + len(word))
            at = text.find(word, at + 1)


def _inside_unknown(text: str, starts: tuple[int, ...]) -> Iterator[int]:
    """Within a number, or within words of a script that are known by their spaces alone."""
    for start in starts:
        before, after = text[start - 1], text[start]
        if before in " \u200b\u2028":
            continue
        is_number = (before.isdigit() or before in ":.") and (after.isdigit() or after in ":.")
        if is_number or theme.is_spaced(before) or theme.is_spaced(after):
            yield start


def _beside_bound_words(text: str, starts: tuple[int, ...]) -> Iterator[int]:
    unbroken = _unbroken()
    borders = (0, *starts, len(text))
    for before, start, after in zip(borders, borders[1:], borders[2:], strict=False):
        leads = text[before:start].rstrip(" ") in unbroken.leading
        trails = text[start:after].rstrip() in unbroken.trailing
        is_joined = text[start - 1] not in " \u2028" or (leads and text[start].isdigit())
        if (leads or trails) and is_joined:
            yield start
