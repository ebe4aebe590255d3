"""Bounded reassembly of frames from a byte stream that may hold anything.

`Reassembly`: a frame runs from its start byte to its end byte. Bytes outside a frame are dropped
and counted; a start byte always begins a new frame, so one damaged frame never costs the next.
`Scan`: for families whose bytes may look like a start; a frame is known by its measured size.
Between two calls neither stores more than `limit` bytes.
"""

from collections.abc import Callable
from typing import Final

NO_FRAME: Final = 0
BAD_FRAME: Final = -1


class Reassembly:
    """Feed bytes in any pieces; get whole frames without their end byte."""

    def __init__(self, start: int, end: int, limit: int) -> None:
        self._start, self._end, self._limit = start, end, limit
        self._pending = bytearray()
        self.dropped = 0
        """Bytes that belonged to no whole frame."""

    def feed(self, data: bytes) -> list[bytes]:
        frames = []
        for byte in data:
            if byte == self._start:
                self._drop()
                self._pending.append(byte)
            elif not self._pending:
                self.dropped += 1
            elif byte == self._end:
                frames.append(bytes(self._pending))
                self._pending.clear()
            elif len(self._pending) + 1 >= self._limit:
                self._drop()
                self.dropped += 1
            else:
                self._pending.append(byte)
        return frames

    def forget(self) -> None:
        """The frame that has begun will not be ended."""
        self._drop()

    def _drop(self) -> None:
        self.dropped += len(self._pending)
        self._pending.clear()


class Scan:
    """Feed bytes in any pieces; get whole frames.

    `measure` gets 1 to `limit` bytes and says how many of them are a frame; NO_FRAME when none
    begins here, BAD_FRAME when one does whose check fails, None when more bytes must tell. More
    bytes may turn None into an answer, and never change one.
    """

    def __init__(self, measure: Callable[[bytes], int | None], limit: int) -> None:
        self._measure, self._limit = measure, limit
        self._pending = bytearray()
        self.dropped = 0
        self.bad = 0

    def feed(self, data: bytes) -> list[bytes]:
        self._pending += data
        frames: list[bytes] = []
        while self._pending and self._step(frames):
            pass
        return frames

    def quiet(self) -> list[bytes]:
        """The frame that has begun will not be ended: drop its first byte, look at the rest."""
        frames: list[bytes] = []
        while self._pending:
            if not self._step(frames):
                self._drop_one()
        return frames

    def _step(self, frames: list[bytes]) -> bool:
        """Take one frame or one byte off; False when more bytes are needed."""
        size = self._measure(bytes(self._pending[: self._limit]))
        if size is None and len(self._pending) < self._limit:
            return False
        if size is None or size <= 0:
            self.bad += size == BAD_FRAME
            self._drop_one()
        else:
            frames.append(bytes(self._pending[:size]))
            del self._pending[:size]
        return True

    def _drop_one(self) -> None:
        del self._pending[0]
        self.dropped += 1
