"""Central over TLS, as terminals reach it, beside a bare server that stores the same rows.

`python -m tests.bench.central [--full]`; part of `make bench`. `--full`: 1,000 and 5,000 terminals
with 1 and 30 days, heartbeats of 10,000 terminals while people read, 50 sites of five years and
10,000 sites; else small sizes, in a minute. The server, the load and the bare server are processes
of their own: where the load takes most of a processor, its line says so, and the figure is its own.
The pages are measured by `python -m tests.bench.pages`.
"""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from ssl import create_default_context
from statistics import median
from time import perf_counter, sleep
from typing import Any

import msgspec
import psycopg
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec import structs

from sync.central.papers import fonts, ita
from sync.central.period import parse
from sync.central.reports import gate
from sync.central.store.days import officer_days
from sync.central.store.engine import CentralStore
from sync.central.usecases.accounts import add_account
from sync.central.usecases.ita import read_ita_round
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.sign_in import sign_in_as
from sync.central.usecases.sites import find_site
from sync.central.viewer import CITY, ROLES, Viewer
from sync.messages import DayReport, Enrol
from sync.protocol import digest
from sync.signing import public_text
from tests.bench import keeping
from tests.bench.country import LAST_SUNDAY, NOON, OFFICERS, Size, database, grow
from tests.bench.driver import Bodies, Order, Seen, key_of, percentile
from tests.bench.figures import report
from tests.bench.pages import Reader
from tests.support.access import furnish
from tests.support.central import begin_terminal, made_central
from tests.support.certificates import DAY, Authority
from tests.support.day_reports import key_text

LINES_A_DAY = 24
"""Rows of a day report of the bench."""
BUSY = 0.8
"""Of a processor: from here on the load may be what is measured."""
AT_ONCE = 1_000
"""Connections that are open at once: central takes 3,000, and a terminal's call is short."""
HEARTBEAT_SECONDS = 900
"""In which every terminal says once that it lives."""
WRONG_CODES = 15
"""Fewer than a network may try in a minute."""
RESTS, REST_SECONDS = 5, 0.2
"""Looks at a server that does nothing, until its start is believed to be over."""
_SITES = """\
SELECT site FROM officers WHERE officer IN ('o001', 'o002')
GROUP BY site HAVING count(*) = 2 ORDER BY site"""
"""Where everybody that a report names is known: a report that names strangers is judged alone."""
PORTION = (os.cpu_count() or 1, "processors for the server, its database and the load together")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything."""

    city: Size
    kept: Size
    """What is verified, backed up and put back."""
    country: Size
    calls: tuple[tuple[int, int], ...]
    """Terminals, and days of each. The first is what the others are compared with."""
    heartbeats: int
    paced_seconds: int


QUICK = Plan(
    city=Size(sites=5, years=1),
    kept=Size(sites=8, years=0.1),
    country=Size(sites=200, years=1, other_years=0.2, other_officers=4),
    calls=((20, 1), (200, 1), (20, 10)),
    heartbeats=200,
    paced_seconds=5,
)
FULL = Plan(
    city=Size(sites=50, years=5),
    kept=Size(sites=50, years=5),
    country=Size(sites=10_000, years=5, other_years=1, other_officers=4),
    calls=((50, 1), (1_000, 1), (5_000, 1), (1_000, 30), (5_000, 30)),
    heartbeats=10_000,
    paced_seconds=60,
)


def main() -> None:
    plan = FULL if "--full" in sys.argv[1:] else QUICK
    say(f"{PORTION[0]} {PORTION[1]}")
    with bench_of(plan.city) as city:
        for line in city.calls(plan.calls):
            say(line)
        for line in city.heartbeats(plan.heartbeats, plan.paced_seconds):
            say(line)
        for line in city.growth(plan.heartbeats):
            say(line)
        say(city.wrong_codes())
        say(city.ita_pdf())
        for line in city.closing(plan.city.years):
            say(line)
    for line in keeping.measured(plan.kept):
        say(line)
    with bench_of(plan.country) as country:
        for line in country.calls(plan.calls[:2]):
            say(line)
        for line in country.heartbeats(plan.heartbeats // 10, plan.paced_seconds):
            say(line)
        say(country.wrong_codes())


@contextmanager
def bench_of(size: Size) -> Iterator["Bench"]:
    with database() as url, tempfile.TemporaryDirectory(prefix="kiosk-bench-") as folder:
        begun = perf_counter()
        bench = Bench(Path(folder), url, size)
        say(f"{size}, made in {perf_counter() - begun:.0f} s")
        try:
            yield bench
        finally:
            bench.close()


@dataclass(frozen=True, slots=True)
class Load:
    """What a load saw, and what the server took for it."""

    seen: Seen
    server_seconds: float
    """Of its processor."""
    megabytes: float
    """The most memory that the server had."""

    @property
    def rows_a_second(self) -> float:
        return self.seen.stored * LINES_A_DAY / self.seen.took

    @property
    def told(self) -> str:
        seen = self.seen
        share = seen.processor / seen.took
        bound = ": THE LOAD IS THE LIMIT" if share > BUSY else ""
        return (
            f"    hello {_spread(seen.hellos)}, request {_spread(seen.requests)},"
            f" {seen.took:.1f} s in all;"
            f" asked to come later {seen.later}; server {self.server_seconds / seen.took:.2f} of a"
            f" processor, {self.megabytes:.0f} MB; load {share:.2f}{bound}"
        )


class Server:
    """A process that serves, and what it takes."""

    def __init__(self, words: list[str], log: Path) -> None:
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *words], stdout=subprocess.PIPE, stderr=errors, text=True
            )
        assert self._process.stdout
        last = self._process.stdout.readline().split()[-1]
        self.port = int(last.rpartition(":")[2])

    def await_rest(self) -> None:
        """Wait until its start is over: it takes no processor any more."""
        before, rests = self.seconds, 0
        while rests < RESTS:
            sleep(REST_SECONDS)
            rests = rests + 1 if self.seconds == before else 0
            before = self.seconds

    @property
    def seconds(self) -> float:
        """Of a processor, until now."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text("utf-8").rpartition(")")[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    @property
    def megabytes(self) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text("utf-8")
        return next(int(x.split()[1]) / 1024 for x in status.splitlines() if "VmHWM" in x)

    def end(self) -> None:
        self._process.terminate()
        try:
            self._process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()


