"""The last press is remembered for each panel: two of them no longer share one row."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.rename_table("panel_marks", "panel_marks_before")
    op.create_table(
        "panel_marks",
        sa.Column("device", sa.TEXT, primary_key=True, nullable=False),
        sa.Column("boot", sa.TEXT, nullable=False),
        sa.Column("seq", sa.INTEGER, nullable=False),
    )
    op.execute("INSERT INTO panel_marks SELECT device, boot, seq FROM panel_marks_before")
    op.drop_table("panel_marks_before")
