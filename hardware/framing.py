"""Bounded reassembly of frames from a byte stream that may hold anything.

A frame runs from its start byte to its end byte. Bytes outside a frame are dropped and counted; a
start byte always begins a new frame, so one damaged frame never costs the next. At most `limit`
bytes are held.
"""


class Reassembly:
    """Feed bytes in any pieces; get whole frames without their end byte."""

    def __init__(self, start: int, end: int, limit: int) -> None:
        self._start, self._end, self._limit = start, end, limit
        self._held = bytearray()
        self.dropped = 0
        """Bytes that belonged to no whole frame."""

    def feed(self, data: bytes) -> list[bytes]:
        frames = []
        for byte in data:
            if byte == self._start:
                self._drop()
                self._held.append(byte)
            elif not self._held:
                self.dropped += 1
            elif byte == self._end:
                frames.append(bytes(self._held))
                self._held.clear()
            elif len(self._held) + 1 >= self._limit:
                self._drop()
                self.dropped += 1
            else:
                self._held.append(byte)
        return frames

    def _drop(self) -> None:
        self.dropped += len(self._held)
        self._held.clear()
