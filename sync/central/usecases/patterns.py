"""Looks for patterns once a quarter is over, and tells the audit role."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kiosk.domain.people import Officer
from sync.central.disclosure import publication_day, quarter_of
from sync.central.logbook import told
from sync.central.patterns import Seen, look, officer_days
from sync.central.store.engine import Transaction
from sync.central.store.patterns import StoredQuarter
from sync.central.usecases.audit import signature
from sync.central.usecases.central import Central
from sync.central.viewer import Right, Viewer

_QUARTERS = 8
"""As far back as quarters can be looked at."""
_PAST = timedelta(days=183)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PatternsRead:
    """What was seen in a quarter. `quarters`: first and last day of all that can be looked at,
    the newest first."""

    quarters: tuple[tuple[date, date], ...]
    quarter: tuple[date, date] | None = None
    """None: no quarter with reports is over."""
    looked_at: int = 0
    officers: tuple[tuple[Officer, tuple[Seen, ...]], ...] = ()
    """Those of whom anything was seen, by number."""


def read_patterns(
    central: Central, viewer: Viewer, asked: date | None, today: date, now: datetime
) -> PatternsRead:
    """What was seen in the quarter that ends on the day `asked`; None: in the newest. The read is
    logged, and each officer of whom something was seen reads that audit looked."""
    viewer.require(central.site, Right.TALLY)
    with central.store.read(central.site) as t:
        quarters = tuple(_quarters(t, today))
        quarter = next((one for one in quarters if asked in (None, one[1])), None)
        if quarter is None:
            return PatternsRead(quarters=quarters)
        stored = t.patterns.of(quarter[1]) or _look(t, quarter)
        roster = t.people.everyone()
    seen = {
        officer: tuple(one for one in stored.seen if one.officer == officer.id)
        for officer in roster
    }
    listed = tuple(
        (officer, of_officer)
        for officer, of_officer in sorted(seen.items(), key=lambda one: _by_number(one[0]))
        if of_officer
    )
    ids = [str(officer.id) for officer, _ in listed]
    code = quarter[1].isoformat()
    with central.store.transaction(central.site) as t:
        t.patterns.put(quarter[1], stored.officers, stored.seen, now)
        t.logs.read(signature(viewer), told("patterns", day=code), now)
        t.logs.look(ids, f"{viewer.name} ({viewer.account})", told("seen_patterns"), now)
    return PatternsRead(
        quarters=quarters, quarter=quarter, looked_at=stored.officers, officers=listed
    )


def look_at_newest(central: Central, today: date, now: datetime) -> None:
    """Look for patterns in the newest quarter that is over, where nobody has: before its raw days
    go."""
    with central.store.read(central.site) as t:
        quarter = next(_quarters(t, today), None)
        if quarter is None or t.patterns.of(quarter[1]) is not None:
            return
        stored = _look(t, quarter)
    with central.store.transaction(central.site) as t:
        t.patterns.put(quarter[1], stored.officers, stored.seen, now)


def _by_number(officer: Officer) -> tuple[int, str]:
    return len(officer.number), officer.number


def _quarters(t: Transaction, today: date) -> Iterator[tuple[date, date]]:
    """Quarters that are over, and whose late reports have been waited for; the newest first. Of one
    whose raw days are gone nothing new can be seen."""
    quarter = quarter_of(today)
    _, emptied = t.retention.emptied_reports()
    for _ in range(_QUARTERS + 1):
        if not t.days.reported_before(quarter[1] + _DAY):
            return
        whole = emptied is None or quarter[0] > emptied
        if publication_day(quarter[1]) < today and (whole or t.patterns.of(quarter[1])):
            yield quarter
        quarter = quarter_of(quarter[0] - _DAY)


def _look(t: Transaction, quarter: tuple[date, date]) -> StoredQuarter:
    first, last = quarter
    since = first - _PAST
    days = officer_days(
        t.patterns.lines(since, last), t.patterns.others(since, last), t.tickets.by_day(since, last)
    )
    now = {officer: [day for day in of_it if day.day >= first] for officer, of_it in days.items()}
    past = {officer: [day for day in of_it if day.day < first] for officer, of_it in days.items()}
    at_work = {officer: of_it for officer, of_it in now.items() if of_it}
    return StoredQuarter(len(at_work), look(at_work, past))
