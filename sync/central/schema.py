"""Central's tables, as they are after the newest migration, on SQLite and PostgreSQL alike.

Every key starts with the site: a sharded PostgreSQL splits by it. No sequences, no foreign keys.
Ratings never come here: only wide day rows (n1…n5 per officer, service, counter, half, channel).
"""

from datetime import UTC, datetime
from typing import Any

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
    TypeDecorator,
)

from sync.central.disclosure import BESIDE

metadata = MetaData()
LEVELS = ("n1", "n2", "n3", "n4", "n5")
"""Columns of counts by level, worst first; a scale with fewer levels leaves the last ones 0."""
SQUARES = ("nn", "nk", "kk")
"""Columns of sums over blocks: of n times n, of n times satisfied, of satisfied times satisfied."""


class Moment(TypeDecorator[datetime]):
    """A time with its zone. SQLite drops the zone of what it is given, also of what it compares
    with: everything is UTC, whatever the machine's own zone is."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC) if value is not None and value.tzinfo else value


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _moment(name: str, *, empty: bool = False) -> Column[datetime]:
    return Column(name, Moment(), nullable=empty)


sites = Table(
    "sites",
    metadata,
    _text("site"),
    _text("name"),
    _text("province"),
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
    _text("next_key"),
    _moment("renewed", empty=True),
    _text("state"),
    _text("release_by"),
    _text("release_roles"),
    _text("release_reason"),
    _text("release_keeps"),
    _moment("release_at", empty=True),
    _moment("central_stays", empty=True),
    _text("software"),
    Column("seen", Moment()),
    Column("head_seq", BigInteger, nullable=False),
    _text("head_hash"),
    _text("nonce"),
    Column("nonce_until", Moment()),
    _text("shown"),
    _text("greetings"),
    Column("skew", Integer),
    Column("due", Integer),
    Column("free", Integer),
    Column("panel", Text),
    Column("time_sync", Text),
    _moment("certificate_end", empty=True),
    _moment("authority_end", empty=True),
    _moment("backed_up", empty=True),
    _text("held"),
    PrimaryKeyConstraint("site", "terminal"),
)

# Releases of the terminal's program that this office has; their files lie in the data folder.
# Each Debian has a file of its own, as its Python differs.
releases = Table(
    "releases",
    metadata,
    _text("site"),
    _text("version"),
    _text("python"),
    _text("machine"),
    Column("header", LargeBinary, nullable=False),
    _text("digest"),
    _moment("added"),
    _text("added_by"),
    _count("withdrawn"),
    _text("first_terminal"),
    _count("hours"),
    _moment("resumed", empty=True),
    PrimaryKeyConstraint("site", "version", "python", "machine"),
)

# How each terminal stands to releases, as it last said.
terminal_updates = Table(
    "terminal_updates",
    metadata,
    _text("site"),
    _text("terminal"),
    _moment("at"),
    _text("python"),
    _text("machine"),
    _text("version"),
    _moment("since"),
    _text("fetched"),
    _count("on_trial"),
    _text("refused"),
    _text("reason"),
    _moment("refused_at", empty=True),
    PrimaryKeyConstraint("site", "terminal"),
)

# Whose releases are trusted: the first key, then each next one, signed by the one before.
publisher_keys = Table(
    "publisher_keys",
    metadata,
    _text("site"),
    _count("number"),
    _text("public_key"),
    _text("proof"),
    _moment("at"),
    PrimaryKeyConstraint("site", "number"),
)

# The keys that terminals had before: what was signed with one can still be told.
earlier_keys = Table(
    "earlier_keys",
    metadata,
    _text("site"),
    _text("terminal"),
    _text("public_key"),
    _moment("until"),
    PrimaryKeyConstraint("site", "terminal", "public_key"),
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
    _count("history"),
    PrimaryKeyConstraint("site", "terminal", "date", "officer"),
)

alarms = Table(
    "alarms",
    metadata,
    _text("site"),
    Column("at", Moment(), nullable=False),
    _text("terminal"),
    _text("kind"),
    _text("detail"),
    Column("settled", Moment()),
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
    _text("used_by"),
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
    _text("replaced"),
    Column("body", LargeBinary, nullable=False),
    Column("received", Moment(), nullable=False),
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
    _text("replaced"),
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
    PrimaryKeyConstraint("site", "terminal", "date", "officer"),
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
    Column("received", Moment(), nullable=False),
    _text("proposed_by"),
    _text("proposed_roles"),
    _text("reason"),
    _moment("proposed", empty=True),
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

former_names = Table(
    "former_names",
    metadata,
    _text("site"),
    _text("officer"),
    _moment("until"),
    _text("name"),
    PrimaryKeyConstraint("site", "officer", "until"),
)

blocks = Table(
    "blocks",
    metadata,
    _text("site"),
    _text("officer"),
    _count("levels"),
    _count("number"),
    _text("section"),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("published", Date, nullable=False),
    *(_count(name) for name in LEVELS),
    *(_count(name) for name in BESIDE),
    PrimaryKeyConstraint("site", "officer", "levels", "number"),
)

Index("blocks_by_day", blocks.c.site, blocks.c.last_day)

# What raw days had that are emptied, and blocks still have: sums, no days.
emptied_sums = Table(
    "emptied_sums",
    metadata,
    _text("site"),
    _text("officer"),
    _count("levels"),
    _text("kind"),
    _text("what"),
    *(_count(name) for name in LEVELS),
    PrimaryKeyConstraint("site", "officer", "levels", "kind", "what"),
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

quarter_tickets = Table(
    "quarter_tickets",
    metadata,
    _text("site"),
    Column("quarter", Date, nullable=False),
    _count("rated"),
    _count("served"),
    PrimaryKeyConstraint("site", "quarter"),
)
"""Of counters with a machine, on days with a number of tickets: how many were rated, and how many
served, in the quarter that ends on a day. Written once, when its tables are published."""

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

quarter_cuts = Table(
    "quarter_cuts",
    metadata,
    _text("site"),
    Column("quarter", Date, nullable=False),
    _text("kind"),
    _text("what"),
    _count("levels"),
    *(_count(name) for name in LEVELS),
    PrimaryKeyConstraint("site", "quarter", "kind", "what", "levels"),
)
"""What the office's blocks have of each cut in the quarter that ends on a day: the sums of
`block_cuts`, written once, when the quarter's tables are published."""

