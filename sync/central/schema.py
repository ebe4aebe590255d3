"""Central's tables, as they are after the newest migration, on SQLite and PostgreSQL alike.

Every key starts with the site: a sharded PostgreSQL splits by it. No sequences, no foreign keys.
Ratings never come here: only wide day rows (n1…n5 per officer, service, counter, half, channel).
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from sync.central.disclosure import BESIDE

metadata = MetaData()
LEVELS = ("n1", "n2", "n3", "n4", "n5")
"""Columns of counts by level, worst first; a scale with fewer levels leaves the last ones 0."""


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _moment(name: str, *, empty: bool = False) -> Column[datetime]:
    return Column(name, DateTime(timezone=True), nullable=empty)


sites = Table(
    "sites",
    metadata,
    _text("site"),
    _text("name"),
    Column("published", Date),
    PrimaryKeyConstraint("site"),
)

terminals = Table(
    "terminals",
    metadata,
    _text("site"),
    _text("terminal"),
    _text("name"),
    _count("generation"),
    _moment("enrolled"),
    _text("invited_by"),
    _text("invited_roles"),
    _text("counter"),
    _text("public_key"),
    _text("state"),
    _text("software"),
    Column("seen", DateTime(timezone=True)),
    Column("head_seq", BigInteger, nullable=False),
    _text("head_hash"),
    _text("nonce"),
    Column("nonce_until", DateTime(timezone=True)),
    _text("shown"),
    _text("greetings"),
    Column("skew", Integer),
    Column("due", Integer),
    Column("free", Integer),
    Column("panel", Text),
    PrimaryKeyConstraint("site", "terminal"),
)

pins = Table(
    "pins",
    metadata,
    _text("site"),
    _text("officer"),
    Column("issue", BigInteger, nullable=False),
    _text("author"),
    _text("verifier"),
    PrimaryKeyConstraint("site", "officer"),
)

terminal_pins = Table(
    "terminal_pins",
    metadata,
    _text("site"),
    _text("terminal"),
    _text("officer"),
    Column("issue", BigInteger, nullable=False),
    _count("own"),
    PrimaryKeyConstraint("site", "terminal", "officer"),
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

witnessed_sheets = Table(
    "witnessed_sheets",
    metadata,
    _text("site"),
    _text("terminal"),
    Column("date", Date, nullable=False),
    _text("officer"),
    _count("steps"),
    _text("point"),
    _text("last_step"),
    _count("released"),
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
    _moment("until"),
    _text("invited_by"),
    _text("invited_roles"),
    PrimaryKeyConstraint("site", "code_hash"),
)

# Who types a code does not say of which site it is.
Index("enrol_codes_by_hash", enrol_codes.c.code_hash)

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

earlier_reports = Table(
    "earlier_reports",
    metadata,
    _text("site"),
    _text("terminal"),
    Column("date", Date, nullable=False),
    _count("revision"),
    _text("digest"),
    Column("body", LargeBinary, nullable=False),
    _moment("received"),
    PrimaryKeyConstraint("site", "terminal", "date", "revision"),
)

unknown_officers = Table(
    "unknown_officers",
    metadata,
    _text("site"),
    _text("officer"),
    _text("terminal"),
    Column("date", Date, nullable=False),
    PrimaryKeyConstraint("site", "officer", "terminal", "date"),
)

parked_reports = Table(
    "parked_reports",
    metadata,
    _text("site"),
    _text("terminal"),
    Column("date", Date, nullable=False),
    _text("digest"),
    _text("answer"),
    Column("body", LargeBinary, nullable=False),
    Column("received", DateTime(timezone=True), nullable=False),
    _text("proposed_by"),
    _text("proposed_roles"),
    _text("reason"),
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
    *(_count(name) for name in LEVELS),
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

# Reports ask for spans of days, whichever terminal they are from.
Index("day_lines_by_date", day_lines.c.site, day_lines.c.date)
Index("day_counts_by_date", day_counts.c.site, day_counts.c.date)
# Blocks are closed by officer, on what came after the last one.
Index("day_lines_by_officer", day_lines.c.site, day_lines.c.officer, day_lines.c.date)
Index("day_counts_by_officer", day_counts.c.site, day_counts.c.officer, day_counts.c.date)

unclosed = Table(
    "unclosed",
    metadata,
    _text("site"),
    _text("officer"),
    Column("since", Date, nullable=False),
    _count("fresh"),
    PrimaryKeyConstraint("site", "officer"),
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
    *(_count(name) for name in LEVELS),
    *(_count(name) for name in BESIDE),
    PrimaryKeyConstraint("site", "officer", "levels", "number"),
)

Index("blocks_by_day", blocks.c.site, blocks.c.last_day)

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

block_cuts = Table(
    "block_cuts",
    metadata,
    _text("site"),
    _text("officer"),
    _count("levels"),
    _count("number"),
    _text("kind"),
    _text("what"),
    *(_count(name) for name in LEVELS),
    PrimaryKeyConstraint("site", "officer", "levels", "number", "kind", "what"),
)

site_months = Table(
    "site_months",
    metadata,
    _text("site"),
    Column("month", Date, nullable=False),
    _count("levels"),
    *(_count(name) for name in LEVELS),
    *(_count(name) for name in BESIDE),
    _count("blocks"),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    PrimaryKeyConstraint("site", "month", "levels"),
)

accounts = Table(
    "accounts",
    metadata,
    _text("site"),
    _text("account"),
    _text("name"),
    _text("secret"),
    _count("must_change"),
    _text("roles"),
    _text("officer"),
    _text("section"),
    _text("subject"),
    _count("disabled"),
    PrimaryKeyConstraint("site", "account"),
)

# Tries of every name, whether somebody has it or not: `name` is a keyed hash.
sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    _text("site"),
    _text("name"),
    _count("tries"),
    _moment("until", empty=True),
    _moment("at"),
    PrimaryKeyConstraint("site", "name"),
)
Index("sign_in_tries_by_time", sign_in_tries.c.site, sign_in_tries.c.at)

second_factors = Table(
    "second_factors",
    metadata,
    _text("site"),
    _text("account"),
    _text("secret"),
    Column("step", BigInteger, nullable=False),
    _moment("since"),
    PrimaryKeyConstraint("site", "account"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    _text("site"),
    _text("account"),
    _text("code"),
    PrimaryKeyConstraint("site", "account", "code"),
)

sessions = Table(
    "sessions",
    metadata,
    _text("site"),
    _text("token"),
    _text("account"),
    _text("stage"),
    _text("browser"),
    _moment("opened"),
    _moment("seen"),
    PrimaryKeyConstraint("site", "token"),
)

looks = Table(
    "looks",
    metadata,
    _text("site"),
    _text("officer"),
    _moment("at"),
    _text("reader"),
    _text("what"),
    PrimaryKeyConstraint("site", "officer", "at", "reader", "what"),
)

changes = Table(
    "changes",
    metadata,
    _text("site"),
    _moment("at"),
    _text("who"),
    _text("what"),
    PrimaryKeyConstraint("site", "at", "who", "what"),
)

objections = Table(
    "objections",
    metadata,
    _text("site"),
    _text("officer"),
    _count("levels"),
    _count("number"),
    _moment("at"),
    _text("words"),
    PrimaryKeyConstraint("site", "officer", "levels", "number"),
)

verdicts = Table(
    "verdicts",
    metadata,
    _text("site"),
    _text("officer"),
    _count("levels"),
    _count("number"),
    _text("decider"),
    _text("verdict"),
    _text("note"),
    _moment("at"),
    PrimaryKeyConstraint("site", "officer", "levels", "number", "decider"),
)

improvements = Table(
    "improvements",
    metadata,
    _text("site"),
    _text("id"),
    _count("version"),
    _moment("at"),
    _text("author"),
    _text("said"),
    _text("done"),
    _text("whom"),
    Column("due", Date),
    _text("status"),
    PrimaryKeyConstraint("site", "id", "version"),
)

ita_texts = Table(
    "ita_texts",
    metadata,
    _text("site"),
    _count("fiscal_year"),
    _count("round"),
    _text("code"),
    _count("version"),
    _count("base"),
    _moment("at"),
    _text("author"),
    _text("body"),
    PrimaryKeyConstraint("site", "fiscal_year", "round", "code", "version"),
)

site_settings = Table(
    "site_settings",
    metadata,
    _text("site"),
    _count("version"),
    _moment("at"),
    _text("author"),
    _text("body"),
    PrimaryKeyConstraint("site", "version"),
)

photos = Table(
    "photos",
    metadata,
    _text("site"),
    _text("officer"),
    Column("jpeg", LargeBinary, nullable=False),
    PrimaryKeyConstraint("site", "officer"),
)

questionnaire_tokens = Table(
    "questionnaire_tokens",
    metadata,
    _text("site"),
    _text("token"),
    Column("until", Date, nullable=False),
    PrimaryKeyConstraint("site", "token"),
)

questionnaire_counts = Table(
    "questionnaire_counts",
    metadata,
    _text("site"),
    Column("date", Date, nullable=False),
    _count("levels"),
    _text("kind"),
    _text("what"),
    *(_count(name) for name in LEVELS),
    PrimaryKeyConstraint("site", "date", "levels", "kind", "what"),
)

comments = Table(
    "comments",
    metadata,
    _text("site"),
    _text("id"),
    _count("pool"),
    _text("language"),
    _text("words"),
    PrimaryKeyConstraint("site", "id"),
)
