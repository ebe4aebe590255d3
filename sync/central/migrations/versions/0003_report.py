"""Accounts, who looked at what, people's texts, the online questionnaire, cuts of blocks."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_LEVELS = tuple(f"n{level}" for level in range(1, 6))


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=False)


def _count(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, nullable=False)


def _moment(name: str, *, empty: bool = False) -> "sa.Column[datetime]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=empty)


def upgrade() -> None:
    touched = sa.Column("touched", sa.Integer, nullable=False, server_default=sa.text("1"))
    op.add_column("sites", touched)
    op.add_column("sites", sa.Column("published", sa.Date))
    op.add_column("terminals", sa.Column("free", sa.Integer))
    op.add_column("terminals", sa.Column("panel", sa.Text))
    judged = sa.Column("judged", sa.Integer, nullable=False, server_default=sa.text("0"))
    op.add_column("seen_sheets", judged)
    op.create_index("day_lines_by_date", "day_lines", ["site", "date"])
    op.create_index("day_counts_by_date", "day_counts", ["site", "date"])
    op.create_index("blocks_by_day", "blocks", ["site", "last_day"])
    op.create_table(
        "block_cuts",
        _text("site"),
        _text("officer"),
        _count("levels"),
        _count("number"),
        _text("kind"),
        _text("what"),
        *(_count(name) for name in _LEVELS),
        sa.PrimaryKeyConstraint("site", "officer", "levels", "number", "kind", "what"),
    )
    op.create_table(
        "site_months",
        _text("site"),
        sa.Column("month", sa.Date, nullable=False),
        _count("levels"),
        *(_count(name) for name in _LEVELS),
        _count("suppressed"),
        _count("flagged"),
        _count("blocks"),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("site", "month", "levels"),
    )
    _roll_up()
    op.create_table(
        "accounts",
        _text("site"),
        _text("account"),
        _text("name"),
        _text("secret"),
        _count("must_change"),
        _text("roles"),
        _text("officer"),
        _text("section"),
        _text("subject"),
        _count("tries"),
        _moment("locked_until", empty=True),
        _count("disabled"),
        sa.PrimaryKeyConstraint("site", "account"),
    )
    op.create_table(
        "sessions",
        _text("site"),
        _text("token"),
        _text("account"),
        _moment("opened"),
        _moment("seen"),
        sa.PrimaryKeyConstraint("site", "token"),
    )
    op.create_table(
        "looks",
        _text("site"),
        _text("officer"),
        _moment("at"),
        _text("reader"),
        _text("what"),
        sa.PrimaryKeyConstraint("site", "officer", "at", "reader", "what"),
    )
    op.create_table(
        "changes",
        _text("site"),
        _moment("at"),
        _text("who"),
        _text("what"),
        sa.PrimaryKeyConstraint("site", "at", "who", "what"),
    )
    op.create_table(
        "objections",
        _text("site"),
        _text("officer"),
        _count("levels"),
        _count("number"),
        _moment("at"),
        _text("words"),
        sa.PrimaryKeyConstraint("site", "officer", "levels", "number"),
    )
    op.create_table(
        "verdicts",
        _text("site"),
        _text("officer"),
        _count("levels"),
        _count("number"),
        _text("decider"),
        _text("verdict"),
        _text("note"),
        _moment("at"),
        sa.PrimaryKeyConstraint("site", "officer", "levels", "number", "decider"),
    )
    op.create_table(
        "improvements",
        _text("site"),
        _text("id"),
        _count("version"),
        _moment("at"),
        _text("author"),
        _text("said"),
        _text("done"),
        _text("whom"),
        sa.Column("due", sa.Date),
        _text("state"),
        sa.PrimaryKeyConstraint("site", "id", "version"),
    )
    op.create_table(
        "ita_texts",
        _text("site"),
        _count("fiscal_year"),
        _count("round"),
        _text("code"),
        _count("version"),
        _count("base"),
        _moment("at"),
        _text("author"),
        _text("body"),
        sa.PrimaryKeyConstraint("site", "fiscal_year", "round", "code", "version"),
    )
    op.create_table(
        "site_settings",
        _text("site"),
        _count("version"),
        _moment("at"),
        _text("author"),
        _text("body"),
        sa.PrimaryKeyConstraint("site", "version"),
    )
    op.create_table(
        "photos",
        _text("site"),
        _text("officer"),
        sa.Column("jpeg", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("site", "officer"),
    )
    op.create_table(
        "form_tokens",
        _text("site"),
        _text("token"),
        sa.Column("until", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("site", "token"),
    )
    op.create_table(
        "form_counts",
        _text("site"),
        sa.Column("date", sa.Date, nullable=False),
        _count("levels"),
        _text("kind"),
        _text("what"),
        *(_count(name) for name in _LEVELS),
        sa.PrimaryKeyConstraint("site", "date", "levels", "kind", "what"),
    )
    op.create_table(
        "comments",
        _text("site"),
        _text("id"),
        _count("pool"),
        _text("language"),
        _text("words"),
        sa.PrimaryKeyConstraint("site", "id"),
    )


def _roll_up() -> None:
    """Sum the blocks that are there by the month in which each closed."""
    day = sa.Date
    blocks = sa.table(
        "blocks",
        *(sa.column(name) for name in ("site", "levels", *_LEVELS, "suppressed", "flagged")),
        sa.column("first_day", day),
        sa.column("last_day", day),
    )
    sums: dict[tuple[str, date, int], dict[str, Any]] = {}
    for row in op.get_bind().execute(sa.select(blocks)).mappings():
        key = (row["site"], row["last_day"].replace(day=1), row["levels"])
        span = {"first_day": row["first_day"], "last_day": row["last_day"]}
        counted = (*_LEVELS, "suppressed", "flagged")
        found = sums.setdefault(key, {**dict.fromkeys((*counted, "blocks"), 0), **span})
        for name in counted:
            found[name] += row[name]
        found["blocks"] += 1
        found["first_day"] = min(found["first_day"], row["first_day"])
        found["last_day"] = max(found["last_day"], row["last_day"])
    months = sa.table(
        "site_months",
        *(sa.column(name) for name in ("site", "levels", *_LEVELS)),
        *(sa.column(name) for name in ("suppressed", "flagged", "blocks")),
        *(sa.column(name, day) for name in ("month", "first_day", "last_day")),
    )
    rows = [
        {"site": site, "month": month, "levels": levels, **found}
        for (site, month, levels), found in sums.items()
    ]
    if rows:
        op.bulk_insert(months, rows)
