"""One day's raw counts as lines of text: for the audit role, whose every read is logged."""

from collections.abc import Iterator
from datetime import date

from sync.central.measures import points_of, satisfied_of, wilson
from sync.central.service import DayTally


def lines(tally: DayTally, day: date) -> Iterator[str]:
    """A line per officer and scale: counts worst first, n, rate, interval, mean, suppressed."""
    yield f"Raw tally of {day.isoformat()} (audit role; this read is logged)"
    if not tally.counts:
        yield "No ratings were received for this day."
        return
    yield "number  n    rate   95 % interval  mean   worst…best        not scored  officer"
    for whose, counts in tally.counts.items():
        n = sum(counts)
        if n == 0:
            continue
        satisfied = satisfied_of(whose.levels, counts)
        interval = wilson(satisfied, n)
        officer = tally.officers.get(whose.officer)
        spread = "/".join(str(c) for c in counts[: whose.levels])
        yield (
            f"{officer.number if officer else whose.officer:<6}  {n:<3}  {satisfied / n:>4.0%}   "
            f"{interval.low:>5.1%}–{interval.high:>6.1%}  "
            f"{points_of(whose.levels, counts) / n:>5.1f}  "
            f"{spread:<16}  {tally.outcomes[whose.officer, 'suppressed']:<10}  "
            f"{officer.name if officer else '?'}"
        )
    ignored = tally.outcomes["", "ignored"]
    if ignored:
        yield f"Presses with nobody on duty: {ignored}"
