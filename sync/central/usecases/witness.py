"""Central as a witness: a terminal whose journal or sheets went back goes into quarantine."""

from datetime import datetime

from sync.central.ingest import judge_heads, judge_sheets
from sync.central.store.engine import Transaction
from sync.central.store.terminals import KnownTerminal, State
from sync.central.store.witness import Alarm
from sync.messages import Answer, Heads


def witness_heads(t: Transaction, terminal: KnownTerminal, heads: Heads, now: datetime) -> Answer:
    """Take a terminal's journal head and open sheets, or put it into quarantine."""
    if terminal.quarantined:
        return Answer.QUARANTINED
    why = f"journal: entry {heads.now.seq} after {terminal.head.seq} was seen"
    answer = judge_heads(terminal.head, heads)
    if answer is Answer.STORED:
        answer, why = _judge_open(t, terminal.terminal, heads)
    if answer is Answer.STORED:
        t.terminals.put_head(terminal.terminal, heads.now)
        t.witness.put(terminal.terminal, heads.sheets)
        t.terminals.heads_taken(terminal.terminal, terminal.nonce)
    else:
        quarantine(t, terminal.terminal, answer, why, now)
    return Answer.WAITING if answer is Answer.STORED and terminal.waiting else answer


def quarantine(t: Transaction, terminal: str, answer: Answer, why: str, now: datetime) -> None:
    """Take no more from a terminal until a person has looked, and raise the alarm."""
    t.terminals.quarantine(terminal, State(answer.value))
    t.witness.alarm(Alarm(at=now, terminal=terminal, kind=answer.value, detail=why))


def _judge_open(t: Transaction, terminal: str, heads: Heads) -> tuple[Answer, str]:
    """The open sheets against those seen. A day that is not shown is as it was reported."""
    shown_days = {sheet.date for sheet in heads.sheets}
    seen = t.witness.open_or(terminal, shown_days)
    closed_days = {day for day, _ in seen} - shown_days
    reported = t.days.sheets(terminal, closed_days) if closed_days else ()
    sheets = (*heads.sheets, *reported)
    answer, why = judge_sheets(seen, sheets, whole={day for day, _ in seen})
    if answer is Answer.STORED and closed_days:
        t.witness.judged(terminal, closed_days)
    return answer, why
