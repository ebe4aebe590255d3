"""The first schema of the central report."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _count(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def _day(name: str = "date") -> sa.Column[object]:
    return sa.Column(name, sa.Date, nullable=False)


def _time(name: str, *, empty: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=empty)


def _body() -> sa.Column[bytes]:
    return sa.Column("body", sa.LargeBinary, nullable=False)


def upgrade() -> None:
    levels = ("n1", "n2", "n3", "n4", "n5")
    op.create_table("sites", *_text("site", "name"), sa.PrimaryKeyConstraint("site"))
    op.create_table(
        "terminals",
        *_text("site", "terminal", "counter", "public_key", "state", "software"),
        _time("seen", empty=True),
        sa.Column("head_seq", sa.BigInteger, nullable=False),
        *_text("head_hash", "nonce"),
        _time("nonce_until", empty=True),
        sa.PrimaryKeyConstraint("site", "terminal"),
    )
    op.create_table(
        "enrol_codes",
        *_text("site", "code_hash", "terminal", "counter"),
        _time("until"),
        sa.PrimaryKeyConstraint("site", "code_hash"),
    )
    op.create_table(
        "day_reports",
        *_text("site", "terminal"),
        _day(),
        *_count("revision"),
        *_text("digest"),
        _body(),
        _time("received"),
        sa.PrimaryKeyConstraint("site", "terminal", "date"),
    )
    op.create_table(
        "conflicts",
        *_text("site", "terminal"),
        _day(),
        *_text("digest", "answer"),
        _body(),
        _time("received"),
        sa.PrimaryKeyConstraint("site", "terminal", "date", "digest"),
    )
    line = ("officer", "service", "counter", "half", "channel")
    op.create_table(
        "day_lines",
        *_text("site", "terminal"),
        _day(),
        *_text(*line),
        *_count("levels", *levels),
        sa.PrimaryKeyConstraint("site", "terminal", "date", *line, "levels"),
    )
    op.create_table(
        "day_counts",
        *_text("site", "terminal"),
        _day(),
        *_text("kind", "officer", "what"),
        *_count("n"),
        sa.PrimaryKeyConstraint("site", "terminal", "date", "kind", "officer", "what"),
    )
    op.create_table(
        "officers",
        *_text("site", "officer", "number", "name", "position", "section"),
        *_count("retired"),
        sa.PrimaryKeyConstraint("site", "officer"),
    )
    op.create_table(
        "blocks",
        *_text("site", "officer"),
        *_count("levels", "number"),
        _day("first_day"),
        _day("last_day"),
        *_count(*levels, "suppressed"),
        sa.PrimaryKeyConstraint("site", "officer", "levels", "number"),
    )
    op.create_table(
        "reads",
        *_text("site"),
        _time("at"),
        *_text("reader", "what"),
        sa.PrimaryKeyConstraint("site", "at", "reader", "what"),
    )
