"""The tables and triggers of the terminal's file, as they are after the newest migration.

Ratings, outcomes and reasons live under random ids in WITHOUT ROWID tables, sheet by sheet: the
file keeps neither the time nor the order of a press. A press writes to the `fresh_` tables; once
its half-day is over its rows move to the others in the order of their keys
(`Ratings.settle`). Triggers refuse to change or delete what is append-only; REPLACE would
slip past a delete trigger, so an id that exists is refused on insert as well.
"""

from sqlalchemy import (
    BLOB,
    INTEGER,
    TEXT,
    CheckConstraint,
    Column,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    text,
)
from sqlalchemy.schema import SchemaItem

APPLICATION_ID = 0x4B534B31
"""PRAGMA application_id of a terminal's file ("KSK1")."""

metadata = MetaData()


def _ratings(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", BLOB, nullable=False),
        Column("business_date", TEXT, nullable=False),
        Column("half", TEXT, nullable=False),
        Column("officer", TEXT, nullable=False),
        Column("service", TEXT, nullable=False),
        Column("counter", TEXT, nullable=False),
        Column("score", INTEGER, nullable=False),
        Column("levels", INTEGER, nullable=False),
        Column("channel", TEXT, nullable=False),
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
        Column("id", BLOB, nullable=False),
        Column("business_date", TEXT, nullable=False),
        Column("officer", TEXT, nullable=False),
        Column("outcome", TEXT, nullable=False),
        *more,
        PrimaryKeyConstraint("business_date", "officer", "id"),
        CheckConstraint("length(id) = 16", name=f"{name}_id"),
        sqlite_with_rowid=False,
    )


def _reasons(name: str, *more: SchemaItem) -> Table:
    return Table(
        name,
        metadata,
        Column("rating", BLOB, nullable=False),
        Column("reason", TEXT, nullable=False),
        Column("business_date", TEXT, nullable=False),
        Column("officer", TEXT, nullable=False),
        *more,
        PrimaryKeyConstraint("business_date", "officer", "rating", "reason"),
        sqlite_with_rowid=False,
    )


def _half(name: str) -> tuple[SchemaItem, ...]:
    """In which half-day an outcome or a reason came: forgotten once that is over."""
    am_or_pm = CheckConstraint("half IN ('am', 'pm')", name=f"{name}_half")
    return Column("half", TEXT, nullable=False), am_or_pm


ratings = _ratings("ratings")
outcomes = _outcomes("outcomes")
reasons = _reasons("reasons")
fresh_ratings = _ratings("fresh_ratings")
fresh_outcomes = _outcomes("fresh_outcomes", *_half("fresh_outcomes"))
fresh_reasons = _reasons("fresh_reasons", *_half("fresh_reasons"))

sheets = Table(
    "sheets",
    metadata,
    Column("business_date", TEXT, nullable=False),
    Column("officer", TEXT, nullable=False),
    Column("n", INTEGER, nullable=False),
    Column("entries", INTEGER, nullable=False),
    Column("seal", BLOB, nullable=False),
    PrimaryKeyConstraint("business_date", "officer"),
    sqlite_with_rowid=False,
)

journal = Table(
    "journal",
    metadata,
    Column("seq", INTEGER, primary_key=True, autoincrement=False),
    Column("at", TEXT, nullable=False),
    Column("boot_ms", INTEGER, nullable=False),
    Column("business_date", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("detail", TEXT, nullable=False),
    Column("hash", TEXT, nullable=False),
)

officers = Table(
    "officers",
    metadata,
    Column("id", TEXT, nullable=False),
    Column("number", TEXT, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("position", TEXT, nullable=False),
    Column("section", TEXT, nullable=False),
    Column("photo", BLOB),
    Column("retired", INTEGER, nullable=False),
    Column("origin", TEXT, nullable=False),
    PrimaryKeyConstraint("id"),
    CheckConstraint("origin IN ('local', 'central')", name="officers_origin"),
)
Index(
    "officers_active_number",
    officers.c.number,
    unique=True,
    sqlite_where=text("retired = 0"),
)

pins = Table(
    "pins",
    metadata,
    Column("owner", TEXT, nullable=False),
    Column("hash", TEXT, nullable=False),
    Column("tries", INTEGER, nullable=False),
    Column("tried_boot_ms", INTEGER, nullable=False),
    Column("boot_id", TEXT, nullable=False),
    Column("issue", INTEGER, nullable=False),
    PrimaryKeyConstraint("owner"),
)

# One row each, whose `id` is 1.
duty = Table(
    "duty",
    metadata,
    Column("id", INTEGER, primary_key=True, autoincrement=False),
    Column("officer", TEXT, nullable=False),
    Column("service", TEXT, nullable=False),
    Column("counter", TEXT, nullable=False),
    Column("paused", INTEGER, nullable=False),
    Column("business_date", TEXT, nullable=False),
    CheckConstraint("id = 1", name="duty_one"),
)

panel_marks = Table(
    "panel_marks",
    metadata,
    Column("device", TEXT, primary_key=True, nullable=False),
    Column("boot", TEXT, nullable=False),
    Column("seq", INTEGER, nullable=False),
)

enrolment = Table(
    "enrolment",
    metadata,
    Column("id", INTEGER, primary_key=True, autoincrement=False),
    Column("url", TEXT, nullable=False),
    Column("site", TEXT, nullable=False),
    Column("terminal", TEXT, nullable=False),
    Column("counter", TEXT, nullable=False),
    Column("central_key", TEXT, nullable=False),
    CheckConstraint("id = 1", name="enrolment_one"),
)

wording = Table(
    "wording",
    metadata,
    Column("id", INTEGER, primary_key=True, autoincrement=False),
    Column("question_th", TEXT, nullable=False),
    Column("question_en", TEXT, nullable=False),
    Column("comment_url", TEXT, nullable=False),
    Column("etag", TEXT, nullable=False),
    Column("lists", TEXT, nullable=False),
    CheckConstraint("id = 1", name="wording_one"),
)

witnessed_sheets = Table(
    "witnessed_sheets",
    metadata,
    Column("business_date", TEXT, nullable=False),
    Column("officer", TEXT, nullable=False),
    Column("steps", INTEGER, nullable=False),
    Column("counts", TEXT, nullable=False),
    Column("opening", BLOB, nullable=False),
    Column("point", BLOB, nullable=False),
    Column("finished", TEXT, nullable=False),
    PrimaryKeyConstraint("business_date", "officer"),
    sqlite_with_rowid=False,
)

witness_steps = Table(
    "witness_steps",
    metadata,
    Column("business_date", TEXT, nullable=False),
    Column("officer", TEXT, nullable=False),
    Column("number", INTEGER, nullable=False),
    Column("body", BLOB, nullable=False),
    PrimaryKeyConstraint("business_date", "officer", "number"),
)

witness_answers = Table(
    "witness_answers",
    metadata,
    Column("business_date", TEXT, nullable=False),
    Column("officer", TEXT, nullable=False),
    Column("body", BLOB, nullable=False),
    Column("nonce", TEXT, nullable=False),
    Column("signature", TEXT, nullable=False),
    PrimaryKeyConstraint("business_date", "officer"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("business_date", TEXT, nullable=False),
    Column("revision", INTEGER, nullable=False),
    Column("digest", TEXT, nullable=False),
    Column("body", BLOB, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("receipt", BLOB),
    Column("receipt_proof", TEXT),
    PrimaryKeyConstraint("business_date", "revision"),
    CheckConstraint("state IN ('due', 'receipted', 'parked')", name="outbox_state"),
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
