"""A city's offices are verified in several processes: each answers as it would alone."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from msgspec import structs
from sqlalchemy import update
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from sync.central import cli
from sync.central.commands.context import NOT_NOW
from sync.central.schema import day_lines
from sync.central.settings import change_database
from sync.central.store.days import officer_days
from sync.central.usecases import verifying
from sync.central.usecases.central import Central
from sync.central.usecases.installation import open_central, set_up
from sync.central.usecases.sites import add_site, all_sites, find_site
from sync.central.usecases.verifying import CutShort, OfficeVerified, verified
from sync.protocol import digest
from tests.support.central import MONDAY, NOON, on_roster
from tests.support.databases import administer, new_database
from tests.support.day_reports import day_report

OFFICES = 9


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Central]:
    with made_city(tmp_path / "city") as home:
        yield home


@contextmanager
def made_city(folder: Path, database: str = "") -> Iterator[Central]:
    set_up(folder, "dindaeng", "สำนักงานเขตดินแดง", database, "https://report.example")
    with open_central(folder) as home:
        for number in range(1, OFFICES):
            add_site(home, f"site{number}", f"สำนักงานเขตที่ {number}")
        for office in offices_of(home):
            on_roster(office, "101")
            report = structs.replace(day_report(day=MONDAY), site=office.site)
            body = report.to_bytes()
            with office.store.transaction(office.site) as t:
                t.days.put(report, body, digest(body), NOON)
                t.unclosed.mark(officer_days(report))
        yield home


def offices_of(home: Central) -> list[Central]:
    found = [find_site(home, site) for site, _ in all_sites(home)]
    return [office for office in found if office is not None]


def spoil(home: Central, site: str) -> None:
    with home.store.connection() as connection:
        connection.execute(update(day_lines).where(day_lines.c.site == site).values(n5=21))


def answers(home: Central, processes: int) -> tuple[list[OfficeVerified], int]:
    days: list[int] = []
    found = list(verified(offices_of(home), days.append, processes))
    return found, sum(days)


def test_several_processes_answer_as_one_does(city: Central) -> None:
    alone = answers(city, 1)
    assert alone == ([OfficeVerified()] * OFFICES, OFFICES)
    assert answers(city, 2) == alone
    spoil(city, "site5")
    found, _ = answers(city, 2)
    assert found == answers(city, 1)[0]
    assert [number for number, one in enumerate(found) if one.wrong] == [5]
    assert "its rows do not add up to the report" in found[5].wrong


def test_who_has_heard_enough_waits_for_no_other_office(city: Central) -> None:
    offices = offices_of(city)
    asked = verified(offices, lambda _days: None, 2)
    assert next(asked) == OfficeVerified()
    asked.close()
    with pytest.raises(StopIteration):
        next(asked)


def test_a_few_offices_start_no_process(city: Central, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_processes: int) -> None:
        raise AssertionError("a process for each would take longer")

    monkeypatch.setattr(verifying, "_started", never)
    few = offices_of(city)[:3]
    assert list(verified(few, lambda _days: None, 2)) == [OfficeVerified()] * 3


def end_by_force(_folder: Path, _site: str, *, is_first: bool) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def find_no_memory(_folder: Path, _site: str, *, is_first: bool) -> None:
    raise MemoryError


@pytest.mark.parametrize("in_process", [end_by_force, find_no_memory])
def test_who_loses_a_process_says_so_in_one_line_and_accuses_nobody(
    city: Central, in_process: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = city.settings.folder
    monkeypatch.setattr(verifying, "_verify", in_process)
    with pytest.raises(CutShort, match="did not come to its end"):
        answers(city, 2)
    monkeypatch.setattr(verifying, "verified", partial(verified, processes=2))
    ended = CliRunner().invoke(cli.app, ["--data", str(folder), "verify"])
    assert (ended.exit_code, ended.stdout) == (NOT_NOW, "")
    assert len(ended.stderr.splitlines()) == 1


_KILLED = """\
import os, signal
from sync.central.usecases import verifying

if __name__ == "__main__":
    with verifying._started(1) as (pool, _):
        print(pool.submit(os.getpid).result(), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_no_process_outlives_a_verify_that_is_killed(tmp_path: Path) -> None:
    """Each holds its end of the pipe open as long as it lives: the read comes to its end then."""
    program = tmp_path / "killed.py"
    program.write_text(_KILLED, "utf-8")
    paths = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, program], env=paths, stdout=subprocess.PIPE, check=False, timeout=120
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.strip().isdigit()


def test_who_may_have_one_connection_verifies_every_office_with_it(
    postgres: str, tmp_path: Path
) -> None:
    url = new_database(postgres)
    folder = tmp_path / "city"
    with made_city(folder, url):
        role = f"r{uuid4().hex}"
        administer(url, f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1")
    owned = make_url(url).set(username=role).render_as_string(hide_password=False)
    administer(url, f"GRANT pg_read_all_data TO {role}")
    change_database(folder, owned)
    with open_central(folder) as home:
        assert answers(home, 2) == ([OfficeVerified()] * OFFICES, OFFICES)


def test_processes_have_no_more_connections_than_one_that_serves(
    city: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_processes: int) -> None:
        raise AssertionError("a process more needs a connection more")

    monkeypatch.setattr(verifying, "_started", never)
    few = city.settings._replace(connections=2)
    offices = [replace(office, settings=few) for office in offices_of(city)]
    assert list(verified(offices, lambda _days: None, 64)) == [OfficeVerified()] * OFFICES


def test_where_processes_can_share_nothing_one_verifies_every_office(
    postgres: str, tmp_path: Path
) -> None:
    """As where /dev/shm is full: no file may have a byte."""
    folder = tmp_path / "city"
    with made_city(folder, new_database(postgres)):
        pass
    verify = f"'{sys.executable}' -m sync.central.cli --data '{folder}' verify"
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 0; exec {verify}"], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "All agrees.\n", "")


def test_an_interrupt_at_the_terminal_is_for_the_one_that_started_the_others() -> None:
    with verifying._started(1) as (pool, _):
        with verifying._alone_interrupted():
            asked = pool.submit(signal.pthread_sigmask, signal.SIG_BLOCK, ())
        assert signal.SIGINT in asked.result(60)
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
