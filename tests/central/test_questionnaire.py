"""The online questionnaire: one answer a token, tokens of our terminals, nothing about whom."""

import json
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from kiosk.domain.face import colours
from sync import formtoken
from sync.central.disclosure import ONLINE
from sync.central.period import year_of
from sync.central.reports import gate
from sync.central.store.terminals import State
from sync.central.usecases import backup
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import publish_due
from sync.central.usecases.terminals import enrol_terminal, invite_terminal
from sync.central.viewer import ROLES
from sync.central.web.app import create_app
from sync.central.web.questionnaire import clean
from sync.messages import Enrol
from sync.signing import public_text
from tests.support.central import DIRECTOR, signed_in
from tests.support.page_forms import filled_form

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
KEY = Ed25519PrivateKey.generate()


@pytest.fixture
def phone(central: Central) -> TestClient:
    code = invite_terminal(central, "counter-1", "1", NOW)
    enrol_terminal(central, Enrol(code, public_text(KEY)), NOW)
    return TestClient(create_app(central, lambda: NOW))


def token(day: date = TODAY, key: Ed25519PrivateKey = KEY) -> str:
    return "/f/" + formtoken.make(key, "dindaeng", "counter-1", day)


def test_an_answer_is_taken_once(central: Central, phone: TestClient) -> None:
    at = token()
    assert "มากที่สุด" in phone.get(at).text
    told = {"score": "2", "reasons": ["wait", "made-up"], "words": "ขอบคุณ", "lang": "th"}
    assert "ขอบคุณที่ช่วย" in phone.post(at, data=told).text
    assert phone.post(at, data=told).status_code == 409
    assert phone.get(at).status_code == 409
    with central.store.transaction(central.site) as t:
        raw = t.unclosed.raw_days(ONLINE)
        assert [(rated.levels, rated.counts) for rated in raw.rated] == [(5, (0, 1, 0, 0, 0))]
        assert [named.cut for named in raw.named] == [("reason", "wait")]


def test_reasons_are_asked_of_who_was_not_satisfied_alone(
    central: Central, phone: TestClient
) -> None:
    """As at the terminal. A browser hides them by the marks of the low levels."""
    at = token()
    assert re.findall(r'value="(\d)" class="low"', phone.get(at).text) == ["2", "1"]
    assert phone.post(at, data={"score": "5", "reasons": ["wait"]}).status_code == 200
    with central.store.transaction(central.site) as t:
        assert t.unclosed.raw_days(ONLINE).named == []


def test_only_a_terminal_of_this_office_makes_tokens(phone: TestClient) -> None:
    made = token()
    stranger = token(key=Ed25519PrivateKey.generate())
    changed = made[:-3] + ("AAA" if not made.endswith("AAA") else "BBB")
    for at in (
        stranger,
        changed,
        made.replace("counter-1", "counter-2"),
        "/f/dindaeng/counter-1/x",
    ):
        got = phone.get(at)
        assert got.status_code == 404, at
        assert "คิวอาร์โค้ดนี้ใช้ไม่ได้" in got.text
        assert phone.post(at, data={"score": "5"}).status_code == 404
    assert phone.get(made.replace("/f/dindaeng", "/f/elsewhere")).status_code == 404


def test_a_token_lives_a_week(phone: TestClient) -> None:
    assert phone.get(token(TODAY - timedelta(days=7))).status_code == 200
    assert phone.get(token(TODAY - timedelta(days=8))).status_code == 410
    assert phone.get(token(TODAY + timedelta(days=1))).status_code == 200
    assert phone.get(token(TODAY + timedelta(days=2))).status_code == 410


def test_guessing_tokens_is_not_listened_to_for_long(phone: TestClient) -> None:
    seen = [phone.get(f"/f/dindaeng/counter-1/{i}").status_code for i in range(125)]
    assert set(seen[:120]) == {404}
    assert set(seen[120:]) == {429}


@pytest.mark.parametrize("score", ["", "0", "6", "5.0", "๕", "5 ", "x" * 1000])
def test_an_answer_without_a_level_is_asked_again_and_the_token_stays(
    phone: TestClient, score: str
) -> None:
    at = token()
    got = phone.post(at, data={"score": score, "words": "ยังอยู่ <b>"})
    assert got.status_code == 400
    assert "ยังอยู่ &lt;b&gt;" in got.text, "what was typed is not lost"
    assert phone.post(at, data={"score": "1"}).status_code == 200


@pytest.mark.parametrize(
    "words", ["x" * 1001, "http://a.example http://b.example", "ก" + "\u0301" * 10_000]
)
def test_spam_and_piled_up_marks_are_refused(phone: TestClient, words: str) -> None:
    assert phone.post(token(), data={"score": "5", "words": words}).status_code == 400


def test_a_refused_comment_is_told_why_and_nothing_that_was_chosen_is_lost(
    phone: TestClient,
) -> None:
    at = token()
    told = {"score": "2", "reasons": ["wait"], "words": "http://a.example http://b.example"}
    text = phone.post(at, data=told).text
    assert "มีที่อยู่เว็บไซต์มากกว่าหนึ่งแห่ง" in text
    assert "http://a.example http://b.example</textarea>" in text
    assert filled_form(text)["score"] == ["2"]
    assert 'value="wait" checked' in text
    assert phone.post(at, data={"score": "2"}).status_code == 200


