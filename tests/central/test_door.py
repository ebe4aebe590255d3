"""The terminals' door over real HTTP on loopback: who may come in, and what garbage meets."""

import base64
import dataclasses
import re
import secrets
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from time import monotonic

import httpx2 as httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from kiosk.store.engine import Store
from kiosk.store.outbox import Delivery
from kiosk.store.state import Enrolment
from sync import enrolling, exchange, incoming, receipts
from sync.central.connections import Impatient, Open
from sync.central.greetings import Words
from sync.central.store.parked import MOST_PARKED
from sync.central.usecases.central import Central
from sync.central.usecases.people import retire_officer
from sync.central.usecases.sites import add_site, find_site
from sync.central.usecases.terminal_requests import take_day_report
from sync.central.usecases.terminals import (
    find_terminal,
    invite_terminal,
    read_fleet,
)
from sync.client import NotCentral, SyncFailed, Unreachable
from sync.messages import Answer, Enrol, Receipt, Welcome
from sync.protocol import MAX_BODY
from sync.signing import check_answer, public_text, sign_request
from tests.support.builders import SOMYING, TODAY
from tests.support.central import NIGHT as NOW
from tests.support.central import begin_terminal, on_roster, put_on_roster, release
from tests.support.central_server import Kept, Server
from tests.support.certificates import DAY, Authority
from tests.support.day_reports import day_report
from tests.support.hellos import made_hello


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        yield client


class Caller:
    """A terminal that signs by hand."""

    def __init__(self, server: Server, client: httpx.Client) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.at = "/v1/sites/dindaeng/terminals/counter-1"
        self.client, self.server = client, server
        with server.central.store.transaction(server.central.site) as t:
            begin_terminal(t, "counter-1", "1", public_text(self.key))
        on_roster(server.central, "101")
        self.nonce = ""

    def hello(self, nonce: str = "") -> None:
        nonce = nonce or secrets.token_hex(8)
        window = Words.at(self.server.central.key, self.server.now).now
        body = made_hello(nonce=nonce, window=window).to_bytes()
        got = self.call("POST", "hello", body, nonce=nonce)
        self.nonce = Welcome.parse(got.content).nonce

    def call(
        self, method: str, name: str, body: bytes = b"", nonce: str | None = None
    ) -> httpx.Response:
        nonce = self.nonce if nonce is None else nonce
        path = f"{self.at}/{name}"
        signature = sign_request(self.key, method, path, nonce, body)
        headers = {"Kiosk-Nonce": nonce, "Kiosk-Signature": signature}
        return self.client.request(method, path, content=body, headers=headers)


@pytest.fixture
def caller(server: Server, client: httpx.Client) -> Caller:
    caller = Caller(server, client)
    caller.hello()
    return caller


def test_a_day_goes_in_once_and_every_answer_is_signed(caller: Caller, server: Server) -> None:
    body = day_report().to_bytes()
    first = caller.call("PUT", "days/2026-11-23", body)
    again = caller.call("PUT", "days/2026-11-23", body)
    assert (first.status_code, again.status_code) == (201, 200)
    for got in (first, again):
        check_answer(
            server.central.key.public_key(),
            got.headers["Kiosk-Signature"],
            got.status_code,
            f"{caller.at}/days/2026-11-23",
            caller.nonce,
            got.content,
        )


def test_another_key_an_unknown_terminal_and_another_site_look_the_same(
    caller: Caller, client: httpx.Client
) -> None:
    body = day_report().to_bytes()
    caller.key = Ed25519PrivateKey.generate()
    refused = caller.call("PUT", "days/2026-11-23", body)
    strangers = [
        client.put(f"/v1/sites/{site}/terminals/{name}/days/2026-11-23", content=body)
        for site, name in (("dindaeng", "nobody"), ("elsewhere", "counter-1"))
    ]
    assert {(r.status_code, r.content) for r in (refused, *strangers)} == {(401, refused.content)}


