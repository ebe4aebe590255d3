"""The messages that terminal and central share: canonical bytes, digests, signatures.

One message is one JSON object in canonical bytes (keys sorted, no white space, UTF-8, no
fractions), so that equal values have equal digests. Parsing is strict: an unknown or missing
field is a BadMessage, never a guess. Nothing here opens a socket, a file or a database. The
paths, headers and outcomes are written down in WIRE.md.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.domain.people import BadPerson, Officer, identifier
from kiosk.domain.rating import Channel, Half, Outcome

VERSION = 1
MAX_BODY = 1 << 20
"""Bytes of the largest body either end reads."""
MAX_ROWS = 20_000
MAX_COUNT = 10_000_000

SIGNATURE_HEADER = "Kiosk-Signature"
NONCE_HEADER = "Kiosk-Nonce"

T = TypeVar("T")


class BadMessage(ValueError):
    """Bytes that are no message of this version; the text names the field."""


class BadSignature(ValueError):
    """A signature that is missing, malformed or not by the expected key."""


class Answer(StrEnum):
    """What central says to a day report or to a terminal's heads."""

    STORED = "stored"
    ALREADY_HAVE = "already-have"
    STALE = "stale"
    """Central has a later revision of this day."""
    CONFLICT = "conflict"
    """Same day and revision, other bytes."""
    ROLLBACK = "rollback"
    """The terminal's journal is shorter than the one central has seen."""
    FORK = "fork"
    """The terminal's journal differs from the one central has seen."""
    QUARANTINED = "quarantined"
    """An earlier rollback or fork awaits a person."""


@dataclass(frozen=True, slots=True)
class LineCount:
    """Ratings of one officer, service, counter, half-day, channel; `n` is worst score first."""

    officer: str
    service: str
    counter: str
    half: Half
    channel: Channel
    n: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    officer: str
    outcome: Outcome
    n: int


@dataclass(frozen=True, slots=True)
class ReasonCount:
    officer: str
    reason: str
    n: int


@dataclass(frozen=True, slots=True)
class SheetSeal:
    """One officer's sheet of the day: how many ratings, and the seal digest of all its entries.

    The sheet of officer "" holds the presses that went to nobody; its n is 0.
    """

    officer: str
    n: int
    seal: str


@dataclass(frozen=True, slots=True)
class GapCount:
    """How often the terminal was not listening: pauses, panel losses, restarts, clock jumps."""

    kind: str
    n: int


@dataclass(frozen=True, slots=True)
class DayReport:
    """One terminal's whole business day. A later revision replaces an earlier one."""

    site: str
    terminal: str
    date: date
    revision: int
    lines: tuple[LineCount, ...] = ()
    outcomes: tuple[OutcomeCount, ...] = ()
    reasons: tuple[ReasonCount, ...] = ()
    sheets: tuple[SheetSeal, ...] = ()
    gaps: tuple[GapCount, ...] = ()

    def to_bytes(self) -> bytes:
        return canonical(
            {
                "v": VERSION,
                "site": self.site,
                "terminal": self.terminal,
                "date": self.date.isoformat(),
                "revision": self.revision,
                "lines": [
                    [x.officer, x.service, x.counter, x.half.value, x.channel.value, list(x.n)]
                    for x in self.lines
                ],
                "outcomes": [[x.officer, x.outcome.value, x.n] for x in self.outcomes],
                "reasons": [[x.officer, x.reason, x.n] for x in self.reasons],
                "sheets": [[x.officer, x.n, x.seal] for x in self.sheets],
                "gaps": [[x.kind, x.n] for x in self.gaps],
            }
        )

    @classmethod
    def parse(cls, body: bytes) -> "DayReport":
        """BadMessage unless `body` is a whole, plausible report whose sheets match its lines."""
        f = _Fields.of(body)
        report = cls(
            site=f.id("site"),
            terminal=f.id("terminal"),
            date=f.date("date"),
            revision=f.count("revision"),
            lines=f.rows("lines", 6, _line),
            outcomes=f.rows("outcomes", 3, _outcome),
            reasons=f.rows("reasons", 3, _reason),
            sheets=f.rows("sheets", 3, _sheet),
            gaps=f.rows("gaps", 2, _gap),
        )
        f.done()
        if report.revision < 1:
            raise BadMessage("revision: starts at 1")
        report._check_once_each()
        report._check_sheets()
        return report

    def _check_once_each(self) -> None:
        keys: dict[str, list[tuple[object, ...]]] = {
            "lines": [
                (x.officer, x.service, x.counter, x.half, x.channel, len(x.n)) for x in self.lines
            ],
            "outcomes": [(x.officer, x.outcome) for x in self.outcomes],
            "reasons": [(x.officer, x.reason) for x in self.reasons],
            "sheets": [(x.officer,) for x in self.sheets],
            "gaps": [(x.kind,) for x in self.gaps],
        }
        for name, seen in keys.items():
            if len(set(seen)) != len(seen):
                raise BadMessage(f"{name}: a key stands twice")

    def _check_sheets(self) -> None:
        totals: dict[str, int] = {}
        for line in self.lines:
            totals[line.officer] = totals.get(line.officer, 0) + sum(line.n)
        if {s.officer: s.n for s in self.sheets if s.n} != {k: n for k, n in totals.items() if n}:
            raise BadMessage("sheets: their counts differ from the lines'")


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a journal: its number (0: none yet) and its hash, hex."""

    seq: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Hello:
    """A terminal opens a sync run. `nonce` ties central's answer to this question."""

    nonce: str
    software: str

    def to_bytes(self) -> bytes:
        return canonical({"v": VERSION, "nonce": self.nonce, "software": self.software})

    @classmethod
    def parse(cls, body: bytes) -> "Hello":
        f = _Fields.of(body)
        hello = cls(f.text("nonce", 64), f.text("software", 64))
        f.done()
        return hello


