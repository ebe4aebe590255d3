"""Commands that a person types to a simulator, one a line."""

import os
from typing import Protocol

_READ_SIZE = 4096


class HasFileno(Protocol):
    def fileno(self) -> int: ...


class CommandLines:
    """The lines that come from `source`, for a loop that waits with select."""

    def __init__(self, source: HasFileno) -> None:
        self._source = source
        self._unfinished = b""
        self.ended = False
        """Whether no more lines will come."""

    def fileno(self) -> int:
        return self._source.fileno()

    def read(self) -> list[str]:
        """The lines that are complete now; call when the descriptor is readable."""
        # Below any buffer: select sees only what the kernel still has.
        data = os.read(self.fileno(), _READ_SIZE)
        self.ended = not data
        *lines, self._unfinished = (self._unfinished + data).split(b"\n")
        return [line.decode("utf-8", "replace").strip() for line in lines]
