"""Central's logs: nothing can be changed in them, buried in them or cut off unseen."""

import csv
import io
import logging
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from sync.central.failures import MOST_KNOWN, MOST_OF_ONE, MOST_UNKNOWN
from sync.central.language import words
from sync.central.logbook import Kind, Log, read_told, told
from sync.central.logwords import log_words
from sync.central.secondfactor import typed_secret
from sync.central.store.distributing import let_tables_change
from sync.central.store.engine import CentralStore
from sync.central.usecases import backup
from sync.central.usecases.accounts import add_account, new_password
from sync.central.usecases.central import Central
from sync.central.usecases.events import empty_old_events, note_failure, write_failure
from sync.central.usecases.sign_in import NotSignedIn, sign_in, sign_in_as, sign_out, viewer_of
from sync.central.usecases.verification import first_wrong_entry
from sync.central.viewer import CITY, ROLES
from sync.central.web.app import create_app
from sync.central.web.dependencies import COOKIE
from tests.support.authenticator import enrols
from tests.support.central import logged, made_central, on_roster, signed_in
from tests.support.databases import new_central_store, new_database

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def change(central: Central, n: int, who: str = "it") -> None:
    with central.store.transaction(central.site) as t:
        for number in range(n):
            t.logs.change(who, f"change {number}", NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_entries SET what = 'nothing' WHERE seq = 2",
        "UPDATE log_entries SET kind = 'emptied', who = '', whom = '' WHERE seq = 2",
        "DELETE FROM log_entries WHERE seq = 3",
        "UPDATE log_heads SET seq = 1 WHERE log = 'record'",
        "DELETE FROM log_heads",
    ],
)
def test_the_database_itself_refuses_to_change_a_log(central: Central, statement: str) -> None:
    change(central, 3)
    with pytest.raises(DBAPIError, match="append-only"), central.store._engine.begin() as c:
        c.execute(text(statement))
    assert first_wrong_entry(central, central.site) is None


@pytest.mark.parametrize(
    ("hand", "said"),
    [
        ("UPDATE log_entries SET what = 'x' WHERE seq = 2", "log record: entry 2 was changed"),
        ("UPDATE log_entries SET who = 'x' WHERE seq = 3", "log record: entry 3 was changed"),
        ("DELETE FROM log_entries WHERE seq = 2", "log record: entry 2 is missing"),
        ("DELETE FROM log_entries WHERE seq = 3", "entry 2 is its last, and its head says 3"),
        (
            "UPDATE log_entries SET kind = 'emptied', who = '', whom = '', what = '' WHERE seq = 1",
            "entry 1 is emptied, and the record does not say so",
        ),
    ],
)
def test_verify_names_the_first_entry_that_a_hand_changed(
    central: Central, hand: str, said: str
) -> None:
    change(central, 3)
    with central.store._engine.begin() as c:
        let_tables_change(c)
        for table, names in GUARDS.items():
            for name in names:
                where = f" ON {table}" if c.dialect.name == "postgresql" else ""
                c.execute(text(f"DROP TRIGGER IF EXISTS {name}{where}"))
    assert "guard" in str(first_wrong_entry(central, central.site))
    with central.store._engine.begin() as c:
        let_tables_change(c)
        c.execute(text(hand))
        for ddl in declared_guards(c.dialect.name):
            c.execute(text(ddl))
    assert said in str(first_wrong_entry(central, central.site))


GUARDS = {
    table: tuple(f"{table}_{name}" for name in names)
    for table, names in (
        ("log_entries", ("no_update", "no_delete", "no_replace", "no_truncate")),
        ("log_heads", ("grow", "no_delete", "no_replace", "no_truncate")),
    )
}


def declared_guards(dialect: str) -> list[str]:
    from sync.central.schema import GUARDS as DECLARED

    return [ddl for ddl in DECLARED[dialect] if ddl.startswith("CREATE TRIGGER")]


