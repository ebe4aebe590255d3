"""Notifications while everything goes wrong: central is killed at its own calls, its disk fills up,
servers refuse, hang, and take a letter without saying so, and its clock jumps.

Afterwards each alarm that began and ended was told once to everybody, or is listed as failed. A
letter that came twice is the same letter under the same id, after a try whose end nobody knew.
LINE, which knows an id for a day, shows it once. And on an open line two offices that differ in
their scores alone write the same.
"""

import json
import logging
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sync.central.notifications.delivery import answer_words, look_and_deliver
from sync.central.notifying import Phase, Transport
from sync.central.store.engine import DatabaseError
from sync.central.store.notifications import Notification, NotificationState
from sync.central.store.terminals import State
from sync.central.transports import LineSettings, MailSettings, WebhookSettings
from sync.central.usecases.central import Central
from sync.central.usecases.notifications import read_notifications
from sync.central.usecases.transports import save_transport
from sync.central.usecases.watching import MOST_NAMED
from tests.evidence.figure import Figure, Measured, Run, in_memory
from tests.evidence.stories import CentralBeside
from tests.evidence.tracing import Ended, fail_at, kill_at, run
from tests.support.central import IT, enrolled, received
from tests.support.certificates import Authority
from tests.support.mail_server import MailHandler, mail_server
from tests.support.subscribers import DOMAIN, with_account
from tests.support.tls_server import QuietHandler, TlsServer

MONDAY = datetime(2026, 12, 14, 9, 0, tzinfo=UTC)
"""In the afternoon in Bangkok, when the sheets of week and month are ready."""
CHANGING = ("pwrite64", "fdatasync", "write", "sendto")
"""At which central is killed: what changes the database, and what leaves by a line."""
GOES_OUT = timedelta(hours=24)
"""After so long LINE forgets a retry key."""
SKEWS = (timedelta(days=400), timedelta(days=-3), timedelta(hours=20), timedelta(minutes=-90))
PEOPLE = ("it1", "boss", "gone")
"""Accounts. No box has the last one."""
_OF_LINE = ("U" + "1" * 32, "U" + "2" * 32)
"""LINE refuses the second one."""
_HOOK_KEY = "whsec_" + "QUFB" * 10
_COUNTER = re.compile(r"counter-\d+")

Look = Callable[[Central, datetime], None]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a server took. `look`: in which one of central's looks; `shown`: whether a person sees
    it, for LINE leaves out what it has shown within a day."""

    transport: Transport
    to: str
    id: str
    content: str
    look: int
    shown: bool = True


@dataclass(slots=True)
class World:
    """What is true outside of central: the time, what servers do now, and what they took."""

    now: datetime = MONDAY
    look: int = 0
    trouble: str = ""
    letters: list[Letter] = field(default_factory=list)
    disturbed: set[int] = field(default_factory=set)
    answers: Random = field(default_factory=lambda: Random(0))
    _keys: dict[str, datetime] = field(default_factory=dict)

    def take(self, transport: Transport, to: str, id: str, content: str) -> bool:
        """Whether it is new to the server."""
        before = self._keys.get(id)
        is_known = transport is Transport.LINE and before is not None
        is_new = not (is_known and before is not None and self.now - before < GOES_OUT)
        if is_new:
            self._keys[id] = self.now
        self.letters.append(
            Letter(transport=transport, to=to, id=id, content=content, look=self.look, shown=is_new)
        )
        return is_new


class _Mail(MailHandler):
    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's own)
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address.startswith("gone@"):
            return "550 no such box"
        if self._world.trouble == "refused":
            return "451 come later"
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(  # noqa: N802  (aiosmtpd's own)
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        self.letters.clear()
        answer = await super().handle_DATA(server, session, envelope)
        for to, letter in self.letters:
            message = str(letter["Message-ID"]).strip("<>").partition("@")[0]
            parts = "".join(str(part.get_content()) for part in letter.walk() if _is_leaf(part))
            content = f"{letter['Subject']}\n{parts}"
            self._world.take(Transport.MAIL, to.partition("@")[0], message, content)
        if self._world.trouble == "unsaid":
            server.transport.abort()
        return answer


def _is_leaf(part: Any) -> bool:
    return not part.is_multipart()


class _Posts(QuietHandler):
    world: World

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        is_line = self.path.endswith("/push")
        if self.world.trouble == "refused":
            codes = (401, 429, 500) if is_line else (302, 404, 503)
            self._answer(self.world.answers.choice(codes))
        elif is_line and body["to"] == _OF_LINE[1]:
            self._answer(400)
        elif is_line:
            text = body["messages"][0]["text"]
            key = str(self.headers["X-Line-Retry-Key"])
            is_new = self.world.take(Transport.LINE, body["to"], key, text)
            self._answer(200 if is_new else 409)
        else:
            event = str(self.headers["webhook-id"])
            self.world.take(Transport.WEBHOOK, "", event, body["type"] + body["data"]["text"])
            self._answer(204)

    def _answer(self, code: int) -> None:
        if self.world.trouble == "unsaid":
            return
        self.send_response(code)
        self.end_headers()


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the servers are."""

    mail: int
    posts: str
    pem: str

    def set_up(self, central: Central, encryption: str) -> None:
        mail = MailSettings(
            host="localhost",
            sender=f"report@{DOMAIN}",
            port=self.mail,
            encryption=encryption,
            authority=self.pem if encryption != "none" else "",
        )
        line = LineSettings(recipients=_OF_LINE, address=self.posts, authority=self.pem)
        hook = WebhookSettings(address=f"{self.posts}/hook", authority=self.pem)
        save_transport(central, IT, Transport.MAIL, mail, "", MONDAY)
        save_transport(central, IT, Transport.LINE, line, "a token", MONDAY)
        save_transport(central, IT, Transport.WEBHOOK, hook, _HOOK_KEY, MONDAY)


