"""Runs the web server until it is ended."""

import asyncio
import logging
import resource
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from sync.central.papers import fonts
from sync.central.usecases.central import Central
from sync.central.web.app import create_app

_BACKLOG = 2048
"""Connections that wait: a whole city's terminals may call at once."""
_LOOKS_UNFINISHED = 3


CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: a fresh key each time, and no CBC. TLS 1.3 has no others."""


class Unread:
    """What was sent to slow readers and is not read yet, over all connections of a server. Beyond
    `most` bytes whoever has the most of it is cut off: the largest source's largest connection."""

    def __init__(self, most: int = 64 << 20) -> None:
        self._most = most
        self._slow: set[Impatient] = set()

    def add(self, slow: "Impatient") -> None:
        self._slow.add(slow)
        sizes = {one: one.unread for one in self._slow}
        while sizes and sum(sizes.values()) > self._most:
            by_source: Counter[str] = Counter()
            for one, size in sizes.items():
                by_source[one.source] += size
            (source, _size), *_others = by_source.most_common(1)
            largest = max((one for one in sizes if one.source == source), key=sizes.__getitem__)
            del sizes[largest]
            self.drop(largest)
            largest.transport.abort()

    def drop(self, one: "Impatient") -> None:
        self._slow.discard(one)


class Impatient(H11Protocol):
    """uvicorn waits for ever for a request that was not begun or not ended, and for whoever does
    not read: some hundreds of silent connections would leave no descriptor, and no memory, for
    terminals."""

    patience = 20.0
    """Seconds between two looks; what is unfinished at three in a row is not waited for, nor who
    has read less than `least_read` since the last."""
    least_read = 20 << 10
    """Bytes: a kilobyte a second."""
    most_unread = 16 << 10
    """Bytes of an answer that are not read yet when the next request has to wait."""
    all_unread = Unread()
    _unfinished: tuple[object, ...] = ()
    _looks = 0
    _unread_before = 0
    _waits_for_reader = False

    @property
    def unread(self) -> int:
        """Bytes that were sent and not taken by the network yet."""
        size: int = self.transport.get_write_buffer_size()
        return size

    @property
    def source(self) -> str:
        return self.client[0] if self.client else ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=self.most_unread)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self.all_unread.drop(self)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._waits_for_reader = True
        self.all_unread.add(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._waits_for_reader = False
        self._unread_before = 0
        self.all_unread.drop(self)
        if not self.transport.is_closing():
            # What came meanwhile: a request in the same breath as the one before.
            self.flow.resume_reading()
            self.handle_events()

    def handle_events(self) -> None:
        """No request is begun for who does not read the answer before."""
        if self._waits_for_reader:
            self.flow.pause_reading()
        else:
            super().handle_events()

    def _look(self) -> None:
        unread = self.unread
        if unread and unread > self._unread_before - self.least_read and self._unread_before:
            self.transport.abort()
            return
        self._unread_before = unread
        if self.transport.is_closing() and not unread:
            return
        waits = self.conn.their_state in (h11.IDLE, h11.SEND_BODY)
        unfinished = (self.cycle,) if waits else ()
        same = bool(unfinished) and unfinished == self._unfinished
        self._looks = self._looks + 1 if same else 0
        if self._looks >= _LOOKS_UNFINISHED and not self.transport.is_closing():
            self.transport.close()
        self._unfinished = unfinished
        self.loop.call_later(self.patience, self._look)


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
        uvicorn.Server(config).run(sockets=[listener])


def _log_events() -> None:
    """Security events go to standard error, a line each: systemd's journal has them too."""
    lines = logging.StreamHandler()
    lines.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    events = logging.getLogger("kiosk.central.security")
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
