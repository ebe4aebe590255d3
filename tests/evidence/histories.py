"""Random histories of terminals and a central over a bad network, against a plain model.

The model knows what each terminal's citizens pressed. Whatever happens, central must never show a
day as it never was; and when the network is well again it must show every day as it is, or refuse
by a named state that a person settles.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from random import Random

import httpx2 as httpx
import stamina
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from sqlalchemy import select

from kiosk.domain.encounter import Record
from kiosk.store.engine import Store
from kiosk.store.state import Enrolment
from kiosk.terminal import Terminal
from sync import exchange, incoming
from sync.central.schema import day_reports
from sync.central.store.engine import CentralStore
from sync.central.usecases.central import Central
from sync.central.usecases.terminals import enrol_terminal, invite_terminal
from sync.central.usecases.verification import first_disagreement
from sync.central.web.app import create_app
from sync.central.web.terminal_api import TerminalApi
from sync.client import CentralRefused, SyncFailed
from sync.closing import close_days
from sync.messages import DayReport, Enrol
from sync.signing import public_text
from tests.evidence.caller import ask_app, at_once
from tests.evidence.figure import Figure, Measured, Run, collect_seldom, in_memory
from tests.evidence.secure_line import SecureLine
from tests.support.builders import PEPPER, SOMYING, FakeClock, rating
from tests.support.central import LONG_AGO, made_central, on_roster, release

STEPS = 50
SECURE_EVERY = 25
"""One history in so many runs over real TLS: a handshake takes as long as several requests."""
AT_ONCE = 125
"""Histories that one process plays before it takes the next ones."""
LOOP = asyncio.new_event_loop()
AT_CENTRAL = {"sync", "heartbeat", "twin", "central put back"}
"""Deeds after which central may hold what it did not hold before."""
NAMED = {"rollback", "fork", "quarantined"}


@dataclass(slots=True)
class Network(httpx.BaseTransport):
    """Between terminal and central: what the next requests suffer."""

    central: "CentralSide"
    trouble: list[str] = field(default_factory=list)
    heard: list[httpx.Request] = field(default_factory=list)
    random: Random = field(default_factory=lambda: Random(0))

    def bad_certificate(self) -> bool:
        """Whether the next handshake is to fail: on a secure line that is its whole trouble."""
        if self.trouble[:1] != ["certificate"]:
            return False
        self.trouble.pop(0)
        return True

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        what = self.trouble.pop(0) if self.trouble else ""
        if what == "unplugged":
            raise httpx.ConnectError("no route to host")
        if what == "certificate":
            raise httpx.ConnectError("certificate verify failed: certificate has expired")
        if what == "portal":
            return httpx.Response(200, html="<h1>Please sign in</h1>", request=request)
        if what == "cut":
            self._cut(request)
        answer = self._deliver(request)
        if what == "twice":
            answer = self._deliver(request)
        if what == "late":
            for old in self.heard[-6:]:
                self._deliver(old)
        self.heard.append(request)
        return answer

    def _cut(self, request: httpx.Request) -> None:
        """The line goes dead after some byte: of the request, or of the answer to all of it."""
        at = self.random.randint(0, 2 * len(request.content) + 1)
        self._deliver(request, cut=at if at < len(request.content) else None)
        raise httpx.ReadError("connection reset")

    def _deliver(self, request: httpx.Request, cut: int | None = None) -> httpx.Response:
        status, headers, body = ask_app(
            self.central.app,
            request.method,
            request.url.path,
            request.content,
            dict(request.headers),
            LOOP,
            cut,
        )
        return httpx.Response(status, headers=headers, content=body, request=request)


Scores = tuple[int, ...]
"""A day's ratings by score, worst first."""


NONE: Scores = (0, 0, 0, 0, 0)


@lru_cache(maxsize=1_000)
def scores_of(body: bytes) -> Scores:
    """What a day report says in all."""
    lines = [line.n for line in DayReport.parse(body).lines]
    return tuple(map(sum, zip(*lines, strict=True))) if lines else NONE


_serving: list[tuple[FastAPI, list[FakeClock]]] = []


