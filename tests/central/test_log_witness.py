"""Terminals witness central's logs: one that went back, or has other entries, is an alarm that two
people of different roles settle; the terminal remembers until they have."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from kiosk.store.journal import Kind as JournalKind
from sync.central.logbook import Kind, Log, entry_digest
from sync.central.store.logbreaks import LogBreak
from sync.central.usecases.central import Central
from sync.central.usecases.loghistory import (
    NeedsAnother,
    ask_to_settle,
    read_log_breaks,
    settle_log_breaks,
)
from sync.central.usecases.verification import first_disagreement
from sync.central.viewer import ROLES, Viewer
from sync.centrallogs import log_trouble, seen_logs
from sync.exchange import enrolment_of, heartbeat
from sync.protocol import chained
from tests.support.central import NIGHT as NOW
from tests.support.central import logged, signed_in
from tests.support.central_server import Kept, Server
from tests.support.page_forms import form_for
from tests.support.two_people import asked_breaks_mark, open_breaks_mark


def change(central: Central, n: int, who: str = "it") -> None:
    with central.store.transaction(central.site) as t:
        for number in range(n):
            t.logs.change(who, f"change {number}", NOW)


def beat(kept: Kept) -> None:
    heartbeat(kept.store, kept.clock, kept.key)


def trouble(kept: Kept) -> str | None:
    with kept.store.read() as snapshot:
        return log_trouble(snapshot)


def seen(kept: Kept, log: Log = Log.RECORD) -> tuple[int, str]:
    heads = seen_logs(kept.store, enrolment_of(kept.store)).logs
    [head] = [head for head in heads if head.log == log.value]
    return head.seq, head.hash


def by_hand(central: Central, *statements: str) -> None:
    """What the database's own administrator does: guards away, and back."""
    with central.store._engine.begin() as c:
        triggers = c.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        guards = triggers.fetchall()
        for name, _ in guards:
            c.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            c.execute(text(statement))
        for _, ddl in guards:
            c.execute(text(ddl))


def cut(central: Central, last: int) -> None:
    """Entries after `last` cut off, and the head put back: the chain itself is whole."""
    by_hand(
        central,
        f"DELETE FROM log_entries WHERE log = 'record' AND seq > {last}",
        f"UPDATE log_heads SET seq = {last}, hash = (SELECT hash FROM log_entries "
        f"WHERE log = 'record' AND seq = {last}) WHERE log = 'record'",
    )


def rewrite(central: Central, seq: int, who: str) -> None:
    """One entry changed, and every hash from there on recomputed."""
    with central.store.read(central.site) as t:
        entries = list(t.logs.every(Log.RECORD))
    previous, statements = "", []
    for entry in entries:
        note = replace(entry.note, who=who) if entry.seq == seq else entry.note
        digest = entry_digest(central.site, Log.RECORD, entry.seq, entry.at, note)
        previous = chained(previous, digest)
        statements.append(
            f"UPDATE log_entries SET who = '{note.who}', digest = '{digest}', hash = '{previous}' "
            f"WHERE log = 'record' AND seq = {entry.seq}"
        )
    by_hand(central, *statements, f"UPDATE log_heads SET hash = '{previous}' WHERE log = 'record'")


def test_a_terminal_goes_along_with_a_log_that_goes_on(kept: Kept, server: Server) -> None:
    change(server.central, 3)
    beat(kept)
    start, _ = seen(kept)
    change(server.central, 5000)
    beat(kept)
    assert seen(kept)[0] == start + 4000, "no more digests fit one answer"
    beat(kept)
    with server.central.store.read(server.central.site) as t:
        assert seen(kept) == (start + 5000, t.logs.heads()[Log.RECORD].hash)
    assert trouble(kept) is None
    assert read_log_breaks(server.central) == ()


@pytest.mark.parametrize("more", [0, 1, 9])
def test_a_log_that_was_cut_is_seen_whatever_follows(kept: Kept, server: Server, more: int) -> None:
    change(server.central, 8)
    beat(kept)
    before = seen(kept)
    cut(server.central, before[0] - 2)
    change(server.central, more, who="again")
    beat(kept)
    assert "central's log record" in str(trouble(kept))
    assert seen(kept) == before, "the terminal remembers what it has seen"
    [found] = read_log_breaks(server.central)
    assert (found.terminal, found.log, found.seen) == ("counter-1", "record", before[0])
    assert found.kind == ("fork" if more > 2 else "rollback")
    beat(kept)
    assert len(read_log_breaks(server.central)) == 1
    assert len([n for n in logged(server.central, Kind.ALARM) if n.whom == "counter-1"]) == 1


def test_an_entry_that_was_rewritten_with_its_whole_chain_is_seen(
    kept: Kept, server: Server
) -> None:
    change(server.central, 8)
    beat(kept)
    rewrite(server.central, 3, who="nobody")
    beat(kept)
    assert "forked" in str(trouble(kept))
    assert [found.kind for found in read_log_breaks(server.central)] == ["fork"]


def test_an_entry_changed_after_the_terminal_saw_it_and_before_the_next_is_seen(
    kept: Kept, server: Server
) -> None:
    change(server.central, 2)
    beat(kept)
    change(server.central, 3)
    by_hand(server.central, "UPDATE log_entries SET who = 'x' WHERE log = 'record' AND seq = 4")
    beat(kept)
    assert "forked" in str(trouble(kept))