def test_two_hundred_changes_bury_nothing(central: Central) -> None:
    change(central, 1, who="misuser")
    change(central, 205)
    director = signed_in(central, ROLES["director"], now=NOW)
    address, pages = "/changes/dindaeng", []
    while address:
        shown = director.get(address)
        assert shown.status_code == 200
        pages.append(shown.text)
        older = re.search(r'<a href="([^"]*)" rel="next">', shown.text)
        address = older[1].replace("&amp;", "&") if older else ""
    assert len(pages) == 3
    assert "misuser" in pages[-1]
    assert "misuser" not in pages[0]
    narrowed = director.get("/changes/dindaeng?person=misuse").text
    assert narrowed.count('<th scope="row">') == 1
    assert "misuser" not in director.get("/changes/dindaeng?until=2026-11-01").text
    assert director.get("/changes/dindaeng?since=2026-13-01").status_code == 400


def test_an_officer_reads_every_look_however_many_there_are(central: Central) -> None:
    officer = signed_in(central, ROLES["officer"], officer="101", now=NOW)
    with central.store.transaction(central.site) as t:
        t.logs.look(["101"], "curious (head)", "officer fy2027", NOW)
        for _ in range(210):
            t.logs.look(["101", "102"], "other (hr)", "officer fy2027", NOW)
        t.logs.look(["101"], "last year's (head)", "officer fy2026", NOW - timedelta(days=400))
    newest = officer.get("/my-log").text
    people = dict(re.findall(r'#looks">([^<]+)</a></th>\s*<td[^>]*>([^<]+)<', newest))
    assert people.pop("test") == "๑", "who opened the officer's account"
    assert people == {"other (hr)": "๒๑๐", "curious (head)": "๑", "last year&#39;s (head)": "๑"}
    pages = [newest]
    while older := re.search(r'<a href="([^"]*looks_before[^"]*)" rel="next">', pages[-1]):
        pages.append(officer.get(older[1].replace("&amp;", "&")).text)
    assert len(pages) == 3

    def looks(**asked: str) -> list[str]:
        got = officer.get("/my-log/looks.csv", params=asked)
        assert got.status_code == 200
        rows = list(csv.DictReader(io.StringIO(got.content.decode("utf-8-sig"))))
        return [row["who"] for row in rows]

    assert len(looks()) == 213, "the other officer's are not theirs"
    assert looks(who="curious (head)") == ["curious (head)"]
    assert looks(until="2026-11-22") == ["last year's (head)"]
    assert looks(who="'; DROP TABLE log_entries") == []


def test_who_may_read_changes_does_not_learn_who_looked_at_whom(central: Central) -> None:
    with central.store.transaction(central.site) as t:
        t.logs.look(["101"], "curious (head)", "officer fy2027", NOW)
    for role in ("director", "it"):
        client = signed_in(central, ROLES[role], now=NOW)
        assert "curious" not in client.get("/changes/dindaeng").text
        assert "curious" not in client.get("/changes/dindaeng?kind=look").text
    audit = signed_in(central, ROLES["audit"], now=NOW)
    assert "curious" in audit.get("/changes/dindaeng?kind=look").text


def test_a_log_is_taken_out_as_a_file_and_that_is_logged(central: Central) -> None:
    with central.store.transaction(central.site) as t:
        t.logs.change("it", "=HYPERLINK(1)", NOW)
    signed_in(central, ROLES["complaints"], now=NOW)
    audit = signed_in(central, ROLES["audit"], now=NOW)
    got = audit.get("/changes/dindaeng/log.csv")
    rows = list(csv.DictReader(io.StringIO(got.content.decode("utf-8-sig"))))
    assert [row["what"] for row in rows if row["kind"] == "change"][-1] == "'=HYPERLINK(1)"
    assert {int(row["number"]) for row in rows} == set(range(1, len(rows) + 1))
    assert logged(central, Kind.READ)[0].what == told("file", log="record")
    [made] = [row for row in rows if "complaints" in row["what"]]
    assert read_told(made["what"]) == ("account", {"account": "complaints", "roles": "complaints"})
    assert made["said"] == "บัญชี complaints: ผู้รับเรื่องร้องเรียน"


def opened(central: Central, password: str) -> str:
    return sign_in(central, (central.site,), "somchai", password, NOW).token


