"""What a terminal shows its witness: commitments to what came since it last looked, and at the end
of the day what opens their product. Read from and written to its store.

A step is stored before it is sent, and goes out as the same bytes until central has answered it.
Computing one takes some hundredths of a second, always outside a transaction: no press waits.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from msgspec.json import decode, encode

from kiosk.domain.businessday import business_date, half_day
from kiosk.domain.people import NO_OFFICER
from kiosk.domain.rating import Half
from kiosk.store.engine import Snapshot, Store
from kiosk.store.state import Enrolment
from kiosk.store.witnessed import Pending, Shown, ShownAnswer
from sync.commitment import NOTHING, ZERO, Dimension, opened, product, sum_of
from sync.messages import (
    DayReport,
    EarlierAnswer,
    Head,
    Heads,
    HeadsAnswer,
    LineCount,
    OutcomeCount,
    ReasonCount,
    Step,
)
from sync.messages.runs import MAX_DIMENSIONS, MOST_ANSWERS, MOST_STEPS
from sync.messages.values import MAX_COUNT
from sync.steps import (
    ALL,
    Asked,
    Counts,
    Place,
    counts_by_officer,
    made_step,
    ratings_of,
    reported_counts,
    usual_dimensions,
)

FINISHED = "all"
"""The last half-day of a sheet whose day is over."""
MOST_TRIES = 20
"""So often steps are computed again because a press came meanwhile."""
MOST_BYTES = 400_000
"""Of the steps in one request."""
REGULAR, MOST_REGULAR = timedelta(days=14), 8
"""Who was on duty so lately may come again: so many officers with a service and a counter."""
STORED_FOR = timedelta(days=400)
"""Answers of central: as long as it may ask for a day again."""

Chosen = Callable[[Shown, Counts], Sequence[Dimension]]
"""What the next step of a sheet counts; nothing: there is none to make. Given the sheet and what is
not committed to yet."""


@dataclass(frozen=True, slots=True)
class DayCounts:
    """A day's counts as they stand in its report."""

    lines: tuple[LineCount, ...]
    outcomes: tuple[OutcomeCount, ...]
    reasons: tuple[ReasonCount, ...]

    @property
    def by_officer(self) -> dict[str, Counter[str]]:
        return counts_by_officer(self.lines, self.outcomes, self.reasons)


def counts_of(snapshot: Snapshot, day: date) -> DayCounts:
    tally = snapshot.ratings.tally(day)
    lines = tuple(
        LineCount(
            officer=line.officer,
            service=line.service,
            counter=line.counter,
            half=line.half,
            channel=line.channel,
            n=tally.levels(line),
        )
        for line in tally.lines()
    )
    outcomes = tuple(
        OutcomeCount(officer=officer, outcome=outcome, n=n)
        for (officer, outcome), n in sorted(tally.outcomes.items())
    )
    reasons = tuple(
        ReasonCount(officer=officer, reason=reason, n=n)
        for (officer, reason), n in sorted(tally.reasons.items())
    )
    return DayCounts(lines=lines, outcomes=outcomes, reasons=reasons)


def shown_sheets(snapshot: Snapshot, day: date) -> dict[str, Shown]:
    """What central was shown of a day, by officer. What is not remembered any more, as central has
    the day's report, that report says."""
    sheets = _remembered(snapshot, day)
    newest = snapshot.outbox.newest(day)
    if newest is None:
        return sheets
    report = DayReport.parse(newest.body)
    counts = reported_counts(report)
    for sheet in report.sheets:
        if sheet.steps and sheet.officer not in sheets:
            own, opening = counts.get(sheet.officer, Counter()), bytes.fromhex(sheet.opening)
            sheets[sheet.officer] = Shown(
                day=day,
                officer=sheet.officer,
                steps=sheet.steps,
                counts=own,
                opening=opening,
                point=opened(own, opening),
                finished=FINISHED,
            )
    return sheets


def _remembered(snapshot: Snapshot, day: date) -> dict[str, Shown]:
    return {sheet.officer: sheet for sheet in snapshot.witnessed.sheets(day)}


