"""Every way of changing a terminal's file, or central's, with a plain SQLite shell; and an older
copy put back. `kiosk verify`, `kiosk-central verify` or central's answer must name the place.

The hand that changes it drops the guards first and puts them back: it knows our schema. What a
hand that recomputes seals and chain as well can do is central's to see: see SECURITY.md.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pysqlite3.dbapi2 as sqlite
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import DutyBegan, Record
from kiosk.domain.rating import Half, Outcome, ReasonId
from kiosk.domain.wording import Wording
from kiosk.store.engine import Store, StoreFailed
from kiosk.store.journal import Kind
from kiosk.store.outbox import Delivery
from kiosk.store.state import Enrolment
from kiosk.store.verify import Wrong, verify
from sync.central.ingest import judge_heads
from sync.central.usecases.verification import first_disagreement
from sync.closing import close_days, compare_reports
from sync.messages import Answer, Head, Receipt
from sync.receipts import AnswerProof, check_receipt
from sync.signing import public_text, sign_answer
from tests.evidence.figure import Figure, Measured, Run, in_memory
from tests.evidence.stories import CentralBeside, Ingest
from tests.support.builders import PRASIT, SOMYING, TODAY, FakeClock, duty_of, rating
from tests.support.terminal_requests import made_heads

DAYS = 3
HARMLESS = {
    ("panel_marks", "device"),
    ("panel_marks", "boot"),
    ("panel_marks", "seq"),
    ("day_reports", "received"),
    ("earlier_reports", "received"),
}
"""Which press of the panel came last: worth one press kept twice or dropped, no score's change.
When a day report arrived: nothing follows from it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One tampering: what it is called, and how it is done to an open connection."""

    name: str
    do: Callable[[Any], None]


def tamper(given: Run) -> Measured:
    """`given.size` changes in turn over terminal and central, drawn from the seed."""
    random = Random(given.seed)
    missed: list[str] = []
    memory = in_memory()
    kinds: tuple[Subject, ...] = (
        TerminalFile(memory / "terminal"),
        CentralFile(memory / "central"),
    )
    for number in range(given.size):
        # Central has one day report here: one change in eight is enough.
        subject = kinds[1] if number % 8 == 7 else kinds[0]
        change = subject.draw(random)
        if not subject.finds(change):
            missed.append(f"not found: {subject.name}: {change.name}")
    for wrong in put_back(given.folder / "older"):
        missed.append(wrong)
    shutil.rmtree(memory)
    text = f"{given.size} changes: {len(missed)} not found"
    return Measured(text, tuple(missed))


class Subject:
    """A file to be changed, fresh each time."""

    name: str
    database: Path

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.database = folder / "now.db"
        self.whole = folder / "whole.db"
        folder.mkdir()
        self.make(self.whole)
        with self._connected(self.whole) as connection:
            self._columns = [
                (table, column)
                for (table,) in connection.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' "
                    "AND name NOT LIKE 'sqlite%' AND name != 'alembic_version' ORDER BY name"
                ).fetchall()
                for column in _columns(connection, table)
                if (table, column) not in HARMLESS and table not in self.unwatched
            ]
            self._tables = sorted(
                {
                    table
                    for table, _ in self._columns
                    if connection.execute(f"SELECT count(*) FROM {table}").fetchone() != (0,)
                }
            )
            rows = {
                t: connection.execute(f"SELECT count(*) FROM {t}").fetchone() for t in self._tables
            }
        self._columns = [(t, c) for t, c in self._columns if t in self._tables]
        self._cells = [(t, c, row) for t, c in self._columns for row in range(rows[t][0])]
        self._left: list[tuple[str, str, int]] = []

    unwatched: tuple[str, ...] = ()

    def make(self, path: Path) -> None:
        raise NotImplementedError

    def first_wrong(self) -> str | None:
        raise NotImplementedError

    def named(self, table: str, row: dict[str, Any]) -> tuple[str, ...]:
        """Words of which an answer that names this row of `table` has one."""
        raise NotImplementedError

    def places(self, connection: Any, before: list[Any]) -> list[str]:
        """What the answer must name one of: the places where now differs from `before`."""
        now, found = _content(connection, self._tables), list[str]()
        for table, old, new in zip(self._tables, before, now, strict=True):
            columns = _columns(connection, table)
            for row in set(old) ^ set(new):
                found += self.named(table, dict(zip(columns, row, strict=True)))
        return found

    def draw(self, random: Random) -> Change:
        """A change of a random place. Flips go through every row and column before one comes
        again."""
        kind = random.choice((None, None, None, _delete, _swap, _insert))
        if kind is not None:
            return kind(*random.choice(self._columns), random)
        if not self._left:
            self._left = random.sample(self._cells, len(self._cells))
        return _flip(*self._left.pop(), random)

    def finds(self, change: Change) -> bool:
        """Do it, and see whether it is named; a change that the schema itself refuses is."""
        shutil.copyfile(self.whole, self.database)
        for left in ("-wal", "-shm"):
            Path(f"{self.database}{left}").unlink(missing_ok=True)
        with self._connected(self.database) as connection:
            connection.execute("BEGIN")  # guards off, change, guards on: one commit
            before = _content(connection, self._tables)
            evidence = _evidence(connection, self._tables)
            guards = connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            for name, _ in guards:
                connection.execute(f"DROP TRIGGER {name}")
            try:
                change.do(connection)
            except sqlite.IntegrityError:
                return True
            for _, ddl in guards:
                connection.execute(ddl)
            if _evidence(connection, self._tables) == evidence:
                return True  # nothing that counts was changed, or two equal values swapped
            connection.execute("COMMIT")
            places = self.places(connection, before)
        try:
            found = self.first_wrong()
        except StoreFailed as error:
            found = str(error)
        return found is not None and any(place in found for place in places)

    def _connected(self, path: Path) -> "_Connected":
        return _Connected(path)


class _Connected:
    def __init__(self, path: Path) -> None:
        self._connection = sqlite.connect(str(path), isolation_level=None)

    def __enter__(self) -> Any:
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()


class TerminalFile(Subject):
    """A terminal with some days, closed, sent, one not sent, and somebody on duty."""

    name = "terminal"

    def named(self, table: str, row: dict[str, Any]) -> tuple[str, ...]:
        match table.removeprefix("fresh_"):
            case "sheets" | "ratings" | "outcomes" | "reasons":
                return (f"sheet of {row['officer'] or 'nobody'} on {row['business_date']}",)
            case "journal":
                # Its end cut off is seen by what it no longer bears out.
                return f"journal: entry {row['seq']} ", "the journal"
            case "outbox":
                return (row["business_date"],)
            case "duty":
                return ("duty: ",)
        return ("roster, PINs, enrolment or wording",)

    def make(self, path: Path) -> None:
        folder = DataFolder(path.parent / "data")
        folder.create()
        clock = FakeClock()
        store, terminal = folder.open(clock)
        fill(store, terminal, clock)
        store.checkpoint()
        store.close()
        shutil.copyfile(folder.database, path)

    def first_wrong(self) -> str | None:
        store = Store.open(self.database)
        try:
            found = verify(store)
            if isinstance(found, Wrong):
                return found.what
            if wrong := compare_reports(store):
                return wrong
            with store.transaction() as t:
                enrolment, parcels = t.state.enrolment(), t.outbox.everything()
            sent = [p for p in parcels if p.receipt is not None]
            bad = [p for p in sent if enrolment is None or not check_receipt(enrolment, p)]
            return f"the receipt of {bad[0].day}" if bad else None
        finally:
            store.close()


def fill(store: Store, terminal: Any, clock: FakeClock) -> None:
    """Some of everything that a terminal's file can hold."""
    central = Ed25519PrivateKey.generate()
    terminal.add_officers([SOMYING, PRASIT])
    for owner in ("101", "102"):
        terminal.set_pin(owner)
    terminal.check_pin("101", "000000")
    terminal.join(
        Enrolment(
            url="http://127.0.0.1:1",
            site="dindaeng",
            terminal="t1",
            counter="1",
            central_key=public_text(central),
        )
    )
    with store.transaction() as t:
        t.state.put_wording(
            Wording(
                question_th="คำถาม",
                question_en="Question",
                comment_url="https://example.org",
            ),
            "etag",
        )
        t.witness(clock.now(), Kind.ROSTER_CHANGED, {"sent": "2"})
    for back in range(DAYS, -1, -1):
        day = TODAY - timedelta(days=back)
        then = FakeClock(clock.wall - timedelta(days=back))
        for officer in (SOMYING, PRASIT):
            for score in (5, 4, 2, 1):
                rated = rating(score, officer, day)
                terminal.carry_out([Record(rated)])
            with store.transaction() as t:
                half, wait = Half.MORNING, (ReasonId("wait"),)
                t.ratings.add_reasons(rated.id, day, officer.id, wait)
                t.ratings.add_outcome(rated.id[::-1], day, half, officer.id, Outcome.SUPPRESSED)
                t.journal.append(then.now(), Kind.PANEL_DOWN, {"what": "unplugged"})
    close_days(store, clock, today=False)
    with store.transaction() as t:
        for parcel in t.outbox.due()[:-1]:
            _receive(t, parcel, central)
    terminal.carry_out([DutyBegan(duty_of())])


