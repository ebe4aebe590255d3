"""What the tests owe each other."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.sources import python_files, tree_of


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


def imports_from_tests(path: Path) -> Iterator[str]:
    for module in imported_modules(path):
        last = module.rsplit(".", 1)[-1]
        is_test = last == "conftest" or last.startswith("test_")
        if is_test and Path(*module.split(".")).with_suffix(".py").exists():
            yield f"{path} imports {module}"


def test_nothing_imports_from_a_test_module_or_a_conftest() -> None:
    offences = [offence for path in python_files("tests") for offence in imports_from_tests(path)]
    assert not offences, "\n".join(["a home for it is in tests/support", *offences])


def test_each_quick_module_exists_and_stands_in_order() -> None:
    modules = Path("tests/quick.txt").read_text("utf-8").split()
    assert modules == sorted(modules)
    assert [module for module in modules if not Path(module).exists()] == []
