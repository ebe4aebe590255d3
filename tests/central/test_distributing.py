"""The tables among the servers of Citus: what is asked of each table on any database, who is
refused, and, with `make test-citus`, what becomes of rows, guards and later versions."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import (
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    inspect,
)

from kiosk.checking import Level, Line
from sync.central.schema import metadata
from sync.central.store.distributing import BY, COORDINATOR_ONLY, Say
from sync.central.store.engine import CentralStore, DatabaseDown
from sync.central.usecases.central import Central
from sync.central.usecases.checks import central_lines, distribution_line
from sync.central.usecases.distributing import Distribution, Laid, NotDistributable, distribute
from sync.central.usecases.installation import open_central, set_up
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.usecases.verification import first_disagreement
from sync.messages import Answer
from tests.support.central import NIGHT, enrolled, made_central, on_roster
from tests.support.citus import worker_url
from tests.support.day_reports import DAY, day_report
from tests.support.newer_program import newer_program

OURS = len(metadata.tables)
LATER_TABLE = """
later = Table("later", metadata, _text("site"), _text("what"), PrimaryKeyConstraint("site", "what"))
"""
LATER_MIGRATION = """
    op.execute("CREATE TABLE later (site TEXT, what TEXT, PRIMARY KEY (site, what))")
    op.execute("ALTER TABLE log_heads ADD COLUMN later TEXT")
