"""What the tests owe each other."""

import ast
from pathlib import Path

import pytest

from tests.house.sources import python_files, tree_of

TESTS = python_files("tests")


def imported_modules(path: Path) -> set[str]:
    """Each module that `path` imports, and each name that it imports as if it were one."""
    modules = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
            modules |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
    return modules


@pytest.mark.parametrize("path", TESTS, ids=str)
def test_nothing_imports_from_a_test_module_or_a_conftest(path: Path) -> None:
    for module in imported_modules(path):
        if module.startswith("tests."):
            last = module.rsplit(".", 1)[1]
            source = Path(*module.split(".")).with_suffix(".py")
            private = last == "conftest" or last.startswith("test_")
            assert not (private and source.exists()), f"{path} imports {module}"
