"""Every handler of central is a top-level function, which asks its dependencies."""

import ast
from collections.abc import Iterator

from tests.house.sources import python_files, tree_of

WEB = "sync/central/web"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def is_handler(node: ast.AST) -> bool:
    """Whether a route's decorator stands above a function."""
    if not isinstance(node, FUNCTIONS):
        return False
    routes = ("router.", "app.")
    return any(ast.unparse(decorator).startswith(routes) for decorator in node.decorator_list)


def nested_handlers(tree: ast.Module) -> Iterator[str]:
    top_level = set(tree.body)
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS) and is_handler(node) and node not in top_level:
            yield node.name


def test_each_handler_is_a_top_level_function() -> None:
    trees = {path: tree_of(path) for path in python_files(WEB)}
    nested = [f"{path}: {name}" for path in trees for name in nested_handlers(trees[path])]
    assert not nested
    handlers = [node for tree in trees.values() for node in tree.body if is_handler(node)]
    assert len(handlers) > 50


def test_a_handler_inside_a_function_is_found() -> None:
    closure = "def routes():\n    @router.get('/')\n    def front():\n        pass"
    assert list(nested_handlers(ast.parse(closure))) == ["front"]
