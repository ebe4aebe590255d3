"""What pages ask the database: each thing once, however many rows there are. Told by the number of
statements, never by time."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from sync.central.usecases.central import Central
from sync.central.viewer import ROLES
from tests.support.access import NOW, PAGES, made_office, with_role
from tests.support.objections import objected

FILES = ("/paper/", "/copy/", "/data/", "/table/", "/openapi", "/photo/", "/recordings/")


class Statements:
    """What was asked, with its values, by transaction."""

    def __init__(self) -> None:
        self.transactions: list[list[tuple[str, str]]] = []

    @property
    def number(self) -> int:
        return sum(map(len, self.transactions))

    @contextmanager
    def seen(self, central: Central) -> Iterator[None]:
        self.transactions.clear()
        engine = central.store._engine

        def begin(_connection: Any) -> None:
            self.transactions.append([])

        def asked(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
            self.transactions[-1].append((statement, str(values)))

        event.listen(engine, "begin", begin)
        event.listen(engine, "before_cursor_execute", asked)
        try:
            yield
        finally:
            event.remove(engine, "begin", begin)
            event.remove(engine, "before_cursor_execute", asked)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Central]:
    central = made_office(tmp_path_factory.mktemp("statements"))
    yield central
    central.store.close()


@pytest.fixture(scope="module")
def director(office: Central) -> TestClient:
    return with_role(office, ROLES["director"])


PATHS = [
    path for path, readers in PAGES.items() if "director" in readers and not path.startswith(FILES)
]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_asks_nothing_twice_in_one_transaction(
    office: Central, director: TestClient, path: str
) -> None:
    director.get(path)
    statements = Statements()
    with statements.seen(office):
        assert director.get(path).status_code == 200
    for transaction in statements.transactions:
        again = [asked for asked, times in Counter(transaction).items() if times > 1]
        assert not again, again


def test_waiting_objections_cost_a_page_no_statement_each(tmp_path: Path) -> None:
    central = made_office(tmp_path)
    director = with_role(central, ROLES["director"])
    statements = Statements()
    numbers = []
    for officer in ("102", "201", ""):
        director.get("/help")
        with statements.seen(central):
            assert "/objections/dindaeng" in director.get("/help").text
        numbers.append(statements.number)
        if officer:
            objected(central, officer, NOW)
    assert len(set(numbers)) == 1, numbers
    assert numbers[0] <= 8
    central.store.close()


@pytest.mark.parametrize("path", ["/report/dindaeng", "/officer/dindaeng/101"])
def test_an_office_without_a_queue_system_reads_no_day_for_its_tickets(
    office: Central, director: TestClient, path: str
) -> None:
    statements = Statements()
    with statements.seen(office):
        assert director.get(path).status_code == 200
    asked = [text for transaction in statements.transactions for text, _ in transaction]
    assert any("FROM tickets" in text for text in asked)
    assert not [text for text in asked if "tickets" in text and "day_lines" in text]
