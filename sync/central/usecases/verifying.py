"""Every office verified, several at once: each in a process of its own, as reckoning takes all of a
processor."""

import os
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any

from kiosk.officerid import with_names
from sync.central.usecases.central import Central, DatabaseDown
from sync.central.usecases.installation import open_central
from sync.central.usecases.people import officer_names
from sync.central.usecases.verification import first_disagreement, published_excess

_MANY = 8
"""Offices, from which on processes save more than it takes to start them."""
_LOOK_SECONDS = 0.2
"""Between two looks at how far the processes have come."""

Say = Callable[[int], None]


class CutShort(Exception):
    """Not every office was verified, and nothing is said of the others; one line."""


@dataclass(frozen=True, slots=True)
class OfficeVerified:
    """What verify says of one office: what is wrong first, or what is only remarkable."""

    wrong: str = ""
    remarks: tuple[str, ...] = ()


def verified(
    offices: Sequence[Central], say: Say, processes: int = os.cpu_count() or 1
) -> Generator[OfficeVerified, None, None]:
    """The offices' answers in their order; CutShort. `say`: told how many more day reports are
    verified. All together have as many connections to the database as one process that serves."""
    with _cut_short():
        processes = _fitting(processes, offices)
        if processes < 2:
            for number, office in enumerate(offices):
                yield _verified(office, say, is_first=not number)
        else:
            yield from _verified_at_once(offices, say, processes)


def _fitting(processes: int, offices: Sequence[Central]) -> int:
    if len(offices) < _MANY or not _can_share():
        return 1
    return min(processes, offices[0].settings.connections - 1)


def _can_share() -> bool:
    """Whether there is room for what processes share: /dev/shm may be full, or not to be written
    to."""
    try:
        get_context("spawn").Lock()
    except OSError:
        return False
    return True


@contextmanager
def _cut_short() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool:
        raise CutShort(
            "verify did not come to its end: one of its processes was killed, or memory ran out; "
            "run it again"
        ) from None
    except MemoryError:
        raise CutShort("verify did not come to its end: memory ran out; run it again") from None


def _verified_at_once(
    offices: Sequence[Central], say: Say, processes: int
) -> Iterator[OfficeVerified]:
    with _started(processes) as (pool, counts):
        with _alone_interrupted():
            asked = [
                pool.submit(_verify, office.settings.folder, office.site, is_first=not number)
                for number, office in enumerate(offices)
            ]
        for number, (office, answer) in enumerate(zip(offices, asked, strict=True)):
            _wait(answer, counts, say)
            try:
                verified = answer.result()
            except DatabaseDown:
                # The database had no connection for that process; this one has its own.
                verified = _verified(office, say, is_first=not number)
            yield verified


@contextmanager
def _alone_interrupted() -> Iterator[None]:
    """Who interrupts the command at its terminal interrupts this process, which ends the others:
    processes that are started here hear nothing of it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _verified(office: Central, say: Say, *, is_first: bool) -> OfficeVerified:
    names = officer_names(office)
    if wrong := first_disagreement(office, is_first=is_first, say=say):
        return OfficeVerified(wrong=with_names(wrong, names))
    excesses = published_excess(office)
    return OfficeVerified(remarks=tuple(with_names(str(one), names) for one in excesses))


@contextmanager
def _started(processes: int) -> Iterator[tuple[ProcessPoolExecutor, Any]]:
    """Processes, and the queue in which they say how many more day reports are verified. They end
    as soon as nobody waits for them any more."""
    context = get_context("spawn")
    counts, over = context.SimpleQueue(), context.Event()
    pool = ProcessPoolExecutor(processes, context, _Line.connect, (counts, over))
    try:
        yield pool, counts
    finally:
        over.set()
        pool.shutdown(cancel_futures=True)


def _wait(answer: Future[OfficeVerified], counts: Any, say: Say) -> None:
    is_done = False
    while not is_done:
        is_done = bool(wait([answer], _LOOK_SECONDS).done)
        while not counts.empty():
            say(counts.get())


# --- in the processes --------------------------------------------------------------------------


class _Stopped(Exception):
    """Nobody waits for the answer any more."""


class _Line:
    """From one of the processes to the one that started it."""

    _counts: Any
    _over: Any

    @classmethod
    def connect(cls, counts: Any, over: Any) -> None:
        cls._counts, cls._over = counts, over
        Thread(target=_end_with_parent, daemon=True).start()

    @classmethod
    def say(cls, days: int) -> None:
        if cls._over.is_set():
            raise _Stopped
        cls._counts.put(days)


def _end_with_parent() -> None:
    """Who is killed ends no other process: this one would wait for work for ever."""
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _verify(folder: Path, site: str, *, is_first: bool) -> OfficeVerified:
    with open_central(folder, site) as office:
        return _verified(office, _Line.say, is_first=is_first)
