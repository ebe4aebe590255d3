"""One day's raw counts: for the audit role, whose every read is logged."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from kiosk.domain.rating import Outcome
from kiosk.language import counted
from sync.central.language import words
from sync.central.measures import points_of, satisfied_of, wilson
from sync.central.usecases.audit import DayTally
from sync.messages import DayReport


@dataclass(frozen=True, slots=True)
class TallyRow:
    """One officer's raw day on one scale: counts worst first, shares 0 to 1."""

    number: str
    name: str
    n: int
    rate: float
    low: float
    high: float
    mean: float
    counts: tuple[int, ...]
    suppressed: int
    """Presses that were not scored: repeated, or kept too long by a panel."""
    led: int
    """Presses that led through the reasons of the rating before them."""


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A report of the day as it came at one time; `fewer`: it has fewer ratings than the one
    before."""

    terminal: str
    revision: int
    received: datetime
    n: int
    fewer: bool


def revisions(tally: DayTally) -> tuple[RevisionRow, ...]:
    """Every revision of the reports that were sent again."""
    rows: list[RevisionRow] = []
    for stored in tally.revisions:
        n = sum(sheet.n for sheet in DayReport.parse(stored.body).sheets)
        before = rows[-1] if rows and rows[-1].terminal == stored.terminal else None
        rows.append(
            RevisionRow(
                terminal=stored.terminal,
                revision=stored.revision,
                received=stored.received,
                n=n,
                fewer=before is not None and n < before.n,
            )
        )
    return tuple(rows)


def rows(tally: DayTally) -> tuple[TallyRow, ...]:
    """Every officer who has ratings, by number."""
    rows = []
    for whose, counts in tally.counts.items():
        n = sum(counts)
        if n == 0:
            continue
        satisfied = satisfied_of(whose.levels, counts)
        interval = wilson(satisfied, n)
        officer = tally.officers.get(whose.officer)
        rows.append(
            TallyRow(
                number=officer.number if officer else "–",
                name=officer.name if officer else "?",
                n=n,
                rate=satisfied / n,
                low=interval.low,
                high=interval.high,
                mean=points_of(whose.levels, counts) / n,
                counts=counts[: whose.levels],
                suppressed=sum(
                    tally.outcomes[whose.officer, what] for what in ("suppressed", "late")
                ),
                led=tally.outcomes[whose.officer, Outcome.LED.value],
            )
        )
    return tuple(sorted(rows, key=lambda row: (len(row.number), row.number)))


def lines(tally: DayTally, day: date) -> Iterator[str]:
    """A line per officer and scale; its counts stand worst first."""
    yield f"Raw tally of {day.isoformat()} (audit role; this read is logged)"
    if not tally.counts:
        yield "No ratings were received for this day."
        return
    yield "number  n    rate   95 % interval  mean   worst…best        not scored  reasons  officer"
    for row in rows(tally):
        spread = "/".join(str(c) for c in row.counts)
        yield (
            f"{row.number:<6}  {row.n:<3}  {row.rate:>4.0%}   {row.low:>5.1%}–{row.high:>6.1%}  "
            f"{row.mean:>5.1f}  {spread:<16}  {row.suppressed:<10}  "
            f"{row.led:<7}  {row.name}"
        )
    if len(tally.orders) > 1:
        yield words("en").get("figures.orders_differ")
    ignored = tally.outcomes["", "ignored"]
    if ignored:
        yield f"Presses with nobody on duty: {ignored}"
    if late := tally.outcomes["", "late"]:
        yield f"Presses of nobody's that a panel kept too long: {late}"
    for came in revisions(tally):
        at = came.received.astimezone().isoformat(" ", "minutes")
        n = counted(came.n, "rating", "ratings")
        yield f"{came.terminal} revision {came.revision}, received {at}: {n}"