# What the comparison of a closed round's officers came to, worked out once: JSON.
round_findings = Table(
    "round_findings",
    metadata,
    _text("site"),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("made", Date, nullable=False),
    _text("findings"),
    PrimaryKeyConstraint("site", "first_day", "last_day"),
)

site_months = Table(
    "site_months",
    metadata,
    _text("site"),
    Column("month", Date, nullable=False),
    _count("levels"),
    *(_count(name) for name in LEVELS),
    *(_count(name) for name in BESIDE),
    *(Column(name, BigInteger, nullable=False) for name in SQUARES),
    _count("blocks"),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    PrimaryKeyConstraint("site", "month", "levels"),
)

officer_months = Table(
    "officer_months",
    metadata,
    _text("site"),
    Column("month", Date, nullable=False),
    _text("section"),
    _text("officer"),
    _count("levels"),
    *(_count(name) for name in LEVELS),
    *(_count(name) for name in BESIDE),
    *(Column(name, BigInteger, nullable=False) for name in SQUARES),
    _count("blocks"),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    PrimaryKeyConstraint("site", "month", "section", "officer", "levels"),
)
"""The sums of an officer's blocks by the section in which they closed and the month; those of the
online questionnaire too."""

# Quarters in which patterns were looked for, and how many officers were looked at.
pattern_quarters = Table(
    "pattern_quarters",
    metadata,
    _text("site"),
    Column("quarter", Date, nullable=False),
    _count("officers"),
    _moment("at"),
    PrimaryKeyConstraint("site", "quarter"),
)

# What stood out: for the audit role alone. `deviations` in tenths.
patterns = Table(
    "patterns",
    metadata,
    _text("site"),
    Column("quarter", Date, nullable=False),
    _text("officer"),
    _text("pattern"),
    _text("against"),
    _count("deviations"),
    PrimaryKeyConstraint("site", "quarter", "officer", "pattern", "against"),
)

accounts = Table(
    "accounts",
    metadata,
    _text("site"),
    _text("account"),
    _text("name"),
    _text("secret"),
    _moment("first_until", empty=True),
    _text("roles"),
    _text("officer"),
    _text("section"),
    _text("subject"),
    _count("disabled"),
    PrimaryKeyConstraint("site", "account"),
)