@contextmanager
def doors(world: World, folder: Path, *, encrypted: bool = True) -> Iterator[Doors]:
    """Real servers on this machine, which do what `world` says."""
    authority, now = Authority.new("authority of the office"), datetime.now(UTC)
    day = timedelta(days=1)
    chain = authority.issue("localhost", now - day, now + day, folder / "localhost.pem")
    pem = Path(authority.write(folder / "authority.pem")).read_text("ascii")
    posts = type("Posts", (_Posts,), {"world": world})
    of_mail = mail_server(chain if encrypted else None, handler=_Mail(world))
    with TlsServer(chain, posts) as url, of_mail as (_, port):
        yield Doors(mail=port, posts=url, pem=pem)


# --- everything goes wrong ---------------------------------------------------------------------


class Life:
    """An office whose terminals go into quarantine one after the other, and out of it at the end.
    `look`: what central does every two minutes."""

    def __init__(self, folder: Path, random: Random, terminals: int, look: Look) -> None:
        self.world = World(answers=random)
        self.beside, self._random, self._look = CentralBeside(folder / "now"), random, look
        self.names = [f"counter-{number:04}" for number in range(terminals)]
        self.rows: dict[str, Notification] = {}
        self.hits = 0
        self._calls: Counter[str] = Counter()
        self._log = folder / "calls"

    def prepare(self, at: Doors) -> None:
        self.beside.create()
        central = self.beside.open()
        for name in self.names:
            enrolled(central, name, name)
        with_account(central, "it1", "it")
        with_account(central, "boss", "director", topics="-weekly -monthly")
        with_account(central, "gone", "it")
        at.set_up(central, "tls")
        central.store.close()

    def live(self) -> None:
        for number, name in enumerate(self.names):
            self._put_aside(name)
            self._step(self._random.choice(TROUBLES) if number else Life.counted)
        for first in range(0, len(self.names), MOST_NAMED):
            self._let_go(*self.names[first : first + MOST_NAMED])
            self._step(self._random.choice(TROUBLES))
            self.calm()
        while any(one.state is NotificationState.WAITING for one in self.rows.values()):
            if self.world.look > 20 * len(self.names):
                return
            self.world.now += timedelta(hours=2)
            self.calm()

    def wrong(self) -> Iterator[str]:
        yield from _twice(self.world)
        yield from self._rows_wrong()
        for transport, to in _EVERYBODY:
            for phase in (Phase.BEGAN, Phase.OVER):
                yield from self._untold(transport, to, phase)

    # What goes wrong in one look.

    def calm(self) -> None:
        self._act(self.world.now)

    def counted(self) -> None:
        """Nothing; how often central makes each call."""
        names = ",".join((*CHANGING, "poll"))
        self._traced("-e", f"trace={names}", log=self._log)
        lines = self._log.read_text(errors="replace")
        self._calls = Counter(re.findall(r"^(\w+)\(", lines, re.MULTILINE))

    def killed(self) -> None:
        call = self._random.choice(CHANGING)
        ended = self._traced(*kill_at(call, self._number(call)))
        self.hits += ended.code < 0

    def full(self) -> None:
        """From one write on until the look is over."""
        self._traced(*fail_at("pwrite64", self._number("pwrite64"), "ENOSPC", on=True))
        self.hits += 1

    def hung(self) -> None:
        """A server says nothing: the wait of central's for it is over at once."""
        number = self._number("poll")
        self._traced("-e", "trace=poll", "-e", f"inject=poll:retval=0:when={number}")
        self.hits += 1

    def refused(self) -> None:
        self._with("refused")

    def unsaid(self) -> None:
        """The servers take it, and the line is gone before they say so."""
        self._with("unsaid")
        self.world.disturbed.add(self.world.look)

    def moved(self) -> None:
        """Central's clock, for one look."""
        self._act(self.world.now + self._random.choice(SKEWS))

    # --- how

    def _step(self, trouble: "Callable[[Life], None]") -> None:
        self.world.now += timedelta(minutes=self._random.choice((2, 2, 4, 60)))
        trouble(self)

    def _with(self, trouble: str) -> None:
        self.world.trouble = trouble
        self._act(self.world.now)
        self.world.trouble = ""

    def _number(self, call: str) -> int:
        return self._random.randint(1, max(1, self._calls[call]))

    def _act(self, now: datetime) -> None:
        self.world.look += 1
        central = self.beside.open()
        self._look(central, now)
        self._remember(central)
        central.store.close()

    def _traced(self, *options: str, log: Path | None = None) -> Ended:
        self.world.look += 1
        self.world.disturbed.add(self.world.look)

        def scenario(_say: Callable[[str], None]) -> None:
            try:
                central = self.beside.open()
            except DatabaseError:  # where its disk is full, it starts later
                return
            self._look(central, self.world.now)

        ended = run(scenario, *options, log=log)
        central = self.beside.open()
        self._remember(central)
        central.store.close()
        return ended

    def _remember(self, central: Central) -> None:
        """The outbox, for it forgets after months."""
        self.rows |= {one.id: one for one in read_notifications(central)}

    def _put_aside(self, name: str) -> None:
        central = self.beside.open()
        with central.store.transaction(central.site) as t:
            t.terminals.quarantine(name, State.BY_HAND)
        central.store.close()

    def _let_go(self, *names: str) -> None:
        central = self.beside.open()
        with central.store.transaction(central.site) as t:
            for name in names:
                t.terminals.resume(name)
        central.store.close()

    # --- what came of it

    def _rows_wrong(self) -> Iterator[str]:
        taken = {letter.id for letter in self.world.letters}
        for row in self.rows.values():
            what = f"{row.topic}.{row.phase} by {row.transport} to {row.recipient}"
            if row.state is NotificationState.WAITING:
                yield f"waits for ever: {what}, {row.answer}"
            if row.state is NotificationState.SENT and row.id not in taken:
                yield f"said to be sent and is not: {what}"
            if row.state is NotificationState.FAILED and not answer_words("th", row.answer):
                yield f"failed without a word: {what}, {row.answer}"

    def _untold(self, transport: Transport, to: str, phase: Phase) -> Iterator[str]:
        """Each terminal is named in one message of this phase, or in one that failed."""
        messages: defaultdict[str, set[str]] = defaultdict(set)
        for letter in self.world.letters:
            row = self.rows.get(letter.id)
            if (letter.transport, letter.to) != (transport, to) or row is None:
                continue
            if (row.topic, row.phase) == ("quarantine", phase):
                for name in _COUNTER.findall(letter.content):
                    messages[name].add(letter.id)
        for row in self.rows.values():
            is_theirs = (row.transport, row.recipient) == (transport, to)
            if is_theirs and (row.topic, row.phase) == ("quarantine", phase):
                for name in _COUNTER.findall(row.what):
                    messages[name].add(row.id)
        for name in self.names:
            if len(messages[name]) != 1:
                yield f"{name} {phase} by {transport} to {to}: {len(messages[name])} messages"


