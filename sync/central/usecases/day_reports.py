"""A terminal's day report taken, parked or refused."""

from datetime import datetime

from sync.central.ingest import (
    StoredDay,
    Why,
    decide,
    grown,
    judge_opened,
    judge_sheets,
)
from sync.central.store.days import officer_days
from sync.central.store.engine import Transaction
from sync.central.store.terminals import KnownTerminal
from sync.central.store.witness import Alarm
from sync.central.usecases.judging import doubt
from sync.central.usecases.loghistory import heads_told
from sync.central.usecases.witness import miss_days, quarantine
from sync.messages import Answer, DayReport, Receipt
from sync.protocol import digest

_PARKED = (Answer.QUARANTINED, Answer.ROLLBACK, Answer.FORK)


def receive_day_report(
    t: Transaction, terminal: KnownTerminal, report: DayReport, body: bytes, now: datetime
) -> Receipt:
    """Take a day report; the receipt says what became of it."""
    body_digest = digest(body)
    if terminal.waiting:
        answer = Answer.WAITING
    elif terminal.quarantined:
        answer = Answer.QUARANTINED
    else:
        answer = _take(t, terminal, report, body, body_digest, now)
    if answer in _PARKED:
        t.parked.put(report, body, body_digest, answer, now)
    return Receipt(
        terminal=report.terminal,
        date=report.date,
        revision=report.revision,
        digest=body_digest,
        answer=answer,
        logs=heads_told(t.logs.heads(), t.city_logs.heads()),
    )


def _take(
    t: Transaction,
    known: KnownTerminal,
    report: DayReport,
    body: bytes,
    body_digest: str,
    now: datetime,
) -> Answer:
    """Take a day report whose sheets have only grown; raise the alarm for any other."""
    terminal = report.terminal
    stored = t.days.stored(report)
    is_new = decide(stored, report, body_digest) is Answer.STORED
    if is_new:
        answer, why = _judge(t, report, is_revision=stored is not None)
        if answer is not Answer.STORED:
            quarantine(t, terminal, answer, why, now)
            return answer
    if is_new and (doubted := doubt(t, known, report, _stored_report(t, report))):
        park(t, report, body, doubted, now)
        return Answer.PARKED
    answer = store(t, stored, report, body, body_digest, now)
    if answer is Answer.STORED:
        miss_days(t, terminal, report.date, now)
    elif answer is Answer.CONFLICT and not t.parked.is_decided(terminal, report.date, body_digest):
        t.parked.put(report, body, body_digest, answer, now)
        detail = f"{report.date} revision {report.revision}: other bytes than were taken"
        t.witness.alarm(Alarm(at=now, terminal=terminal, kind=answer.value, detail=detail))
    return answer


def park(
    t: Transaction, report: DayReport, body: bytes, doubted: tuple[Why, str], now: datetime
) -> None:
    """Store a report beside the days, and raise the alarm. Two people decide whether it counts."""
    why, what = doubted
    t.parked.put(report, body, digest(body), why, now)
    detail = f"{report.date} revision {report.revision}: {what}"
    t.witness.alarm(Alarm(at=now, terminal=report.terminal, kind=why.value, detail=detail))


def _stored_report(t: Transaction, report: DayReport) -> DayReport | None:
    stored = t.days.report(report.terminal, report.date)
    return DayReport.parse(stored.body) if stored else None


def _judge(t: Transaction, report: DayReport, *, is_revision: bool) -> tuple[Answer, str]:
    """Whether a report opens what was witnessed of its day, and its sheets only grew since the one
    before."""
    terminal, day = report.terminal, {report.date}
    answer, why = judge_opened(t.witness.witnessed(terminal, day), report)
    if answer is not Answer.STORED or not is_revision:
        return answer, why
    # Not what a person has released: that is no longer witnessed.
    seen = t.witness.seen(terminal, day)
    reported = {(s.date, s.officer): s for s in t.days.sheets(terminal, day)}
    before = {key: sheet for key, sheet in reported.items() if key in seen}
    return judge_sheets(before, report.open_sheets(), whole=day)


def store(
    t: Transaction,
    stored: StoredDay | None,
    report: DayReport,
    body: bytes,
    body_digest: str,
    now: datetime,
) -> Answer:
    """Store a report as `decide` says beside what is `stored` of its day. Ratings of an officer who
    is not on the roster wait for it, and everybody else's count."""
    answer = decide(stored, report, body_digest)
    if answer is not Answer.STORED:
        return answer
    terminal = report.terminal
    replaced = t.days.officer_days(terminal, report.date) if stored is not None else set()
    if not t.days.put(report, body, body_digest, now):
        # Another one came in between: it is what this one is beside.
        return decide(t.days.stored(report), report, body_digest)
    t.parked.take_out(terminal, report.date, body_digest)  # shown in its quarantine, and taken now
    t.unclosed.mark(officer_days(report) | replaced)
    seen = t.witness.seen(terminal, {report.date})
    fresh = (s for s in report.open_sheets() if grown(s, seen.get((s.date, s.officer))))
    t.witness.put(terminal, fresh)
    return answer
