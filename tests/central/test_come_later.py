"""A central with its hands full says "come again later", and when: the terminal waits that long and
no day is lost; an absurd answer parks it no longer than a run may take."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2 as httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.store.outbox import Delivery
from sync import connection, enrolling, exchange
from sync.client import SHORTEST, SyncFailed, TryLater
from tests.support.central_server import Kept, Server

DATED = {"Date": "Mon, 23 Nov 2026 20:30:00 GMT"}


class Front(ThreadingHTTPServer):
    """In front of central, as a proxy: sends away whom `away` says, and passes on the rest."""

    daemon_threads = True

    def __init__(self, central: str, away: list[dict[str, str]], status: int = 503) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.central, self.away, self.status = central, away, status
        self.asked = 0


class _Passing(BaseHTTPRequestHandler):
    server: Front
    protocol_version = "HTTP/1.1"

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked += 1
        if self.server.away:
            self._answer(
                self.server.status, self.server.away.pop(0), b'{"error":"try again later"}'
            )
            return
        kept = {k: v for k, v in self.headers.items() if k.lower().startswith(("kiosk-", "if-"))}
        url = self.server.central + self.path
        got = httpx.request(self.command, url, content=body, headers=kept, trust_env=False)
        own = {k: v for k, v in got.headers.items() if k.lower().startswith(("kiosk-", "etag"))}
        self._answer(got.status_code, own, got.content)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = _pass

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def front(kept: Kept, *away: dict[str, str], status: int = 503) -> Iterator[Front]:
    """Whatever `kept` asks goes through a front that first sends it away so many times."""
    with kept.store.transaction() as t:
        known = t.state.enrolment()
    assert known is not None
    front = Front(known.url, list(away), status)
    thread = threading.Thread(target=front.serve_forever, daemon=True)
    thread.start()
    kept.terminal.join(replace(known, url=f"http://127.0.0.1:{front.server_port}"))
    try:
        yield front
    finally:
        front.shutdown()
        front.server_close()
        thread.join()


def run(kept: Kept) -> tuple[exchange.Synced | TryLater, list[float]]:
    """A day to send and a sync run: how it ended, and the seconds it waited each time."""
    kept.rate(5)
    kept.close()
    waited: list[float] = []
    try:
        done = exchange.sync(kept.store, kept.clock, kept.key, wait=waited.append)
    except TryLater as error:
        return error, waited
    return done, waited


@pytest.mark.parametrize("status", [429, 503])
def test_the_terminal_waits_as_long_as_it_is_asked_to_and_the_day_arrives(
    kept: Kept, status: int
) -> None:
    with front(kept, {"Retry-After": "60"}, {"Retry-After": "90"}, status=status):
        done, waited = run(kept)
    assert isinstance(done, exchange.Synced)
    assert done.sent == 1
    assert 60 <= waited[0] <= 75
    assert 90 <= waited[1] <= 112.5
    assert kept.states() == [Delivery.RECEIPTED]


def test_a_date_counts_from_the_answers_own_and_not_from_the_terminals_clock(kept: Kept) -> None:
    with front(kept, {**DATED, "Retry-After": "Mon, 23 Nov 2026 20:31:00 GMT"}):
        done, waited = run(kept)
    assert isinstance(done, exchange.Synced)
    assert 60 <= waited[0] <= 75


@pytest.mark.parametrize("said", ["", "soon", "-5", "٣٠", "1e3", "Mon, 99 Foo 2026"])
def test_what_can_not_be_read_is_half_a_minute(kept: Kept, said: str) -> None:
    with front(kept, {"Retry-After": said.encode().decode("latin-1")}):
        done, waited = run(kept)
    assert isinstance(done, exchange.Synced)
    assert 30 <= waited[0] <= 37.5


@pytest.mark.parametrize(
    "said", ["31536000", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"], ids=["year", "digits", "date"]
)
def test_an_absurd_wait_ends_the_run_at_once_and_the_day_stays_due(kept: Kept, said: str) -> None:
    with front(kept, {**DATED, "Retry-After": said}) as asked:
        error, waited = run(kept)
        assert asked.asked == 1
    assert isinstance(error, TryLater)
    assert "come again later: try again later" in str(error)
    assert "\n" not in str(error)
    assert waited == []
    assert kept.states() == [Delivery.DUE]


def test_who_is_always_sent_away_gives_up_within_five_minutes(kept: Kept) -> None:
    with front(kept, *[{"Retry-After": "0"}] * 500) as asked:
        error, waited = run(kept)
        assert asked.asked == len(waited) + 1
    assert isinstance(error, TryLater)
    assert sum(waited) <= connection.PATIENCE
    assert min(waited) >= SHORTEST
    assert kept.states() == [Delivery.DUE]


def test_a_heartbeat_leaves_it_to_the_next_one(kept: Kept) -> None:
    with front(kept, {"Retry-After": "60"}) as asked:
        with pytest.raises(TryLater):
            exchange.heartbeat(kept.store, kept.clock, kept.key)
        assert asked.asked == 1


def test_who_types_a_code_is_told_to_come_again_and_does_not_sit_there(
    server: Server,
) -> None:
    for _ in range(20):
        with pytest.raises(SyncFailed, match="wrong, used or older"):
            enrolling.enrol(server.url, "AAAAA-AAAAA", Ed25519PrivateKey.generate())
    with pytest.raises(TryLater, match="too many codes tried from your network; wait a minute"):
        enrolling.enrol(server.url, "AAAAA-AAAAA", Ed25519PrivateKey.generate())
