"""What the audit role reads: a day's raw counts, and who read them; and how a change is logged."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from kiosk.domain.people import Officer
from sync.central.disclosure import Counts, Scaled
from sync.central.logbook import Entry, Kind, Log, Wanted, read_told, told
from sync.central.store.days import StoredReport
from sync.central.store.engine import Transaction
from sync.central.usecases.central import Central
from sync.central.viewer import CITY, Viewer
from sync.messages import DayReport

_READS_SHOWN = 50
_LOG = logging.getLogger("kiosk.central.change")


@dataclass(frozen=True, slots=True)
class DayTally:
    """One day, raw: for the audit role."""

    officers: dict[str, Officer]
    counts: dict[Scaled, Counts]
    outcomes: Counter[tuple[str, str]]
    revisions: tuple[StoredReport, ...]
    """Every revision, as it came, of the reports that were sent again; by terminal."""
    orders: frozenset[str]
    """In which orders the faces stood."""


def read_tally(
    central: Central, day: date, reader: str, now: datetime
) -> tuple[DayTally, tuple[Entry, ...]]:
    """Raw counts of a day for the audit role, and the newest reads. This read is logged first, and
    for each officer of the day as a look."""
    with central.store.transaction(central.site) as t:
        t.logs.read(reader, told("tally", day=day.isoformat()), now)
        tally = DayTally(
            officers={str(officer.id): officer for officer in t.people.everyone()},
            counts=t.tallies.ratings(day),
            outcomes=t.tallies.outcomes(day),
            revisions=tuple(
                stored
                for terminal in t.days.revised_on(day)
                for stored in _revisions(t, terminal, day)
            ),
            orders=t.tallies.orders(day),
        )
        rated = {scaled.officer for scaled in tally.counts} & tally.officers.keys()
        t.logs.look(sorted(rated), reader, told("tally", day=day.isoformat()), now)
        return tally, _newest_reads(t)


def read_revision(
    central: Central, terminal: str, day: date, revision: int, reader: str, now: datetime
) -> bytes | None:
    """One revision of a day report as it came, for the audit role. This read is logged first."""
    with central.store.transaction(central.site) as t:
        bodies = {stored.revision: stored.body for stored in _revisions(t, terminal, day)}
        if revision in bodies:
            what = told("report", terminal=terminal, day=day.isoformat(), revision=revision)
            t.logs.read(reader, what, now)
            rated = DayReport.parse(bodies[revision]).officers()
            t.logs.look(sorted(rated), reader, what, now)
    return bodies.get(revision)


def _revisions(t: Transaction, terminal: str, day: date) -> tuple[StoredReport, ...]:
    """Every report of a terminal's day, as it came, the first one first."""
    current = t.days.report(terminal, day)
    stored = (*t.days.earlier(terminal, day), *((current,) if current else ()))
    return tuple(report for report in stored if report.body)


def newest_reads(central: Central) -> tuple[Entry, ...]:
    """Who read raw counts last."""
    with central.store.read(central.site) as t:
        return _newest_reads(t)


def write_change(t: Transaction, viewer: Viewer, what: str, now: datetime) -> None:
    """Log who changed what, in the transaction of the change."""
    t.logs.change(signature(viewer), what, now)
    _LOG.info("%s: %s changed %s", t.site, signature(viewer), _subject(what))


def _subject(what: str) -> str:
    """What kind of change it was: its values stay in the log that few may read."""
    try:
        return read_told(what)[0]
    except ValueError:
        return "something"


def signature(viewer: Viewer) -> str:
    """Who somebody is in a log of one office."""
    return f"{viewer.account} (city)" if viewer.site == CITY else viewer.account


def _newest_reads(t: Transaction) -> tuple[Entry, ...]:
    return t.logs.page(Log.RECORD, Wanted(kinds=(Kind.READ,)), 0, _READS_SHOWN)