def _served(fresh: Central, clock: FakeClock) -> tuple[FastAPI, Central]:
    """The one application of this process, on another central's file and key: to make one takes
    as long as a history's requests."""
    if not _serving:
        clocks = [clock]
        app = create_app(fresh, lambda: clocks[-1].now().wall, at_once)
        _serving.append((app, clocks))
    app, clocks = _serving[0]
    clocks[:] = [clock]
    app.state.parts = replace(app.state.parts, central=fresh)
    app.state.terminal_api = TerminalApi(fresh, lambda: clocks[-1].now().wall, at_once)
    return app, fresh


_stores: dict[Path, Store] = {}
_central_stores: dict[Path, CentralStore] = {}
"""Histories of one process lie in the same place, one after the other: a statement compiled for one
serves all that follow. A sixth of their time."""


def _store(path: Path) -> Store:
    """A terminal's file, opened now."""
    if path in _stores:
        _stores[path].reopen()
    else:
        _stores[path] = Store.open(path)
    return _stores[path]


def _central_store(path: Path) -> CentralStore:
    """Central's file; one that was closed opens with its next transaction."""
    if path not in _central_stores:
        _central_stores[path] = CentralStore.open(f"sqlite:///{path}")
    return _central_stores[path]


class CentralSide:
    """Central, its database file, and an older copy of it."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self._folder, self._clock = folder, clock
        self.path, self._older = folder / "central.db", folder / "central.older"
        shutil.copyfile(folder.parent / "empty-central.db", self.path)
        fresh = made_central(_central_store(self.path), folder)
        self.app, self.central = _served(fresh, clock)

    def back_up(self) -> None:
        self.central.store.close()
        shutil.copyfile(self.path, self._older)
        self._reopen()

    def put_back(self) -> bool:
        """The older copy, where there is one."""
        if not self._older.exists():
            return False
        self.central.store.close()
        shutil.copyfile(self._older, self.path)
        self._reopen()
        return True

    def _reopen(self) -> None:
        for left in ("-wal", "-shm"):
            Path(f"{self.path}{left}").unlink(missing_ok=True)


class Side:
    """A terminal, its key, older copies, and what its citizens pressed."""

    def __init__(
        self,
        folder: Path,
        clock: FakeClock,
        central: CentralSide,
        name: str,
        *,
        secure: bool = False,
    ) -> None:
        """`secure`: over real TLS on this machine, else straight to central's application."""
        folder.mkdir()
        self.path, self.clock, self.name = folder / "kiosk.db", clock, name
        self.network = Network(central=central)
        shutil.copyfile(folder.parent.parent / "empty-terminal.db", self.path)
        self._open()
        self.key = Ed25519PrivateKey.generate()
        c = central.central
        on_roster(c, "101", "102")
        enrolled = enrol_terminal(
            c, Enrol(invite_terminal(c, name, "1", LONG_AGO), public_text(self.key)), LONG_AGO
        )
        network = self.network
        self.line = (
            SecureLine(folder, network.handle_request, network.bad_certificate) if secure else None
        )
        url = self.line.url if self.line else "http://127.0.0.1:1"
        self.terminal.join(
            Enrolment(
                url=url,
                site=enrolled.site,
                terminal=name,
                counter="1",
                central_key=enrolled.central_key,
            )
        )
        self.past: set[tuple[date, Scores]] = set()
        """Every day as this terminal has ever reported it."""
        self.state = ""
        self.released = False
        """Whether a person has let it go on from a file that has less than central was sent."""

    def _open(self) -> None:
        self.store = _store(self.path)
        self.terminal = Terminal(self.store, self.clock, PEPPER)

    def press(self, random: Random) -> None:
        day = self.clock.now().wall.date() - timedelta(days=random.choice((0, 0, 0, 1)))
        for _ in range(random.randint(1, 4)):
            self.terminal.carry_out([Record(rating(random.randint(1, 5), day=day))])

    def close_day(self) -> None:
        close_days(self.store, self.clock, today=True)
        self._note_reports()

    def _note_reports(self) -> None:
        with self.store.transaction() as t:
            for parcel in t.outbox.everything():
                self.past.add((parcel.day, scores_of(parcel.body)))

    def sync(self) -> None:
        """A run closes days itself, once central has said which day it is."""
        ca, transport = self._way()
        self._ask(lambda: exchange.sync(self.store, self.clock, self.key, ca, transport=transport))
        self._note_reports()

    def heartbeat(self) -> None:
        ca, transport = self._way()
        self._ask(lambda: exchange.heartbeat(self.store, self.clock, self.key, ca, transport))

    def _way(self) -> tuple[str, Network | None]:
        return (self.line.ca, None) if self.line else ("", self.network)

    def close(self) -> None:
        self.store.close()
        if self.line:
            self.line.close()

    def _ask(self, run: Callable[[], object]) -> None:
        try:
            run()
            self.state = ""
        except incoming.Refused as error:
            self.state = error.answer.value
        except CentralRefused:
            raise  # of an honest terminal central refuses nothing but by name
        except SyncFailed:
            pass  # nothing was said, or not all: what was due stays due

    def copy(self, to: Path) -> None:
        to.unlink(missing_ok=True)
        self.store.backup(to)

    def put_back(self, older: Path) -> None:
        """The file of another time, or of another machine."""
        self.store.close()
        for left in ("-wal", "-shm"):
            Path(f"{self.path}{left}").unlink(missing_ok=True)
        shutil.copyfile(older, self.path)
        self._open()

    def days(self) -> dict[date, Scores]:
        """Days as they are in the terminal now."""
        found = {}
        with self.store.transaction() as t:
            for day in t.ratings.days():
                counts = [0] * 5
                for (_, score), n in t.ratings.tally(day).scores.items():
                    counts[score - 1] += n
                found[day] = tuple(counts)
        return found


