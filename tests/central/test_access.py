"""Every role at every page, paper and export: who is let in; nobody else learns a thing."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.routing import APIRoute
from lxml import html
from starlette.testclient import TestClient

from kiosk.domain.people import BadPerson
from sync.central.handbook import article_of_page, text_of
from sync.central.logbook import Kind, told
from sync.central.papers import typesetting
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.usecases.sign_in import sign_in_as
from sync.central.viewer import CITY, ROLES, Reach, Right, Role
from sync.central.web.access import rights_of
from sync.central.web.app import GUARDED, create_app
from tests.support.access import (
    NOW,
    OF_AN_OFFICER,
    OTHER,
    OWN,
    PAGES,
    ROUND,
    WHO,
    A,
    C,
    D,
    H,
    I,
    O,
    S,
    made_office,
    with_role,
)
from tests.support.builders import an_officer
from tests.support.central import (
    begin_terminal,
    logged,
    made_central,
    put_on_roster,
    received,
    signed_in,
)
from tests.support.central_routes import routes_of
from tests.support.databases import new_central_store
from tests.support.day_reports import key_text
from tests.support.hellos import made_hello

FROM_ANOTHER = {"/holidays/dindaeng", "/section/dindaeng", "/officer/dindaeng/"}
"""Pages that another page leads to, of whatever else one comes to by the menu."""
WITHOUT_HELP = {"photo", "copy", "paper", "openapi.json", "help"}
"""Files, and the help itself."""
FORMS: dict[str, set[str]] = {
    "/comments/dindaeng": {C},
    "/comments/dindaeng/pool": {C},
    "/improvements/dindaeng": {S, D, C},
    "/ita/dindaeng": {D, H},
    "/ita/dindaeng/pictures": {D, H},
    "/objections/dindaeng/1": {D, H, A},
    "/officer/dindaeng/101": {O},
    "/officer/dindaeng/102": set(),
    "/roster/dindaeng": {I},
    "/roster/dindaeng/101": {I},
    "/fleet/dindaeng": {I},
    "/fleet/dindaeng/releases": {I},
    "/fleet/dindaeng/two-people": {D, A, I},
    "/fleet/dindaeng/logs": {D, A, I},
    "/accounts/dindaeng": {I},
    "/settings/dindaeng": {I},
    "/settings/dindaeng/words": {I},
    "/notifications/dindaeng": {I},
    "/holidays/dindaeng": {I},
    "/recordings/dindaeng/th/thanks": {I},
    "/pins/dindaeng": {I, H},
    "/officer-accounts/dindaeng": {I, H},
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Central]:
    central = made_office(tmp_path_factory.mktemp("office"))
    yield central
    central.store.close()


@pytest.fixture
def fresh_office(tmp_path: Path) -> Iterator[Central]:
    central = made_office(tmp_path)
    yield central
    central.store.close()


@pytest.fixture(scope="module")
def clients(office: Central) -> dict[str, TestClient]:
    clients = {"public": signed_in(office, now=NOW)}
    for name, role in ROLES.items():
        clients[name] = with_role(office, role)
    return clients


@pytest.fixture
def articles_anew() -> Iterator[None]:
    """An article names the roles there are; one with a role of this test is no other test's."""
    text_of.cache_clear()
    yield
    text_of.cache_clear()


def opened(client: TestClient) -> set[str]:
    return {path for path in PAGES if client.get(path).status_code == 200}


@pytest.mark.usefixtures("articles_anew")
@pytest.mark.parametrize(
    ("role", "like"),
    [
        (Role(id="registrar", rights=ROLES[D].rights, sections=Reach.ALL), D),
        (Role(id="deputy", rights=ROLES[S].rights, sections=Reach.OWN), S),
        (Role(id="trainee", rights=ROLES[O].rights, officers=Reach.OWN), O),
        (Role(id="clerk", rights=ROLES[C].rights), C),
    ],
    ids=lambda value: getattr(value, "id", ""),
)
def test_a_new_role_is_a_new_row(
    fresh_office: Central, monkeypatch: pytest.MonkeyPatch, role: Role, like: str
) -> None:
    monkeypatch.setitem(ROLES, role.id, role)
    pages = {path for path, readers in PAGES.items() if like in readers}
    assert opened(with_role(fresh_office, role)) == pages
    with pytest.raises(BadPerson):
        account_of(fresh_office, role, officer="101", section=OWN)
    if not role.fits_city:
        officer, section = "101" * role.needs_officer, OWN * role.needs_section
        with pytest.raises(BadPerson):
            account_of(fresh_office, role, officer=officer, section=section, city=True)


