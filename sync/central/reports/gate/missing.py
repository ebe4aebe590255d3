"""What stands beside an officer's score because data are missing, or are more than can be."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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


def missing_beside(t: Transaction, spans: Mapping[str, Sequence[Span]]) -> dict[str, Missing]:
    """What is missing beside each officer's score, in the officer's `spans` of closed weeks."""
    missing: dict[str, Missing] = {}
    for common, officers in _alike(spans).items():
        parts = [_missing_in(t, officers, span) for span in common]
        for officer in officers:
            missing[officer] = sum((part[officer] for part in parts), Missing())
    return missing


def over_tickets_beside(
    t: Transaction, blocks: Mapping[str, Sequence[Span]]
) -> dict[str, int | None]:
    """On how many days each officer was at a counter with more ratings than its tickets explain: of
    exactly the days that the officer's `blocks` are of. Such a day tells that there are ratings,
    and counts where they do: a block may begin before the span in which it closed. None where no
    tickets of these days are there to tell."""
    days_over: dict[str, int | None] = {}
    for common, officers in _alike(blocks).items():
        with_tickets = [span for span in common if t.tickets.has_any(*span)]
        if with_tickets:
            days_over |= _days_over(t, officers, with_tickets)
        else:
            days_over |= dict.fromkeys(officers)
    return days_over


def _days_over(t: Transaction, officers: Sequence[str], spans: Sequence[Span]) -> dict[str, int]:
    """The same in spans that have tickets."""
    days: dict[str, set[date]] = defaultdict(set)
    for span in spans:
        for officer, over in t.tickets.exceeded_by(officers, *span).items():
            days[officer] |= over
    return {officer: len(days[officer]) for officer in officers}


def _alike(spans: Mapping[str, Sequence[Span]]) -> dict[tuple[Span, ...], list[str]]:
    """Officers by their spans: those of the same spans are asked for at once."""
    alike: dict[tuple[Span, ...], list[str]] = defaultdict(list)
    for officer, own_spans in spans.items():
        alike[tuple(own_spans)].append(officer)
    return alike


def with_over_tickets(missing: Missing, days: int | None) -> Missing:
    return replace(missing, around=missing.around + Counter({OVER_TICKETS: days or 0}))


def missing_beside_blocks(
    t: Transaction, blocks: Mapping[str, Sequence[Span]]
) -> dict[str, Missing]:
    """The same of exactly the days that these blocks are of."""
    spans = {officer: merged(days) for officer, days in blocks.items()}
    days_over = over_tickets_beside(t, spans)
    return {
        officer: with_over_tickets(missing, days_over[officer])
        for officer, missing in missing_beside(t, spans).items()
    }


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


def _missing_in(t: Transaction, officers: Sequence[str], span: Span) -> dict[str, Missing]:
    own = t.days.gaps_of(officers, *span)
    around = t.days.gaps_at_terminals_of(officers, *span)
    return {
        officer: Missing(own=own.get(officer, Counter()), around=around.get(officer, Counter()))
        for officer in officers
    }
