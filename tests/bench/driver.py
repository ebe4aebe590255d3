"""Terminals that call central over TLS, as many at once as are asked for: a process of its own.

`python -m tests.bench.driver` reads an `Order` from standard input and writes `Seen` when all have
called. Each terminal has a connection of its own, says hello (and again with central's word, as a
terminal does), sends its days or its head, and checks the signature of each answer. What it sends
is made before the clock starts, but for signatures, which need central's nonce.
"""

import asyncio
import ssl
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import product
from math import ceil
from random import Random
from time import perf_counter, process_time

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.rating import Channel, Half
from sync.messages import DayReport, Head, Heads, Late, LineCount, Welcome
from sync.signing import (
    NONCE_HEADER,
    SIGNATURE_HEADER,
    check_answer,
    public_key,
    sign_request,
)
from tests.support.day_reports import sealed
from tests.support.hellos import made_hello

LATER = (429, 503)
_LATER_SECONDS = 0.5
"""Until somebody who was asked to come later comes again; a terminal waits longer."""
_TRIES = 400


class Order(msgspec.Struct, frozen=True):
    """Who calls whom, and with what."""

    port: int
    trust: str
    """The file of the authority by which central's certificate is believed."""
    central: str
    """Central's public key."""
    sites: tuple[str, ...]
    name: str
    """What the terminals' names begin with."""
    first: int
    terminals: int
    days: int
    """Of each terminal; 0: a heartbeat."""
    newest: date
    at_once: int
    a_second: float = 0.0
    """How many begin in a second; 0: as soon as there is room."""


class Seen(msgspec.Struct, frozen=True):
    """What the terminals saw. Times in seconds, of each request and of each terminal's call."""

    took: float
    processor: float
    hellos: list[float]
    requests: list[float]
    calls: list[float]
    stored: int
    later: int
    """Answers that asked to come later, and connections that were not taken."""
    refused: list[int]
    """Other statuses."""


def key_of(number: int) -> Ed25519PrivateKey:
    """The key of a terminal of the bench."""
    return Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big"))


class Bodies:
    """Day reports: two officers with twelve rows each."""

    def __init__(self, newest: date) -> None:
        self._newest = newest
        self._like = [_like(number, newest) for number in range(8)]

    def of(self, site: str, terminal: str, number: int, days: int) -> Iterator[tuple[str, bytes]]:
        """Name and body of each request."""
        for back in range(days - 1, -1, -1):
            day = self._newest - timedelta(days=back)
            report = msgspec.structs.replace(
                self._like[(number + back) % 8], site=site, terminal=terminal, date=day
            )
            yield f"days/{day}", report.to_bytes()


def _like(number: int, day: date) -> DayReport:
    random = Random(number)
    lines, sheets = [], []
    for officer in ("o001", "o002"):
        total = 0
        for service, half, channel in product(
            ("a", "b", "c"), Half, (Channel.TOUCH, Channel.PANEL)
        ):
            counts = tuple(random.randint(0, 9) for _ in range(5))
            total += sum(counts)
            lines.append(
                LineCount(
                    officer=officer,
                    service=service,
                    counter="1",
                    half=half,
                    channel=channel,
                    n=counts,
                )
            )
        sheets.append(sealed(officer, total))
    return DayReport(
        site="site",
        terminal="terminal",
        date=day,
        revision=1,
        lines=tuple(lines),
        outcomes=(),
        reasons=(),
        sheets=tuple(sheets),
        orders=(),
        gaps=(),
    )


class Terminal:
    """One terminal of the bench, and its connection."""

    def __init__(self, order: Order, number: int, bodies: Bodies) -> None:
        self.site = order.sites[number % len(order.sites)]
        self.name = f"{order.name}{number}"
        self.key = key_of(number + 1)
        self.clock = 0
        if order.days:
            self.sends = list(bodies.of(self.site, self.name, number, order.days))
        else:
            head = Head(seq=0, hash="")
            body = Heads(now=head, at_last="", steps=(), answers=()).to_bytes()
            self.sends = [("heads", body)]

    @property
    def path(self) -> str:
        return f"/v1/sites/{self.site}/terminals/{self.name}"


