"""An administrator of central's database who wants something out of a log: cuts its end, rewrites
an entry with the whole chain after it, takes one out, empties one, buries one. A terminal that has
seen the log, or `kiosk-central verify`, must notice; what is buried is still found page by page.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pysqlite3.dbapi2 as sqlite

from kiosk.datafolder import DataFolder
from kiosk.store.engine import Store
from kiosk.store.state import Enrolment
from sync.central.logbook import Kind, Log, Note, Wanted, entry_digest
from sync.central.store.engine import CentralStore
from sync.central.usecases.central import Central
from sync.central.usecases.loghistory import prove_logs
from sync.central.usecases.logs import read_log
from sync.central.usecases.verification import first_wrong_entry
from sync.central.viewer import ROLES, Viewer
from sync.centrallogs import log_trouble, seen_logs, take_proofs
from sync.protocol import chained
from sync.signing import public_text
from tests.evidence.figure import Figure, Measured, Run, in_memory
from tests.support.builders import FakeClock
from tests.support.central import SITE, made_central

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ENTRIES = 40
TARGET = "misuser"
"""Whose one entry is to vanish."""
AUDIT = Viewer(account="audit", name="audit", site=SITE, roles=frozenset({ROLES["audit"]}))


@dataclass(frozen=True, slots=True)
class Scene:
    """Central, and a terminal that has seen its logs."""

    central: Central
    terminal: Store
    enrolment: Enrolment
    clock: FakeClock

    def beat(self) -> None:
        """One look of the terminal at central's logs."""
        seen = seen_logs(self.terminal, self.enrolment).logs
        with self.central.store.transaction(SITE) as t:
            proofs = prove_logs(t, "t1", seen, NOW)
        take_proofs(self.terminal, self.clock, self.enrolment, proofs, lambda _: None)

    def noticed(self) -> bool:
        """Whether anybody says that the logs are not what they were."""
        with self.terminal.read() as snapshot:
            trouble = log_trouble(snapshot)
        return bool(trouble or first_wrong_entry(self.central, SITE))

    def write(self, who: str, n: int) -> None:
        with self.central.store.transaction(SITE) as t:
            notes = [Note(kind=Kind.CHANGE, who=who, what=f"{number}") for number in range(n)]
            t.logs.append(Log.RECORD, notes, NOW)

    def by_hand(self, *statements: str) -> None:
        """Guards away, statements, guards back."""
        connection = sqlite.connect(str(self.central.settings.folder / "central.db"))
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        guards = connection.execute(query).fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, ddl in guards:
            connection.execute(ddl)
        connection.commit()
        connection.close()


Hand = Callable[[Scene, int, Random], None]
"""Makes the entry of this number vanish."""


def cut(scene: Scene, entry: int, random: Random) -> None:
    """The end of the log, from the entry on; others may follow."""
    scene.by_hand(
        f"DELETE FROM log_entries WHERE log = 'record' AND seq >= {entry}",
        f"UPDATE log_heads SET seq = {entry - 1}, hash = coalesce((SELECT hash FROM log_entries "
        f"WHERE log = 'record' AND seq = {entry - 1}), '') WHERE log = 'record'",
    )
    scene.write("it", random.randrange(2 * ENTRIES))


def settle_by_hand(scene: Scene, entry: int, random: Random) -> None:
    """The end cut off, and beside it a row that says that two people have settled it."""
    seen = {head.log: head for head in seen_logs(scene.terminal, scene.enrolment).logs}
    cut(scene, entry, random)
    row = {
        "site": SITE, "terminal": "t1", "log": "record", "seen_seq": seen["record"].seq,
        "seen_hash": seen["record"].hash, "at": f"{NOW:%Y-%m-%d %H:%M:%S}.000000", "seq": entry - 1,
        "kind": "rollback", "asked_by": "it", "asked_roles": "it", "reason": "restored",
        "settled_by": "director", "settled": f"{NOW:%Y-%m-%d %H:%M:%S}.000000",
    }  # fmt: skip
    values = ", ".join(f"'{value}'" for value in row.values())
    scene.by_hand(f"INSERT INTO log_breaks ({', '.join(row)}) VALUES ({values})")


