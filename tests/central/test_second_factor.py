"""The second factor: who needs one, how it is set, that a code opens once, and who may reset it."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from sync.central import secondfactor
from sync.central.schema import recovery_codes, second_factors
from sync.central.sitesettings import SiteSettings
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.usecases.office_settings import save_settings
from sync.central.viewer import CITY, ROLES, Viewer
from sync.central.web.app import create_app
from sync.central.web.dependencies import COOKIE
from tests.support.authenticator import Authenticator, enrols, sealed
from tests.support.central import NOON, signed_in

GOOD = "a long enough one"
LATER = NOON + timedelta(minutes=2)
NEEDS_ONE = ("it", "hr", "director", "audit")


class Clock:
    """A wall clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOON


def browser(central: Central, clock: Clock) -> TestClient:
    return TestClient(create_app(central, lambda: clock.now), follow_redirects=False)


def with_own_password(
    central: Central, clock: Clock, role: str = "hr", name: str = "malee"
) -> TestClient:
    """Somebody who has changed the first password."""
    first = add_account(central, "test", name, "มาลี", (ROLES[role],), clock.now)
    client = browser(central, clock)
    client.post("/sign-in", data={"account": name, "password": first})
    client.post("/password", data={"old": first, "new": GOOD, "again": GOOD})
    return client


def gives_password(client: TestClient, name: str = "malee", password: str = GOOD) -> str:
    got = client.post("/sign-in", data={"account": name, "password": password})
    return got.headers.get("Location", str(got.status_code))


def gives_code(client: TestClient, code: str) -> int:
    return client.post("/sign-in/code", data={"code": code}).status_code


@pytest.mark.parametrize("role", NEEDS_ONE)
def test_roles_that_see_or_change_others_set_one_before_anything_else(
    central: Central, role: str
) -> None:
    clock = Clock()
    client = with_own_password(central, clock, role)
    for page in ("/fleet/dindaeng", "/report/dindaeng", "/my-account", "/settings/dindaeng"):
        assert client.get(page).headers["Location"] == "/second-factor"
    enrols(client, clock.now)
    assert client.get("/my-account").status_code == 200


def test_the_table_of_roles_says_who_needs_one() -> None:
    assert {role.id for role in ROLES.values() if role.second_factor} == set(NEEDS_ONE)


def test_the_office_can_turn_it_off(central: Central) -> None:
    save_settings(central, Viewer(account="it"), None, SiteSettings(second_factor=False), NOON)
    client = with_own_password(central, Clock())
    assert client.get("/report/dindaeng").status_code == 200


def test_signing_in_needs_the_password_and_a_code_of_now(central: Central) -> None:
    clock = Clock()
    app, _ = enrols(with_own_password(central, clock), clock.now)
    clock.now = LATER
    client = browser(central, clock)
    assert gives_password(client) == "/sign-in/code"
    assert client.get("/report/dindaeng").status_code == 303, "the password alone opens nothing"
    assert client.get("/second-factor").status_code == 303
    assert client.get("/password").status_code == 303
    waiting = client.cookies[COOKIE]
    assert gives_code(client, "000000") == 403
    assert gives_code(client, app.code(clock.now)) == 303
    assert client.get("/report/dindaeng").status_code == 200
    assert client.cookies[COOKIE] != waiting, "a fresh token"
    header = {"Cookie": f"{COOKIE}={waiting}"}
    assert browser(central, clock).get("/report/dindaeng", headers=header).status_code == 303


def test_a_code_opens_once_also_within_its_thirty_seconds(central: Central) -> None:
    clock = Clock()
    app, _ = enrols(with_own_password(central, clock), clock.now)
    first_code = app.code(clock.now)
    client = browser(central, clock)
    gives_password(client)
    assert gives_code(client, first_code) == 403, "it set the factor up"
    clock.now = LATER
    gives_password(client)
    assert gives_code(client, app.code(clock.now)) == 303
    gives_password(client)
    assert gives_code(client, app.code(clock.now)) == 403
    assert gives_code(client, app.code(clock.now - timedelta(seconds=30))) == 403, "nor one before"


@pytest.mark.parametrize(("seconds", "status"), [(-30, 303), (30, 303), (-60, 403), (60, 403)])
def test_a_telephones_clock_may_be_half_a_minute_off(
    central: Central, seconds: int, status: int
) -> None:
    clock = Clock()
    app, _ = enrols(with_own_password(central, clock), clock.now)
    clock.now = LATER
    client = browser(central, clock)
    gives_password(client)
    assert gives_code(client, app.code(clock.now + timedelta(seconds=seconds))) == status


def test_codes_are_counted_like_passwords_and_a_right_password_forgives_none(
    central: Central,
) -> None:
    clock = Clock()
    app, _ = enrols(with_own_password(central, clock), clock.now)
    clock.now = LATER
    client = browser(central, clock)
    tries = []
    for _ in range(6):
        gives_password(client)
        tries.append(gives_code(client, "000000"))
    assert tries == [403] * 5 + [429]
    assert gives_code(client, app.code(clock.now)) == 429
    assert gives_password(client) == "429"


def test_the_page_for_the_code_closes_after_five_minutes(central: Central) -> None:
    clock = Clock()
    app, _ = enrols(with_own_password(central, clock), clock.now)
    clock.now = LATER
    client = browser(central, clock)
    gives_password(client)
    clock.now += timedelta(minutes=6)
    assert gives_code(client, app.code(clock.now)) == 403


