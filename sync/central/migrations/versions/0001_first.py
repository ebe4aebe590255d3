"""The first schema of the central report."""

from datetime import date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _day(name: str) -> sa.Column[date]:
    return sa.Column(name, sa.Date, nullable=False)


def _moment(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def upgrade() -> None:
    _terminals()
    _days()
    _results()
    _people()
    _papers()
    _questionnaire()
    _notifications()
    _logs()


def _terminals() -> None:
    op.create_table(
        "sites",
        _text("site"),
        _text("name"),
        _text("province"),
        sa.Column("published", sa.Date),
        sa.PrimaryKeyConstraint("site"),
    )
    op.create_table(
        "terminals",
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
        sa.Column("renewed", sa.DateTime(timezone=True)),
        _text("state"),
        _text("release_by"),
        _text("release_roles"),
        _text("release_reason"),
        _text("release_keeps"),
        sa.Column("release_at", sa.DateTime(timezone=True)),
        sa.Column("central_stays", sa.DateTime(timezone=True)),
        _text("software"),
        sa.Column("seen", sa.DateTime(timezone=True)),
        _number("head_seq"),
        _text("head_hash"),
        _text("nonce"),
        sa.Column("nonce_until", sa.DateTime(timezone=True)),
        _text("shown"),
        _text("greetings"),
        sa.Column("skew", sa.Integer),
        sa.Column("due", sa.Integer),
        sa.Column("free", sa.Integer),
        sa.Column("panel", sa.Text),
        sa.Column("time_sync", sa.Text),
        sa.Column("certificate_end", sa.DateTime(timezone=True)),
        sa.Column("authority_end", sa.DateTime(timezone=True)),
        sa.Column("backed_up", sa.DateTime(timezone=True)),
        _text("held"),
        sa.PrimaryKeyConstraint("site", "terminal"),
    )
    op.create_table(
        "earlier_keys",
        _text("site"),
        _text("terminal"),
        _text("public_key"),
        _moment("until"),
        sa.PrimaryKeyConstraint("site", "terminal", "public_key"),
    )
    op.create_table(
        "enrol_codes",
        _text("site"),
        _text("code_hash"),
        _text("terminal"),
        _text("counter"),
        _moment("until"),
        _text("invited_by"),
        _text("invited_roles"),
        _text("used_by"),
        sa.PrimaryKeyConstraint("site", "code_hash"),
    )
    op.create_index("enrol_codes_by_hash", "enrol_codes", ["code_hash"])
    op.create_table(
        "seen_sheets",
        _text("site"),
        _text("terminal"),
        _day("date"),
        _text("officer"),
        _count("n"),
        _count("entries"),
        _text("seal"),
        sa.PrimaryKeyConstraint("site", "terminal", "date", "officer"),
    )
    op.create_table(
        "witnessed_sheets",
        _text("site"),
        _text("terminal"),
        sa.Column("date", sa.Date, nullable=False),
        _text("officer"),
        _count("steps"),
        _text("point"),
        _text("last_step"),
        _count("history"),
        sa.PrimaryKeyConstraint("site", "terminal", "date", "officer"),
    )
    op.create_table(
        "alarms",
        _text("site"),
        _moment("at"),
        _text("terminal"),
        _text("kind"),
        _text("detail"),
        sa.Column("settled", sa.DateTime(timezone=True)),
        _text("settled_by"),
        _text("note"),
        sa.PrimaryKeyConstraint("site", "at", "terminal", "kind", "detail"),
    )
    op.create_table(
        "pins",
        _text("site"),
        _text("officer"),
        _number("issue"),
        _text("author"),
        _text("verifier"),
        sa.PrimaryKeyConstraint("site", "officer"),
    )
    op.create_table(
        "terminal_pins",
        _text("site"),
        _text("terminal"),
        _text("officer"),
        _number("issue"),
        _count("own"),
        sa.PrimaryKeyConstraint("site", "terminal", "officer"),
    )


def _days() -> None:
    op.create_table(
        "day_reports",
        _text("site"),
        _text("terminal"),
        _day("date"),
        _count("revision"),
        _text("digest"),
        _text("replaced"),
        _bytes("body"),
        _moment("received"),
        sa.PrimaryKeyConstraint("site", "terminal", "date"),
    )
    op.create_table(
        "earlier_reports",
        _text("site"),
        _text("terminal"),
        _day("date"),
        _count("revision"),
        _text("digest"),
        _text("replaced"),
        _bytes("body"),
        _moment("received"),
        sa.PrimaryKeyConstraint("site", "terminal", "date", "revision"),
    )
    op.create_table(
        "unknown_officers",
        _text("site"),
        _text("officer"),
        _text("terminal"),
        _day("date"),
        sa.PrimaryKeyConstraint("site", "terminal", "date", "officer"),
    )
    op.create_table(
        "parked_reports",
        _text("site"),
        _text("terminal"),
        _day("date"),
        _text("digest"),
        _text("answer"),
        _bytes("body"),
        _moment("received"),
        _text("proposed_by"),
        _text("proposed_roles"),
        _text("reason"),
        sa.Column("proposed", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("site", "terminal", "date", "digest"),
    )
    op.create_table(
        "day_lines",
        _text("site"),
        _text("terminal"),
        _day("date"),
        _text("officer"),
        _text("service"),
        _text("counter"),
        _text("half"),
        _text("channel"),
        _count("levels"),
        _count("n1"),
        _count("n2"),
        _count("n3"),
        _count("n4"),
        _count("n5"),
        sa.PrimaryKeyConstraint(
            "site", "terminal", "date", "officer", "service", "counter", "half", "channel", "levels"
        ),
    )
    op.create_index("day_lines_by_date", "day_lines", ["site", "date"])
    op.create_index("day_lines_by_officer", "day_lines", ["site", "officer", "date"])
    op.create_table(
        "day_counts",
        _text("site"),
        _text("terminal"),
        _day("date"),
        _text("kind"),
        _text("officer"),
        _text("what"),
        _count("n"),
        sa.PrimaryKeyConstraint("site", "terminal", "date", "kind", "officer", "what"),
    )
    op.create_index("day_counts_by_date", "day_counts", ["site", "date"])
    op.create_index("day_counts_by_officer", "day_counts", ["site", "officer", "date"])
    op.create_table(
        "emptied_sums",
        _text("site"),
        _text("officer"),
        _count("levels"),
        _text("kind"),
        _text("what"),
        _count("n1"),
        _count("n2"),
        _count("n3"),
        _count("n4"),
        _count("n5"),
        sa.PrimaryKeyConstraint("site", "officer", "levels", "kind", "what"),
    )
    op.create_table(
        "tickets",
        _text("site"),
        _text("counter"),
        _day("date"),
        _count("n"),
        sa.PrimaryKeyConstraint("site", "counter", "date"),
    )


def _results() -> None:
    op.create_table(
        "unclosed",
        _text("site"),
        _text("officer"),
        _day("since"),
        _count("fresh"),
        sa.PrimaryKeyConstraint("site", "officer"),
    )
    op.create_table(
        "blocks",
        _text("site"),
        _text("officer"),
        _count("levels"),
        _count("number"),
        _text("section"),
        _day("first_day"),
        _day("last_day"),
        _day("published"),
        _count("n1"),
        _count("n2"),
        _count("n3"),
        _count("n4"),
        _count("n5"),
        _count("suppressed"),
        _count("flagged"),
        _count("offered"),
        _count("answered"),
        _count("skipped"),
        _count("not_offered"),
        _count("unasked"),
        _count("best_first"),
        _count("worst_first"),
        sa.PrimaryKeyConstraint("site", "officer", "levels", "number"),
    )
    op.create_index("blocks_by_day", "blocks", ["site", "last_day"])
    op.create_table(
        "quarter_tickets",
        _text("site"),
        _day("quarter"),
        _count("rated"),
        _count("served"),
        sa.PrimaryKeyConstraint("site", "quarter"),
    )
    op.create_table(
        "block_cuts",
        _text("site"),
        _text("officer"),
        _count("levels"),
        _count("number"),
        _text("kind"),
        _text("what"),
        _count("n1"),
        _count("n2"),
        _count("n3"),
        _count("n4"),
        _count("n5"),
        sa.PrimaryKeyConstraint("site", "officer", "levels", "number", "kind", "what"),
    )
    op.create_table(
        "quarter_cuts",
        _text("site"),
        _day("quarter"),
        _text("kind"),
        _text("what"),
        _count("levels"),
        _count("n1"),
        _count("n2"),
        _count("n3"),
        _count("n4"),
        _count("n5"),
        sa.PrimaryKeyConstraint("site", "quarter", "kind", "what", "levels"),
    )
    op.create_table(
        "round_findings",
        _text("site"),
        _day("first_day"),
        _day("last_day"),
        _day("made"),
        _text("findings"),
        sa.PrimaryKeyConstraint("site", "first_day", "last_day"),
    )
    op.create_table(
        "site_months",
        _text("site"),
        _day("month"),
        _count("levels"),
        _count("n1"),
        _count("n2"),
        _count("n3"),
        _count("n4"),
        _count("n5"),
        _count("suppressed"),
        _count("flagged"),
        _count("offered"),
        _count("answered"),
        _count("skipped"),
        _count("not_offered"),
        _count("unasked"),
        _count("best_first"),
        _count("worst_first"),
        sa.Column("nn", sa.BigInteger, nullable=False),
        sa.Column("nk", sa.BigInteger, nullable=False),
        sa.Column("kk", sa.BigInteger, nullable=False),
        _count("blocks"),
        _day("first_day"),
        _day("last_day"),
        sa.PrimaryKeyConstraint("site", "month", "levels"),
    )
    op.create_table(
        "officer_months",
        _text("site"),
        _day("month"),
        _text("section"),
        _text("officer"),
        _count("levels"),
        _count("n1"),
        _count("n2"),
        _count("n3"),
        _count("n4"),
        _count("n5"),
        _count("suppressed"),
        _count("flagged"),
        _count("offered"),
        _count("answered"),
        _count("skipped"),
        _count("not_offered"),
        _count("unasked"),
        _count("best_first"),
        _count("worst_first"),
        sa.Column("nn", sa.BigInteger, nullable=False),
        sa.Column("nk", sa.BigInteger, nullable=False),
        sa.Column("kk", sa.BigInteger, nullable=False),
        _count("blocks"),
        _day("first_day"),
        _day("last_day"),
        sa.PrimaryKeyConstraint("site", "month", "section", "officer", "levels"),
    )
    op.create_table(
        "pattern_quarters",
        _text("site"),
        _day("quarter"),
        _count("officers"),
        _moment("at"),
        sa.PrimaryKeyConstraint("site", "quarter"),
    )
    op.create_table(
        "patterns",
        _text("site"),
        _day("quarter"),
        _text("officer"),
        _text("pattern"),
        _text("against"),
        _count("deviations"),
        sa.PrimaryKeyConstraint("site", "quarter", "officer", "pattern", "against"),
    )
    op.create_table(
        "objections",
        _text("site"),
        _count("case"),
        _text("officer"),
        _text("period"),
        sa.PrimaryKeyConstraint("site", "case"),
    )
    op.create_table(
        "objection_blocks",
        _text("site"),
        _count("case"),
        _count("levels"),
        _count("number"),
        sa.PrimaryKeyConstraint("site", "case", "levels", "number"),
    )
    op.create_table(
        "objection_steps",
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
        sa.Column("until", sa.Date()),
        sa.PrimaryKeyConstraint("site", "case", "step"),
    )


def _people() -> None:
    op.create_table(
        "officers",
        _text("site"),
        _text("officer"),
        _text("number"),
        _text("name"),
        _text("position"),
        _text("section"),
        _count("retired"),
        sa.PrimaryKeyConstraint("site", "officer"),
    )
    op.create_table(
        "former_names",
        _text("site"),
        _text("officer"),
        _moment("until"),
        _text("name"),
        sa.PrimaryKeyConstraint("site", "officer", "until"),
    )
    op.create_table(
        "photos",
        _text("site"),
        _text("officer"),
        _bytes("jpeg"),
        sa.PrimaryKeyConstraint("site", "officer"),
    )
    op.create_table(
        "releases",
        _text("site"),
        _text("version"),
        _text("python"),
        _text("machine"),
        _bytes("header"),
        _text("digest"),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        _text("added_by"),
        _count("withdrawn"),
        _text("first_terminal"),
        _count("hours"),
        sa.Column("resumed", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("site", "version", "python", "machine"),
    )
    op.create_table(
        "terminal_updates",
        _text("site"),
        _text("terminal"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _text("python"),
        _text("machine"),
        _text("version"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        _text("fetched"),
        _count("on_trial"),
        _text("refused"),
        _text("reason"),
        sa.Column("refused_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("site", "terminal"),
    )
    op.create_table(
        "publisher_keys",
        _text("site"),
        _count("number"),
        _text("public_key"),
        _text("proof"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "number"),
    )
    op.create_table(
        "recordings",
        _text("site"),
        _text("language"),
        _text("prompt"),
        _bytes("wave"),
        _text("digest"),
        _text("words"),
        sa.PrimaryKeyConstraint("site", "language", "prompt"),
    )
    op.create_table(
        "accounts",
        _text("site"),
        _text("account"),
        _text("name"),
        _text("secret"),
        sa.Column("first_until", sa.DateTime(timezone=True)),
        _text("roles"),
        _text("officer"),
        _text("section"),
        _text("subject"),
        _count("disabled"),
        sa.PrimaryKeyConstraint("site", "account"),
    )
    op.create_index("accounts_by_subject", "accounts", ["subject"])
    op.create_table(
        "sign_in_tries",
        _text("site"),
        _text("name"),
        _count("tries"),
        sa.Column("until", sa.DateTime(timezone=True)),
        _moment("at"),
        sa.PrimaryKeyConstraint("site", "name"),
    )
    op.create_index("sign_in_tries_by_time", "sign_in_tries", ["site", "at"])
    op.create_table(
        "second_factors",
        _text("site"),
        _text("account"),
        _text("secret"),
        sa.Column("step", sa.BigInteger, nullable=False),
        _moment("since"),
        sa.PrimaryKeyConstraint("site", "account"),
    )
    op.create_table(
        "recovery_codes",
        _text("site"),
        _text("account"),
        _text("code"),
        sa.PrimaryKeyConstraint("site", "account", "code"),
    )
    op.create_table(
        "sessions",
        _text("site"),
        _text("token"),
        _text("account"),
        _text("stage"),
        _text("browser"),
        _moment("opened"),
        _moment("seen"),
        sa.PrimaryKeyConstraint("site", "token"),
    )


def _papers() -> None:
    op.create_table(
        "site_settings",
        _text("site"),
        _count("version"),
        _moment("at"),
        _text("author"),
        _text("body"),
        sa.PrimaryKeyConstraint("site", "version"),
    )
    op.create_table(
        "improvements",
        _text("site"),
        _text("id"),
        _count("version"),
        _moment("at"),
        _text("author"),
        _text("said"),
        _text("done"),
        _text("whom"),
        sa.Column("due", sa.Date),
        _text("status"),
        sa.PrimaryKeyConstraint("site", "id", "version"),
    )
    op.create_table(
        "ita_texts",
        _text("site"),
        _count("fiscal_year"),
        _count("round"),
        _text("code"),
        _count("version"),
        _count("base"),
        _moment("at"),
        _text("author"),
        _text("body"),
        sa.PrimaryKeyConstraint("site", "fiscal_year", "round", "code", "version"),
    )
    op.create_table(
        "ita_pictures",
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
        _bytes("jpeg"),
        sa.PrimaryKeyConstraint("site", "id"),
    )


def _questionnaire() -> None:
    op.create_table(
        "questionnaire_tokens",
        _text("site"),
        _text("token"),
        _day("until"),
        sa.PrimaryKeyConstraint("site", "token"),
    )
    op.create_table(
        "questionnaire_counts",
        _text("site"),
        _day("date"),
        _count("levels"),
        _text("kind"),
        _text("what"),
        _count("n1"),
        _count("n2"),
        _count("n3"),
        _count("n4"),
        _count("n5"),
        sa.PrimaryKeyConstraint("site", "date", "levels", "kind", "what"),
    )
    op.create_table(
        "comments",
        _text("site"),
        _text("id"),
        _count("pool"),
        sa.Column("closed", sa.Date),
        _text("language"),
        _text("words"),
        sa.PrimaryKeyConstraint("site", "id"),
    )
    op.create_table(
        "pool_reviews",
        _text("site"),
        _count("pool"),
        _count("version"),
        _text("author"),
        _text("status"),
        _text("themes"),
        sa.PrimaryKeyConstraint("site", "pool", "version"),
    )


def _notifications() -> None:
    op.create_table(
        "transports",
        _text("site"),
        _text("transport"),
        _moment("at"),
        _text("author"),
        _text("body"),
        _text("secret"),
        sa.PrimaryKeyConstraint("site", "transport"),
    )
    op.create_table(
        "subscriptions",
        _text("site"),
        _text("account"),
        _text("mail"),
        _text("language"),
        _text("topics"),
        _text("code"),
        _count("tries"),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("site", "account"),
    )
    op.create_table(
        "spells",
        _text("site"),
        _text("topic"),
        _text("subject"),
        _moment("since"),
        _text("what"),
        sa.PrimaryKeyConstraint("site", "topic", "subject"),
    )
    op.create_table(
        "notifications",
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
        sa.Column("settled", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("site", "id"),
    )
    op.create_index("notifications_by_due", "notifications", ["site", "state", "due"])


def _logs() -> None:
    op.create_table(
        "log_entries",
        _text("site"),
        _text("log"),
        _number("seq"),
        _moment("at"),
        _text("kind"),
        _text("who"),
        _text("whom"),
        _text("what"),
        _text("digest"),
        _text("hash"),
        sa.PrimaryKeyConstraint("site", "log", "seq"),
    )
    op.create_index("log_entries_by_whom", "log_entries", ["site", "log", "whom", "seq"])
    op.create_table(
        "log_heads",
        _text("site"),
        _text("log"),
        _number("seq"),
        _text("hash"),
        _number("emptied"),
        sa.PrimaryKeyConstraint("site", "log"),
    )
    op.create_table(
        "log_breaks",
        _text("site"),
        _text("terminal"),
        _text("log"),
        _number("seen_seq"),
        _text("seen_hash"),
        _moment("at"),
        _number("seq"),
        _text("kind"),
        _text("asked_by"),
        _text("asked_roles"),
        _text("reason"),
        sa.Column("asked", sa.DateTime(timezone=True)),
        _text("settled_by"),
        sa.Column("settled", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("site", "terminal", "log", "seen_seq", "seen_hash"),
    )
    op.create_table(
        "upkeep",
        _text("site"),
        _text("task"),
        _moment("at"),
        sa.Column("done", sa.DateTime(timezone=True)),
        _text("what"),
        sa.PrimaryKeyConstraint("site", "task"),
    )
    for ddl in _GUARDS[op.get_bind().dialect.name]:
        op.execute(ddl)


_EMPTIES = (
    "NEW.kind = 'emptied' AND NEW.who = '' AND NEW.whom = '' AND NEW.what = '' "
    "AND NEW.site = OLD.site AND NEW.log = OLD.log AND NEW.seq = OLD.seq AND NEW.at = OLD.at "
    "AND NEW.digest = OLD.digest AND NEW.hash = OLD.hash"
)
_GROWS = "NEW.seq >= OLD.seq AND NEW.emptied >= OLD.emptied AND NEW.log = OLD.log"
_SAME = "site = NEW.site AND log = NEW.log"
_REFUSE = "BEGIN SELECT RAISE(ABORT, 'logs are append-only'); END"
_CALL = "EXECUTE FUNCTION logs_are_append_only()"
_GUARDS = {
    "sqlite": [
        "CREATE TRIGGER log_entries_no_update BEFORE UPDATE ON log_entries "
        f"WHEN NOT ({_EMPTIES}) {_REFUSE}",
        f"CREATE TRIGGER log_entries_no_delete BEFORE DELETE ON log_entries {_REFUSE}",
        "CREATE TRIGGER log_entries_no_replace BEFORE INSERT ON log_entries "
        f"WHEN EXISTS (SELECT 1 FROM log_entries WHERE {_SAME} AND seq = NEW.seq) {_REFUSE}",
        f"CREATE TRIGGER log_heads_grow BEFORE UPDATE ON log_heads WHEN NOT ({_GROWS}) {_REFUSE}",
        f"CREATE TRIGGER log_heads_no_delete BEFORE DELETE ON log_heads {_REFUSE}",
        "CREATE TRIGGER log_heads_no_replace BEFORE INSERT ON log_heads "
        f"WHEN EXISTS (SELECT 1 FROM log_heads WHERE {_SAME}) {_REFUSE}",
    ],
    "postgresql": [
        "CREATE FUNCTION logs_are_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'logs are append-only'; END $$",
        "CREATE TRIGGER log_entries_no_update BEFORE UPDATE ON log_entries "
        f"FOR EACH ROW WHEN (NOT ({_EMPTIES})) {_CALL}",
        f"CREATE TRIGGER log_entries_no_delete BEFORE DELETE ON log_entries FOR EACH ROW {_CALL}",
        "CREATE TRIGGER log_entries_no_truncate BEFORE TRUNCATE ON log_entries "
        f"FOR EACH STATEMENT {_CALL}",
        "CREATE TRIGGER log_heads_grow BEFORE UPDATE ON log_heads "
        f"FOR EACH ROW WHEN (NOT ({_GROWS})) {_CALL}",
        f"CREATE TRIGGER log_heads_no_delete BEFORE DELETE ON log_heads FOR EACH ROW {_CALL}",
        "CREATE TRIGGER log_heads_no_truncate BEFORE TRUNCATE ON log_heads "
        f"FOR EACH STATEMENT {_CALL}",
    ],
}
