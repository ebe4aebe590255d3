"""Failures to sign in, and refusals: the first ones of a minute are logged one by one, the rest are
counted into one entry, so that a flood fills no disk. In memory; no I/O.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sync.central.logbook import Kind, Note, told

MOST_UNKNOWN = 3
"""Tries at names that are nobody's, logged one by one in a minute."""
MOST_OF_ONE = 3
"""Failures of one account, and"""
MOST_KNOWN = 10
"""of all accounts together. So much a minute, day and night, is some seven megabytes a day."""
_NAMED = 20
"""Accounts that the entry of a flood names."""


@dataclass(slots=True)
class _Minute:
    """One minute at one site."""

    begins: datetime
    written: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)
    accounts: Counter[str] = field(default_factory=Counter)
    beyond: set[str] = field(default_factory=set)
    """Accounts that are not named: as many as the office has, at the most."""

    def takes(self, note: Note) -> bool:
        """Whether this one is logged by itself; it is counted where it is not."""
        unknown = note.kind == Kind.UNKNOWN
        limits = (
            ((Kind.UNKNOWN, MOST_UNKNOWN),)
            if unknown
            else (("", MOST_KNOWN), (f"account {note.whom}", MOST_OF_ONE))
        )
        if all(self.written[name] < most for name, most in limits):
            self.written.update(name for name, _ in limits)
            return True
        self.counted[note.kind] += 1
        if not unknown:
            self._name(note.whom)
        return False

    def _name(self, account: str) -> None:
        if account in self.accounts or len(self.accounts) < _NAMED:
            self.accounts[account] += 1
        else:
            self.beyond.add(account)

    def flood(self) -> list[Note]:
        """One entry for all that were counted."""
        if not self.counted:
            return []
        what = told(
            "flood",
            at=self.begins.isoformat(timespec="minutes"),
            wrong=self.counted[Kind.FAILED] + self.counted[Kind.LOCKED],
            early=self.counted[Kind.TOO_EARLY],
            unknown=self.counted[Kind.UNKNOWN],
            refused=self.counted[Kind.REFUSED],
            accounts=", ".join(f"{name} {n}" for name, n in self.accounts.most_common()) or "–",
            beyond=len(self.beyond),
        )
        return [Note(kind=Kind.FLOOD, what=what)]


class Failures:
    """The failures of each site in the minute that runs."""

    def __init__(self) -> None:
        self._minutes: dict[str, _Minute] = {}
        self._lock = Lock()

    def passed(self, site: str, failure: Note, now: datetime) -> list[Note]:
        """What is to be logged now: this failure, or nothing; and what an earlier minute had too
        many of."""
        with self._lock:
            earlier = self._overdue(site, now)
            minute = self._minutes.setdefault(site, _Minute(begins=_beginning(now)))
            return [*earlier, failure] if minute.takes(failure) else earlier

    def overdue(self, site: str, now: datetime) -> list[Note]:
        """What an earlier minute had too many of."""
        with self._lock:
            return self._overdue(site, now)

    def _overdue(self, site: str, now: datetime) -> list[Note]:
        minute = self._minutes.get(site)
        if minute is None or minute.begins == _beginning(now):
            return []
        return self._minutes.pop(site).flood()


def _beginning(now: datetime) -> datetime:
    return now - timedelta(seconds=now.second, microseconds=now.microsecond)
