"""The socket at which central is served: its own, or one that systemd opened before it started.

sd_listen_fds(3): systemd binds the port of https, which no other login name may, and keeps it while
the program is exchanged, so that nobody who calls meanwhile is refused.
"""

import os
import socket
from collections.abc import MutableMapping

_FIRST = 3
"""The descriptor of the first socket that is handed over."""
BACKLOG = 2048
"""Connections that wait: a whole city's terminals may call at once."""


class NoListener(Exception):
    """Nobody can listen there; one line."""


def listener_for(host: str, port: int, environment: MutableMapping[str, str]) -> socket.socket:
    """The socket that systemd hands over, where it does; else a new one at `host` and `port`.
    NoListener."""
    return _handed_over(environment) or _opened(host, port)


def _handed_over(environment: MutableMapping[str, str]) -> socket.socket | None:
    """As the environment says, which is said once: a command that this program starts has none."""
    count = environment.pop("LISTEN_FDS", "")
    process = environment.pop("LISTEN_PID", "")
    environment.pop("LISTEN_FDNAMES", None)
    if process != str(os.getpid()) or count in ("", "0"):
        return None
    if count != "1":
        raise NoListener(f"systemd hands over {count} sockets; central serves at one")
    os.set_inheritable(_FIRST, False)
    try:
        listener = socket.socket(fileno=_FIRST)
        listens = bool(listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    except OSError as error:
        raise NoListener(f"the socket of systemd: {error.strerror}") from None
    if not listens or listener.family not in (socket.AF_INET, socket.AF_INET6):
        raise NoListener("the socket of systemd is none of TCP: write ListenStream=443")
    listener.listen(BACKLOG)
    return listener


def _opened(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends at once (TCP_NODELAY) only where the socket names its protocol.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Listening before the address is said: whoever reads it may connect at once.
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise NoListener(f"{host}:{port}: {error.strerror}; choose another --port") from None
    return listener
