"""The messages: one spelling each, strict reading, and a document that agrees with the code."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.people import MAX_NAME
from kiosk.domain.wording import MAX_ADDRESS, MAX_LEVELS, MAX_SCREEN_TEXT, MAX_WORD, MIN_LEVELS
from sync import messages
from sync.central.usecases.intake import FIRST_DAY
from sync.messages import DayReport, Head, Heads, Hello, Roster
from sync.messages.message import Message
from sync.messages.values import MAX_COUNT, MAX_DIGESTS, MAX_LOGS, MAX_ROWS, MAX_TIME
from sync.protocol import MAX_BODY, BadMessage, digest
from sync.signing import public_text, sign_request
from tests.support.wire_examples import EXAMPLES, WIRE

MESSAGES = {kind.__name__: kind for kind in Message.__subclasses__() if kind.__name__[0] != "_"}
PUBLIC = {name: kind for name, kind in MESSAGES.items() if name in messages.__all__}
DAY = next(body for name, body in EXAMPLES if name == "DayReport")


@pytest.mark.parametrize(("name", "body"), EXAMPLES)
def test_every_example_of_the_document_is_read_and_written_as_it_stands(
    name: str, body: bytes
) -> None:
    assert MESSAGES[name].parse(body).to_bytes() == body


def test_every_message_has_an_example() -> None:
    assert {name for name, _ in EXAMPLES} == set(PUBLIC)


def test_the_digest_and_the_signature_of_the_document_are_true() -> None:
    assert digest(DAY) in WIRE
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    assert public_text(key) in WIRE
    path = "/v1/sites/dindaeng/terminals/counter-1/days/2026-11-23"
    assert sign_request(key, "PUT", path, "0123456789abcdef", DAY) in WIRE


@pytest.mark.parametrize(
    "bound",
    [
        f"| body | {MAX_BODY:,} bytes",
        f"to {MAX_COUNT:,}; a revision starts at 1",
        f"seconds since 1970, to {MAX_TIME:,}",
        f"| day of a report | {FIRST_DAY} to tomorrow |",
        f"| rows of a list | {MAX_ROWS:,} |",
        f"| logs of central | {MAX_LOGS}, each with {MAX_DIGESTS:,} digests",
        f"| levels of a scale | {MIN_LEVELS} to {MAX_LEVELS} |",
        f"| name, position, section | {MAX_NAME} characters |",
        f"| question, improvement | {MAX_SCREEN_TEXT} characters |",
        f"| word of a level or a reason | {MAX_WORD} characters |",
        f"| address of the comments | {MAX_ADDRESS} characters |",
    ],
)
def test_the_bounds_of_the_document_are_the_code_s(bound: str) -> None:
    assert bound in WIRE


def spaced(body: bytes) -> bytes:
    return body.replace(b":", b": ", 1)


def padded(body: bytes) -> bytes:
    return body + b"\n"


def reordered(body: bytes) -> bytes:
    fields = json.loads(body)
    turned = dict(reversed(fields.items()))
    return json.dumps(turned, ensure_ascii=False, separators=(",", ":")).encode()


def escaped(body: bytes) -> bytes:
    return body.replace(b"dindaeng", b"\\u0064indaeng")


def slashed(body: bytes) -> bytes:
    return body.replace(b'"date":', b'"d\\u0061te":')


def fraction(body: bytes) -> bytes:
    return body.replace(b'"revision":1', b'"revision":1.0')


def exponent(body: bytes) -> bytes:
    return body.replace(b'"revision":1', b'"revision":1e0')


def doubled(body: bytes) -> bytes:
    return body.replace(b'"revision":1', b'"revision":1,"revision":1')


def doubled_differently(body: bytes) -> bytes:
    return body.replace(b'"revision":1', b'"revision":2,"revision":1')


def marked(body: bytes) -> bytes:
    return b"\xef\xbb\xbf" + body


@pytest.mark.parametrize(
    "spelling",
    [
        spaced, padded, reordered, escaped, slashed, fraction, exponent, doubled,
        doubled_differently, marked,
    ],
)  # fmt: skip
def test_any_other_spelling_of_a_message_is_refused(spelling: Callable[[bytes], bytes]) -> None:
    other = spelling(DAY)
    assert other != DAY
    with pytest.raises(BadMessage):
        DayReport.parse(other)


def changed(**fields: Any) -> bytes:
    """The day report of the document with other fields, in canonical bytes; None leaves one out."""
    whole = {**json.loads(DAY), **fields}
    present = {name: value for name, value in whole.items() if value is not None}
    return json.dumps(present, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


LINE = ["101", "general", "1", "am", "panel", [0, 1, 0, 2, 5]]
SEAL = "5f" * 32


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "body: not JSON"),
        (b"\xff", "body: not JSON"),
        (b"[]", "body: expected `object`, got `array`"),
        (b" " * (MAX_BODY + 1), f"body: more than {MAX_BODY} bytes"),
        (changed(v=None), "v: missing"),
        (changed(v=2), "v: only version 1 is spoken here"),
        (changed(v=True), "v: only version 1 is spoken here"),
        (changed(gaps=None), "gaps: missing"),
        (changed(extra=1), "extra: unknown field"),
        (changed(site="a b"), "site: 1 to 32 of A-Z a-z 0-9 . _ - expected (a letter or digit"),
        (changed(site="x\n"), "site: a character that can't be shown"),
        (changed(site=7), "site: expected `str`, got `int`"),
        (changed(date="2026-02-30"), "date: a date that exists, YYYY-MM-DD, expected"),
        (changed(date="20261123"), "date: a date that exists, YYYY-MM-DD, expected"),
        (changed(revision=0), "revision: expected `int` >= 1"),
        (changed(revision=True), "revision: expected `int`, got `bool`"),
        (changed(gaps=[["", "x", MAX_COUNT + 1]]), f"gaps[0][2]: expected `int` <= {MAX_COUNT}"),
        (changed(gaps=[["", "x", -1]]), "gaps[0][2]: expected `int` >= 0"),
        (changed(gaps=[["", "x", 10**400]]), "gaps[0][2]: expected `int` <="),
        (changed(gaps=[["", "x"]]), "gaps[0]: expected `array` of at least length 3, got 2"),
        (changed(gaps=[["", "x", 1]] * (MAX_ROWS + 1)), "gaps: expected `array` of length <="),
        (changed(outcomes=[["101", "sung", 1]]), "outcomes[0][1]: 'sung' is not known"),
        (changed(sheets=[["101", 8, "5F" * 32, 0, ""]]), "sheets[0][2]: 64 hex digits expected"),
        (changed(lines=[[*LINE[:5], [1, 2]]]), "lines[0][5]: expected `array` of length >= 3"),
        (changed(gaps=[["", "x", 1], ["", "x", 2]]), "gaps: a key stands twice"),
        (changed(lines=[LINE, LINE]), "lines: a key stands twice"),
        (changed(sheets=[["101", 7, SEAL, 0, ""]]), "sheets: their counts differ from the lines'"),
        (changed(sheets=[["101", 8, SEAL, 1, ""]]), "sheets: steps without an opening"),
        (changed(sheets=[["101", 8, SEAL, 0, SEAL]]), "sheets: steps without an opening, or"),
        (changed(sheets=[]), "sheets: their counts differ from the lines'"),
        (changed(sheets=[["101", 8, SEAL, 0, ""], ["102", 1, SEAL, 0, ""]]), "sheets: their"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_what_was_expected(body: bytes, error: str) -> None:
    with pytest.raises(BadMessage) as refused:
        DayReport.parse(body)
    assert str(refused.value).startswith(error)


def test_a_stranger_s_words_are_not_repeated_at_length() -> None:
    for body in (changed(**{"x" * 10_000: 1}), changed(outcomes=[["101", "x" * 10_000, 1]])):
        with pytest.raises(BadMessage) as refused:
            DayReport.parse(body)
        assert len(str(refused.value)) < 300


def test_a_stranger_s_words_stay_on_one_line() -> None:
    for body in (changed(**{"x\ny": 1}), changed(outcomes=[["101", "x\ny", 1]])):
        with pytest.raises(BadMessage) as refused:
            DayReport.parse(body)
        assert str(refused.value).isprintable()


def test_two_of_one_key_are_refused_in_every_list() -> None:
    head, step = Head(1, SEAL), ["2026-11-23", "", 0, 1, [], ""]
    heads = json.loads(Heads(now=head, at_last="", steps=(), answers=()).to_bytes())
    heads["steps"] = [step, step]
    with pytest.raises(BadMessage, match="steps: a key stands twice"):
        Heads.parse(json.dumps(heads, sort_keys=True, separators=(",", ":")).encode())


def roster_of(*officers: list[str]) -> bytes:
    """The roster of the document with other officers, in canonical bytes."""
    roster = json.loads(next(body for name, body in EXAMPLES if name == "Roster"))
    roster["officers"] = list(officers)
    return json.dumps(roster, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    ("second", "error"),
    [
        (["101", "102", "B", "", ""], "officers: a key stands twice"),
        (["102", "101", "B", "", ""], "officers: a key stands twice"),
        (["102", "102", "=HYPERLINK()", "", ""], "officers: formula .*name"),
        (["102", "102", "", "", ""], "officers: empty .*name"),
    ],
)
def test_a_roster_that_no_terminal_could_use_is_refused(second: list[str], error: str) -> None:
    with pytest.raises(BadMessage, match=error):
        Roster.parse(roster_of(["101", "101", "A", "", ""], second))


@given(st.binary(max_size=300))
def test_no_bytes_bring_the_reader_down(body: bytes) -> None:
    for kind in (DayReport, Hello, Roster):
        with pytest.raises(BadMessage):
            kind.parse(body)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"v":' * 5_000, b'{"a":' + b"[" * 100_000])
def test_deep_nesting_is_refused(body: bytes) -> None:
    with pytest.raises(BadMessage):
        DayReport.parse(body)
