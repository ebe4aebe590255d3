"""Where questions are offered: what became of the offers, with each block and month."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    # Blocks that are there were made before anything was offered.
    for table in ("blocks", "site_months"):
        for name in ("offered", "answered", "skipped", "not_offered", "unasked"):
            column = sa.Column(name, sa.Integer, nullable=False, server_default=sa.text("0"))
            op.add_column(table, column)
