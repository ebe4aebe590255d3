"""Central may issue an officer's PIN: which issue a terminal has."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    column = sa.Column("issue", sa.INTEGER, nullable=False, server_default=sa.text("0"))
    op.add_column("pins", column)