# Whom an identity provider vouches for does not say of which site they are.
Index("accounts_by_subject", accounts.c.subject)

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

objections = Table(
    "objections",
    metadata,
    _text("site"),
    _count("case"),
    _text("officer"),
    _text("period"),
    PrimaryKeyConstraint("site", "case"),
)

objection_blocks = Table(
    "objection_blocks",
    metadata,
    _text("site"),
    _count("case"),
    _count("levels"),
    _count("number"),
    PrimaryKeyConstraint("site", "case", "levels", "number"),
)

objection_steps = Table(
    "objection_steps",
    metadata,
    _text("site"),
    _count("case"),
    _count("step"),
    _text("deed"),
    _moment("at"),
    _text("who"),
    _text("name"),
    _text("roles"),
    _text("words"),
    _text("verdict"),
    _text("ground"),
    Column("until", Date),
    PrimaryKeyConstraint("site", "case", "step"),
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

ita_pictures = Table(
    "ita_pictures",
    metadata,
    _text("site"),
    _text("id"),
    _count("fiscal_year"),
    _count("round"),
    _text("code"),
    _moment("at"),
    _text("caption"),
    _text("words"),
    _count("width"),
    _count("height"),
    Column("jpeg", LargeBinary, nullable=False),
    PrimaryKeyConstraint("site", "id"),
)
"""`words`: what the picture shows, for who can't see it."""

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

recordings = Table(
    "recordings",
    metadata,
    _text("site"),
    _text("language"),
    _text("prompt"),
    Column("wave", LargeBinary, nullable=False),
    _text("digest"),
    _text("words"),
    PrimaryKeyConstraint("site", "language", "prompt"),
)
"""What the audible guide says, as the office recorded it: a WAV file each, its SHA-256, and the
office's own words that it says; "" where the words are the program's."""

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
    Column("closed", Date),
    _text("language"),
    _text("words"),
    PrimaryKeyConstraint("site", "id"),
)

# What the office made of a pool, without a time: it would say by when the pool was closed.
pool_reviews = Table(
    "pool_reviews",
    metadata,
    _text("site"),
    _count("pool"),
    _count("version"),
    _text("author"),
    _text("status"),
    _text("themes"),
    PrimaryKeyConstraint("site", "pool", "version"),
)

log_entries = Table(
    "log_entries",
    metadata,
    _text("site"),
    _text("log"),
    Column("seq", BigInteger, nullable=False),
    _moment("at"),
    _text("kind"),
    _text("who"),
    _text("whom"),
    _text("what"),
    _text("digest"),
    _text("hash"),
    PrimaryKeyConstraint("site", "log", "seq"),
)

# Each officer reads who looked, each account what happened to it.
Index(
    "log_entries_by_whom",
    log_entries.c.site,
    log_entries.c.log,
    log_entries.c.whom,
    log_entries.c.seq,
)

log_heads = Table(
    "log_heads",
    metadata,
    _text("site"),
    _text("log"),
    Column("seq", BigInteger, nullable=False),
    _text("hash"),
    Column("emptied", BigInteger, nullable=False),
    PrimaryKeyConstraint("site", "log"),
)

log_breaks = Table(
    "log_breaks",
    metadata,
    _text("site"),
    _text("terminal"),
    _text("log"),
    Column("seen_seq", BigInteger, nullable=False),
    _text("seen_hash"),
    _moment("at"),
    Column("seq", BigInteger, nullable=False),
    _text("kind"),
    _text("asked_by"),
    _text("asked_roles"),
    _text("reason"),
    _moment("asked", empty=True),
    _text("settled_by"),
    _moment("settled", empty=True),
    PrimaryKeyConstraint("site", "terminal", "log", "seen_seq", "seen_hash"),
)

_SAME = ("site", "log", "seq", "at", "digest", "hash")
_EMPTIED = "NEW.kind = 'emptied' AND NEW.who = '' AND NEW.whom = '' AND NEW.what = ''"
_EMPTIES = " AND ".join(f"NEW.{c} = OLD.{c}" for c in _SAME)
_GROWS = "NEW.seq >= OLD.seq AND NEW.emptied >= OLD.emptied AND NEW.log = OLD.log"
"""A log only grows. The one thing that may change: an old entry is emptied of its words; its digest
and its hash stay, so that the chain can still be recomputed. The record says up to which."""


