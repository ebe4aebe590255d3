"""Clients that ask and never read: how much memory a server holds for them, and for how long.

The server is a process of its own, on a real socket; a patient client reads beside them and gets
its answer whole.
"""

import multiprocessing
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, sleep

import uvicorn
from fastapi import FastAPI
from fastapi.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from sync.central.serving import Impatient, Unread
from tests.evidence.figure import Figure, Measured, Run

ANSWER = 8 << 20
"""Bytes of the answer that nobody reads: more than the kernel takes for a socket by itself."""
MOST_GROWTH_MB = 160
"""What the server's memory may grow by: its bound of 32 MiB, the answers being made when it
is reached, and the connections themselves. Forty answers that are held on to take 320."""
SECONDS = 20.0
"""In which every slow reader must be gone."""


class Hasty(Impatient):
    """As central serves, with a shorter patience and a smaller bound, so that a rig ends."""

    patience = 1.0
    all_unread = Unread(32 << 20)


def _serve(port_to: Connection, http: type[H11Protocol]) -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/big")
    async def big() -> Response:
        return Response(bytes(ANSWER))

    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    port_to.send(listener.getsockname()[1])
    config = uvicorn.Config(app, http=http, log_level="critical", lifespan="off")
    uvicorn.Server(config).run(sockets=[listener])


@contextmanager
def served(http: type[H11Protocol]) -> Iterator[tuple[int, int]]:
    """A server process; its id and port."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, http), daemon=True)
    process.start()
    try:
        assert process.pid is not None
        yield process.pid, here.recv()
    finally:
        process.kill()
        process.join()


def memory_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def asks_and_never_reads(port: int) -> socket.socket:
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", port))
    line.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n" * 4)
    return line


def read_slowly(port: int) -> int:
    """How much somebody gets who takes some seconds over it."""
    line = socket.create_connection(("127.0.0.1", port), 30)
    line.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    size = 0
    while piece := line.recv(64 << 10):
        size += len(piece)
        sleep(0.03)
    line.close()
    return size


def is_open(line: socket.socket) -> bool:
    """Whether the server still holds this connection: a reset one can't be written to."""
    try:
        line.sendall(b"x")
    except OSError:
        return False
    return True


def tried(http: type[H11Protocol], clients: int) -> tuple[float, int, int]:
    """By how many MB the server grew, how many slow readers it still holds after SECONDS, and how
    much the patient reader got."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with served(http) as (pid, port):
        before = highest = memory_mb(pid)
        lines = []
        for _ in range(clients):
            lines.append(asks_and_never_reads(port))
            highest = max(highest, memory_mb(pid))
        got = read_slowly(port)
        until = monotonic() + SECONDS
        while monotonic() < until and any(map(is_open, lines)):
            highest = max(highest, memory_mb(pid))
            sleep(0.25)
        holding = sum(map(is_open, lines))
        for line in lines:
            line.close()
    return highest - before, holding, got


def measure(run: Run) -> Measured:
    growth, holding, got = tried(Hasty, run.size)
    failures = []
    if growth > MOST_GROWTH_MB:
        failures.append(f"grew by {growth:.0f} MB")
    if holding:
        failures.append(f"{holding} connections still held after {SECONDS:.0f} s")
    if got < ANSWER:
        failures.append(f"the patient reader got {got:,} of {ANSWER:,} bytes")
    return Measured(f"{run.size:,} readers: +{growth:.0f} MB, {holding} held", tuple(failures))


FIGURE = Figure(
    name="clients that never read",
    target=f"+{MOST_GROWTH_MB} MB at most, all gone",
    quick=40,
    full=1_500,
    measure=measure,
)
