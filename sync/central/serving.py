"""Runs the web server until it is ended."""

import logging
import resource
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn

from sync.central.connections import Impatient
from sync.central.nightly import start_nights
from sync.central.papers import fonts
from sync.central.usecases.central import Central
from sync.central.web.app import create_app
from sync.central.web.terminal_api import utc_now

_BACKLOG = 2048
"""Connections that wait: a whole city's terminals may call at once."""


CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: a fresh key each time, and no CBC. TLS 1.3 has no others."""


class ServeError(Exception):
    """The address or the certificate can't be used; one line."""


def serve_until_ended(
    central: Central,
    host: str,
    port: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    beyond_this_machine: bool,
    say: Callable[[str], None],
) -> None:
    """Listen, say the report's address, serve until SIGTERM or SIGINT. Browsers elsewhere need
    the address in the settings: the certificate names it, and 0.0.0.0 is nobody's."""
    # Each connection takes a descriptor; what the shell gives is 1024.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with _listener(host, port) as listener:
        scheme = "https" if tls_cert else "http"
        address = f"{scheme}://{_bracketed(host)}:{listener.getsockname()[1]}"
        config = server_config(central, tls_cert, tls_key)
        _log_events()
        # The first paper need not wait for its typeface.
        threading.Thread(target=fonts.letters, daemon=True).start()
        say(f"Serving {central.site} at {address}")
        report = central.settings.url.rstrip("/") if beyond_this_machine else address
        say(f"Report: {report}/report/{central.site}")
        end_nights = start_nights(central, utc_now)
        try:
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            end_nights()


def _log_events() -> None:
    """Security events and the nights go to standard error, a line each: systemd's journal has them
    too."""
    lines = logging.StreamHandler()
    lines.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    for name in ("kiosk.central.security", "kiosk.central.night"):
        events = logging.getLogger(name)
        events.addHandler(lines)
        events.setLevel(logging.INFO)
        events.propagate = False


def server_config(central: Central, tls_cert: Path | None, tls_key: Path | None) -> uvicorn.Config:
    """How the report is served; ServeError when the certificate can't be used."""
    config = uvicorn.Config(
        create_app(central),
        http=Impatient,
        log_level="warning",
        access_log=False,
        server_header=False,
        ssl_certfile=str(tls_cert) if tls_cert else None,
        ssl_keyfile=str(tls_key) if tls_key else None,
        ssl_ciphers=CIPHERS,
    )
    try:
        config.load()
    except OSError as error:
        raise ServeError(f"{tls_cert}: the certificate can't be used: {error}") from None
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return config


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
