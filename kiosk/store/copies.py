"""What the newer file has and its copy has not, and how the copy is put back."""

import os
from dataclasses import dataclass
from pathlib import Path

import pysqlite3.dbapi2 as sqlite

from kiosk.copies import PUT_BACK
from kiosk.files import sync_folder, write_whole

_PARTS = ("", "-wal", "-shm")
"""What SQLite adds to a file's name for the files beside it."""


@dataclass(frozen=True, slots=True)
class Lost:
    """What the newer file has and the copy has not. `sent`: how many of the day reports are at
    central."""

    ratings: int
    day_reports: int
    sent: int
    journal_entries: int


def lost_by(newer: Path, copy: Path) -> Lost:
    """What going back from `newer` to `copy` would lose. StoreFailed when one can't be read."""
    before, after = _counts(copy), _counts(newer)
    ratings, day_reports, sent, entries = (
        max(0, now - then) for now, then in zip(after, before, strict=True)
    )
    return Lost(ratings=ratings, day_reports=day_reports, sent=sent, journal_entries=entries)


_COUNTS = (
    "SELECT coalesce(sum(n), 0) FROM sheets",
    "SELECT count(*) FROM outbox",
    "SELECT count(*) FROM outbox WHERE state = 'receipted'",
    "SELECT count(*) FROM journal",
)


def _counts(path: Path) -> tuple[int, ...]:
    """Ratings, day reports, receipted ones, and entries of the journal, whatever the schema."""
    from kiosk.store.engine import StoreFailed

    try:
        connection = sqlite.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            return tuple(int(connection.execute(sql).fetchone()[0]) for sql in _COUNTS)
        finally:
            connection.close()
    except sqlite.Error as error:
        raise StoreFailed(f"{path}: {error}") from None


def put_back(copy: Path, database: Path, aside: Path) -> None:
    """Have `copy` at `database`; what was there goes to the folder `aside`, with a note for the
    journal. Whole at each moment: a power cut leaves the newer file in its place, or the copy.
    OSError."""
    draft = database.with_name(database.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(copy.read_bytes())
        file.flush()
        os.fsync(file.fileno())
    aside.mkdir(mode=0o700)
    _fold_log(database)
    os.link(database, aside / database.name)
    write_whole(aside / PUT_BACK, copy.name.encode())
    sync_folder(aside)
    for part in _PARTS[1:]:
        Path(f"{database}{part}").unlink(missing_ok=True)
    os.rename(draft, database)
    sync_folder(database.parent)


def _fold_log(database: Path) -> None:
    """Move what stands in the log of writes into the file: it can then be carried alone."""
    connection = sqlite.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)
    try:
        connection.execute("PRAGMA synchronous=FULL").fetchall()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()
