"""A value of four or more fields is built by keyword: a swap of two fields of one type would
pass every type checker."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

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


def offences(files: list[Path]) -> dict[str, list[str]]:
    values = Values(files)
    by_position = {str(path): list(built_by_position(path, values)) for path in files}
    return {path: built for path, built in by_position.items() if built}


def test_a_value_of_four_or_more_fields_is_built_by_keyword() -> None:
    assert offences(python_files(*ROOMS, "tests")) == {}


VALUES = """\
from dataclasses import dataclass
from typing import NamedTuple

import msgspec


class Place(NamedTuple):
    site: str
    section: str
    counter: str
    terminal: str = ""

    @classmethod
    def unknown(cls):
        return cls("", "", "", "")


@dataclass(frozen=True)
class Person:
    number: str
    name: str
    position: str
    section: str


class Head(msgspec.Struct):
    site: str
    terminal: str
    entries: int
    digest: str


class Pair(NamedTuple):
    first: str
    second: str


@dataclass(frozen=True)
class Officer(Person):
    photo: bytes = b""
"""
BUILDERS = """\
from house_example import values
from house_example.values import Head, Officer, Pair, Person, Place

words = ("101", "a", "b", "c")
Person(*words)
Place("s", "r", "1")
Officer("101", "a", position="b", section="c")
values.Head("s", "t", 3, digest="d")
Pair("one", "two")
Head(site="s", terminal="t", entries=3, digest="d")
"""


def test_starred_and_inherited_and_imported_values_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("house_example").mkdir()
    Path("house_example/values.py").write_text(VALUES, encoding="utf-8")
    Path("house_example/builders.py").write_text(BUILDERS, encoding="utf-8")
    assert offences(python_files("house_example")) == {
        "house_example/builders.py": [
            "line 5 Person",
            "line 6 Place",
            "line 7 Officer",
            "line 8 Head",
        ],
        "house_example/values.py": ["line 15 Place"],
    }
