"""What central keeps, on both databases: the same sentences hold on each."""

from datetime import UTC, date, timedelta
from pathlib import Path
from traceback import format_exception
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import MetaData, event, inspect, text
from sqlalchemy.pool import ConnectionPoolEntry

from sync.central.disclosure import Block, Scaled
from sync.central.ingest import fallen
from sync.central.logbook import Kind, Log, Wanted, told
from sync.central.measures import satisfied_of
from sync.central.schema import day_reports, metadata
from sync.central.store import engine as engine_module
from sync.central.store.engine import CentralStore, DatabaseDown, DatabaseError
from sync.central.store.month_sums import sums_of
from sync.central.store.people import NumberTaken
from sync.central.usecases.audit import read_tally
from sync.central.usecases.central import Central
from sync.central.usecases.people import all_officers
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.usecases.terminals import (
    NoSuchCode,
    enrol_terminal,
    find_terminal,
    invite_terminal,
    read_fleet,
)
from sync.central.usecases.verification import first_disagreement
from sync.messages import Answer, DayReport, Enrol, GapCount, Head
from sync.protocol import digest
from tests.support.builders import an_officer
from tests.support.central import NIGHT as NOW
from tests.support.central import enrolled, made_central, put_on_roster, release, take
from tests.support.day_reports import day_report, key_text
from tests.support.hellos import made_hello
from tests.support.terminal_requests import greet_terminal, judge_terminal, made_heads

DAY = date(2026, 11, 23)


def test_migrations_lead_to_exactly_the_declared_schema(store: CentralStore, url: str) -> None:
    found = MetaData()
    found.reflect(store._engine)
    tables = {name for name in found.tables if name != "alembic_version"}
    assert tables == set(metadata.tables)
    inspector = inspect(store._engine)
    for name, table in metadata.tables.items():
        columns = {c["name"]: c for c in inspector.get_columns(name)}
        assert columns.keys() == {c.name for c in table.columns}, name
        for column in table.columns:
            there = columns[column.name]
            assert bool(there["nullable"]) == bool(column.nullable), f"{name}.{column.name}"
            wanted = column.type.compile(store._engine.dialect)
            assert there["type"].compile(store._engine.dialect) == wanted, f"{name}.{column.name}"
        indexes = {i["name"]: i["column_names"] for i in inspector.get_indexes(name)}
        assert indexes == {str(i.name): [c.name for c in i.columns] for i in table.indexes}, name
        keys = inspector.get_pk_constraint(name)["constrained_columns"]
        assert keys == [c.name for c in table.primary_key.columns], name
    with store.read("dindaeng") as t:
        assert not t.logs.missing_guard()
        assert keys[0] == "site", "every key starts with the site"


def test_the_known_head_is_the_newest_migration() -> None:
    folder = Path(engine_module.__file__).parents[1] / "migrations" / "versions"
    assert max(f.name for f in folder.glob("[0-9]*.py")).startswith(engine_module.HEAD)


def test_creating_again_changes_nothing(store: CentralStore, url: str) -> None:
    with store.transaction("a") as t:
        t.people.put_site("A")
    again = CentralStore.create(url)
    with again.transaction("a") as t:
        assert t.people.site_name() == "A"
    again.close()


def test_a_newer_database_is_refused(store: CentralStore, url: str) -> None:
    with store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseError, match="newer version"):
        CentralStore.open(url)


def test_an_empty_or_a_foreign_database_is_refused(url: str) -> None:
    with pytest.raises(DatabaseError, match="kiosk-central init"):
        CentralStore.open(url)
    foreign = CentralStore.create(url)
    with foreign._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    foreign.close()
    with pytest.raises(DatabaseError, match="holds other tables"):
        CentralStore.create(url)


def test_a_day_is_stored_once_whatever_is_repeated(central: Central) -> None:
    enrolled(central)
    report = day_report(counts=(1, 0, 2, 3, 4))
    assert take(central, report) is Answer.STORED
    assert take(central, report) is Answer.ALREADY_HAVE
    with central.store.transaction(central.site) as t:
        assert t.tallies.ratings(DAY) == {Scaled("101", 5): (1, 0, 2, 3, 4)}


