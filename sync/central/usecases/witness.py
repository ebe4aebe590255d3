"""Central as a witness: a terminal whose journal or sheets went back goes into quarantine."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from sync.central.ingest import (
    SheetKey,
    StepKey,
    Witnessed,
    is_new,
    judge_heads,
    judge_steps,
    step_key,
)
from sync.central.store.engine import Transaction
from sync.central.store.terminals import KnownTerminal, State
from sync.central.store.witness import Alarm
from sync.central.usecases.central import Central
from sync.commitment import NoProof
from sync.messages import Answer, EarlierAnswer, Heads, HeadsAnswer, Step, WitnessedSheet
from sync.protocol import BadMessage
from sync.signing import BadSignature, check_answer
from sync.steps import checked

Points = Mapping[StepKey, bytes]

AHEAD = timedelta(days=1)
"""By how much a terminal's day may be ahead: clocks and time zones differ."""
LATER_DAYS = 3
"""A terminal that shows steps of so many later days has had a night to send each day's report, also
one that was away before."""
MOST_SHEETS = 64
"""Of one terminal's day: more officers than serve at a counter."""
MOST_UNREPORTED = 2000
"""Of one terminal: a year of its days."""


def prove_steps(site: str, terminal: str, steps: Iterable[Step]) -> dict[StepKey, bytes]:
    """What each step commits to; BadMessage for one that proves nothing. Takes some hundredths of
    a second for each: never within a transaction."""
    try:
        return {step_key(step): checked(site, terminal, step) for step in steps}
    except NoProof as error:
        raise BadMessage(f"steps: {error}") from None


def witness_heads(
    central: Central,
    t: Transaction,
    terminal: KnownTerminal,
    heads: Heads,
    points: Points,
    now: datetime,
) -> HeadsAnswer | tuple[Step, ...]:
    """Take a terminal's journal head and its steps, or put it into quarantine. Where a step is new
    and not among the `points`, nothing is done, and the new ones come back to be proved first."""
    if terminal.quarantined:
        return HeadsAnswer(Answer.QUARANTINED, ())
    answer = judge_heads(terminal.head, heads)
    if answer is not Answer.STORED:
        why = f"journal: entry {heads.now.seq} after {terminal.head.seq} was seen"
        quarantine(t, terminal.terminal, answer, why, now)
        return HeadsAnswer(answer, ())
    seen, sheets = _seen(central, t, terminal.terminal, heads)
    if full := _no_room(t, terminal, seen, sheets.keys() | _keys(heads.steps)):
        quarantine(t, terminal.terminal, Answer.FORK, full, now)
        return HeadsAnswer(Answer.FORK, ())
    new = tuple(s for s in heads.steps if is_new(sheets.get((s.date, s.officer)), s))
    if any(step_key(step) not in points for step in new):
        return new
    answer, why, sheets = judge_steps(sheets, heads.steps, points)
    if answer is not Answer.STORED:
        quarantine(t, terminal.terminal, answer, why, now)
        return HeadsAnswer(answer, ())
    _store(t, terminal, heads, (sheet for key, sheet in sheets.items() if seen.get(key) != sheet))
    _miss_days_long_over(t, terminal.terminal, new, now)
    rows = tuple(_row(sheet) for _, sheet in sorted(sheets.items()))
    return HeadsAnswer(Answer.WAITING if terminal.waiting else answer, rows)


def _store(
    t: Transaction, terminal: KnownTerminal, heads: Heads, sheets: Iterable[Witnessed]
) -> None:
    t.terminals.put_head(terminal.terminal, heads.now)
    t.terminals.heads_taken(terminal.terminal, terminal.nonce)
    t.witness.put_witnessed(terminal.terminal, sheets)


def miss_days(t: Transaction, terminal: str, before: date, now: datetime) -> None:
    """Raise the alarm for each day before a date that was witnessed and is not reported, once."""
    kind = Answer.ROLLBACK.value
    for missed in t.witness.never_reported(terminal, before):
        detail = f"day {missed}: was witnessed and is not reported"
        if t.witness.settled(terminal, kind, detail) is None:
            t.witness.alarm(Alarm(at=now, terminal=terminal, kind=kind, detail=detail))


