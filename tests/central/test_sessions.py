"""Sessions: one at a time, listed, and ended by their owner."""

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from sync.central import passwords
from sync.central.logbook import Kind
from sync.central.sitesettings import SiteSettings
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.usecases.improvements import all_improvements
from sync.central.usecases.office_settings import EditedMeanwhile, read_settings, save_settings
from sync.central.usecases.sign_in import (
    NotSignedIn,
    change_password,
    sign_in,
    sign_in_as,
    viewer_of,
)
from sync.central.viewer import ROLES, Viewer
from sync.central.web.app import create_app
from sync.central.web.dependencies import COOKIE
from tests.support.central import NOON, logged, signed_in

GOOD = "a long enough one"


def browser(central: Central, agent: str) -> TestClient:
    app = create_app(central, lambda: NOON)
    return TestClient(app, follow_redirects=False, headers={"User-Agent": agent})


def signs_in(client: TestClient, password: str = GOOD) -> None:
    got = client.post("/sign-in", data={"account": "malee", "password": password})
    assert got.status_code == 303


def form_of(text: str) -> dict[str, str]:
    """The hidden fields of the form for a new line."""
    new_line = text[text.index("<details", text.index("</header>")) :]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="(\w*)"', new_line))


def two_browsers(central: Central, *, one_session: bool) -> tuple[TestClient, TestClient]:
    """The same account, signed in at a desk and then on a telephone."""
    settings = SiteSettings(one_session=one_session)
    save_settings(central, Viewer(account="it"), None, settings, NOON)
    first = add_account(central, "test", "malee", "มาลี", (ROLES["complaints"],), NOON)
    desk, telephone = browser(central, "Desk"), browser(central, "Telephone <b>")
    signs_in(desk, first)
    desk.post("/password", data={"old": first, "new": GOOD, "again": GOOD})
    signs_in(telephone)
    return desk, telephone


def is_in(client: TestClient) -> bool:
    return client.get("/my-account").status_code == 200


def sessions(client: TestClient) -> list[str]:
    """The sessions that the page offers to end."""
    parts = client.get("/my-account").text.split('name="session" value="')[1:]
    return [part.split('"')[0] for part in parts]


def test_a_new_sign_in_ends_the_one_before(central: Central) -> None:
    desk, telephone = two_browsers(central, one_session=True)
    assert (is_in(desk), is_in(telephone)) == (False, True)


def test_an_office_can_allow_several_and_their_owner_sees_and_ends_them(central: Central) -> None:
    desk, telephone = two_browsers(central, one_session=False)
    assert is_in(desk)
    assert "Telephone &lt;b&gt;" in desk.get("/my-account").text
    (other,) = sessions(desk)
    wrong = desk.post("/my-account", data={"session": other, "password": "wrong"})
    assert wrong.status_code == 400
    assert is_in(telephone), "it takes the password"
    assert desk.post("/my-account", data={"session": other, "password": GOOD}).status_code == 303
    assert (is_in(desk), is_in(telephone)) == (True, False)


def test_nobody_ends_anothers_session(central: Central) -> None:
    _, telephone = two_browsers(central, one_session=False)
    (at_the_desk,) = sessions(telephone)
    first = add_account(central, "test", "somsak", "สมศักดิ์", (ROLES["complaints"],), NOON)
    thief = browser(central, "Thief")
    thief.post("/sign-in", data={"account": "somsak", "password": first})
    thief.post("/password", data={"old": first, "new": GOOD, "again": GOOD})
    thief.post("/my-account", data={"session": at_the_desk, "password": GOOD})
    assert sessions(telephone) == [at_the_desk]


def test_a_new_password_ends_all_others(central: Central) -> None:
    desk, telephone = two_browsers(central, one_session=False)
    form = {"old": GOOD, "new": "another long one", "again": "another long one"}
    assert telephone.post("/password", data=form).status_code == 303
    assert (is_in(desk), is_in(telephone)) == (False, True)


