"""What the audit role reads: a day's raw counts, who read them, and who changed what."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from kiosk.domain.people import Officer
from sync.central.disclosure import Counts, Scaled
from sync.central.store.accounts import Logged
from sync.central.store.engine import Transaction
from sync.central.usecases.central import Central
from sync.central.viewer import CITY, Viewer

Read = tuple[datetime, str, str]
"""When, by whom, and what was read."""
_READS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class DayTally:
    """One day, raw: for the audit role."""

    officers: dict[str, Officer]
    counts: dict[Scaled, Counts]
    outcomes: Counter[tuple[str, str]]


def read_tally(
    central: Central, day: date, reader: str, now: datetime
) -> tuple[DayTally, tuple[Read, ...]]:
    """Raw counts of a day for the audit role, and the newest reads. This read is logged first."""
    with central.store.transaction(central.site) as t:
        t.tallies.log_read(reader, f"tally {day.isoformat()}", now)
        tally = DayTally(
            officers={str(officer.id): officer for officer in t.people.everyone()},
            counts=t.tallies.ratings(day),
            outcomes=t.tallies.outcomes(day),
        )
        return tally, _newest_reads(t)


def newest_reads(central: Central) -> tuple[Read, ...]:
    """Who read raw counts last."""
    with central.store.read(central.site) as t:
        return _newest_reads(t)


def all_changes(central: Central) -> tuple[Logged, ...]:
    """Who changed accounts, roster, terminals and settings, newest first."""
    with central.store.read(central.site) as t:
        return t.accounts.changes()


def write_change(t: Transaction, viewer: Viewer, what: str, now: datetime) -> None:
    """Log who changed what, in the transaction of the change."""
    t.accounts.log_change(account_of(viewer), what, now)


def account_of(viewer: Viewer) -> str:
    """An account as logs name it: the city's may have the same name as an office's."""
    return f"{viewer.account} (city)" if viewer.site == CITY else viewer.account


def _newest_reads(t: Transaction) -> tuple[Read, ...]:
    return tuple(t.tallies.reads()[-_READS_SHOWN:])
