"""The journal: system events with their times and no scores, each chained to the one before."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select

from kiosk.domain.businessday import business_date
from kiosk.domain.duty import Duty, DutyChange, EndOfDuty, Moment
from kiosk.domain.people import CounterId, OfficerId, ServiceId
from kiosk.store.schema import journal
from kiosk.store.statements import prepared

# Built once: building a statement takes longer than running it.
_APPEND = prepared(insert(journal))
_HEAD = prepared(select(journal.c.seq, journal.c.hash).order_by(journal.c.seq.desc()).limit(1))
_KINDS_SINCE = prepared(select(journal.c.kind).where(journal.c.seq > bindparam("seq")))
_HASH_AT = select(journal.c.hash).where(journal.c.seq == bindparam("seq"))
_OF_DAY = (
    select(journal.c.at, journal.c.kind, journal.c.detail)
    .where(journal.c.business_date == bindparam("business_date"))
    .order_by(journal.c.seq)
)
_DUTIES = (
    select(journal.c.business_date, journal.c.detail)
    .where(
        journal.c.business_date.between(bindparam("since"), bindparam("until")),
        journal.c.kind == "duty-began",
    )
    .order_by(journal.c.seq)
)
GENESIS = "0" * 64
"""What the first entry is chained to."""


class Kind(StrEnum):
    """What can happen to a terminal that a director may have to know."""

    STARTED = "started"
    STOPPED = "stopped"
    RUNNING = "running"
    """Every quarter of an hour while the office is open, whatever else happens."""
    DUTY_BEGAN = "duty-began"
    DUTY_PAUSED = "duty-paused"
    DUTY_RESUMED = "duty-resumed"
    DUTY_ENDED = "duty-ended"
    PANEL_UP = "panel-up"
    PANEL_DOWN = "panel-down"
    QUEUE_UP = "queue-up"
    """The ticket machine's line could be opened."""
    QUEUE_DOWN = "queue-down"
    BUTTON_STUCK = "button-stuck"
    OUT_OF_SERVICE = "out-of-service"
    """Since then nothing could be stored; written once it can be again."""
    STORE_REOPENED = "store-reopened"
    RESTORED = "restored"
    BACKED_UP = "backed-up"
    """A copy was made, by hand or by a timer of the office's."""
    CLOCK_JUMPED = "clock-jumped"
    PIN_TRIED = "pin-tried"
    """Before the PIN was looked at."""
    PIN_RIGHT = "pin-right"
    PIN_LOCKED = "pin-locked"
    PIN_SET = "pin-set"
    PIN_UNLOCKED = "pin-unlocked"
    PIN_WITHDRAWN = "pin-withdrawn"
    """By central: its officer was retired."""
    PINS_LOST = "pins-lost"
    """All of them: the secret beside the file is another one."""
    ROSTER_CHANGED = "roster-changed"
    ENROLLED = "enrolled"
    CENTRAL_MOVED = "central-moved"
    """It is at another address."""
    KEY_RENEWED = "key-renewed"
    """Central knows another key of this terminal."""
    PUBLISHER_RENEWED = "publisher-renewed"
    """Whose releases are installed: the key before named the next one."""
    UPDATED = "updated"
    """Another release of the program proved itself here."""
    DAY_CLOSED = "day-closed"
    DAY_PARKED = "day-parked"
    """Its report can't be sent as it is."""
    DAY_DROPPED = "day-dropped"
    """A person decided that its report is not sent, with a reason."""
    DAY_DUE_AGAIN = "day-due-again"
    """A parked or dropped report is to be sent after all."""
    SYNCED = "synced"
    SENT_AGAIN = "sent-again"
    """Central had lost what it gave a receipt for."""
    NOT_MINE = "not-mine"
    """Central has days under this terminal's name that it never made; none: no more."""
    SYNC_FAILED = "sync-failed"
    CENTRAL_LOGS = "central-logs"
    """The heads of central's own logs, as they were then."""
    CENTRAL_LOG_BROKEN = "central-log-broken"
    """A log of central went back, or forked."""
    CENTRAL_LOG_WHOLE = "central-log-whole"
    """It goes on again, or people at central said why it does not."""
    SERVICE_MENU = "service-menu"
    FACES_COVERED = "faces-covered"
    """A page for staff stands where a citizen would press."""
    FACES_FREE = "faces-free"


