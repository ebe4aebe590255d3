"""A terminal's day report taken, parked or refused."""

from datetime import datetime

from sync.central.ingest import StoredDay, decide, grown, judge_opened, judge_sheets
from sync.central.store.days import officer_days
from sync.central.store.engine import Transaction
from sync.central.store.terminals import KnownTerminal
from sync.central.store.witness import Alarm
from sync.central.usecases.witness import quarantine
from sync.messages import Answer, DayReport, Receipt
from sync.protocol import digest

_PARKED = (Answer.QUARANTINED, Answer.ROLLBACK, Answer.FORK)


def receive_day_report(
    t: Transaction, terminal: KnownTerminal, report: DayReport, body: bytes, now: datetime
) -> Receipt:
    """Take a day report; the receipt says what became of it."""
    body_digest = digest(body)
    if terminal.quarantined:
        answer = Answer.QUARANTINED
    else:
        answer = _take(t, report, body, body_digest, now)
    if answer in _PARKED:
        t.parked.put(report, body, body_digest, answer, now)
    return Receipt(
        terminal=report.terminal,
        date=report.date,
        revision=report.revision,
        digest=body_digest,
        answer=answer,
    )


def _take(
    t: Transaction, report: DayReport, body: bytes, body_digest: str, now: datetime
) -> Answer:
    """Take a day report whose sheets have only grown; raise the alarm for any other."""
    terminal, sheets = report.terminal, report.open_sheets()
    stored = t.days.stored(report)
    seen = t.witness.seen(terminal, {report.date})
    if decide(stored, report, body_digest) is Answer.STORED:
        shown = t.witness.witnessed(terminal, {report.date})
        answer, why = judge_opened(shown, report)
        if answer is not Answer.STORED:
            quarantine(t, terminal, answer, why, now)
            return answer
    replaced = t.days.officer_days(terminal, report.date) if stored is not None else set()
    if stored is not None and decide(stored, report, body_digest) is Answer.STORED:
        # Not against the heads: what was closed before they were shown may have less.
        # Nor against what a person has released: that is no longer witnessed.
        reported = {(s.date, s.officer): s for s in t.days.sheets(terminal, {report.date})}
        before = {key: sheet for key, sheet in reported.items() if key in seen}
        answer, why = judge_sheets(before, sheets, whole={report.date})
        if answer is not Answer.STORED:
            quarantine(t, terminal, answer, why, now)
            return answer
    answer = _store(t, stored, report, body, body_digest, now)
    if answer is Answer.STORED:
        t.unclosed.mark(officer_days(report) | replaced)
        fresh = (s for s in sheets if grown(s, seen.get((s.date, s.officer))))
        t.witness.put(terminal, fresh)
    elif answer is Answer.CONFLICT:
        t.parked.put(report, body, body_digest, answer, now)
        detail = f"{report.date} revision {report.revision}: other bytes than were taken"
        t.witness.alarm(Alarm(at=now, terminal=terminal, kind=answer.value, detail=detail))
    return answer


def _store(
    t: Transaction,
    stored: StoredDay | None,
    report: DayReport,
    body: bytes,
    body_digest: str,
    now: datetime,
) -> Answer:
    """Store a report as `decide` says beside what is `stored` of its day."""
    answer = decide(stored, report, body_digest)
    if answer is Answer.STORED and not t.days.put(report, body, body_digest, now):
        # Another one came in between: it is what this one is beside.
        return decide(t.days.stored(report), report, body_digest)
    return answer
