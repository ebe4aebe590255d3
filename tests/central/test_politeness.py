"""What proxies, robots, balancers and monitors ask of the server, and what may lie in a cache."""

import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sync.central.usecases.central import Central
from sync.central.usecases.upkeep import Task, write_upkeep
from sync.central.viewer import ROLES
from sync.central.web.app import create_app
from sync.central.web.proxies import behind, networks
from tests.evidence.odd_text import Doors
from tests.support.central import MONDAY, NOON, enrolled, made_central, received, signed_in
from tests.support.databases import new_central_store
from tests.support.hellos import made_hello
from tests.support.terminal_requests import greet_terminal

FOR_EVERYBODY = (
    "/public/dindaeng", "/retention/dindaeng", "/data/dindaeng/statistics.csv",
    "/data/dindaeng/statistics.json", "/data/dindaeng/statistics.xlsx",
    "/data/dindaeng/dictionary.csv", "/static/report.css", "/static/Sarabun-Bold.ttf",
    "/robots.txt", "/.well-known/security.txt",
)  # fmt: skip


@pytest.fixture(scope="module")
def central(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Central]:
    folder = tmp_path_factory.mktemp("central")
    store = new_central_store(folder / "central.db")
    central = made_central(store, folder)
    enrolled(central)
    received(central, "101", 1, 0, 2, 3, 9)
    settings = central.settings._replace(security_contact="security@dindaeng.go.th")
    yield replace(central, settings=settings)
    store.close()


