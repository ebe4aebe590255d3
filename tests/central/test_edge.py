"""The application's edge: headers on every answer, cookies over TLS, HEAD, and odd text."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
import uvicorn
from starlette.testclient import TestClient

from sync.central import period, serving
from sync.central.listening import listener_for
from sync.central.store.engine import CentralStore
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.viewer import ROLES
from sync.central.web.app import create_app
from sync.central.web.dependencies import COOKIE
from sync.central.web.proxies import networks
from sync.fingerprint import fingerprint_in, groups
from tests.evidence.odd_text import Doors, stumbles
from tests.support.central import NOON, made_central, signed_in
from tests.support.central_server import served_over_tls
from tests.support.certificates import DAY, Authority
from tests.support.databases import new_central_store

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def over_tls(central: Central) -> Central:
    """The same central, that people reach at an https address."""
    settings = central.settings._replace(url="https://report.example.go.th")
    return replace(central, settings=settings)


def browser(central: Central, url: str = "http://testserver") -> TestClient:
    app = create_app(central, lambda: NOON)
    return TestClient(app, base_url=url, follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    store = new_central_store(tmp_path / "central.db")
    yield made_central(store, tmp_path)
    store.close()


@pytest.mark.parametrize("end", ["/", "//", "/?next=//evil.example"])
def test_nobody_is_sent_to_the_address_in_the_host_header(central: Central, end: str) -> None:
    """A path that nearly is one is no page; who must sign in is sent to this server's own path."""
    doors = Doors.of(central, NOON)
    client = browser(central)
    client.cookies.set(COOKIE, doors.cookie)
    for method, path in doors.routes:
        near = re.sub("{[^}]*}", "dindaeng", path).rstrip("/") + end
        got = client.request(method, near, headers={"Host": "evil.example"})
        where = got.headers.get("location", "/")
        assert re.match("/(?!/)", where), (near, where)
        assert got.status_code in (404, 405) or path in ("/", "/static/{name}"), (near, got)


@pytest.mark.parametrize(
    "path",
    ["/", "/sign-in", "/public/dindaeng", "/data/dindaeng/dictionary.csv", "/static/report.css",
     "/static/Sarabun-Bold.ttf", "/healthz", "/nowhere", "/openapi.json", "/report/dindaeng",
     "/v1/sites/dindaeng/terminals/x/roster", "/public/%00", "/f/dindaeng/counter-1/wrong"],
)  # fmt: skip
def test_every_answer_forbids_sniffing_framing_and_scripts(central: Central, path: str) -> None:
    got = browser(central).get(path)
    assert {name: got.headers[name] for name in EVERYWHERE} == EVERYWHERE
    policy = got.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "Strict-Transport-Security" not in got.headers, "plain HTTP must not pin itself"
    assert "Strict-Transport-Security" in browser(over_tls(central)).get(path).headers


def test_behind_a_proxy_with_an_https_address_cookies_are_bound_to_this_host_and_tls(
    central: Central,
) -> None:
    password = add_account(
        central, "test", "somchai", "สมชาย", (ROLES["officer"],), NOON, officer="101"
    )
    client = browser(over_tls(central))  # the proxy itself speaks plain HTTP to us
    got = client.post("/sign-in?lang=en", data={"account": "somchai", "password": password})
    session = got.headers["Set-Cookie"]
    assert session.startswith(f"__Host-{COOKIE}=dindaeng.")
    for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"):
        assert attribute in session
    assert "Domain" not in session
    language = client.get("/sign-in?lang=en").headers["Set-Cookie"]
    assert language.startswith("__Host-kiosk_language=en")
    assert "Secure" in language
    token = session.split("=", 1)[1].split(";")[0]
    plain = {"Cookie": f"{COOKIE}={token}"}
    held = {"Cookie": f"__Host-{COOKIE}={token}"}
    assert browser(over_tls(central)).get("/password", headers=plain).status_code == 303
    assert browser(over_tls(central)).get("/password", headers=held).status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/public/dindaeng", "/static/report.css", "/nowhere"])