def refused(central: Central, account: str, password: str, now: datetime = NOW) -> None:
    with pytest.raises(NotSignedIn) as refusal:
        sign_in(central, (central.site,), account, password, now)
    assert refusal.value.failure is not None
    write_failure(central, refusal.value.failure, now)


def test_each_thing_that_happens_to_an_account_is_an_event_without_a_secret(
    central: Central, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "kiosk.central.security")
    role = ROLES["complaints"]
    first = add_account(central, "it", "somchai", "สมชาย", (role,), NOW)
    token = opened(central, first)
    sign_out(central, central.site, token, NOW)
    refused(central, "somchai", "wrong-password-1")
    refused(central, "My-Mistyped-Pass9", "x")
    stale = opened(central, first)
    assert viewer_of(central, central.site, stale, NOW + timedelta(hours=3)) is None
    second = new_password(central, "it", central.site, "somchai", NOW)
    assert second is not None
    expected = {
        Kind.PASSWORD_ISSUED: 2, Kind.SIGNED_IN: 2, Kind.SIGNED_OUT: 1, Kind.FAILED: 1,
        Kind.UNKNOWN: 1, Kind.EXPIRED: 1,
    }  # fmt: skip
    for kind, n in expected.items():
        notes = logged(central, kind)
        assert len(notes) == n, kind
        lines = [line for line in caplog.messages if f" {kind.value} " in line]
        assert len(lines) == n, kind
    [unknown] = logged(central, Kind.UNKNOWN)
    assert unknown.whom == "M…"
    secrets = (first, second, token, stale, "wrong-password-1", "Mistyped")
    audit = signed_in(central, ROLES["audit"], now=NOW)
    page = audit.get("/security/dindaeng").text
    with central.store._engine.connect() as c:
        rows = [str(row) for row in c.execute(text("SELECT * FROM log_entries"))]
    for secret in secrets:
        assert secret not in caplog.text
        assert secret not in page
        assert not any(secret in row for row in rows)
    mine = signed_in(central, role, now=NOW)
    assert mine.get("/my-log").status_code == 200


def test_who_is_refused_a_page_stands_in_the_log(central: Central) -> None:
    client = signed_in(central, ROLES["complaints"], now=NOW)
    assert client.get("/accounts/dindaeng").status_code == 403
    [refusal] = logged(central, Kind.REFUSED)
    assert (refusal.whom, refusal.what) == (
        "complaints",
        told("page", page="GET /accounts/dindaeng"),
    )


def test_a_lock_is_told_from_a_wrong_password(central: Central) -> None:
    add_account(central, "it", "somchai", "สมชาย", (ROLES["complaints"],), NOW)
    for minute in range(5):
        refused(central, "somchai", "wrong", NOW + timedelta(minutes=minute))
    refused(central, "somchai", "wrong", NOW + timedelta(minutes=4, seconds=1))
    kinds = [len(logged(central, kind)) for kind in (Kind.FAILED, Kind.LOCKED, Kind.TOO_EARLY)]
    assert kinds == [4, 1, 1]


def test_a_flood_of_failures_is_counted_into_one_entry_a_minute(central: Central) -> None:
    for number in range(2000):
        note_failure(central, central.site, Kind.UNKNOWN, f"{number}…", NOW)
    for number in range(300):
        note_failure(central, central.site, Kind.FAILED, f"a{number % 3}", NOW)
    assert len(logged(central, Kind.UNKNOWN)) == MOST_UNKNOWN
    written = logged(central, Kind.FAILED)
    assert len(written) == min(MOST_KNOWN, 3 * MOST_OF_ONE)
    note_failure(central, central.site, Kind.FAILED, "boss", NOW + timedelta(minutes=1))
    [flood] = logged(central, Kind.FLOOD)
    _, counted = read_told(flood.what)
    assert counted["unknown"] == 2000 - MOST_UNKNOWN
    assert counted["wrong"] == 300 - len(written)
    assert "a0 " in str(counted["accounts"])
    assert counted["beyond"] == 0