_SERVES = {
    Kind.DUTY_BEGAN: True,
    Kind.DUTY_RESUMED: True,
    Kind.DUTY_PAUSED: False,
    Kind.DUTY_ENDED: False,
}
"""What is said of a duty, and whether its officer serves from then on."""
_DUTY_CHANGES = 16
"""More than officers can sign on and off within a grace, each with a PIN."""


_WARNS = {
    Kind.PANEL_DOWN,
    Kind.QUEUE_DOWN,
    Kind.BUTTON_STUCK,
    Kind.OUT_OF_SERVICE,
    Kind.RESTORED,
    Kind.CLOCK_JUMPED,
    Kind.PIN_LOCKED,
    Kind.SYNC_FAILED,
    Kind.NOT_MINE,
    Kind.DAY_PARKED,
    Kind.DAY_DROPPED,
    Kind.CENTRAL_LOG_BROKEN,
}
"""What somebody should look at."""
_QUIET = {Kind.RUNNING, Kind.FACES_COVERED, Kind.FACES_FREE}
"""What comes all day long."""
_LOGGED = {
    Kind.PANEL_UP: ("what",),
    Kind.PANEL_DOWN: ("what",),
    Kind.QUEUE_UP: ("what",),
    Kind.QUEUE_DOWN: ("what",),
    Kind.CLOCK_JUMPED: ("what",),
    Kind.SERVICE_MENU: ("what",),
    Kind.DUTY_ENDED: ("cause",),
    Kind.RESTORED: ("from",),
    Kind.SYNCED: ("days", "by"),
    Kind.SYNC_FAILED: ("reason",),
    Kind.SENT_AGAIN: ("day",),
    Kind.NOT_MINE: ("days",),
    Kind.DAY_PARKED: ("day", "why"),
    Kind.DAY_DROPPED: ("day",),
    Kind.DAY_DUE_AGAIN: ("day",),
}
"""Details that the program's log has too. Never an officer, a key or a button: who reads logs is
not who may read the journal."""
_LOG = logging.getLogger("kiosk.event")


class Happening(NamedTuple):
    """When by the terminal's wall clock, what, and to which officer, if to one."""

    at: datetime
    kind: Kind
    officer: str = ""


class Power(NamedTuple):
    """When by the journal's order the terminal was started or stopped, and with which order of the
    faces."""

    seq: int
    day: date
    running: bool
    order: str


@dataclass(frozen=True, slots=True)
class Entry:
    seq: int
    at: str
    boot_ms: int
    business_date: str
    kind: str
    detail: str
    hash: str


