"""Several processes that do the same work, and the one that starts, watches and ends them.

uvicorn has such a parent too, but it starts each child with a fresh interpreter that can be given
nothing open, and it speaks to no service manager.
"""

import logging
import os
import select
import signal
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from kiosk.servicemanager import ServiceManager

END_SECONDS = 9.0
"""How long the processes have to end by themselves; the parent then ends them."""
_LOOK_SECONDS = 0.5
_LOG = logging.getLogger("kiosk.central")

Work = Callable[[ServiceManager, int], None]
"""What a process does: whom it tells how it is, and a descriptor that ends with the parent."""


class NotStarted(Exception):
    """A process ended before it was ready; the log says why."""


@dataclass(slots=True)
class _Worker:
    """One process, and what it said of itself."""

    place: int
    hears: socket.socket
    process: int = 0
    ready: bool = False
    last_sign: float = 0.0


class Workers:
    """`number` processes. What they say of themselves goes on to `manager` as one: ready when all
    are, alive while each gives signs of life."""

    def __init__(self, work: Work, number: int, manager: ServiceManager) -> None:
        self._work, self._number, self._manager = work, number, manager
        self._ending_since: float | None = None
        self._workers: list[_Worker] = []
        self._said_ready = False
        self._said_alive = 0.0

    def run(self) -> None:
        """Until SIGTERM or SIGINT; NotStarted. A process that ends before is started anew."""
        reads, self._ends_with_parent = os.pipe()
        wakes, woken = socket.socketpair()
        for end in (wakes, woken):
            end.setblocking(False)
        before = {one: signal.signal(one, self._end) for one in (signal.SIGTERM, signal.SIGINT)}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        earlier = signal.set_wakeup_fd(woken.fileno())
        with tempfile.TemporaryDirectory(prefix="kiosk-central-") as folder, wakes, woken:
            try:
                for place in range(self._number):
                    hears = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                    hears.bind(f"{folder}/{place}")
                    hears.setblocking(False)
                    self._workers.append(_Worker(place=place, hears=hears))
                    self._start(self._workers[-1], Path(folder), reads)
                while self._workers:
                    self._turn(wakes, Path(folder), reads)
            finally:
                signal.set_wakeup_fd(earlier)
                for one, handler in before.items():
                    signal.signal(one, handler)
                self._kill()
                os.close(self._ends_with_parent)
                os.close(reads)

    def _turn(self, wakes: socket.socket, folder: Path, reads: int) -> None:
        select.select([wakes, *(one.hears for one in self._workers)], [], [], _LOOK_SECONDS)
        while _datagram(wakes):
            pass
        for worker in self._workers:
            while word := _datagram(worker.hears):
                self._note(worker, word)
        self._tell()
        for worker in list(self._workers):
            if _has_ended(worker.process):
                self._ended(worker, folder, reads)
        if self._ending_since is not None and monotonic() - self._ending_since > END_SECONDS:
            self._kill()

    def _start(self, worker: _Worker, folder: Path, reads: int) -> None:
        worker.ready, worker.last_sign = False, monotonic()
        worker.process = os.fork()
        if worker.process:
            return
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for one in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
                signal.signal(one, signal.SIG_DFL)
            os.close(self._ends_with_parent)
            address = str(folder / str(worker.place))
            self._work(ServiceManager(address, self._manager.watchdog_seconds), reads)
            code = 0
        except Exception:  # noqa: BLE001  (it must not go on as the parent)
            _LOG.exception("a process could not serve")
        finally:
            logging.shutdown()
            os._exit(code)

    def _note(self, worker: _Worker, word: bytes) -> None:
        first, _, status = word.partition(b"\n")
        if first == b"READY=1":
            worker.ready = True
        if first in (b"READY=1", b"WATCHDOG=1"):
            worker.last_sign = monotonic()
        elif first.startswith(b"STATUS="):
            status = first
        if status.startswith(b"STATUS=") and status != b"STATUS=serving":
            self._manager.unwell(status.removeprefix(b"STATUS=").decode("utf-8", "replace"))

    def _tell(self) -> None:
        """The service manager hears of all processes as of one."""
        if self._ending_since is not None or not all(one.ready for one in self._workers):
            return
        if not self._said_ready:
            self._said_ready = True
            self._manager.ready("serving")
        oldest = min((one.last_sign for one in self._workers), default=0.0)
        if self._manager.interval and oldest > self._said_alive:
            self._said_alive = monotonic()
            self._manager.alive("serving")

    def _ended(self, worker: _Worker, folder: Path, reads: int) -> None:
        if self._ending_since is not None:
            worker.hears.close()
            self._workers.remove(worker)
        elif not worker.ready:
            raise NotStarted
        else:
            _LOG.error("a process ended by itself; it is started anew")
            self._start(worker, folder, reads)

    def _end(self, _signal: int, _frame: object) -> None:
        if self._ending_since is not None:
            return
        self._ending_since = monotonic()
        self._manager.stopping()
        for worker in self._workers:
            _send(worker.process, signal.SIGTERM)

    def _kill(self) -> None:
        for worker in self._workers:
            _send(worker.process, signal.SIGKILL)


def _send(process: int, one: signal.Signals) -> None:
    try:
        os.kill(process, one)
    except ProcessLookupError:
        return


def _has_ended(process: int) -> bool:
    try:
        ended, _ = os.waitpid(process, os.WNOHANG)
    except ChildProcessError:
        return True
    return ended == process


def _datagram(line: socket.socket) -> bytes:
    try:
        return line.recv(4096)
    except BlockingIOError:
        return b""