@dataclass(frozen=True, slots=True)
class Welcome:
    """Central's fresh nonce for this run, and the journal head it last acknowledged."""

    nonce: str
    last: Head

    def to_bytes(self) -> bytes:
        return canonical(
            {"v": VERSION, "nonce": self.nonce, "last": [self.last.seq, self.last.hash]}
        )

    @classmethod
    def parse(cls, body: bytes) -> "Welcome":
        f = _Fields.of(body)
        welcome = cls(f.text("nonce", 64), f.head("last"))
        f.done()
        return welcome


@dataclass(frozen=True, slots=True)
class Heads:
    """The terminal's journal head, and its hash at central's last seq ("" when it is shorter)."""

    now: Head
    at_last: str

    def to_bytes(self) -> bytes:
        return canonical(
            {"v": VERSION, "now": [self.now.seq, self.now.hash], "at_last": self.at_last}
        )

    @classmethod
    def parse(cls, body: bytes) -> "Heads":
        f = _Fields.of(body)
        heads = cls(f.head("now"), f.text("at_last", 64))
        f.done()
        return heads


@dataclass(frozen=True, slots=True)
class Receipt:
    """Central's word on one day report: the only proof that it arrived. Kept by the terminal."""

    terminal: str
    date: date
    revision: int
    digest: str
    answer: Answer

    def to_bytes(self) -> bytes:
        return canonical(
            {
                "v": VERSION,
                "terminal": self.terminal,
                "date": self.date.isoformat(),
                "revision": self.revision,
                "digest": self.digest,
                "answer": self.answer.value,
            }
        )

    @classmethod
    def parse(cls, body: bytes) -> "Receipt":
        f = _Fields.of(body)
        receipt = cls(
            f.id("terminal"),
            f.date("date"),
            f.count("revision"),
            f.text("digest", 64),
            _enum(Answer, "answer", f.text("answer", 32)),
        )
        f.done()
        return receipt


@dataclass(frozen=True, slots=True)
class HeadsAnswer:
    """Central's word on the heads: STORED, ROLLBACK, FORK or QUARANTINED."""

    answer: Answer

    def to_bytes(self) -> bytes:
        return canonical({"v": VERSION, "answer": self.answer.value})

    @classmethod
    def parse(cls, body: bytes) -> "HeadsAnswer":
        f = _Fields.of(body)
        answer = cls(_enum(Answer, "answer", f.text("answer", 32)))
        f.done()
        return answer


