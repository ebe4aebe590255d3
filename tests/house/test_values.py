"""A value of four or more fields is built by keyword: a swap of two fields of one type would
pass every type checker."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.shrinking import hold
from tests.house.sources import ROOMS, python_files, tree_of
from tests.house.values import Values

MOST_BY_POSITION = 3


def calls(node: ast.AST, inside: str = "") -> Iterator[tuple[ast.Call, str]]:
    """Each call below `node`, with the class that it stands in."""
    if isinstance(node, ast.ClassDef):
        inside = node.name
    if isinstance(node, ast.Call):
        yield node, inside
    for child in ast.iter_child_nodes(node):
        yield from calls(child, inside)


def built_by_position(path: Path, values: Values) -> Iterator[str]:
    for call, inside in calls(tree_of(path)):
        key = values.class_called(path, call, inside) if call.args else None
        if key and len(values.fields(key)) > MOST_BY_POSITION:
            yield f"line {call.lineno} {key.name}"


def offences() -> dict[str, list[str]]:
    files = python_files(*ROOMS, "tests")
    values = Values(files)
    by_position = {str(path): list(built_by_position(path, values)) for path in files}
    return {path: built for path, built in by_position.items() if built}


def test_a_value_of_four_or_more_fields_is_built_by_keyword() -> None:
    hold("values by position", offences())
