"""Every transaction of central is opened by a use case, or by the gate that reads figures."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.sources import python_files

CENTRAL = "sync/central"
LAYER = (f"{CENTRAL}/usecases", f"{CENTRAL}/reports/gate")
ROOMS = (f"{CENTRAL}/store", f"{CENTRAL}/migrations")
"""What a transaction is made of."""
OPENERS = {"transaction", "read", "many", "connection", "alone", "snapshot"}
"""The ways into central's database (`CentralStore`)."""


def openings(source: str) -> Iterator[int]:
    """The lines that open central's database."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in OPENERS:
                if ast.unparse(owner).endswith("store"):
                    yield node.lineno


def test_no_page_paper_or_command_opens_a_transaction() -> None:
    outside = [
        f"{path}:{line}"
        for path in python_files(CENTRAL)
        if not str(path).startswith((*LAYER, *ROOMS))
        for line in openings(path.read_text("utf-8"))
    ]
    assert not outside, "move these into sync/central/usecases: " + ", ".join(outside)


def test_a_transaction_is_found_where_there_is_one() -> None:
    opening = "with central.store.transaction(site) as t:\n    t.people.active()"
    assert list(openings(opening)) == [1]
    assert list(openings("text = path.read()")) == []
    layer = (path for room in LAYER for path in python_files(room))
    assert sum(len(list(openings(Path(path).read_text("utf-8")))) for path in layer) > 40