class Load:
    """All terminals of an order, and what they saw."""

    def __init__(self, order: Order) -> None:
        bodies = Bodies(order.newest)
        self._order = order
        numbers = range(order.first, order.first + order.terminals)
        self._terminals = [Terminal(order, number, bodies) for number in numbers]
        self._trust = ssl.create_default_context(cafile=order.trust)
        self._central = public_key(order.central)
        self._room = asyncio.Semaphore(order.at_once)
        self._hellos: list[float] = []
        self._requests: list[float] = []
        self._calls: list[float] = []
        self._refused: list[int] = []
        self._stored = self._later = 0

    async def run(self) -> Seen:
        begun, processor = perf_counter(), process_time()
        async with asyncio.TaskGroup() as group:
            for number, terminal in enumerate(self._terminals):
                if self._order.a_second:
                    due = begun + number / self._order.a_second
                    await asyncio.sleep(max(0.0, due - perf_counter()))
                await self._room.acquire()
                group.create_task(self._call(terminal))
        return Seen(
            took=perf_counter() - begun,
            processor=process_time() - processor,
            hellos=self._hellos,
            requests=self._requests,
            calls=self._calls,
            stored=self._stored,
            later=self._later,
            refused=self._refused,
        )

    async def _call(self, terminal: Terminal) -> None:
        begun = perf_counter()
        try:
            for _ in range(_TRIES):
                try:
                    if await self._run(terminal):
                        break
                except (OSError, asyncio.IncompleteReadError):
                    self._later += 1
                await asyncio.sleep(_LATER_SECONDS)
        finally:
            self._room.release()
        self._calls.append(perf_counter() - begun)

    async def _run(self, terminal: Terminal) -> bool:
        """One run on a connection; whether it came to its end."""
        reader, writer = await asyncio.open_connection(
            "localhost", self._order.port, ssl=self._trust
        )
        try:
            line = Line(reader, writer, terminal, self._central)
            nonce = await self._greet(line, terminal)
            if not nonce:
                return False
            for name, body in list(terminal.sends):
                status, _, took = await line.ask(
                    "POST" if name == "hello" else "PUT", name, body, nonce, in_run=True
                )
                self._requests.append(took)
                if status in LATER:
                    self._later += 1
                    return False
                terminal.sends.remove((name, body))
                if status in (200, 201):
                    self._stored += 1
                else:
                    self._refused.append(status)
            return True
        finally:
            writer.close()

    async def _greet(self, line: "Line", terminal: Terminal) -> str:
        """The nonce of a new run; "" where central asks to come later."""
        window = ""
        for attempt in range(3):
            own = f"{terminal.name}-{attempt}-{perf_counter()}"
            hello = made_hello(own, software="1.0.0", due=len(terminal.sends), window=window)
            status, body, took = await line.ask("POST", "hello", hello.to_bytes(), own)
            self._hellos.append(took)
            if status == 200:
                return Welcome.parse(body).nonce
            if status == 409:
                window = Late.parse(body).window
                continue
            if status in LATER:
                self._later += 1
                return ""
            raise RuntimeError(f"hello: {status}: {body[:200]!r}")
        raise RuntimeError("hello: no run")


class Line:
    """An open connection of one terminal: HTTP/1.1, one request after the other."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        terminal: Terminal,
        central: object,
    ) -> None:
        self._reader, self._writer = reader, writer
        self._terminal, self._central = terminal, central

    async def ask(
        self, method: str, name: str, body: bytes, nonce: str, *, in_run: bool = False
    ) -> tuple[int, bytes, float]:
        """Status and body of a signed answer, and how long it took."""
        path = f"{self._terminal.path}/{name}"
        lines = [
            f"{method} {path} HTTP/1.1",
            "Host: localhost",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            f"{SIGNATURE_HEADER}: {sign_request(self._terminal.key, method, path, nonce, body)}",
        ]
        if in_run:
            lines.append(f"{NONCE_HEADER}: {nonce}")
        begun = perf_counter()
        self._writer.write("\r\n".join((*lines, "", "")).encode() + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:])}
        answer = await self._reader.readexactly(int(headers["content-length"]))
        took = perf_counter() - begun
        status = int(head[0].split()[1])
        if status in (200, 201, 409):
            signature = headers[SIGNATURE_HEADER.lower()]
            check_answer(self._central, signature, status, path, nonce, answer)  # type: ignore[arg-type]  # the caller's own
        return status, answer, took


def percentile(values: Sequence[float], share: float) -> float:
    """By the nearest rank: of twenty values 0.95 is the last but one."""
    ordered = sorted(values) or [0.0]
    return ordered[max(0, ceil(len(ordered) * share) - 1)]


def main() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    seen = asyncio.run(Load(order).run())
    sys.stdout.buffer.write(msgspec.json.encode(seen))


if __name__ == "__main__":
    main()
