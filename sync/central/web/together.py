"""Answers requests in groups: those that come while one group is at work are the next group.

Nobody waits for company: who comes alone is answered alone, at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sync.central.store.engine import RowRefused
from sync.central.usecases.intake import RequestRefused

MOST = 128
"""Requests in a group: some rows a commit, and no terminal held for long."""
MAX_WAITING, MAX_WAITING_BYTES = 4096, 32 << 20
"""A whole city's terminals may call at once; what is beyond that is asked to come later."""

Q = TypeVar("Q")
A = TypeVar("A")


@dataclass(slots=True)
class _Line(Generic[Q, A]):
    """Who waits on one event loop."""

    waiting: list[tuple[Q, int, asyncio.Future[A | None]]] = field(default_factory=list)
    held: int = 0
    """Bytes of those that wait."""
    work: asyncio.Task[None] | None = None


class Together(Generic[Q, A]):
    """Requests to `answer` a group at a time, run `elsewhere`. `answer` gives, for each, the
    answer, an exception, or None: to be asked alone."""

    def __init__(
        self,
        answer: Callable[[Sequence[Q]], list[A | Exception | None]],
        elsewhere: Callable[..., Awaitable[Any]],
    ) -> None:
        self._answer, self._elsewhere = answer, elsewhere
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line[Q, A]] = WeakKeyDictionary()

    async def ask(self, request: Q, size: int) -> A | None:
        """The answer to a request of `size` bytes, None: ask it alone. RequestRefused when too many
        wait."""
        loop = asyncio.get_running_loop()
        line = self._lines.setdefault(loop, _Line())
        if len(line.waiting) >= MAX_WAITING or line.held + size > MAX_WAITING_BYTES:
            raise RequestRefused(503, "try again later")
        future: asyncio.Future[A | None] = loop.create_future()
        line.waiting.append((request, size, future))
        line.held += size
        if line.work is None:
            line.work = loop.create_task(self._work(line))
        return await future

    async def _work(self, line: "_Line[Q, A]") -> None:
        try:
            while line.waiting:
                group, line.waiting = line.waiting[:MOST], line.waiting[MOST:]
                line.held -= sum(size for _, size, _ in group)
                await self._group([(request, future) for request, _, future in group])
        finally:
            line.work = None

    async def _group(self, group: list[tuple[Q, asyncio.Future[A | None]]]) -> None:
        try:
            answers = await self._elsewhere(self._answer, [request for request, _ in group])
        except RowRefused:
            # One row is in all the others' way: each for itself.
            answers = [None] * len(group)
        except Exception as error:  # noqa: BLE001  (each who waits is told, and maps it)
            answers = [error] * len(group)
        for (_, future), answer in zip(group, answers, strict=True):
            if future.done():  # who asked has gone
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
