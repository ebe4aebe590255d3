"""The messages that terminal and central share.

One message is one JSON object in canonical bytes (keys sorted, no white space, UTF-8, no
fractions), so that equal values have equal digests. Parsing is strict: an unknown or missing
field is a BadMessage, never a guess. Nothing here opens a socket, a file or a database. The
paths, headers and outcomes are written down in WIRE.md.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from kiosk.domain.people import BadPerson, Officer
from kiosk.domain.rating import Channel, Half, Outcome, ReasonId
from kiosk.domain.wording import EMPTY_WORDING, Bilingual, Improvement, ReasonWords, Wording
from sync.fields import (
    MAX_TIME,
    VERSION,
    BadMessage,
    Fields,
    canonical,
    count,
    day,
    id_text,
    member,
    officer_id,
    text,
)

MAX_SEALED = 400
"""Characters of a sealed PIN's check; it has some 240."""


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


@dataclass(frozen=True, slots=True, order=True)
class SheetSeal:
    """One officer's sheet of the day: how many ratings, and the seal digest of all its entries.

    The sheet of officer "" holds the presses that went to nobody; its n is 0.
    """

    officer: str
    n: int
    seal: str


@dataclass(frozen=True, slots=True, order=True)
class OpenSheet:
    """A sheet as it stands in the terminal: ratings, entries in all, and its seal's digest."""

    date: date
    officer: str
    n: int
    entries: int
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
        f = Fields.of(body)
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

    def open_sheets(self) -> tuple[OpenSheet, ...]:
        """The same sheets as a terminal's heads show them."""
        more: Counter[str] = Counter()
        for officer, n in (
            *((x.officer, x.n) for x in self.outcomes),
            *((x.officer, x.n) for x in self.reasons),
        ):
            more[officer] += n
        return tuple(
            OpenSheet(
                date=self.date, officer=s.officer, n=s.n, entries=s.n + more[s.officer], seal=s.seal
            )
            for s in self.sheets
        )

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
    """A terminal opens a sync run. `nonce` ties central's answer to this question; `clock` is the
    terminal's, in seconds since 1970; `due` counts day reports that wait to be sent; `free` is
    disk in MiB; `panel` "up", "down", or "" where there is none."""

    nonce: str
    software: str
    clock: int
    due: int
    free: int = 0
    panel: str = ""

    def to_bytes(self) -> bytes:
        return canonical(
            {
                "v": VERSION,
                "nonce": self.nonce,
                "software": self.software,
                "clock": self.clock,
                "due": self.due,
                "free": self.free,
                "panel": self.panel,
            }
        )

    @classmethod
    def parse(cls, body: bytes) -> "Hello":
        f = Fields.of(body)
        hello = cls(
            nonce=f.text("nonce", 64),
            software=f.text("software", 64),
            clock=f.count("clock", MAX_TIME),
            due=f.count("due"),
            free=f.count("free"),
            panel=f.text("panel", 4),
        )
        f.done()
        if hello.panel not in ("up", "down", ""):
            raise BadMessage("panel: up, down or nothing")
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
        f = Fields.of(body)
        welcome = cls(f.text("nonce", 64), Head(*f.head("last")))
        f.done()
        return welcome