def _receive(t: Any, parcel: Any, central: Ed25519PrivateKey) -> None:
    """Central's receipt for `parcel`, as a sync run stores it."""
    body = Receipt(
        terminal="t1",
        date=parcel.day,
        revision=parcel.revision,
        digest=parcel.digest,
        answer=Answer.STORED,
    ).to_bytes()
    path = f"/v1/sites/dindaeng/terminals/t1/days/{parcel.day.isoformat()}"
    signature = sign_answer(central, 201, path, "n", body)
    proof = AnswerProof(status=201, path=path, nonce="n", signature=signature)
    t.outbox.settle(parcel, Delivery.RECEIPTED, body, proof.to_bytes().decode())


class CentralFile(Subject):
    """Central with two revisions of a day taken."""

    name = "central"
    unwatched = (
        *("terminals", "enrol_codes", "officers", "sites", "blocks", "reads", "parked_reports"),
        *("seen_sheets", "alarms", "tickets", "unclosed"),
    )
    """What day reports do not bear out: see SECURITY.md."""

    def named(self, table: str, row: dict[str, Any]) -> tuple[str, ...]:
        match table:
            case "log_entries":
                # A gap is named by what stands before or after it.
                near = (row["seq"] - 1, row["seq"], row["seq"] + 1)
                return *(f"entry {seq} " for seq in near), "logs: ", row["site"]
            case "log_heads":
                return f"log {row['log']}", "logs: ", row["site"]
        return str(row["date"]), row["site"]

    def make(self, path: Path) -> None:
        story = Ingest(path.parent / "story")
        story.begin()
        story.act(lambda _: None)
        shutil.copyfile(story.folder / "central.db", path)

    def first_wrong(self) -> str | None:
        shutil.copyfile(self.database, self.database.with_name("central.db"))
        central = CentralBeside(self.database.parent).open()
        try:
            return first_disagreement(central)
        finally:
            central.store.close()