def test_who_is_just_coming_in_with_the_old_password_is_too_late(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking at a password takes a tenth of a second, in which its owner sets another."""
    first = add_account(central, "test", "malee", "มาลี", (ROLES["complaints"],), NOON)
    with central.store.read(central.site) as t:
        account = t.accounts.get("malee")
    assert account is not None
    look = passwords.matches
    meanwhile = iter([GOOD])

    def matches(typed: str, secret: str) -> bool:
        is_right = look(typed, secret)
        for new in meanwhile:
            change_password(central, account.viewer(), first, new, NOON)
        return is_right

    monkeypatch.setattr(passwords, "matches", matches)
    with pytest.raises(NotSignedIn):
        sign_in(central, (central.site,), "malee", first, NOON)
    with central.store.read(central.site) as t:
        assert len(t.accounts.sessions("malee")) == 1, "that of who has set the new one"
    assert sign_in(central, (central.site,), "malee", GOOD, NOON).token


def test_a_clock_that_was_a_year_ahead_keeps_nobody_in_or_out(central: Central) -> None:
    ahead = NOON + timedelta(days=365)
    password = add_account(central, "test", "malee", "มาลี", (ROLES["complaints"],), ahead)
    then = sign_in(central, (central.site,), "malee", password, ahead)
    assert viewer_of(central, then.site, then.token, ahead)
    assert viewer_of(central, then.site, then.token, NOON) is None
    for _ in range(6):
        with pytest.raises(NotSignedIn):
            sign_in(central, (central.site,), "malee", "wrong", ahead)
    assert sign_in(central, (central.site,), "malee", password, NOON).token


def test_who_comes_from_the_identity_provider_ends_sessions_without_a_password(
    central: Central,
) -> None:
    """There is none to ask for; the page offers none to be changed either."""
    save_settings(central, Viewer(account="it"), None, SiteSettings(one_session=False), NOON)
    role = (ROLES["director"],)
    add_account(central, "test", "boss", "ผอ.", role, NOON, subject="staff-7")
    clients = []
    for agent in ("Desk", "Telephone"):
        client = browser(central, agent)
        opened = sign_in_as(central, central.site, "staff-7", NOON, agent)
        client.cookies.set(COOKIE, f"{central.site}.{opened.token}")
        clients.append(client)
    desk, telephone = clients
    page = desk.get("/my-account").text
    assert "password" not in page.split("<main")[1]
    (other,) = sessions(desk)
    assert desk.post("/my-account", data={"session": other}).status_code == 303
    assert (is_in(desk), is_in(telephone)) == (True, False)


def test_signing_out_clears_what_the_browser_has_stored(central: Central) -> None:
    _, telephone = two_browsers(central, one_session=True)
    gone = telephone.post("/sign-out")
    assert gone.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert COOKIE not in telephone.cookies
    assert not is_in(telephone)


def test_what_somebody_wrote_comes_back_when_their_session_has_ended(central: Central) -> None:
    """It is sent once more from there, and a form that comes twice is one line."""
    director = signed_in(central, ROLES["director"], now=NOON)
    form = form_of(director.get("/improvements/dindaeng").text)
    written = {**form, "said": "รอนานมาก <b>จริง</b> และเก้าอี้ไม่พอ ตั้งแต่เช้าจนบ่าย", "password": "hidden"}
    cookies = dict(director.cookies)
    director.cookies.clear()
    back = director.post("/improvements/dindaeng", data=written)
    assert back.status_code == 401
    assert "รอนานมาก &lt;b&gt;จริง&lt;/b&gt;" in back.text
    assert "hidden" not in back.text.replace('type="hidden"', "")
    assert f'value="{form["id"]}"' in back.text
    foreign = {"sec-fetch-site": "cross-site"}
    refused = director.post("/improvements/dindaeng", data=written, headers=foreign)
    assert "รอนานมาก" not in refused.text, "of another site's page nothing comes back"
    director.cookies.update(cookies)
    before = len(logged(central, Kind.CHANGE))
    for _ in range(2):
        assert director.post("/improvements/dindaeng", data=written).status_code == 303
    assert len(all_improvements(central)) == 1
    other = {**written, "said": "อื่น"}
    assert director.post("/improvements/dindaeng", data=other).status_code == 409, (
        "another text is none"
    )
    assert len(logged(central, Kind.CHANGE)) == before


def test_settings_that_are_sent_twice_are_saved_and_logged_once(central: Central) -> None:
    settings, it = SiteSettings(one_session=False), Viewer(account="it")
    for _ in range(2):
        save_settings(central, it, 0, settings, NOON)
    assert read_settings(central).version == 1
    assert len(logged(central, Kind.CHANGE)) == 1
    with pytest.raises(EditedMeanwhile):
        save_settings(central, it, 0, SiteSettings(), NOON)