class History:
    """One history of STEPS steps."""

    def __init__(self, folder: Path, random: Random, *, secure: bool = False) -> None:
        folder.mkdir()
        self._folder, self._random, self._clock = folder, random, FakeClock()
        self.central = CentralSide(folder, self._clock)
        self.sides = [
            Side(folder / name, self._clock, self.central, name, secure=secure)
            for name in ("t1", "t2")
        ]

    def play(self) -> Iterator[str]:
        """Every step, and what is wrong after it; then the end."""
        for number in range(STEPS):
            did = self._step()
            for wrong in self._never_was() if did in AT_CENTRAL else ():
                yield f"step {number} ({did}): {wrong}"
        yield from self._end()

    def _step(self) -> str:
        random, side = self._random, self._random.choice(self.sides)
        deeds = (
            *["press"] * 70,
            *["close"] * 24,
            *["sync"] * 40,
            *["heartbeat"] * 16,
            *["night"] * 24,
            *["trouble"] * 30,
            *["copy"] * 10,
            *["put back"] * 8,
            *["twin"] * 6,
            *["central copy"] * 8,
            *["central put back"] * 6,
            *["release"] * 6,
        )
        deed = random.choice(deeds)
        match deed:
            case "press":
                side.press(random)
            case "close":
                side.close_day()
            case "sync":
                side.sync()
            case "heartbeat":
                side.heartbeat()
            case "night":
                self._clock.pass_seconds(86_400 * random.choice((1, 1, 1, 30)))
            case "trouble":
                kinds = ("unplugged", "certificate", "portal", "twice", "late", "cut", "")
                side.network.random = random
                side.network.trouble = [random.choice(kinds) for _ in range(random.randint(1, 8))]
            case "copy":
                side.copy(side.path.with_name("older"))
            case "put back" if side.path.with_name("older").exists():
                side.put_back(side.path.with_name("older"))
            case "twin":
                # A machine with the same key goes on from here, and comes back later as this one.
                side.copy(side.path.with_name("older"))
                side.press(random)
                side.sync()
            case "central copy":
                self.central.back_up()
            case "central put back":
                self.central.put_back()
            case "release":
                self._release(side)
        return deed

    def _release(self, side: Side) -> None:
        now = self._clock.now().wall
        side.released |= release(self.central.central, side.name, "compared", now)

    def _never_was(self) -> Iterator[str]:
        """A day at central that its terminal never reported."""
        for side in self.sides:
            for day, scores in self._shown(side).items():
                if (day, scores) not in side.past:
                    yield f"{side.name} {day}: {scores}, which was never reported"

    def _shown(self, side: Side) -> dict[date, Scores]:
        kept = select(day_reports.c.date, day_reports.c.body).where(
            day_reports.c.terminal == side.name
        )
        with self.central.central.store.connection() as connection:
            return {day: scores_of(body) for day, body in connection.execute(kept)}

    def _end(self) -> Iterator[str]:
        """The network is well, every day closed and sent: all is equal, or refused by name."""
        for side in self.sides:
            side.network.trouble = []
            side.close_day()
            side.sync()
            if side.state:
                if side.state not in NAMED:
                    yield f"{side.name}: refused by {side.state!r}"
                continue
            yield from self._differs(side)
        if wrong := first_disagreement(self.central.central):
            yield f"central verify: {wrong}"
        for side in self.sides:
            side.close()
        self.central.central.store.close()

    def _differs(self, side: Side) -> Iterator[str]:
        shown = self._shown(side)
        with side.store.transaction() as t:
            parked = {p.day for p in t.outbox.everything() if p.state.value == "parked"}
        pressed = side.days()
        for day in sorted((shown.keys() | pressed.keys()) - parked):
            was, now = pressed.get(day, NONE), shown.get(day, NONE)
            if side.released and day not in pressed:
                continue  # lost there with the newer file; central keeps what was reported
            if was != now:
                yield f"{side.name} {day}: {was} pressed, central shows {now}"


