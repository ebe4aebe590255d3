"""Our own files: what the house's rules are asked of."""

import ast
from functools import cache
from pathlib import Path

ROOMS = ("kiosk", "ui", "hardware", "sync")


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in Path(folder).rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def markdown_files() -> list[Path]:
    """Every document of the repository, and none of an installed package."""
    at_the_top = Path().glob("*.md")
    below = (path for folder in (*ROOMS, "tests") for path in Path(folder).rglob("*.md"))
    return sorted([*at_the_top, *below])