@dataclass(frozen=True, slots=True)
class Heads:
    """The terminal's journal head, its hash at central's last seq ("" when it is shorter), and
    every sheet of the days that central has not receipted."""

    now: Head
    at_last: str
    sheets: tuple[OpenSheet, ...] = ()

    def to_bytes(self) -> bytes:
        return canonical(
            {
                "v": VERSION,
                "now": [self.now.seq, self.now.hash],
                "at_last": self.at_last,
                "sheets": [
                    [x.date.isoformat(), x.officer, x.n, x.entries, x.seal] for x in self.sheets
                ],
            }
        )

    @classmethod
    def parse(cls, body: bytes) -> "Heads":
        f = Fields.of(body)
        heads = cls(Head(*f.head("now")), f.text("at_last", 64), f.rows("sheets", 5, _open_sheet))
        f.done()
        if len({(x.date, x.officer) for x in heads.sheets}) != len(heads.sheets):
            raise BadMessage("sheets: a key stands twice")
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
        f = Fields.of(body)
        receipt = cls(
            terminal=f.id("terminal"),
            date=f.date("date"),
            revision=f.count("revision"),
            digest=f.text("digest", 64),
            answer=member(Answer, "answer", f.text("answer", 32)),
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
        f = Fields.of(body)
        answer = cls(member(Answer, "answer", f.text("answer", 32)))
        f.done()
        return answer


@dataclass(frozen=True, slots=True)
class Held:
    """Which day reports of a terminal central has now: date, revision, digest."""

    days: tuple[tuple[date, int, str], ...] = ()

    def to_bytes(self) -> bytes:
        rows = [[held.isoformat(), revision, digest] for held, revision, digest in self.days]
        return canonical({"v": VERSION, "days": rows})

    @classmethod
    def parse(cls, body: bytes) -> "Held":
        f = Fields.of(body)
        held = cls(f.rows("days", 3, _held))
        f.done()
        return held


@dataclass(frozen=True, slots=True)
class Roster:
    """The officers a terminal may sign on, and the office's wording. Carries no PIN."""

    officers: tuple[Officer, ...] = ()
    wording: Wording = EMPTY_WORDING

    def to_bytes(self) -> bytes:
        w = self.wording
        return canonical(
            {
                "v": VERSION,
                "officers": [
                    [o.id, o.number, o.name, o.position, o.section] for o in self.officers
                ],
                "wording": [w.question_th, w.question_en, w.comment_url],
                # Left out where empty: a terminal of before takes the rest.
                **{
                    name: [list(row) for row in rows]
                    for name, rows in (
                        ("levels", w.level_words),
                        ("reasons", w.reasons),
                        ("told", w.improvements),
                        ("holidays", [(day.isoformat(),) for day in w.holidays]),
                    )
                    if rows
                },
            }
        )

    @classmethod
    def parse(cls, body: bytes) -> "Roster":
        f = Fields.of(body)
        officers = f.rows("officers", 5, _officer)
        texts = f.take("wording")
        if not (isinstance(texts, list) and len(texts) == 3):
            raise BadMessage("wording: three texts expected")
        question_th, question_en, comment_url = (text("wording", w, 300) for w in texts)
        wording = Wording(
            question_th=question_th,
            question_en=question_en,
            comment_url=comment_url,
            level_words=f.later_rows("levels", 2, _level_words),
            reasons=f.later_rows("reasons", 3, _reason_words),
            improvements=f.later_rows("told", 2, _improvement),
            holidays=f.later_rows("holidays", 1, _day),
        )
        f.done()
        roster = cls(officers, wording)
        if len({o.id for o in officers}) != len(officers):
            raise BadMessage("officers: an id stands twice")
        if len({o.number for o in officers}) != len(officers):
            raise BadMessage("officers: a number stands twice")
        return roster


@dataclass(frozen=True, slots=True, order=True)
class HeldPin:
    """An officer's PIN as a terminal has it: the newest issue that it took, and whether it has set
    another one itself since."""

    officer: str
    issue: int
    own: bool = False


@dataclass(frozen=True, slots=True)
class PinsHeld:
    """Which issued PINs a terminal has, and a fresh key (X25519, raw, base64) that others may be
    sealed to."""

    key: str
    held: tuple[HeldPin, ...] = ()

    def to_bytes(self) -> bytes:
        rows = [[x.officer, x.issue, int(x.own)] for x in self.held]
        return canonical({"v": VERSION, "key": self.key, "held": rows})

    @classmethod
    def parse(cls, body: bytes) -> "PinsHeld":
        f = Fields.of(body)
        message = cls(f.text("key", 64), f.rows("held", 3, _held_pin))
        f.done()
        if len({x.officer for x in message.held}) != len(message.held):
            raise BadMessage("held: an officer stands twice")
        return message


@dataclass(frozen=True, slots=True)
class IssuedPin:
    """One officer's PIN of issue `issue` (a later one has a higher number): what checks it, sealed
    (`sync.sealing`); empty where the terminal has it, or will be told the next time it asks."""

    officer: str
    issue: int
    sealed: str = ""


@dataclass(frozen=True, slots=True)
class PinsIssued:
    """Every officer who has a PIN from central. What a terminal holds of others is void."""

    pins: tuple[IssuedPin, ...] = ()

    def to_bytes(self) -> bytes:
        rows = [[x.officer, x.issue, x.sealed] for x in self.pins]
        return canonical({"v": VERSION, "pins": rows})

    @classmethod
    def parse(cls, body: bytes) -> "PinsIssued":
        f = Fields.of(body)
        message = cls(f.rows("pins", 3, _issued_pin))
        f.done()
        if len({x.officer for x in message.pins}) != len(message.pins):
            raise BadMessage("pins: an officer stands twice")
        return message


@dataclass(frozen=True, slots=True)
class Photos:
    """The photos of those on the roster: officer, SHA-256 of the JPEG in hex."""

    photos: tuple[tuple[str, str], ...] = ()

    def to_bytes(self) -> bytes:
        return canonical({"v": VERSION, "photos": [list(row) for row in self.photos]})

    @classmethod
    def parse(cls, body: bytes) -> "Photos":
        f = Fields.of(body)
        message = cls(f.rows("photos", 2, _photo))
        f.done()
        if len(dict(message.photos)) != len(message.photos):
            raise BadMessage("photos: an officer stands twice")
        return message


@dataclass(frozen=True, slots=True)
class Enrol:
    """A terminal's one-time code and its new public key (Ed25519, raw, base64)."""

    code: str
    public_key: str

    def to_bytes(self) -> bytes:
        return canonical({"v": VERSION, "code": self.code, "public_key": self.public_key})

    @classmethod
    def parse(cls, body: bytes) -> "Enrol":
        f = Fields.of(body)
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
        f = Fields.of(body)
        enrolled = cls(
            site=f.id("site"),
            terminal=f.id("terminal"),
            counter=f.id("counter"),
            central_key=f.text("central_key", 64),
        )
        f.done()
        return enrolled


def _line(name: str, row: list[Any]) -> LineCount:
    officer, service, counter, half, channel, n = row
    if not (isinstance(n, list) and 3 <= len(n) <= 5):
        raise BadMessage(f"{name}: 3 to 5 counts expected")
    return LineCount(
        officer=id_text(name, officer),
        service=id_text(name, service),
        counter=id_text(name, counter),
        half=member(Half, name, half),
        channel=member(Channel, name, channel),
        n=tuple(count(name, value) for value in n),
    )


def _outcome(name: str, row: list[Any]) -> OutcomeCount:
    return OutcomeCount(
        officer_id(name, row[0]), member(Outcome, name, row[1]), count(name, row[2])
    )


def _reason(name: str, row: list[Any]) -> ReasonCount:
    return ReasonCount(id_text(name, row[0]), id_text(name, row[1]), count(name, row[2]))


def _sheet(name: str, row: list[Any]) -> SheetSeal:
    return SheetSeal(officer_id(name, row[0]), count(name, row[1]), _hex(name, row[2]))


def _hex(name: str, value: Any) -> str:
    found = text(name, value, 64)
    if not re.fullmatch(r"[0-9a-f]{64}", found):
        raise BadMessage(f"{name}: 64 hex digits expected")
    return found


def _held_pin(name: str, row: list[Any]) -> HeldPin:
    return HeldPin(
        id_text(name, row[0]), count(name, row[1], MAX_TIME), bool(count(name, row[2], 1))
    )


def _issued_pin(name: str, row: list[Any]) -> IssuedPin:
    return IssuedPin(
        id_text(name, row[0]), count(name, row[1], MAX_TIME), text(name, row[2], MAX_SEALED)
    )


def _photo(name: str, row: list[Any]) -> tuple[str, str]:
    return id_text(name, row[0]), _hex(name, row[1])


def _open_sheet(name: str, row: list[Any]) -> OpenSheet:
    told = _sheet(name, [row[1], row[2], row[4]])
    return OpenSheet(
        date=day(name, row[0]),
        officer=told.officer,
        n=told.n,
        entries=count(name, row[3]),
        seal=told.seal,
    )


def _held(name: str, row: list[Any]) -> tuple[date, int, str]:
    return day(name, row[0]), count(name, row[1]), text(name, row[2], 64)


def _gap(name: str, row: list[Any]) -> GapCount:
    return GapCount(id_text(name, row[0]), count(name, row[1]))


def _shown(name: str, value: Any) -> str:
    """A text for a screen: it may not be empty."""
    words = text(name, value, 300)
    if not words:
        raise BadMessage(f"{name}: an empty text")
    return words


def _day(name: str, row: list[Any]) -> date:
    return day(name, row[0])


def _level_words(name: str, row: list[Any]) -> Bilingual:
    return Bilingual(th=_shown(name, row[0]), en=_shown(name, row[1]))


def _reason_words(name: str, row: list[Any]) -> ReasonWords:
    reason = ReasonId(id_text(name, row[0]))
    return ReasonWords(id=reason, th=_shown(name, row[1]), en=_shown(name, row[2]))


def _improvement(name: str, row: list[Any]) -> Improvement:
    return Improvement(said=_shown(name, row[0]), done=_shown(name, row[1]))


def _officer(name: str, row: list[Any]) -> Officer:
    id_, number, full_name, position, section = (text(name, value, 300) for value in row)
    try:
        return Officer.parse(number, full_name, position, section, id_)
    except BadPerson as error:
        raise BadMessage(f"{name}: {error}") from None
