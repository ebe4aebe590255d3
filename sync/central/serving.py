"""Runs the web server until it is ended."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn

from sync.central.papers import fonts
from sync.central.service import Central
from sync.central.web.app import create_app

_BACKLOG = 2048
"""Connections that wait: a whole city's terminals may call at once."""


class ServeError(Exception):
    """The address or the certificate can't be used; one line."""


def serve_until_ended(
    central: Central,
    host: str,
    port: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    say: Callable[[str], None],
) -> None:
    """Listen, say the report's address, serve until SIGTERM or SIGINT."""
    with _listener(host, port) as listener:
        scheme = "https" if tls_cert else "http"
        address = f"{scheme}://{_bracketed(host)}:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            create_app(central),
            log_level="warning",
            access_log=False,
            server_header=False,
            ssl_certfile=str(tls_cert) if tls_cert else None,
            ssl_keyfile=str(tls_key) if tls_key else None,
        )
        try:
            config.load()
        except OSError as error:
            raise ServeError(f"{tls_cert}: the certificate can't be used: {error}") from None
        # The first paper need not wait for its typeface.
        threading.Thread(target=fonts.letters, daemon=True).start()
        say(f"Serving {central.site} at {address}")
        say(f"Report: {address}/report/{central.site}")
        uvicorn.Server(config).run(sockets=[listener])


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Listening before the address is said: whoever reads it may connect at once.
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise ServeError(f"{host}:{port}: {error.strerror}; choose another --port") from None
    return listener


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