def entry_hash(
    previous: str, seq: int, at: str, boot_ms: int, day: str, kind: str, detail: str
) -> str:
    """SHA-256 over the previous hash and every field, hex."""
    text = json.dumps(
        [previous, seq, at, boot_ms, day, kind, detail], ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


class Journal:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._unlogged: list[tuple[Kind, Mapping[str, str]]] = []

    def head(self) -> tuple[int, str]:
        """Number and hash of the newest entry; (0, GENESIS) when there is none."""
        row = self._connection.execute(_HEAD).first()
        return (row.seq, row.hash) if row else (0, GENESIS)

    def hash_at(self, seq: int) -> str:
        """The hash of entry `seq`, or "" when the journal has none."""
        return self._connection.scalar(_HASH_AT, {"seq": seq}) or ""

    def has(self, token: str) -> bool:
        """Whether one of the newest entries carries this token."""
        newest = select(journal.c.detail).order_by(journal.c.seq.desc()).limit(8)
        return any(token in detail for detail in self._connection.scalars(newest))

    def append(self, now: Moment, kind: Kind, detail: Mapping[str, str] | None = None) -> None:
        seq, previous = self.head()
        at = now.wall.isoformat(timespec="seconds")
        boot_ms = int(now.boot * 1000)
        day = business_date(now.wall).isoformat()
        text = json.dumps(detail or {}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        self._connection.execute(
            _APPEND,
            {
                "seq": seq + 1,
                "at": at,
                "boot_ms": boot_ms,
                "business_date": day,
                "kind": kind.value,
                "detail": text,
                "hash": entry_hash(previous, seq + 1, at, boot_ms, day, kind.value, text),
            },
        )
        self._unlogged.append((kind, detail or {}))

    def committed(self) -> None:
        """The transaction is durable: the program's log may tell of what it appended."""
        for kind, detail in self._unlogged:
            _log(kind, detail)
        self._unlogged.clear()

    def last(self, *kinds: Kind) -> Entry | None:
        """The newest entry of any of these kinds."""
        row = self._connection.execute(
            select(journal)
            .where(journal.c.kind.in_([kind.value for kind in kinds]))
            .order_by(journal.c.seq.desc())
            .limit(1)
        ).first()
        if row is None:
            return None
        return Entry(
            seq=row.seq,
            at=row.at,
            boot_ms=row.boot_ms,
            business_date=row.business_date,
            kind=row.kind,
            detail=row.detail,
            hash=row.hash,
        )

    def has_since(self, seq: int, *kinds: Kind) -> bool:
        """Whether any of these came after entry `seq`. Reads what is newer alone, however old the
        journal is."""
        return any(kind in kinds for kind in self._connection.scalars(_KINDS_SINCE, {"seq": seq}))

    def foreign_days(self) -> tuple[date, ...]:
        """The days that central had under this terminal's name at the last look, and that it never
        made."""
        entry = self.last(Kind.NOT_MINE)
        days: str = json.loads(entry.detail)["days"] if entry else ""
        return tuple(map(date.fromisoformat, days.split()))

    def sent_again(self) -> set[date]:
        """The days that went out again because central had lost them."""
        query = select(journal.c.detail).where(journal.c.kind == Kind.SENT_AGAIN.value)
        details = map(json.loads, self._connection.scalars(query))
        return {date.fromisoformat(detail["day"]) for detail in details}

    def of_day(self, day: date) -> list[Happening]:
        """When what happened on a business date, in order."""
        rows = self._connection.execute(_OF_DAY, {"business_date": day.isoformat()})
        return [_happening(at, kind, detail) for at, kind, detail in rows]

    def days(self, since: date, until: date) -> set[date]:
        """The business dates between these on which anything happened here."""
        day = journal.c.business_date
        between = day.between(since.isoformat(), until.isoformat())
        query = select(day).distinct().where(between)
        return set(map(date.fromisoformat, self._connection.scalars(query)))

    def duties(self, since: date, until: date) -> list[tuple[date, dict[str, str]]]:
        """What the journal says of each duty that began in these business dates, in order."""
        between = {"since": since.isoformat(), "until": until.isoformat()}
        rows = self._connection.execute(_DUTIES, between)
        return [(date.fromisoformat(day), json.loads(detail)) for day, detail in rows]

    def duty_changes(self) -> list[DutyChange]:
        """The newest of what the journal says of duties, in order."""
        query = (
            select(journal.c.at, journal.c.kind, journal.c.detail)
            .where(journal.c.kind.in_([kind.value for kind in _SERVES]))
            .order_by(journal.c.seq.desc())
            .limit(_DUTY_CHANGES)
        )
        rows = self._connection.execute(query).all()
        return [_duty_change(at, kind, detail) for at, kind, detail in reversed(rows)]

    def face_orders(self, day: date, *, with_before: bool) -> set[str]:
        """The orders of the faces with which the terminal was started on a business date, and
        `with_before`: also with which it ran into it."""
        starts = select(journal.c.detail).where(journal.c.kind == Kind.STARTED.value)
        of_day = starts.where(journal.c.business_date == day.isoformat())
        details = list(self._connection.scalars(of_day))
        if with_before:
            before = starts.where(journal.c.business_date < day.isoformat())
            details += self._connection.scalars(before.order_by(journal.c.seq.desc()).limit(1))
        return {json.loads(detail).get("order", "") for detail in details} - {""}

    def powers(self) -> list[Power]:
        """Each time the terminal was started or stopped, in order."""
        kinds = (Kind.STARTED.value, Kind.STOPPED.value)
        c = journal.c
        query = select(c.seq, c.business_date, c.kind, c.detail).where(c.kind.in_(kinds))
        return [
            Power(
                seq=seq,
                day=date.fromisoformat(day),
                running=kind == Kind.STARTED.value,
                order=json.loads(detail).get("order", ""),
            )
            for seq, day, kind, detail in self._connection.execute(query.order_by(c.seq))
        ]

    def closings(self) -> dict[tuple[date, int], int]:
        """The entry with which each revision of a day was closed, by its number."""
        query = select(journal.c.seq, journal.c.detail).where(
            journal.c.kind == Kind.DAY_CLOSED.value
        )
        rows = ((seq, json.loads(detail)) for seq, detail in self._connection.execute(query))
        return {(date.fromisoformat(of["day"]), int(of["revision"])): seq for seq, of in rows}

    def last_before(self, day: date, pairs: Sequence[tuple[Kind, Kind]]) -> list[Kind | None]:
        """Which of each pair came last before a business date."""
        query = (
            select(journal.c.kind, func.max(journal.c.seq))
            .where(
                journal.c.business_date < day.isoformat(),
                journal.c.kind.in_([kind.value for pair in pairs for kind in pair]),
            )
            .group_by(journal.c.kind)
        )
        newest = {Kind(kind): seq for kind, seq in self._connection.execute(query)}
        last_kinds = []
        for pair in pairs:
            happened = [kind for kind in pair if kind in newest]
            last_kinds.append(max(happened, key=newest.__getitem__, default=None))
        return last_kinds

    def first_start(self) -> date | None:
        """The business date on which the terminal was first run."""
        day = self._connection.scalar(
            select(journal.c.business_date)
            .where(journal.c.kind == Kind.STARTED.value)
            .order_by(journal.c.seq)
            .limit(1)
        )
        return date.fromisoformat(day) if day else None


def _duty_change(at: str, kind: str, detail: str) -> DutyChange:
    fields: dict[str, str] = json.loads(detail)
    duty = Duty(
        officer=OfficerId(fields["officer"]),
        service=ServiceId(fields["service"]),
        counter=CounterId(fields["counter"]),
    )
    return DutyChange(
        at=datetime.fromisoformat(at),
        duty=duty,
        serves=_SERVES[Kind(kind)],
        cause=EndOfDuty(fields["cause"]) if "cause" in fields else None,
    )


def _happening(at: str, kind: str, detail: str) -> Happening:
    officer = json.loads(detail).get("officer", "")
    return Happening(datetime.fromisoformat(at), Kind(kind), str(officer))


def _log(kind: Kind, detail: Mapping[str, str]) -> None:
    """The same event for the program's log, without what only the journal may say."""
    level = logging.INFO
    if kind in _WARNS:
        level = logging.WARNING
    elif kind in _QUIET:
        level = logging.DEBUG
    details = [f"{name}={detail[name]}" for name in _LOGGED.get(kind, ()) if detail.get(name)]
    _LOG.log(level, "%s", " ".join([kind.value, *details]))
