"""What central does for all that it has grows as that does, and no faster. Counted are statements
and SQLite's own steps: seconds tell more of the machine than of the program."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import event, insert

from sync.central.schema import enrol_codes, sites
from sync.central.store import rowlines
from sync.central.store.days import officer_days
from sync.central.store.engine import CentralStore
from sync.central.usecases import backup, verification
from sync.central.usecases.central import Central
from sync.central.usecases.sites import add_site, find_site
from sync.central.usecases.terminals import NoSuchCode, enrol_at_any_site, invite_terminal
from sync.central.usecases.verification import first_disagreement
from sync.central.web.app import create_app
from sync.central.web.terminal_api import OftenAsked
from sync.messages import Enrol
from sync.protocol import digest
from tests.support.builders import an_officer
from tests.support.central import NOON, made_central, put_on_roster
from tests.support.databases import new_central_store
from tests.support.day_reports import day_report, key_text

FIRST = date(2026, 1, 5)
SIZES = (1, 3, 9)


@dataclass(slots=True)
class Work:
    statements: int = 0
    steps: int = 0
    """Of SQLite's machine, in tens."""


@contextmanager
def counted(store: CentralStore) -> Iterator[Work]:
    work = Work()

    def ask(connection: Any, *_: object) -> None:
        work.statements += 1
        connection.connection.driver_connection.set_progress_handler(step, 10)

    def step() -> int:
        work.steps += 1
        return 0

    event.listen(store._engine, "before_cursor_execute", ask)
    try:
        yield work
    finally:
        event.remove(store._engine, "before_cursor_execute", ask)


def with_days(folder: Path, offices: int, terminals: int, days: int) -> Central:
    """A central whose offices have so many days of so many terminals."""
    folder.mkdir()
    home = made_central(new_central_store(folder / "central.db"), folder)
    for number in range(offices):
        if number:
            add_site(home, f"site{number}", f"สำนักงานเขตที่ {number}")
        office = find_site(home, f"site{number}") if number else home
        assert office is not None
        put_on_roster(office, (an_officer("101", "น้ำผึ้ง"),))
        with office.store.transaction(office.site) as t:
            for terminal in range(terminals):
                for day in range(days):
                    report = structs.replace(
                        day_report(day=FIRST + timedelta(days=day), terminal=f"c{terminal}"),
                        site=office.site,
                    )
                    body = report.to_bytes()
                    t.days.put(report, body, digest(body), NOON)
                    t.unclosed.mark(officer_days(report))
    return home


def require_linear(works: list[Work]) -> None:
    """From ×3 to ×9 is three times as much more as from ×1 to ×3, or less."""
    for name in ("statements", "steps"):
        small, middle, large = (getattr(work, name) for work in works)
        assert large - middle <= 3.3 * (middle - small) + 5, (name, small, middle, large)


@pytest.mark.parametrize("what", ["days", "terminals", "offices"])
def test_verify_grows_as_what_is_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(verification, "_DAYS_A_LOOK", 4)
    works = []
    for size in SIZES:
        much = {"offices": 1, "terminals": 1, "days": 4} | {
            what: size * (4 if what == "days" else 1)
        }
        home = with_days(tmp_path / f"{size}", **much)
        days = 0

        def add(more: int) -> None:
            nonlocal days
            days += more

        with counted(home.store) as work:
            for number in range(much["offices"]):
                office = find_site(home, f"site{number}") if number else home
                assert office is not None
                assert first_disagreement(office, is_first=not number, say=add) is None
        assert days == 4 * size
        works.append(work)
        home.store.close()
    require_linear(works)


def test_a_day_more_costs_verify_no_statement(tmp_path: Path) -> None:
    works = []
    for days in (3, 12):
        home = with_days(tmp_path / f"{days}", 1, 1, days)
        with counted(home.store) as work:
            assert first_disagreement(home) is None
        works.append(work)
        home.store.close()
    assert works[0].statements == works[1].statements


def test_restore_grows_as_what_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rowlines, "_PIECE", 900)
    works = []
    for size in SIZES:
        home = with_days(tmp_path / f"{size}", 1, 1, size * 4)
        copy = tmp_path / f"{size}.zip"
        backup.write(home.store, tmp_path, copy, lambda *_: None)
        home.store.close()
        members, store = backup.check(copy), new_central_store(tmp_path / f"{size}.db")
        with counted(store) as work:
            backup.restore_rows(copy, members, store, lambda *_: None)
        store.close()
        works.append(work)
    require_linear(works)


def test_a_wrong_code_costs_as_much_in_a_country_as_in_one_office(tmp_path: Path) -> None:
    works = []
    for offices in (1, 1_000):
        (tmp_path / f"{offices}").mkdir()
        home = made_central(
            new_central_store(tmp_path / f"{offices}" / "central.db"), tmp_path / f"{offices}"
        )
        names = [f"local{number}" for number in range(offices)]
        with home.store.connection() as connection:
            connection.execute(
                insert(sites), [{"site": name, "name": name, "province": ""} for name in names]
            )
            code: dict[str, object] = {column.name: "" for column in enrol_codes.columns}
            connection.execute(
                insert(enrol_codes),
                [
                    {**code, "site": name, "code_hash": f"{name:0>64}", "until": NOON}
                    for name in names
                ],
            )
        invite_terminal(home, "counter-1", "1", NOON)
        with counted(home.store) as work, pytest.raises(NoSuchCode):
            enrol_at_any_site(home, Enrol("ABCDE-FGHJK", key_text()), NOON)
        works.append(work)
        home.store.close()
    assert works[0] == works[1]
    assert works[0].statements == 1


def test_what_every_terminal_asks_is_looked_for_first_and_answers_by_itself(
    tmp_path: Path,
) -> None:
    """Routes are tried one after the other, and what FastAPI asks for each takes as long again."""
    store = new_central_store(tmp_path / "central.db")
    first, second, third, *others = create_app(made_central(store, tmp_path)).routes
    store.close()
    often = [route for route in (first, second, third) if isinstance(route, OftenAsked)]
    asked = [route.path.rpartition("{terminal}")[2] for route in often]
    assert asked == ["/days/{day}", "/hello", "/heads"]
    assert not any(isinstance(route, OftenAsked) for route in others)
