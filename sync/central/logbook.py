"""What central's logs are made of. Pure: what an entry says, and its digest.

There are two for each site. Entries of both are emptied of their words when they are as old as the
office says: `retention.py`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sync.protocol import digest


class Log(StrEnum):
    """A log of one site. `record` holds the lock of both: see `store/logs.py`."""

    RECORD = "record"
    SECURITY = "security"


class Kind(StrEnum):
    """What an entry is about."""

    CHANGE = "change"
    """Accounts, roster, terminals, settings, PINs."""
    LOOK = "look"
    """Somebody looked at an officer's results."""
    READ = "read"
    """Somebody read raw counts, or took a log out as a file."""
    ALARM = "alarm"
    """An alarm was settled, or its settling was asked for."""
    OBJECTION = "objection"
    """A step of an officer's objection: the officer reads it too."""
    SHORTENED = "shortened"
    """Old entries of a log were emptied."""
    REMOVED = "removed"
    """Data that were kept long enough were removed."""

    SIGNED_IN = "signed-in"
    FAILED = "failed"
    """A wrong password, or one for an account that is disabled."""
    LOCKED = "locked"
    """A wrong password after which the account has to wait."""
    TOO_EARLY = "too-early"
    """A try while the account had to wait."""
    UNKNOWN = "unknown"
    """A try at an account that does not exist."""
    FLOOD = "flood"
    """More failures of one minute, counted."""
    REFUSED = "refused"
    """A page or a deed that the account has no right to."""
    SIGNED_OUT = "signed-out"
    EXPIRED = "expired"
    """A session that was left alone, or as old as a session gets."""
    ENDED = "ended"
    """An account's sessions, ended by somebody or by a new password."""
    PASSWORD_SET = "password-set"  # noqa: S105  (no password)
    PASSWORD_ISSUED = "password-issued"  # noqa: S105  (no password)
    SECOND_FACTOR = "second-factor"
    """A second factor was set, removed or reset."""
    EMPTIED = "emptied"
    """An old event without its words."""


RECORD_KINDS = (
    *(Kind.CHANGE, Kind.LOOK, Kind.READ, Kind.ALARM),
    *(Kind.OBJECTION, Kind.SHORTENED, Kind.REMOVED),
)
SECURITY_KINDS = tuple(kind for kind in Kind if kind not in RECORD_KINDS)
FAILURES = (Kind.FAILED, Kind.LOCKED, Kind.TOO_EARLY, Kind.UNKNOWN, Kind.FLOOD, Kind.REFUSED)


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be logged. `kind`: a Kind, unless somebody else wrote the row; `who`: whose deed;
    `whom`: the officer or account that it concerns; `what`: see `told`."""

    kind: str
    who: str = ""
    whom: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a log."""

    seq: int
    at: datetime
    note: Note
    digest: str
    hash: str

    @property
    def emptied(self) -> bool:
        return self.note.kind == Kind.EMPTIED


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of a log are asked for: these kinds, one person's (part of a name is enough),
    what `who` did as the log has the name, from `first` until before `end`."""

    kinds: tuple[Kind, ...] = ()
    person: str = ""
    officers: tuple[str, ...] = ()
    """Ids of officers whom `person` means too."""
    who: str = ""
    first: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Looker:
    """Somebody who looked at an officer's results: how often, first and last."""

    who: str
    n: int
    first: datetime
    newest: datetime


@dataclass(frozen=True, slots=True)
class LogEnd:
    """The newest entry's number and hash, and up to which number the log is emptied."""

    seq: int = 0
    hash: str = ""
    emptied: int = 0


SITE_RETIRED = "site_retired"
"""The key of what is told where an office closes: lists of offices look for it."""


def told(key: str, **values: str | int) -> str:
    """What happened, as an entry has it: no sentence, but the key of one in the table `log_what` of
    each language, and its values."""
    return json.dumps([key, values], ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_told(what: str) -> tuple[str, dict[str, str | int]]:
    """The key and the values of `told`; ValueError where somebody else wrote the row."""
    try:
        key, values = json.loads(what)
    except (TypeError, RecursionError):
        raise ValueError(what) from None
    if not isinstance(key, str) or not isinstance(values, dict):
        raise ValueError(what)
    return key, values


def entry_digest(site: str, log: Log, seq: int, at: datetime, note: Note) -> str:
    """SHA-256, hex, over everything that an entry says, and where it stands."""
    time = at.astimezone(UTC).isoformat(timespec="microseconds")
    fields: Sequence[object] = (
        *(site, log.value, seq, time),
        *(str(note.kind), note.who, note.whom, note.what),
    )
    return digest(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode())
