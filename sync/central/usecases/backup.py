"""A whole central in one file, for either database: rows, settings and keys, each with a digest.

The file is a zip: `manifest.json` (format, schema version, SHA-256 of each member), a JSON line per
row of each table, and the data folder's small files. It holds secrets: it is written 0600, and
sealed to the office's key where there is one.
"""

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import BinaryIO, cast

from sqlalchemy import Connection, Table, false, func, select

from kiosk import officekey
from kiosk.files import new_file
from sync.central.schema import metadata, sites
from sync.central.settings import FILE_NAME
from sync.central.store.bulk import append_rows, drop_indexes, make_indexes, wait_for_no_disk
from sync.central.store.engine import HEAD, CentralStore
from sync.central.store.rowlines import rows_of, write_rows

FORMAT = 1
FILES = (FILE_NAME, "central.key", "identity.secret", "metrics.token")
_LEFT_OUT = {"sessions", "sign_in_tries", "upkeep"}
"""Tables whose rows are left out: whoever was signed in signs in again, and whoever signed out or
was shut out after the backup stays out. Waits begin anew. What another machine did at night says
nothing about this one."""
_PIECE = 1 << 20
"""Bytes of a member read at once."""


class BadBackup(Exception):
    """A file that can't be restored from; one line."""


_BROKEN = (
    zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError, EOFError,
    NotImplementedError, RuntimeError, OverflowError, OSError, AttributeError,
)  # fmt: skip
"""What Python's zipfile does with a damaged file, over sixty flipped bytes and more."""

Members = Mapping[str, str]
"""The members of a backup that was checked, and their digests."""

Say = Callable[[str, int], None]
"""Told each table and how many of its rows are done."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A backup that can be read: the file itself, or what was sealed in it."""

    path: Path
    file: BinaryIO

    def __str__(self) -> str:
        return str(self.path)


Source = Path | Opened


@contextmanager
def opened(path: Path, secret: str, room: Path) -> Iterator[Opened]:
    """A backup as it can be read; a sealed one with the office's key, meanwhile in a file without
    a name in the folder `room`. BadBackup; OSError."""
    with path.open("rb") as file:
        if not officekey.is_sealed(file):
            if secret and zipfile.is_zipfile(file):
                raise BadBackup(f"{path}: {officekey.NOT_SEALED}")
            file.seek(0)
            yield Opened(path, file)
            return
        if not secret:
            raise BadBackup(f"{path}: only the office's key opens it; name its file with --key")
        with tempfile.TemporaryFile(dir=room) as plain:
            try:
                officekey.open_sealed(file, plain, secret)
            except officekey.NotOpened as error:
                raise BadBackup(f"{path}: {error}") from None
            yield Opened(path, plain)


def write(
    store: CentralStore, folder: Path, target: Path, say: Say, public: str = ""
) -> tuple[int, str]:
    """Write everything to `target`, whole or not at all, sealed to the key `public` where there is
    one; how many rows, and the file's SHA-256. Nobody waits. FileExistsError; OSError."""
    with new_file(target) as file:
        hashing = _Hashing(file)
        if public:
            with officekey.sealing(cast("BinaryIO", hashing), public) as sealed:
                rows = _write(store, folder, sealed, say)
        else:
            rows = _write(store, folder, cast("BinaryIO", hashing), say)
    return rows, hashing.digest.hexdigest()


class _Hashing:
    """Passes on what is written, and reckons its digest. It can't go back: zipfile then writes as
    into a pipe."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


def read_back(target: Path, digest: str) -> None:
    """BadBackup unless the disk has every byte that was written."""
    with target.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            raise BadBackup(f"{target}: the disk did not keep what was written; use another")


def _write(store: CentralStore, folder: Path, file: BinaryIO, say: Say) -> int:
    digests: dict[str, str] = {}
    rows = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with store.snapshot() as connection:
            for table in metadata.sorted_tables:
                name = f"{table.name}.jsonl"
                count, digests[name] = _write_table(archive, name, table, connection)
                rows += count
                say(table.name, count)
        for name in FILES:
            if (folder / name).exists():
                data = (folder / name).read_bytes()
                archive.writestr(f"files/{name}", data)
                digests[f"files/{name}"] = hashlib.sha256(data).hexdigest()
        manifest = {"format": FORMAT, "schema": HEAD, "members": digests}
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    return rows


def _write_table(
    archive: zipfile.ZipFile, name: str, table: Table, connection: Connection
) -> tuple[int, str]:
    """Write a table's rows into the member `name`; how many, and the member's SHA-256."""
    query = table.select()
    if table.name in _LEFT_OUT:
        query = query.where(false())
    return write_rows(archive, name, table, connection, query)


def check(source: Source) -> Members:
    """The members of a backup and their digests, each looked at; BadBackup names what is wrong."""
    try:
        with _archive(source) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            members: dict[str, str] = manifest["members"]
            if manifest["format"] > FORMAT or manifest["schema"] > HEAD:
                raise BadBackup(f"{source}: written by a newer version; install that version")
            for name, digest in members.items():
                if _member_digest(archive, name) != digest:
                    raise BadBackup(f"{source}: {name} is damaged")
            return members
    except _BROKEN as error:
        raise BadBackup(f"{source}: is no whole backup ({error})") from None


def _archive(source: Source) -> zipfile.ZipFile:
    return zipfile.ZipFile(source.file if isinstance(source, Opened) else source)


def _member_digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as member:
        while piece := member.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def mark_of(source: Source) -> str:
    """Tells one backup from another: a digest over the digests of all that is in it."""
    with _archive(source) as archive:
        return hashlib.sha256(archive.read("manifest.json")).hexdigest()


def restore_files(source: Source, members: Members, folder: Path) -> None:
    """Put settings and keys into an empty data folder, 0600."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _archive(source) as archive:
        for name in FILES:
            if f"files/{name}" in members:
                descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(archive.read(f"files/{name}"))
                    file.flush()
                    os.fsync(file.fileno())


