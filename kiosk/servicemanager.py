"""What systemd is told of a running program: that it is ready, that it lives, how it is.

sd_notify(3) is a datagram to a socket that the environment names; a library for it would be longer
than these lines.
"""

import socket
from collections.abc import MutableMapping
from dataclasses import dataclass

SHARE = 4
"""A sign of life is due so many times within the unit's WatchdogSec: one that is lost, or one that
waits behind a slow disk, ends nothing."""


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """The one who watches this program; without an address nobody does."""

    address: str = ""
    watchdog_seconds: float = 0.0
    """The unit's WatchdogSec; 0: none."""

    @classmethod
    def of(cls, environment: MutableMapping[str, str]) -> "ServiceManager":
        """As the environment says. It is said once: a command that this program starts is not
        watched, and shall not speak for it."""
        address = environment.pop("NOTIFY_SOCKET", "")
        microseconds = environment.pop("WATCHDOG_USEC", "")
        environment.pop("WATCHDOG_PID", None)
        seconds = int(microseconds) / 1e6 if microseconds.isdecimal() else 0.0
        return cls(address, seconds)

    @property
    def interval(self) -> float:
        """Seconds between two signs of life; 0: none are asked for."""
        return self.watchdog_seconds / SHARE if self.address else 0.0

    def ready(self, status: str) -> None:
        self._say("READY=1", f"STATUS={status}")

    def alive(self, status: str) -> None:
        self._say("WATCHDOG=1", f"STATUS={status}")

    def unwell(self, status: str) -> None:
        """No sign of life: only why there is none."""
        self._say(f"STATUS={status}")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    def _say(self, *lines: str) -> None:
        """Nobody waits for the manager: what it does not take at once is not said."""
        if not self.address:
            return
        # A name that begins with @ is an abstract one.
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        text = "\n".join(" ".join(line.splitlines()) for line in lines)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line_out:
            line_out.setblocking(False)
            try:
                line_out.sendto(text.encode(), address)
            except OSError:
                return
