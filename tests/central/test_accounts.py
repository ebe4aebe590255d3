"""Signing in: guesses slowed, sessions that end, first passwords that must go."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from sqlalchemy import insert, select
from sqlalchemy.event import listen
from starlette.testclient import TestClient

from kiosk.domain.people import BadPerson
from sync.central import passwords
from sync.central.logbook import Kind, told
from sync.central.schema import sign_in_tries
from sync.central.store.tries import Tries
from sync.central.usecases.accounts import (
    Details,
    add_account,
    disable_account,
    edit_account,
    enable_account,
    new_password,
)
from sync.central.usecases.central import Central
from sync.central.usecases.sign_in import Locked, NotSignedIn, Opened, sign_in, viewer_of
from sync.central.usecases.sites import add_site, find_site
from sync.central.viewer import ROLES
from sync.central.web.app import create_app
from sync.central.web.dependencies import COOKIE
from sync.central.web.sign_in import LEAST_SECONDS
from tests.support.authenticator import enrols
from tests.support.central import logged, signed_in
from tests.support.page_forms import filled_form

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
GOOD = "a long enough one"


def account(central: Central, name: str = "somchai") -> str:
    return add_account(central, "test", name, "สมชาย", (ROLES["director"],), NOW)


def browser(central: Central, now: datetime = NOW) -> TestClient:
    return TestClient(create_app(central, lambda: now), follow_redirects=False)


def opened(central: Central, password: str) -> Opened:
    return sign_in(central, (central.site,), "somchai", password, NOW)


def signs_in(client: TestClient, password: str, name: str = "somchai") -> int:
    return client.post("/sign-in", data={"account": name, "password": password}).status_code


def test_a_first_password_opens_only_the_page_where_it_is_changed(central: Central) -> None:
    first = account(central)
    client = browser(central)
    assert signs_in(client, first) == 303
    assert client.get("/report/dindaeng").headers["Location"] == "/password"
    told = {"old": first, "new": GOOD, "again": GOOD}
    assert client.post("/password", data=told).headers["Location"] == "/"
    assert client.get("/report/dindaeng").headers["Location"] == "/second-factor"
    enrols(client, NOW)
    assert client.get("/report/dindaeng").status_code == 200
    assert signs_in(browser(central), first) == 403
    assert signs_in(browser(central), GOOD) == 303


@pytest.mark.parametrize(
    ("new", "again"), [("short", "short"), (GOOD, "another one!"), ("a" * 20, "a" * 20),
                       ("somchai 12345", "somchai 12345"), ("x" * 300, "x" * 300)]
)  # fmt: skip
def test_a_weak_or_mistyped_password_is_not_taken(central: Central, new: str, again: str) -> None:
    first = account(central)
    client = browser(central)
    signs_in(client, first)
    told = {"old": first, "new": new, "again": again}
    assert client.post("/password", data=told).status_code == 400
    assert signs_in(browser(central), first) == 303


def test_unknown_wrong_and_disabled_look_the_same(central: Central) -> None:
    account(central)
    password = account(central, "gone")
    disable_account(central, "test", central.site, "gone", NOW)
    pages = set()
    for name, tried in (("somchai", "wrong"), ("nobody", "wrong"), ("gone", password)):
        got = browser(central).post("/sign-in", data={"account": name, "password": tried})
        assert got.status_code == 403
        pages.add(got.text.replace(name, "NAME"))
    assert len(pages) == 1


def test_guessing_waits_longer_and_longer_and_the_right_password_waits_too(
    central: Central,
) -> None:
    password = account(central)
    client = browser(central)
    assert [signs_in(client, "wrong") for _ in range(5)] == [403] * 5
    assert signs_in(client, password) == 429
    assert signs_in(browser(central, NOW + timedelta(seconds=14)), password) == 429
    assert signs_in(browser(central, NOW + timedelta(seconds=16)), "wrong") == 403
    assert signs_in(browser(central, NOW + timedelta(seconds=40)), password) == 429
    assert signs_in(browser(central, NOW + timedelta(seconds=47)), password) == 303


def test_a_name_that_is_nobodys_is_told_to_wait_like_one_that_is_somebodys(
    central: Central,
) -> None:
    account(central)
    add_account(central, "test", "governor", "ผู้ว่าฯ", (ROLES["director"],), NOW, city=True)
    told = {}
    for name in ("somchai", "nobody", "governor"):
        client = browser(central)
        pages = [client.post("/sign-in", data={"account": name, "password": "x"}) for _ in range(7)]
        told[name] = [(got.status_code, got.text.replace(name, "NAME")) for got in pages]
    assert [status for status, _ in told["somchai"]] == [403] * 5 + [429] * 2
    assert told["somchai"] == told["nobody"] == told["governor"]


def test_an_account_of_the_city_is_no_stranger_to_an_office(central: Central) -> None:
    password = add_account(
        central, "test", "governor", "ผู้ว่าฯ", (ROLES["director"],), NOW, city=True
    )
    client = browser(central)
    assert [signs_in(client, password, "governor") for _ in range(8)] == [303] * 8


def test_no_account_of_the_city_is_named_like_one_of_any_office(central: Central) -> None:
    """In each office's logs the city's accounts stand beside its own."""
    add_site(central, "elsewhere", "สำนักงานเขตอื่น")
    office = find_site(central, "elsewhere")
    assert office is not None
    account(office)
    with pytest.raises(BadPerson):
        add_account(central, "test", "somchai", "ผู้ว่าฯ", (ROLES["audit"],), NOW, city=True)


def test_waits_outlive_a_restart_and_ten_thousand_other_names(central: Central) -> None:
    """For a name that is somebody's as for one that is nobody's."""
    account(central)
    for name in ("somchai", "nobody"):
        for _ in range(5):
            signs_in(browser(central), "wrong", name)
    others = [
        {"site": central.site, "name": f"{i:064x}", "tries": 1, "until": None, "at": NOW}
        for i in range(10_200)
    ]
    with central.store._engine.begin() as connection:
        connection.execute(insert(sign_in_tries), others)
    with central.store.transaction(central.site) as t:
        t.sign_in_tries.forget(NOW - timedelta(days=1))
    restarted = browser(central)
    assert [signs_in(restarted, "wrong", name) for name in ("somchai", "nobody")] == [429, 429]


def test_names_are_remembered_for_a_day_and_only_so_many(central: Central) -> None:
    with central.store.transaction(central.site) as t:
        for i in range(5):
            t.sign_in_tries.put(f"{i}", Tries(9, None), NOW + timedelta(hours=i))
        t.sign_in_tries.forget(NOW - timedelta(days=1), most=3)
        assert [t.sign_in_tries.of(f"{i}", NOW).tries for i in range(5)] == [0, 0, 9, 9, 9]
        t.sign_in_tries.forget(NOW + timedelta(hours=4))
        assert [t.sign_in_tries.of(f"{i}", NOW).tries for i in range(5)] == [0, 0, 0, 0, 9]


def test_a_first_password_runs_out_and_another_one_opens(central: Central) -> None:
    first = account(central)
    late = NOW + timedelta(days=14, seconds=1)
    client = browser(central, late)
    assert signs_in(client, first) == 403
    assert logged(central, Kind.FAILED)[0].what == told("ran_out")
    it = signed_in(central, ROLES["it"], now=late)
    assert "รหัสผ่านแรกเข้าหมดอายุแล้ว" in it.get("/accounts/dindaeng").text
    fresh = new_password(central, "it", central.site, "somchai", late)
    assert fresh is not None
    assert signs_in(client, fresh) == 303
    client.post("/password", data={"old": fresh, "new": GOOD, "again": GOOD})
    assert signs_in(browser(central, late + timedelta(days=99)), GOOD) == 303


def test_a_refusal_takes_as_long_whoever_is_asked_for(central: Central) -> None:
    account(central)
    client = browser(central)
    for name in ("somchai", "nobody"):
        for status in [403] * 5 + [429]:
            began = monotonic()
            assert signs_in(client, "wrong", name) == status
            assert monotonic() - began >= LEAST_SECONDS


def test_a_refusal_asks_the_database_the_same_whoever_is_asked_for(central: Central) -> None:
    """What is logged differs, and is written after the answer."""
    account(central)
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_others: object) -> None:
        statements.append(statement)

    listen(central.store._engine, "before_cursor_execute", note)
    asked = {}
    for name in ("somchai", "nobody"):
        statements.clear()
        for _ in range(6):
            with pytest.raises(NotSignedIn):
                sign_in(central, (central.site,), name, "wrong", NOW)
        asked[name] = [one for one in statements if not one.startswith("DELETE")]
    assert asked["somchai"] == asked["nobody"]


def test_no_row_tells_a_name_that_was_tried(central: Central) -> None:
    signs_in(browser(central), "wrong", "my-password-typed-into-the-wrong-field")
    with central.store.snapshot() as rows:
        texts = str(rows.execute(select(sign_in_tries)).all())
    assert "my-password" not in texts


class PowerCut(str):
    """A password over whose check the power goes."""

    def __getitem__(self, key: object) -> str:
        raise KeyboardInterrupt


def test_a_try_counts_even_when_its_check_never_ends(central: Central) -> None:
    account(central)
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            sign_in(central, (central.site,), "somchai", PowerCut("guess"), NOW)
    with pytest.raises(Locked):
        sign_in(central, (central.site,), "somchai", "guess", NOW)


def test_a_session_ends_idle_in_the_evening_and_when_it_is_revoked(central: Central) -> None:
    password = account(central)
    token = opened(central, password).token

    def holds(after: timedelta) -> bool:
        return viewer_of(central, central.site, token, NOW + after) is not None

    assert holds(timedelta(minutes=119))
    assert holds(timedelta(minutes=230)), "using it keeps it open"
    assert not holds(timedelta(minutes=351)), "two hours unused"
    token = opened(central, password).token
    assert all(holds(timedelta(hours=h)) for h in range(1, 12))
    assert not holds(timedelta(hours=12, minutes=1)), "a day's work is over"
    token = opened(central, password).token
    disable_account(central, "it", central.site, "somchai", NOW)
    assert not holds(timedelta(0))


def test_a_new_first_password_ends_old_sessions_and_is_written_down(central: Central) -> None:
    token = opened(central, account(central)).token
    later = NOW + timedelta(seconds=1)
    fresh = new_password(central, "it", central.site, "somchai", later)
    assert viewer_of(central, central.site, token, NOW) is None
    assert opened(central, fresh).token
    changes = [note.what for note in logged(central, Kind.CHANGE)]
    assert told("account_password", account="somchai") in changes


def test_what_changes_nothing_is_not_logged_and_nobodys_account_is_named(central: Central) -> None:
    """Also one of the city's, which is not this office's to change."""
    account(central)
    add_account(central, "test", "governor", "ผู้ว่าฯ", (ROLES["audit"],), NOW, city=True)
    it = signed_in(central, ROLES["it"], now=NOW)
    before = logged(central, Kind.CHANGE)
    for name in ("nobody", "governor"):
        for deed in ("disable", "enable", "password", "reset"):
            got = it.post("/accounts/dindaeng?lang=en", data={"do": deed, "account": name})
            assert (got.status_code, f"no account {name}" in got.text) == (400, True), deed
    enable_account(central, "it", central.site, "somchai", NOW)
    assert logged(central, Kind.CHANGE) == before
    for _ in range(2):
        disable_account(central, "it", central.site, "somchai", NOW)
    assert len(logged(central, Kind.CHANGE)) == len(before) + 1


def test_an_account_for_who_is_not_on_the_roster_is_made_with_a_word(central: Central) -> None:
    it = signed_in(central, ROLES["it"], now=NOW)
    form = {"do": "add", "name": "คนใหม่"}
    for whose in ({"roles": "officer", "account": "one", "officer": "909"},
                  {"roles": "section-head", "account": "head", "section": "ฝ่ายไม่มี"}):  # fmt: skip
        got = it.post("/accounts/dindaeng?lang=en", data={**form, **whose})
        assert got.status_code == 200
        assert "First password" in got.text
        assert "opens nobody" in got.text


def test_the_cookie_is_the_browsers_alone_and_holds_no_name(central: Central) -> None:
    client = browser(central)
    got = client.post("/sign-in", data={"account": "somchai", "password": account(central)})
    cookie = got.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}={central.site}.")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "somchai" not in cookie


@pytest.mark.parametrize("there", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_nobody_is_sent_elsewhere_after_signing_in(central: Central, there: str) -> None:
    told = {"account": "somchai", "password": account(central), "next": there}
    assert browser(central).post("/sign-in", data=told).headers["Location"] == "/"


@pytest.mark.parametrize("cookie", ["", "x", "dindaeng.", "dindaeng.wrong", "~.é", "." + "a" * 500])
def test_another_cookie_opens_nothing(central: Central, cookie: str) -> None:
    account(central)
    header = {b"Cookie": f"{COOKIE}={cookie}".encode("latin-1")}
    got = browser(central).get("/report/dindaeng", headers=header)
    assert (got.status_code, got.headers["Location"][:8]) == (303, "/sign-in")


def test_roles_that_need_a_person_or_a_section_say_so(central: Central) -> None:
    for roles, more in (
        ((ROLES["officer"],), {}),
        ((ROLES["section-head"],), {}),
        ((ROLES["director"],), {"officer": "101"}),
        ((), {}),
    ):
        with pytest.raises(BadPerson):
            add_account(central, "test", "a", "ก", roles, NOW, **more)  # type: ignore[arg-type]


def test_waits_double_up_to_an_hour() -> None:
    waits = [passwords.locked_until(n, NOW) for n in range(4, 20)]
    assert waits[0] is None
    assert [w - NOW for w in waits[1:4] if w] == [timedelta(seconds=s) for s in (15, 30, 60)]
    assert waits[-1] == NOW + timedelta(hours=1)


def test_a_city_account_signs_in_where_there_is_one_office(central: Central) -> None:
    password = add_account(
        central, "test", "governor", "ผู้ว่าฯ", (ROLES["director"],), NOW, city=True
    )
    client = browser(central)
    assert signs_in(client, password, "governor") == 303
    assert client.cookies[COOKIE].strip('"').startswith("~.")
    assert client.get("/").headers["Location"] == "/city"


def test_an_account_is_edited_from_what_it_is(central: Central) -> None:
    """Its password stays, and whether it is disabled."""
    first = account(central)
    disable_account(central, "it", central.site, "somchai", NOW)
    it = signed_in(central, ROLES["it"], now=NOW)
    form = filled_form(it.get("/accounts/dindaeng").text, do="edit", account="somchai")
    before = logged(central, Kind.CHANGE)
    assert it.post("/accounts/dindaeng", data=form).status_code == 303
    assert logged(central, Kind.CHANGE) == before, "an unchanged form changes nothing"
    changed = {**form, "name": ["สมชาย ใจดี"], "roles": [*form["roles"], "hr"]}
    assert it.post("/accounts/dindaeng", data=changed).status_code == 303
    with central.store.read(central.site) as t:
        stored = t.accounts.get("somchai")
    assert stored is not None
    assert (stored.name, stored.disabled) == ("สมชาย ใจดี", True)
    assert stored.roles == {ROLES["director"], ROLES["hr"]}
    assert passwords.matches(first, stored.secret)
    assert it.post("/accounts/dindaeng", data=changed).status_code == 400, "of an older edition"


def test_a_refused_form_of_an_account_keeps_what_was_typed(central: Central) -> None:
    account(central)
    it = signed_in(central, ROLES["it"], now=NOW)
    typed = {"do": "add", "account": "somchai", "name": "อีกคน", "roles": ["hr", "audit"]}
    got = it.post("/accounts/dindaeng", data=typed)
    assert (got.status_code, "มีบัญชี somchai อยู่แล้ว" in got.text) == (400, True)
    form = filled_form(got.text, do="add")
    assert (form["name"], form["roles"]) == (["อีกคน"], ["hr", "audit"])
    edited = filled_form(got.text, do="edit", account="somchai")
    refused = it.post("/accounts/dindaeng", data={**edited, "name": ["ใหม่"], "roles": []})
    assert refused.status_code == 400
    assert filled_form(refused.text, do="edit", account="somchai")["name"] == ["ใหม่"]


def test_a_new_way_in_ends_the_old_one(central: Central) -> None:
    token = opened(central, account(central)).token
    roles = frozenset({ROLES["director"]})
    details = Details(name="สมชาย", roles=roles, subject="somchai@office")
    assert edit_account(central, "it", central.site, "somchai", None, details, NOW) == ""
    assert viewer_of(central, central.site, token, NOW) is None
    back = replace(details, subject="")
    first = edit_account(central, "it", central.site, "somchai", None, back, NOW)
    assert opened(central, first).token