_EVERYBODY = (
    *((Transport.MAIL, one) for one in PEOPLE),
    *((Transport.LINE, one) for one in _OF_LINE),
    (Transport.WEBHOOK, ""),
)
TROUBLES: tuple[Callable[[Life], None], ...] = (
    Life.killed,
    Life.killed,
    Life.killed,
    Life.full,
    Life.hung,
    Life.refused,
    Life.unsaid,
    Life.moved,
)


def _twice(world: World) -> Iterator[str]:
    """What came more than once though nothing was in doubt, changed, or in a person's sight."""
    by_id: defaultdict[str, list[Letter]] = defaultdict(list)
    for letter in world.letters:
        by_id[letter.id].append(letter)
    for same in by_id.values():
        what = f"{same[0].transport} to {same[0].to}: {same[0].content[:60]!r}"
        if len({letter.content for letter in same}) > 1:
            yield f"another letter under the same id: {what}"
        if any(letter.look not in world.disturbed for letter in same[:-1]):
            yield f"sent again though its answer was read: {what}"
        if same[0].transport is Transport.LINE and sum(letter.shown for letter in same) > 1:
            yield f"shown twice: {what}"


def tell_through_everything(given: Run, look: Look = look_and_deliver) -> Measured:
    """A life of `given.size` terminals, each put aside before a look in which something fails."""
    logging.getLogger("kiosk.central").setLevel(logging.CRITICAL)
    folder = in_memory()
    life = Life(folder, Random(given.seed), given.size, look)
    try:
        with doors(life.world, folder) as at:
            life.prepare(at)
            life.live()
    finally:
        shutil.rmtree(folder)
    failures = tuple(life.wrong())
    states = Counter(row.state for row in life.rows.values())
    told = f"{states[NotificationState.SENT]} told, {states[NotificationState.FAILED]} named failed"
    again = len(life.world.letters) - len({letter.id for letter in life.world.letters})
    text = f"{life.hits} hit, {told}, {again} again: {len(failures)} wrong"
    return Measured(text, failures)


