"""Where an officer stands beside what the office's others reach with the same services."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sync.central.comparing import Finding, Standing
from sync.central.disclosure import publication_day
from sync.central.period import Period
from sync.central.store.engine import Transaction
from sync.central.usecases.rounds import last_closed_round


class NotCompared(StrEnum):
    """Why a page shows no comparison at all."""

    SPAN = "span"
    """The span is no round: who picks among many finds a difference by chance."""
    RUNNING = "running"
    PART = "part"
    """The viewer reads a part of the results."""
    OBJECTED = "objected"
    """An upheld objection concerns some of its weeks."""
    NOTHING = "nothing"
    """No results in the round when it was closed."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`outcome` names the words that say it. `made`: the day it was worked out. `from_day`: when
    the round that runs will be compared. `closed`: the newest round that has been."""

    outcome: Standing | NotCompared
    finding: Finding | None = None
    made: date | None = None
    from_day: date | None = None
    closed: Period | None = None
    orders_differ: bool = False
    """Whether the faces of officer and office did not stand in the same order."""


def comparison(
    t: Transaction, officer: str, period: Period, today: date, *, orders_differ: bool
) -> Comparison:
    """Of a closed round alone, as it was worked out once."""
    newest = last_closed_round(today, period.starts)
    closed = newest if t.findings.of_round(newest.first_day, newest.last_day) else None
    if period.part not in ("1", "2"):
        return Comparison(outcome=NotCompared.SPAN, closed=closed)
    findings = t.findings.of_round(period.first_day, period.last_day)
    if findings is None:
        from_day = publication_day(period.last_day) + timedelta(days=1)
        return Comparison(outcome=NotCompared.RUNNING, from_day=from_day, closed=closed)
    finding = findings.by_officer.get(officer)
    if finding is None:
        return Comparison(outcome=NotCompared.NOTHING, made=findings.made)
    return Comparison(
        outcome=finding.standing,
        finding=finding if finding.standing.compared else None,
        made=findings.made,
        orders_differ=orders_differ,
    )
