"""A line of a template fits on a screen."""

from pathlib import Path

TEMPLATES = sorted(Path("sync/central").rglob("templates/*.html"))
MOST_CHARACTERS = 120


def test_no_line_of_a_page_is_too_long() -> None:
    long = [
        f"{path}:{number} has {len(line)}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if len(line) > MOST_CHARACTERS
    ]
    assert not long, "\n".join(long)


def test_there_are_templates() -> None:
    assert TEMPLATES
