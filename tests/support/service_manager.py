"""What systemd hears of a program: a real socket, and what the unit's environment says."""

import os
import socket
import time
from pathlib import Path


class Listener:
    """The manager's end."""

    def __init__(self, folder: Path) -> None:
        path = folder / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self.environment = {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "400000"}
        """A sign of life ten times a second."""

    def hears(self, word: str, seconds: float = 20.0) -> bool:
        """Whether a message with this line comes in time; what comes before it is passed over."""
        deadline = time.monotonic() + seconds
        while (patience := deadline - time.monotonic()) > 0:
            self._socket.settimeout(patience)
            try:
                lines = self._socket.recv(4096).decode().split("\n")
            except TimeoutError:
                return False
            if any(line.startswith(word) for line in lines):
                return True
        return False

    def forget(self) -> None:
        """Pass over what was said until now."""
        self._socket.setblocking(False)
        while True:
            try:
                self._socket.recv(4096)
            except BlockingIOError:
                return

    def close(self) -> None:
        self._socket.close()


def under(listener: Listener) -> dict[str, str]:
    """The environment of a program that the manager starts."""
    return {**os.environ, **listener.environment, "QT_QPA_PLATFORM": "offscreen"}
