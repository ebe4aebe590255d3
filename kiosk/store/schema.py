"""The tables and triggers of the terminal's file, as they are after the newest migration.

Ratings, outcomes and reasons live under random ids in WITHOUT ROWID tables, sheet by sheet: the
file keeps neither the time nor the order of a press. A press writes to the `fresh_` tables; once
its half-day is over (of reasons: its day) its rows move to the others in the order of their keys
(`Ratings.settle`). Triggers refuse to change or delete what is append-only; REPLACE would
slip past a delete trigger, so an id that exists is refused on insert as well.
"""

from typing import Any

from sqlalchemy import (
    BLOB,
    INTEGER,
    TEXT,
    CheckConstraint,
    Column,
    Dialect,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    TypeDecorator,
    text,
)
from sqlalchemy.schema import SchemaItem

APPLICATION_ID = 0x4B534B31
"""PRAGMA application_id of a terminal's file ("KSK1")."""

metadata = MetaData()


class _Text(TypeDecorator[Any]):
    """Text, and nothing else: in SQLite any value may stand in any column, and one flipped bit
    makes bytes or nothing of a text. Such a row is a ValueError when it is read."""

    impl = TEXT
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> str:
        if not isinstance(value, str):
            raise ValueError(f"a {type(value).__name__} stands where a text must")
        return value


class _Number(TypeDecorator[Any]):
    """A whole number, and nothing else; see `_Text`."""

    impl = INTEGER
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> int:
        if not isinstance(value, int):
            raise ValueError(f"a {type(value).__name__} stands where a number must")
        return value


class _Bytes(TypeDecorator[Any]):
    """Bytes, and nothing else; see `_Text`."""

    impl = BLOB
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes:
        if not isinstance(value, bytes):
            raise ValueError(f"a {type(value).__name__} stands where bytes must")
        return value


def _ratings(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", _Bytes, nullable=False),
        Column("business_date", _Text, nullable=False),
        Column("half", _Text, nullable=False),
        Column("officer", _Text, nullable=False),
        Column("service", _Text, nullable=False),
        Column("counter", _Text, nullable=False),
        Column("score", _Number, nullable=False),
        Column("levels", _Number, nullable=False),
        Column("channel", _Text, nullable=False),
        PrimaryKeyConstraint("business_date", "officer", "id"),
        CheckConstraint("length(id) = 16", name=f"{name}_id"),
        CheckConstraint("half IN ('am', 'pm')", name=f"{name}_half"),
        CheckConstraint("levels BETWEEN 3 AND 5", name=f"{name}_levels"),
        CheckConstraint("score BETWEEN 1 AND levels", name=f"{name}_score"),
        sqlite_with_rowid=False,
    )


def _outcomes(name: str, *more: SchemaItem) -> Table:
    return Table(
        name,
        metadata,
        Column("id", _Bytes, nullable=False),
        Column("business_date", _Text, nullable=False),
        Column("officer", _Text, nullable=False),
        Column("outcome", _Text, nullable=False),
        *more,
        PrimaryKeyConstraint("business_date", "officer", "id"),
        CheckConstraint("length(id) = 16", name=f"{name}_id"),
        sqlite_with_rowid=False,
    )


def _reasons(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("rating", _Bytes, nullable=False),
        Column("reason", _Text, nullable=False),
        Column("business_date", _Text, nullable=False),
        Column("officer", _Text, nullable=False),
        PrimaryKeyConstraint("business_date", "officer", "rating", "reason"),
        sqlite_with_rowid=False,
    )


def _half(name: str) -> tuple[SchemaItem, ...]:
    """In which half-day an outcome came: forgotten once that is over."""
    am_or_pm = CheckConstraint("half IN ('am', 'pm')", name=f"{name}_half")
    return Column("half", _Text, nullable=False), am_or_pm


ratings = _ratings("ratings")
outcomes = _outcomes("outcomes")
reasons = _reasons("reasons")
fresh_ratings = _ratings("fresh_ratings")
fresh_outcomes = _outcomes("fresh_outcomes", *_half("fresh_outcomes"))
fresh_reasons = _reasons("fresh_reasons")

