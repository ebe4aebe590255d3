"""Central may send the scale's words, the reasons, and what the office did."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    column = sa.Column("more", sa.TEXT, nullable=False, server_default=sa.text("''"))
    op.add_column("wording", column)
