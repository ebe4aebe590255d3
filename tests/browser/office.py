"""A small office of the demonstration, made once in a run and served to browsers over TLS.

The clock stands still at noon of a Monday. After each form the office is put back as it was made.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2 as httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from playwright.sync_api import BrowserContext
from pysqlite3 import dbapi2 as sqlite

from sync.central import demo
from sync.central.store.engine import CentralStore
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.usecases.sign_in import sign_in_as
from sync.central.viewer import CITY, ROLES
from sync.central.web.app import create_app
from tests.browser.engines import TIMEOUT_MS, Engine
from tests.browser.sitemap import Stop, stops
from tests.browser.troubles import seed_troubles
from tests.support.central import NOON, SITE, made_central
from tests.support.central_server import Server
from tests.support.certificates import DAY, Authority

DAYS, TERMINALS = 150, 4
SECTIONS: tuple[demo.Section, ...] = tuple(
    (name, size, services)
    for (name, _, services), size in zip((demo.SECTIONS[0], demo.SECTIONS[3]), (4, 3), strict=True)
)
CITY_ROLES = ("director", "audit")
"""Roles of the city's one account."""
PUBLIC = "public"
READERS = (PUBLIC, *ROLES, "city")
"""Whose windows there are."""
COOKIE, LANGUAGE_COOKIE = "__Host-kiosk_session", "__Host-kiosk_language"
_DATABASE, _KNOWN, _CERTIFICATE = "central.db", "known.json", "localhost.pem"


@dataclass(frozen=True, slots=True)
class Account:
    """Of the office: its password, and a session that is open."""

    password: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the office when it is made."""

    accounts: dict[str, Account]
    questionnaire: str
    """The address of one that nobody has answered."""
    stops: tuple[Stop, ...] = ()
    """Every page of every reader."""


def made_once(folder: Path) -> Path:
    """The office's files in `folder`, which several processes of one test run may ask for."""
    with (folder / "browsed-office.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        office = folder / "browsed-office"
        if not office.exists():
            unfinished = folder / "browsed-office.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            _make(unfinished)
            unfinished.rename(office)
    return office


def _make(folder: Path) -> None:
    with _opened(folder, create=True) as central:
        accounts = dict(
            demo.seed(
                central,
                NOON,
                lambda _done, _all: None,
                DAYS,
                sections=SECTIONS,
                terminals=TERMINALS,
            )
        )
        accounts["city"] = add_account(
            central, "test", "city", "ผู้ตรวจของเมือง", [ROLES[r] for r in CITY_ROLES], NOON, city=True
        )
        questionnaire = seed_troubles(central)
        known = Known(
            accounts={
                account: Account(password, _session(central, account))
                for account, password in accounts.items()
            },
            questionnaire=questionnaire,
        )
    today = datetime.now(UTC)
    Authority.new("office").issue("localhost", today - DAY, today + DAY, folder / _CERTIFICATE)
    (folder / _KNOWN).write_bytes(msgspec.json.encode(known))
    with TemporaryDirectory() as copy, served(folder, Path(copy)) as office:
        known = replace(known, stops=tuple(office.walked()))
    (folder / _KNOWN).write_bytes(msgspec.json.encode(known))


def _session(central: Central, account: str) -> str:
    """A session's cookie; the account's password is no first one any more."""
    site = CITY if account == "city" else SITE
    with central.store.transaction(site) as t:
        stored = t.accounts.get(account)
        assert stored is not None
        t.accounts.put(replace(stored, first_until=None, subject=account))
    token = sign_in_as(central, site, account, NOON).token
    return f"{'~' if site == CITY else site}.{token}"


@contextmanager
def _opened(folder: Path, *, create: bool = False) -> Iterator[Central]:
    url = f"sqlite:///{folder / _DATABASE}"
    store = CentralStore.create(url) if create else CentralStore.open(url)
    try:
        central = made_central(store, folder)
        # What is sealed under it is opened by another process.
        yield replace(central, key=Ed25519PrivateKey.from_private_bytes(bytes(32)))
    finally:
        store.close()


@dataclass(frozen=True, slots=True)
class Office:
    """The office, while it is served."""

    server: Server
    known: Known
    template: Path
    folder: Path

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def app(self) -> FastAPI:
        return create_app(self.server.central)

    def account_of(self, reader: str) -> Account:
        return self.known.accounts["head" if reader == "section-head" else reader]

    def context(
        self, engine: Engine, reader: str, language: str = "th", width: int = 1280, **more: bool
    ) -> BrowserContext:
        """The window of one of READERS, who is signed in and reads `language`."""
        context = engine.context(width, base_url=self.url, **more)
        self.sign_in(context, reader, language)
        return context

    def sign_in(self, context: BrowserContext, reader: str, language: str = "th") -> None:
        """Give the window its cookies, those that a form took away as well."""
        context.add_cookies(
            [
                {"name": name, "value": value, "url": self.url, "secure": True}
                for name, value in self._cookies(reader, language).items()
            ]
        )

    def walked(self) -> Iterator[Stop]:
        app = self.app
        for reader in READERS:
            cookies = self._cookies(reader, "th")
            starts = ("/", self.known.questionnaire) if reader == PUBLIC else ("/",)
            with httpx.Client(
                base_url=self.url,
                cookies=cookies,
                verify=False,
                trust_env=False,
                timeout=TIMEOUT_MS / 1000,
            ) as client:
                yield from stops(client, reader, app, starts)

    def put_back(self) -> None:
        """Everything as it was when the office was made."""
        with (
            closing(sqlite.connect(self.template / _DATABASE)) as made,
            closing(sqlite.connect(self.folder / _DATABASE)) as now,
        ):
            made.backup(now)

    def _cookies(self, reader: str, language: str) -> dict[str, str]:
        cookies = {LANGUAGE_COOKIE: language}
        if reader != PUBLIC:
            cookies[COOKIE] = self.account_of(reader).cookie
        return cookies


@contextmanager
def served(template: Path, folder: Path, *, tls: bool = True) -> Iterator[Office]:
    """A copy of the office in `folder`, served until the block ends."""
    (folder / _DATABASE).write_bytes((template / _DATABASE).read_bytes())
    known = msgspec.json.decode((template / _KNOWN).read_bytes(), type=Known)
    with _opened(folder) as central:
        server = Server(central, tls=template / _CERTIFICATE if tls else None)
        server.now = NOON
        try:
            yield Office(server=server, known=known, template=template, folder=folder)
        finally:
            server.stop()
