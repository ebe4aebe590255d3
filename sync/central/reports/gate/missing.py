"""What stands beside an officer's score because data are missing, or are more than can be."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sync.central.store.blocks import Sum
from sync.central.store.engine import Transaction

OVER_TICKETS = "over-tickets"
"""Among gaps: days on which a counter has more ratings than its tickets explain."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Gaps of closed weeks, by kind."""

    own: Counter[str] = field(default_factory=Counter)
    """Of the officer's own duties: pauses, and staff pages over the faces."""
    around: Counter[str] = field(default_factory=Counter)
    """Of the terminals and counters at which the officer was at work, on those days, whoever else
    was: dark, without panel, with nobody on duty; days over their tickets."""

    @property
    def any(self) -> bool:
        return bool(self.own or self.around)


def missing_beside(
    t: Transaction,
    sums: Mapping[str, Sequence[Sum]],
    officers: Sequence[str],
    span: tuple[date, date],
) -> dict[str, Missing]:
    """What is missing beside each officer's score in the closed weeks of `span`. Days over their
    tickets count up to the officer's last block: they tell that there are ratings."""
    first, last = span
    own = t.days.gaps_of(officers, first, last)
    around = t.days.gaps_at_terminals_of(officers, first, last)
    exceeded = set(t.tickets.exceeded(first, last))
    days_over = t.tickets.exceeded_by(exceeded, officers) if exceeded else {}
    missing = {}
    for officer in officers:
        published = max((part.last_day for part in sums.get(officer, ())), default=date.min)
        over = sum(day <= published for day in days_over.get(officer, ()))
        missing[officer] = Missing(
            own=own.get(officer, Counter()),
            around=around.get(officer, Counter()) + Counter({OVER_TICKETS: over}),
        )
    return missing
