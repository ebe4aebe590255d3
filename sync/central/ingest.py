"""Pure decisions about what terminals send. What is kept follows from these answers alone."""

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from kiosk.domain.rules import Rules
from kiosk.language import counted
from sync.commitment import NOTHING, product
from sync.messages import Answer, DayReport, Head, Heads, OpenSheet, Step
from sync.steps import opens, reported_counts, step_digest


@dataclass(frozen=True, slots=True)
class StoredDay:
    """What central has of a terminal's day."""

    revision: int
    digest: str
    emptied: bool = False
    """Whether its content was kept long enough: nothing can replace it any more."""


def decide(stored: StoredDay | None, incoming: DayReport, digest: str) -> Answer:
    """STORED, ALREADY_HAVE, STALE or CONFLICT. The same bytes are always welcome again."""
    if stored is None:
        return Answer.STORED
    if incoming.revision > stored.revision:
        return Answer.STALE if stored.emptied else Answer.STORED
    if digest == stored.digest:
        return Answer.ALREADY_HAVE
    return Answer.CONFLICT if incoming.revision == stored.revision else Answer.STALE


SheetKey = tuple[date, str]
StepKey = tuple[date, str, int, int]
"""Day, officer, history, number."""


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A sheet as its terminal showed it, step by step: how many steps, and their product.
    `last_step`: digest of the newest; "" where only an answer of central's own is known of it.
    `history`: how often people have let the terminal begin it anew, from what it has."""

    date: date
    officer: str
    steps: int
    point: bytes
    last_step: str = ""
    history: int = 0


def step_key(step: Step) -> StepKey:
    return step.date, step.officer, step.history, step.number


def is_new(seen: Witnessed | None, step: Step) -> bool:
    """Whether central has to know what a step commits to."""
    history, steps = (seen.history, seen.steps) if seen else (0, 0)
    return step.history == history and step.number > steps


def judge_steps(
    seen: Mapping[SheetKey, Witnessed], steps: Iterable[Step], points: Mapping[StepKey, bytes]
) -> tuple[Answer, str, dict[SheetKey, Witnessed]]:
    """STORED when every step follows the one before; then the sheets as they are with them.
    `points`: what each new step was proved to commit to.

    What central has already changes nothing. FORK: another step than the one it has, or one that
    leaves some out."""
    sheets = dict(seen)
    for step in sorted(steps, key=lambda step: (step.history, step.number)):
        key = step.date, step.officer
        was = sheets.get(key) or Witnessed(
            date=step.date, officer=step.officer, steps=0, point=NOTHING
        )
        name = _name(key)
        digest = step_digest(step)
        if step.history < was.history:
            sheets[key] = was  # of before a person looked
        elif step.history > was.history:
            return Answer.FORK, f"{name}: begins anew, and nobody let it", sheets
        elif step.number > was.steps + 1:
            return Answer.FORK, f"{name}: step {step.number} came after {was.steps}", sheets
        elif step.number == was.steps and was.last_step not in ("", digest):
            return Answer.FORK, f"{name}: another step {step.number} than was seen", sheets
        elif step.number == was.steps + 1:
            point = product(was.point, points[step_key(step)])
            sheets[key] = replace(was, steps=step.number, point=point, last_step=digest)
    return Answer.STORED, "", sheets


def judge_opened(seen: Mapping[SheetKey, Witnessed], report: DayReport) -> tuple[Answer, str]:
    """STORED when a report opens every sheet of its day that was shown as exactly its own counts.

    ROLLBACK: a sheet is gone, or has fewer steps. FORK: it has other ones, or other counts."""
    # Of another day, or people let it begin anew: nothing is to be opened.
    witnessed = {key: was for key, was in seen.items() if was.steps and key[0] == report.date}
    reported = {sheet.officer: sheet for sheet in report.sheets}
    counts = reported_counts(report) if witnessed else {}
    for (day, officer), was in sorted(witnessed.items()):
        name, sheet = _name((day, officer)), reported.get(officer)
        if sheet is None:
            return Answer.ROLLBACK, f"{name}: was witnessed and is not in the report"
        if sheet.steps != was.steps:
            answer = Answer.ROLLBACK if sheet.steps < was.steps else Answer.FORK
            return answer, f"{name}: {was.steps} steps were seen, the report opens {sheet.steps}"
        if not opens(was.point, sheet.opening, counts.get(officer, {})):
            return Answer.FORK, f"{name}: has other counts than were witnessed"
    return Answer.STORED, ""


def _name(key: SheetKey) -> str:
    return f"sheet of {key[1] or 'nobody'} on {key[0]}"


def judge_sheets(
    seen: Mapping[SheetKey, OpenSheet], shown: Iterable[OpenSheet], *, whole: Container[date]
) -> tuple[Answer, str]:
    """STORED when every sheet that central has seen only grew; else the answer and why.

    `whole`: days of which `shown` has every sheet, so that one that is missing is gone.
    ROLLBACK: a sheet is gone or has less. FORK: as many entries, but other ones.
    """
    now = {(sheet.date, sheet.officer): sheet for sheet in shown}
    for key, was in sorted(seen.items()):
        name, had = _name(key), counted(was.n, "rating", "ratings")
        sheet = now.get(key)
        if sheet is None:
            if was.date in whole:
                return (
                    Answer.ROLLBACK,
                    f"{name}: had {had} and is gone",
                )
            continue
        if sheet.n < was.n or sheet.entries < was.entries:
            return (
                Answer.ROLLBACK,
                f"{name}: had {had}, has {sheet.n}",
            )
        if sheet.entries == was.entries and sheet != was:
            return Answer.FORK, f"{name}: has other entries than central has seen"
    return Answer.STORED, ""


def grown(sheet: OpenSheet, seen: OpenSheet | None) -> bool:
    """Whether a sheet has more than central has seen of it."""
    return seen is None or sheet.entries > seen.entries


def judge_heads(stored: Head, heads: Heads) -> Answer:
    """STORED when the terminal's journal goes on from the one that central last saw.

    ROLLBACK: it is shorter now, an older copy was put back. FORK: it has another entry where
    central saw one: two histories, or two machines with one key.
    """
    if stored.seq == 0 or heads.now == stored:  # the first, or the same ones a second time
        return Answer.STORED
    if heads.now.seq < stored.seq or not heads.at_last:
        return Answer.ROLLBACK
    return Answer.STORED if heads.at_last == stored.hash else Answer.FORK


# --- days on which two people decide ---------------------------------------------------------


class Why(StrEnum):
    """Why a day report is parked until two people have decided."""

    FELL = "fell"
    """A later revision has less of something than the one before."""
    EARLY = "before-enrolment"
    """A day before the terminal was enrolled."""
    TWICE = "other-generation"
    """Another generation of this terminal has reported the day."""
    COUNTER = "unknown-counter"
    """Ratings at a counter where no terminal of the office stands."""
    AMOUNT = "impossible-amount"
    """More than a day can hold."""


MAY_FALL = frozenset({"pause-before-closing"})
"""Gaps that a later look at the same day can take back: the pause was ended after all."""
_USUAL_HOURS = timedelta(hours=8)
_AROUND_HOURS = timedelta(hours=2)
"""Before opening and after closing, together: some are served then."""
_MINUTES_OF_A_DAY = 24 * 60
_CLOCK = re.compile(r"(\d{1,2})[.:](\d{2})")


def opening_time(text: str) -> timedelta:
    """How long the office is open on its longest day, by its opening hours as citizens read them;
    a whole day where they can't be read."""
    minutes = [60 * int(hour) + int(minute) for hour, minute in _CLOCK.findall(text)]
    spans = [b - a for a, b in zip(minutes[::2], minutes[1::2], strict=False) if a < b]
    return timedelta(minutes=max(spans)) if spans else timedelta(days=1)