def test_a_later_revision_replaces_and_an_earlier_is_stale(central: Central) -> None:
    enrolled(central)
    first, second = day_report(counts=(0, 0, 0, 0, 1)), day_report(2, counts=(0, 0, 0, 1, 1))
    assert take(central, second) is Answer.STORED
    assert take(central, first) is Answer.STALE
    with central.store.transaction(central.site) as t:
        assert t.tallies.ratings(DAY) == {Scaled("101", 5): (0, 0, 0, 1, 1)}


def test_a_later_revision_with_fewer_ratings_is_a_rollback_and_raises_the_alarm(
    central: Central,
) -> None:
    enrolled(central)
    assert take(central, day_report(1, counts=(2, 0, 0, 0, 3))) is Answer.STORED
    assert take(central, day_report(2, counts=(0, 0, 0, 0, 3))) is Answer.ROLLBACK
    assert take(central, day_report(3, counts=(2, 0, 0, 0, 4))) is Answer.QUARANTINED
    fleet = read_fleet(central, DAY)
    assert [(a.kind, a.settled) for a in fleet.alarms] == [("rollback", None)]
    assert "had 5 ratings, has 3" in fleet.alarms[0].detail
    assert {(k.answer, k.n, k.taken_n) for k in fleet.parked} == {
        ("rollback", 3, 5),
        ("quarantined", 6, 5),
    }
    with central.store.transaction(central.site) as t:
        assert t.tallies.ratings(DAY) == {Scaled("101", 5): (2, 0, 0, 0, 3)}


def test_two_people_release_a_terminal_and_say_why(central: Central) -> None:
    enrolled(central)
    take(central, day_report(1, counts=(2, 0, 0, 0, 3)))
    take(central, day_report(2, counts=(0, 0, 0, 0, 3)))
    assert release(central, "counter-1", "backup put back")
    [alarm] = read_fleet(central, DAY).alarms
    assert (alarm.settled_by, alarm.note) == ("it, d", "backup put back")
    assert take(central, day_report(2, counts=(0, 0, 0, 0, 3))) is Answer.PARKED, "two decide"
    assert take(central, day_report(2, counts=(2, 0, 0, 0, 4))) is Answer.STORED
    assert not release(central, "counter-1", "again")


def test_one_officer_at_two_terminals_in_one_half_day_is_flagged(central: Central) -> None:
    for name in ("counter-1", "counter-2"):
        enrolled(central, name)
        take(central, day_report(terminal=name))
    [twice] = read_fleet(central, DAY).twice
    assert (twice.officer, twice.terminals) == ("101", ("counter-1", "counter-2"))


def test_other_bytes_under_the_same_revision_are_a_conflict_and_both_are_kept(
    central: Central,
) -> None:
    enrolled(central)
    assert take(central, day_report(counts=(0, 0, 0, 0, 1))) is Answer.STORED
    assert take(central, day_report(counts=(0, 0, 0, 0, 9))) is Answer.CONFLICT
    with central.store.transaction(central.site) as t:
        assert t.tallies.ratings(DAY) == {Scaled("101", 5): (0, 0, 0, 0, 1)}
    with central.store._engine.begin() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM parked_reports").scalar()
    assert kept == 1


def _grown(report: DayReport) -> DayReport:
    """A later revision of a day has more of each level than any earlier one."""
    more = tuple(n + 4 * report.revision for n in report.lines[0].n)
    return day_report(report.revision, report.date, counts=more)


