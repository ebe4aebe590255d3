"""A row that somebody changed by hand is named in the log, and its page says so in one line."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Table, insert, update
from starlette.testclient import TestClient

import sync.central.store
from sync.central import schema
from sync.central.usecases.central import Central, RowUnreadable
from sync.central.usecases.improvements import Improvement, save_improvement
from sync.central.usecases.transports import read_transports
from sync.central.viewer import ROLES
from tests.support.central import IT, SITE, enrolled, on_roster, signed_in

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
HAND = "typed by hand"
_READERS = [ROLES[role] for role in ("it", "director", "complaints", "hr")]
_STEP = {
    "site": SITE, "case": 1, "step": 1, "deed": "filed", "at": NOW, "who": "101", "name": "x",
    "roles": "officer", "words": "x", "verdict": "", "ground": "", "until": None,
}  # fmt: skip
PAGES: Mapping[str, tuple[Table, dict[str, object]]] = {
    "/comments/dindaeng": (schema.pool_reviews, {"site": SITE, "pool": 1, "version": 1}),
    "/settings/dindaeng": (schema.site_settings, {"site": SITE, "version": 1}),
    "/notifications/dindaeng": (schema.transports, {"site": SITE, "transport": "mail"}),
    "/objections/dindaeng": (schema.objection_steps, _STEP),
}
"""Where a row with a wrong value in one of its columns is read."""
COLUMNS = {
    "/comments/dindaeng": "status",
    "/settings/dindaeng": "body",
    "/notifications/dindaeng": "body",
    "/objections/dindaeng": "deed",
}


def _fill(central: Central, table: Table, values: dict[str, object]) -> None:
    """A row with these values; what they leave out is empty."""
    blanks: dict[type, object] = {str: "", int: 0, datetime: NOW, date: NOW.date(), bool: False}
    row = {c.name: values.get(c.name, blanks.get(c.type.python_type, NOW)) for c in table.columns}
    with central.store._engine.begin() as connection:
        connection.execute(insert(table).values(row))


@pytest.mark.parametrize("address", PAGES)
def test_a_page_says_in_one_line_that_a_row_cannot_be_read(
    central: Central, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = signed_in(central, *_READERS, now=NOW)
    on_roster(central, "101")
    table, values = PAGES[address]
    if table is schema.objection_steps:
        of_case = {"site": SITE, "case": 1, "officer": "101", "period": "fy2026"}
        _fill(central, schema.objections, of_case)
    _fill(central, table, values | {COLUMNS[address]: HAND})
    _says_so(client, address, f"{table.name}.{COLUMNS[address]} holds {HAND!r}", caplog)


@pytest.mark.parametrize(
    ("table", "column", "address"),
    [
        (schema.improvements, "status", "/improvements/dindaeng"),
        (schema.terminals, "state", "/fleet/dindaeng"),
        (schema.accounts, "roles", "/accounts/dindaeng"),
    ],
)
def test_so_does_one_whose_row_was_right_before(
    central: Central, table: Table, column: str, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = signed_in(central, *_READERS, now=NOW)
    enrolled(central)
    save_improvement(central, IT, Improvement(id="", said="a", done="b"), NOW)
    assert client.get(address).status_code == 200
    with central.store._engine.begin() as connection:
        connection.execute(update(table).values({column: HAND}))
    _says_so(client, address, f"{table.name}.{column} holds {HAND!r}", caplog)


def _says_so(client: TestClient, address: str, line: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.get(f"{address}?lang=en")
    assert answer.status_code == 503
    assert "changed by hand and cannot be read" in answer.text
    assert HAND not in answer.text
    assert line in caplog.text


def test_a_command_gets_the_same_line(central: Central) -> None:
    _fill(central, schema.transports, {"site": SITE, "transport": "pigeon", "body": "{}"})
    with pytest.raises(RowUnreadable, match=r"transports\.transport holds 'pigeon'"):
        read_transports(central)


def test_every_room_reads_what_a_column_stands_for_so() -> None:
    folder = Path(sync.central.store.__file__).parent
    texts = {path.name: path.read_text("utf-8") for path in folder.glob("*.py")}
    bare = re.compile(r"\b(?!Row\b|OfficerId\b|SectionId\b)[A-Z]\w+\(row\.\w+\)|json\.loads\(row\.")
    unread = {
        f"{name}: {line.strip()}"
        for name, text in texts.items()
        for before, line in zip(["", *text.splitlines()], text.splitlines(), strict=False)
        if bare.search(line) and "reading(" not in before
    }
    assert unread == set()
