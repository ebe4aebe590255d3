"""Security events: signed in or not, refused, session ended, password set. Each goes to a log of
the site and, as one line, to the program's own logger. Neither ever holds a secret.

A wrong name may be a password that was typed into the wrong field. Of a name that is nobody's only
its first sign is logged: a hash could be guessed at by whoever reads the log, a sign tells nothing.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.domain.refusal import excerpt
from sync.central.logbook import FAILURES, Kind, Log, Note, told
from sync.central.logwords import log_words
from sync.central.store.engine import Transaction
from sync.central.usecases.central import Central
from sync.central.usecases.sites import find_site
from sync.central.viewer import CITY, Viewer

__all__ = [
    "Failure",
    "Kind",
    "failure_of",
    "note_failure",
    "note_refusal",
    "unknown_name",
    "write_event",
    "write_failure",
]

_MOST_EMPTIED = 500
_LONGEST = 100
"""Characters of a refused path."""
_LOG = logging.getLogger("kiosk.central.security")


def write_event(
    central: Central,
    t: Transaction,
    kind: Kind,
    account: str,
    now: datetime,
    *,
    who: str = "",
    what: str = "",
) -> None:
    """Log an event about `account` in the transaction of the deed, as the last thing in it; `who`
    did it, where it was somebody else."""
    note = Note(kind=kind, who=who or account, whom=account, what=what)
    notes = [*central.failures.overdue(t.site, now), note]
    t.logs.append(Log.SECURITY, notes, now)
    _say(t.site, notes)


@dataclass(frozen=True, slots=True)
class Failure:
    """A try that failed, not logged yet, and the site whose log it belongs to."""

    site: str
    note: Note


def failure_of(site: str, kind: Kind, account: str, what: str = "") -> Failure:
    # Who tries to sign in is not known; who is signed in and refused is.
    who = account if kind is Kind.REFUSED else ""
    return Failure(site, Note(kind=kind, who=who, whom=account, what=what))


def unknown_name(central: Central, site: str, name: str) -> Failure:
    """A try at an account that nobody has: at the site where it was tried, or at home."""
    is_other = site not in (central.site, CITY) and find_site(central, site) is not None
    place = site if is_other else central.site
    return failure_of(place, Kind.UNKNOWN, _first_sign(name))


def write_failure(central: Central, failure: Failure, now: datetime) -> None:
    """Log a failure, in a transaction of its own; in a flood only count it."""
    notes = central.failures.passed(failure.site, failure.note, now)
    if notes:
        with central.store.transaction(failure.site) as t:
            t.logs.append(Log.SECURITY, notes, now)
        _say(failure.site, notes)


def note_failure(
    central: Central, site: str, kind: Kind, account: str, now: datetime, what: str = ""
) -> None:
    """Log that an account's try failed."""
    write_failure(central, failure_of(site, kind, account, what), now)


def note_refusal(central: Central, viewer: Viewer, method: str, path: str, now: datetime) -> None:
    """Log that somebody asked for what they have no right to."""
    what = told("page", page=excerpt(f"{method} {path}", _LONGEST))
    note_failure(central, viewer.site, Kind.REFUSED, viewer.account, now, what)


def empty_old_events(t: Transaction, now: datetime) -> None:
    """Empty the events that are older than the office keeps them, and say so in the record. A few
    hundred at a time: somebody waits for it."""
    before = now - timedelta(days=t.settings.newest().settings.security_days)
    empty_log(t, Log.SECURITY, before, _MOST_EMPTIED, now)


def empty_log(t: Transaction, log: Log, before: datetime, most: int, now: datetime) -> int:
    """Empty entries of a log that are older than `before`, at most so many, and say so in the
    record; how many. The entry says how far both logs are emptied: an earlier one may be gone."""
    ends = t.logs.heads()
    first = ends[log].emptied + 1
    last = t.logs.empty(log, before, most)
    if last < first:
        return 0
    if log is Log.SECURITY:
        record = ends[Log.RECORD].emptied
        what = told("shortened", first=first, last=last, security=last, record=record)
    else:
        security = ends[Log.SECURITY].emptied
        what = told("shortened_record", first=first, last=last, security=security, record=last)
    t.logs.append(Log.RECORD, [Note(kind=Kind.SHORTENED, what=what)], now)
    return last - first + 1


def _first_sign(name: str) -> str:
    return f"{excerpt(name, 1)}…" if name else ""


def _say(site: str, notes: Iterable[Note]) -> None:
    for note in notes:
        level = logging.WARNING if note.kind in FAILURES else logging.INFO
        by = f"by {note.who}" if note.who not in ("", note.whom) else ""
        words = (site, note.kind, note.whom, by, log_words("en", note.what))
        _LOG.log(level, "%s", " ".join(word for word in words if word))