# --- making steps ----------------------------------------------------------------------------


def look(store: Store, now: datetime, asked: Asked) -> None:
    """A step of the sheet of everybody who is or may come on duty today, whether anything came to
    it or not: a step says nothing, and neither may its absence. None where the one before is not
    answered yet, and none once the day was closed."""
    today, half = business_date(now), half_day(now)
    with store.read() as snapshot:
        enrolment = snapshot.state.enrolment()
        if enrolment is None or snapshot.outbox.newest(today) is not None:
            return
        places = _places(snapshot, today)
        waiting = {(step.day, step.officer) for step in snapshot.witnessed.pending()}

    def usual(shown: Shown, _rest: Counts) -> Sequence[Dimension]:
        own, anew = places.get(shown.officer, ()), shown.history > 0 and not shown.steps
        return usual_dimensions(shown.officer, half, asked, own, rest=anew)[:MAX_DIMENSIONS]

    officers = {officer for officer in places if (today, officer) not in waiting}
    _make(store, enrolment, today, officers, usual)


def take_up_rest(store: Store, now: datetime, asked: Asked) -> None:
    """Commit to what is left of half-days that are over: after that nothing in the file tells what
    came before the last look and what after it. Needs no network."""
    today, half = business_date(now), half_day(now)
    with store.read() as snapshot:
        enrolment = snapshot.state.enrolment()
        sheets = snapshot.witnessed.sheets()
        places = _places(snapshot, today)
    if enrolment is None:
        return
    for day in sorted({s.day for s in sheets if s.day != today and s.finished != FINISHED}):
        finish(store, enrolment, day)
    if half is Half.MORNING:
        return
    over = {s.officer for s in sheets if s.day == today and not s.finished}

    def rest_of_morning(shown: Shown, rest: Counts) -> Sequence[Dimension]:
        own = places.get(shown.officer, ())
        usual = usual_dimensions(shown.officer, Half.MORNING, asked, own, rest=True)
        # Of levels and channels that are not the settings' any more: that there are any is known
        # at noon.
        names = {dimension.name for dimension in usual}
        morning = ratings_of(Half.MORNING)
        others = sorted(name for name in rest if name.startswith(morning) and name not in names)
        return (*usual, *(Dimension(name, ALL) for name in others))[:MAX_DIMENSIONS]

    _make(store, enrolment, today, over, rest_of_morning, finished=Half.MORNING.value)


def finish(store: Store, enrolment: Enrolment, day: date) -> None:
    """Commit to all that is left of a day, if central was shown any of it."""
    with store.read() as snapshot:
        sheets = shown_sheets(snapshot, day)
        counts = counts_of(snapshot, day).by_officer
    unfinished = {
        officer
        for officer, sheet in sheets.items()
        if sheet.finished != FINISHED or _rest(sheet, counts.get(officer, Counter()))
    }

    def everything(sheet: Shown, rest: Counts) -> Sequence[Dimension]:
        """All names of the day in their own order: those of which something is left are not to
        stand out. Of more than a step holds the next ones follow."""
        names = sorted({*sheet.counts, *rest})
        at = sheet.steps * MAX_DIMENSIONS % max(len(names), 1)
        following = (names + names)[at : at + min(len(names), MAX_DIMENSIONS)]
        return [Dimension(name, ALL) for name in sorted(following)]

    _make(store, enrolment, day, unfinished, everything, finished=FINISHED)


def unshown(snapshot: Snapshot, day: date) -> bool:
    """Whether something came to a sheet that central was shown, and is not committed to."""
    counts = counts_of(snapshot, day).by_officer
    return any(
        _rest(sheet, counts.get(officer, Counter()))
        for officer, sheet in shown_sheets(snapshot, day).items()
    )


def _make(
    store: Store,
    enrolment: Enrolment,
    day: date,
    officers: Iterable[str],
    chosen: Chosen,
    finished: str = "",
) -> None:
    """Make a step of each officer's sheet; of what is `finished` as many as its rest takes."""
    unmade = sorted(officers)
    for _ in range(MOST_TRIES if finished else 1):
        if unmade:
            unmade = _make_one_each(store, enrolment, day, unmade, chosen, finished)


