"""Central on a loopback port, and a terminal that syncs with it over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import httpx2 as httpx
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.concurrency import run_in_threadpool

from kiosk.domain.encounter import Record
from kiosk.store.engine import Store
from kiosk.store.outbox import Delivery
from kiosk.terminal import Terminal
from sync import enrolling, exchange
from sync.central.connections import Impatient
from sync.central.listening import listener_for
from sync.central.serving import Service, server_config
from sync.central.usecases.central import Central
from sync.central.usecases.terminals import invite_terminal
from sync.central.web.app import create_app
from sync.central.web.proxies import behind, networks
from sync.central.web.terminal_api import Elsewhere
from sync.closing import close_days
from tests.support.builders import PEPPER, FakeClock, rating
from tests.support.central import NIGHT, made_central
from tests.support.databases import new_central_store


class Server:
    """Central on a loopback port, on a clock moved by hand. `tls`: its certificate and key in one
    file, for the name localhost."""

    def __init__(
        self,
        central: Central,
        http: type[Impatient] = Impatient,
        elsewhere: Elsewhere = run_in_threadpool,
        *,
        port: int = 0,
        tls: Path | None = None,
        proxies: str = "",
    ) -> None:
        self.central = central
        self.now = NIGHT
        self._browsers: list[httpx.Client] = []
        self._socket = listener_for("127.0.0.1", port, {})
        self.port = self._socket.getsockname()[1]
        self.url = f"https://localhost:{self.port}" if tls else f"http://127.0.0.1:{self.port}"
        app = behind(create_app(central, lambda: self.now, elsewhere), networks(proxies))
        pem = str(tls) if tls else None
        config = uvicorn.Config(
            app,
            http=http,
            log_level="error",
            lifespan="off",
            proxy_headers=False,
            ssl_certfile=pem,
            ssl_keyfile=pem,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        self._thread.start()

    @cached_property
    def browser(self) -> httpx.Client:
        """Somebody on the network; closed when the server stops."""
        self._browsers.append(httpx.Client(base_url=self.url, trust_env=False))
        return self._browsers[-1]

    def stop(self) -> None:
        for browser in self._browsers:
            browser.close()
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    def code(self, terminal: str = "counter-1") -> str:
        return invite_terminal(self.central, terminal, "1", self.now)


class Kept:
    """An enrolled terminal with ratings."""

    def __init__(self, store: Store, url: str, code: str, ca: str = "") -> None:
        self.store, self.clock, self.ca = store, FakeClock(), ca
        self.key = Ed25519PrivateKey.generate()
        self.terminal = Terminal(store, self.clock, PEPPER)
        self.terminal.join(enrolling.enrol(url, code, self.key, ca))

    def rate(self, *scores: int) -> None:
        for score in scores:
            self.terminal.carry_out([Record(rating(score))])

    def close(self) -> None:
        close_days(self.store, self.clock, today=True)

    def sync(self) -> exchange.Synced:
        return exchange.sync(self.store, self.clock, self.key, self.ca)

    def states(self) -> list[Delivery]:
        with self.store.transaction() as t:
            return [parcel.state for parcel in t.outbox.everything()]


@contextmanager
def served_over_tls(central: Central, chain: Path) -> Iterator[int]:
    """Its port, while it is served there with this certificate, on the machine's clock."""
    listener = listener_for("127.0.0.1", 0, {})
    config = server_config(central, Service(host="", port=0, tls_cert=chain))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(10)
    listener.close()


@contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    """A central of its own on SQLite in `folder`, served until the block ends."""
    store = new_central_store(folder / "central.db")
    server = Server(made_central(store, folder))
    try:
        yield server
    finally:
        server.stop()
        store.close()
