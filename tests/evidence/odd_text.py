"""Odd text into every door: Thai digits, NUL, halves of characters, huge numbers, days that no
calendar has, in each path, query, form field and cookie of every page, by somebody with every role.

Nothing may make central stumble (5xx), and no traceback goes out.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from urllib.parse import quote, urlencode

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from sync.central.store.engine import CentralStore
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.usecases.sign_in import sign_in_as
from sync.central.viewer import ROLES
from sync.central.web.app import create_app
from sync.central.web.dependencies import COOKIE
from tests.evidence.caller import ask_app, at_once
from tests.evidence.figure import Figure, Measured, Run, collect_seldom
from tests.support.central import NOON, made_central

ODD = (
    "", " ", "๒๐๒๖-๑๑", "fy๒๐๒๗", "2026-๑๑-23", "\x00", "a\x00b", "\x1b[2J", "\x7f", "\ufffd",
    "\ud800", "\u202egnp", "ก" * 500, "้" * 40, "9" * 12, "9" * 400, "-1", "--5", "-" * 12,
    "1e9", "0x10", "٣", "²", "2147483648", "9223372036854775808", "999999999999", "0001-01-01",
    "9999-12-31", "2026-02-30", "fy1900", "fy0000-q1", "fy2999-q4", "fy9999-2", "2026-13",
    "0000-00", "2999-12", "1900-01", "'; DROP TABLE accounts; --", "{{7*7}}", "<script>", "%00",
    "%2e%2e", "..", "/etc/passwd", "=1+1", "*", "~", "nan", "inf", "101", "dindaeng",
    "counter-1", "=", "\n", "a\r\nSet-Cookie: b=c", "😀" * 30,
)  # fmt: skip
FIELDS = (
    "account", "password", "name", "do", "number", "officer", "section", "again", "old", "new",
    "site", "next", "version", "officers", "roles", "score", "reasons", "words", "verdict",
    "note", "id", "said", "done", "due", "whom", "state", "terminal", "counter", "levels",
    "code", "compare_from", "reasons", "services", "ita_rows", "holidays", "fiscal_year_starts",
    "subject", "position", "block", "round", "text", "because", "base", "mark",
    "csv", "word 101",
)  # fmt: skip
QUERIES = ("period", "name", "lang", "next", "page", "officer", "section", "state", "code")
"""Read by hand; those that handlers name are found."""
BAD = re.compile(rb"Traceback|sqlalchemy|psycopg|sqlite3")


@dataclass(frozen=True, slots=True)
class Doors:
    """Every route of a running application, and the cookie of somebody with every office role."""

    app: FastAPI
    cookie: str
    routes: tuple[tuple[str, str], ...]
    queries: tuple[str, ...]

    @classmethod
    def of(cls, central: Central, now: datetime) -> "Doors":
        names = ("director", "hr", "complaints", "audit", "it")
        roles = tuple(ROLES[name] for name in names)
        add_account(central, "rig", "all", "ทุกบทบาท", roles, now, subject="rig")
        token = sign_in_as(central, central.site, "rig", now).token
        app = create_app(central, lambda: now, at_once)
        routes = list(_routes(app))
        asked = {name for route in routes for name in _queries(route.dependant)}
        return cls(
            app=app,
            cookie=f"{central.site}.{token}",
            routes=tuple((method, r.path) for r in routes for method in sorted(r.methods or ())),
            queries=tuple(sorted({*asked, *QUERIES})),
        )


def _queries(dependant: Dependant) -> Iterator[str]:
    """What a handler, or what it depends on, asks of the query."""
    yield from (field.alias for field in dependant.query_params)
    for other in dependant.dependencies:
        yield from _queries(other)


def _routes(app: FastAPI) -> Iterator[APIRoute]:
    waiting = list(app.routes)
    while waiting:
        route = waiting.pop(0)
        if isinstance(route, APIRoute) and route.path != "/sign-out":
            yield route
        router = getattr(route, "original_router", None)
        waiting += router.routes if router is not None else []


def odd_request(doors: Doors, random: Random) -> tuple[str, str, bytes, dict[str, str]]:
    """One request with odd text in some of its places."""
    method, route = random.choice(doors.routes)

    def filled(match: re.Match[str]) -> str:
        if match[1] == "site" and random.random() < 0.8:
            return "dindaeng"
        return quote(random.choice(ODD).encode("utf-8", "surrogatepass"), safe="")

    path = re.sub(r"{(\w+)}", filled, route)
    pairs = [
        (random.choice(doors.queries), random.choice(ODD)) for _ in range(random.randint(0, 3))
    ]
    query = _encoded(pairs)
    headers = {"cookie": f"{COOKIE}={doors.cookie}"}
    if random.random() < 0.05:
        headers["cookie"] = random.choice(
            (f'{COOKIE}="\\000.x"', f"{COOKIE}=~.\\200", f"{COOKIE}=a.b", "kiosk_language=\\")
        )
    body = b""
    if method != "GET":
        fields = [(random.choice(FIELDS), random.choice(ODD)) for _ in range(random.randint(0, 12))]
        body = _encoded(fields).encode()
        headers["content-type"] = "application/x-www-form-urlencoded"
        headers["content-length"] = str(len(body))
    elif random.random() < 0.1:
        method = "HEAD"
    return method, path + (f"?{query}" if query else ""), body, headers


def _encoded(pairs: list[tuple[str, str]]) -> str:
    return urlencode([(name, text.encode("utf-8", "surrogatepass")) for name, text in pairs])


def stumbles(
    doors: Doors, random: Random, loop: asyncio.AbstractEventLoop | None = None
) -> str | None:
    """What is wrong with the answer to one odd request."""
    method, path, body, headers = odd_request(doors, random)
    status, _, answer = ask_app(doors.app, method, path, body, headers, loop)
    if status >= 500 or BAD.search(answer):
        return f"{method} {path[:120]!r} {body[:120]!r}: {status} {answer[:60]!r}"
    return None


def measure(run: Run) -> Measured:
    collect_seldom()
    store = CentralStore.create(f"sqlite:///{run.folder / 'central.db'}")
    doors = Doors.of(made_central(store, run.folder), NOON)
    random, loop = Random(run.seed), asyncio.new_event_loop()
    wrong = [stumbles(doors, random, loop) for _ in range(run.size)]
    loop.close()
    store.close()
    failures = tuple(dict.fromkeys(one for one in wrong if one))
    text = f"{run.size:,} requests into {len(doors.routes)} doors, {len(failures)} stumbles"
    return Measured(text, failures)


FIGURE = Figure(
    name="odd text into every door",
    target="no 5xx, no traceback",
    quick=1_500,
    full=200_000,
    measure=measure,
)