@dataclass(frozen=True, slots=True)
class Wording:
    """What the office may reword from central. Empty means: the terminal's own."""

    question_th: str = ""
    question_en: str = ""
    comment_url: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """The officers a terminal may sign on, and the office's wording. Carries no PIN."""

    officers: tuple[Officer, ...] = ()
    wording: Wording = field(default_factory=Wording)

    def to_bytes(self) -> bytes:
        w = self.wording
        return canonical(
            {
                "v": VERSION,
                "officers": [
                    [o.id, o.number, o.name, o.position, o.section] for o in self.officers
                ],
                "wording": [w.question_th, w.question_en, w.comment_url],
            }
        )

    @classmethod
    def parse(cls, body: bytes) -> "Roster":
        f = _Fields.of(body)
        officers = f.rows("officers", 5, _officer)
        wording = f.take("wording")
        if not (isinstance(wording, list) and len(wording) == 3):
            raise BadMessage("wording: three texts expected")
        roster = cls(officers, Wording(*(_text("wording", w, 300) for w in wording)))
        f.done()
        if len({o.id for o in officers}) != len(officers):
            raise BadMessage("officers: an id stands twice")
        if len({o.number for o in officers}) != len(officers):
            raise BadMessage("officers: a number stands twice")
        return roster


@dataclass(frozen=True, slots=True)
class Enrol:
    """A terminal's one-time code and its new public key (Ed25519, raw, base64)."""

    code: str
    public_key: str

    def to_bytes(self) -> bytes:
        return canonical({"v": VERSION, "code": self.code, "public_key": self.public_key})

    @classmethod
    def parse(cls, body: bytes) -> "Enrol":
        f = _Fields.of(body)
        enrol = cls(f.text("code", 32), f.text("public_key", 64))
        f.done()
        return enrol


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Who the terminal now is, where it stands, and the key central signs with."""

    site: str
    terminal: str
    counter: str
    central_key: str

    def to_bytes(self) -> bytes:
        return canonical(
            {
                "v": VERSION,
                "site": self.site,
                "terminal": self.terminal,
                "counter": self.counter,
                "central_key": self.central_key,
            }
        )

    @classmethod
    def parse(cls, body: bytes) -> "Enrolled":
        f = _Fields.of(body)
        enrolled = cls(f.id("site"), f.id("terminal"), f.id("counter"), f.text("central_key", 64))
        f.done()
        return enrolled


def canonical(value: Mapping[str, Any]) -> bytes:
    """The one spelling of a message: RFC 8785's for the integers, texts, lists we use."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def etag(body: bytes) -> str:
    """The HTTP entity tag (RFC 9110, 8.8.3) of a body."""
    return f'"{digest(body)[:32]}"'