def test_each_recovery_code_opens_once_and_lies_nowhere(central: Central) -> None:
    clock = Clock()
    app, codes = enrols(with_own_password(central, clock), clock.now)
    assert len(set(codes)) == secondfactor.RECOVERY_CODES
    client = browser(central, clock)
    gives_password(client)
    assert gives_code(client, codes[0].upper().replace("-", " ")) == 303
    gives_password(client)
    assert gives_code(client, codes[0]) == 403
    with central.store.snapshot() as rows:
        stored = str(
            [rows.execute(table.select()).all() for table in (recovery_codes, second_factors)]
        )
    for secret in (*codes, secondfactor.typed_secret(app.secret), app.secret.hex()):
        assert secret not in stored


def test_the_page_shows_the_same_key_until_it_is_in_use(central: Central) -> None:
    """Who loads the page again has not scanned a key that is gone."""
    clock = Clock()
    client = with_own_password(central, clock)
    keys = [Authenticator(client.get("/second-factor").text).secret for _ in range(2)]
    assert keys[0] == keys[1]
    other = with_own_password(central, clock, name="somsak")
    assert Authenticator(other.get("/second-factor").text).secret != keys[0]
    enrols(client, clock.now)
    assert Authenticator(client.get("/second-factor").text).secret != keys[0]


def test_another_account_can_not_take_a_sealed_key(central: Central) -> None:
    clock = Clock()
    malee = with_own_password(central, clock)
    somsak = with_own_password(central, clock, name="somsak")
    page = malee.get("/second-factor").text
    form = {"sealed": sealed(page), "code": "000000"}
    assert somsak.post("/second-factor", data=form).status_code == 400
    assert malee.post("/second-factor", data={**form, "sealed": "x"}).status_code == 400


def test_another_telephone_needs_the_password_and_a_code_of_the_one_before(
    central: Central,
) -> None:
    clock = Clock()
    client = with_own_password(central, clock)
    app, codes = enrols(client, clock.now)
    clock.now = LATER
    page = client.get("/second-factor").text
    form = {"sealed": sealed(page), "code": "123456", "before": app.code(clock.now)}
    wrong = client.post("/second-factor", data={**form, "password": "wrong"})
    assert "รหัสผ่านไม่ถูกต้อง" in wrong.text
    wrong = client.post("/second-factor", data={**form, "password": GOOD, "before": "000000"})
    assert "รหัสไม่ถูกต้อง" in wrong.text
    fresh, _ = enrols(client, clock.now, password=GOOD, before=codes[1])
    clock.now += timedelta(minutes=2)
    other = browser(central, clock)
    gives_password(other)
    assert gives_code(other, app.code(clock.now)) == 403
    assert gives_code(other, fresh.code(clock.now)) == 303


def test_it_resets_anothers_and_never_its_own(central: Central) -> None:
    clock = Clock()
    malee = with_own_password(central, clock)
    enrols(malee, clock.now)
    it = with_own_password(central, clock, "it", "wichai")
    enrols(it, clock.now)
    own = it.post("/accounts/dindaeng", data={"do": "reset", "account": "wichai"})
    assert own.status_code == 403
    assert "ยกเลิกการยืนยันตัวตนขั้นที่สอง" in it.get("/accounts/dindaeng").text
    it.post("/accounts/dindaeng", data={"do": "reset", "account": "malee"})
    assert malee.get("/my-account").status_code == 303, "her sessions have ended"
    assert gives_password(malee) == "/"
    assert malee.get("/report/dindaeng").headers["Location"] == "/second-factor"
    assert "second factor reset" in it.get("/changes/dindaeng?lang=en").text


def test_a_new_first_password_leaves_the_second_factor(central: Central) -> None:
    clock = Clock()
    enrols(with_own_password(central, clock), clock.now)
    it = with_own_password(central, clock, "it", "wichai")
    enrols(it, clock.now)
    page = it.post("/accounts/dindaeng", data={"do": "password", "account": "malee"}).text
    fresh = page.split('class="secret">')[1].split("<")[0]
    client = browser(central, clock)
    assert gives_password(client, password=fresh) == "/sign-in/code"


def test_who_comes_from_the_identity_provider_is_the_providers_matter(central: Central) -> None:
    client = signed_in(central, ROLES["director"], now=NOON)
    assert client.get("/report/dindaeng").status_code == 200


def test_a_city_account_has_one_too(central: Central) -> None:
    clock = Clock()
    first = add_account(central, "test", "governor", "ผู้ว่าฯ", (ROLES["director"],), NOON, city=True)
    client = browser(central, clock)
    client.post("/sign-in", data={"account": "governor", "password": first, "site": CITY})
    client.post("/password", data={"old": first, "new": GOOD, "again": GOOD})
    assert client.get("/city").headers["Location"] == "/second-factor"
    app, _ = enrols(client, clock.now)
    clock.now = LATER
    assert gives_password(client, "governor") == "/sign-in/code"
    assert gives_code(client, app.code(clock.now)) == 303
    assert client.get("/city").status_code == 200


def test_the_codes_are_those_of_rfc_6238() -> None:
    secret = b"12345678901234567890"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert secondfactor.code_at(secret, seconds // 30) == code