def rewrite(scene: Scene, entry: int, _random: Random) -> None:
    """Another name in it, and every hash from there on made again."""
    with scene.central.store.read(SITE) as t:
        entries = list(t.logs.every(Log.RECORD))
    previous, statements = "", []
    for one in entries:
        note = replace(one.note, who="it") if one.seq == entry else one.note
        digest = entry_digest(SITE, Log.RECORD, one.seq, one.at, note)
        previous = chained(previous, digest)
        statements.append(
            f"UPDATE log_entries SET who = '{note.who}', digest = '{digest}', hash = '{previous}' "
            f"WHERE log = 'record' AND seq = {one.seq}"
        )
    scene.by_hand(*statements, f"UPDATE log_heads SET hash = '{previous}' WHERE log = 'record'")


def change(scene: Scene, entry: int, _random: Random) -> None:
    where = f"WHERE log = 'record' AND seq = {entry}"
    scene.by_hand(f"UPDATE log_entries SET who = 'it' {where}")


def take_out(scene: Scene, entry: int, _random: Random) -> None:
    scene.by_hand(f"DELETE FROM log_entries WHERE log = 'record' AND seq = {entry}")


def empty(scene: Scene, entry: int, _random: Random) -> None:
    scene.by_hand(
        "UPDATE log_entries SET kind = 'emptied', who = '', whom = '', what = '' "
        f"WHERE log = 'record' AND seq = {entry}"
    )


HANDS: tuple[Hand, ...] = (cut, settle_by_hand, rewrite, change, take_out, empty)


def tried(folder: Path, random: Random, hand: Hand, look: Callable[[Scene], None]) -> bool:
    """Whether a hand is noticed; `look`: what the terminal does before and after it."""
    folder.mkdir(parents=True)
    store = CentralStore.create(f"sqlite:///{folder / 'central.db'}")
    data = DataFolder(folder / "terminal")
    data.create()
    clock = FakeClock()
    terminal, _ = data.open(clock)
    central = made_central(store, folder)
    key = public_text(central.key)
    enrolment = Enrolment(
        url="http://127.0.0.1:1", site=SITE, terminal="t1", counter="1", central_key=key
    )
    scene = Scene(central=central, terminal=terminal, enrolment=enrolment, clock=clock)
    entry = random.randrange(1, ENTRIES)
    scene.write("it", entry - 1)
    scene.write(TARGET, 1)
    scene.write("it", ENTRIES - entry)
    look(scene)
    hand(scene, entry, random)
    look(scene)
    try:
        return scene.noticed()
    finally:
        terminal.close()
        store.close()


def buried(folder: Path, dummies: int, *, pages: int = 100) -> bool:
    """Whether an entry can't be found any more by who turns so many pages."""
    folder.mkdir(parents=True)
    store = CentralStore.create(f"sqlite:///{folder / 'central.db'}")
    central = made_central(store, folder)
    with store.transaction(SITE) as t:
        t.logs.change(TARGET, "misuse", NOW)
        for number in range(dummies):
            t.logs.change("it", f"dummy {number}", NOW)
    before, found = 0, False
    for _ in range(pages):
        page = read_log(central, AUDIT, Log.RECORD, Wanted(), before)
        found = any(entry.note.who == TARGET for entry in page.entries)
        before = page.older
        if found or not before:
            break
    store.close()
    return not found


def cut_logs(given: Run) -> Measured:
    """`given.size` hands in turn, at entries drawn from the seed."""
    random, memory = Random(given.seed), in_memory()
    missed = []
    for number in range(given.size):
        hand = HANDS[number % len(HANDS)]
        if not tried(memory / f"{number}", random, hand, Scene.beat):
            missed.append(f"{number}: {hand.__name__} was not noticed")
    if buried(memory / "buried", 205):
        missed.append("205 dummies bury an entry")
    shutil.rmtree(memory)
    return Measured(f"{given.size} hands on the logs: {len(missed)} not noticed", tuple(missed))


FIGURE = Figure(
    name="central's logs cut, rewritten, emptied, buried",
    target="100 % noticed",
    quick=60,
    full=600,
    measure=cut_logs,
)