def test_head_is_answered_as_get_without_a_body(central: Central, path: str) -> None:
    client = browser(central)
    client.headers["Accept-Encoding"] = "identity"
    got, head = client.get(path), client.head(path)
    assert head.status_code == got.status_code
    assert head.headers["content-length"] == str(len(got.content))
    assert head.content == b""


def test_the_map_of_the_interface_is_for_it_alone(central: Central) -> None:
    assert browser(central).get("/openapi.json").status_code == 303
    assert signed_in(central, ROLES["director"], now=NOON).get("/openapi.json").status_code == 403
    got = signed_in(central, ROLES["it"], now=NOON).get("/openapi.json")
    assert "/v1/enrol" in got.json()["paths"]


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "DELETE"])
def test_other_methods_are_not_answered(central: Central, method: str) -> None:
    for path in ("/sign-in", "/public/dindaeng", "/accounts/dindaeng"):
        assert browser(central).request(method, path).status_code == 405


def test_thai_digits_in_a_period_are_no_period(central: Central) -> None:
    for code in ("๒๐๒๖-๑๑", "fy๒๐๒๗"):
        with pytest.raises(period.NoSuchPeriod):
            period.parse(code)
    client = browser(central)
    assert client.get("/public/dindaeng", params={"period": "๒๐๒๖-๑๑"}).status_code == 400


@pytest.mark.parametrize(
    "path",
    ["/public/a%00b", "/f/dindaeng/%00/x", "/public/dindaeng?period=%00", "/%1b%5b2J",
     "/v1/sites/%00/terminals/x/roster"],
)  # fmt: skip
def test_control_characters_are_refused_before_any_page(central: Central, path: str) -> None:
    assert browser(central).get(path).status_code == 400


@pytest.mark.parametrize("field", ["account", "password", "next", "a\x00b"])
def test_a_form_with_nul_is_refused(central: Central, field: str) -> None:
    got = browser(central).post("/sign-in", data={"account": "a", field: "x\x00y"})
    assert got.status_code == 400


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "๒๕๖๙-๐๒-๓๐", "2026-02-30"])
@pytest.mark.parametrize("field", ["since", "until"])
def test_a_day_that_no_calendar_has_is_refused(central: Central, field: str, day: str) -> None:
    client = signed_in(central, ROLES["it"], now=NOON)
    assert client.get(f"/changes/dindaeng?{field}={day}").status_code == 400


@pytest.mark.parametrize("number", ["--5", "-", "²", "๕", "9" * 12, "1e9", "99999999999"])
def test_a_number_that_is_none_is_refused(central: Central, number: str) -> None:
    client = signed_in(central, ROLES["it"], now=NOON)
    assert client.post("/settings/dindaeng/words", data={"version": number}).status_code == 400


def test_odd_text_into_every_door_makes_no_database_stumble(url: str, tmp_path: Path) -> None:
    store = CentralStore.create(url)
    doors, random = Doors.of(made_central(store, tmp_path), NOON), Random(7)
    assert len(doors.routes) > 50
    assert {"since", "until", "before", "date", "period"} <= set(doors.queries)
    assert [wrong for _ in range(150) if (wrong := stumbles(doors, random))] == []
    store.close()


