"""Of whom something came in since blocks were closed: closing reads on from each one's blocks."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "unclosed",
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("officer", sa.Text, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("fresh", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("site", "officer"),
    )
    # What is in no block yet was not kept: everybody is looked at once, from the beginning.
    for table, officer in (
        ("day_lines", "officer"),
        ("day_counts", "officer"),
        ("form_counts", "'@online'"),
    ):
        op.execute(
            f"INSERT INTO unclosed (site, officer, since, fresh)"
            f" SELECT site, {officer}, min(date), 1 FROM {table} WHERE {officer} <> ''"
            " GROUP BY 1, 2 ON CONFLICT (site, officer) DO NOTHING"
        )
    for table in ("day_lines", "day_counts"):
        op.create_index(f"{table}_by_officer", table, ["site", "officer", "date"])
    op.drop_column("sites", "touched")