_reports = st.lists(
    st.builds(
        day_report,
        st.integers(1, 3),
        st.integers(0, 2).map(lambda n: DAY - timedelta(days=n)),
        counts=st.tuples(*[st.integers(0, 3)] * 5),
    ).map(_grown),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(_reports, st.randoms(use_true_random=False))
def test_ingest_is_idempotent_under_any_order_and_repetition(
    central: Central, reports: list[DayReport], random: st.DataObject
) -> None:
    """The oracle: per day the first-come bytes of the highest revision that has no less."""
    enrolled(central)
    stream = reports + reports
    random.shuffle(stream)  # type: ignore[attr-defined]  # hypothesis's random.Random
    oracle: dict[date, DayReport] = {}
    for report in stream:
        take(central, report)
        have = oracle.get(report.date)
        if have is None or (
            report.revision > have.revision and not fallen(have, report, working_day=True)
        ):
            oracle[report.date] = report
    with central.store.transaction(central.site) as t:
        assert t.recorded.every_day() == sorted(("counter-1", day) for day in oracle)
        for day, report in oracle.items():
            kept = t.days.report("counter-1", day)
            assert kept is not None
            assert (kept.revision, kept.digest) == (report.revision, digest(report.to_bytes()))
            assert t.recorded.days("counter-1", day, day)[day].rows_agree(report)
    assert first_disagreement(central) is None
    with central.store._engine.begin() as connection:
        whole = ("day_reports", "earlier_reports", "parked_reports")
        for table in (*whole, "day_lines", "day_counts", "seen_sheets"):
            connection.exec_driver_sql(f"DELETE FROM {table}")


def test_a_code_works_once_and_only_in_time(central: Central) -> None:
    code = invite_terminal(central, "counter-1", "1", NOW)
    assert enrol_terminal(central, Enrol(code.lower(), key_text()), NOW).terminal == "counter-1"
    with pytest.raises(NoSuchCode):
        enrol_terminal(central, Enrol(code, key_text()), NOW)
    late = invite_terminal(central, "counter-2", "2", NOW)
    with pytest.raises(NoSuchCode):
        enrol_terminal(central, Enrol(late, key_text()), NOW + timedelta(minutes=11))


def test_a_shorter_or_another_journal_puts_a_terminal_into_quarantine(central: Central) -> None:
    enrolled(central)

    def judge(now: Head, at_last: str) -> Answer:
        known = find_terminal(central, "counter-1")
        assert known is not None
        return judge_terminal(central, known.terminal, made_heads(now, at_last), NOW)

    assert judge(Head(10, "a" * 64), "") is Answer.STORED
    assert judge(Head(12, "b" * 64), "a" * 64) is Answer.STORED
    assert judge(Head(5, "c" * 64), "") is Answer.ROLLBACK
    assert judge(Head(13, "d" * 64), "b" * 64) is Answer.QUARANTINED
    assert take(central, day_report()) is Answer.QUARANTINED


def test_two_officers_never_share_a_number(central: Central) -> None:
    put_on_roster(central, (an_officer("101", "ก"),))
    with pytest.raises(NumberTaken):
        put_on_roster(central, (an_officer("102", "ข"), an_officer("101", "ค", id="other")))
    assert [o.number for o in all_officers(central)] == ["101"]


def test_a_raw_tally_is_logged(central: Central) -> None:
    read_tally(central, DAY, "auditor", NOW)[0]
    with central.store.read(central.site) as t:
        [entry] = t.logs.page(Log.RECORD, Wanted(kinds=(Kind.READ,)), 0, 9)
    note = entry.note
    assert (entry.at, note.who, note.what) == (NOW, "auditor", told("tally", day="2026-11-23"))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE day_lines SET n5 = 6", "rows do not add up"),
        ("UPDATE day_lines SET n5 = 4, n1 = 1", "rows do not add up"),
        ("UPDATE day_lines SET officer = '102'", "rows do not add up"),
        ("DELETE FROM day_lines", "rows do not add up"),
        ("UPDATE day_counts SET n = 0", "rows do not add up"),
        ("UPDATE day_reports SET digest = 'ff'", "bytes differ from their digest"),
        ("UPDATE day_reports SET revision = 2", "header differs"),
        ("DELETE FROM day_reports", "rows but no day report"),
    ],
)
def test_whatever_is_altered_is_found(central: Central, damage: str, said: str) -> None:
    enrolled(central)
    report = day_report(counts=(0, 0, 0, 0, 5))
    take(central, replace(report, gaps=(GapCount(officer="", kind="duty-paused", n=1),)))
    assert first_disagreement(central) is None
    with central.store._engine.begin() as connection:
        connection.exec_driver_sql(damage)
    assert (first_disagreement(central) or "").startswith("counter-1 2026-11-23: ")
    assert said in (first_disagreement(central) or "")