def shaken(port: int, authority: str, version: ssl.TLSVersion, ciphers: str) -> str:
    context = ssl.create_default_context(cafile=authority)
    context.minimum_version = context.maximum_version = version
    context.set_ciphers(ciphers)
    with (
        socket.create_connection(("localhost", port), 5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as line,
    ):
        return str(line.version())


def test_tls_takes_no_cbc_and_nothing_before_1_2(central: Central, tmp_path: Path) -> None:
    authority = Authority.new("Office CA")
    now = datetime.now(UTC)
    chain = authority.issue("localhost", now - DAY, now + DAY, tmp_path / "chain.pem")
    trusted = authority.write(tmp_path / "ca.pem")
    v2, v3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
    with served_over_tls(central, chain) as port:
        assert shaken(port, trusted, v3, "DEFAULT") == "TLSv1.3"
        assert shaken(port, trusted, v2, "ECDHE+AESGCM") == "TLSv1.2"
        for cbc in ("ECDHE-RSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA384", "AES128-SHA"):
            with pytest.raises(ssl.SSLError):
                shaken(port, trusted, v2, f"{cbc}:@SECLEVEL=0")


def served_certificate(port: int, trusted: list[str]) -> str:
    """The serial number of the certificate that a client is shown, and believes."""
    context = ssl.create_default_context()
    for authority in trusted:
        context.load_verify_locations(authority)
    with (
        socket.create_connection(("localhost", port), 5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as line,
    ):
        shown = line.getpeercert()
        assert shown
        return str(shown["serialNumber"])


def test_a_renewed_certificate_is_served_at_once_and_a_broken_one_never(
    central: Central, tmp_path: Path
) -> None:
    authority = Authority.new("Office CA")
    trusted = [authority.write(tmp_path / "ca.pem")]
    now = datetime.now(UTC)
    chain = authority.issue("localhost", now - DAY, now + DAY, tmp_path / "chain.pem")
    with served_over_tls(central, chain) as port:
        first = served_certificate(port, trusted)
        assert served_certificate(port, trusted) == first
        next_chain = authority.issue("localhost", now - DAY, now + DAY, tmp_path / "next.pem")
        next_chain.replace(chain)
        second = served_certificate(port, trusted)
        assert second != first
        chain.write_text("-----BEGIN CERTIFICATE-----\n")
        assert served_certificate(port, trusted) == second
        chain.unlink()
        assert served_certificate(port, trusted) == second


def test_behind_a_proxy_its_certificate_is_compared_at_a_terminal_and_not_served(
    central: Central, tmp_path: Path
) -> None:
    """Where nothing can be compared, the page says so: nobody accepts what he can't know."""
    now = datetime.now(UTC)
    shown = Authority.new("Office CA").issue("localhost", now - DAY, now + DAY, tmp_path / "c.pem")
    central = replace(central, settings=central.settings._replace(url="https://localhost"))
    session = signed_in(central, ROLES["it"], now=now).cookies[COOKIE]
    cookies = {f"__Host-{COOKIE}": session}
    code = {"do": "enrol", "terminal": "counter-1", "counter": "1"}
    for certificate in (shown, None):
        service = serving.Service(
            host="", port=0, tls_cert=certificate, proxies=networks("127.0.0.1")
        )
        config = serving.server_config(central, service)
        assert config.ssl is None
        with TestClient(config.loaded_app, str(central.settings.url), cookies=cookies) as it:
            page = it.post("/fleet/dindaeng?lang=en", data=code).text
        fingerprint = fingerprint_in(shown)
        assert (" ".join(groups(fingerprint)) in page) == (certificate is not None)
        assert ("does not know the certificate" in page) == (certificate is None)


def test_an_answer_is_sent_at_once_and_a_half_sent_request_holds_no_end_up(
    central: Central,
) -> None:
    listener = listener_for("127.0.0.1", 0, {})
    assert listener.proto == socket.IPPROTO_TCP, "asyncio then sets TCP_NODELAY"
    server = uvicorn.Server(serving.server_config(central, serving.Service(host="", port=0)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    with socket.create_connection(listener.getsockname(), 5) as half:
        half.sendall(b"POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{")
        with socket.create_connection(listener.getsockname(), 5) as whole:
            whole.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert whole.recv(12) == b"HTTP/1.1 200"
        server.should_exit = True
        thread.join(serving.LAST_ANSWERS_SECONDS + 10)
        assert not thread.is_alive()
    listener.close()