class Hasty(Impatient):
    patience = 0.05


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET /healthz HT",
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /he",
    ],
)
def test_a_connection_that_does_not_end_its_request_is_not_kept_for_ever(
    server: Server, said: bytes
) -> None:
    hasty = Server(server.central, Hasty)
    try:
        with socket.create_connection(("127.0.0.1", httpx.URL(hasty.url).port or 0), 30) as line:
            line.sendall(said)
            while line.recv(1024):
                pass
        with httpx.Client(base_url=hasty.url, trust_env=False) as client:
            assert client.get("/healthz").status_code == 200
    finally:
        hasty.stop()


def test_a_connection_that_is_closed_twice_over_tls_is_looked_at_no_more(
    server: Server, tmp_path: Path
) -> None:
    looked = threading.Event()

    class ClosedTwice(Hasty):
        def _look(self) -> None:
            self.transport.close()
            self.transport.close()
            super()._look()
            looked.set()

    today = datetime.now(UTC)
    authority = Authority.new("office")
    trust = ssl.create_default_context(cafile=authority.write(tmp_path / "ca.pem"))
    chain = authority.issue("localhost", today - DAY, today + DAY, tmp_path / "chain.pem")
    closing = Server(server.central, ClosedTwice, tls=chain)
    try:
        with (
            socket.create_connection(("127.0.0.1", closing.port), 30) as line,
            trust.wrap_socket(line, server_hostname="localhost"),
        ):
            assert looked.wait(20)
    finally:
        closing.stop()


def test_beyond_a_bound_connections_are_refused_and_those_before_are_served(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    class Few(Impatient):
        all_open = Open(2)

    few = Server(server.central, Few)
    try:
        lines = [HTTPConnection("127.0.0.1", few.port, 30) for _ in range(2)]
        for line in lines:
            assert _is_served(line)
        for _ in range(2):
            assert not _is_served(HTTPConnection("127.0.0.1", few.port, 30))
        assert (len(Few.all_open), Few.all_open.refused) == (2, 2)
        said = [r.message for r in caplog.records if "connections at once" in r.message]
        assert len(said) == 1, "once a minute"
        caplog.clear()
        assert _is_served(lines[0])
        lines[1].close()
        deadline = monotonic() + 20
        while not _is_served(lines[1]):
            assert monotonic() < deadline
        for line in lines:
            line.close()
    finally:
        few.stop()


def _is_served(line: HTTPConnection) -> bool:
    """Over the same connection as before, where it is open."""
    try:
        line.request("GET", "/healthz")
        answer = line.getresponse()
        answer.read()
    except (OSError, HTTPException):
        line.close()
        return False
    return answer.status == httpx.codes.OK


@pytest.mark.parametrize("day", ["2026-11-25", "9999-12-31", "2025-12-31", "0001-01-01"])
def test_a_day_that_can_not_be_is_not_taken(caller: Caller, server: Server, day: str) -> None:
    """With the last day that a calendar has, no page of the office could be made any more."""
    report = replace(day_report(), date=date.fromisoformat(day))
    refused = caller.call("PUT", f"days/{day}", report.to_bytes())
    assert (refused.status_code, "set the clock" in refused.text) == (400, True)
    assert caller.client.get("/public/dindaeng").status_code == 200


def test_a_terminal_that_sends_ever_other_bytes_fills_neither_the_disk_nor_the_fleet_page(
    caller: Caller, server: Server
) -> None:
    caller.call("PUT", "days/2026-11-23", day_report().to_bytes())
    for n in range(2 * MOST_PARKED):
        body = day_report(counts=(n, 0, 0, 0, 0)).to_bytes()
        server.now += timedelta(seconds=1)
        answer = caller.call("PUT", "days/2026-11-23", body)
        assert Receipt.parse(answer.content).answer is Answer.CONFLICT
    fleet = read_fleet(server.central, server.now.date())
    assert (len(fleet.parked), len(fleet.alarms)) == (MOST_PARKED, 1)
    assert release(server.central, "counter-1", "looked at", server.now)
    caller.call("PUT", "days/2026-11-23", body)
    assert len(read_fleet(server.central, server.now.date()).alarms) == 2, (
        "again, after a person looked"
    )


def test_a_terminal_whose_clock_is_a_little_ahead_is_listened_to(caller: Caller) -> None:
    report = replace(day_report(), date=date(2026, 11, 24))
    assert caller.call("PUT", "days/2026-11-24", report.to_bytes()).status_code == 201


def test_a_signature_does_not_fit_another_day_body_or_run(caller: Caller) -> None:
    body = day_report().to_bytes()
    path = "/v1/sites/dindaeng/terminals/counter-1/days/2026-11-23"
    signature = sign_request(caller.key, "PUT", path, caller.nonce, body)
    headers = {"Kiosk-Nonce": caller.nonce, "Kiosk-Signature": signature}
    other = day_report(counts=(9, 9, 9, 9, 9)).to_bytes()
    assert caller.client.put(path, content=other, headers=headers).status_code == 401
    wrong_path = f"{caller.at}/days/2026-11-22"
    assert caller.client.put(wrong_path, content=body, headers=headers).status_code == 401
    caller.hello()
    assert caller.client.put(path, content=body, headers=headers).status_code == 401


def test_a_run_ends_after_ten_minutes(caller: Caller, server: Server) -> None:
    server.now += timedelta(minutes=11)
    assert caller.call("PUT", "days/2026-11-23", day_report().to_bytes()).status_code == 401


def test_a_body_for_another_path_is_refused(caller: Caller) -> None:
    got = caller.call("PUT", "days/2026-11-22", day_report().to_bytes())
    assert got.status_code == 400


def test_a_body_too_long_is_refused_while_it_comes(caller: Caller) -> None:
    got = caller.call("PUT", "days/2026-11-23", b"x" * (MAX_BODY + 1))
    assert got.status_code == 413


@pytest.mark.parametrize("header", ["not base64!", "é".encode("latin-1"), "A" * 5000, ""])
def test_garbage_in_headers_is_refused_in_one_line(
    client: httpx.Client, header: str | bytes
) -> None:
    raw = header if isinstance(header, bytes) else header.encode()
    path = "/v1/sites/dindaeng/terminals/counter-1/days/2026-11-23"
    got = client.put(path, content=b"{}", headers={b"Kiosk-Signature": raw})
    assert got.status_code in (400, 401)
    assert "\n" not in got.text


@pytest.mark.parametrize(
    ("method", "name"), [("PUT", "days/2026-11-23"), ("PUT", "heads"), ("GET", "roster")]
)
def test_a_nonce_out_of_form_is_refused_wherever_it_stands(
    caller: Caller, method: str, name: str
) -> None:
    assert caller.call(method, name, nonce="0" * 64).status_code == 401
    got = caller.call(method, name, nonce="0" * 65)
    assert (got.status_code, got.json()) == (400, {"error": "a parameter or header is out of form"})


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=300), st.sampled_from(["enrol", "hello", "heads", "days/2026-11-23"]))
def test_no_body_makes_central_stumble(caller: Caller, body: bytes, name: str) -> None:
    caller.server.now += timedelta(seconds=61)
    caller.hello()
    if name == "enrol":
        got = caller.client.post("/v1/enrol", content=body)
    else:
        got = caller.call("POST" if name == "hello" else "PUT", name, body)
    assert 400 <= got.status_code < 500
    assert set(got.json()) == {"error"}