def most_ratings(opening: timedelta = _USUAL_HOURS) -> int:
    """How many ratings one terminal can take in a day, one after the other."""
    return int((opening + _AROUND_HOURS).total_seconds() / Rules().lock)


def impossible(report: DayReport, most: int) -> str:
    """What in a report no day can hold, `most` ratings given; "" where there is nothing."""
    ratings: Counter[str] = Counter()
    for line in report.lines:
        ratings[line.officer] += sum(line.n)
    if ratings.total() > most:
        return f"{ratings.total()} ratings, where a day has room for {most}"
    for reason in report.reasons:
        if reason.n > ratings[reason.officer]:
            return f"{reason.n} times {reason.reason} in {ratings[reason.officer]} ratings"
    for gap in report.gaps:
        if gap.kind.endswith("-minutes") and gap.n > _MINUTES_OF_A_DAY:
            return f"{gap.n} {gap.kind}"
    return ""


def fallen(before: DayReport, after: DayReport, *, working_day: bool) -> str:
    """What a later revision has less of; "" where everything stayed or grew, as late presses make
    it. Whoever makes a day a holiday takes its gaps back."""
    now = _counts(after)
    for what, n in sorted(_counts(before).items()):
        is_gap = what[0] == "gap"
        if is_gap and (what[1] in MAY_FALL or not working_day):
            continue
        if now[what] < n:
            return f"{' '.join(what)}: {now[what]} after {n}"
    return ""


def _counts(report: DayReport) -> Counter[tuple[str, ...]]:
    counts: Counter[tuple[str, ...]] = Counter()
    for line in report.lines:
        key = (line.officer, line.service, line.counter, line.half.value, line.channel.value)
        scale = str(len(line.n))
        for level, n in enumerate(line.n, 1):
            counts["line", *key, f"{level}/{scale}"] += n
    for outcome in report.outcomes:
        counts["outcome", outcome.officer, outcome.outcome.value] += outcome.n
    for reason in report.reasons:
        counts["reason", reason.officer, reason.reason] += reason.n
    for gap in report.gaps:
        counts["gap", gap.kind, gap.officer] += gap.n
    for order in report.orders:
        counts["order", order.value] += 1
    return counts


def too_early(day: date, enrolled: datetime) -> bool:
    """Whether a day was over before the terminal was enrolled, wherever their clocks stand."""
    return day < (enrolled - timedelta(days=1)).date()
