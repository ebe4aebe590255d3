"""Runs the web server until it is ended."""

import asyncio
import gc
import logging
import os
import platform
import resource
import signal
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import FrameType

import uvicorn

from kiosk import release
from kiosk.servicemanager import ServiceManager
from sync.central.connections import MOST_OPEN, MOST_UNREAD, Impatient, Open, Unread
from sync.central.listening import NoListener, listener_for
from sync.central.nightly import nights
from sync.central.notifications.delivery import look_and_deliver
from sync.central.papers import fonts
from sync.central.repeating import Repeated
from sync.central.usecases.central import HEAD, Central, DatabaseError
from sync.central.usecases.upkeep import note_certificate
from sync.central.watchdog import give_signs_of_life
from sync.central.web.app import create_app
from sync.central.web.proxies import Network, behind
from sync.central.web.terminal_api import utc_now
from sync.central.workers import END_SECONDS, NotStarted, Workers

_EVENTS = logging.getLogger("kiosk.central.security")
_LOG = logging.getLogger("kiosk.central")
_NOTIFICATIONS = logging.getLogger("kiosk.central.notifications")
OUTBOX_SECONDS = 120.0
"""Between two looks at what has begun, and at what waits to be sent."""


CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: a fresh key each time, and no CBC. TLS 1.3 has no others."""


YOUNG = 10_000
"""Objects that come until Python looks for garbage among them: a group of day reports alone is as
many. Python's own 700 takes a quarter of the processor, to find next to nothing."""
LAST_ANSWERS_SECONDS = 5
"""How long those who are being answered have when the server is ended: a request that never
becomes whole does not hold it."""


class ServeError(Exception):
    """The address or the certificate can't be used; one line."""


@dataclass(frozen=True, slots=True)
class Service:
    """Where and how the report is served."""

    host: str
    port: int
    tls_cert: Path | None = None
    """The certificate that terminals and browsers see. Behind a proxy, without a key, it is the
    proxy's: it is named and watched, and not served."""
    tls_key: Path | None = None
    proxies: tuple[Network, ...] = ()
    """Whose word about who asks is believed."""
    workers: int = 1
    """Processes that answer."""
    beyond_this_machine: bool = False

    @property
    def chain(self) -> Path | None:
        """The certificate that is served here; None where a proxy shows it."""
        return None if self.proxies and self.tls_key is None else self.tls_cert


def serve_until_ended(central: Central, service: Service, say: Callable[[str], None]) -> None:
    """Listen, say the report's address, serve until SIGTERM or SIGINT. ServeError. Browsers
    elsewhere need the address in the settings: the certificate names it, and 0.0.0.0 is
    nobody's."""
    # Each connection takes a descriptor; what the shell gives is 1024.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        listener = listener_for(service.host, service.port, os.environ)
    except NoListener as error:
        raise ServeError(str(error)) from None
    manager = ServiceManager.of(os.environ)
    with listener:
        scheme = "https" if service.chain else "http"
        address = f"{scheme}://{_bracketed(service.host)}:{listener.getsockname()[1]}"
        require_certificate(service.chain, service.tls_key)
        say(f"Serving {central.site} at {address}")
        _LOG.info("started: %s at %s", described(central), address)
        report = central.settings.url.rstrip("/") if service.beyond_this_machine else address
        say(f"Report: {report}/report/{central.site}")

        def work(manager: ServiceManager, ends_with_parent: int | None) -> None:
            _serve(central, service, listener, manager, ends_with_parent)

        if service.workers == 1:
            work(manager, None)
        else:
            # Each process opens connections of its own.
            central.store.close()
            try:
                Workers(work, service.workers, manager).run()
            except NotStarted:
                raise ServeError("a process ended before it served; the log says why") from None
        _LOG.info("stopped")


def _serve(
    central: Central,
    service: Service,
    listener: socket.socket,
    manager: ServiceManager,
    ends_with_parent: int | None,
) -> None:
    """What one process does, until it is ended."""
    config = server_config(central, service)
    stay()
    # The first paper need not wait for its typeface.
    threading.Thread(target=fonts.letters, daemon=True).start()
    by_night = nights(central, utc_now, partial(_look_at_certificate, central, service.tls_cert))
    outbox = Repeated(OUTBOX_SECONDS, utc_now, partial(look_and_deliver, central), _NOTIFICATIONS)
    _look_at_certificate(central, service.tls_cert, utc_now())
    server = WatchedServer(config, central, manager, by_night, ends_with_parent)

    def end(_signal: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    # What comes before uvicorn listens to it ends the server too. uvicorn raises it once more, when
    # all is done: it must not cut off what follows.
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, end)
    by_night.start()
    outbox.start()
    try:
        server.run(sockets=[listener])
    finally:
        outbox.end()
        by_night.end()


