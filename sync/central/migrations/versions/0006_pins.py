"""PINs that central issues, and which terminals have them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def upgrade() -> None:
    op.add_column("terminals", sa.Column("takes_pins", sa.Integer))
    op.create_table(
        "pins",
        _text("site"),
        _text("officer"),
        sa.Column("issue", sa.BigInteger, nullable=False),
        _text("author"),
        _text("verifier"),
        sa.PrimaryKeyConstraint("site", "officer"),
    )
    op.create_table(
        "pins_held",
        _text("site"),
        _text("terminal"),
        _text("officer"),
        sa.Column("issue", sa.BigInteger, nullable=False),
        sa.Column("own", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("site", "terminal", "officer"),
    )
