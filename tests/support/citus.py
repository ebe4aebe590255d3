"""Databases on a Citus that somebody has built (CONTRIBUTING.md): each is one database on the
coordinator and one of the same name on every worker."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from uuid import uuid4

import psycopg
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from sync.central.store.distributing import distribute
from sync.central.store.engine import CentralStore

ADDRESS = "TEST_CITUS_URL"
"""The environment's name of the address of the coordinator: a database with Citus and its
workers."""
SHARDS = 4
"""Parts of a table: two on each of two workers, so that two sites may lie on both."""


class NoCitus(Exception):
    """There is no Citus to test on; one line."""


def coordinator() -> URL:
    """NoCitus."""
    address = os.environ.get(ADDRESS, "")
    if not address:
        raise NoCitus(
            f"set {ADDRESS} to the address of a Citus: CONTRIBUTING.md says how to build one"
        )
    try:
        return make_url(address).set(drivername="postgresql")
    except ArgumentError:
        raise NoCitus(f"{ADDRESS}: write postgresql://user@host:port/name") from None


@contextmanager
def citus_database(*, distributed: bool) -> Iterator[str]:
    """The URL of a database with Citus; with central's schema and no row where it is
    `distributed`, else empty. It goes afterwards."""
    template = _distributed_template() if distributed else _empty_template()
    name = _new_name()
    _everywhere(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield _central_url(name)
    finally:
        _close(name)
        _everywhere(f'DROP DATABASE "{name}" WITH (FORCE)')


@cache
def _empty_template() -> str:
    name = _new_name()
    _everywhere(f'CREATE DATABASE "{name}"')
    _everywhere("CREATE EXTENSION citus", name)
    first, *workers = _servers()
    with _connected(first, name) as connection:
        connection.execute("SELECT citus_set_coordinator_host(%s, %s)", (first.host, first.port))
        for worker in workers:
            connection.execute("SELECT citus_add_node(%s, %s)", (worker.host, worker.port))
        connection.execute(f'ALTER DATABASE "{name}" SET citus.shard_count = {SHARDS}'.encode())
    _close(name)
    return name


@cache
def _distributed_template() -> str:
    """As `kiosk-central init` and `kiosk-central distribute` make it."""
    name = _new_name()
    _everywhere(f'CREATE DATABASE "{name}" TEMPLATE "{_empty_template()}"')
    store = CentralStore.create(_central_url(name))
    with store.alone() as connection:
        connection.exec_driver_sql(f"SET citus.shard_count = {SHARDS}")
        done = distribute(connection, lambda _table, _rows: None)
    store.close()
    if not done.complete or done.servers < 2:
        raise NoCitus(f"{ADDRESS}: needs two workers or more; it has {done.servers}")
    _close(name)
    return name


@cache
def _servers() -> tuple[URL, ...]:
    """The coordinator, then its workers."""
    first = coordinator()
    workers = "SELECT nodename, nodeport FROM pg_dist_node WHERE groupid <> 0 ORDER BY nodeid"
    with psycopg.connect(first.render_as_string(hide_password=False)) as connection:
        return (
            first,
            *(first.set(host=host, port=port) for host, port in connection.execute(workers)),
        )


def _connected(server: URL, database: str) -> "psycopg.Connection[tuple[object, ...]]":
    address = server.set(database=database).render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)


def _everywhere(statement: str, database: str = "") -> None:
    for server in _servers():
        with _connected(server, database or str(server.database)) as connection:
            connection.execute(statement.encode())


def _close(name: str) -> None:
    """Nobody is connected, nor will be: so it can be copied. Citus keeps a process in each database
    that was used."""
    _everywhere(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    _everywhere(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    )


def _central_url(name: str) -> str:
    address = coordinator().set(drivername="postgresql+psycopg", database=name)
    return address.render_as_string(hide_password=False)


def _new_name() -> str:
    return f"t{uuid4().hex}"


def worker_url(url: str) -> str:
    """The same database on the first worker."""
    worker = _servers()[1]
    address = make_url(url).set(host=worker.host, port=worker.port)
    return address.render_as_string(hide_password=False)
