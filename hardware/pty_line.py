"""The panel's end of a serial line that is a pseudo-terminal, for simulators.

The other end is published under one stable path, which goes away on unplug and is back on plug.
Knows nothing of protocols.
"""

import contextlib
import errno
import os
import termios
import tty
from pathlib import Path


class PtyLine:
    """`fileno()` is for select or a notifier; -1 while unplugged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._master = self._slave = -1

    @property
    def plugged(self) -> bool:
        return self._master >= 0

    def fileno(self) -> int:
        return self._master

    def plug(self) -> None:
        """FileExistsError when something that is no link is at the path."""
        if self.path.exists() and not self.path.is_symlink():
            raise FileExistsError(errno.EEXIST, "exists and is no panel's line", self.path)
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave, termios.TCSANOW)
        os.set_blocking(self._master, False)
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()
        self.path.symlink_to(os.ttyname(self._slave))

    def unplug(self) -> None:
        """Pull the cable: the host sees its line end."""
        if not self.plugged:
            return
        with contextlib.suppress(OSError):  # gone, or no longer a link: not ours to remove
            if os.readlink(self.path) == os.ttyname(self._slave):
                self.path.unlink()
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1

    def read(self) -> bytes:
        """What the host has sent; nothing when it has not, or when unplugged."""
        if not self.plugged:
            return b""
        with contextlib.suppress(BlockingIOError):
            return os.read(self._master, 4096)
        return b""

    def write(self, data: bytes) -> None:
        """Bytes that the line does not take are lost, as on a real one."""
        if self.plugged and data:
            with contextlib.suppress(BlockingIOError):
                os.write(self._master, data)