def test_one_alone_settles_nothing_two_of_different_roles_do(kept: Kept, server: Server) -> None:
    central = server.central
    change(central, 8)
    beat(kept)
    cut(central, 5)  # as a backup put back does
    beat(kept)
    it = signed_in(central, ROLES["it"], now=NOW)
    assert "counter-1" in it.get("/fleet/dindaeng").text
    asks = {"do": "ask", "mark": open_breaks_mark(central), "reason": "นำไฟล์สำรองกลับมาใช้"}
    assert it.post("/fleet/dindaeng/logs", data=asks).status_code == 303
    agrees = form_for(it.get("/fleet/dindaeng").text, "agree")
    assert it.post("/fleet/dindaeng/logs", data=agrees).status_code == 403
    assert it.post("/fleet/dindaeng", data={"terminal": "counter-1", "do": "release",
                                            "note": "x"}).status_code >= 400  # fmt: skip
    beat(kept)
    assert trouble(kept) is not None
    director = signed_in(central, ROLES["director"], now=NOW)
    assert director.post("/fleet/dindaeng/logs", data=agrees).status_code == 303
    beat(kept)
    assert trouble(kept) is None
    with kept.store.read() as snapshot:
        entry = snapshot.journal.last(JournalKind.CENTRAL_LOG_WHOLE)
    assert entry is not None
    assert json.loads(entry.detail) == {"record": f"{asks['reason']} (it, director)"}
    deeds = [note.who for note in logged(central, Kind.ALARM) if note.who]
    assert deeds == ["director", "it"]
    assert first_disagreement(central) is None, "the record says who settled it"
    server.now += timedelta(minutes=15)
    change(central, 2)
    beat(kept)
    assert trouble(kept) is None


def test_one_account_settles_nothing_with_another_role_either(kept: Kept, server: Server) -> None:
    central = server.central
    change(central, 8)
    beat(kept)
    cut(central, 5)
    beat(kept)
    asking = Viewer(account="it", name="it", site=central.site, roles=frozenset({ROLES["it"]}))
    ask_to_settle(central, asking, open_breaks_mark(central), "ไม่มีอะไร", NOW)
    renewed = replace(asking, roles=frozenset({ROLES["audit"]}))
    with pytest.raises(NeedsAnother):
        settle_log_breaks(central, renewed, asked_breaks_mark(central), NOW)
    assert [found.settled for found in read_log_breaks(central)] == [None]


def test_who_agrees_agrees_to_what_the_page_showed_alone(kept: Kept, server: Server) -> None:
    """Meanwhile another asked for something else."""
    central = server.central
    change(central, 8)
    beat(kept)
    cut(central, 5)
    beat(kept)
    it, audit = (signed_in(central, ROLES[role], now=NOW) for role in ("it", "audit"))
    director = signed_in(central, ROLES["director"], now=NOW)
    first = {"do": "ask", "mark": open_breaks_mark(central), "reason": "restored"}
    assert it.post("/fleet/dindaeng/logs", data=first).status_code == 303
    stale = form_for(director.get("/fleet/dindaeng").text, "agree")
    assert audit.post("/fleet/dindaeng/logs", data=first).status_code == 409, "asked meanwhile"
    other = {**first, "mark": open_breaks_mark(central), "reason": "nothing"}
    assert audit.post("/fleet/dindaeng/logs", data=other).status_code == 303
    for shown in (stale, {"do": "agree"}):
        refused = director.post("/fleet/dindaeng/logs?lang=en", data=shown)
        assert refused.status_code == 409
        assert "nothing was done" in refused.text
        assert "audit asks to take the logs as they are" in refused.text
    assert [one.settled for one in read_log_breaks(central)] == [None]
    agreed = form_for(refused.text, "agree")
    assert director.post("/fleet/dindaeng/logs", data=agreed).status_code == 303


def test_a_settlement_that_stands_in_the_database_alone_is_named(
    kept: Kept, server: Server
) -> None:
    """It quietens the terminals: verify and the fleet page tell of it."""
    central = server.central
    change(central, 8)
    beat(kept)
    seen = {head.log: head for head in seen_logs(kept.store, enrolment_of(kept.store)).logs}
    cut(central, 5)
    row = LogBreak(
        terminal="counter-1",
        log="record",
        seen=seen["record"].seq,
        seen_hash=seen["record"].hash,
        at=NOW,
        seq=5,
        kind="rollback",
    )
    with central.store.transaction(central.site) as t:
        t.log_breaks.put(row)
        t.log_breaks.ask([row], "it", "it", "restored", NOW)
        t.log_breaks.settle([row], "boss", NOW)
    beat(kept)
    assert trouble(kept) is None
    assert "two people settled it" in str(first_disagreement(central))
    page = signed_in(central, ROLES["director"], now=NOW).get("/fleet/dindaeng").text
    assert "it, boss: restored" in page


def test_where_nothing_is_to_be_settled_nothing_is_logged(server: Server) -> None:
    it = signed_in(server.central, ROLES["it"], now=NOW)
    for asks in ({"do": "ask", "reason": "x"}, {"do": "agree"}):
        assert it.post("/fleet/dindaeng/logs", data=asks).status_code == 409
    assert logged(server.central, Kind.ALARM) == []


def test_an_alarm_that_was_deleted_comes_back(kept: Kept, server: Server) -> None:
    change(server.central, 8)
    beat(kept)
    cut(server.central, 5)
    beat(kept)
    by_hand(server.central, "DELETE FROM log_breaks")
    beat(kept)
    assert len(read_log_breaks(server.central)) == 1


def test_receipts_carry_the_heads_of_that_moment(kept: Kept, server: Server) -> None:
    from sync.messages import Receipt

    change(server.central, 4)
    kept.rate(5)
    kept.close()
    kept.sync()
    with kept.store.read() as snapshot:
        [parcel] = snapshot.outbox.everything()
    assert parcel.receipt is not None
    heads = {head.log: head.seq for head in Receipt.parse(parcel.receipt).logs}
    assert heads["record"] >= 4
