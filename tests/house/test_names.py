"""A local name says what a value is, not how it came."""

import ast
from collections.abc import Iterator

from tests.house.rules import hold
from tests.house.sources import ROOMS, python_files, tree_of

WEAK_NAMES = {
    "found",
    "given",
    "held",
    "kept",
    "known",
    "left",
    "made",
    "said",
    "shown",
    "taken",
    "told",
    "wanted",
}


def weak_assignments(tree: ast.Module) -> Iterator[str]:
    functions = (
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    for function in functions:
        for node in ast.walk(function):
            match node:
                case ast.Name(id=name, ctx=ast.Store()) if name in WEAK_NAMES:
                    yield f"line {node.lineno} {name} in {function.name}"


def offences() -> dict[str, list[str]]:
    weak = {str(path): sorted({*weak_assignments(tree_of(path))}) for path in python_files(*ROOMS)}
    return {path: names for path, names in weak.items() if names}


def test_no_local_name_says_only_how_a_value_came() -> None:
    hold("weak names", offences())