def miss_days_of_ended(t: Transaction, terminal: str, now: datetime) -> None:
    """The same of a terminal that will report nothing more: with days that are not over."""
    miss_days(t, terminal, (now + AHEAD).date() + timedelta(days=1), now)


def _miss_days_long_over(t: Transaction, terminal: str, new: Iterable[Step], now: datetime) -> None:
    """The same where no later day is ever reported either. Steps of days that have not come say
    nothing of how long ago a day was."""
    if all(step.number > 1 for step in new):
        return  # no new day
    newest = t.witness.newest_days(terminal, (now + AHEAD).date(), LATER_DAYS)
    if len(newest) == LATER_DAYS:
        miss_days(t, terminal, newest[-1], now)


def quarantine(t: Transaction, terminal: str, answer: Answer, why: str, now: datetime) -> None:
    """Take no more from a terminal until a person has looked, and raise the alarm."""
    t.terminals.quarantine(terminal, State(answer.value))
    t.witness.alarm(Alarm(at=now, terminal=terminal, kind=answer.value, detail=why))


def _no_room(
    t: Transaction,
    terminal: KnownTerminal,
    seen: Mapping[SheetKey, Witnessed],
    named: Iterable[SheetKey],
) -> str:
    """Why there is no room for more sheets than a terminal can have: its key is not to fill the
    database. "" where there is. People who release the terminal make room again. BadMessage for
    a generation that waits: it is not to come out of quarantine as one that counts."""
    before = {key for key, sheet in seen.items() if sheet.steps}
    if before.issuperset(named):
        return ""
    officers = Counter(day for day, _ in before | set(named))
    why = ""
    if crowded := [day for day, number in sorted(officers.items()) if number > MOST_SHEETS]:
        why = f"steps: {crowded[0]} has sheets of more than {MOST_SHEETS} officers"
    elif t.witness.count_unreported(terminal.terminal) >= MOST_UNREPORTED:
        why = f"steps: {MOST_UNREPORTED} sheets are shown, and no report of their days"
    if why and terminal.waiting:
        raise BadMessage(why)
    return why


def _seen(
    central: Central, t: Transaction, terminal: str, heads: Heads
) -> tuple[dict[SheetKey, Witnessed], dict[SheetKey, Witnessed]]:
    """The sheets that heads name: as they are stored; and with what central has answered itself
    and does not know any more, as it was put back from a backup since."""
    rows = [row for earlier in heads.answers for row in _answered(central, terminal, earlier)]
    days = {step.date for step in heads.steps} | {row.date for row in rows}
    seen = t.witness.witnessed(terminal, days) if days else {}
    named = _keys(heads.steps)
    named |= {(row.date, row.officer) for row in rows}
    named_sheets = {key: sheet for key, sheet in seen.items() if key in named}
    for row in rows:
        was = named_sheets.get((row.date, row.officer))
        if was is None or (was.history, was.steps) < (row.history, row.steps):
            named_sheets[row.date, row.officer] = Witnessed(
                date=row.date,
                officer=row.officer,
                steps=row.steps,
                point=bytes.fromhex(row.point),
                history=row.history,
            )
    return seen, named_sheets


def _keys(steps: Iterable[Step]) -> set[SheetKey]:
    return {(step.date, step.officer) for step in steps}


def _answered(
    central: Central, terminal: str, earlier: EarlierAnswer
) -> tuple[WitnessedSheet, ...]:
    """What central itself has said of sheets; nothing where it has not signed that."""
    try:
        check_answer(
            central.key.public_key(),
            signature=earlier.signature,
            status=200,
            path=f"/v1/sites/{central.site}/terminals/{terminal}/heads",
            nonce=earlier.nonce,
            body=earlier.body,
        )
        return HeadsAnswer.parse(earlier.body).sheets
    except (BadSignature, BadMessage):
        return ()


def _row(sheet: Witnessed) -> WitnessedSheet:
    return WitnessedSheet(
        date=sheet.date,
        officer=sheet.officer,
        history=sheet.history,
        steps=sheet.steps,
        point=sheet.point.hex(),
    )
