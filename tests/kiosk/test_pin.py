"""PINs: which are weak, how they are hashed, how long to wait. The limits are written out."""

import pytest

from kiosk import pin
from tests.support.builders import PEPPER


def test_the_limits_are_those_of_the_field() -> None:
    limits = (pin.DIGITS, pin.FREE_TRIES, pin.FIRST_WAIT, pin.DEAD_AT, pin.PEPPER_BYTES)
    assert limits == (6, 5, 15.0, 15, 32)


@pytest.mark.parametrize(
    "weak",
    [
        *("000000", "777777"),  # one digit
        *("012345", "456789", "890123"),  # a run up, through nine
        *("987654", "210987", "321098"),  # and down
        *("123123", "704704"),  # a half twice
        *("121212", "707070"),  # a pair three times
        *("111222", "122211", "707007"),  # two digits only
        *("12345", "1234567", "", "12345a", "๑๒๓๔๕๖", "12 456"),  # no six digits
    ],
)
def test_weak(weak: str) -> None:
    with pytest.raises(pin.WeakPin):
        pin.require_strong(weak)


@pytest.mark.parametrize("strong", ["135792", "024680"[::-1], "112234", "801245", "100200"])
def test_strong(strong: str) -> None:
    pin.require_strong(strong)


def test_an_officers_own_number_in_the_pin_is_weak_when_it_is_most_of_it() -> None:
    for number in ("280512", "80512"):
        with pytest.raises(pin.WeakPin):
            pin.require_strong("280512", number)
    pin.require_strong("280512", "8051")
    pin.require_strong("280512", "99999")
    pin.require_strong("280512", "")


def test_the_wait_is_nothing_for_five_tries_then_fifteen_seconds_doubling() -> None:
    waits = [pin.wait_after(tries) for tries in range(9)]
    assert waits == [0.0, 0.0, 0.0, 0.0, 0.0, 15.0, 30.0, 60.0, 120.0]
    assert pin.wait_after(14) == 15.0 * 2**9


def test_the_hash_is_argon2id_with_its_cost_written_in_it() -> None:
    hashed = pin.hash_pin(PEPPER, "101", "402817")
    kind, version, cost, salt, result = hashed.removeprefix("$").split("$")
    assert (kind, version, cost) == ("argon2id", "v=19", "m=12288,t=3,p=1")
    assert (len(salt) * 3 // 4, len(result) * 3 // 4) == (16, 32)
    assert pin.hash_pin(PEPPER, "101", "402817") != hashed


def test_only_the_same_pin_owner_and_pepper_match() -> None:
    hashed = pin.hash_pin(PEPPER, "101", "402817")
    assert pin.matches(PEPPER, "101", "402817", hashed)
    for owner, typed, pepper in (
        ("102", "402817", PEPPER),
        ("101", "402818", PEPPER),
        ("101", "402817", b"q" * 32),
    ):
        assert not pin.matches(pepper, owner, typed, hashed)
    assert not pin.matches(PEPPER, "101", "402817", "")


def test_generated_pins_are_six_digits_and_strong() -> None:
    for _ in range(300):
        generated = pin.generate()
        assert len(generated) == 6
        pin.require_strong(generated)


def test_a_kept_verifier_opens_under_its_pepper_for_its_owner_alone() -> None:
    verifier = pin.Verifier.of("101", "482913")
    stored = verifier.encrypted(b"p" * 32, "101")
    assert pin.is_issued(stored)
    assert pin.Verifier.decrypted(b"p" * 32, "101", stored) == verifier
    assert pin.matches(b"p" * 32, "101", "482913", stored)
    assert not pin.matches(b"p" * 32, "101", "482914", stored)
    for pepper, owner, text in (
        (b"q" * 32, "101", stored),
        (b"p" * 32, "102", stored),
        (b"p" * 32, "101", stored[:-8]),
        (b"p" * 32, "101", "issued-1$no base64"),
    ):
        assert not pin.matches(pepper, owner, "482913", text)
        with pytest.raises(pin.BadVerifier):
            pin.Verifier.decrypted(pepper, owner, text)
    assert not pin.is_issued(pin.hash_pin(b"p" * 32, "101", "482913"))
    assert "482913" not in repr(verifier)
    assert verifier.hash not in repr(verifier)


def test_a_made_pin_never_tells_the_officers_number() -> None:
    assert all("12345" not in pin.generate("12345") for _ in range(200))
