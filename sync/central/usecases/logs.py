"""The logs as people read them: page by page to the first entry, and whole as a file."""

from dataclasses import dataclass, replace
from datetime import datetime

from sync.central.logbook import (
    RECORD_KINDS,
    SECURITY_KINDS,
    Entry,
    Kind,
    Log,
    Looker,
    Wanted,
    told,
)
from sync.central.objecting import may_read
from sync.central.usecases.audit import signature
from sync.central.usecases.central import Central
from sync.central.usecases.people import officer_names
from sync.central.viewer import NotYours, Right, Viewer

__all__ = [
    "Entry",
    "Kind",
    "Log",
    "LogPage",
    "Looker",
    "OwnLog",
    "Wanted",
    "export_log",
    "export_own_looks",
    "kinds_for",
    "read_log",
    "read_own_log",
]

PAGE = 100
"""Entries of a page."""
MOST_EXPORTED = 100_000
"""Entries of a file: the newest of those that are asked for. A narrower span gives the others."""
_OF_OFFICE = (Kind.CHANGE, Kind.ALARM, Kind.SHORTENED)
"""What of the record who may read changes reads; who reads objections, their steps too; the audit
role who looked at whom."""


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
    if log is Log.SECURITY:
        return SECURITY_KINDS
    return (*_OF_OFFICE, Kind.OBJECTION) if may_read(viewer, site) else _OF_OFFICE


def read_log(central: Central, viewer: Viewer, log: Log, wanted: Wanted, before: int) -> LogPage:
    """A page of what the viewer may read of a log; NotYours when that is nothing."""
    allowed = _narrowed(central, viewer, log, wanted)
    with central.store.read(central.site) as t:
        return _page(t.logs.page(log, allowed, before, PAGE + 1))


@dataclass(frozen=True, slots=True)
class OwnLog:
    """What a log has about the viewer."""

    events: LogPage
    """Of the account: security events."""
    lookers: tuple[Looker, ...]
    """Everybody who looked at the officer's results, the last one first."""
    looks: LogPage
    """Each look that is asked for."""
    steps: tuple[Entry, ...]
    """Of the officer's objections."""


def read_own_log(
    central: Central, viewer: Viewer, wanted: Wanted, *, events_before: int, looks_before: int
) -> OwnLog:
    """What happened to the viewer's account, and who looked at the own results: `wanted` narrows
    the looks."""
    security = Wanted(kinds=SECURITY_KINDS)
    with central.store.read(viewer.site) as t:
        account, officer = viewer.account, viewer.officer
        events = t.logs.about(Log.SECURITY, security, account, events_before, PAGE + 1)
        if not officer:
            return OwnLog(events=_page(events), lookers=(), looks=LogPage(()), steps=())
        looks = t.logs.about(Log.RECORD, _looks(wanted), officer, looks_before, PAGE + 1)
        steps = Wanted(kinds=(Kind.OBJECTION,))
        return OwnLog(
            events=_page(events),
            lookers=t.logs.lookers(officer),
            looks=_page(looks),
            steps=t.logs.about(Log.RECORD, steps, officer, 0, MOST_EXPORTED),
        )


def export_own_looks(central: Central, viewer: Viewer, wanted: Wanted) -> tuple[Entry, ...]:
    """Every look at the viewer's own results that is asked for, the newest first."""
    if not viewer.officer:
        raise NotYours(Right.OFFICER)
    with central.store.read(viewer.site) as t:
        return t.logs.about(Log.RECORD, _looks(wanted), viewer.officer, 0, MOST_EXPORTED)


def _looks(wanted: Wanted) -> Wanted:
    """Whose looks, and when; a part of the own id would be a part of every entry's."""
    return Wanted(kinds=(Kind.LOOK,), who=wanted.who, first=wanted.first, end=wanted.end)


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