def test_the_entry_of_a_flood_says_how_many_accounts_it_does_not_name(central: Central) -> None:
    for number in range(300):
        note_failure(central, central.site, Kind.FAILED, f"a{number % 60}", NOW)
    note_failure(central, central.site, Kind.FAILED, "boss", NOW + timedelta(minutes=1))
    [flood] = logged(central, Kind.FLOOD)
    _, counted = read_told(flood.what)
    assert str(counted["accounts"]).count(",") == 19
    assert counted["beyond"] == 40
    assert "not named: 40" in log_words("en", flood.what)


def test_old_events_lose_their_words_and_the_chain_still_holds(central: Central) -> None:
    long_ago = NOW - timedelta(days=400)
    with central.store.transaction(central.site) as t:
        for number in range(3):
            t.logs.event(Kind.SIGNED_IN, f"old{number}", long_ago)
        t.logs.event(Kind.SIGNED_IN, "young", NOW - timedelta(days=100))
    add_account(central, "it", "somchai", "สมชาย", (ROLES["complaints"],), NOW)
    password = new_password(central, "it", central.site, "somchai", NOW)
    assert password is not None
    opened(central, password)
    with central.store.read(central.site) as t:
        whom = [entry.note.whom for entry in t.logs.every(Log.SECURITY)]
    assert whom[:4] == ["", "", "", "young"]
    [shortened] = logged(central, Kind.SHORTENED)
    assert shortened.what == told("shortened", first=1, last=3, security=3, record=0)
    assert first_wrong_entry(central, central.site) is None


def test_writers_at_once_make_one_chain(central: Central) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: change(central, 5, who=f"w{n}"), range(12)))
    assert len(logged(central, Kind.CHANGE)) == 60
    assert first_wrong_entry(central, central.site) is None


def test_a_backup_carries_the_logs_and_their_chain(
    central: Central, postgres: str, tmp_path: Path
) -> None:
    """From either database into either."""
    change(central, 5)
    with central.store.transaction(central.site) as t:
        t.logs.event(Kind.SIGNED_IN, "old", NOW - timedelta(days=400))
        t.logs.event(Kind.SIGNED_IN, "a", NOW)
        empty_old_events(t, NOW)
    backup.write(central.store, tmp_path, tmp_path / "b.zip", lambda *_: None)
    for url in (f"sqlite:///{tmp_path / 'other.db'}", new_database(postgres)):
        other = CentralStore.create(url)
        members = backup.check(tmp_path / "b.zip")
        backup.restore_rows(tmp_path / "b.zip", members, other, lambda *_: None)
        with other.read(central.site) as restored, central.store.read(central.site) as t:
            assert restored.logs.heads() == t.logs.heads()
            assert list(restored.logs.every(Log.RECORD)) == list(t.logs.every(Log.RECORD))
        again = Central(store=other, settings=central.settings, key=central.key)
        change(again, 1)
        assert first_wrong_entry(again, central.site) is None
        with pytest.raises(DBAPIError, match="append-only"), other._engine.begin() as c:
            c.execute(text("DELETE FROM log_entries"))
        other.close()


def test_an_empty_central_has_logs_that_agree(tmp_path: Path) -> None:
    store = new_central_store(tmp_path / "new.db")
    assert first_wrong_entry(made_central(store, tmp_path), "dindaeng") is None
    store.close()


@pytest.mark.parametrize(
    "what",
    [
        "x",
        "[",
        "[1, {}]",
        '["account", 1]',
        '["account", {"key": 1}]',
        '["nothing", {}]',
        "[" * 9999,
    ],
)
def test_a_row_that_another_hand_wrote_stands_on_the_page_as_it_is(what: str) -> None:
    assert log_words("th", what) == what


