"""The logs as people read them: page by page to the first entry, and whole as a file."""

from dataclasses import dataclass, replace
from datetime import datetime

from sync.central.logbook import (
    RECORD_KINDS,
    SECURITY_KINDS,
    Entry,
    Kind,
    Log,
    Wanted,
    told,
)
from sync.central.usecases.audit import signature
from sync.central.usecases.central import Central
from sync.central.usecases.people import officer_names
from sync.central.viewer import Right, Viewer

__all__ = [
    "Entry",
    "Kind",
    "Log",
    "LogPage",
    "Wanted",
    "export_log",
    "kinds_for",
    "read_log",
    "read_own_log",
]

PAGE = 100
"""Entries of a page."""
MOST_EXPORTED = 100_000
"""Entries of a file: the newest of those that are asked for. A narrower span gives the others."""
_OF_OFFICE = (Kind.CHANGE, Kind.ALARM, Kind.OBJECTION, Kind.SHORTENED)
"""What of the record who may read changes reads; the audit role reads who looked at whom too."""


@dataclass(frozen=True, slots=True)
class LogPage:
    """Entries, the newest first. `older`: the number before which the next page begins; 0: this
    one has the first entry."""

    entries: tuple[Entry, ...]
    older: int = 0


def _meant(central: Central, person: str) -> tuple[str, ...]:
    """The ids of the officers whose number or name has these words."""
    if not person:
        return ()
    names = officer_names(central)
    return tuple(id_ for id_, name in names.items() if person.casefold() in name.casefold())


def kinds_for(viewer: Viewer, site: str, log: Log) -> tuple[Kind, ...]:
    """Which kinds of entries of a log this viewer reads; NotYours when none."""
    if viewer.has(site, Right.LOGS):
        return RECORD_KINDS if log is Log.RECORD else SECURITY_KINDS
    viewer.require(site, Right.CHANGES if log is Log.RECORD else Right.EVENTS)
    return _OF_OFFICE if log is Log.RECORD else SECURITY_KINDS


def read_log(central: Central, viewer: Viewer, log: Log, wanted: Wanted, before: int) -> LogPage:
    """A page of what the viewer may read of a log; NotYours when that is nothing."""
    allowed = _narrowed(central, viewer, log, wanted)
    with central.store.read(central.site) as t:
        return _page(t.logs.page(log, allowed, before, PAGE + 1))


def read_own_log(central: Central, viewer: Viewer, log: Log, before: int) -> LogPage:
    """What concerns the viewer: security events of the account, looks at the officer's results."""
    whom = viewer.account if log is Log.SECURITY else viewer.officer
    if not whom:
        return LogPage(())
    kinds = SECURITY_KINDS if log is Log.SECURITY else (Kind.LOOK, Kind.OBJECTION)
    with central.store.read(viewer.site) as t:
        return _page(t.logs.about(log, kinds, whom, before, PAGE + 1))


def export_log(
    central: Central, viewer: Viewer, log: Log, wanted: Wanted, now: datetime
) -> tuple[Entry, ...]:
    """A log for a file, the newest first; this is logged first. NotYours."""
    viewer.require(central.site, Right.LOGS)
    allowed = _narrowed(central, viewer, log, wanted)
    with central.store.transaction(central.site) as t:
        t.logs.read(signature(viewer), told("file", log=log.value), now)
    with central.store.read(central.site) as t:
        return t.logs.page(log, allowed, 0, MOST_EXPORTED)


def _narrowed(central: Central, viewer: Viewer, log: Log, wanted: Wanted) -> Wanted:
    """What is wanted, of what the viewer may read."""
    allowed = kinds_for(viewer, central.site, log)
    chosen = tuple(kind for kind in allowed if not wanted.kinds or kind in wanted.kinds)
    officers = _meant(central, wanted.person)
    return replace(wanted, kinds=chosen or allowed, officers=officers)


def _page(entries: tuple[Entry, ...]) -> LogPage:
    of_page = entries[:PAGE]
    return LogPage(of_page, older=of_page[-1].seq if len(entries) > PAGE else 0)
