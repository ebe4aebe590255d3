"""How a run is opened, and how the terminal shows that its past is the one central has seen."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

from kiosk.domain.machine import TimeSync
from sync.messages.message import Message, Row, check_once
from sync.messages.values import (
    MAX_ROWS,
    Bits,
    Count,
    CountedName,
    Hash,
    HashOrNone,
    OfficerOrNobody,
    Revision,
    Seconds,
    ShortText,
    Signature,
)

MAX_DIMENSIONS = 128
MAX_PROOF = (128 * 8 + 9) * 32
"""Bytes: of as many dimensions with 8 bits each."""
MAX_ANSWER = 1 << 16
MOST_STEPS = 10
"""In one request: at the most bits they fill two thirds of a body."""
MOST_ANSWERS = 50


class Answer(StrEnum):
    """What central says to a day report or to a terminal's heads."""

    STORED = "stored"
    ALREADY_HAVE = "already-have"
    STALE = "stale"
    """Central has a later revision of this day, or has kept it long enough and takes no other."""
    CONFLICT = "conflict"
    """Same day and revision, other bytes."""
    ROLLBACK = "rollback"
    """The terminal's journal is shorter than the one central has seen."""
    FORK = "fork"
    """The terminal's journal differs from the one central has seen."""
    QUARANTINED = "quarantined"
    """An earlier rollback or fork awaits a person."""
    WAITING = "waiting"
    """A new generation of a terminal that exists: another person has not confirmed it yet."""
    PARKED = "parked"
    """Central has these bytes, and two people decide whether they count."""


class Head(Row, frozen=True):
    """The newest entry of a journal: its number and its hash."""

    seq: Count
    hash: HashOrNone


NO_HEAD = Head(seq=0, hash="")
"""Of a journal without an entry."""


class OpenSheet(Row, frozen=True, order=True):
    """A sheet as a day report has it: ratings, entries in all, and its seal's digest."""

    date: date
    officer: OfficerOrNobody
    n: Count
    entries: Count
    seal: Hash


class Counted(Row, frozen=True):
    """What a step counts, and how many bits an increment has."""

    name: CountedName
    bits: Bits


class Step(Row, frozen=True):
    """A commitment to what came to a sheet since the step before, and the proof that nothing was
    taken back (`sync.steps`). Says no count. `history`: how often people at central have let the
    sheet begin anew; its steps are numbered from 1 each time."""

    date: date
    officer: OfficerOrNobody
    history: Count
    number: Revision
    dimensions: Annotated[tuple[Counted, ...], Meta(max_length=MAX_DIMENSIONS)]
    proof: Annotated[bytes, Meta(max_length=MAX_PROOF)]


class WitnessedSheet(Row, frozen=True):
    """How many steps of a sheet central has in its present history, and their product."""

    date: date
    officer: OfficerOrNobody
    history: Count
    steps: Count
    point: Hash


class EarlierAnswer(Row, frozen=True):
    """Central's own signed answer to earlier heads: a central that was put back from a backup
    takes up from it what it had seen."""

    body: Annotated[bytes, Meta(max_length=MAX_ANSWER)]
    nonce: ShortText
    signature: Signature


PanelState = Literal["up", "down", ""]
"""Of the serial panel; "" where there is none."""


class Hello(Message, frozen=True):
    """A terminal opens a sync run. `nonce` ties central's answer to this question; `clock` is the
    terminal's, in seconds since 1970; `due` counts day reports that wait to be sent; `free` is
    disk in MiB; `window` is central's word of these minutes, "" where none is known. On a stick it
    is the nonce of the run that the last greeting on a stick opened.

    `time_sync`: whether the network sets the terminal's clock. When, in seconds since 1970 and 0
    for what is not known: `certificate_end`, the certificate ends that was shown on this line;
    `authority_end`, the last one ends by which the terminal believes it; `backed_up`, the newest
    copy of its database was made. The first greeting of a run has not seen a certificate yet, and
    a stick sees none."""

    nonce: ShortText
    software: ShortText
    clock: Seconds
    due: Count
    free: Count
    panel: PanelState
    window: ShortText
    time_sync: TimeSync
    certificate_end: Seconds
    authority_end: Seconds
    backed_up: Seconds


class Welcome(Message, frozen=True):
    """Central's fresh nonce for this run, its clock in seconds since 1970, and the number of the
    journal entry it last acknowledged; its hash the terminal has to know."""

    nonce: ShortText
    last: Count
    clock: Seconds


class Late(Message, frozen=True):
    """A hello opened nothing: say it again, with a new nonce and this word."""

    window: ShortText


class Heads(Message, frozen=True):
    """The terminal's journal head, its hash at central's last seq ("" when it is shorter), the
    steps that central has not answered, and its earlier answers about days that it may have
    lost."""

    now: Head
    at_last: HashOrNone
    steps: Annotated[tuple[Step, ...], Meta(max_length=MOST_STEPS)]
    answers: Annotated[tuple[EarlierAnswer, ...], Meta(max_length=MOST_ANSWERS)]

    def check(self) -> None:
        keys = ((step.date, step.officer, step.history, step.number) for step in self.steps)
        check_once("steps", keys)


class HeadsAnswer(Message, frozen=True):
    """Central's word on the heads: STORED, ROLLBACK, FORK or QUARANTINED. `sheets`: what it has
    now of those that were named. The terminal stores it with its signature."""

    answer: Answer
    sheets: Annotated[tuple[WitnessedSheet, ...], Meta(max_length=MAX_ROWS)]