def test_no_page_of_a_log_has_a_word_of_another_language(central: Central) -> None:
    """What happened is stored as a key and values, and said when somebody reads it."""
    with central.store.transaction(central.site) as t:
        for key, text in words("en").by_key.items():
            table, _, name = key.partition(".")
            if table == "log_what":
                values = dict.fromkeys(re.findall(r"\{(\w+)\}", text), "7")
                dates = {"day": "2026-11-23", "at": NOW.isoformat(), "period": "fy2027"}
                t.logs.change(
                    "7", told(name, **(values | {n: dates[n] for n in values.keys() & dates})), NOW
                )
    reader = signed_in(central, ROLES["director"], now=NOW)
    pages = {code: reader.get(f"/changes/dindaeng?lang={code}").text for code in ("th", "en")}
    details = {
        code: re.findall(r'data-label="[^"]*">([^<]*)</td>\n</tr>', pages[code]) for code in pages
    }
    assert len(details["th"]) == len(details["en"]) > 30
    names = re.compile("PIN|director|ITA")
    assert not [one for one in details["th"] if re.search("[A-Za-z]{2}", names.sub("", one))]
    assert not [one for one in details["en"] if re.search("[\u0e01-\u0e5b]", one)]


def test_no_log_journal_or_page_of_logs_has_a_secret(
    central: Central, caplog: pytest.LogCaptureFixture
) -> None:
    """Of the second factor, of PINs and of enrolment: nothing that opens anything."""
    caplog.set_level(logging.DEBUG)
    on_roster(central, "101")
    clock = [NOW]
    app = create_app(central, lambda: clock[0])
    client = TestClient(app, follow_redirects=False)
    first = add_account(central, "it", "malee", "มาลี", (ROLES["it"], ROLES["audit"]), NOW)
    client.post("/sign-in", data={"account": "malee", "password": first})
    own = "three words apart"
    client.post("/password", data={"old": first, "new": own, "again": own})
    key, recovery = enrols(client, NOW)
    clock[0] = NOW + timedelta(minutes=2)
    client.post("/sign-in", data={"account": "malee", "password": own})
    codes = [key.code(clock[0]), "314159"]
    assert client.post("/sign-in/code", data={"code": codes[1]}).status_code == 403
    assert client.post("/sign-in/code", data={"code": codes[0]}).status_code == 303
    client.post("/sign-in", data={"account": "malee", "password": own})
    assert client.post("/sign-in/code", data={"code": recovery[0]}).status_code == 303
    letters = client.post("/pins/dindaeng", data={"officers": "101 0"}).text
    pins = re.findall(r"\b\d{3} \d{3}\b", letters)
    made = client.post(
        "/fleet/dindaeng", data={"do": "enrol", "terminal": "c-9", "counter": "9"}
    ).text
    invitations = re.findall(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", made)
    assert pins
    assert invitations
    said = [client.get(f"/{page}/dindaeng").text for page in ("security", "changes")]
    said += [client.get(f"/{page}/dindaeng/log.csv").text for page in ("security", "changes")]
    with central.store._engine.connect() as c:
        said += [str(row[2:8]) for row in c.execute(text("SELECT * FROM log_entries"))]
    said.append(caplog.text)
    secrets = [first, own, *codes, *recovery, *pins, *invitations, typed_secret(key.secret)]
    secrets += [one.replace(" ", "").replace("-", "") for one in (*pins, *invitations)]
    assert len(logged(central, Kind.FAILED)) == 1
    for secret in secrets:
        assert not [one for one in said if secret in one], secret


def test_the_citys_own_logs_have_a_page_for_the_citys_auditors(central: Central) -> None:
    audit = (ROLES["audit"],)
    add_account(central, "it", "checker", "ผู้ตรวจ", audit, NOW, city=True, subject="city-1")
    token = sign_in_as(central, CITY, "city-1", NOW).token
    client = TestClient(create_app(central, lambda: NOW), follow_redirects=False)
    client.cookies.set(COOKIE, f"~.{token}")
    assert "checker" in client.get("/city/changes").text
    assert "ด้วยบัญชีหน่วยงาน" in client.get("/city/security").text
    assert "checker" in client.get("/city/security/log.csv").text
    assert client.get("/changes/dindaeng").status_code == 200, "and the office's"
    of_office = signed_in(central, *audit, now=NOW)
    for page in ("changes", "security", "changes/log.csv", "security/log.csv"):
        assert of_office.get(f"/city/{page}").status_code == 403
