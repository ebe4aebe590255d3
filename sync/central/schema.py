"""Central's tables, as they are after the newest migration, on SQLite and PostgreSQL alike.

Every key starts with the site: a sharded PostgreSQL splits by it. No sequences, no foreign keys.
Ratings never come here: only wide day rows (n1…n5 per officer, service, counter, half, channel).
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)

metadata = MetaData()


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


sites = Table("sites", metadata, _text("site"), _text("name"), PrimaryKeyConstraint("site"))

terminals = Table(
    "terminals",
    metadata,
    _text("site"),
    _text("terminal"),
    _text("counter"),
    _text("public_key"),
    _text("state"),
    _text("software"),
    Column("seen", DateTime(timezone=True)),
    Column("head_seq", BigInteger, nullable=False),
    _text("head_hash"),
    _text("nonce"),
    Column("nonce_until", DateTime(timezone=True)),
    Column("skew", Integer),
    Column("due", Integer),
    PrimaryKeyConstraint("site", "terminal"),
)

seen_sheets = Table(
    "seen_sheets",
    metadata,
    _text("site"),
    _text("terminal"),
    Column("date", Date, nullable=False),
    _text("officer"),
    _count("n"),
    _count("entries"),
    _text("seal"),
    PrimaryKeyConstraint("site", "terminal", "date", "officer"),
)

alarms = Table(
    "alarms",
    metadata,
    _text("site"),
    Column("at", DateTime(timezone=True), nullable=False),
    _text("terminal"),
    _text("kind"),
    _text("detail"),
    Column("settled", DateTime(timezone=True)),
    _text("settled_by"),
    _text("note"),
    PrimaryKeyConstraint("site", "at", "terminal", "kind", "detail"),
)

enrol_codes = Table(
    "enrol_codes",
    metadata,
    _text("site"),
    _text("code_hash"),
    _text("terminal"),
    _text("counter"),
    Column("until", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("site", "code_hash"),
)

day_reports = Table(
    "day_reports",
    metadata,
    _text("site"),
    _text("terminal"),
    Column("date", Date, nullable=False),
    _count("revision"),
    _text("digest"),
    Column("body", LargeBinary, nullable=False),
    Column("received", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("site", "terminal", "date"),
)

conflicts = Table(
    "conflicts",
    metadata,
    _text("site"),
    _text("terminal"),
    Column("date", Date, nullable=False),
    _text("digest"),
    _text("answer"),
    Column("body", LargeBinary, nullable=False),
    Column("received", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("site", "terminal", "date", "digest"),
)

day_lines = Table(
    "day_lines",
    metadata,
    _text("site"),
    _text("terminal"),
    Column("date", Date, nullable=False),
    _text("officer"),
    _text("service"),
    _text("counter"),
    _text("half"),
    _text("channel"),
    _count("levels"),
    *(_count(f"n{level}") for level in range(1, 6)),
    PrimaryKeyConstraint(
        "site", "terminal", "date", "officer", "service", "counter", "half", "channel", "levels"
    ),
)

day_counts = Table(
    "day_counts",
    metadata,
    _text("site"),
    _text("terminal"),
    Column("date", Date, nullable=False),
    _text("kind"),
    _text("officer"),
    _text("what"),
    _count("n"),
    PrimaryKeyConstraint("site", "terminal", "date", "kind", "officer", "what"),
)

officers = Table(
    "officers",
    metadata,
    _text("site"),
    _text("officer"),
    _text("number"),
    _text("name"),
    _text("position"),
    _text("section"),
    _count("retired"),
    PrimaryKeyConstraint("site", "officer"),
)

blocks = Table(
    "blocks",
    metadata,
    _text("site"),
    _text("officer"),
    _count("levels"),
    _count("number"),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    *(_count(f"n{level}") for level in range(1, 6)),
    _count("suppressed"),
    _count("flagged"),
    PrimaryKeyConstraint("site", "officer", "levels", "number"),
)

tickets = Table(
    "tickets",
    metadata,
    _text("site"),
    _text("counter"),
    Column("date", Date, nullable=False),
    _count("n"),
    PrimaryKeyConstraint("site", "counter", "date"),
)

reads = Table(
    "reads",
    metadata,
    _text("site"),
    Column("at", DateTime(timezone=True), nullable=False),
    _text("reader"),
    _text("what"),
    PrimaryKeyConstraint("site", "at", "reader", "what"),
)
