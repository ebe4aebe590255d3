"""An administrator of central's database, with its file, SQL and this code: what terminals and
`kiosk-central verify` say of what was done. Logs: test_log_witness.py."""

from datetime import timedelta

import pysqlite3.dbapi2 as sqlite
import pytest
from msgspec import structs

from kiosk.store.engine import Store
from sync import exchange
from sync.central.logbook import Kind, Log, Note, told
from sync.central.usecases.accounts import add_account
from sync.central.usecases.terminals import read_fleet
from sync.central.usecases.verification import first_disagreement, first_wrong_entry
from sync.central.viewer import ROLES
from sync.messages import DayReport
from sync.protocol import digest
from tests.support.central_server import Kept, Server
from tests.support.day_reports import DAY


def alarms(server: Server) -> list[str]:
    return [alarm.kind for alarm in read_fleet(server.central, server.now.date()).alarms]


def by_hand(server: Server, statement: str, *values: object) -> None:
    """A hand on central's file, guards aside."""
    raw = sqlite.connect(str(server.central.settings.folder / "central.db"))
    raw.execute(statement, values)
    raw.commit()
    raw.close()


@pytest.mark.parametrize("hand", ["edits", "removes"])
def test_an_earlier_revision_that_central_has_otherwise_is_named_by_its_terminal(
    kept: Kept, server: Server, hand: str
) -> None:
    """Edited with its digests made again, or taken out: to verify everything agrees."""
    for score in (1, 5):
        kept.rate(score)
        kept.close()
        kept.sync()
    with server.central.store.read("dindaeng") as t:
        [earlier] = t.days.earlier("counter-1", DAY)
    better = structs.replace(
        DayReport.parse(earlier.body),
        lines=tuple(structs.replace(line, n=(0, 0, 0, 0, 1)) for line in
                    DayReport.parse(earlier.body).lines),
    ).to_bytes()  # fmt: skip
    new = digest(better) if hand == "edits" else ""
    if hand == "edits":
        by_hand(server, "UPDATE earlier_reports SET body = ?, digest = ?", better, new)
    else:
        by_hand(server, "DELETE FROM earlier_reports")
    by_hand(server, "UPDATE day_reports SET replaced = ?", new)
    assert first_disagreement(server.central) is None
    exchange.heartbeat(kept.store, kept.clock, kept.key)
    assert kept.terminal.status().foreign_days == (DAY,)
    assert alarms(server) == ["not-mine"]


def test_a_restored_central_is_told_nothing_strange_of_what_it_lost(
    kept: Kept, server: Server
) -> None:
    """Of a day with two revisions the newest comes again, also where it was still due."""
    for score in (1, 5):
        kept.rate(score)
        kept.close()
        kept.sync()
    for again in (False, True):
        for table in ("earlier_reports", "day_reports", "day_lines", "day_counts"):
            by_hand(server, f"DELETE FROM {table}")
        if again:
            kept.rate(4)
            kept.close()
        assert kept.sync().parked == ()
        exchange.heartbeat(kept.store, kept.clock, kept.key)
        assert (kept.terminal.status().foreign_days, alarms(server)) == ((), [])


def test_who_reads_slowly_what_is_sent_again_holds_no_press_up(kept: Kept, server: Server) -> None:
    kept.rate(5)
    kept.close()
    kept.sync()
    for table in ("earlier_reports", "day_reports", "day_lines", "day_counts"):
        by_hand(server, f"DELETE FROM {table}")
    lines = []

    def read_slowly(line: str) -> None:
        lines.append(line)
        press = Store.open(kept.store.path)
        press.require_writable(with_disk=False)  # refused where the lock is held
        press.close()

    exchange.sync(kept.store, kept.clock, kept.key, progress=read_slowly)
    assert any("central has not got it; again" in line for line in lines)


def test_events_that_are_emptied_before_their_time_are_named(server: Server) -> None:
    """By who forges the entry that says so: no office may keep them for so short a time."""
    with server.central.store.transaction("dindaeng") as t:
        t.logs.event(Kind.SIGNED_IN, "misuser", server.now)
        last = t.logs.empty(Log.SECURITY, server.now + timedelta(days=1), 100)
        what = told("shortened", first=1, last=last, security=last, record=0)
        t.logs.append(Log.RECORD, [Note(kind=Kind.SHORTENED, what=what)], server.now)
    wrong = first_wrong_entry(server.central, "dindaeng")
    assert wrong == "log security: entry 1 is emptied before its time"


def test_logs_that_are_gone_with_their_heads_are_named(server: Server) -> None:
    add_account(server.central, "it", "somchai", "สมชาย", (ROLES["it"],), server.now)
    raw = sqlite.connect(str(server.central.settings.folder / "central.db"))
    guards = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    raw.executescript("".join(f"DROP TRIGGER {name};" for name, _ in guards))
    raw.executescript("DELETE FROM log_entries; DELETE FROM log_heads;")
    for _, ddl in guards:
        raw.execute(ddl)
    raw.close()
    wrong = first_wrong_entry(server.central, "dindaeng")
    assert wrong == "log record: has no entry, though accounts were made"
