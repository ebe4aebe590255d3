"""A port that is read record by record from files of the kernel, several at once.

An input device, the pins of a small computer; or the line of a simulator in their place.
"""

import contextlib
import errno
import os
import select
from collections.abc import Callable, Sequence
from typing import Final

from hardware.port import PortLost
from kiosk.domain.refusal import Refusal

_READ_SIZE: Final = 4096
_OPENING_FAILURES = {
    errno.ENOENT: "port_not_there",
    errno.ENODEV: "port_not_there",
    errno.EBUSY: "port_in_use",
}


def closed(name: str, error: OSError, not_allowed: str) -> PortLost:
    """Why a port can't be opened. `not_allowed`: key of what to do where permission is missing."""
    key = not_allowed if error.errno == errno.EACCES else _OPENING_FAILURES.get(error.errno or 0)
    problem = Refusal(key) if key else Refusal("port_trouble", error=os.strerror(error.errno or 0))
    return PortLost("port_closed", field="panel", name=name, problem=problem)


def opened(path: str, mode: int = os.O_RDONLY) -> int:
    """A descriptor that never waits; OSError."""
    return os.open(path, mode | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)


class RecordPort:
    """Files that are open already, and are closed with the port. `write`: what becomes of bytes
    for the panel, OSError where it is gone; `close`: what else is to be given back."""

    def __init__(
        self,
        files: Sequence[int],
        name: str,
        write: Callable[[bytes], object] | None = None,
        close: Callable[[], object] | None = None,
    ) -> None:
        self._files, self._name = tuple(files), name
        self._write, self._give_back = write, close
        self._readable = select.epoll()
        for file in self._files:
            self._readable.register(file, select.EPOLLIN)

    def fileno(self) -> int:
        return self._readable.fileno()

    def read(self) -> bytes:
        """What has arrived, b"" when nothing has; PortLost when one of the files has gone."""
        data = b""
        for file, _ in self._readable.poll(0):
            data += self._read(file)
        return data

    def write(self, data: bytes) -> None:
        if not data or self._write is None:
            return
        try:
            self._write(data)
        except OSError as error:
            raise self._unplugged(error) from None

    def close(self) -> None:
        self._readable.close()
        for file in self._files:
            with contextlib.suppress(OSError):  # a device that is gone
                os.close(file)
        if self._give_back is not None:
            self._give_back()

    def _read(self, file: int) -> bytes:
        try:
            data = os.read(file, _READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._unplugged(error) from None
        if not data:
            raise self._unplugged(OSError(errno.ENODEV, ""))
        return data

    def _unplugged(self, error: OSError) -> PortLost:
        reason = os.strerror(error.errno or 0)
        return PortLost("port_unplugged", field="panel", name=self._name, error=reason)