def browser(central: Central, proxies: str = "", asks: str = "203.0.113.9") -> TestClient:
    app = behind(create_app(central, lambda: NOON), networks(proxies))
    return TestClient(app, client=(asks, 50000), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def stranger(central: Central) -> TestClient:
    return browser(central)


# --- methods ---------------------------------------------------------------------------------


def test_every_path_says_which_methods_it_takes(central: Central, stranger: TestClient) -> None:
    for method, path in Doors.of(central, NOON).routes:
        path = path.replace("{site}", "dindaeng")
        options = stranger.options(path)
        assert options.status_code == 204, path
        allowed = options.headers["Allow"].split(", ")
        assert method in allowed, path
        assert ("HEAD" in allowed) is ("GET" in allowed), path
        other = stranger.request("PATCH", path)
        assert (other.status_code, other.headers["Allow"]) == (405, options.headers["Allow"]), path
    assert stranger.options("/nowhere").status_code == 404
    assert "*" not in str(stranger.options("/sign-in").headers), "no other site is let in"


@pytest.mark.parametrize("path", [*FOR_EVERYBODY, "/healthz", "/readyz", "/sign-in", "/metrics"])
def test_head_is_answered_wherever_get_is(stranger: TestClient, path: str) -> None:
    got, head = stranger.get(path), stranger.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers.get("etag") == got.headers.get("etag")


# --- health and readiness --------------------------------------------------------------------


def test_health_asks_no_database_and_readiness_does(tmp_path: Path) -> None:
    store = new_central_store(tmp_path / "central.db")
    central = made_central(store, tmp_path)
    before, after = browser(central), browser(central)  # an answer is good for a second
    assert before.get("/readyz").json() == {"status": "ready"}
    (tmp_path / "central.db").rename(tmp_path / "elsewhere.db")
    not_ready = after.get("/readyz")
    assert (not_ready.status_code, not_ready.json()) == (503, {"status": "not ready"})
    assert after.get("/healthz").status_code == 200
    store.close()


def test_readiness_does_not_wait_for_a_free_connection(tmp_path: Path) -> None:
    store = new_central_store(tmp_path / "central.db")
    machine = browser(made_central(store, tmp_path))
    with store.read("a"), store.read("a"), store.read("a"), store.read("a"):
        assert machine.get("/readyz").status_code == 200
    store.close()


# --- figures ---------------------------------------------------------------------------------


def test_figures_are_for_who_shows_the_token_and_tell_of_nobody(central: Central) -> None:
    assert browser(central).get("/metrics").status_code == 404, "no token is set"
    token = central.settings.folder / "metrics.token"
    token.write_text("a long secret\n")
    token.chmod(0o600)
    try:
        monitor = browser(central)
        machine = made_hello(
            clock=int(NOON.timestamp()),
            time_sync="off",
            certificate_end=int(NOON.timestamp()) + 100,
            backed_up=int(NOON.timestamp()) - 200,
        )
        greet_terminal(central, "counter-1", machine, NOON)
        write_upkeep(central, Task.BACKUP, NOON - timedelta(hours=5), succeeded=True, what="")
        monitor.get("/public/dindaeng")
        for wrong in ("", "Bearer ", "Bearer another", "a long secrét"):
            refused = monitor.get("/metrics", headers={b"Authorization": wrong.encode()})
            assert (refused.status_code, refused.content) == (401, b""), wrong
        text = monitor.get("/metrics", headers={"Authorization": "Bearer a long secret"}).text
    finally:
        token.unlink()
    assert 'kiosk_central_terminals{state="active"} 2.0' in text
    assert "kiosk_central_terminals_clock_unset 1.0" in text
    assert 'kiosk_central_certificate_left_seconds{part="certificate"} 100.0' in text
    assert "kiosk_central_terminals_copy_age_seconds 200.0" in text
    assert 'kiosk_central_upkeep_age_seconds{task="backup"} 18000.0' in text
    assert 'kiosk_central_request_seconds_count{what="page"} 1.0' in text
    assert 'kiosk_central_waiting{line="day"} 0.0' in text
    assert "kiosk_central_days_due 0.0" in text
    for score_or_name in ("สมหญิง", "dindaeng", "counter-1", "score", "rate", "officer", "satisf"):
        assert score_or_name not in text


# --- caches ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FOR_EVERYBODY)
def test_what_is_for_everybody_may_be_cached_and_is_asked_for_once(
    stranger: TestClient, path: str
) -> None:
    first = stranger.get(path)
    assert first.status_code == 200
    assert first.headers["Cache-Control"].startswith("public, max-age=")
    assert first.headers["Vary"] == "Accept-Encoding, Cookie"
    again = stranger.get(path, headers={"If-None-Match": f'"other", {first.headers["ETag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert stranger.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_what_compresses_is_compressed_for_who_takes_it(stranger: TestClient) -> None:
    for path in ("/public/dindaeng", "/static/report.css", "/data/dindaeng/statistics.json"):
        plain = stranger.get(path, headers={"Accept-Encoding": "identity, gzip;q=0"})
        assert "Content-Encoding" not in plain.headers
        with stranger.stream("GET", path, headers={"Accept-Encoding": "br, gzip"}) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(raw) == int(answer.headers["Content-Length"]) < len(plain.content)
        assert gzip.decompress(raw) == plain.content


def test_nothing_of_who_is_signed_in_is_cached_or_compressed(central: Central) -> None:
    """Compressed, its length would tell what stands in it beside what somebody else put there."""
    reader = signed_in(central, ROLES["director"], now=NOON)
    for path in ("/public/dindaeng", "/report/dindaeng", "/my-account", "/retention/dindaeng"):
        answer = reader.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store", path
        assert not {"Content-Encoding", "ETag"} & {name.title() for name in answer.headers}
    language = browser(central).get("/public/dindaeng?lang=en")
    assert language.headers["Cache-Control"] == "no-store", "it sets a cookie"


def test_what_was_published_changes_its_mark(central: Central) -> None:
    stranger = browser(central)
    before = {path: stranger.get(path).headers["ETag"] for path in FOR_EVERYBODY}
    for officer in ("102", "103", "104"):
        received(central, officer, 0, 0, 0, 30, 30, day=MONDAY)
    for kind in ("csv", "json", "xlsx"):
        path = f"/data/dindaeng/statistics.{kind}"
        assert stranger.get(path).headers["ETag"] != before[path]
    assert stranger.get("/robots.txt").headers["ETag"] == before["/robots.txt"]


# --- strangers -------------------------------------------------------------------------------


def test_whom_to_tell_of_a_weakness(central: Central, stranger: TestClient) -> None:
    """RFC 9116: contact and expiry, plain text in UTF-8."""
    answer = stranger.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.splitlines() == [
        "Contact: mailto:security@dindaeng.go.th",
        "Expires: 2027-05-22T00:00:00Z",
        "Preferred-Languages: th, en",
        "Canonical: http://127.0.0.1:8765/.well-known/security.txt",
    ]
    silent = replace(central, settings=central.settings._replace(security_contact=""))
    assert browser(silent).get("/.well-known/security.txt").status_code == 404


def test_robots_read_what_is_for_everybody(stranger: TestClient) -> None:
    lines = stranger.get("/robots.txt").text.splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Allow: /public/", "Allow: /data/", "Disallow: /"} <= {*lines}


# --- proxies ---------------------------------------------------------------------------------

FORM = {"account": "nobody", "password": "wrong"}
FROM_OUTSIDE = {
    "Host": "10.0.0.5:8765",
    "Origin": "https://report.example.go.th",
    "X-Forwarded-For": "198.51.100.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "report.example.go.th",
}


def test_a_form_through_a_proxy_that_writes_its_own_host(
    central: Central, caplog: pytest.LogCaptureFixture
) -> None:
    trusted = browser(central, "10.0.0.0/8, 127.0.0.1", "10.0.0.4")
    known = central.settings._replace(url="https://report.example.go.th")
    by_settings = browser(replace(central, settings=known), asks="10.0.0.4")
    for one in (trusted, by_settings):
        answer = one.post("/sign-in?lang=en", data=FORM, headers=FROM_OUTSIDE)
        assert "The account or the password is wrong" in answer.text
    caplog.clear()
    unknown = browser(central, asks="10.0.0.4")
    refused = unknown.post("/sign-in?lang=en", data=FORM, headers=FROM_OUTSIDE)
    assert refused.status_code == 403
    assert "opened at report.example.go.th" in refused.text
    assert "start with --behind-proxy 10.0.0.4" in caplog.text
    assert "correct url in central.toml" in caplog.text


def test_who_is_no_proxy_says_nothing_about_others(central: Central) -> None:
    """The address counts for the turns at sign-in, the scheme for cookies, the host for forms."""
    stranger = browser(central, "10.0.0.0/8", "203.0.113.9")
    refused = stranger.post("/sign-in", data=FORM, headers=FROM_OUTSIDE)
    assert refused.status_code == 403
    assert "report.example.go.th" in refused.text
    assert "Strict-Transport-Security" not in refused.headers
    odd = {**FROM_OUTSIDE, "X-Forwarded-Host": "a b/../c", "Origin": "https://a b/../c"}
    proxy = browser(central, "10.0.0.0/8", "10.0.0.4")
    assert "--behind-proxy" in proxy.post("/sign-in", data=FORM, headers=odd).text


def test_what_is_no_network_is_named() -> None:
    assert [str(one) for one in networks("127.0.0.1, ::1,10.1.2.3/8")] == [
        "127.0.0.1/32", "::1/128", "10.0.0.0/8",
    ]  # fmt: skip
    with pytest.raises(ValueError, match=r"proxy\.local"):
        networks("127.0.0.1,proxy.local")
