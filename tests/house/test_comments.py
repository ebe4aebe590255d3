"""A comment speaks about the code as it stands, and of files that a reader can open."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests.house.markdown import anchors
from tests.house.rules import hold
from tests.house.sources import ROOMS, python_files

DOCUMENT = re.compile(r"\b([\w./-]+\.md)\b(?:#([\w-]+))?")
ISSUE = re.compile(r"\bissue #?\d+|#\d+\b", re.IGNORECASE)


def files_with_comments() -> list[Path]:
    templates = Path("sync").rglob("*.typ")
    return [*python_files(*ROOMS, "tests"), *sorted(templates), Path("pyproject.toml")]


def comments(path: Path) -> Iterator[str]:
    """Comments and docstrings of a Python file; every line of another."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        yield from text.splitlines()
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT or token.string.startswith('"""'):
            yield token.string


def document(name: str, path: Path) -> Path | None:
    """The document `name`: at the top, beside the file that names it, or in that file's house."""
    places = (Path(), path.parent, Path(path.parts[0]))
    return next((place / name for place in places if (place / name).exists()), None)


def offences() -> dict[str, list[str]]:
    astray: dict[str, list[str]] = {}
    for path in files_with_comments():
        for comment in comments(path):
            for name, anchor in DOCUMENT.findall(comment):
                target = document(name, path)
                if target is None or (anchor and anchor not in anchors(target)):
                    astray.setdefault(str(path), []).append(f"{name}#{anchor}")
    return astray


def test_each_document_that_a_comment_names_is_in_the_repository() -> None:
    hold("comments", offences())


def test_no_comment_cites_an_issue() -> None:
    for path in python_files(*ROOMS, "tests"):
        for comment in comments(path):
            assert not (comment.startswith("#") and ISSUE.search(comment)), f"{path}: {comment}"