class Bench:
    def __init__(self, folder: Path, url: str, size: Size) -> None:
        self._folder, self._url = folder, url
        self._store = CentralStore.create(url)
        self.central = made_central(self._store, folder)
        furnish(self.central)
        self._database = url.replace("+psycopg", "")
        self.raw = psycopg.connect(self._database, autocommit=True)
        grow(self.central, self.raw, size)
        self._sites = tuple(site for (site,) in self.raw.execute(_SITES).fetchall())
        today = datetime.now(UTC)
        authority = Authority.new("office")
        self._trust = authority.write(folder / "ca.pem")
        self._chain = authority.issue("localhost", today - DAY, today + DAY, folder / "chain.pem")
        self._write_settings()
        self._calls = 0

    def close(self) -> None:
        self.raw.close()
        self._store.close()

    def _write_settings(self) -> None:
        (self._folder / "central.key").write_bytes(
            self.central.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        lines = (
            f'site = "{self.central.site}"',
            f'name = "{self.central.settings.name}"',
            'url = "https://localhost"',
            f'database = "{self._url}"',
        )
        (self._folder / "central.toml").write_text("\n".join((*lines, "")), "utf-8")
        for secret in ("central.key", "central.toml"):
            (self._folder / secret).chmod(0o600)

    @contextmanager
    def _served(self) -> Iterator[Server]:
        tls = ["--tls-cert", str(self._chain), "--tls-key", str(self._chain)]
        words = ["--data", str(self._folder), "serve", "--port", "0", *tls]
        server = Server(["sync.central.cli", *words], self._folder / "server.log")
        try:
            reader = Reader("nobody", server.port, create_default_context(cafile=self._trust))
            while reader.asked("GET", "/readyz", b"")[0] != 200:
                sleep(REST_SECONDS)
            server.await_rest()
            yield server
        finally:
            server.end()

    @contextmanager
    def _bare(self) -> Iterator[Server]:
        key = str(self._folder / "central.key")
        server = Server(
            ["tests.bench.bare", self._database, key, str(self._chain)], self._folder / "bare.log"
        )
        try:
            server.await_rest()
            yield server
        finally:
            server.end()

    # --- what terminals send ---------------------------------------------------------------

    def calls(self, sizes: tuple[tuple[int, int], ...]) -> Iterator[str]:
        """Terminals that send their days at once; then the same to the bare server."""
        first: Load | None = None
        for terminals, days in sizes:
            order = self._order(terminals, days)
            with self._served() as server:
                ours = self._load(server, order)
            with self._bare() as server:
                bare = self._load(server, order)
            yield from _calls_told(order, ours, bare)
            stored = self._stored(order)
            yield report(
                "    reports lost or refused",
                "0",
                stored,
                terminals * days,
                terminals * days - stored + len(ours.seen.refused),
                0,
            )
            if first is None:
                first, small = ours, terminals * days
            else:
                grown, slower = terminals * days / small, first.rows_a_second / ours.rows_a_second
                yield f"    x{grown:g} of the first: a row costs {slower:.2f} times as much"

    def _order(self, terminals: int, days: int) -> Order:
        self._calls += 1
        order = Order(
            port=0,
            trust=self._trust,
            central=public_text(self.central.key),
            sites=self._sites,
            name=f"call{self._calls}-",
            first=0,
            terminals=terminals,
            days=days,
            newest=datetime.now(UTC).date() - timedelta(days=1),
            at_once=AT_ONCE,
        )
        by_site: dict[str, list[int]] = {}
        for number in range(terminals):
            by_site.setdefault(self._sites[number % len(self._sites)], []).append(number)
        for site, numbers in by_site.items():
            with self._store.transaction(site) as t:
                for number in numbers:
                    key = public_text(key_of(number + 1))
                    begin_terminal(t, f"{order.name}{number}", "1", key)
        return order

    def _load(self, server: Server, order: Order) -> Load:
        before = server.seconds
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.driver"],
            input=msgspec.json.encode(structs.replace(order, port=server.port)),
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.decode()[-1000:])
        seen = msgspec.json.decode(done.stdout, type=Seen)
        return Load(seen, server.seconds - before, server.megabytes)

    def _stored(self, order: Order) -> int:
        query = "SELECT count(*) FROM day_reports WHERE terminal LIKE %s"
        [count] = self.raw.execute(query, (f"{order.name}%",)).fetchone() or (0,)
        return int(count)

    def heartbeats(self, terminals: int, seconds: int) -> Iterator[str]:
        """Hello and the journal's head, without steps, whose proofs are counted apart: as many a
        second as all terminals make, then as fast as they come; people read meanwhile."""
        pace = terminals / HEARTBEAT_SECONDS
        paced = structs.replace(
            self._order(max(1, round(pace * seconds)), 0), a_second=max(pace, 1 / seconds)
        )
        for title, order in (
            (f"heartbeats of {terminals:,} terminals in 15 minutes", paced),
            (f"{terminals:,} heartbeats at once", self._order(terminals, 0)),
        ):
            with self._served() as server, self._people(server) as pages:
                load = self._load(server, order)
            rate = len(load.seen.calls) / load.seen.took
            yield (
                f"{title}: {rate:.0f} a second, whole call {_spread(load.seen.calls)},"
                f" refused {len(load.seen.refused)}"
            )
            yield load.told
            yield f"    {len(pages)} pages meanwhile: {_spread(pages)}"

    def growth(self, terminals: int) -> Iterator[str]:
        """Heartbeats of x1, x10 and x100 as many terminals at once, with nobody reading."""
        first = 0.0
        for times in (1, 10, 100):
            order = self._order(max(1, terminals * times // 100), 0)
            with self._served() as server:
                load = self._load(server, order)
            each = load.server_seconds / order.terminals * 1000
            first = first or each
            yield (
                f"    x{times}: {order.terminals:,} heartbeats, {each:.2f} ms of the server's"
                f" processor each, {each / first:.2f} times the first's;"
                f" refused {len(load.seen.refused)}"
            )

    @contextmanager
    def _people(self, server: Server) -> Iterator[list[float]]:
        """Somebody who reads on while terminals call: how long each page took."""
        now = datetime.now(UTC)
        name = f"reader{self._calls}-{server.port}"
        director = (ROLES["director"],)
        add_account(self.central, "b", name, name, director, now, subject=name, city=True)
        token = sign_in_as(self.central, CITY, name, now).token
        reader = Reader(name, server.port, create_default_context(cafile=self._trust))
        reader.cookies["__Host-kiosk_session"] = f"~.{token}"
        times: list[float] = []
        over = threading.Event()

        def read() -> None:
            while True:
                for page in ("report", "services", "section"):
                    begun = perf_counter()
                    reader.reads(f"/{page}/{self.central.site}?period=fy2026")
                    times.append(perf_counter() - begun)
                if over.is_set():
                    return

        thread = threading.Thread(target=read)
        thread.start()
        try:
            yield times
        finally:
            over.set()
            thread.join()

    def wrong_codes(self) -> str:
        """Enrolments with a code that nobody was given."""
        times = []
        with self._served() as server:
            reader = Reader("nobody", server.port, create_default_context(cafile=self._trust))
            for number in range(WRONG_CODES):
                body = Enrol(f"2222{number % 8 + 2}-33333", key_text()).to_bytes()
                begun = perf_counter()
                status = reader.asked("POST", "/v1/enrol", body)[0]
                times.append(perf_counter() - begun)
                if status != 403:
                    raise RuntimeError(f"a wrong code: {status}")
        p95 = percentile(times[1:], 0.95) * 1000
        return report("a wrong enrolment code, p95 ms", "<= 20", f"{p95:.1f}", "-", p95, 20)

    # --- papers ----------------------------------------------------------------------------

    def ita_pdf(self) -> str:
        fonts.letters()  # as the server does when it starts
        director = Viewer(account="d", name="d", site=CITY, roles=frozenset({ROLES["director"]}))
        times = []
        for number in range(5):
            begun = perf_counter()
            period = parse(f"fy{2026 - number % 3}-{1 + number % 2}")
            office = gate.office(self.central, director, period, NOON.date())
            rows = read_ita_round(self.central, period.code, NOON.date()).rows
            ita.pdf(ita.Report(office=office, rows=rows), NOON)
            times.append(perf_counter() - begun)
        worst = max(times)
        measured = f"{median(times) * 1000:.0f} ms"
        return report("ITA PDF, slowest of five, s", "<= 1", measured, "-", worst, 1.0)

    # --- closing blocks --------------------------------------------------------------------

    def closing(self, years: float) -> Iterator[str]:
        """A week ends in which every officer of a site was rated: on from the last blocks, and
        then another with everything read anew; beside a COPY of the rows of all days. No target:
        it shows how the cost grows."""
        site = self._sites[-1]
        rows = seed_days(self.raw, site, years)
        for name, late in (("on from the last", False), ("everything anew", True)):
            monday = NOON.date() + timedelta(weeks=int(late))
            days = [_day(site, monday, first) for first in range(0, OFFICERS, 2)]
            with self._store.transaction(site) as t:
                for number, day in enumerate(days):
                    own = structs.replace(day, terminal=f"c{number}-{late:d}")
                    t.days.put(own, own.to_bytes(), digest(own.to_bytes()), NOON)
                    t.unclosed.mark(officer_days(own))
                if late:
                    t.unclosed.mark((f"o{o + 1:03}", date(2000, 1, 1)) for o in range(OFFICERS))
            at = find_site(self.central, site)
            assert at is not None
            begun = perf_counter()
            closed = publish_due(at, monday + timedelta(days=7))
            took, raw = perf_counter() - begun, self._seconds_to_copy(site)
            yield (
                f"closing {closed} blocks of {rows} rows of days, {name}: {took * 1000:.0f} ms,"
                f" {took / raw:.1f} x COPY of these rows"
            )

    def _seconds_to_copy(self, site: str) -> float:
        """A site's rows of days, out of the database."""
        begun = perf_counter()
        text = f"COPY (SELECT * FROM day_lines WHERE site = '{site}') TO STDOUT"
        with self.raw.cursor().copy(text.encode()) as copy:
            for _ in copy:
                pass
        return perf_counter() - begun


def _spread(seconds: list[float]) -> str:
    median_ms, p99_ms = (percentile(seconds, share) * 1000 for share in (0.5, 0.99))
    return f"p50 {median_ms:.1f} p99 {p99_ms:.1f} ms"


def _calls_told(order: Order, ours: Load, bare: Load) -> Iterator[str]:
    name = f"{order.terminals:,} terminals x {order.days} days, rows/s"
    rate, raw = ours.rows_a_second, bare.rows_a_second
    line = report(name, ">= 0.5 x bare", f"{rate:.0f}", f"{raw:.0f}", rate / raw, float("inf"))
    yield line if rate >= 0.5 * raw else line.replace("ok", "MISSED")
    yield ours.told
    yield bare.told.replace("    hello", "    bare: hello")


def _day(site: str, day: date, number: int) -> DayReport:
    """A day of two officers."""
    [(_, body)] = Bodies(day).of(site, "c", number, 1)
    like = DayReport.parse(body)
    names = {"o001": f"o{number + 1:03}", "o002": f"o{number + 2:03}"}
    return structs.replace(
        like,
        lines=tuple(structs.replace(line, officer=names[line.officer]) for line in like.lines),
        sheets=tuple(structs.replace(sheet, officer=names[sheet.officer]) for sheet in like.sheets),
    )


def seed_days(raw: psycopg.Connection[Any], site: str, years: float) -> int:
    """The day rows that a site's blocks were closed on: how many."""
    last = LAST_SUNDAY
    count = 0
    with raw.cursor() as cursor, cursor.copy("COPY day_lines FROM STDIN") as copy:
        for back in range(round(365 * years)):
            day = last - timedelta(days=back)
            for o in range(OFFICERS) if day.weekday() < 5 else ():
                for service, half in product("abc", ("am", "pm")):
                    key = (site, f"t{o % 20}", day, f"o{o + 1:03}", service, "1", half, "touch")
                    copy.write_row((*key, 5, 1, 1, 1, 1, 1))
                    count += 1
    raw.execute("VACUUM ANALYZE day_lines")
    return count


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