def _sqlite_guards() -> tuple[str, ...]:
    refuse = "SELECT RAISE(ABORT, 'logs are append-only')"
    same = "site = NEW.site AND log = NEW.log"
    guards = (
        f"log_entries_no_update BEFORE UPDATE ON log_entries WHEN NOT ({_EMPTIED} AND {_EMPTIES})",
        "log_entries_no_delete BEFORE DELETE ON log_entries",
        "log_entries_no_replace BEFORE INSERT ON log_entries "
        f"WHEN EXISTS (SELECT 1 FROM log_entries WHERE {same} AND seq = NEW.seq)",
        f"log_heads_grow BEFORE UPDATE ON log_heads WHEN NOT ({_GROWS})",
        "log_heads_no_delete BEFORE DELETE ON log_heads",
        "log_heads_no_replace BEFORE INSERT ON log_heads "
        f"WHEN EXISTS (SELECT 1 FROM log_heads WHERE {same})",
    )
    return tuple(f"CREATE TRIGGER {guard} BEGIN {refuse}; END" for guard in guards)


def _postgresql_guards() -> tuple[str, ...]:
    refuse = "EXECUTE FUNCTION logs_are_append_only()"
    each, whole = "FOR EACH ROW", "FOR EACH STATEMENT"
    guards = (
        "log_entries_no_update BEFORE UPDATE ON log_entries "
        f"{each} WHEN (NOT ({_EMPTIED} AND {_EMPTIES}))",
        f"log_entries_no_delete BEFORE DELETE ON log_entries {each}",
        f"log_entries_no_truncate BEFORE TRUNCATE ON log_entries {whole}",
        f"log_heads_grow BEFORE UPDATE ON log_heads {each} WHEN (NOT ({_GROWS}))",
        f"log_heads_no_delete BEFORE DELETE ON log_heads {each}",
        f"log_heads_no_truncate BEFORE TRUNCATE ON log_heads {whole}",
    )
    function = (
        "CREATE FUNCTION logs_are_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'logs are append-only'; END $$"
    )
    return function, *(f"CREATE TRIGGER {guard} {refuse}" for guard in guards)


GUARDS = {"sqlite": _sqlite_guards(), "postgresql": _postgresql_guards()}
"""Triggers by database: whoever changes a log's rows has to take them away first."""

upkeep = Table(
    "upkeep",
    metadata,
    _text("site"),
    _text("task"),
    _moment("at"),
    _moment("done", empty=True),
    _text("what"),
    PrimaryKeyConstraint("site", "task"),
)

# By what an office tells people outside the pages, and how: JSON, and its secret, encrypted.
transports = Table(
    "transports",
    metadata,
    _text("site"),
    _text("transport"),
    _moment("at"),
    _text("author"),
    _text("body"),
    _text("secret"),
    PrimaryKeyConstraint("site", "transport"),
)

# Where an account is told things, and what not. `code`: a keyed hash; "": the address is proved.
subscriptions = Table(
    "subscriptions",
    metadata,
    _text("site"),
    _text("account"),
    _text("mail"),
    _text("language"),
    _text("topics"),
    _text("code"),
    _count("tries"),
    _moment("until", empty=True),
    PrimaryKeyConstraint("site", "account"),
)

# What is being told of: an alarm from its beginning to its end, or a sheet that was announced.
spells = Table(
    "spells",
    metadata,
    _text("site"),
    _text("topic"),
    _text("subject"),
    _moment("since"),
    _text("what"),
    PrimaryKeyConstraint("site", "topic", "subject"),
)

# What is to be sent, was sent, or could not be. `id` follows from what it says, to whom and by
# what: the same cannot stand here twice. A sheet is named, not stored.
notifications = Table(
    "notifications",
    metadata,
    _text("site"),
    _text("id"),
    _text("transport"),
    _text("recipient"),
    _text("topic"),
    _text("phase"),
    _text("what"),
    _moment("created"),
    _moment("due"),
    _count("tries"),
    _text("state"),
    _text("answer"),
    _moment("settled", empty=True),
    PrimaryKeyConstraint("site", "id"),
)
Index("notifications_by_due", notifications.c.site, notifications.c.state, notifications.c.due)