def make_templates(folder: Path) -> None:
    """The databases that every history begins with: nobody has pressed."""
    Store.create(folder / "empty-terminal.db")
    terminal = Store.open(folder / "empty-terminal.db")
    Terminal(terminal, FakeClock(), PEPPER).add_officers([SOMYING])
    terminal.close()
    CentralStore.create(f"sqlite:///{folder / 'empty-central.db'}").close()


@dataclass(slots=True)
class Played:
    """What came of some histories: what was wrong, how many ended refused by name, and how many
    bad certificates were refused."""

    failures: list[str] = field(default_factory=list)
    refused: int = 0
    certificates: int = 0

    def __iadd__(self, other: "Played") -> "Played":
        self.failures += other.failures
        self.refused += other.refused
        self.certificates += other.certificates
        return self


def play_some(seed: int, numbers: range) -> Played:
    """The histories of these numbers."""
    stamina.set_testing(True, attempts=1)
    memory = in_memory()
    make_templates(memory)
    collect_seldom()
    played = Played()
    for number in numbers:
        name = f"{seed} {number}"
        folder = memory / "history"
        history = History(folder, Random(name), secure=number % SECURE_EVERY == 0)
        try:
            played.failures += [f"history {name}: {wrong}" for wrong in history.play()]
        except Exception as error:
            played.failures.append(f"history {name}: {type(error).__name__}: {error}")
        played.refused += any(side.state for side in history.sides)
        played.certificates += sum(side.line.refused for side in history.sides if side.line)
        shutil.rmtree(folder)
    shutil.rmtree(memory)
    return played


def play(given: Run) -> Measured:
    """`given.size` histories, on every core."""
    all_ = Played()
    starts = range(0, given.size, AT_ONCE)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        shares = [range(given.size)[start : start + AT_ONCE] for start in starts]
        for played in pool.map(play_some, [given.seed] * len(shares), shares):
            all_ += played
    if given.size >= 10 * SECURE_EVERY and not all_.certificates:
        all_.failures.append("no bad certificate was refused in a handshake: the rig tried none")
    text = (
        f"{given.size} x {STEPS} steps, {all_.refused} refused by name, "
        f"{all_.certificates} bad certificates: {len(all_.failures)} wrong"
    )
    return Measured(text, tuple(all_.failures))


FIGURE = Figure(
    name="sync histories against a model",
    target="central equals it, or refuses by name",
    quick=28,
    full=20_000,
    measure=play,
)