def test_bytes_that_are_no_report_are_found_whatever_their_digest_says(central: Central) -> None:
    enrolled(central)
    take(central, day_report())
    forged = day_reports.update().values(body=b"{}", digest=digest(b"{}"))
    with central.store._engine.begin() as connection:
        connection.execute(forged)
    assert "is no day report" in (first_disagreement(central) or "")


def test_a_code_lasts_ten_minutes_wherever_the_server_thinks_it_is(
    url: str, tmp_path: Path
) -> None:
    """A PostgreSQL session answers in its own time zone: Bangkok is seven hours ahead."""
    if url.startswith("postgresql"):
        url += "&" if "?" in url else "?"
        url += "options=-c%20TimeZone%3DAsia/Bangkok"
    store = CentralStore.create(url)
    central = made_central(store, tmp_path)
    code = invite_terminal(central, "counter-1", "1", NOW)
    with pytest.raises(NoSuchCode):
        enrol_terminal(central, Enrol(code, key_text()), NOW + timedelta(minutes=11))
    enrolled(central)
    known = find_terminal(central, "counter-1")
    assert known is not None
    greet_terminal(
        central,
        known.terminal,
        made_hello(nonce="n", clock=int(NOW.timestamp())),
        NOW,
    )
    known = find_terminal(central, "counter-1")
    assert known is not None
    assert known.seen == NOW
    assert known.nonce_until == NOW + timedelta(minutes=10)
    assert known.nonce_until.tzinfo is UTC
    store.close()


def test_of_two_machines_with_one_key_only_the_first_goes_on(central: Central) -> None:
    """Both were greeted before either showed its journal."""
    enrolled(central)
    known = find_terminal(central, "counter-1")
    assert known is not None
    assert (
        judge_terminal(central, known.terminal, made_heads(Head(9, "a" * 64), ""), NOW)
        is Answer.STORED
    )
    assert (
        judge_terminal(central, known.terminal, made_heads(Head(3, "b" * 64), ""), NOW)
        is Answer.ROLLBACK
    )
    assert (
        take_day_report(central, known.terminal, day_report(), b"", NOW).answer
        is Answer.QUARANTINED
    )


def test_blocks_once_published_stay_whatever_arrives_late(central: Central) -> None:
    enrolled(central)
    monday = date(2026, 11, 2)
    take(central, day_report(1, monday, counts=(0, 0, 0, 0, 12)))
    assert publish_due(central, date(2026, 11, 9)) == 1
    take(central, day_report(2, monday, counts=(3, 0, 0, 0, 12)))
    assert publish_due(central, date(2026, 11, 16)) == 0
    take(central, day_report(1, date(2026, 11, 17), counts=(0, 0, 0, 8, 0)))
    assert publish_due(central, date(2026, 11, 23)) == 1
    with central.store.transaction(central.site) as t:
        [first, second] = t.blocks.of("101")[5]
    assert first.counts == (0, 0, 0, 0, 12)
    assert second.counts == (3, 0, 0, 8, 0)


def test_an_address_that_is_no_database_is_named(tmp_path: Path) -> None:
    for bad in ("nonsense", "mysql://x/y", f"sqlite:///{tmp_path}/no/such/c.db"):
        with pytest.raises(DatabaseError):
            CentralStore.create(bad)


