"""Which passwords are refused, and what the page says of each."""

import pytest
from starlette.testclient import TestClient

from sync.central import passwords
from sync.central.language import in_english
from sync.central.passwords import WeakPassword, require_strong
from sync.central.thaikeyboard import latin_keys
from sync.central.usecases.accounts import add_account
from sync.central.usecases.central import Central
from sync.central.viewer import ROLES
from sync.central.web.app import create_app
from tests.support.central import NOON

KNOWN = ("somchai", "สมชาย ใจดี", "dindaeng", "สำนักงานเขตดินแดง")
COMMON = (
    "password123", "1234567890", "qwertyuiop", "iloveyou12", "Password1!", "letmein2024",
    "1q2w3e4r5t", "P@ssw0rd2026", "bangkok2569", "thailand123", "0812345678", "aaaaaaaaaa",
    "abcdefghij",
)  # fmt: skip
THAI = ("รหัสผ่าน1234", "สวัสดีครับ", "ฟหกดฟหกดฟห", "ยฟหหไนพก123", "isylzjko12", "๑๒๓๔๕๖๗๘๙๐")


def refusal(password: str) -> str:
    with pytest.raises(WeakPassword) as refused:
        require_strong(password, KNOWN)
    return refused.value.key


@pytest.mark.parametrize("password", [*COMMON, *THAI])
def test_common_passwords_are_refused(password: str) -> None:
    assert refusal(password) == "password_weak"


@pytest.mark.parametrize(
    "password",
    ["somchai-rides-a-bicycle", "xx SOMCHAI yy zz", "สมชายขี่จักรยานไปตลาด", "ตลาดดินแดงสีเขียว",
     "l,=kp-rides-a-bicycle", "ใจดีมากมายก่ายกอง", "Dindaeng-7-bicycles",
     "7 tigers " + latin_keys("ดินแดง")],
)  # fmt: skip
def test_what_others_know_is_refused_also_on_the_other_keyboard(password: str) -> None:
    assert refusal(password) == "password_context"


@pytest.mark.parametrize("password", ["short", "x" * 201, "ก" * 9])
def test_a_password_has_ten_characters_and_an_end(password: str) -> None:
    assert refusal(password) == "password_length"


@pytest.mark.parametrize(
    "password",
    ["a long enough one", "correct horse battery", "ช้างกินกล้วยหลังฝนตก",
     "kmut-xq3v-8fgh", "river, " * 2 + "x7-" * 60],
)  # fmt: skip
def test_others_are_taken(password: str) -> None:
    require_strong(password, KNOWN)


def test_first_passwords_are_such_too_wherever_they_are_made() -> None:
    for _ in range(20):
        require_strong(passwords.generate(), KNOWN)


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_page_says_what_is_wrong_in_both_languages(central: Central, language: str) -> None:
    first = add_account(central, "test", "somchai", "สมชาย ใจดี", (ROLES["it"],), NOON)
    client = TestClient(create_app(central, lambda: NOON), follow_redirects=False)
    client.post("/sign-in", data={"account": "somchai", "password": first})
    lines = set()
    for old, new, again in (
        (first, "password123", "password123"),
        (first, "short", "short"),
        (first, "somchai-rides-far", "somchai-rides-far"),
        (first, first, first),
        (first, "a long enough one", "another long one"),
        ("wrong", "a long enough one", "a long enough one"),
    ):
        form = {"old": old, "new": new, "again": again}
        got = client.post("/password", params={"lang": language}, data=form)
        assert got.status_code == 400
        lines.add(got.text.split('role="alert">')[1].split("</section>")[0].strip())
    assert len(lines) == 6, lines
    assert any("somchai" in line for line in lines)


def test_passwords_are_hashed_with_argon2id_by_the_profile_of_owasp() -> None:
    assert passwords.hashed("a long enough one").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_field_is_masked_and_left_to_password_managers(central: Central) -> None:
    page = TestClient(create_app(central, lambda: NOON)).get("/sign-in").text
    assert 'type="password" autocomplete="current-password"' in page
    assert "onpaste" not in page


def test_the_refusal_names_the_word() -> None:
    with pytest.raises(WeakPassword) as refused:
        require_strong("a dindaeng bicycle", KNOWN)
    assert "“dindaeng”" in in_english(refused.value)
