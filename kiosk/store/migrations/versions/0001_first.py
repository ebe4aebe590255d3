"""The first schema of the terminal's file."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _one_row(name: str, *columns: sa.Column[str] | sa.Column[int] | sa.Column[bytes]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.INTEGER, primary_key=True, autoincrement=False),
        *columns,
        sa.CheckConstraint("id = 1", name=f"{name}_one"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.TEXT, nullable=False)


def _integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.INTEGER, nullable=False)


def _half(prefix: str, name: str) -> tuple[sa.schema.SchemaItem, ...]:
    if not prefix:
        return ()
    am_or_pm = sa.CheckConstraint("half IN ('am', 'pm')", name=f"{prefix}{name}_half")
    return _text("half"), am_or_pm


def _entries(prefix: str) -> None:
    """Ratings, outcomes and reasons: settled, or fresh."""
    op.create_table(
        f"{prefix}ratings",
        sa.Column("id", sa.BLOB, nullable=False),
        _text("business_date"),
        _text("half"),
        _text("officer"),
        _text("service"),
        _text("counter"),
        _integer("score"),
        _integer("levels"),
        _text("channel"),
        sa.PrimaryKeyConstraint("business_date", "officer", "id"),
        sa.CheckConstraint("length(id) = 16", name=f"{prefix}ratings_id"),
        sa.CheckConstraint("half IN ('am', 'pm')", name=f"{prefix}ratings_half"),
        sa.CheckConstraint("levels BETWEEN 3 AND 5", name=f"{prefix}ratings_levels"),
        sa.CheckConstraint("score BETWEEN 1 AND levels", name=f"{prefix}ratings_score"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        f"{prefix}outcomes",
        sa.Column("id", sa.BLOB, nullable=False),
        _text("business_date"),
        _text("officer"),
        _text("outcome"),
        *_half(prefix, "outcomes"),
        sa.PrimaryKeyConstraint("business_date", "officer", "id"),
        sa.CheckConstraint("length(id) = 16", name=f"{prefix}outcomes_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        f"{prefix}reasons",
        sa.Column("rating", sa.BLOB, nullable=False),
        _text("reason"),
        _text("business_date"),
        _text("officer"),
        sa.PrimaryKeyConstraint("business_date", "officer", "rating", "reason"),
        sqlite_with_rowid=False,
    )


def upgrade() -> None:
    for prefix in ("", "fresh_"):
        _entries(prefix)
    op.create_table(
        "sheets",
        _text("business_date"),
        _text("officer"),
        _integer("n"),
        _integer("entries"),
        sa.Column("seal", sa.BLOB, nullable=False),
        sa.PrimaryKeyConstraint("business_date", "officer"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journal",
        sa.Column("seq", sa.INTEGER, primary_key=True, autoincrement=False),
        _text("at"),
        _integer("boot_ms"),
        _text("business_date"),
        _text("kind"),
        _text("detail"),
        _text("hash"),
    )
    op.create_table(
        "officers",
        _text("id"),
        _text("number"),
        _text("name"),
        _text("position"),
        _text("section"),
        _integer("retired"),
        _text("origin"),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("origin IN ('local', 'central')", name="officers_origin"),
    )
    op.create_index(
        "officers_active_number",
        "officers",
        ["number"],
        unique=True,
        sqlite_where=sa.text("retired = 0"),
    )
    op.create_table(
        "officer_photos",
        _text("officer"),
        _text("digest"),
        sa.Column("photo", sa.BLOB, nullable=False),
        sa.PrimaryKeyConstraint("officer"),
    )
    op.create_table(
        "own_results",
        _text("officer"),
        _text("figures"),
        sa.PrimaryKeyConstraint("officer"),
    )
    op.create_table(
        "pins",
        _text("owner"),
        _text("hash"),
        _integer("tries"),
        _integer("tried_boot_ms"),
        _text("boot_id"),
        _integer("issue"),
        _text("hashed_for"),
        sa.PrimaryKeyConstraint("owner"),
    )
    _one_row(
        "pin_secret",
        _text("fingerprint"),
    )
    _one_row(
        "duty",
        _text("officer"),
        _text("service"),
        _text("counter"),
        _integer("paused"),
        _text("business_date"),
    )
    op.create_table(
        "panel_marks",
        sa.Column("device", sa.TEXT, primary_key=True, nullable=False),
        _text("boot"),
        _integer("seq"),
        _integer("kept"),
    )
    _one_row(
        "held_reasons",
        sa.Column("rating", sa.BLOB, nullable=False),
        _text("officer"),
        _text("business_date"),
        _text("ticked"),
    )
    _one_row(
        "enrolment",
        _text("url"),
        _text("site"),
        _text("terminal"),
        _text("counter"),
        _text("central_key"),
        _text("next_url"),
        _text("publisher_key"),
    )
    _one_row(
        "wording",
        _text("question_th"),
        _text("question_en"),
        _text("comment_url"),
        _text("etag"),
        _text("lists"),
    )
    op.create_table(
        "witnessed_sheets",
        _text("business_date"),
        _text("officer"),
        _integer("steps"),
        _text("counts"),
        sa.Column("opening", sa.BLOB, nullable=False),
        sa.Column("point", sa.BLOB, nullable=False),
        _text("finished"),
        _integer("history"),
        sa.PrimaryKeyConstraint("business_date", "officer"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "witness_steps",
        _text("business_date"),
        _text("officer"),
        _integer("number"),
        sa.Column("body", sa.BLOB, nullable=False),
        sa.PrimaryKeyConstraint("business_date", "officer", "number"),
    )
    op.create_table(
        "witness_answers",
        _text("business_date"),
        _text("officer"),
        sa.Column("body", sa.BLOB, nullable=False),
        _text("nonce"),
        _text("signature"),
        sa.PrimaryKeyConstraint("business_date", "officer"),
    )
    op.create_table(
        "outbox",
        _text("business_date"),
        _integer("revision"),
        _text("digest"),
        sa.Column("body", sa.BLOB, nullable=False),
        _text("state"),
        sa.Column("receipt", sa.BLOB),
        sa.Column("receipt_proof", sa.TEXT),
        _text("why"),
        _text("words"),
        sa.PrimaryKeyConstraint("business_date", "revision"),
        sa.CheckConstraint(
            "state IN ('due', 'receipted', 'parked', 'dropped')", name="outbox_state"
        ),
    )
    _one_row(
        "last_exchange",
        _integer("central_clock"),
        _text("days_tag"),
        _text("told_outbox"),
        _integer("clock_off"),
    )
    op.create_index("journal_by_day", "journal", ["business_date"])
    op.create_index("journal_by_kind", "journal", ["kind"])
    op.create_index("outbox_by_state", "outbox", ["state"])
    for ddl in _TRIGGERS:
        op.execute(ddl)


def _append_only(table: str, same: str) -> list[str]:
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN {refuse}; END",
    ]


_SHEET = "business_date = NEW.business_date AND officer = NEW.officer"

_TRIGGERS = [
    *_append_only("ratings", f"{_SHEET} AND id = NEW.id"),
    *_append_only("outcomes", f"{_SHEET} AND id = NEW.id"),
    *_append_only("reasons", f"{_SHEET} AND rating = NEW.rating AND reason = NEW.reason"),
    *_append_only("fresh_ratings", f"{_SHEET} AND id = NEW.id"),
    *_append_only("fresh_outcomes", f"{_SHEET} AND id = NEW.id"),
    *_append_only("fresh_reasons", f"{_SHEET} AND rating = NEW.rating AND reason = NEW.reason"),
    *_append_only("journal", "seq = NEW.seq"),
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
]
