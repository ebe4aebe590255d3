"""Every page of the report, rendered over one office's data: to compare and to read."""

from datetime import datetime

from starlette.testclient import TestClient

from sync.central.handbook import ARTICLES
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.usecases.people import all_officers
from sync.central.usecases.sign_in import sign_in_as
from sync.central.viewer import CITY, ROLES
from sync.central.web.app import create_app
from sync.central.web.dependencies import COOKIE
from tests.support.central import signed_in

GETS = (
    "/report/dindaeng", "/services/dindaeng", "/improvements/dindaeng",
    "/comments/dindaeng", "/papers/dindaeng", "/ita/dindaeng", "/objections/dindaeng",
    "/tally/dindaeng", "/tally/dindaeng?date=2026-11-20", "/fleet/dindaeng", "/roster/dindaeng",
    "/pins/dindaeng", "/accounts/dindaeng", "/settings/dindaeng", "/settings/dindaeng/words",
    "/settings/dindaeng/signing_in", "/settings/dindaeng/calendar", "/settings/dindaeng/ita",
    "/changes/dindaeng", "/password",
    "/notifications/dindaeng", "/my-notifications",
    "/section/dindaeng?name=ฝ่ายทะเบียน", "/officer/dindaeng/101", "/public/dindaeng",
    "/data/dindaeng", "/no-such-page",
    "/report/dindaeng?period=fy2026", "/report/dindaeng?period=nonsense", "/papers/nowhere",
    "/help", "/help?q=10", *(f"/help/{article.id}" for article in ARTICLES),
    "/report/dindaeng?period=2026-11", "/public/dindaeng?period=fy2026",
)  # fmt: skip
POSTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/roster/dindaeng", {"number": "=", "name": "", "section": "x" * 99}),
    ("/accounts/dindaeng", {"account": "x", "name": "y"}),
    ("/accounts/dindaeng", {"account": "boss", "name": "ผอ.", "roles": "director"}),
    ("/settings/dindaeng", {"version": "0"}),
    ("/settings/dindaeng/thresholds", {"version": "0", "compare_from": "1"}),
    ("/settings/dindaeng/ita", {"version": "0", "do": "default:ita_rows"}),
    ("/fleet/dindaeng", {"do": "enrol", "terminal": "counter-99", "counter": "9"}),
    ("/fleet/dindaeng", {"do": "enrol", "terminal": "ก", "counter": "9"}),
    ("/fleet/dindaeng", {"do": "release", "terminal": "counter-1", "note": ""}),
    ("/pins/dindaeng", {}),
    ("/pins/dindaeng", {"officers": "101 0"}),
    ("/improvements/dindaeng", {"said": ""}),
    ("/objections/dindaeng/1", {"verdict": "x"}),
    ("/password", {"old": "x", "new": "y", "again": "z"}),
    ("/password", {"old": "x", "new": "short", "again": "short"}),
)


def report_pages(central: Central, now: datetime, language: str) -> dict[str, str]:
    """HTML by a name of the page: signed in with every role, as an officer, as nobody."""
    pages: dict[str, str] = {}
    id_of_101 = next(str(o.id) for o in all_officers(central) if o.number == "101")

    def read(client: TestClient, path: str) -> str:
        return _read(client, path.replace("/101", f"/{id_of_101}"), language)

    full = signed_in(central, *_OFFICE_ROLES, now=now)
    for path in GETS:
        pages[path] = read(full, path)
    for path, form in POSTS:
        form_name = "&".join(form.values())
        got = full.post(path, params={"lang": language}, data=form)
        pages[f"POST {path} {form_name}"] = got.text
    officer = signed_in(central, ROLES["officer"], officer=id_of_101, now=now)
    for path in ("/officer/dindaeng/101", "/fleet/dindaeng", "/report/dindaeng"):
        pages[f"officer {path}"] = read(officer, path)
    pages["city /city"] = _read(_of_city(central, now), "/city", language)
    stranger = signed_in(central, now=now)
    for path in ("/sign-in", "/public/dindaeng", "/f/dindaeng/counter-1/wrong"):
        pages[f"stranger {path}"] = _read(stranger, path, language)
    wrong = {"account": "nobody", "password": "wrong"}
    got = stranger.post("/sign-in", params={"lang": language}, data=wrong)
    pages["stranger POST /sign-in"] = got.text
    return pages


_OFFICE_ROLES = (ROLES["director"], ROLES["hr"], ROLES["complaints"], ROLES["audit"], ROLES["it"])


def _read(client: TestClient, path: str, language: str) -> str:
    address, _, query = path.partition("?")
    params = dict(part.split("=") for part in query.split("&") if part)
    return client.get(address, params={**params, "lang": language}).text


def _of_city(central: Central, now: datetime) -> TestClient:
    add_account(
        central,
        "test",
        "city",
        "เมือง",
        (ROLES["director"],),
        now,
        subject="subject city",
        city=True,
    )
    token = sign_in_as(central, CITY, "subject city", now).token
    client = TestClient(create_app(central, lambda: now), follow_redirects=False)
    client.cookies.set(COOKIE, f"~.{token}")
    return client
