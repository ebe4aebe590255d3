"""What stands beside an officer's score because data are missing, or are more than can be."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sync.central.store.engine import Transaction

Span = tuple[date, date]
_DAY = timedelta(days=1)
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

    def __add__(self, other: "Missing") -> "Missing":
        return Missing(own=self.own + other.own, around=self.around + other.around)


def missing_beside(
    t: Transaction, spans: Mapping[str, Sequence[Span]], published: Mapping[str, date]
) -> dict[str, Missing]:
    """What is missing beside each officer's score, in the officer's `spans` of closed weeks. Days
    over their tickets tell that there are ratings: they count up to the last `published` day."""
    alike: dict[tuple[Span, ...], list[str]] = {}
    for officer, own_spans in spans.items():
        alike.setdefault(tuple(own_spans), []).append(officer)
    missing: dict[str, Missing] = {}
    for common, officers in alike.items():
        parts = [_missing_in(t, officers, span, published) for span in common]
        for officer in officers:
            missing[officer] = sum((part[officer] for part in parts), Missing())
    return missing


def missing_beside_blocks(
    t: Transaction, blocks: Mapping[str, Sequence[Span]]
) -> dict[str, Missing]:
    """The same of exactly the days that these blocks are of."""
    spans = {officer: merged(days) for officer, days in blocks.items()}
    return missing_beside(t, spans, {officer: days[-1][1] for officer, days in spans.items()})


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans of days in their order, those that touch put together: blocks follow on one another,
    and on several scales they may have days in common."""
    joined: list[Span] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + _DAY:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        else:
            joined.append((first, last))
    return joined


def _missing_in(
    t: Transaction, officers: Sequence[str], span: Span, published: Mapping[str, date]
) -> dict[str, Missing]:
    own = t.days.gaps_of(officers, *span)
    around = t.days.gaps_at_terminals_of(officers, *span)
    exceeded = set(t.tickets.exceeded(*span))
    days_over = t.tickets.exceeded_by(exceeded, officers) if exceeded else {}
    missing = {}
    for officer in officers:
        over = sum(day <= published[officer] for day in days_over.get(officer, ()))
        missing[officer] = Missing(
            own=own.get(officer, Counter()),
            around=around.get(officer, Counter()) + Counter({OVER_TICKETS: over}),
        )
    return missing