def test_a_reader_waits_for_no_writer_nor_a_writer_for_a_reader(store: CentralStore) -> None:
    with store.transaction("a") as t:
        t.people.put_site("before")
    with store.transaction("a") as writer:
        writer.people.put_site("after")
        with store.read("a") as reader:
            assert reader.people.site_name() == "before"
    with store.read("a") as reader:
        assert reader.people.site_name() == "after"
        with store.transaction("a") as writer:
            writer.people.put_site("later")
        assert reader.people.site_name() == "after", "one moment, whatever is committed meanwhile"


def test_a_reader_can_write_nothing_and_leaves_no_mark_on_the_next_writer(
    store: CentralStore,
) -> None:
    for name in ("one", "two"):
        with pytest.raises(DatabaseDown), store.read("a") as reader:
            reader.people.put_site(name)
        with store.transaction("a") as t:
            assert t.people.site_name() in (None, "one")
            t.people.put_site(name)


def test_a_database_is_opened_while_another_program_writes(store: CentralStore, url: str) -> None:
    with store.transaction("a") as writer:
        writer.people.put_site("A")
        CentralStore.open(url).close()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_server_that_was_started_anew_costs_one_answer_at_most(url: str) -> None:
    """Connections from before are dead; who comes after an idle second notices nothing."""
    store = CentralStore.create(url)

    def name() -> str | None:
        with store.transaction("a") as t:
            return t.people.site_name()

    def cut_off() -> None:
        other = CentralStore.open(url)
        with other.connection() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        other.close()

    name()
    cut_off()
    with pytest.raises(DatabaseDown):
        name()
    assert name() is None

    @event.listens_for(store._engine, "checkin")
    def long_ago(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = 0.0

    name()
    cut_off()
    assert name() is None
    store.close()


@pytest.mark.parametrize("table", ["site_months", "officer_months"])
@pytest.mark.parametrize("hand", ["UPDATE {} SET n5 = n5 + 1", "DELETE FROM {}"])
def test_a_months_sum_that_is_not_that_of_its_blocks_is_found(
    central: Central, table: str, hand: str
) -> None:
    enrolled(central)
    take(central, day_report(day=DAY - timedelta(days=14), counts=(0, 0, 3, 4, 5)))
    assert publish_due(central, DAY) == 1
    assert first_disagreement(central) is None
    with central.store.connection() as connection:
        connection.exec_driver_sql(hand.format(table))
    assert first_disagreement(central) == "the months' sums differ from the published blocks"


@pytest.mark.parametrize(
    "hand",
    [
        "UPDATE quarter_cuts SET n5 = n5 + 1 WHERE kind = 'service'",
        "UPDATE quarter_cuts SET what = 'elsewhere' WHERE kind = 'service'",
        "DELETE FROM quarter_cuts",
    ],
)
def test_a_quarters_table_that_is_not_the_sum_of_its_blocks_is_found(
    central: Central, hand: str
) -> None:
    """Also one that is gone, and that was published."""
    enrolled(central)
    take(central, day_report(day=DAY - timedelta(days=14), counts=(0, 0, 3, 4, 5)))
    publish_due(central, DAY)
    publish_due(central, DAY + timedelta(weeks=8))
    assert first_disagreement(central) is None
    with central.store.connection() as connection:
        assert connection.exec_driver_sql(hand).rowcount
    assert first_disagreement(central) == "the quarters' tables differ from the published blocks"


def test_no_cut_joins_a_quarter_whose_tables_stand_also_when_the_clock_goes_back(
    central: Central,
) -> None:
    """What was read in the quarter's tables is not read otherwise later."""
    enrolled(central)
    span, kinds = (date(2026, 10, 1), date(2026, 12, 31)), ("service",)
    take(central, day_report(day=DAY - timedelta(days=14), counts=(0, 0, 3, 4, 5)))
    publish_due(central, DAY)
    publish_due(central, DAY + timedelta(weeks=8))
    with central.store.read(central.site) as t:
        before = t.quarter_cuts.of(span, kinds)
    assert set(before) == {span[1]}
    take(central, day_report(day=DAY - timedelta(days=4), counts=(0, 0, 3, 4, 9)))
    assert publish_due(central, DAY) == 1
    with central.store.read(central.site) as t:
        assert t.quarter_cuts.of(span, kinds) == before
    assert first_disagreement(central) is None


def test_ratings_that_would_never_be_shown_are_found(central: Central) -> None:
    enrolled(central)
    take(central, day_report(counts=(0, 0, 3, 4, 5)))
    assert first_disagreement(central) is None
    with central.store.connection() as connection:
        connection.exec_driver_sql("DELETE FROM unclosed")
    assert first_disagreement(central) == "ratings of 101 stand in no block and wait for none"


def test_no_value_of_a_row_stands_in_a_traceback(store: CentralStore) -> None:
    """What a bug leaves in the log."""
    value = uuid4().hex
    with pytest.raises(DatabaseDown) as told, store.connection() as connection:
        connection.execute(text("SELECT x FROM nowhere WHERE y = :y"), {"y": value})
    assert value not in "".join(format_exception(told.value))


@pytest.mark.parametrize("levels", [3, 4, 5])
def test_the_database_squares_blocks_as_a_hand_does(central: Central, levels: int) -> None:
    """Of each scale, and in the months' sums as well."""
    made = [
        Block(
            number=number,
            first_day=DAY,
            last_day=DAY + timedelta(days=number),
            counts=(number, 9, 20, 7 * (levels > 3), 5 * (levels > 4)),
        )
        for number in (1, 2, 3)
    ]
    with central.store.transaction(central.site) as t:
        t.blocks.publish(Scaled("101", levels), made, DAY)
        [summed] = t.blocks.by_officer(date(2026, 11, 1), date(2026, 11, 30))["101"]
        [by_hand] = sums_of((levels, block) for block in made)
        assert summed == by_hand
        assert t.month_sums.agree()
    assert by_hand.kk == sum(satisfied_of(levels, block.counts) ** 2 for block in made)


def test_a_block_published_again_stands_once_in_its_months_sums(central: Central) -> None:
    """And keeps the day on which it was published first."""
    block = Block(number=1, first_day=DAY, last_day=DAY, counts=(1, 2, 3, 4, 5))
    later = Block(number=2, first_day=DAY, last_day=DAY, counts=(5, 4, 3, 2, 1))
    whose = Scaled("101", 5)
    with central.store.transaction(central.site) as t:
        t.blocks.publish(whose, [block], DAY)
        t.blocks.publish(whose, [block, later], DAY + timedelta(days=1))
        assert t.month_sums.agree()
        assert t.blocks.published("101") == {(5, 1): DAY, (5, 2): DAY + timedelta(days=1)}


def test_an_office_of_the_city_is_one_sum_of_each_scale_however_many_months(
    central: Central,
) -> None:
    """The same that its months have, taken apart or together; a month beside the span has none."""
    ends = [date(2026, month, day) for month in range(4, 11) for day in (5, 19)]
    made = {
        levels: [
            Block(number=n, first_day=day, last_day=day, counts=(n, levels, 20, 7, 5))
            for n, day in enumerate(ends)
        ]
        for levels in (4, 5)
    }
    span = date(2026, 5, 1), date(2026, 9, 30)
    with central.store.transaction(central.site) as t:
        t.people.put_site("ดินแดง", "กรุงเทพมหานคร")
        for levels, blocks in made.items():
            t.blocks.publish(Scaled("101", levels), blocks, DAY)
        together = t.blocks.of_sites([central.site, "elsewhere"], *span)
        assert t.blocks.of_provinces(*span) == {"กรุงเทพมหานคร": together[central.site]}
    within = [
        (levels, block)
        for levels, blocks in made.items()
        for block in blocks
        if span[0] <= block.last_day <= span[1]
    ]
    assert sorted(together[central.site], key=lambda one: one.levels) == sums_of(within)
    assert [*together] == [central.site]
