"""Central's logs as this terminal witnesses them: the newest head of each that it has seen stands
in its journal. A log that does not go on from there is remembered until people at central say why.

With the digests of the entries after it, central proves that a log goes on: the terminal recomputes
the chain from the hash that it remembers to the head that central names.
"""

import json
from collections.abc import Iterable, Mapping
from functools import reduce

from kiosk.clock import Clock
from kiosk.store.engine import Snapshot, Store
from kiosk.store.journal import Kind
from kiosk.store.state import Enrolment
from sync.incoming import Progress
from sync.messages import LogHead, LogProof, SeenLogs
from sync.messages.values import MAX_DIGESTS
from sync.protocol import chained, digest

_CENTRAL = "central"
"""Under which name an entry says of which central it speaks."""


def seen_logs(store: Store, enrolment: Enrolment) -> SeenLogs:
    """The newest heads of this central's logs that this terminal has seen."""
    with store.read() as snapshot:
        return SeenLogs(_seen(snapshot, enrolment))


def _seen(snapshot: Snapshot, enrolment: Enrolment) -> tuple[LogHead, ...]:
    entry = snapshot.journal.last(Kind.CENTRAL_LOGS)
    detail = json.loads(entry.detail) if entry else {}
    if detail.pop(_CENTRAL, "") != _name(enrolment):
        return ()
    return tuple(_head(log, text) for log, text in sorted(detail.items()))


def take_proofs(
    store: Store,
    clock: Clock,
    enrolment: Enrolment,
    proofs: Iterable[LogProof],
    progress: Progress,
) -> None:
    """Remember the heads of the logs that go on from what was seen; of one that does not, that it
    does not, and the head from before."""
    answered = {proof.log: proof for proof in proofs}
    with store.read() as snapshot:
        seen = {head.log: head for head in _seen(snapshot, enrolment)}
        broken_before = _broken(snapshot)
    heads, broken, settled = dict(seen), dict[str, str](), dict[str, str]()
    for log in sorted(seen.keys() | answered.keys()):
        proof, before = answered.get(log), seen.get(log)
        if proof is None:
            broken[log] = f"entry {seen[log].seq} was seen; central names no such log now"
        elif before is None:
            heads[log] = LogHead(log=log, seq=proof.seq, hash=proof.hash)
        elif proof.since != before.seq:
            # An answer to what was asked before another run: it says nothing of this head.
            if log in broken_before:
                broken[log] = broken_before[log]
        elif (now := _gone_on(before, proof)) is not None:
            heads[log] = now
        elif proof.settled:
            settled[log] = proof.settled
            heads[log] = LogHead(log=log, seq=proof.seq, hash=proof.hash)
        else:
            broken[log] = _difference(before, proof)
    for log in sorted(broken):
        progress(f"central's log {log}: {broken[log]}")
    _write(store, clock, enrolment, heads if heads != seen else {}, broken, broken_before, settled)


def log_trouble(snapshot: Snapshot) -> str | None:
    """Which of central's logs does not go on from what this terminal has seen; None: none."""
    broken = _broken(snapshot)
    return next((f"central's log {log}: {why}" for log, why in broken.items()), None)


def _write(
    store: Store,
    clock: Clock,
    enrolment: Enrolment,
    heads: Mapping[str, LogHead],
    broken: Mapping[str, str],
    broken_before: Mapping[str, str],
    settled: Mapping[str, str],
) -> None:
    """What is new, for the journal."""
    now = clock.now()
    with store.transaction() as t:
        if settled or broken_before.keys() - broken.keys():
            t.journal.append(now, Kind.CENTRAL_LOG_WHOLE, settled)
        if broken and (settled or broken.keys() != broken_before.keys()):
            t.journal.append(now, Kind.CENTRAL_LOG_BROKEN, broken)
        if heads:
            texts = {log: f"{head.seq} {head.hash}" for log, head in heads.items()}
            t.journal.append(now, Kind.CENTRAL_LOGS, {**texts, _CENTRAL: _name(enrolment)})


def _gone_on(before: LogHead, proof: LogProof) -> LogHead | None:
    """The head that a proof leads to; None where it leads elsewhere than it says."""
    seq = before.seq + len(proof.digests)
    hash_ = reduce(chained, proof.digests, before.hash)
    whole = (seq, hash_) == (proof.seq, proof.hash)
    goes_on_later = len(proof.digests) == MAX_DIGESTS and seq < proof.seq
    return LogHead(log=before.log, seq=seq, hash=hash_) if whole or goes_on_later else None


def _difference(before: LogHead, proof: LogProof) -> str:
    if proof.seq < before.seq:
        return f"went back: entry {before.seq} was seen, central's newest is {proof.seq}"
    return f"forked: what follows entry {before.seq} does not follow from what was seen"


def _broken(snapshot: Snapshot) -> dict[str, str]:
    """What was found last, unless the logs are whole again."""
    entry = snapshot.journal.last(Kind.CENTRAL_LOG_BROKEN, Kind.CENTRAL_LOG_WHOLE)
    if entry is None or entry.kind != Kind.CENTRAL_LOG_BROKEN:
        return {}
    differences: dict[str, str] = json.loads(entry.detail)
    return differences


def _head(log: str, text: str) -> LogHead:
    seq, _, hash_ = text.partition(" ")
    return LogHead(log=log, seq=int(seq), hash=hash_)


def _name(enrolment: Enrolment) -> str:
    """Which central, and which of its offices: another one has other logs."""
    return digest(f"{enrolment.central_key} {enrolment.site}".encode())[:16]