def _make_one_each(
    store: Store,
    enrolment: Enrolment,
    day: date,
    officers: Sequence[str],
    chosen: Chosen,
    finished: str,
) -> list[str]:
    """Make a step of each of these sheets, and store them together. Returns whose turn comes again:
    more of what the sheet counts is left, or another process was faster."""
    with store.read() as snapshot:
        before, newest = _remembered(snapshot, day), snapshot.outbox.newest(day)
        sheets = shown_sheets(snapshot, day)
        counts = counts_of(snapshot, day).by_officer
    proposals = []
    for officer in officers:
        sheet, own = sheets.get(officer) or _unseen(day, officer), counts.get(officer, Counter())
        proposals.append(_proposal(enrolment, sheet, own, chosen, finished))
    with store.transaction() as t:
        present, is_same_report = _remembered(t, day), t.outbox.newest(day) == newest
        accepted = [
            p
            for p in proposals
            if is_same_report and present.get(p.step.officer) == before.get(p.step.officer)
        ]
        t.witnessed.put(p.after for p in accepted)
        t.witnessed.add_steps(p.step for p in accepted)
    whole = {p.step.officer for p in accepted if p.is_whole}
    return [officer for officer in officers if officer not in whole]


@dataclass(frozen=True, slots=True)
class _Proposal:
    """A sheet's next step, and the sheet after it; whether nothing of what it counts is left."""

    step: Pending
    after: Shown
    is_whole: bool


def _proposal(
    enrolment: Enrolment, sheet: Shown, counts: Counter[str], chosen: Chosen, finished: str
) -> _Proposal:
    rest = _rest(sheet, counts)
    step, after = _stepped(enrolment, sheet, chosen(sheet, rest), rest)
    rest = _rest(after, counts)
    counted = rest if finished == FINISHED else [d.name for d in step.dimensions]
    is_whole = not any(rest[name] for name in counted)
    if finished and is_whole:
        after = replace(after, finished=finished)
    pending = Pending(day=sheet.day, officer=sheet.officer, number=step.number, body=encode(step))
    return _Proposal(step=pending, after=after, is_whole=is_whole)


def _stepped(
    enrolment: Enrolment, sheet: Shown, dimensions: Sequence[Dimension], rest: Counts
) -> tuple[Step, Shown]:
    place = Place(
        site=enrolment.site,
        terminal=enrolment.terminal,
        day=sheet.day,
        officer=sheet.officer,
        history=sheet.history,
        number=sheet.steps + 1,
    )
    step, committed, increments = made_step(place, dimensions, rest)
    after = replace(
        sheet,
        steps=place.number,
        counts=sheet.counts + increments,
        opening=sum_of(sheet.opening, committed.opening),
        point=product(sheet.point, committed.point),
    )
    return step, after


def _unseen(day: date, officer: str) -> Shown:
    return Shown(day=day, officer=officer, steps=0, counts=Counter(), opening=ZERO, point=NOTHING)


def _rest(sheet: Shown, counts: Counter[str]) -> Counter[str]:
    """What came and is not committed to. Of what went nothing can be taken back."""
    return counts - sheet.counts


def _places(snapshot: Snapshot, day: date) -> dict[str, tuple[tuple[str, str], ...]]:
    """Services and counters by officer: of everybody's duties of a day, and of who was here in the
    weeks before. Those have sheets from a day's first look on, whether they come or not, so that
    no step tells when a duty of theirs begins. Nobody has a sheet as well."""
    places: dict[str, tuple[tuple[str, str], ...]] = {NO_OFFICER: ()}
    regular: list[tuple[str, str, str]] = []
    of_today: list[tuple[str, str, str]] = []
    for began, duty in snapshot.journal.duties(day - REGULAR, day):
        place = (duty["officer"], duty["service"], duty["counter"])
        (of_today if began == day else regular).append(place)
    active = {str(officer.id) for officer in snapshot.roster.active()}
    latest = dict.fromkeys(place for place in reversed(regular) if place[0] in active)
    open_duty = snapshot.state.duty()
    if open_duty is not None:  # since yesterday, or since a clock jumped
        served = open_duty.duty
        of_today.append((served.officer, served.service, served.counter))
    for officer, service, counter in (*list(latest)[:MOST_REGULAR], *of_today):
        places[officer] = (*places.get(officer, ()), (service, counter))
    return places


