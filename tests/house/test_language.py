"""Documents and help read like hardware/PROTOCOL.md: plain words, short sentences."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from sync.central.cli import app as central_app
from tests.house.markdown import prose, sentences
from tests.house.rules import hold
from tests.house.sources import markdown_files
from ui.cli import app as kiosk_app

FOR_READERS = [Path(name) for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")]
MOST_WORDS = 30
ARCHAIC = re.compile(
    r"\b(anew|aside|told|held|kept|lets? go( on)?|whoever|hitherto|thereof|henceforth)\b",
    re.IGNORECASE,
)
"""Each has a plain verb: again, parked, said, stored, continue."""


def archaic_words(text: str) -> list[str]:
    return sorted({word.group().lower() for word in ARCHAIC.finditer(text)})


def help_texts(command: object, name: str) -> Iterator[tuple[str, str]]:
    """The help of a command, its options and its parts; typer's classes are its own."""
    described = [command, *getattr(command, "params", [])]
    yield name, "\n".join(getattr(part, "help", None) or "" for part in described)
    for part, below in getattr(command, "commands", {}).items():
        yield from help_texts(below, f"{name} {part}")


def offences() -> dict[str, list[str]]:
    texts = [
        (str(path), re.sub("`[^`]*`", "", prose(path)))
        for path in markdown_files()
        if path.name != "CHANGELOG.md"
    ]
    texts += help_texts(get_command(kiosk_app), "kiosk")
    texts += help_texts(get_command(central_app), "kiosk-central")
    return {name: archaic_words(text) for name, text in texts if archaic_words(text)}


def test_documents_and_help_use_plain_words() -> None:
    hold("plain English", offences())


def test_no_word_of_a_help_text_is_taken_for_markup() -> None:
    """Rich leaves out what stands in brackets, such as a settings file's table."""
    texts = [*help_texts(get_command(kiosk_app), "kiosk"),
             *help_texts(get_command(central_app), "kiosk-central")]  # fmt: skip
    assert [name for name, text in texts if re.search(r"\[[a-z/]", text)] == []


@pytest.mark.parametrize("path", FOR_READERS, ids=str)
def test_no_sentence_is_longer_than_thirty_words(path: Path) -> None:
    long = [sentence for sentence in sentences(path) if len(sentence.split()) > MOST_WORDS]
    assert not long, "\n".join(long)
