"""A line for strangers in which nobody crowds others out: sources take turns, and within a source
the names that are asked for do. Where it is full, the longest queue loses its newest.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from sync.central.line import Busy

_Waiting = asyncio.Future[None]
_Names = OrderedDict[str, deque[_Waiting]]


@dataclass(slots=True)
class _Queue:
    """Who waits on one event loop."""

    sources: OrderedDict[str, _Names] = field(default_factory=OrderedDict)
    waiting: int = 0
    at_work: int = 0

    def add(self, source: str, name: str, one: _Waiting) -> None:
        names = self.sources.setdefault(source, OrderedDict())
        names.setdefault(name, deque()).append(one)
        self.waiting += 1

    def next(self) -> _Waiting | None:
        """Whose turn it is; the source, and the name within it, go to the end of their lines."""
        if not self.sources:
            return None
        source, names = self.sources.popitem(last=False)
        name, line = names.popitem(last=False)
        one = line.popleft()
        self.waiting -= 1
        if line:
            names[name] = line
        if names:
            self.sources[source] = names
        return one

    def drop_newest_of_the_longest(self) -> _Waiting:
        source = max(self.sources, key=lambda key: sum(map(len, self.sources[key].values())))
        names = self.sources[source]
        # Of equally long lines the newest.
        name = max(reversed(names), key=lambda key: len(names[key]))
        one = names[name].pop()
        self.waiting -= 1
        if not names[name]:
            del names[name]
        if not names:
            del self.sources[source]
        return one


class FairLine:
    """`at_once` are served, at most `most` wait."""

    def __init__(self, at_once: int, most: int) -> None:
        self._at_once, self._most = at_once, most
        self._queues: WeakKeyDictionary[asyncio.AbstractEventLoop, _Queue] = WeakKeyDictionary()

    def waiting(self) -> int:
        """How many wait now."""
        return sum(queue.waiting for queue in self._queues.values())

    @asynccontextmanager
    async def turn(self, source: str, name: str) -> AsyncIterator[None]:
        """Wait for one's turn; Busy where others have waited as long and there is no room."""
        queue = self._queues.setdefault(asyncio.get_running_loop(), _Queue())
        if queue.at_work < self._at_once:
            queue.at_work += 1
        else:
            await self._wait(queue, source, name)
        try:
            yield
        finally:
            self._leave(queue)

    async def _wait(self, queue: _Queue, source: str, name: str) -> None:
        one = asyncio.get_running_loop().create_future()
        queue.add(source, name, one)
        if queue.waiting > self._most:
            queue.drop_newest_of_the_longest().set_exception(Busy())
        try:
            await one
        except asyncio.CancelledError:
            if one.done() and not one.cancelled() and one.exception() is None:
                self._leave(queue)  # the turn came as this one left
            raise

    @staticmethod
    def _leave(queue: _Queue) -> None:
        """Give the turn on."""
        for one in _living(queue):
            one.set_result(None)
            return
        queue.at_work -= 1


def _living(queue: _Queue) -> Iterator[_Waiting]:
    while (one := queue.next()) is not None:
        if not one.done():
            yield one
