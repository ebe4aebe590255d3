"""Answers requests in groups: those that come while one group is at work are the next group.

Nobody waits for company: who comes alone is answered alone, at once. Where the database takes
several transactions at once, a whole group does not wait for the one before it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sync.central.usecases.intake import PartDown, RequestRefused, RowRefused

MOST = 128
"""Requests in a group: some rows a commit, and no terminal waits long."""
MAX_WAITING, MAX_WAITING_BYTES = 4096, 32 << 20
"""A whole city's terminals may call at once; what is beyond that is asked to come later."""

Q = TypeVar("Q")
A = TypeVar("A")


@dataclass(slots=True)
class _Waiting(Generic[Q, A]):
    """One request, and who waits for its answer."""

    request: Q
    size: int
    """Bytes."""
    answer: asyncio.Future[A | None]


@dataclass(slots=True)
class _Line(Generic[Q, A]):
    """Who waits on one event loop."""

    waiting: list[_Waiting[Q, A]] = field(default_factory=list)
    size: int = 0
    """Bytes of those that wait."""
    work: set[asyncio.Task[None]] = field(default_factory=set)
    """Each answers groups, until nobody waits."""

    @property
    def is_group_whole(self) -> bool:
        return len(self.waiting) >= MOST


class Batches(Generic[Q, A]):
    """Requests to `answer` in groups, `at_once` of them at a time at most, run `elsewhere`.
    `answer` gives, for each, the answer, an exception, or None: to be asked alone. `site`: whose
    rows a request is about; those of one site lie on one server."""

    def __init__(
        self,
        answer: Callable[[Sequence[Q]], list[A | Exception | None]],
        elsewhere: Callable[..., Awaitable[Any]],
        site: Callable[[Q], str],
        at_once: int = 1,
    ) -> None:
        self._answer, self._elsewhere = answer, elsewhere
        self._site, self._at_once = site, at_once
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line[Q, A]] = WeakKeyDictionary()

    def waiting(self) -> int:
        """How many wait now."""
        return sum(len(line.waiting) for line in self._lines.values())

    async def ask(self, request: Q, size: int) -> A | None:
        """The answer to a request of `size` bytes, None: ask it alone. RequestRefused when too
        many wait."""
        loop = asyncio.get_running_loop()
        line = self._lines.setdefault(loop, _Line())
        if len(line.waiting) >= MAX_WAITING or line.size + size > MAX_WAITING_BYTES:
            raise RequestRefused(503, "try again later")
        answer: asyncio.Future[A | None] = loop.create_future()
        line.waiting.append(_Waiting(request, size, answer))
        line.size += size
        if not line.work or (line.is_group_whole and len(line.work) < self._at_once):
            line.work.add(loop.create_task(self._work(line)))
        return await answer

    async def _work(self, line: _Line[Q, A]) -> None:
        try:
            # A part of a group waits for those who are at work.
            while line.is_group_whole or (line.waiting and len(line.work) == 1):
                group, line.waiting = line.waiting[:MOST], line.waiting[MOST:]
                line.size -= sum(one.size for one in group)
                await self._answer_group(group)
        finally:
            line.work -= {asyncio.current_task()}

    async def _answer_group(self, group: list[_Waiting[Q, A]]) -> None:
        answers: Sequence[A | Exception | None]
        try:
            answers = await self._elsewhere(self._answer, [one.request for one in group])
        except RowRefused:
            # One row is in all the others' way: each for itself.
            answers = [None] * len(group)
        except PartDown as error:
            parts = self._by_site(group)
            if len(parts) > 1:
                # One server is in the way of those whose rows lie on others.
                await asyncio.gather(*map(self._answer_group, parts))
                return
            answers = [error] * len(group)
        except Exception as error:  # noqa: BLE001  (each who waits maps it)
            answers = [error] * len(group)
        for one, answer in zip(group, answers, strict=True):
            if one.answer.done():  # who asked has gone
                continue
            if isinstance(answer, Exception):
                one.answer.set_exception(answer)
            else:
                one.answer.set_result(answer)

    def _by_site(self, group: Iterable[_Waiting[Q, A]]) -> list[list[_Waiting[Q, A]]]:
        parts: dict[str, list[_Waiting[Q, A]]] = defaultdict(list)
        for one in group:
            parts[self._site(one.request)].append(one)
        return list(parts.values())
