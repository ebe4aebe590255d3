"""A line for what is dear in memory: one is served at a time, and who finds it full comes later.

Strangers may ask for a sign-in or a poster; they must not take the threads that answer terminals.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock


class Busy(Exception):
    """Too many want this at the moment."""


class Line:
    """At most `most` stand in it at once."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._places, self._turn = BoundedSemaphore(most), Lock()

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in the line; Busy when there is none."""
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One's turn: waits for it."""
        with self._turn:
            yield
