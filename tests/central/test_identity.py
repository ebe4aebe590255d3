"""Signing in with the office's own accounts, against a real provider on loopback."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.testclient import TestClient

from kiosk.tomlfile.tables import SettingsError
from sync.central.settings import CentralSettings
from sync.central.usecases.accounts import add_account, disable_account
from sync.central.usecases.central import Central
from sync.central.usecases.sites import add_site, find_site
from sync.central.viewer import ROLES
from sync.central.web.app import create_app
from sync.central.web.identity_provider import SECRET_FILE
from tests.support.certificates import DAY, Authority
from tests.support.databases import new_central_store
from tests.support.identity_provider import Provider

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture
def central(tmp_path: Path, provider: Provider) -> Iterator[Central]:
    store = new_central_store(tmp_path / "central.db")
    secret = tmp_path / SECRET_FILE
    secret.write_text(provider.secret, "utf-8")
    secret.chmod(0o600)
    settings = CentralSettings(
        folder=tmp_path, site="dindaeng", name="สำนักงานเขตดินแดง", database="", url="http://testserver",
        identity_issuer=provider.issuer, identity_client=provider.client,
    )  # fmt: skip
    with store.transaction("dindaeng") as t:
        t.people.put_site(settings.name)
    central = Central(store=store, settings=settings, key=Ed25519PrivateKey.generate())
    add_account(central, "test", "boss", "ผอ.", (ROLES["director"],), NOW, subject="staff-7")
    yield central
    store.close()


@pytest.fixture
def browser(central: Central) -> TestClient:
    return TestClient(create_app(central, lambda: NOW), follow_redirects=False)


def goes(browser: TestClient) -> Any:
    """Through the provider and back, as a browser does."""
    start = browser.get("/identity/start")
    assert start.status_code == 303
    sent = requests.get(start.headers["Location"], allow_redirects=False, timeout=5)
    back = urlsplit(sent.headers["Location"])
    return browser.get(f"{back.path}?{back.query}")


def test_who_has_an_account_comes_in(browser: TestClient) -> None:
    assert "เข้าสู่ระบบด้วยบัญชีหน่วยงาน" in browser.get("/sign-in").text
    got = goes(browser)
    assert (got.status_code, got.headers["Location"]) == (303, "/")
    assert browser.get("/report/dindaeng").status_code == 200


def test_who_has_none_is_told_so(browser: TestClient, provider: Provider) -> None:
    provider.subject = "stranger"
    got = goes(browser)
    assert got.status_code == 403
    assert "ยังไม่มีสิทธิ" in got.text


def test_an_account_of_another_office_opens_there_and_the_citys_comes_last(
    browser: TestClient, central: Central
) -> None:
    disable_account(central, "it", "dindaeng", "boss", NOW)
    director = (ROLES["director"],)
    add_account(central, "test", "lead", "ผู้ว่า", director, NOW, city=True, subject="staff-7")
    assert goes(browser).status_code == 303
    assert browser.get("/", follow_redirects=False).headers["Location"] == "/city"
    add_site(central, "huaikhwang", "ห้วยขวาง")
    other = find_site(central, "huaikhwang")
    assert other is not None
    add_account(other, "test", "boss", "ผอ.", director, NOW, subject="staff-7")
    assert goes(browser).status_code == 303
    assert browser.get("/").headers["Location"] == "/report/huaikhwang"


def test_a_disabled_account_stays_out(browser: TestClient, central: Central) -> None:
    disable_account(central, "it", "dindaeng", "boss", NOW)
    assert goes(browser).status_code == 403


@pytest.mark.parametrize(
    "changed",
    [{"iss": "http://evil.example"}, {"aud": "another"}, {"exp": 1}, {"nonce": "old"}, {"sub": ""}],
)
def test_a_token_for_another_time_place_or_sign_in_is_refused(
    browser: TestClient, provider: Provider, changed: dict[str, Any]
) -> None:
    provider.changed = changed
    assert goes(browser).status_code == 403


def test_a_token_signed_by_another_key_is_refused(browser: TestClient, provider: Provider) -> None:
    provider.foreign_key = True
    assert goes(browser).status_code == 403


def test_an_answer_to_another_browser_is_refused(browser: TestClient, central: Central) -> None:
    start = browser.get("/identity/start")
    sent = requests.get(start.headers["Location"], allow_redirects=False, timeout=5)
    back = urlsplit(sent.headers["Location"])
    other = TestClient(create_app(central, lambda: NOW), follow_redirects=False)
    assert other.get(f"{back.path}?{back.query}").status_code == 403
    other.get("/identity/start")
    assert other.get(f"{back.path}?{back.query}").status_code == 403


def test_the_verifier_and_the_nonce_travel_only_hashed_or_in_our_cookie(
    browser: TestClient,
) -> None:
    start = browser.get("/identity/start")
    asked = parse_qs(urlsplit(start.headers["Location"]).query)
    _state, _nonce, verifier = browser.cookies["kiosk_identity"].strip('"').split(".")
    assert verifier not in start.headers["Location"]
    assert asked["code_challenge_method"] == ["S256"]
    assert "HttpOnly" in start.headers["Set-Cookie"]


def test_a_provider_that_is_away_is_said_in_one_line_and_passwords_still_open(
    browser: TestClient, central: Central, provider: Provider
) -> None:
    provider.stop()
    got = browser.get("/identity/start")
    assert got.status_code == 503
    password = add_account(central, "t", "other", "อื่น", (ROLES["hr"],), NOW)
    told = {"account": "other", "password": password}
    assert browser.post("/sign-in", data=told).status_code == 303


def test_signing_out_ends_the_providers_session_too(
    browser: TestClient, provider: Provider
) -> None:
    goes(browser)
    left = browser.post("/sign-out")
    assert left.status_code == 200, "no redirect: the page's policy lets a form go nowhere else"
    address = left.headers["Refresh"].removeprefix("0; url=")
    sent = urlsplit(address)
    assert f"{sent.scheme}://{sent.netloc}{sent.path}" == f"{provider.issuer}/end"
    assert parse_qs(sent.query) == {
        "client_id": ["kiosk"],
        "post_logout_redirect_uri": ["http://testserver/sign-in"],
    }
    assert "ออกจากบัญชีหน่วยงานด้วย" in left.text
    assert browser.get("/report/dindaeng").status_code != 200
    assert browser.post("/sign-out").status_code == 303, "nobody came in by it since"


def test_a_provider_that_ends_no_session_asks_again_who_it_is(
    browser: TestClient, central: Central, provider: Provider
) -> None:
    assert "prompt" not in browser.get("/identity/start").headers["Location"]
    provider.ends_sessions = False
    fresh = TestClient(create_app(central, lambda: NOW), follow_redirects=False)
    asked = parse_qs(urlsplit(fresh.get("/identity/start").headers["Location"]).query)
    assert asked["prompt"] == ["login"]
    goes(fresh)
    assert fresh.post("/sign-out").headers["Location"] == "/sign-in"


def test_a_providers_own_authority_is_a_setting(central: Central, tmp_path: Path) -> None:
    office = Authority.new("office")
    now = datetime.now(UTC)
    pem = str(office.issue("localhost", now - DAY, now + DAY, tmp_path / "provider.pem"))
    private = Provider(tls=(pem, pem))
    try:
        for authority, status in (("", 503), ("office.pem", 303)):
            settings = central.settings._replace(
                identity_issuer=private.issuer, identity_ca=authority
            )
            if authority:
                with pytest.raises(SettingsError, match="identity_ca"):
                    create_app(replace(central, settings=settings))
                office.write(tmp_path / authority)
            app = create_app(replace(central, settings=settings), lambda: NOW)
            client = TestClient(app, follow_redirects=False)
            assert client.get("/identity/start").status_code == status
    finally:
        private.stop()


def test_a_half_set_provider_is_refused_at_start(central: Central) -> None:
    secret = central.settings.folder / SECRET_FILE
    secret.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        create_app(central)
    secret.unlink()
    with pytest.raises(SettingsError, match=r"identity\.secret"):
        create_app(central)
    quiet = Central(
        store=central.store, settings=central.settings._replace(identity_issuer=""), key=central.key
    )
    client = TestClient(create_app(quiet, lambda: NOW))
    assert client.get("/identity/start").status_code == 404
    assert "บัญชีหน่วยงาน" not in client.get("/sign-in").text