def put_back(folder: Path) -> Iterator[str]:
    """The whole file put back to an older copy, and a journal cut at its end: central remembers."""
    data = DataFolder(folder)
    data.create()
    clock = FakeClock()
    store, terminal = data.open(clock)
    terminal.add_officers([SOMYING])
    store.backup(folder / "older.db")
    terminal.carry_out([DutyBegan(duty_of())])
    with store.transaction() as t:
        seen = Head(*t.journal.head())
    store.close()
    older = Store.open(folder / "older.db")
    if _judged(older, seen) is not Answer.ROLLBACK:
        yield "an older copy put back was not seen as a rollback"
    with older.transaction() as t:
        t.journal.append(clock.now(), Kind.SERVICE_MENU)
        t.journal.append(clock.now(), Kind.SERVICE_MENU)
    if _judged(older, seen) is not Answer.FORK:
        yield "an older copy that went on was not seen as a fork"
    older.close()


def _judged(store: Store, seen: Head) -> Answer:
    with store.transaction() as t:
        return judge_heads(seen, made_heads(Head(*t.journal.head()), t.journal.hash_at(seen.seq)))


NO_EVIDENCE = {"last_exchange": {"*"}, "pin_secret": {"*"}, "outbox": {"why", "words"}}
"""What only tells how things are: when the last exchange was, why a report is held back, which
secret checks PINs. Nothing counts by it."""


def _content(connection: Any, tables: list[str]) -> list[Any]:
    return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]