sheets = Table(
    "sheets",
    metadata,
    Column("business_date", _Text, nullable=False),
    Column("officer", _Text, nullable=False),
    Column("n", _Number, nullable=False),
    Column("entries", _Number, nullable=False),
    Column("seal", _Bytes, nullable=False),
    PrimaryKeyConstraint("business_date", "officer"),
    sqlite_with_rowid=False,
)

journal = Table(
    "journal",
    metadata,
    Column("seq", _Number, primary_key=True, autoincrement=False),
    Column("at", _Text, nullable=False),
    Column("boot_ms", _Number, nullable=False),
    Column("business_date", _Text, nullable=False),
    Column("kind", _Text, nullable=False),
    Column("detail", _Text, nullable=False),
    Column("hash", _Text, nullable=False),
)

own_results = Table(
    "own_results",
    metadata,
    Column("officer", _Text, nullable=False),
    Column("figures", _Text, nullable=False),
    PrimaryKeyConstraint("officer"),
)
"""Published figures of the last closed round, of those on the roster."""

officers = Table(
    "officers",
    metadata,
    Column("id", _Text, nullable=False),
    Column("number", _Text, nullable=False),
    Column("name", _Text, nullable=False),
    Column("position", _Text, nullable=False),
    Column("section", _Text, nullable=False),
    Column("retired", _Number, nullable=False),
    Column("origin", _Text, nullable=False),
    PrimaryKeyConstraint("id"),
    CheckConstraint("origin IN ('local', 'central')", name="officers_origin"),
)
Index(
    "officers_active_number",
    officers.c.number,
    unique=True,
    sqlite_where=text("retired = 0"),
)

officer_photos = Table(
    "officer_photos",
    metadata,
    Column("officer", _Text, nullable=False),
    Column("digest", _Text, nullable=False),
    Column("photo", BLOB, nullable=False),
    PrimaryKeyConstraint("officer"),
)
"""Apart from the officers: a roster is written without its pictures, and the register's digest
reads the `digest` of each, SHA-256 in hex, alone."""

pins = Table(
    "pins",
    metadata,
    Column("owner", _Text, nullable=False),
    Column("hash", _Text, nullable=False),
    Column("tries", _Number, nullable=False),
    Column("tried_boot_ms", _Number, nullable=False),
    Column("boot_id", _Text, nullable=False),
    Column("issue", _Number, nullable=False),
    Column("hashed_for", _Text, nullable=False),
    PrimaryKeyConstraint("owner"),
)

# One row each, whose `id` is 1.
pin_secret = Table(
    "pin_secret",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=False),
    Column("fingerprint", _Text, nullable=False),
    CheckConstraint("id = 1", name="pin_secret_one"),
)

duty = Table(
    "duty",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=False),
    Column("officer", _Text, nullable=False),
    Column("service", _Text, nullable=False),
    Column("counter", _Text, nullable=False),
    Column("paused", _Number, nullable=False),
    Column("business_date", _Text, nullable=False),
    CheckConstraint("id = 1", name="duty_one"),
)

panel_marks = Table(
    "panel_marks",
    metadata,
    Column("device", _Text, primary_key=True, nullable=False),
    Column("boot", _Text, nullable=False),
    Column("seq", _Number, nullable=False),
    Column("kept", _Number, nullable=False),
)

held_reasons = Table(
    "held_reasons",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=False),
    Column("rating", _Bytes, nullable=False),
    Column("officer", _Text, nullable=False),
    Column("business_date", _Text, nullable=False),
    Column("ticked", _Text, nullable=False),
    CheckConstraint("id = 1", name="held_reasons_one"),
)

enrolment = Table(
    "enrolment",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=False),
    Column("url", _Text, nullable=False),
    Column("site", _Text, nullable=False),
    Column("terminal", _Text, nullable=False),
    Column("counter", _Text, nullable=False),
    Column("central_key", _Text, nullable=False),
    Column("next_url", _Text, nullable=False),
    Column("publisher_key", _Text, nullable=False),
    CheckConstraint("id = 1", name="enrolment_one"),
)

wording = Table(
    "wording",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=False),
    Column("question_th", _Text, nullable=False),
    Column("question_en", _Text, nullable=False),
    Column("comment_url", _Text, nullable=False),
    Column("etag", _Text, nullable=False),
    Column("lists", _Text, nullable=False),
    CheckConstraint("id = 1", name="wording_one"),
)

