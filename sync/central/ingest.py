"""Pure decisions about what terminals send. What is kept follows from these answers alone."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from kiosk.language import counted
from sync.commitment import NOTHING, product
from sync.messages import Answer, DayReport, Head, Heads, OpenSheet, Step
from sync.steps import opens, reported_counts, step_digest


@dataclass(frozen=True, slots=True)
class StoredDay:
    """What central has of a terminal's day."""

    revision: int
    digest: str


def decide(stored: StoredDay | None, incoming: DayReport, digest: str) -> Answer:
    """STORED, ALREADY_HAVE, STALE or CONFLICT. The same bytes are always welcome again."""
    if stored is None or incoming.revision > stored.revision:
        return Answer.STORED
    if digest == stored.digest:
        return Answer.ALREADY_HAVE
    return Answer.CONFLICT if incoming.revision == stored.revision else Answer.STALE


SheetKey = tuple[date, str]
StepKey = tuple[date, str, int]


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A sheet as its terminal showed it, step by step: how many steps, and their product.
    `last_step`: digest of the newest; "" where only an answer of central's own is known of it.
    `released`: a person has let the terminal begin a new history."""

    date: date
    officer: str
    steps: int
    point: bytes
    last_step: str = ""
    released: bool = False


def is_new(seen: Witnessed | None, step: Step) -> bool:
    """Whether central has to know what a step commits to."""
    return seen is None or (not seen.released and step.number > seen.steps)


def judge_steps(
    seen: Mapping[SheetKey, Witnessed], steps: Iterable[Step], points: Mapping[StepKey, bytes]
) -> tuple[Answer, str, dict[SheetKey, Witnessed]]:
    """STORED when every step follows the one before; then the sheets as they are with them.
    `points`: what each new step was proved to commit to.

    What central has already changes nothing. FORK: another step than the one it has, or one that
    leaves some out."""
    sheets = dict(seen)
    for step in sorted(steps, key=lambda step: step.number):
        key = step.date, step.officer
        was = sheets.get(key) or Witnessed(
            date=step.date, officer=step.officer, steps=0, point=NOTHING
        )
        name = _name(key)
        digest = step_digest(step)
        if was.released:
            sheets[key] = replace(was, steps=max(was.steps, step.number))
        elif step.number > was.steps + 1:
            return Answer.FORK, f"{name}: step {step.number} came after {was.steps}", sheets
        elif step.number == was.steps and was.last_step not in ("", digest):
            return Answer.FORK, f"{name}: another step {step.number} than was seen", sheets
        elif step.number == was.steps + 1:
            point = product(was.point, points[step.date, step.officer, step.number])
            sheets[key] = replace(was, steps=step.number, point=point, last_step=digest)
    return Answer.STORED, "", sheets


def judge_opened(seen: Mapping[SheetKey, Witnessed], report: DayReport) -> tuple[Answer, str]:
    """STORED when a report opens every sheet of its day that was shown as exactly its own counts.

    ROLLBACK: a sheet is gone, or has fewer steps. FORK: it has other ones, or other counts."""
    reported = {sheet.officer: sheet for sheet in report.sheets}
    counts = reported_counts(report)
    for (day, officer), was in sorted(seen.items()):
        if was.released or day != report.date:
            continue
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


def judge_counts(
    before: DayReport, report: DayReport, officers: Container[str]
) -> tuple[Answer, str]:
    """STORED when no count of these `officers` is smaller than in the report `before`; FORK: a
    sheet that grew in one place has less in another."""
    now = _every_count(report)
    for key, n in sorted(_every_count(before).items()):
        officer = key[0]
        if officer in officers and now[key] < n:
            name = _name((report.date, officer))
            return Answer.FORK, f"{name}: has other counts than were reported"
    return Answer.STORED, ""


def _every_count(report: DayReport) -> Counter[tuple[str, ...]]:
    """Each count of a report, under its officer and what it counts."""
    counts: Counter[tuple[str, ...]] = Counter()
    for line in report.lines:
        levels = str(len(line.n))
        place = (line.officer, line.service, line.counter, line.half, line.channel, levels)
        counts |= {(*place, str(score)): n for score, n in enumerate(line.n, start=1)}
    counts |= {(x.officer, "outcome", x.outcome): x.n for x in report.outcomes}
    counts |= {(x.officer, "reason", x.reason): x.n for x in report.reasons}
    return counts


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