def _evidence(connection: Any, tables: list[str]) -> list[Any]:
    """Every row, without what is no evidence."""
    contents = []
    for table in tables:
        left_out = NO_EVIDENCE.get(table, set())
        columns = [name for name in _columns(connection, table) if not {"*", name} & left_out]
        if columns:
            contents.append(
                connection.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
            )
    return contents


def _columns(connection: Any, table: str) -> list[str]:
    return [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall()]


def _keys(connection: Any, table: str) -> list[str]:
    info = connection.execute(f"PRAGMA table_info({table})").fetchall()
    return [name for _, name, _, _, _, key in info if key]


def _row(
    connection: Any, table: str, random: Random, number: int | None = None
) -> tuple[str, list[Any]]:
    """A condition that names one row, a random one or the `number`th, and its values."""
    keys = _keys(connection, table)
    rows = connection.execute(f"SELECT {', '.join(keys)} FROM {table}").fetchall()
    row = random.choice(rows) if number is None else rows[number]
    return " AND ".join(f"{key} = ?" for key in keys), list(row)


def _flip(table: str, column: str, row: int, random: Random) -> Change:
    seed = random.random()

    def do(connection: Any) -> None:
        draw = Random(seed)
        where, key = _row(connection, table, draw, row)
        (value,) = connection.execute(f"SELECT {column} FROM {table} WHERE {where}", key).fetchone()
        connection.execute(
            f"UPDATE {table} SET {column} = ? WHERE {where}", [_flipped(value, draw), *key]
        )

    return Change(f"{table}.{column} of row {row} flipped ({seed})", do)


_MOMENT, _BETWEEN = re.compile(rb"\d{4}-\d\d-\d\d."), 10
"""A day and a time, and the sign between: whatever stands there, it is the same moment."""


def _flipped(value: Any, draw: Random) -> Any:
    if value is None:
        return b"x"
    if isinstance(value, int):
        return value ^ (1 << draw.randrange(3))
    data = bytearray(value if isinstance(value, bytes) else value.encode())
    if not data:
        return "x"
    place = draw.randrange(len(data))
    if place == _BETWEEN and _MOMENT.match(data):
        place += 1
    data[place] ^= 1
    return bytes(data) if isinstance(value, bytes) else data.decode(errors="replace")


def _delete(table: str, _column: str, random: Random) -> Change:
    seed = random.random()

    def do(connection: Any) -> None:
        where, key = _row(connection, table, Random(seed))
        connection.execute(f"DELETE FROM {table} WHERE {where}", key)

    return Change(f"{table}: a row deleted ({seed})", do)


def _swap(table: str, column: str, random: Random) -> Change:
    """The values of one column of two rows, exchanged."""
    seed = random.random()

    def do(connection: Any) -> None:
        draw = Random(seed)
        (one, a), (two, b) = _row(connection, table, draw), _row(connection, table, draw)
        if column in _keys(connection, table):
            return
        select = f"SELECT {column} FROM {table} WHERE "
        (x,) = connection.execute(select + one, a).fetchone()
        (y,) = connection.execute(select + two, b).fetchone()
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {one}", [y, *a])
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {two}", [x, *b])

    return Change(f"{table}.{column}: two rows exchanged ({seed})", do)


def _insert(table: str, _column: str, random: Random) -> Change:
    """A row like another, under a key of its own."""
    seed = random.random()

    def do(connection: Any) -> None:
        draw = Random(seed)
        where, key = _row(connection, table, draw)
        row = list(connection.execute(f"SELECT * FROM {table} WHERE {where}", key).fetchone())
        names = _columns(connection, table)
        place = names.index(draw.choice(_keys(connection, table)))
        last = connection.execute(f"SELECT max({names[place]}) FROM {table}").fetchone()[0]
        row[place] = last + 1 if isinstance(last, int) else _flipped(row[place], draw)
        if "number" in names:
            row[names.index("number")] += "9"
        marks = ", ".join("?" for _ in row)
        connection.execute(f"INSERT INTO {table} VALUES ({marks})", row)

    return Change(f"{table}: a row inserted ({seed})", do)


FIGURE = Figure(
    name="tampering with the files, rollback",
    target="100 % found and named",
    quick=600,
    full=10_000,
    measure=tamper,
)
