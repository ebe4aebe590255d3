"""The terminal's file: made whole, append-only, verified, and never silently replaced."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from time import monotonic
from traceback import format_exception
from uuid import uuid4

import pysqlite3.dbapi2 as sqlite
import pytest
from sqlalchemy import create_engine, text

from kiosk.domain.encounter import Count, KeepReasons, Record
from kiosk.domain.rating import Half, Outcome, ReasonId
from kiosk.domain.wording import Bilingual, Improvement, ReasonWords, Wording
from kiosk.store import engine as engine_module
from kiosk.store.engine import (
    Store,
    StoreDamaged,
    StoreFailed,
    StoreForeign,
    StoreMissing,
    StoreNewer,
)
from kiosk.store.journal import Kind
from kiosk.store.pins import PinRecord
from kiosk.store.roster import UnknownOfficer
from kiosk.store.schema import APPLICATION_ID, TRIGGERS, metadata
from kiosk.store.state import Mark
from kiosk.store.verify import Verified, Wrong, verify
from kiosk.terminal import Terminal
from tests.support.builders import (
    MORNING,
    PEPPER,
    PRASIT,
    SOMYING,
    TODAY,
    FakeClock,
    asking,
    rating,
)
from tests.support.faults import disk_full_beyond

NEXT_DAY = (TODAY + timedelta(days=1), Half.MORNING)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "kiosk.db"
    Store.create(path)
    return path


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store.open(path)
    yield store
    store.close()


@pytest.fixture
def terminal(store: Store) -> Terminal:
    terminal = Terminal(store, FakeClock(), PEPPER)
    terminal.add_officers([SOMYING, PRASIT])
    return terminal


def tamper(path: Path, *statements: str) -> None:
    """What someone with the file and a tool would do: no guards, no questions."""
    raw = sqlite.connect(str(path), isolation_level=None)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert raw.execute(statement).rowcount != 0, statement
    for ddl in TRIGGERS:
        raw.execute(ddl)
    raw.close()


def test_migrations_lead_to_exactly_the_declared_schema(path: Path, tmp_path: Path) -> None:
    declared = tmp_path / "declared.db"
    built = create_engine(f"sqlite:///{declared}", module=sqlite)
    with built.begin() as connection:
        metadata.create_all(connection)
        for ddl in TRIGGERS:
            connection.exec_driver_sql(ddl)
    built.dispose()

    def schema(file: Path) -> dict[str, str]:
        raw = sqlite.connect(str(file))
        rows = raw.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        raw.close()
        return {name: " ".join(sql.split()) for name, sql in rows if name != "alembic_version"}

    assert schema(path) == schema(declared)


def test_the_last_press_of_each_panel_is_remembered(store: Store) -> None:
    with store.transaction() as t:
        t.state.put_mark(Mark(device="DD-07", boot="9f3ac21b", seq=41))
        t.state.put_mark(Mark(device="DD-08", boot="00000001", seq=1))
        t.state.put_mark(Mark(device="DD-07", boot="9f3ac21b", seq=42))
    with store.read() as snapshot:
        assert [mark.seq for mark in snapshot.state.marks()] == [42, 1]


@pytest.mark.parametrize("changed", ["words", "issue"])
def test_what_central_sent_does_not_change_without_a_witness(store: Store, changed: str) -> None:
    words = Wording(
        question_th="ถาม",
        question_en="ask",
        level_words=(Bilingual("ก", "a"),),
        reasons=(ReasonWords(ReasonId("wait"), "ข", "b"),),
        improvements=(Improvement("ค", "ง"),),
        holidays=(TODAY,),
        office_th="จ",
        office_en="e",
    )
    record = PinRecord(hash="$argon2id$", tries=2, tried_boot_ms=3, boot_id="boot", issue=6)
    with store.transaction() as t:
        t.state.put_wording(words, "etag")
        t.pins.put("101", record)
        t.witness(FakeClock().now(), Kind.ROSTER_CHANGED)
    with store.read() as snapshot:
        assert snapshot.state.wording() == words
        assert snapshot.state.roster_etag() == "etag"
        assert snapshot.pins.of("101") == record
    assert isinstance(verify(store), Verified)
    with store.transaction() as t:
        if changed == "words":
            t.state.put_wording(words._replace(holidays=()), "etag")
        else:
            t.pins.put("101", replace(record, issue=7))
    assert isinstance(verify(store), Wrong)


def test_of_events_witnessed_together_the_last_has_the_digest(store: Store) -> None:
    record = PinRecord(hash="$argon2id$", tries=0, tried_boot_ms=0, boot_id="", issue=1)
    with store.transaction() as t:
        for owner in ("101", "102"):
            t.pins.put(owner, record)
        events = [(Kind.PIN_SET, {"owner": owner}) for owner in ("101", "102")]
        t.witness_all(FakeClock().now(), events)
    assert isinstance(verify(store), Verified)
    with store.read() as snapshot:
        newest = snapshot.journal.last(Kind.PIN_SET)
    assert newest is not None
    assert '"owner":"102"' in newest.detail


def test_reading_waits_for_no_writer_and_no_writer_waits_for_reading(
    store: Store, path: Path, terminal: Terminal
) -> None:
    other = Store.open(path)
    with other.transaction() as t:
        t.journal.append(FakeClock().now(), Kind.STARTED)
        began = monotonic()
        assert {officer.id for officer in terminal.officers()} == {SOMYING.id, PRASIT.id}
        assert monotonic() - began < engine_module.BUSY_MS / 2000
    with other.read() as snapshot:
        before = snapshot.ratings.count()
        terminal.carry_out([Record(rating(5))])
        assert snapshot.ratings.count() == before, "a snapshot is of one moment"
    with other.read() as snapshot:
        assert snapshot.ratings.count() == before + 1
    other.close()


def test_a_read_writes_nothing(store: Store) -> None:
    with pytest.raises(StoreFailed, match="readonly"), store.read() as snapshot:
        snapshot.state.put_mark(Mark(device="DD-07", boot="9f3ac21b", seq=41))
    with store.transaction() as t:
        t.state.put_mark(Mark(device="DD-07", boot="9f3ac21b", seq=41))


def test_reading_survives_reopening_a_backup_and_a_checkpoint(
    store: Store, terminal: Terminal, tmp_path: Path
) -> None:
    for disturb in (
        store.reopen,
        store.checkpoint,
        lambda: store.backup(tmp_path / "copy.db"),
        terminal.repair,
    ):
        disturb()
        assert terminal.officer(SOMYING.id) is not None


def test_emptying_the_log_gives_up_beside_a_reader_and_holds_no_press_up(
    store: Store, path: Path, terminal: Terminal
) -> None:
    terminal.carry_out([Record(rating(5))])
    other = Store.open(path)
    with other.read() as snapshot:
        assert snapshot.ratings.count() == 1
        terminal.carry_out([Record(rating(5))])
        assert not store.checkpoint()
    other.close()
    assert store.checkpoint()
    assert not path.with_name("kiosk.db-wal").stat().st_size


@pytest.mark.parametrize("replacement", [b"", b"another file"])
def test_a_file_that_goes_from_its_path_is_missed_at_once_and_heals(
    store: Store, path: Path, terminal: Terminal, replacement: bytes
) -> None:
    """SQLite would go on with the deleted file, and everything in it is gone at the end."""
    elsewhere = path.with_name("elsewhere.db")
    path.rename(elsewhere)
    if replacement:
        path.write_bytes(replacement)
    with pytest.raises(StoreMissing):
        terminal.officers()
    with pytest.raises(StoreFailed):
        terminal.carry_out([Record(rating(5))])
    with pytest.raises(StoreFailed):
        terminal.repair()
    assert path.exists() == bool(replacement), "an empty file is somebody's decision"
    elsewhere.rename(path)
    terminal.repair()
    terminal.carry_out([Record(rating(5))])
    assert isinstance(verify(store), Verified)


def test_the_known_head_is_the_newest_migration() -> None:
    folder = Path(engine_module.__file__).parent / "migrations" / "versions"
    newest = max(file.name for file in folder.glob("[0-9]*.py"))
    assert newest.startswith(engine_module.HEAD)


def test_a_new_file_is_whole_private_and_durable(path: Path) -> None:
    assert sorted(p.name for p in path.parent.iterdir()) == ["kiosk.db"]
    assert path.stat().st_mode & 0o777 == 0o600
    raw = sqlite.connect(str(path))
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert raw.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    raw.close()


def test_an_existing_file_is_never_replaced(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(StoreFailed, match="exists already"):
        Store.create(path)
    assert path.read_bytes() == before


def test_a_missing_file_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="kiosk init"):
        Store.open(tmp_path / "kiosk.db")
    assert not list(tmp_path.iterdir())


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    raw = sqlite.connect(str(path))
    raw.execute("CREATE TABLE t (x)")
    raw.commit()
    raw.close()
    before = path.read_bytes()
    with pytest.raises(StoreForeign, match=r"not a terminal's"):
        Store.open(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreDamaged):
        Store.open(path)
    assert path.read_bytes() == b"not a database" * 1000


def test_a_newer_file_is_refused(path: Path) -> None:
    raw = sqlite.connect(str(path), isolation_level=None)
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(StoreNewer, match="newer version"):
        Store.open(path)


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("table", ["ratings", "outcomes", "reasons", "journal"])
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "UPDATE {} SET business_date = '2000-01-01'"])
def test_the_past_refuses_to_be_changed(
    store: Store, terminal: Terminal, path: Path, table: str, verb: str, settled: bool
) -> None:
    stored = rating(1)
    terminal.carry_out([Record(stored, (Outcome.BURST,))])
    terminal.carry_out([KeepReasons(asking(stored, "wait"))])
    if settled:
        store.forget_order(NEXT_DAY)
    elif table != "journal":
        table = f"fresh_{table}"
    raw = sqlite.connect(str(path), isolation_level=None)
    with pytest.raises(sqlite.IntegrityError, match="append-only"):
        raw.execute(verb.format(table))
    raw.close()


def test_replace_can_not_slip_past_the_guards(terminal: Terminal, path: Path) -> None:
    terminal.carry_out([Record(rating(1))])
    raw = sqlite.connect(str(path), isolation_level=None)
    raw.execute("PRAGMA recursive_triggers=OFF")
    row = raw.execute("SELECT * FROM fresh_ratings").fetchone()
    with pytest.raises(sqlite.IntegrityError, match="append-only"):
        raw.execute(
            "INSERT OR REPLACE INTO fresh_ratings VALUES (?,?,?,?,?,?,5,?,?)", row[:6] + row[7:]
        )
    raw.close()


def test_what_was_kept_verifies_with_its_counts(store: Store, terminal: Terminal) -> None:
    for score in (1, 3, 5):
        terminal.carry_out([Record(rating(score))])
    terminal.carry_out([Count(SOMYING.id, Outcome.SUPPRESSED)])
    result = verify(store)
    assert isinstance(result, Verified)
    assert (result.ratings, result.sheets) == (3, 1)


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE ratings SET score = 5 WHERE score = 1", "entries differ from its seal"),
        ("DELETE FROM ratings WHERE score = 1", "says 2 ratings, the file has 1"),
        ("UPDATE ratings SET officer = '102' WHERE score = 1", "says 2 ratings, the file has 1"),
        ("DELETE FROM outcomes", "entries differ from its seal"),
        ("DELETE FROM reasons", "entries differ from its seal"),
        ("DELETE FROM sheets", "has entries but no seal"),
        ("UPDATE sheets SET n = n + 1", "says 3 ratings, the file has 2"),
        ("UPDATE journal SET at = '2026-01-01T00:00:00' WHERE seq = 2", "entry 2 was changed"),
        ("DELETE FROM journal WHERE seq = 1", "entry 1 is missing"),
        (
            "INSERT INTO ratings VALUES (randomblob(16), '2026-11-23', 'am', '101', 'general', "
            "'1', 5, 5, 'touch')",
            "says 2 ratings, the file has 3",
        ),
    ],
)
def test_tampering_is_found_and_named(
    store: Store, terminal: Terminal, path: Path, statement: str, named: str, settled: bool
) -> None:
    low = rating(1)
    terminal.carry_out([Record(low, (Outcome.BURST,))])
    terminal.carry_out([KeepReasons(asking(low, "wait"))])
    terminal.carry_out([Record(rating(5))])
    if settled:
        store.forget_order(NEXT_DAY)
    else:
        statement = re.sub("(ratings|outcomes|reasons)", r"fresh_\1", statement)
        statement = statement.replace("'am')", "'am', 'am')")
    tamper(path, statement)
    result = verify(store)
    assert isinstance(result, Wrong)
    assert named in result.what


def test_a_missing_guard_is_named(store: Store, path: Path) -> None:
    raw = sqlite.connect(str(path), isolation_level=None)
    raw.execute("DROP TRIGGER ratings_no_delete")
    raw.close()
    result = verify(store)
    assert isinstance(result, Wrong)
    assert "ratings_no_delete" in result.what


def test_nothing_in_the_file_tells_time_or_order_of_a_press(
    store: Store, terminal: Terminal, path: Path
) -> None:
    """Rows come back by id, and no column holds a time."""
    ratings = [rating(score) for score in (1, 2, 3, 4, 5) * 4]
    for one in ratings:
        terminal.carry_out([Record(one)])
    raw = sqlite.connect(str(path))
    ids = [bytes(row[0]) for row in raw.execute("SELECT id FROM fresh_ratings")]
    columns = {row[1] for row in raw.execute("PRAGMA table_info(fresh_ratings)")}
    raw.close()
    assert ids == sorted(bytes(one.id) for one in ratings)
    assert columns.isdisjoint({"at", "time", "seq", "rowid", "created"})


@pytest.mark.parametrize("gives_way", [False, True])
def test_at_the_end_of_a_half_day_every_row_comes_to_rest(
    store: Store, terminal: Terminal, path: Path, gives_way: bool
) -> None:
    pressed = rating(5)
    day, officer = pressed.business_date, pressed.officer
    terminal.carry_out([Record(pressed)])
    with store.transaction() as t:
        t.ratings.add_outcome(bytes(16), day, Half.MORNING, officer, Outcome.SUPPRESSED)
        t.ratings.add_reasons(pressed.id, day, officer, (ReasonId("polite"),))
    other = Store.open(path, gives_way=gives_way)
    other.forget_order((date.max, Half.MORNING))
    other.close()
    raw = sqlite.connect(str(path))
    tables = ("ratings", "outcomes", "reasons")
    counts = {
        table: raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for name in tables
        for table in (name, f"fresh_{name}")
    }
    raw.close()
    assert counts == dict.fromkeys(tables, 1) | {f"fresh_{name}": 0 for name in tables}
    assert isinstance(verify(store), Verified)


def test_a_backup_is_whole_and_opens(store: Store, terminal: Terminal, tmp_path: Path) -> None:
    terminal.carry_out([Record(rating(4))])
    target = tmp_path / "copy.db"
    store.backup(target)
    copy = Store.open(target)
    assert isinstance(verify(copy), Verified)
    copy.close()
    with pytest.raises(StoreFailed, match="exists already"):
        store.backup(target)


def test_on_a_full_disk_nothing_is_promised_and_the_same_rating_is_kept_once_after(
    store: Store, terminal: Terminal, path: Path
) -> None:
    store.checkpoint()
    pressed = rating(5)
    with disk_full_beyond(4096), pytest.raises(StoreFailed):
        terminal.carry_out([Record(pressed)])
    terminal.repair()
    terminal.carry_out([Record(pressed)])
    with store.transaction() as t:
        assert t.ratings.count() == 1
    assert isinstance(verify(store), Verified)


def test_a_full_disk_frees_the_ballast_so_that_an_officer_can_still_sign_off(
    store: Store, terminal: Terminal, path: Path
) -> None:
    terminal.reserve_ballast()
    ballast = path.with_name("ballast")
    assert ballast.stat().st_size == 4 << 20
    with disk_full_beyond(4096), pytest.raises(StoreFailed):
        terminal.carry_out([Record(rating(5))])
    assert not ballast.exists()
    terminal.repair()
    assert ballast.stat().st_size == 4 << 20


def test_the_log_tells_of_an_event_once_it_is_in_the_file(
    store: Store, terminal: Terminal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "kiosk.event")
    store.checkpoint()
    with disk_full_beyond(4096), pytest.raises(StoreFailed):
        terminal.note(Kind.STORE_REOPENED)
    assert caplog.messages == []
    terminal.repair(FakeClock().now())
    assert caplog.messages == ["out-of-service", "store-reopened"]


def test_the_same_panel_press_is_kept_once_even_by_a_new_process(
    store: Store, terminal: Terminal, path: Path
) -> None:
    mark = Mark(device="panel", boot="boot", seq=7)
    terminal.carry_out([Record(rating(5))], mark)
    again = Store.open(path)
    reborn = Terminal(again, FakeClock(), PEPPER)
    assert reborn.marks() == (mark,)
    reborn.carry_out([Record(rating(5))], mark)
    with again.transaction() as t:
        assert t.ratings.count() == 1
    again.close()


def test_status_counts_the_rated_days_before_today_that_nobody_has_closed(
    terminal: Terminal,
) -> None:
    for day in (TODAY - timedelta(days=1), TODAY):
        terminal.carry_out([Record(rating(5, day=day))])
    status = terminal.status()
    assert (status.days, status.not_closed, status.due) == (2, 1, 0)


def test_the_journal_head_grows_and_chains(store: Store, terminal: Terminal) -> None:
    with store.transaction() as t:
        seq, head = t.journal.head()
        t.journal.append(FakeClock(MORNING).now(), Kind.STARTED)
        assert t.journal.head()[0] == seq + 1
        assert t.journal.hash_at(seq) == head


def test_two_processes_worth_of_connections_share_the_file(store: Store, path: Path) -> None:
    other = Store.open(path)
    mine, theirs = Terminal(store, FakeClock(), PEPPER), Terminal(other, FakeClock(), PEPPER)
    for _ in range(20):
        mine.carry_out([Record(rating(5))])
        theirs.carry_out([Record(rating(4))])
    assert isinstance(verify(store), Verified)
    with store.transaction() as t:
        assert t.ratings.count() == 40
    other.close()


def test_a_copied_file_opens_elsewhere(store: Store, path: Path, tmp_path: Path) -> None:
    store.checkpoint()
    copy = tmp_path / "elsewhere.db"
    shutil.copy(path, copy)
    os.chmod(copy, 0o600)
    elsewhere = Store.open(copy)
    assert isinstance(verify(elsewhere), Verified)
    elsewhere.close()


def test_no_value_of_a_row_stands_in_a_traceback(store: Store) -> None:
    """What a bug leaves in the log has a time, and must have no score beside it."""
    value = uuid4().hex
    with pytest.raises(StoreFailed) as failure, store.transaction() as t:
        t._connection.execute(text("INSERT INTO journal (kind) VALUES (:kind)"), {"kind": value})
    assert value not in "".join(format_exception(failure.value))


def write_values_that_can_not_be(raw: sqlite.Connection, as_bytes: bool) -> None:
    """Each text of the file out of form; or each text as bytes, as one flipped bit makes it."""
    raw.execute("PRAGMA ignore_check_constraints=ON")
    tables = raw.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
    for (table,) in tables:
        columns = raw.execute(f"PRAGMA table_info({table})").fetchall()
        for _, column, kind, *_ in columns:
            if kind == "TEXT" and column not in ("officer", "business_date", "owner", "device"):
                bad = f"CAST({column} AS BLOB)" if as_bytes else f"'~' || {column}"
                raw.execute(f"UPDATE {table} SET {column} = {bad}")


@pytest.mark.parametrize("as_bytes", [False, True])
def test_a_row_whose_bits_were_flipped_is_damage_and_ends_no_program(
    path: Path, store: Store, terminal: Terminal, as_bytes: bool
) -> None:
    effect = Record(rating())
    terminal.carry_out([effect], Mark(device="DD-07", boot="9f3ac21b", seq=1))
    terminal.set_pin("101")
    with store.transaction() as t:
        t.state.put_wording(Wording(question_th="ถาม"), "etag")
    store.close()
    raw = sqlite.connect(str(path), isolation_level=None)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    write_values_that_can_not_be(raw, as_bytes)
    raw.execute("UPDATE alembic_version SET version_num = '0001'")
    for ddl in TRIGGERS:
        raw.execute(ddl)
    raw.close()
    worn = Store.open(path)
    assert isinstance(judged(worn), Wrong | StoreDamaged)
    with pytest.raises(StoreDamaged), worn.read() as snapshot:
        snapshot.ratings.tally(TODAY)
    with pytest.raises(StoreDamaged), worn.read() as snapshot:
        snapshot.journal.of_day(TODAY)
    with pytest.raises(StoreDamaged), worn.read() as snapshot:
        snapshot.state.wording()
    if as_bytes:
        with pytest.raises(StoreDamaged), worn.read() as snapshot:
            snapshot.roster.active()
    worn.close()


def judged(store: Store) -> Verified | Wrong | StoreFailed:
    try:
        return verify(store)
    except StoreFailed as failure:
        return failure


def test_a_schema_that_is_no_text_any_more_is_damage(path: Path) -> None:
    whole = path.read_bytes()
    broken = whole.replace(b"CREATE TABLE journal", b"CREATE \xa0ABLE journal")
    assert broken != whole
    path.write_bytes(broken)
    with pytest.raises(StoreDamaged):
        Store.open(path)


def test_a_refusal_within_a_transaction_is_no_failure_of_the_store(store: Store) -> None:
    with pytest.raises(UnknownOfficer), store.transaction() as t:
        t.roster.by_number("404")


def test_that_the_file_was_reopened_at_a_press_is_written_with_the_quarter_of_an_hour(
    store: Store, terminal: Terminal, path: Path
) -> None:
    """An entry of the moment would tell when a citizen pressed."""
    store.checkpoint()
    copy = path.with_name("copy")
    shutil.copyfile(path, copy)
    copy.replace(path)
    terminal.carry_out([Record(rating(5))])
    assert reopened(store) == 0
    terminal.forget_order()
    terminal.forget_order()
    assert reopened(store) == 1


def reopened(store: Store) -> int:
    with store.read() as snapshot:
        assert snapshot.ratings.count() == 1
        return [what.kind for what in snapshot.journal.of_day(TODAY)].count(Kind.STORE_REOPENED)