def test_codes_can_not_be_tried_without_end(client: httpx.Client) -> None:
    body = Enrol("AAAAA-AAAAA", public_text(Ed25519PrivateKey.generate())).to_bytes()
    answers = [client.post("/v1/enrol", content=body).status_code for _ in range(25)]
    assert answers[:20] == [403] * 20
    assert set(answers[20:]) == {429}


def test_no_key_is_enrolled_for_which_anybody_can_sign(
    client: httpx.Client, server: Server
) -> None:
    """Points of small order, as libsodium lists them, each with either sign. The code stays."""
    code = server.code("counter-7")
    for small in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    ):
        raw = bytes.fromhex(small)
        for point in (raw, raw[:31] + bytes([raw[31] | 0x80])):
            message = Enrol(code, base64.b64encode(point).decode())
            assert client.post("/v1/enrol", content=message.to_bytes()).status_code == 400, small
    good = Enrol(code, public_text(Ed25519PrivateKey.generate()))
    assert client.post("/v1/enrol", content=good.to_bytes()).status_code == 200


def test_health_says_ok(client: httpx.Client) -> None:
    assert client.get("/healthz").json()["status"] == "ok"


# --- the terminal's side -----------------------------------------------------------------------


def test_days_go_up_and_the_roster_comes_down(kept: Kept, server: Server) -> None:
    put_on_roster(server.central, (SOMYING,))
    kept.rate(5, 4, 1)
    kept.close()
    result = kept.sync()
    assert (result.sent, result.roster_changed, result.officers) == (1, True, 1)
    assert kept.states() == [Delivery.RECEIPTED]
    assert [o.name for o in kept.terminal.officers()] == [SOMYING.name]
    again = kept.sync()
    assert (again.sent, again.roster_changed) == (0, False)


