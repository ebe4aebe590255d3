"""The hand that has a terminal's file, its key and our code: it makes the worst scores the best,
adds what makes the number grow, computes seals and guards again, and goes on as if nothing had
been. Whenever it comes, central must name the sheet.
"""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import httpx2 as httpx
import pysqlite3.dbapi2 as sqlite
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.encounter import Count, DutyBegan, KeepReasons, Record
from kiosk.domain.people import CounterId, ServiceId
from kiosk.domain.rating import Channel, Half, Outcome, Rating
from kiosk.store import verify as verification
from kiosk.store.engine import Store
from kiosk.store.outbox import Delivery
from kiosk.store.schema import TRIGGERS
from kiosk.store.state import Enrolment
from kiosk.store.verify import Verified, verify
from kiosk.terminal import Terminal
from sync import exchange
from sync.central.store.engine import CentralStore
from sync.central.store.terminals import State
from sync.central.store.witness import Alarm
from sync.central.usecases.terminals import enrol_terminal, invite_terminal, read_fleet
from sync.central.web.app import create_app
from sync.closing import close_days
from sync.commitment import opened
from sync.incoming import Refused
from sync.messages import Enrol
from sync.signing import public_text
from sync.steps import Asked
from sync.witness import counts_of
from tests.evidence.caller import ask_app, at_once
from tests.evidence.figure import Figure, Measured, Run, in_memory
from tests.support.builders import PEPPER, SOMYING, TODAY, FakeClock, asking, duty_of, rating
from tests.support.central import made_central, release

ASKED = Asked(levels=5, reasons=("wait", "manner"), channels=(Channel.TOUCH, Channel.PANEL))
MOMENTS = ("witnessed", "half over", "closed", "receipted")
"""After which the hand comes: a look of central's; noon; closing; the receipt."""

ALONE = "receipted, no step before"
"""After the receipt of a day of which no quarter of an hour was shown."""

ANEW = "witnessed anew after a release"
"""Two people let the terminal go on from what it has, and central has looked again since."""


RESTORED = "witnessed, then central put back from a backup"
"""Of before the look; the terminal has central's own answer."""