def require_no_rows(store: CentralStore) -> None:
    """BadBackup where the database has rows."""
    with store.connection() as connection:
        if table := next(_tables_with_rows(connection), ""):
            raise BadBackup(f"{table} has rows already; name an empty database")


def has_rows_of_another(store: CentralStore, site: str) -> bool:
    """Whether a database holds more than the name of this office, which `init` writes first."""
    with store.connection() as connection:
        others = {*_tables_with_rows(connection)} - {sites.name}
        strangers = connection.scalars(select(sites.c.site).where(sites.c.site != site)).first()
    return bool(others) or strangers is not None


def _tables_with_rows(connection: Connection) -> Iterator[str]:
    for table in metadata.sorted_tables:
        if connection.execute(table.select().limit(1)).first() is not None:
            yield table.name


def restore_rows(
    source: Source,
    members: Members,
    store: CentralStore,
    say: Say,
    step: Callable[[int], None] = lambda _rows: None,
) -> int:
    """Put every row into the database, thousands in a transaction, two tables at once where the
    database takes that; how many are there then. What the same backup has put there before is gone
    on from. `step`: told how many are done. BadBackup when there are other rows."""
    for table in metadata.sorted_tables:
        if f"{table.name}.jsonl" not in members:
            raise BadBackup(f"{source}: {table.name} is missing")
    with store.connection() as connection:
        drop_indexes(connection)
    with _archive(source) as archive:
        there = {table: _rows_there(archive, store, table) for table in metadata.sorted_tables}
        putting = _Putting(archive=archive, store=store, say=say, step=step, there=there)
        putting.tables([table for table in metadata.sorted_tables if table is not sites])
        with store.connection() as connection:
            make_indexes(connection)
        putting.table(sites)  # no office is known in half of a restore
        return sum(there.values())


@dataclass(slots=True)
class _Putting:
    """Rows on their way into a database."""

    archive: zipfile.ZipFile
    store: CentralStore
    say: Say
    step: Callable[[int], None]
    there: dict[Table, int]
    """How many rows of each table are there; an earlier try put the first ones."""
    _saying: Lock = field(default_factory=Lock)
    _failed: bool = False

    def tables(self, tables: Iterable[Table]) -> None:
        """All of them, the largest first: the small ones fill in the time beside."""

        def size(table: Table) -> int:
            return self.archive.getinfo(f"{table.name}.jsonl").file_size

        with ThreadPoolExecutor(self.store.writers) as pool:
            asked = [pool.submit(self.table, x) for x in sorted(tables, key=size, reverse=True)]
            try:
                for answer in as_completed(asked):
                    answer.result()
            except BaseException:
                self._failed = True
                pool.shutdown(cancel_futures=True)
                raise

    def table(self, table: Table) -> None:
        columns = [column.name for column in table.columns]
        for batch in rows_of(self.archive, table, after=self.there[table]):
            if self._failed:
                return
            with self.store.connection() as connection:
                if table is not sites:  # the last one
                    wait_for_no_disk(connection)
                append_rows(connection, table, columns, batch)
            with self._saying:
                self.there[table] += len(batch)
                self.step(sum(self.there.values()))
        with self._saying:
            self.say(table.name, self.there[table])


def _rows_there(archive: zipfile.ZipFile, store: CentralStore, table: Table) -> int:
    """How many rows of a table an earlier try has put; BadBackup when they are not the backup's
    first ones."""
    with store.connection() as connection:
        count = connection.scalar(select(func.count()).select_from(table)) or 0
        if not count:
            return 0
        last = next(rows_of(archive, table, after=count - 1), None)
        named = dict(zip(table.columns, last[0], strict=True)) if last else {}
        key = [column == named[column] for column in table.primary_key] if named else []
        if key and connection.execute(table.select().where(*key)).first():
            return count
    raise BadBackup(f"{table.name} has rows of something else; name an empty database")