def test_more_ratings_after_closing_go_as_the_next_revision(kept: Kept, server: Server) -> None:
    kept.rate(5)
    kept.close()
    kept.sync()
    kept.rate(3)
    kept.close()
    assert kept.sync().sent == 1
    with server.central.store.transaction("dindaeng") as t:
        [(_, counts)] = t.tallies.ratings(kept.clock.wall.date()).items()
    assert counts == (0, 0, 1, 0, 1)


def test_an_officer_whom_central_retires_can_no_longer_sign_on(kept: Kept, server: Server) -> None:
    put_on_roster(server.central, (SOMYING,))
    kept.sync()
    retire_officer(server.central, "101")
    kept.sync()
    assert kept.terminal.officers() == ()


def test_without_central_everything_stays_due(kept: Kept, server: Server) -> None:
    kept.rate(5)
    kept.close()
    server.stop()
    with pytest.raises(Unreachable):
        kept.sync()
    assert kept.states() == [Delivery.DUE]


class Portal(BaseHTTPRequestHandler):
    """A captive portal: 200 and a web page, whatever is asked."""

    page = b"<html>Please sign in to the network</html>"

    def _page(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.page)))
        self.end_headers()
        self.wfile.write(self.page)

    do_GET = do_POST = do_PUT = _page

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class DeepPortal(Portal):
    page = b"[" * 100_000


@pytest.mark.parametrize("kind", [Portal, DeepPortal])
def test_a_captive_portals_200_is_not_a_receipt(kept: Kept, kind: type[Portal]) -> None:
    kept.rate(5)
    kept.close()
    portal = HTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=portal.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{portal.server_port}"
    with kept.store.transaction() as t:
        known = t.state.enrolment()
    assert known is not None
    kept.terminal.join(dataclasses.replace(known, url=url))
    with pytest.raises(NotCentral, match="without central's signature"):
        kept.sync()
    with pytest.raises(NotCentral):
        enrolling.enrol(url, "AAAAA-AAAAA", kept.key)
    portal.shutdown()
    portal.server_close()
    assert kept.states() == [Delivery.DUE]


def test_what_central_says_unsigned_is_told_to_the_clerk(kept: Kept, server: Server) -> None:
    kept.key = Ed25519PrivateKey.generate()
    with pytest.raises(NotCentral, match="unknown terminal or bad signature"):
        kept.sync()


def test_a_restored_older_copy_is_refused_by_name(
    kept: Kept, server: Server, tmp_path: Path
) -> None:
    kept.rate(5)
    kept.sync()
    copy = tmp_path / "copy.db"
    kept.store.backup(copy)
    kept.sync()
    kept.sync()  # shows central an entry that the copy does not have
    older = Store.open(copy)
    with pytest.raises(incoming.Refused, match="rollback"):
        exchange.sync(older, kept.clock, kept.key)
    with pytest.raises(incoming.Refused, match="quarantined"):
        kept.sync()
    older.close()


def test_other_bytes_for_a_receipted_revision_are_parked(kept: Kept, server: Server) -> None:
    known = find_terminal(server.central, "counter-1")
    assert known is not None
    strange = day_report(1, kept.clock.wall.date(), counts=(1, 0, 0, 0, 0))
    receipt = take_day_report(server.central, known.terminal, strange, strange.to_bytes(), NOW)
    assert receipt.answer is Answer.STORED
    kept.rate(5, 5)
    kept.close()
    result = kept.sync()
    assert "conflict" in result.parked[0]
    assert kept.states() == [Delivery.PARKED]


