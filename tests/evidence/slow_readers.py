"""Clients that ask and never read: how much memory a server holds for them, and for how long.

The server is a process of its own, on a real socket, with TLS or without; a patient client reads
beside them and gets its answer whole. What counts as held is what the kernel has: also connections
that the server has closed, and that the kernel still sends for.
"""

import multiprocessing
import resource
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple

import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from sync.central.connections import Impatient, Unread
from tests.evidence.figure import Figure, Measured, Run
from tests.support.certificates import DAY, Authority

ANSWER, SMALL = 2 << 20, 20 << 10
"""Bytes of the answers that nobody reads: like a paper, and like a page, which the kernel takes
whole."""
HELD_MB = 8
"""What all answers that wait may take, in this rig."""
MOST_GROWTH_MB, MOST_GROWTH_EACH_MB = 40.0, 0.1
"""What server and kernel may take: the bound above with answers in the making, and for each client
its connection, and what the kernel sends from. uvicorn by itself holds each answer: 1 MB a client.
"""
SECONDS = 20.0
"""In which every slow reader must be gone."""
_LISTENS, _OVER = "0A", "06"
"""States of a connection in /proc/net/tcp: listening, and closed on both sides."""


class Hasty(Impatient):
    """As central serves, with a shorter patience and a smaller bound, so that a rig ends."""

    patience = 1.0
    all_unread = Unread(HELD_MB << 20)


class Held(NamedTuple):
    """By how many MB server and kernel grew, how many slow readers they still hold in the end, and
    how much the patient reader got."""

    growth: float
    holding: int
    got: int


def _serve(port_to: Connection, http: type[H11Protocol], certificate: Path | None) -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/big")
    async def big() -> Response:
        return Response(b"x" * ANSWER)

    @app.get("/small")
    async def small() -> Response:
        return Response(b"x" * SMALL)

    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    port_to.send(listener.getsockname()[1])
    config = uvicorn.Config(
        app,
        http=http,
        log_level="critical",
        lifespan="off",
        ssl_certfile=str(certificate) if certificate else None,
    )
    uvicorn.Server(config).run(sockets=[listener])


@contextmanager
def served(http: type[H11Protocol], certificate: Path | None) -> Iterator[tuple[int, int]]:
    """A server process; its id and port."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, http, certificate), daemon=True)
    process.start()
    try:
        assert process.pid is not None
        yield process.pid, here.recv()
    finally:
        process.kill()
        process.join()


def connections(port: int) -> tuple[int, int]:
    """How many the kernel has of a server, and how many bytes it still sends for them."""
    count = unsent = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state, queues, *_ = line.split()
        if int(local.partition(":")[2], 16) == port and state not in (_LISTENS, _OVER):
            count += 1
            unsent += int(queues.partition(":")[0], 16)
    return count, unsent


def memory_mb(pid: int, port: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (resident,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(resident.split()[1]) / 1024 + connections(port)[1] / (1 << 20)


def asks_and_never_reads(port: int, what: str, tls: ssl.SSLContext | None) -> socket.socket:
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(60)
    line.connect(("127.0.0.1", port))
    if tls is not None:
        line = tls.wrap_socket(line)
    line.sendall(f"GET /{what} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 8)
    return line


def read_slowly(port: int, tls: ssl.SSLContext | None) -> int:
    """How much somebody gets who takes some seconds over it."""
    line = socket.create_connection(("127.0.0.1", port), 60)
    if tls is not None:
        line = tls.wrap_socket(line)
    line.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    size = 0
    while piece := line.recv(64 << 10):
        size += len(piece)
        sleep(0.02)
    line.close()
    return size


def tried(
    http: type[H11Protocol],
    clients: int,
    seconds: float = SECONDS,
    certificate: Path | None = None,
) -> Held:
    """Slow readers at a server that speaks `http`."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    tls = ssl._create_unverified_context() if certificate else None  # noqa: S323  (our own, here)
    with served(http, certificate) as (pid, port):
        before = highest = memory_mb(pid, port)
        lines = []
        for i in range(clients):
            lines.append(asks_and_never_reads(port, ("big", "small")[i % 2], tls))
            highest = max(highest, memory_mb(pid, port))
        got = read_slowly(port, tls)
        until = monotonic() + seconds
        while monotonic() < until and connections(port)[0]:
            highest = max(highest, memory_mb(pid, port))
            sleep(0.25)
        holding, _ = connections(port)
        for line in lines:
            line.close()
    return Held(highest - before, holding, got)


def certificate_in(folder: Path) -> Path:
    now = datetime.now(UTC)
    return Authority.new("rig").issue("localhost", now - DAY, now + DAY, folder / "rig.pem")


def most_growth(clients: int) -> float:
    return MOST_GROWTH_MB + MOST_GROWTH_EACH_MB * clients


def failures_of(held: Held, clients: int) -> list[str]:
    failures = []
    if held.growth > most_growth(clients):
        failures.append(f"grew by {held.growth:.0f} MB")
    if held.holding:
        failures.append(f"{held.holding} connections still held after {SECONDS:.0f} s")
    if held.got < ANSWER:
        failures.append(f"the patient reader got {held.got:,} of {ANSWER:,} bytes")
    return failures


def measure(run: Run, certificate: Path | None = None) -> Measured:
    held = tried(Hasty, run.size, certificate=certificate)
    text = f"{run.size:,} readers: +{held.growth:.0f} MB, {held.holding} held"
    return Measured(text, tuple(failures_of(held, run.size)))


def measure_with_tls(run: Run) -> Measured:
    return measure(run, certificate_in(run.folder))


_TARGET = f"+{MOST_GROWTH_MB:.0f} MB, 0.1 MB each, all gone"
FIGURES = (
    Figure(
        name="clients that never read",
        target=_TARGET,
        quick=40,
        full=1_500,
        measure=measure,
    ),
    Figure(
        name="clients that never read, with TLS",
        target=_TARGET,
        quick=10,
        full=1_500,
        measure=measure_with_tls,
    ),
)
