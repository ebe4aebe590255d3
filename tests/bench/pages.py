"""How long each page of each role takes, over TLS, and of it the page's own queries.

`python -m tests.bench.pages [--full] [--only WORD]`; part of `make bench`. The pages are those that
the tests of access walk, for a year that is over. `--full`: 50 offices of ten years, then 10,000
offices; else five offices of a year. A page is measured by who asks for it; its queries where the
program hands them to the database.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPSConnection
from pathlib import Path
from ssl import SSLContext, create_default_context
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from sqlalchemy import event

from sync.central.papers import fonts
from sync.central.serving import stay
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import CentralStore
from sync.central.usecases.accounts import add_account
from sync.central.usecases.office_settings import save_settings
from sync.central.usecases.sites import city_of
from sync.central.viewer import CITY, ROLES, Viewer
from tests.bench.country import NOON, Size, database, grow
from tests.bench.driver import percentile
from tests.support.access import OWN, PAGES, ROUND, furnish
from tests.support.central import made_central
from tests.support.central_server import Server
from tests.support.certificates import DAY, Authority

SIZES = {
    "quick": (Size(sites=5, years=1),),
    "full": (
        Size(sites=50, years=10),
        Size(sites=10_000, years=10, other_years=1, other_officers=4),
    ),
}
MOST_MS, LIGHT_MS, MOST_RATIO, PAPER_MS = 100, 25, 1.5, 1000
CITY_PAGES = {
    "director": (
        "/city",
        "/city?period=fy2026",
        "/city?period=fy2026&find=ตำบล",
        "/city?period=fy2026&province=จังหวัด 7",
        "/city/changes",
    ),
    "audit": ("/city/changes", "/city/changes/log.csv", "/city/security", "/city/security/log.csv"),
}
OWN_PAGES = ("/my-account", "/password", "/second-factor", "/my-notifications")
FILES = (
    *("/paper/", "/copy/", "/recordings/dindaeng/all.zip", "/help/training.pdf"),
    *("/changes/dindaeng/log.csv", "/security/dindaeng/log.csv"),
)
"""Papers and archives, and whole logs: they may take a second."""
GROWING = "/paper/dindaeng/sheets"
"""A page that shows its progress while a sheet of each officer and section is made."""
PASSWORD = "กุญแจ-ดอกใหญ่-ของหอจดหมายเหตุ"
_OF_A_PERIOD = ("report", "section", "officer", "services", "public", "table", "papers", "data")


@dataclass(slots=True)
class Queries:
    """What the program asks the database, while somebody counts."""

    number: int = 0
    seconds: float = 0.0
    statements: list[str] = field(default_factory=list)
    _began: float = 0.0

    def watch(self, store: CentralStore) -> None:
        event.listen(store._engine, "before_cursor_execute", self._begin)
        event.listen(store._engine, "after_cursor_execute", self._end)

    def start(self) -> None:
        self.number, self.seconds = 0, 0.0
        self.statements.clear()

    def _begin(self, _c: Any, _cursor: Any, statement: str, _v: Any, _x: Any, _m: bool) -> None:
        self.statements.append(statement)
        self._began = perf_counter()

    def _end(self, *_: Any) -> None:
        self.number += 1
        self.seconds += perf_counter() - self._began


@dataclass(frozen=True, slots=True)
class Timed:
    """Times of one page, in milliseconds."""

    path: str
    reader: str
    page: tuple[float, ...]
    queries: tuple[float, ...]
    number: int
    bytes: int

    @property
    def p95(self) -> float:
        return percentile(self.page, 0.95)

    @property
    def ratio(self) -> float:
        return median(self.page) / max(median(self.queries), 0.001)

    @property
    def fault(self) -> str:
        """Which target is missed."""
        if self.path.startswith(GROWING):
            return ""
        if self.path.startswith(FILES):
            return "over 1 s" if self.p95 > PAPER_MS else ""
        if self.p95 > MOST_MS:
            return f"over {MOST_MS} ms"
        if self.p95 > LIGHT_MS and self.ratio > MOST_RATIO:
            return f"over {LIGHT_MS} ms and {MOST_RATIO} x its queries"
        return ""

    def __str__(self) -> str:
        page, queries = median(self.page), median(self.queries)
        return (
            f"{self.reader:<13} {self.path[:58]:<58} {page:>7.1f} {self.p95:>7.1f} {queries:>7.1f}"
            f" {page - queries:>7.1f} {self.number:>4} {self.bytes // 1024:>6}  {self.fault}"
        )


class Office:
    """The first office of a country, served over TLS, and its people signed in."""

    def __init__(self, folder: Path, url: str, size: Size) -> None:
        self._store = CentralStore.create(url)
        self.central = made_central(self._store, folder)
        furnish(self.central)
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as raw:
            grow(self.central, raw, size)
        settings = SiteSettings(second_factor=False)
        for place in (self.central, city_of(self.central)):
            save_settings(place, Viewer(account="it"), None, settings, NOON)
        self.queries = Queries()
        self.queries.watch(self._store)
        today = datetime.now(UTC)
        authority = Authority.new("office")
        ca = authority.write(folder / "ca.pem")
        chain = authority.issue("localhost", today - DAY, today + DAY, folder / "chain.pem")
        self._trust = create_default_context(cafile=ca)
        self._server = Server(self.central, tls=chain)
        self._server.now = NOON

    def close(self) -> None:
        self._server.stop()
        self._store.close()

    def reader(self, name: str, *, city: bool = False) -> "Reader":
        """Somebody of a role, who has signed in with a password."""
        if name == "public":
            return Reader(name, self._server.port, self._trust)
        role = ROLES[name]
        account = f"{'city-' if city else ''}{name}"
        first = add_account(
            self.central,
            "bench",
            account,
            account,
            (role,),
            NOON,
            officer="101" if role.needs_officer else "",
            section=OWN if role.needs_section else "",
            city=city,
        )
        reader = Reader(account, self._server.port, self._trust)
        form = {"account": account, "password": first, "site": CITY if city else self.central.site}
        reader.sends("/sign-in", form)
        reader.sends("/password", {"old": first, "new": PASSWORD, "again": PASSWORD})
        return reader


class Reader:
    """A browser on a connection of its own."""

    def __init__(self, name: str, port: int, trust: SSLContext) -> None:
        self.name = name
        self._line = HTTPSConnection("localhost", port, context=trust, timeout=120)
        self.cookies: dict[str, str] = {}

    def sends(self, path: str, form: dict[str, str]) -> None:
        status, _ = self.asked("POST", path, urlencode(form).encode())
        if status != 303:
            raise RuntimeError(f"{self.name}: {path}: {status}")

    def reads(self, path: str) -> int:
        """How many bytes the page has."""
        status, body = self.asked("GET", path, b"")
        if status != 200:
            raise RuntimeError(f"{self.name}: {path}: {status}")
        return len(body)

    def asked(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Sec-Fetch-Site"] = "same-origin"
        self._line.request(method, quote(path, safe="/?=&%"), body, headers)
        answer = self._line.getresponse()
        content = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, content


def of_a_year(path: str) -> str:
    """The same page about a year that is over, where it is about a period."""
    path = path.replace(ROUND, "period=fy2026-2")
    if "period=" in path or path.split("/")[1] not in _OF_A_PERIOD:
        return path
    return f"{path}{'&' if '?' in path else '?'}period=fy2026"


def walk(office: Office) -> Iterator[tuple[Reader, Iterable[str]]]:
    """Everybody, with the pages that they may read."""
    for name in ("public", *ROLES):
        paths = [of_a_year(path) for path, roles in PAGES.items() if name in roles]
        own = ("/sign-in",) if name == "public" else OWN_PAGES
        yield office.reader(name), (*paths, *own)
    for name, city_paths in CITY_PAGES.items():
        yield office.reader(name, city=True), city_paths


def timed(office: Office, reader: Reader, path: str, runs: int) -> Timed:
    size = reader.reads(path)
    pages, queries = [], []
    for _ in range(runs):
        office.queries.start()
        begun = perf_counter()
        reader.reads(path)
        pages.append((perf_counter() - begun) * 1000)
        queries.append(office.queries.seconds * 1000)
    return Timed(
        path=path,
        reader=reader.name,
        page=tuple(pages),
        queries=tuple(queries),
        number=office.queries.number,
        bytes=size,
    )


def measure(size: Size, runs: int, only: str) -> Iterator[str]:
    with database() as url, TemporaryDirectory(prefix="kiosk-bench-") as folder:
        begun = perf_counter()
        office = Office(Path(folder), url, size)
        # As the server does when it starts.
        fonts.letters()
        stay()
        try:
            yield f"{size}, made in {perf_counter() - begun:.0f} s; {runs} runs of each page"
            yield (
                f"{'reader':<13} {'page':<58} {'page ms':>7} {'p95':>7} {'queries':>7} {'rest':>7}"
                f" {'no.':>4} {'KiB':>6}"
            )
            yield from _table(office, runs, only)
        finally:
            office.close()


def _table(office: Office, runs: int, only: str) -> Iterator[str]:
    measured = []
    for reader, paths in walk(office):
        for path in paths:
            if only in path:
                measured.append(timed(office, reader, path, runs))
                yield str(measured[-1])
    missed = [one for one in measured if one.fault]
    readers = len({one.reader for one in measured})
    yield f"{len(measured)} pages of {readers} readers, {len(missed)} beyond a target"


def main() -> None:
    words = sys.argv[1:]
    size = "full" if "--full" in words else "quick"
    only = words[words.index("--only") + 1] if "--only" in words else ""
    for one in SIZES[size]:
        for line in measure(one, 20 if size == "full" else 3, only):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