def stay() -> None:
    """What there is now is there for good, and not looked through again for garbage: two hundred
    thousand objects, while everybody waits."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


def described(central: Central) -> str:
    """Which program on what, for the log."""
    parts = (
        f"kiosk-central {release.version()}",
        f"Python {platform.python_version()}",
        f"{central.store.described()}, schema {HEAD}",
        f"{central.settings.folder} ({central.site})",
    )
    return ", ".join(parts)


def _look_at_certificate(central: Central, tls_cert: Path | None, now: datetime) -> None:
    if tls_cert is None:
        return
    try:
        note_certificate(central, tls_cert, now)
    except DatabaseError as error:
        _LOG.warning("%s", error)


class WatchedServer(uvicorn.Server):
    """Says when it serves, gives signs of life from the loop that does, and ends in time."""

    def __init__(
        self,
        config: uvicorn.Config,
        central: Central,
        manager: ServiceManager,
        by_night: Repeated,
        ends_with_parent: int | None,
    ) -> None:
        super().__init__(config)
        self._central, self._manager, self._nights = central, manager, by_night
        self._ends_with_parent = ends_with_parent
        self._signs: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._manager.ready("serving")
        at_work = self._nights.at_work
        signs = give_signs_of_life(self._central, self._manager, utc_now, at_work)
        self._signs = asyncio.create_task(signs)
        if self._ends_with_parent is not None:
            asyncio.get_running_loop().add_reader(self._ends_with_parent, self._parent_ended)

    def _parent_ended(self) -> None:
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # A thread that waits for the database may outlast everything else; what it has not
        # committed is not there.
        last = threading.Timer(END_SECONDS, os._exit, (0,))
        last.daemon = True
        last.start()
        self._manager.stopping()
        if self._ends_with_parent is not None:
            asyncio.get_running_loop().remove_reader(self._ends_with_parent)
        if self._signs is not None:
            self._signs.cancel()
        await super().shutdown(sockets)


def server_config(central: Central, service: Service) -> uvicorn.Config:
    """How one process serves the report; ServeError when the certificate can't be used."""
    cert, key = service.chain, service.tls_key
    app = create_app(central, workers=service.workers, certificate=service.tls_cert)

    lines = Open(MOST_OPEN // service.workers)

    class Connection(Impatient):
        all_unread = Unread(MOST_UNREAD // service.workers)
        all_open = lines

    app.state.metrics.watch_connections(lines.__len__, lambda: lines.refused)

    config = uvicorn.Config(
        behind(app, service.proxies),
        http=Connection,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ssl_certfile=str(cert) if cert else None,
        ssl_keyfile=str(key) if key else None,
        ssl_ciphers=CIPHERS,
        timeout_graceful_shutdown=LAST_ANSWERS_SECONDS,
    )
    require_certificate(cert, key)
    config.load()
    if config.ssl is not None and cert:
        restrict(config.ssl)
        config.ssl.sni_callback = Renewed(cert, key).look
    return config


def require_certificate(cert: Path | None, key: Path | None) -> None:
    """ServeError when the certificate can't be used."""
    if cert is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except OSError as error:
        raise ServeError(f"{cert}: the certificate can't be used: {error}") from None


def restrict(context: ssl.SSLContext) -> None:
    """No TLS before 1.2, and of 1.2 only CIPHERS."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)


class Renewed:
    """A certificate that is renewed is served from the next handshake on, without a restart. One
    that can't be used is named once, and the one before stays."""

    def __init__(self, cert: Path, key: Path | None) -> None:
        self._cert, self._key = cert, key
        self._state = self._look_up()
        self._fresh: ssl.SSLContext | None = None

    def look(self, line: ssl.SSLObject, _: str | None, __: ssl.SSLContext) -> None:
        """OpenSSL asks at each handshake, before it shows a certificate."""
        state = self._look_up()
        if state != self._state:
            self._state = state
            self._read()
        if self._fresh:
            line.context = self._fresh

    def _read(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(self._cert, self._key)
        except OSError as error:
            _EVENTS.warning("%s: the new certificate can't be used: %s", self._cert, error)
            return
        restrict(context)
        self._fresh = context

    def _look_up(self) -> list[tuple[int, int]]:
        state = []
        for file in (self._cert, self._key or self._cert):
            try:
                status = file.stat()
            except OSError:
                status = os.stat_result((0,) * 10)
            state.append((status.st_mtime_ns, status.st_ino))
        return state


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