def account_of(
    office: Central, role: Role, *, officer: str, section: str, city: bool = False
) -> None:
    add_account(office, "t", "x", "x", [role], NOW, officer=officer, section=section, city=city)


@pytest.mark.usefixtures("articles_anew")
def test_a_role_that_reads_every_officer_and_no_section_needs_no_more_than_its_row(
    fresh_office: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = Role(id="coach", rights=frozenset({Right.OFFICER}), officers=Reach.ALL)
    monkeypatch.setitem(ROLES, role.id, role)
    public = {path for path, readers in PAGES.items() if "public" in readers}
    assert opened(with_role(fresh_office, role)) - public == {
        "/my-log",
        *(f"/officer/dindaeng/{officer}" for officer in ("101", "102", "201")),
        *(path for path in PAGES if path.startswith(OF_AN_OFFICER)),
    }


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_for_its_roles_and_for_nobody_else(
    clients: dict[str, TestClient], path: str
) -> None:
    for who in WHO:
        got = clients[who].get(path)
        if who in PAGES[path]:
            assert got.status_code == 200, (who, path, got.text[-300:])
            assert got.headers["X-Content-Type-Options"] == "nosniff", "nobody guesses what it is"
            cache = got.headers["Cache-Control"]
            assert cache == "no-store" or "public" in PAGES[path], "no browser keeps it"
        elif who == "public":
            assert got.status_code == 303, (who, path)
            assert got.headers["Location"].startswith("/sign-in?next=")
        else:
            assert got.status_code == 403, (who, path)
        if who not in PAGES[path]:
            for name in ("สมหญิง", "กตัญญู", "น้ำผึ้ง"):
                allowed = who is O and name == "สมหญิง"
                assert allowed or name not in got.text, (who, path)


@pytest.mark.parametrize("path", FORMS)
def test_a_form_is_taken_from_its_roles_and_from_nobody_else(
    clients: dict[str, TestClient], path: str
) -> None:
    for who in WHO:
        got = clients[who].post(path, data={"x": "1"})
        if who in FORMS[path]:
            assert got.status_code in (400, 404), (who, path)
        elif who == "public":
            assert got.status_code == 401, (who, path)
        else:
            assert got.status_code == 403, (who, path)


OPEN_TO_ALL = {
    "/", "/sign-in", "/sign-in/code", "/sign-out", "/static/{name}",
    "/healthz", "/readyz", "/metrics", "/robots.txt", "/.well-known/security.txt",
}  # fmt: skip
OWN_ACCOUNT = {"/password", "/second-factor", "/my-account", "/my-notifications"}
"""Whoever is signed in has these, and changes nothing but the own account there."""
OWN_TESTS = ("/f/", "/v1/", "/paper/{site}/sheets/")
"""What a token opens: the questionnaire, the sheets that one account had made; and the terminals'
door."""


def test_every_page_and_form_of_the_server_is_in_these_tables(office: Central) -> None:
    asked = {"GET": PAGES, "POST": FORMS}
    for route in _routes(office):
        if route.path in OPEN_TO_ALL | OWN_ACCOUNT or route.path.startswith(OWN_TESTS):
            continue
        for method in _methods(route):
            paths = [path.split("?")[0] for path in asked[method]]
            assert any(route.path_regex.match(path) for path in paths), (method, route.path)


def test_the_help_says_of_each_page_who_opens_it(office: Central) -> None:
    """By the rights that its route asks for: those are who is let in above."""
    by_path = {route.path: route for route in _routes(office) if "GET" in _methods(route)}
    guarded = {page.path: page.rights for page in GUARDED}
    for path, rights in guarded.items():
        matches = by_path[path].path_regex.match
        readers = set.union(*(who for page, who in PAGES.items() if matches(page.split("?")[0])))
        assert readers == {role.id for role in ROLES.values() if role.rights & rights}, path
    for path, route in by_path.items():
        is_page = "." not in path and not path.startswith(("/table/", "/paper/"))
        is_below = any(path.startswith(f"{page}/") for page in guarded)
        assert path in guarded or not (is_page and rights_of(route)) or is_below, path


def test_the_menu_leads_to_each_page_that_opens_and_to_no_other(
    clients: dict[str, TestClient],
) -> None:
    opens = {
        who: {path for path, readers in PAGES.items() if who in readers and path.count("/") == 2}
        for who in ROLES
    }
    guarded = {page.path.format(site="dindaeng", officer="") for page in GUARDED} - FROM_ANOTHER
    for who in ROLES:
        tree = html.fromstring(clients[who].get("/my-log").text)
        links = {urlsplit(link).path for link in tree.xpath("//nav//a/@href")}
        assert all(
            clients[who].get(link).status_code == 200 for link in tree.xpath("//nav//a/@href")
        )
        assert links & guarded == {path.split("?")[0] for path in opens[who]} & guarded, who
        assert ("/officer/dindaeng/101" in links) == (who == O)
        assert ("/section/dindaeng" in links) == (who == S)


def test_every_request_at_the_terminals_door_is_refused_unsigned(
    office: Central, clients: dict[str, TestClient]
) -> None:
    with office.store.transaction(office.site) as t:
        begin_terminal(t, "counter-9", "9", key_text())
    values = {"site": "dindaeng", "terminal": "counter-9", "day": "2026-11-23", "officer": "102"}
    values |= {"language": "th", "prompt": "thanks", "digest": "a" * 64, "piece": "0"}
    hello = made_hello(nonce="n" * 32, software="kiosk").to_bytes()
    doors = [route for route in _routes(office) if route.path.startswith("/v1/sites/")]
    assert len(doors) >= 8
    for route in doors:
        for method in _methods(route):
            path = route.path.format(**values)
            for headers in ({}, {"Kiosk-Signature": "A" * 88, "Kiosk-Nonce": "n" * 32}):
                got = clients[I].request(method, path, content=hello, headers=headers)
                assert got.status_code == 401, (method, path)
                assert "Kiosk-Signature" not in got.headers


def _methods(route: APIRoute) -> set[str]:
    return set(route.methods or ()) - {"HEAD"}


def _routes(office: Central) -> list[APIRoute]:
    return routes_of(create_app(office, lambda: NOW))


def test_no_page_of_it_shows_a_score(clients: dict[str, TestClient]) -> None:
    for path, who in PAGES.items():
        if I in who and "public" not in who:
            text = clients[I].get(path).text
            for figure in ("75.0", "๗๕.๐", "120", "๑๒๐"):
                assert figure not in text, path


def test_a_city_account_reads_each_office_and_only_reads_what_its_role_may(
    office: Central,
) -> None:
    add_account(office, "test", "governor", "ผู้ว่าฯ", (ROLES[D],), NOW, city=True)
    with office.store.transaction(CITY) as t:
        found = t.accounts.get("governor")
        assert found is not None
        t.accounts.put(replace(found, first_until=None, subject="gov"))
    client = TestClient(create_app(office, lambda: NOW), follow_redirects=False)
    token = sign_in_as(office, CITY, "gov", NOW).token
    client.cookies.set("kiosk_session", f"~.{token}")
    assert client.get("/city/changes").status_code == 200
    assert client.get("/city/security").status_code == 403
    shown = client.get("/city")
    assert shown.status_code == 200
    assert "สำนักงานเขตอื่น" in shown.text
    assert '<p class="kicker">รายงานความพึงพอใจต่อการให้บริการ</p>' in shown.text, (
        "no one office's page"
    )
    assert "เรียงตามชื่อหน่วยงาน" in shown.text
    assert "เรียงตามฝ่าย" not in shown.text
    assert client.get("/report/dindaeng").status_code == 200
    assert client.get("/report/elsewhere").status_code == 200
    assert client.get("/report/nowhere").status_code == 404
    assert client.get("/tally/dindaeng").status_code == 403


def test_views_of_a_result_by_others_are_logged_and_shown_to_the_officer(
    clients: dict[str, TestClient], office: Central
) -> None:
    clients[D].get("/officer/dindaeng/101")
    clients[H].get(f"/paper/dindaeng/officer.pdf?{ROUND}&officer=101")
    own = clients[O].get("/officer/dindaeng/101").text
    assert "director (director)" in own
    assert "hr (hr)" in own
    assert "officer (officer)" not in own
    assert "director (director)" not in clients[D].get("/officer/dindaeng/101").text
    looks = {look.who for look in logged(office, Kind.LOOK) if look.whom == "101"}
    assert looks >= {"director (director)", "hr (hr)"}


def test_whose_results_an_account_opens_stands_in_the_log_and_where_that_officer_reads(
    office: Central, clients: dict[str, TestClient]
) -> None:
    add_account(office, "it", "spy", "ผู้อื่น", (ROLES["officer"],), NOW, officer="101")
    given = told("account_officer", account="spy")
    assert [look.who for look in logged(office, Kind.LOOK) if look.what == given] == ["it"]
    assert "spy" in clients[O].get("/my-log").text
    said = told("account_of", account="spy", roles="officer", whose="101")
    assert logged(office, Kind.CHANGE)[0].what == said


def test_a_raw_read_of_the_citys_auditor_says_so(office: Central) -> None:
    add_account(office, "it", "checker", "ผู้ตรวจ", (ROLES["audit"],), NOW, city=True, subject="c")
    client = TestClient(create_app(office, lambda: NOW), follow_redirects=False)
    client.cookies.set("kiosk_session", f"~.{sign_in_as(office, CITY, 'c', NOW).token}")
    assert client.get("/tally/dindaeng?date=2026-11-02").status_code == 200
    assert logged(office, Kind.READ)[0].who == "checker (city)"


@pytest.mark.parametrize("path", ["/report/dindaeng", f"/paper/dindaeng/meeting.pdf?{ROUND}"])
def test_a_section_with_one_officers_results_is_a_look_at_that_officer(
    tmp_path: Path, path: str
) -> None:
    store = new_central_store(tmp_path / "central.db")
    central = made_central(store, tmp_path)
    put_on_roster(
        central,
        (
            an_officer("101", "สมหญิง ใจดี", section=OWN),
            an_officer("102", "กตัญญู ทองคำ", section=OWN),
            an_officer("201", "น้ำผึ้ง วงศ์สวัสดิ์", section=OTHER),
            an_officer("202", "ยังไม่มี ผลประเมิน", section=OTHER),
        ),
    )
    for officer in ("101", "102", "201"):
        received(central, officer, 3, 3, 4, 10, 20)
    assert signed_in(central, ROLES[D], now=NOW).get(path).status_code == 200
    looks = [(look.whom, look.who) for look in logged(central, Kind.LOOK)]
    assert looks == [("201", "director (director)")]
    store.close()


def test_the_tally_is_logged_before_it_is_shown(
    clients: dict[str, TestClient], office: Central
) -> None:
    text = clients[A].get("/tally/dindaeng?date=2026-11-02").text
    assert "สมหญิง" in text
    assert "audit · ข้อมูลดิบของวันที่ ๒ พ.ย. ๒๕๖๙" in text
    assert "๑๐๑" in text
    newest = logged(office, Kind.READ)[0]
    assert (newest.who, newest.what) == ("audit", told("tally", day="2026-11-02"))
    looks = [look for look in logged(office, Kind.LOOK) if look.what == newest.what]
    assert {look.whom for look in looks} == {"101", "102", "201"}, "each officer reads of it"


def test_a_form_of_another_site_does_nothing(clients: dict[str, TestClient]) -> None:
    foreign = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    for path in FORMS:
        got = clients[I].post(path, data={"do": "enrol"}, headers=foreign)
        assert got.status_code == 403, path
    assert clients[I].post("/sign-out", headers={"Origin": "null"}).status_code == 403


@pytest.mark.parametrize(
    "sent",
    [
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://testserver"},
        {},
    ],
)
def test_our_own_forms_are_taken_however_a_browser_names_them(
    office: Central, sent: dict[str, str]
) -> None:
    client = signed_in(office, now=NOW)
    got = client.post("/sign-in", data={"account": "x", "password": "y"}, headers=sent)
    assert "ไม่ถูกต้อง" in got.text, "asked for the password, not turned away as foreign"


def test_the_pages_let_browsers_say_where_a_form_comes_from(office: Central) -> None:
    """Under no-referrer Chromium and Firefox send Origin: null with every form."""
    assert signed_in(office, now=NOW).get("/sign-in").headers["Referrer-Policy"] == "same-origin"


def test_more_papers_at_once_than_fit_are_told_to_come_later(
    clients: dict[str, TestClient],
) -> None:
    """Everybody may ask for a poster; terminals' requests wait for the same threads."""
    poster = f"/paper/dindaeng/infographic.png?{ROUND}"
    with ExitStack() as line:
        for _ in range(typesetting.LINE.most):
            line.enter_context(typesetting.LINE.place())
        assert clients["public"].get(poster).status_code == 503
    assert clients["public"].get(poster).status_code == 200


def test_every_page_leads_to_its_help() -> None:
    paths = (path.partition("?")[0] for path in PAGES)
    without = {path for path in paths if not article_of_page(path)}
    assert {path.split("/")[1] for path in without} == WITHOUT_HELP