"""
OWN_FILES = (
    "SELECT sum(pg_relation_size(logicalrelid)) FROM pg_dist_partition "
    "JOIN pg_class ON pg_class.oid = logicalrelid WHERE relname = 'log_entries'"
)
"""Bytes that the coordinator holds itself of a table."""

GROUPS = "SELECT count(DISTINCT colocationid) FROM pg_dist_partition"

HANDS = (
    "UPDATE log_entries SET who = 'x'",
    "UPDATE log_heads SET seq = 0 WHERE site = 'dindaeng'",
    "DELETE FROM log_entries WHERE site = 'dindaeng'",
    "DELETE FROM log_heads",
    "TRUNCATE log_entries",
    "TRUNCATE log_heads",
)


def what_citus_refuses(table: Table) -> str:
    """Why a table could not be distributed by its site; "": it can."""
    unique = [key.columns for key in table.constraints if isinstance(key, UniqueConstraint)]
    unique += [index.columns for index in table.indexes if index.unique]
    if [column.name for column in table.primary_key.columns][:1] != [BY]:
        return "the primary key does not begin with the site"
    if any(BY not in columns for columns in unique):
        return "something is unique over all sites"
    if table.foreign_keys:
        return "a foreign key may lead to another server"
    if any(column.identity or column.default for column in table.columns):
        return "the database numbers rows"
    return ""


def test_each_table_of_the_schema_is_as_citus_asks() -> None:
    refused = {name: what_citus_refuses(table) for name, table in metadata.tables.items()}
    assert not {name: why for name, why in refused.items() if why}


def test_a_table_that_citus_refuses_is_found() -> None:
    def table(*more: Column[int] | Index | UniqueConstraint, key: tuple[str, ...]) -> Table:
        columns = (Column("site", Text), Column("name", Text))
        return Table("t", MetaData(), *columns, *more, PrimaryKeyConstraint(*key))

    by_site = ("site", "name")
    assert not what_citus_refuses(table(key=by_site))
    assert what_citus_refuses(table(key=("name", "site")))
    assert what_citus_refuses(table(UniqueConstraint("name"), key=by_site))
    assert what_citus_refuses(table(Index("by_name", "name", unique=True), key=by_site))
    assert what_citus_refuses(table(Column("x", ForeignKey("other.x")), key=by_site))
    assert what_citus_refuses(table(Column("x", Integer, Identity()), key=by_site))


def test_each_table_of_a_database_has_its_way(store: CentralStore) -> None:
    with store.connection() as connection:
        there = set(inspect(connection).get_table_names())
    assert there == metadata.tables.keys() | COORDINATOR_ONLY.keys()


def test_who_has_no_citus_is_told_so_in_one_line(
    central: Central, request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("--citus"):
        assert told(central).fresh == ()
        return
    with pytest.raises(NotDistributable) as refused:
        told(central)
    assert "\n" not in str(refused.value)
    assert "Citus" in str(refused.value)
    assert first_disagreement(central) is None


@pytest.mark.parametrize(
    ("tables", "level", "named", "remedy"),
    [
        (Laid(("sites", "tickets"), (), ()), Level.OK, "every table", ""),
        (Laid((), ("sites", "tickets"), ()), Level.WARN, "no table", "kiosk-central distribute"),
        (
            Laid(("sites",), ("tickets",), ()),
            Level.FAIL,
            "incomplete; not distributed: tickets",
            "",
        ),
        (Laid(("sites",), (), ("tickets",)), Level.FAIL, "tickets", "undistribute_table() on each"),
        (Laid((), ("sites",), ("tickets",)), Level.FAIL, "tickets", "kiosk-central distribute"),
    ],
)
def test_a_check_names_what_is_not_distributed(
    tables: Laid, level: Level, named: str, remedy: str
) -> None:
    line = distribution_line(tables)
    assert line.level is level
    assert named in line.says
    assert remedy in line.remedy
    assert bool(line.remedy) == (level is not Level.OK)


def test_the_command_refuses_a_file(tmp_path: Path) -> None:
    set_up(tmp_path / "central", "dindaeng", "สำนักงานเขตดินแดง", "", "https://report.example")
    done = by_command(Path.cwd(), tmp_path / "central", "distribute")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "SQLite keeps everything in one file" in done.stderr


# --- on Citus alone ------------------------------------------------------------------------------


def told(central: Central, say: Say = lambda _table, _rows: None) -> Distribution:
    return distribute(central, say)


def by_command(program: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "sync.central.cli", "--data", str(folder), *words],
        env={**os.environ, "PYTHONPATH": str(program)},
        capture_output=True,
        text=True,
        timeout=300,
        cwd=program,
    )


@contextmanager
def before_it_is_distributed(url: str, folder: Path) -> Iterator[Central]:
    """A central that has a terminal and a day, all on the coordinator."""
    store = CentralStore.create(url)
    central = made_central(store, folder)
    enrolled(central)
    on_roster(central, "101")
    yield central
    store.close()


def send(central: Central, revision: int) -> Answer:
    report = day_report(revision, DAY, counts=(0, 0, 0, revision, 4))
    return take_day_report(central, "counter-1", report, report.to_bytes(), NIGHT).answer


def test_rows_go_along_and_none_stays_behind(citus: str, tmp_path: Path) -> None:
    with before_it_is_distributed(citus, tmp_path) as central:
        assert send(central, 1) is Answer.STORED
        rows: dict[str, int] = {}
        done = told(central, rows.__setitem__)
        assert (len(done.fresh), done.earlier, done.complete) == (OURS, (), True)
        assert done.whole.keys() == COORDINATOR_ONLY.keys()
        assert done.servers >= 2
        assert rows.keys() == metadata.tables.keys()
        assert (rows["day_reports"], rows["day_lines"]) == (1, 1)
        assert rows["log_entries"] > 0
        with central.store.connection() as connection:
            assert connection.exec_driver_sql(OWN_FILES).scalar() == 0, "personal data, unseen"
        assert send(central, 1) is Answer.ALREADY_HAVE
        assert send(central, 2) is Answer.STORED
        assert first_disagreement(central) is None
        again = told(central)
        assert (again.fresh, len(again.earlier)) == ((), OURS)


def test_logs_stay_append_only(citus: str, tmp_path: Path) -> None:
    with before_it_is_distributed(citus, tmp_path) as central:
        told(central)
        for hand in HANDS:
            with (
                pytest.raises(DatabaseDown, match="append-only"),
                central.store.connection() as connection,
            ):
                connection.exec_driver_sql(hand)
        with central.store.read(central.site) as t:
            assert not t.logs.missing_guard()


def test_what_is_cut_off_leaves_everything_as_it_was(citus: str, tmp_path: Path) -> None:
    class PulledPlug(Exception):
        pass

    def pull(table: str, _rows: int) -> None:
        if table == "log_entries":
            raise PulledPlug

    with before_it_is_distributed(citus, tmp_path) as central:
        send(central, 1)
        with pytest.raises(PulledPlug):
            told(central, pull)
        assert first_disagreement(central) is None
        with central.store.read(central.site) as t:
            assert not t.logs.missing_guard()
        assert len(told(central).fresh) == OURS


def test_who_writes_meanwhile_waits_and_loses_nothing(citus: str, tmp_path: Path) -> None:
    begun = Event()

    def say(_table: str, _rows: int) -> None:
        begun.set()

    with before_it_is_distributed(citus, tmp_path) as central, ThreadPoolExecutor(1) as other:
        distributing = other.submit(told, central, say)
        assert begun.wait(60)
        answers = [send(central, revision) for revision in range(1, 4)]
        assert len(distributing.result(60).fresh) == OURS
        assert answers == [Answer.STORED] * 3
        assert first_disagreement(central) is None


def test_a_check_sees_how_tables_lie(citus: str, tmp_path: Path) -> None:
    def check() -> Line:
        return next(x for x in central_lines(folder, NIGHT) if x.about == "distribution")

    folder = tmp_path / "central"
    set_up(folder, "dindaeng", "ดินแดง", citus, "https://127.0.0.1:1")
    assert check().level is Level.WARN
    with open_central(folder) as central:
        told(central)
        assert check().level is Level.OK
        with central.store.connection() as connection:
            connection.exec_driver_sql("SELECT undistribute_table('tickets')")
        assert check().says == "incomplete; not distributed: tickets"
        told(central)
    assert check().level is Level.OK


def test_of_two_at_once_one_does_it(citus: str, tmp_path: Path) -> None:
    with before_it_is_distributed(citus, tmp_path) as central, ThreadPoolExecutor(2) as two:
        both = list(two.map(lambda _: told(central), range(2)))
    assert sorted(len(done.fresh) for done in both) == [0, OURS]


def test_what_lies_otherwise_is_named(citus: str, tmp_path: Path) -> None:
    with before_it_is_distributed(citus, tmp_path) as central:
        with central.store.connection() as connection:
            connection.exec_driver_sql("CREATE TABLE somebodys (id INTEGER PRIMARY KEY)")
            connection.exec_driver_sql("SELECT create_reference_table('tickets')")
        done = told(central)
    assert not done.complete
    assert "undistribute_table" in done.whole["tickets"]
    assert done.whole["somebodys"] == "no table of this program"


def test_the_rows_of_an_office_stay_together_whichever_table_was_taken_out(
    citus: str, tmp_path: Path
) -> None:
    with before_it_is_distributed(citus, tmp_path) as central:
        told(central)
        with central.store.connection() as connection:
            connection.exec_driver_sql("SELECT undistribute_table('sites')")
        again = told(central)
        assert (again.fresh, again.complete) == (("sites",), True)
        with central.store.connection() as connection:
            assert connection.exec_driver_sql(GROUPS).scalar() == 1
            connection.exec_driver_sql("SELECT undistribute_table('sites')")
            apart = "SELECT create_distributed_table('sites', 'site', colocate_with => 'none')"
            connection.exec_driver_sql(apart)
        found = told(central)
    assert not found.complete
    assert "apart from the others" in found.whole["sites"]


def test_a_worker_is_refused_by_citus_itself(citus: str) -> None:
    with pytest.raises(DatabaseDown, match="not allowed on this node") as refused:
        CentralStore.create(worker_url(citus))
    assert "\n" not in str(refused.value)


def test_a_later_versions_table_is_distributed_and_the_way_back_stays(
    citus: str, tmp_path: Path
) -> None:
    folder = tmp_path / "central"
    set_up(folder, "dindaeng", "สำนักงานเขตดินแดง", citus, "https://report.example")
    with open_central(folder) as central:
        enrolled(central)
        on_roster(central, "101")
        send(central, 1)
    done = by_command(Path.cwd(), folder, "distribute")
    assert not done.returncode, done.stderr
    assert f"Distributed {OURS} tables, 0 before" in done.stdout
    later = newer_program(tmp_path / "later", "7.0.0", migrates=True)
    schema = later / "sync/central/schema.py"
    schema.write_text(schema.read_text("utf-8") + LATER_TABLE, "utf-8")
    [migration] = (later / "sync/central/migrations/versions").glob("0002*")
    migration.write_text(migration.read_text("utf-8") + LATER_MIGRATION, "utf-8")
    done = by_command(later, folder, "migrate")
    assert not done.returncode, done.stderr
    done = by_command(later, folder, "distribute")
    assert f"Distributed 0 tables, {OURS + 1} before" in done.stdout, done.stderr
    done = by_command(later, folder, "rollback", "--yes")
    assert not done.returncode, done.stderr
    with open_central(folder) as central:
        assert len(told(central).earlier) == OURS
        assert send(central, 2) is Answer.STORED
        assert first_disagreement(central) is None
        with central.store.read(central.site) as t:
            assert not t.logs.missing_guard()