def test_the_faces_are_the_terminals_from_best_to_worst(phone: TestClient) -> None:
    text = phone.get(token()).text
    painted = re.findall(r'r="46.5" fill="(#\w{6})"', text)
    assert painted == list(reversed(colours()))


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_state_has_the_channels_and_the_way_to_the_other_language(
    phone: TestClient, language: str
) -> None:
    used = token()
    phone.post(used, data={"score": "5"})
    for at in (token(), used, token(TODAY - timedelta(days=8)), "/f/dindaeng/counter-1/x"):
        text = phone.get(f"{at}?lang={language}").text
        first = {"th": "แจ้งการทุจริต", "en": "Report corruption"}[language]
        other = {"th": "ร้องทุกข์", "en": "Complaints, call"}[language]
        assert text.index(first) < text.index(other)
        assert f"?lang={'en' if language == 'th' else 'th'}" in text
        assert "<script" not in text
        assert phone.cookies == {}, "nothing stays on the telephone"


@given(st.text(max_size=1500))
def test_a_comment_that_is_kept_can_be_shown(words: str) -> None:
    kept = clean(words)
    if kept is not None:
        assert len(kept) <= 1000
        assert all(c == "\n" or c.isprintable() for c in kept)
        assert clean(kept) == kept


def test_comments_come_in_pools_of_ten_without_time(central: Central, phone: TestClient) -> None:
    reader = signed_in(central, ROLES["complaints"], now=NOW)
    for i in range(9):
        phone.post(token(), data={"score": "1", "words": f"ข้อความ {i}"})
    assert "ข้อความ" not in reader.get("/comments/dindaeng").text
    phone.post(token(), data={"score": "1", "words": "ข้อความ 9"})
    shown = reader.get("/comments/dindaeng").text
    assert all(f"ข้อความ {i}" in shown for i in range(10))
    phone.post(token(), data={"score": "1", "words": "คนที่สิบเอ็ด"})
    assert "คนที่สิบเอ็ด" not in reader.get("/comments/dindaeng").text


def test_nothing_kept_joins_an_answer_to_a_token_a_comment_or_a_minute(
    central: Central, phone: TestClient
) -> None:
    phone.post(token(), data={"score": "2", "words": "ข้อความเดียว"})
    from sync.central.schema import comments, questionnaire_counts, questionnaire_tokens

    names = [
        {c.name for c in table.columns}
        for table in (questionnaire_tokens, questionnaire_counts, comments)
    ]
    assert names[0] == {"site", "token", "until"}
    # `closed`: the day of the whole pool, ten comments or more.
    assert names[2] == {"site", "id", "pool", "closed", "language", "words"}
    assert names[1] & names[2] == {"site"}


def test_where_an_answer_lies_joins_it_to_nothing_and_tells_no_order(
    central: Central, phone: TestClient, tmp_path: Path
) -> None:
    """Whoever reads the database itself also sees what it numbers rows by."""
    for i in range(9):
        phone.post(token(), data={"score": "2", "words": f"{i}"})
    with central.store.connection() as c:
        postgres = c.dialect.name == "postgresql"
        number = "xmin::text" if postgres else "rowid"
        place = "ctid" if postgres else "rowid"

        def column(what: str, table: str) -> list[str]:
            found = c.exec_driver_sql(f"SELECT {what} FROM {table} ORDER BY {place}")
            return [str(value) for value in found.scalars()]

        tokens, ids = column("token", "questionnaire_tokens"), column("id", "comments")
        assert (tokens, ids) == (sorted(tokens), sorted(ids)), "random, as they are"
        words = column("words", "comments")
        if postgres:
            numbers = {*column(number, "questionnaire_tokens"), *column(number, "comments")}
            assert len(numbers) == 1, "all carry the last answer's"
    backup.write(central.store, tmp_path, tmp_path / "backup.zip", lambda _table, _rows: None)
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        kept = [json.loads(line) for line in archive.read("comments.jsonl").splitlines()]
    assert [row["words"] for row in kept] == words


def test_online_answers_stand_apart_from_the_counters(central: Central, phone: TestClient) -> None:
    old = TODAY - timedelta(days=7)
    for i in range(12):
        phone.post(token(old), data={"score": "1" if i else "5", "reasons": ["wait"]})
    publish_due(central, TODAY)
    view = gate.office(central, DIRECTOR, year_of(TODAY), TODAY)
    assert (view.figure.result.n, view.online.result.n) == (0, 12)
    assert "แบบสอบถามออนไลน์" in phone.get("/public/dindaeng").text


@pytest.mark.parametrize("state", [state for state in State if state is not State.ACTIVE])
def test_no_token_is_taken_of_a_terminal_whose_days_are_not(
    central: Central, phone: TestClient, state: State
) -> None:
    """A stolen one, one in quarantine, one that waits for a second person: also for an answer
    whose page was open before."""
    assert phone.get(token()).status_code == 200
    with central.store.transaction(central.site) as t:
        t.terminals.quarantine("counter-1", state)
    assert phone.get(token()).status_code == 404
    assert phone.post(token(), data={"score": "5"}).status_code == 404