class Wire(httpx.BaseTransport):
    """Straight to central's application. Remembers what passes; `deaf`: central hears, and its
    answer is lost."""

    def __init__(self, bench: "Bench") -> None:
        self._bench, self.deaf = bench, False
        self.passed: list[tuple[str, bytes, bytes]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        status, headers, body = ask_app(
            self._bench.app,
            request.method,
            request.url.path,
            request.content,
            dict(request.headers),
        )
        name = request.url.path.rpartition("/")[2]
        self.passed.append((name, request.content, body))
        if self.deaf and name == "heads":
            raise httpx.ReadError("connection reset")
        return httpx.Response(status, headers=headers, content=body, request=request)


class Bench:
    """One terminal with an officer on duty since nine, and its central. `online`: False for a
    central that sees nothing of a day before its report."""

    def __init__(self, folder: Path, *, online: bool = True) -> None:
        self.folder, self.online = folder, online
        self.clock = FakeClock()
        self.central_file = folder / "central.db"
        CentralStore.create(f"sqlite:///{self.central_file}").close()
        self._open_central()
        self.central = made_central(self._central_store, folder)
        self.app = create_app(self.central, lambda: self.clock.now().wall, at_once)
        self.path = folder / "kiosk.db"
        Store.create(self.path)
        self.store = Store.open(self.path)
        self.terminal = Terminal(self.store, self.clock, PEPPER, boot_id="boot")
        self.key = Ed25519PrivateKey.generate()
        now = self.clock.now().wall
        code = invite_terminal(self.central, "t1", "1", now)
        enrolled = enrol_terminal(self.central, Enrol(code, public_text(self.key)), now)
        self.terminal.add_officers([SOMYING])
        self.terminal.join(
            Enrolment(
                url="http://127.0.0.1:1",
                site=enrolled.site,
                terminal="t1",
                counter="1",
                central_key=enrolled.central_key,
            )
        )
        self.terminal.carry_out([DutyBegan(duty_of())])
        self.wire = Wire(self)

    def _open_central(self) -> None:
        self._central_store = CentralStore.open(f"sqlite:///{self.central_file}")

    def press(self, *scores: int, half: Half = Half.MORNING) -> None:
        for score in scores:
            one = rating(score, half=half)
            self.terminal.carry_out([Record(one)])
            if score < 3:
                self.terminal.carry_out([KeepReasons(asking(one, "wait"))])

    def press_as(self, changed: Callable[[Rating], Rating], *scores: int) -> None:
        """Ratings with something else than `press` gives."""
        for score in scores:
            self.terminal.carry_out([Record(changed(rating(score)))])

    def release(self) -> None:
        """Quarantine, and two people who let the terminal go on."""
        with self.central.store.transaction(self.central.site) as t:
            t.terminals.quarantine("t1", State.FORK)
        if not release(self.central, "t1", "compared", self.clock.now().wall):
            raise AssertionError("nothing was released")

    def suppress(self) -> None:
        self.terminal.carry_out([Count(SOMYING.id, Outcome.SUPPRESSED)])

    def look(self) -> None:
        """What a quarter of an hour brings."""
        self.clock.pass_seconds(900)
        if self.online:
            exchange.heartbeat(self.store, self.clock, self.key, transport=self.wire, asked=ASKED)

    def pass_noon(self) -> None:
        self.clock.pass_seconds(3 * 3600)
        self.look()

    def close(self) -> None:
        self.clock.set_wall(self.clock.now().wall.replace(hour=17))
        close_days(self.store, self.clock, today=True)

    def sync(self) -> exchange.Synced:
        return exchange.sync(self.store, self.clock, self.key, transport=self.wire, asked=ASKED)

    def alarms(self) -> tuple[Alarm, ...]:
        return read_fleet(self.central, TODAY).alarms

    def back_up_central(self) -> None:
        self.central.store.close()
        shutil.copyfile(self.central_file, self.folder / "central.older")

    def put_central_back(self) -> None:
        self.central.store.close()
        for left in ("-wal", "-shm"):
            Path(f"{self.central_file}{left}").unlink(missing_ok=True)
        shutil.copyfile(self.folder / "central.older", self.central_file)

    def copy_terminal(self, to: str = "older") -> None:
        copy = self.folder / f"{to}.db"
        copy.unlink(missing_ok=True)
        self.store.backup(copy)

    def put_terminal_back(self, copy: str = "older") -> None:
        self.store.close()
        for left in ("-wal", "-shm"):
            Path(f"{self.path}{left}").unlink(missing_ok=True)
        shutil.copyfile(self.folder / f"{copy}.db", self.path)
        self.store.reopen()

    def settled(self) -> bool:
        """Whether every day was taken."""
        with self.store.read() as snapshot:
            parcels = snapshot.outbox.everything()
        return bool(parcels) and all(p.state is Delivery.RECEIPTED for p in parcels)

    def end(self) -> None:
        self.store.close()
        self.central.store.close()


# --- the hand --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hand:
    """One way to go about it. `hide`: what is done to what the terminal remembers of its steps."""

    name: str
    hide: Callable[[Bench, Any], None]


def leave(_bench: Bench, _raw: Any) -> None:
    """The sums stay as they are."""


def say_shown(bench: Bench, raw: Any) -> None:
    """The terminal is to believe that the new counts are what was shown."""
    with bench.store.read() as snapshot:
        counts = counts_of(snapshot, TODAY).by_officer
    rows = raw.execute("SELECT business_date, officer, opening FROM witnessed_sheets").fetchall()
    for day, officer, opening in rows:
        own = counts.get(officer, Counter())
        raw.execute(
            "UPDATE witnessed_sheets SET counts = ?, point = ? WHERE business_date = ? "
            "AND officer = ?",
            (json.dumps(own), opened(own, opening), day, officer),
        )


def forget(_bench: Bench, raw: Any) -> None:
    """As if central had never been shown anything."""
    raw.execute("DELETE FROM witnessed_sheets")
    raw.execute("DELETE FROM witness_steps")


HANDS = (Hand("leaves the sums", leave), Hand("says it was shown", say_shown),
         Hand("forgets", forget))  # fmt: skip


def improve(raw: Any) -> None:
    """Five worst become best, and one press is added that counts for nothing."""
    for table in ("ratings", "fresh_ratings"):
        raw.execute(f"UPDATE {table} SET score = 5 WHERE score = 1")
    added = b"x" * 16
    raw.execute(
        "INSERT INTO fresh_outcomes (id, business_date, officer, outcome, half) "
        "VALUES (?, ?, ?, 'suppressed', 'pm')",
        (added, TODAY.isoformat(), SOMYING.id),
    )


def exchange_between(field: str) -> Callable[[Any], None]:
    """The worst and the best change places: each sum of one field alone stays as it was."""

    def exchanged(raw: Any) -> None:
        query = f"SELECT id, {field}, score FROM fresh_ratings UNION SELECT id, {field}, score "
        rows = raw.execute(query + "FROM ratings").fetchall()
        (one, mine, _), *_rest = [row for row in rows if row[2] == 1]
        other, its, _ = next(row for row in rows if row[2] == 5 and row[1] != mine)
        for table in ("ratings", "fresh_ratings"):
            raw.execute(f"UPDATE {table} SET {field} = ? WHERE id = ?", (its, one))
            raw.execute(f"UPDATE {table} SET {field} = ? WHERE id = ?", (mine, other))

    return exchanged


def reseal(bench: Bench, hand: Hand, change: Callable[[Any], None] = improve) -> None:
    """Change the past, and compute again everything that `kiosk verify` computes."""
    raw = sqlite.connect(str(bench.path), isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    change(raw)
    for (day, officer), seal in verification._seals(raw, Counter(), verification._Part()).items():
        raw.execute(
            "UPDATE sheets SET entries = ?, seal = ? WHERE business_date = ? AND officer = ?",
            (seal.entries, seal.state, day, officer),
        )
    for ddl in TRIGGERS:
        raw.execute(ddl)
    raw.execute("COMMIT")
    raw.execute("BEGIN IMMEDIATE")
    hand.hide(bench, raw)
    raw.execute("COMMIT")
    raw.close()


def play_alone(bench: Bench, hand: Hand) -> None:
    """A day without a network until its report; the hand comes after the receipt."""
    bench.press(1, 1, 1, 1, 1, 2, 3, 4, 4, 5, 5, 5)
    bench.close()
    bench.sync()
    reseal(bench, hand)
    bench.close()
    bench.sync()


def play_anew(bench: Bench, hand: Hand) -> None:
    """A release in the morning; central looks at everything anew, and then the hand comes."""
    bench.press(1, 1, 1, 1, 1, 2, 3, 4, 4, 5, 5, 5)
    bench.look()
    bench.release()
    bench.look()
    bench.look()
    reseal(bench, hand)
    bench.close()
    bench.sync()


def play_restored(bench: Bench, hand: Hand) -> None:
    """Central has forgotten the look after which the hand comes."""
    bench.press(1, 1, 1, 1, 1, 2, 3, 4, 4, 5, 5, 5)
    bench.back_up_central()
    bench.look()
    bench.put_central_back()
    reseal(bench, hand)
    bench.close()
    bench.sync()


OTHERWISE: dict[str, Callable[[Rating], Rating]] = {
    "service": lambda one: replace(one, service=ServiceId("id-card")),
    "counter": lambda one: replace(one, counter=CounterId("2")),
    "channel": lambda one: replace(one, channel=Channel.PANEL),
}


def play_exchange(bench: Bench, field: str, hand: Hand | None) -> None:
    """A day at two services, counters or channels, and the hand between them."""
    now = bench.clock.now().wall
    code = invite_terminal(bench.central, "t2", "2", now)
    key = public_text(Ed25519PrivateKey.generate())
    enrol_terminal(bench.central, Enrol(code, key), now)
    bench.press(1, 1, 5)
    bench.press_as(OTHERWISE[field], 5, 5, 5)
    bench.look()
    bench.pass_noon()  # what its duties did not announce is taken up by then
    if hand is not None:
        reseal(bench, hand, exchange_between(field))
    bench.close()
    bench.sync()


def play(bench: Bench, moment: str, hand: Hand | None) -> None:
    """A day to its end, with the hand after a moment, or without it."""
    if moment == ALONE and hand is not None:
        play_alone(bench, hand)
        return
    if moment == ANEW and hand is not None:
        play_anew(bench, hand)
        return
    if moment == RESTORED and hand is not None:
        play_restored(bench, hand)
        return
    if moment in EXCHANGES:
        play_exchange(bench, EXCHANGES[moment], hand)
        return
    for now in MOMENTS:
        if now == "witnessed":
            bench.press(1, 1, 1, 1, 1, 2, 3, 4, 4, 5, 5, 5)
            bench.look()
        elif now == "half over":
            bench.pass_noon()
        elif now == "closed":
            bench.close()
        else:
            bench.sync()
        if hand is not None and now == moment:
            reseal(bench, hand)
            if not isinstance(verify(bench.store), Verified):
                raise AssertionError("the hand left a trace that verify finds by itself")
    bench.close()
    bench.sync()


def caught(folder: Path, moment: str, hand: Hand, *, online: bool = True) -> str:
    """How the hand comes off: "" when central names the sheet, or parks the day under the count
    that fell; else what was seen."""
    bench = Bench(folder, online=online)
    named = f"on {TODAY}: "
    try:
        play(bench, moment, hand)
        named = f"{TODAY} revision 2: line "
    except Refused:
        pass
    finally:
        bench.end()
    details = [alarm.detail for alarm in bench.alarms()]
    if any(named in detail for detail in details):
        return ""
    return f"{moment}, {hand.name}: {details or 'all agrees'}"


EXCHANGES = {f"{field}s exchanged": field for field in OTHERWISE}
EVERY_MOMENT = (*MOMENTS, ALONE, ANEW, RESTORED, *EXCHANGES)
UNSEEN = ("witnessed", "half over", *EXCHANGES)
"""When a central that sees no step can't know: the rig's control."""


def attempts(random: Random) -> Iterator[tuple[str, Hand]]:
    """Every hand at every moment, in ever other orders."""
    every = [(moment, hand) for moment in EVERY_MOMENT for hand in HANDS]
    while True:
        random.shuffle(every)
        yield from every


def reseal_everywhere(given: Run) -> Measured:
    """`given.size` hands, each at its moment, and a control for every tenth."""
    random, memory = Random(given.seed), in_memory()
    failures = []
    for number, (moment, hand) in enumerate(islice(attempts(random), given.size)):
        folder = memory / f"{number} {moment} {hand.name}"
        folder.mkdir()
        if wrong := caught(folder, moment, hand):
            failures.append(wrong)
        if number % 10 == 0:
            moment, folder = random.choice(UNSEEN), memory / f"{number} control"
            folder.mkdir()
            if not caught(folder, moment, random.choice(HANDS), online=False):
                failures.append(f"{moment}: named by a central that saw no step")
    honest = memory / "honest"
    honest.mkdir()
    bench = Bench(honest)
    play(bench, "", None)
    if bench.alarms() or not bench.settled():
        failures.append("an honest day raises an alarm")
    bench.end()
    shutil.rmtree(memory)
    text = f"{given.size} hands: {given.size - len(failures)} named"
    return Measured(text, tuple(failures))


FIGURE = Figure(
    name="the past changed and sealed again",
    target="100 % named by central",
    quick=5,
    full=600,
    measure=reseal_everywhere,
)