# --- an open line ------------------------------------------------------------------------------


def written_by(folder: Path, scores: tuple[int, ...], encryption: str) -> list[Letter]:
    """All that an office with these scores writes when its sheets are ready."""
    world = World()
    folder.mkdir(parents=True)
    beside = CentralBeside(folder / "office")
    beside.create()
    with doors(world, folder, encrypted=encryption != "none") as at:
        central = beside.open()
        received(central, "101", *scores)
        with_account(central, "boss", "director", topics="-monthly")
        with_account(central, "me", "officer", officer="101", topics="+own")
        at.set_up(central, encryption)
        look_and_deliver(central, MONDAY)
        central.store.close()
    return sorted(world.letters, key=lambda one: (one.transport, one.to, one.id))


def same_on_an_open_line(given: Run, encryption: str = "none") -> Measured:
    """Pairs of offices that differ in their scores alone."""
    random, failures, letters = Random(given.seed), list[str](), 0
    for turn in range(given.size):
        offices = [
            written_by(given.folder / f"{turn}-{side}", scores, encryption)
            for side, scores in enumerate(((0, 0, 0, 5, 45), _scores(random)))
        ]
        letters += len(offices[0])
        failures += [
            f"{one.transport} to {one.to} differs with the scores"
            for one, other in zip(*offices, strict=True)
            if one.content != other.content
        ]
    text = f"{letters} letters of {given.size} pairs: {len(failures)} differ"
    return Measured(text, tuple(failures))


def _scores(random: Random) -> tuple[int, ...]:
    worst = random.randint(5, 45)
    return worst, 50 - worst, 0, 0, 0


FIGURES = (
    Figure(
        name="notifications through kills, full disks, jumps",
        target="each told once, or named as failed",
        quick=8,
        full=1500,
        measure=tell_through_everything,
    ),
    Figure(
        name="notifications on an open line",
        target="the same whatever the scores",
        quick=1,
        full=40,
        measure=same_on_an_open_line,
    ),
)