# --- under way -------------------------------------------------------------------------------


def waiting_days(snapshot: Snapshot) -> set[date]:
    """Days of which central has not answered every step: their reports wait."""
    return {step.day for step in snapshot.witnessed.pending()}


def heads(store: Store, last: int) -> tuple[Heads, ...]:
    """What is said of the journal, with every step that waits, in as many requests as they fill;
    `last`: the entry that central acknowledged."""
    with store.read() as snapshot:
        seq, newest = snapshot.journal.head()
        at_last = snapshot.journal.hash_at(last) if last else ""
        pending = snapshot.witnessed.pending()
        unsettled = {step.day for step in pending} | {p.day for p in snapshot.outbox.due()}
        answers = [_earlier(answer) for answer in snapshot.witnessed.answers(unsettled)]
    requests = [
        Heads(now=Head(seq, newest), at_last=at_last, steps=(), answers=tuple(some))
        for some in _by_number(answers, MOST_ANSWERS)
    ]
    requests += [
        Heads(now=Head(seq, newest), at_last=at_last, steps=tuple(some), answers=())
        for some in _by_size([decode(step.body, type=Step) for step in pending])
    ]
    return tuple(requests) or (Heads(now=Head(seq, newest), at_last=at_last, steps=(), answers=()),)


def take_answer(store: Store, now: datetime, answer: HeadsAnswer, proven: ShownAnswer) -> None:
    """Central's answer to steps: they are not sent again, and the answer is stored."""
    if not answer.sheets:
        return
    days = {sheet.date for sheet in answer.sheets}
    with store.transaction() as t:
        histories = {(s.day, s.officer): s.history for day in days for s in t.witnessed.sheets(day)}
        # Sheets that people at central let begin anew, which this terminal did not know.
        anew = [s for s in answer.sheets if s.history > histories.get((s.date, s.officer), 0)]
        steps = {(s.date, s.officer): s.steps for s in answer.sheets}
        steps |= dict.fromkeys(((s.date, s.officer) for s in anew), MAX_COUNT)
        t.witnessed.answered(steps, proven)
        closed = {s.date for s in anew if t.outbox.newest(s.date) is not None}
        t.witnessed.put(
            replace(_unseen(s.date, s.officer), history=s.history)
            for s in anew
            if s.date not in closed
        )
        t.witnessed.drop_answers(business_date(now) - STORED_FOR)


def compare_shown(snapshot: Snapshot) -> str | None:
    """What is wrong with the first sheet whose sums contradict each other; None: nothing."""
    for sheet in snapshot.witnessed.sheets():
        name = f"sheet of {sheet.officer or 'nobody'} on {sheet.day}"
        counts = counts_of(snapshot, sheet.day).by_officer.get(sheet.officer, Counter())
        if opened(sheet.counts, sheet.opening) != sheet.point or sheet.counts - counts:
            return f"{name}: differs from what central was shown"
    return None


def _earlier(answer: ShownAnswer) -> EarlierAnswer:
    return EarlierAnswer(body=answer.body, nonce=answer.nonce, signature=answer.signature)


def _by_number(answers: Sequence[EarlierAnswer], most: int) -> Iterator[Sequence[EarlierAnswer]]:
    for at in range(0, len(answers), most):
        yield answers[at : at + most]


def _by_size(steps: Iterable[Step]) -> Iterator[list[Step]]:
    some: list[Step] = []
    size = 0
    for step in steps:
        if some and (len(some) == MOST_STEPS or size + len(step.proof) > MOST_BYTES):
            yield some
            some, size = [], 0
        some.append(step)
        size += len(step.proof)
    if some:
        yield some
