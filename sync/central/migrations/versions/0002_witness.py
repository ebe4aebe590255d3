"""What terminals showed of their open sheets, alarms, and each terminal's clock and unsent days."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("terminals", sa.Column("skew", sa.Integer))
    op.add_column("terminals", sa.Column("due", sa.Integer))
    op.add_column(
        "blocks", sa.Column("flagged", sa.Integer, nullable=False, server_default=sa.text("0"))
    )
    op.create_table(
        "tickets",
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("counter", sa.Text, nullable=False),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("site", "counter", "date"),
    )
    op.create_table(
        "seen_sheets",
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("terminal", sa.Text, nullable=False),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("officer", sa.Text, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("seal", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("site", "terminal", "date", "officer"),
    )
    op.create_table(
        "alarms",
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("terminal", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("settled", sa.DateTime(timezone=True)),
        sa.Column("settled_by", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("site", "at", "terminal", "kind", "detail"),
    )
