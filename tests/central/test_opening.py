"""The database as it is opened: by several programs at once, of another encoding, after a
fail-over, and when two transactions wait for each other."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier

import psycopg
import pytest

from sync.central.store.engine import CentralStore, Collided, DatabaseDown, DatabaseError, Pooling
from sync.central.usecases.central import once_more
from sync.central.usecases.upkeep import read_upkeep, turn
from tests.support.central import NIGHT, made_central
from tests.support.databases import administer, new_database

on_postgresql = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


def test_of_five_that_make_the_schema_at_once_one_does_and_four_wait(url: str) -> None:
    together = Barrier(5)

    def make(_: int) -> None:
        together.wait()
        CentralStore.create(url).close()

    with ThreadPoolExecutor(5) as five:
        list(five.map(make, range(5)))
    CentralStore.open(url).close()


def test_an_older_database_is_refused_by_the_name_of_its_remedy(
    store: CentralStore, url: str
) -> None:
    with store.connection() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(DatabaseError, match=r"older version \(0000.*run `kiosk-central migrate`"):
        CentralStore.open(url)
    with pytest.raises(DatabaseError, match="of version 0000"):
        store.look()


def test_a_copy_may_be_made_before_anything_changes(store: CentralStore, url: str) -> None:
    with store.connection() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")

    class NoRoom(Exception):
        pass

    def copy(version: str) -> None:
        with store.read("a") as t:  # what is there can be read meanwhile
            assert t.people.site_name() is None
        raise NoRoom(version)

    with pytest.raises(NoRoom, match="0000"):
        CentralStore.migrate(url, Pooling(), copy)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_of_another_encoding_is_refused_in_one_line(
    postgres: str, encoding: str
) -> None:
    url = new_database(postgres, f"TEMPLATE template0 LOCALE 'C' ENCODING '{encoding}'")
    with pytest.raises(DatabaseError) as refused:
        CentralStore.create(url)
    assert f"holds text as {encoding}, not as UTF-8" in str(refused.value)
    assert "\n" not in str(refused.value)


@on_postgresql
def test_after_a_fail_over_no_connection_to_the_server_before_is_used_again(
    store: CentralStore, url: str
) -> None:
    with store.transaction("a") as t:
        t.people.put_site("A")
    store.look()
    store.close()
    administer(url, "ALTER DATABASE NAME SET default_transaction_read_only = on")
    with pytest.raises(DatabaseDown, match="read-only"), store.transaction("a") as t:
        t.people.put_site("B")
    with pytest.raises(DatabaseDown, match="is read-only"):
        store.look()
    administer(url, "ALTER DATABASE NAME RESET default_transaction_read_only")
    store.look()
    with store.transaction("a") as t:
        t.people.put_site("C")


def test_a_file_that_can_not_be_written_to_or_is_gone_is_not_ready(tmp_path: Path) -> None:
    path = tmp_path / "central.db"
    store = CentralStore.create(f"sqlite:///{path}")
    store.look()
    with store.transaction("a") as t:
        t.people.put_site("A")
        store.look()  # somebody else writes just now: it can be written to
    path.rename(tmp_path / "elsewhere.db")
    with pytest.raises(DatabaseDown, match="gone"):
        store.look()
    store.close()


@on_postgresql
def test_who_is_ended_in_a_deadlock_is_told_so(store: CentralStore, url: str) -> None:
    """And not merely that the database is down: the same once more will do."""
    administer(url, "ALTER DATABASE NAME SET deadlock_timeout = '50ms'")
    store.close()
    for site in ("a", "b"):
        with store.transaction(site) as t:
            t.people.put_site(site)
    both_hold = Barrier(2)

    def cross(first: str, second: str) -> int:
        try:
            with store.connection() as connection:
                for place, site in enumerate((first, second)):
                    connection.exec_driver_sql(
                        f"SELECT site FROM sites WHERE site = '{site}' FOR UPDATE"
                    )
                    if place == 0:
                        both_hold.wait(5)
        except Collided:
            return 1
        return 0

    with ThreadPoolExecutor(2) as two:
        ended = list(two.map(cross, ("a", "b"), ("b", "a")))
    assert sum(ended) == 1


@on_postgresql
def test_two_that_wait_for_each_other_both_get_their_turn(store: CentralStore, url: str) -> None:
    """Two sessions lock two rows in opposite order: the database ends one, which does it again."""
    administer(url, "ALTER DATABASE NAME SET deadlock_timeout = '50ms'")
    store.close()
    for site in ("a", "b"):
        with store.transaction(site) as t:
            t.people.put_site(site)
    both_hold, tries = Barrier(2), Counter[str]()

    def cross(first: str, second: str) -> None:
        tries[first] += 1
        with store.connection() as connection:
            for site in (first, second):
                connection.exec_driver_sql(
                    f"UPDATE sites SET name = name || '{first}' WHERE site = '{site}'"
                )
                if site == first and tries[first] == 1:
                    both_hold.wait(5)

    with ThreadPoolExecutor(2) as two:
        for done in (
            two.submit(once_more, partial(cross, "a", "b")),
            two.submit(once_more, partial(cross, "b", "a")),
        ):
            done.result(30)
    assert tries.total() == 3, "one was ended, and did it again"
    for site in ("a", "b"):
        with store.read(site) as t:
            assert sorted(str(t.people.site_name())) == sorted(f"{site}ab"), "each wrote once"


@on_postgresql
def test_who_could_not_be_put_in_order_beside_another_does_it_again(
    store: CentralStore, url: str
) -> None:
    """A sharded or stricter server says 40001 where two read the same row and both write it."""
    with store.transaction("a") as t:
        t.people.put_site("-")
    both_read, tries = Barrier(2), Counter[str]()

    def add(letter: str) -> None:
        tries[letter] += 1
        with store.connection() as connection:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            name = connection.exec_driver_sql("SELECT name FROM sites WHERE site = 'a'").scalar()
            if tries[letter] == 1:
                both_read.wait(5)
            connection.exec_driver_sql(f"UPDATE sites SET name = '{name}{letter}'")

    with ThreadPoolExecutor(2) as two:
        for done in [two.submit(once_more, partial(add, letter)) for letter in "xy"]:
            done.result(30)
    assert tries.total() == 3, "one was ended, and did it again"
    with store.read("a") as t:
        assert t.people.site_name() in ("-xy", "-yx"), "and read what the other wrote"


def test_no_more_connections_are_opened_than_the_setting_says(postgres: str) -> None:
    url = new_database(postgres)
    CentralStore.create(url).close()
    store = CentralStore.open(url, Pooling(connections=2, prepare_threshold=0))
    with store.read("a"), store.read("a") as t:
        open_now = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        connection = t.people._connection
        assert connection.exec_driver_sql(open_now).scalar() == 2
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        assert driver.prepare_threshold is None
    store.close()


def test_of_several_processes_one_works_at_night_and_who_dies_loses_the_turn(
    store: CentralStore, tmp_path: Path
) -> None:
    central = made_central(store, tmp_path)
    with turn(central, NIGHT) as first, turn(central, NIGHT) as second:
        assert (first, second) == (True, False)
    with turn(central, NIGHT) as again:
        assert again
        with turn(central, NIGHT + timedelta(hours=1)) as waits:
            assert not waits
        with turn(central, NIGHT + timedelta(hours=3)) as after_a_death:
            assert after_a_death
    with turn(central, NIGHT + timedelta(days=4000)), turn(central, NIGHT) as clock_was_wrong:
        assert clock_was_wrong
    assert not read_upkeep(central)