def public_text(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """A public key as it travels: 32 raw bytes in base64."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return base64.b64encode(public.public_bytes_raw()).decode()


def public_key(text: str) -> Ed25519PublicKey:
    """The key in `text`; BadMessage when it is none."""
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error):
        raise BadMessage("public key: 32 bytes in base64 expected") from None


def sign_request(key: Ed25519PrivateKey, method: str, path: str, nonce: str, body: bytes) -> str:
    return _sign(key, _request_text(method, path, nonce, body))


def check_request(
    key: Ed25519PublicKey, signature: str, method: str, path: str, nonce: str, body: bytes
) -> None:
    """BadSignature unless the terminal's key signed exactly this request."""
    _check(key, signature, _request_text(method, path, nonce, body))


def sign_answer(key: Ed25519PrivateKey, status: int, path: str, nonce: str, body: bytes) -> str:
    return _sign(key, _answer_text(status, path, nonce, body))


def check_answer(
    key: Ed25519PublicKey, signature: str, status: int, path: str, nonce: str, body: bytes
) -> None:
    """BadSignature unless central's key signed exactly this answer to this nonce."""
    _check(key, signature, _answer_text(status, path, nonce, body))


def _request_text(method: str, path: str, nonce: str, body: bytes) -> bytes:
    return f"kiosk-request-{VERSION}\n{method}\n{path}\n{nonce}\n{digest(body)}".encode()


def _answer_text(status: int, path: str, nonce: str, body: bytes) -> bytes:
    return f"kiosk-answer-{VERSION}\n{status}\n{path}\n{nonce}\n{digest(body)}".encode()


def _sign(key: Ed25519PrivateKey, text: bytes) -> str:
    return base64.b64encode(key.sign(text)).decode()


def _check(key: Ed25519PublicKey, signature: str, text: bytes) -> None:
    try:
        key.verify(base64.b64decode(signature, validate=True), text)
    except (InvalidSignature, ValueError, binascii.Error):
        raise BadSignature("the signature does not match") from None


class _Fields:
    """A message's fields, each taken once; what is left over is an error."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    @classmethod
    def of(cls, body: bytes) -> "_Fields":
        if len(body) > MAX_BODY:
            raise BadMessage(f"body: more than {MAX_BODY} bytes")
        try:
            values = json.loads(body)
        except (ValueError, RecursionError):
            raise BadMessage("body: not JSON") from None
        if not isinstance(values, dict):
            raise BadMessage("body: not a JSON object")
        fields = cls(values)
        if fields.take("v") != VERSION:
            raise BadMessage(f"v: only version {VERSION} is spoken here")
        return fields

    def take(self, name: str) -> Any:
        try:
            return self._values.pop(name)
        except KeyError:
            raise BadMessage(f"{name}: missing") from None

    def done(self) -> None:
        if self._values:
            raise BadMessage(f"{min(self._values)[:40]}: unknown field")

    def text(self, name: str, limit: int) -> str:
        return _text(name, self.take(name), limit)

    def id(self, name: str) -> str:
        return _id(name, self.take(name))

    def count(self, name: str) -> int:
        return _count(name, self.take(name))

    def date(self, name: str) -> date:
        text = self.text(name, 10)
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            raise BadMessage(f"{name}: YYYY-MM-DD expected")
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise BadMessage(f"{name}: no such date") from None

    def head(self, name: str) -> Head:
        value = self.take(name)
        if not (isinstance(value, list) and len(value) == 2):
            raise BadMessage(f"{name}: number and hash expected")
        return Head(_count(name, value[0]), _text(name, value[1], 64))

    def rows(self, name: str, width: int, parse: Callable[[str, list[Any]], T]) -> tuple[T, ...]:
        value = self.take(name)
        if not isinstance(value, list) or len(value) > MAX_ROWS:
            raise BadMessage(f"{name}: a list of at most {MAX_ROWS} rows expected")
        for row in value:
            if not (isinstance(row, list) and len(row) == width):
                raise BadMessage(f"{name}: rows of {width} expected")
        return tuple(parse(name, row) for row in value)


def _text(name: str, value: Any, limit: int) -> str:
    if not isinstance(value, str) or len(value) > limit:
        raise BadMessage(f"{name}: a text of at most {limit} characters expected")
    if any(ord(c) < 0x20 or 0xD800 <= ord(c) < 0xE000 for c in value):
        raise BadMessage(f"{name}: a character that can't be shown")
    return value


def _id(name: str, value: Any) -> str:
    try:
        return identifier(name, _text(name, value, 32))
    except BadPerson as error:
        raise BadMessage(str(error)) from None


def _officer_id(name: str, value: Any) -> str:
    return "" if value == "" else _id(name, value)


def _count(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_COUNT:
        raise BadMessage(f"{name}: a whole number from 0 to {MAX_COUNT} expected")
    return value


def _enum(kind: type[StrEnum], name: str, value: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise BadMessage(f"{name}: {str(value)[:40]!r} is not known") from None


def _line(name: str, row: list[Any]) -> LineCount:
    officer, service, counter, half, channel, n = row
    if not (isinstance(n, list) and 3 <= len(n) <= 5):
        raise BadMessage(f"{name}: 3 to 5 counts expected")
    return LineCount(
        _id(name, officer),
        _id(name, service),
        _id(name, counter),
        _enum(Half, name, half),
        _enum(Channel, name, channel),
        tuple(_count(name, value) for value in n),
    )


def _outcome(name: str, row: list[Any]) -> OutcomeCount:
    return OutcomeCount(
        _officer_id(name, row[0]), _enum(Outcome, name, row[1]), _count(name, row[2])
    )


def _reason(name: str, row: list[Any]) -> ReasonCount:
    return ReasonCount(_id(name, row[0]), _id(name, row[1]), _count(name, row[2]))


def _sheet(name: str, row: list[Any]) -> SheetSeal:
    seal = _text(name, row[2], 64)
    if not re.fullmatch(r"[0-9a-f]{64}", seal):
        raise BadMessage(f"{name}: a seal is 64 hex digits")
    return SheetSeal(_officer_id(name, row[0]), _count(name, row[1]), seal)


def _gap(name: str, row: list[Any]) -> GapCount:
    return GapCount(_id(name, row[0]), _count(name, row[1]))


def _officer(name: str, row: list[Any]) -> Officer:
    id_, number, full_name, position, section = (_text(name, value, 300) for value in row)
    try:
        return Officer.parse(number, full_name, position, section, id_)
    except BadPerson as error:
        raise BadMessage(f"{name}: {error}") from None
