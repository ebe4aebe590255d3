"""Central's logs as terminals witness them. A terminal shows the newest heads that it has seen; a
log that does not go on from there has lost entries, or has others: an alarm that two people of
different roles settle together. The terminal shows the same head until they have.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce

from kiosk.domain.refusal import Refusal
from sync.central.logbook import Entry, Kind, Log, LogEnd, Note, entry_digest, told
from sync.central.mark import mark_of, require_mark
from sync.central.store.engine import Transaction
from sync.central.store.logbreaks import LogBreak
from sync.central.usecases.audit import signature
from sync.central.usecases.central import Central
from sync.central.viewer import CITY, Right, Viewer
from sync.messages import LogHead, LogProof
from sync.messages.values import MAX_DIGESTS
from sync.protocol import chained

__all__ = [
    "LogBreak",
    "NeedsAnother",
    "ask_to_settle",
    "asked_for",
    "break_words",
    "breaks_mark",
    "heads_told",
    "prove_logs",
    "read_log_breaks",
    "settle_log_breaks",
    "unsettled",
]

_MOST_WORDS = 500
Ends = Mapping[Log, LogEnd]


class NeedsAnother(Refusal):
    """Who asked for it can't agree to it, nor can who has the same role."""


def heads_told(own: Ends, of_city: Ends) -> tuple[LogHead, ...]:
    """The heads of an office's logs, and of the city's accounts, as terminals learn them."""
    return (
        *(LogHead(log=log.value, seq=end.seq, hash=end.hash) for log, end in own.items()),
        *(LogHead(log=_of_city(log), seq=end.seq, hash=end.hash) for log, end in of_city.items()),
    )


def prove_logs(
    t: Transaction, terminal: str, seen: Sequence[LogHead], now: datetime
) -> tuple[LogProof, ...]:
    """How each log goes on from what a terminal has seen of it. Where one does not, the alarm is
    raised; the terminal learns so."""
    by_name = {head.log: head for head in seen}
    proofs = []
    for site, logs, name_of in ((t.site, t.logs, str), (CITY, t.city_logs, _of_city)):
        for log, end in logs.heads().items():
            name = name_of(log)
            proof = LogProof(log=name, since=0, digests=(), seq=end.seq, hash=end.hash, settled="")
            if name in by_name:
                entries = logs.since(log, by_name[name].seq, MAX_DIGESTS)
                digests = [_digest(site, log, entry) for entry in entries]
                hash_there = logs.hash_at(log, by_name[name].seq)
                proof = _proof(t, terminal, by_name[name], end, digests, hash_there, now)
            proofs.append(proof)
    return tuple(proofs)


def read_log_breaks(central: Central) -> tuple[LogBreak, ...]:
    """Where logs did not go on from what terminals have seen, the newest first."""
    with central.store.read(central.site) as t:
        return t.log_breaks.all()


def breaks_mark(breaks: Iterable[LogBreak]) -> str:
    """Of log breaks, and who has asked that they be settled."""
    return mark_of("log breaks", sorted(map(repr, breaks)))


def break_words(found: LogBreak) -> str:
    """How the record says that a log does not go on."""
    return told("break", log=found.log, broken=found.kind, seen=found.seen, last=found.seq)


def unsettled(breaks: Iterable[LogBreak]) -> list[LogBreak]:
    return [one for one in breaks if one.settled is None]


def asked_for(breaks: Iterable[LogBreak]) -> list[LogBreak]:
    """Those that somebody has asked to settle."""
    return [one for one in unsettled(breaks) if one.asked_by]


def ask_to_settle(central: Central, viewer: Viewer, mark: str, reason: str, now: datetime) -> bool:
    """Ask, with a reason, that logs which do not go on from what terminals have seen are taken as
    they are. False when all go on. ChangedSinceShown; NotYours."""
    viewer.require(central.site, Right.FLEET)
    with central.store.transaction(central.site) as t:
        t.people.lock_site()
        waiting = unsettled(t.log_breaks.all())
        if not waiting:
            return False
        require_mark(mark, breaks_mark(waiting))
        t.log_breaks.ask(waiting, signature(viewer), _roles(viewer), reason, now)
        _log(t, viewer, told("breaks_asked", n=len(waiting), reason=reason), now)
    return True


def settle_log_breaks(central: Central, viewer: Viewer, mark: str, now: datetime) -> bool:
    """Agree to what somebody else, of another role, has asked for: then it is done. False when
    nobody has. ChangedSinceShown; NeedsAnother; NotYours."""
    viewer.require(central.site, Right.FLEET)
    roles = set(_roles(viewer).split())
    with central.store.transaction(central.site) as t:
        t.people.lock_site()
        asked = asked_for(t.log_breaks.all())
        if not asked:
            return False
        require_mark(mark, breaks_mark(asked))
        # An account may have been given another role since.
        if any(
            one.asked_by == signature(viewer) or roles & set(one.asked_roles.split())
            for one in asked
        ):
            raise NeedsAnother("other_role")
        t.log_breaks.settle(asked, signature(viewer), now)
        reasons = "; ".join(sorted({one.reason for one in asked}))
        _log(t, viewer, told("breaks_settled", n=len(asked), reason=reasons), now)
    return True


def _log(t: Transaction, viewer: Viewer, what: str, now: datetime) -> None:
    note = Note(kind=Kind.ALARM, who=signature(viewer), what=what)
    t.logs.append(Log.RECORD, [note], now)


def _roles(viewer: Viewer) -> str:
    return " ".join(sorted(role.id for role in viewer.roles))


def _proof(
    t: Transaction,
    terminal: str,
    seen: LogHead,
    end: LogEnd,
    digests: Sequence[str],
    hash_there: str,
    now: datetime,
) -> LogProof:
    """What follows from a head that a terminal has seen."""
    complete = len(digests) < MAX_DIGESTS
    goes_on = seen.seq <= end.seq and hash_there == seen.hash
    if goes_on and complete:
        goes_on = reduce(chained, digests, seen.hash) == end.hash
    settled = ""
    if not goes_on:
        log_break = LogBreak(
            terminal=terminal,
            log=seen.log,
            seen=seen.seq,
            seen_hash=seen.hash,
            at=now,
            seq=end.seq,
            kind="rollback" if seen.seq > end.seq else "fork",
        )
        settled = _raised(t, log_break, now)
    return LogProof(
        log=seen.log,
        since=seen.seq,
        digests=tuple(digests) if goes_on else (),
        seq=end.seq,
        hash=end.hash,
        settled=settled,
    )


def _raised(t: Transaction, found: LogBreak, now: datetime) -> str:
    """Raise the alarm where it is a new one; the words that settle an older one."""
    before = t.log_breaks.get(found)
    if before is None:
        t.log_breaks.put(found)
        note = Note(kind=Kind.ALARM, whom=found.terminal, what=break_words(found))
        t.logs.append(Log.RECORD, [note], now)
        return ""
    if before.settled is None:
        return ""
    return f"{before.reason} ({before.asked_by}, {before.settled_by})"[:_MOST_WORDS]


def _digest(site: str, log: Log, entry: Entry) -> str:
    """Made again from what the entry says now, where it still says something."""
    if entry.emptied:
        return entry.digest
    return entry_digest(site, log, entry.seq, entry.at, entry.note)


def _of_city(log: Log) -> str:
    return f"city-{log.value}"