def test_a_sheet_that_central_has_seen_more_of_stops_the_run_and_nothing_is_parked(
    kept: Kept, server: Server
) -> None:
    kept.rate(5, 5)
    exchange.heartbeat(kept.store, kept.clock, kept.key)
    known = find_terminal(server.central, "counter-1")
    assert known is not None
    with server.central.store.transaction(server.central.site) as t:
        [sheet] = t.witness.witnessed("counter-1", {TODAY}).values()
        t.witness.put_witnessed("counter-1", [dataclasses.replace(sheet, steps=7)])
    kept.close()
    with pytest.raises(incoming.Refused, match="rollback"):
        kept.sync()
    assert kept.states() == [Delivery.DUE]
    release(server.central, "counter-1", "seen was wrong")
    assert kept.sync().sent == 1


def test_a_heartbeat_shows_heads_and_no_count_and_leaves_no_entry(
    kept: Kept, server: Server
) -> None:
    exchange.heartbeat(kept.store, kept.clock, kept.key)
    kept.rate(5, 1)
    with kept.store.transaction() as t:
        before = t.journal.head()
    exchange.heartbeat(kept.store, kept.clock, kept.key)
    with kept.store.transaction() as t:
        assert t.journal.head() == before
    with server.central.store.transaction(server.central.site) as t:
        [sheet] = t.witness.witnessed("counter-1", {TODAY}).values()
        assert (sheet.officer, sheet.steps) == ("", 2)
        assert t.recorded.every_day() == []
    known = find_terminal(server.central, "counter-1")
    assert known is not None
    assert known.seen is not None


def test_receipts_can_be_checked_later_and_forged_ones_are_found(kept: Kept) -> None:
    kept.rate(5)
    kept.close()
    kept.sync()
    with kept.store.transaction() as t:
        enrolment = t.state.enrolment()
        [parcel] = t.outbox.everything()
    assert enrolment is not None
    assert receipts.check_receipt(enrolment, parcel)
    other = Enrolment(
        url=enrolment.url,
        site=enrolment.site,
        terminal=enrolment.terminal,
        counter=enrolment.counter,
        central_key=public_text(Ed25519PrivateKey.generate()),
    )
    assert not receipts.check_receipt(other, parcel)


def test_plain_http_beyond_this_machine_is_refused(kept: Kept) -> None:
    with pytest.raises(SyncFailed, match="only https"):
        enrolling.enrol("http://report.example.go.th", "AAAAA-AAAAA", kept.key)


# --- several offices in one central ------------------------------------------------------------


def test_a_terminal_of_a_second_office_enrols_and_reports_there_alone(
    server: Server, client: httpx.Client
) -> None:
    add_site(server.central, "huaikhwang", "สำนักงานเขตห้วยขวาง")
    other = find_site(server.central, "huaikhwang")
    assert other is not None
    caller = Caller(server, client)
    code = invite_terminal(other, "counter-9", "1", NOW)
    got = client.post("/v1/enrol", content=Enrol(code, public_text(caller.key)).to_bytes())
    assert got.json()["site"] == "huaikhwang"
    caller.at = "/v1/sites/huaikhwang/terminals/counter-9"
    caller.hello()
    report = replace(day_report(terminal="counter-9"), site="huaikhwang")
    assert caller.call("PUT", f"days/{report.date}", report.to_bytes()).status_code == 201
    assert set(other_days(server.central, "huaikhwang")) == {"counter-9"}
    assert other_days(server.central, "dindaeng") == {}
    for elsewhere in ("dindaeng/terminals/counter-9", "nowhere/terminals/counter-9"):
        caller.at = f"/v1/sites/{elsewhere}"
        assert caller.call("GET", "roster").status_code == 401


def other_days(central: Central, site: str) -> dict[str, object]:
    with central.store.transaction(site) as t:
        return dict(t.days.newest_days())


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 6",
        "Transfer-Encoding: gzip, chunked",
        "Host: y",
    ],
)
def test_a_request_whose_end_two_readers_find_in_two_places_is_refused(
    server: Server, headers: str
) -> None:
    with socket.create_connection(("127.0.0.1", httpx.URL(server.url).port or 0), 30) as line:
        line.sendall(f"GET /healthz HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n0\r\n\r\n".encode())
        answer = line.recv(1024)
    assert re.match(rb"HTTP/1.1 (400|501) ", answer), answer