witnessed_sheets = Table(
    "witnessed_sheets",
    metadata,
    Column("business_date", _Text, nullable=False),
    Column("officer", _Text, nullable=False),
    Column("steps", _Number, nullable=False),
    Column("counts", _Text, nullable=False),
    Column("opening", _Bytes, nullable=False),
    Column("point", _Bytes, nullable=False),
    Column("finished", _Text, nullable=False),
    Column("history", _Number, nullable=False),
    PrimaryKeyConstraint("business_date", "officer"),
    sqlite_with_rowid=False,
)

witness_steps = Table(
    "witness_steps",
    metadata,
    Column("business_date", _Text, nullable=False),
    Column("officer", _Text, nullable=False),
    Column("number", _Number, nullable=False),
    Column("body", _Bytes, nullable=False),
    PrimaryKeyConstraint("business_date", "officer", "number"),
)

witness_answers = Table(
    "witness_answers",
    metadata,
    Column("business_date", _Text, nullable=False),
    Column("officer", _Text, nullable=False),
    Column("body", _Bytes, nullable=False),
    Column("nonce", _Text, nullable=False),
    Column("signature", _Text, nullable=False),
    PrimaryKeyConstraint("business_date", "officer"),
)

Index("journal_by_day", journal.c.business_date)
Index("journal_by_kind", journal.c.kind)

outbox = Table(
    "outbox",
    metadata,
    Column("business_date", _Text, nullable=False),
    Column("revision", _Number, nullable=False),
    Column("digest", _Text, nullable=False),
    Column("body", _Bytes, nullable=False),
    Column("state", _Text, nullable=False),
    Column("receipt", BLOB),
    Column("receipt_proof", TEXT),
    Column("why", _Text, nullable=False),
    Column("words", _Text, nullable=False),
    PrimaryKeyConstraint("business_date", "revision"),
    CheckConstraint("state IN ('due', 'receipted', 'parked', 'dropped')", name="outbox_state"),
)

Index("outbox_by_state", outbox.c.state)

last_exchange = Table(
    "last_exchange",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=False),
    Column("central_clock", _Number, nullable=False),
    Column("days_tag", _Text, nullable=False),
    Column("told_outbox", _Text, nullable=False),
    Column("clock_off", _Number, nullable=False),
    CheckConstraint("id = 1", name="last_exchange_one"),
)

_SHEET = "business_date = NEW.business_date AND officer = NEW.officer"
_APPEND_ONLY = {
    "ratings": f"{_SHEET} AND id = NEW.id",
    "outcomes": f"{_SHEET} AND id = NEW.id",
    "reasons": f"{_SHEET} AND rating = NEW.rating AND reason = NEW.reason",
    "fresh_ratings": f"{_SHEET} AND id = NEW.id",
    "fresh_outcomes": f"{_SHEET} AND id = NEW.id",
    "fresh_reasons": f"{_SHEET} AND rating = NEW.rating AND reason = NEW.reason",
    "journal": "seq = NEW.seq",
}


def _append_only(table: str, same: str) -> tuple[str, ...]:
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
    return (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN {refuse}; END",
    )


TRIGGERS: tuple[str, ...] = (
    *(ddl for table, same in _APPEND_ONLY.items() for ddl in _append_only(table, same)),
    "CREATE TRIGGER sheets_no_delete BEFORE DELETE ON sheets "
    "BEGIN SELECT RAISE(ABORT, 'sheets are kept'); END",
    "CREATE TRIGGER sheets_grow BEFORE UPDATE ON sheets "
    "WHEN NEW.n < OLD.n OR NEW.entries <= OLD.entries "
    "OR NEW.business_date <> OLD.business_date OR NEW.officer <> OLD.officer "
    "BEGIN SELECT RAISE(ABORT, 'a sheet only grows'); END",
    "CREATE TRIGGER outbox_no_delete BEFORE DELETE ON outbox "
    "BEGIN SELECT RAISE(ABORT, 'day reports are kept'); END",
    "CREATE TRIGGER outbox_body_fixed BEFORE UPDATE ON outbox "
    "WHEN NEW.body <> OLD.body OR NEW.digest <> OLD.digest OR NEW.revision <> OLD.revision "
    "OR NEW.business_date <> OLD.business_date "
    "BEGIN SELECT RAISE(ABORT, 'a day report never changes'); END",
)
