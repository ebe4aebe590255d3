"""How a run is opened, and how the terminal shows that its past is the one central has seen."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

from sync.messages.message import Message, Row, check_once
from sync.messages.values import (
    MAX_ROWS,
    Count,
    Hash,
    HashOrNone,
    OfficerOrNobody,
    Seconds,
    ShortText,
)


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
    """A sheet as it stands in the terminal: ratings, entries in all, and its seal's digest."""

    date: date
    officer: OfficerOrNobody
    n: Count
    entries: Count
    seal: Hash


PanelState = Literal["up", "down", ""]
"""Of the serial panel; "" where there is none."""


class Hello(Message, frozen=True):
    """A terminal opens a sync run. `nonce` ties central's answer to this question; `clock` is the
    terminal's, in seconds since 1970; `due` counts day reports that wait to be sent; `free` is
    disk in MiB; `window` is central's word of these minutes, "" where none is known. On a stick it
    is the nonce of the run that the last greeting on a stick opened."""

    nonce: ShortText
    software: ShortText
    clock: Seconds
    due: Count
    free: Count
    panel: PanelState
    window: ShortText


class Welcome(Message, frozen=True):
    """Central's fresh nonce for this run, and the number of the journal entry it last
    acknowledged; its hash the terminal has to know."""

    nonce: ShortText
    last: Count


class Late(Message, frozen=True):
    """A hello opened nothing: say it again, with a new nonce and this word."""

    window: ShortText


class Heads(Message, frozen=True):
    """The terminal's journal head, its hash at central's last seq ("" when it is shorter), and
    every sheet of the days that central has not receipted."""

    now: Head
    at_last: HashOrNone
    sheets: Annotated[tuple[OpenSheet, ...], Meta(max_length=MAX_ROWS)]

    def check(self) -> None:
        check_once("sheets", ((sheet.date, sheet.officer) for sheet in self.sheets))


class HeadsAnswer(Message, frozen=True):
    """Central's word on the heads: STORED, ROLLBACK, FORK or QUARANTINED."""

    answer: Answer
