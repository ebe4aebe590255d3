"""What a clerk waits for at a city: verify, backup and restore, as commands of their own.

Each beside the database alone: the same rows read by COPY, and put into an empty database by COPY.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from sync.central.schema import metadata
from sync.central.store.engine import CentralStore
from sync.central.usecases.installation import open_central, set_up
from tests.bench.city import grow_city
from tests.bench.country import Size, database
from tests.bench.figures import report

MOST_SECONDS = 300


def measured(size: Size) -> Iterator[str]:
    """The commands at a city of this size."""
    with database() as url, TemporaryDirectory(prefix="kiosk-bench-") as folder:
        begun, data = perf_counter(), Path(folder) / "city"
        set_up(data, "dindaeng", "สำนักงานเขตดินแดง", url, "https://localhost")
        raw = psycopg.connect(_plain(url), autocommit=True)
        with raw, open_central(data) as home:
            days = grow_city(home, raw, size.sites, size.years)
        yield f"{size}, {days:,} day reports, made in {perf_counter() - begun:.0f} s"
        copy, back = Path(folder) / "city.zip", Path(folder) / "back"
        read = _seconds_to_read(url)
        yield _line("verify", _seconds(data, "verify"), read)
        yield _line("backup", _seconds(data, "backup", str(copy)), read)
        put = _seconds_to_put(url, _another(url, "raw"))
        other = _another(url, "back")
        yield _line("restore", _seconds(back, "restore", str(copy), "--database", other), put)


def _line(name: str, ours: float, raw: float) -> str:
    line = report(
        f"{name}, s", f"<= {MOST_SECONDS}", f"{ours:.1f}", f"{raw:.1f}", ours, MOST_SECONDS
    )
    return f"{line}  {ours / raw:.1f} x COPY"


def _seconds(data: Path, *words: str) -> float:
    begun = perf_counter()
    command = [sys.executable, "-m", "sync.central.cli", "--data", str(data), *words]
    subprocess.run(command, check=True, capture_output=True)
    return perf_counter() - begun


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")


def _another(url: str, name: str) -> str:
    """An empty database beside another."""
    with psycopg.connect(_plain(url), autocommit=True) as raw:
        raw.execute(f"CREATE DATABASE {name}".encode())
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _seconds_to_read(url: str) -> float:
    begun = perf_counter()
    with psycopg.connect(_plain(url)) as raw:
        for table in metadata.sorted_tables:
            for _ in _read(raw, table.name):
                pass
    return perf_counter() - begun


def _seconds_to_put(url: str, other: str) -> float:
    """The same rows into the same tables, keys and indexes."""
    CentralStore.create(other).close()
    begun = perf_counter()
    with psycopg.connect(_plain(url)) as source, psycopg.connect(_plain(other)) as target:
        for table in metadata.sorted_tables:
            with target.cursor().copy(f"COPY {table.name} FROM STDIN".encode()) as copy:
                for piece in _read(source, table.name):
                    copy.write(piece)
    return perf_counter() - begun


def _read(raw: psycopg.Connection[Any], table: str) -> Iterator[Any]:
    with raw.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy:
        yield from copy
