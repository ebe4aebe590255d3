"""Pure decisions about what terminals send. What is kept follows from these answers alone."""

from dataclasses import dataclass

from sync.wire import Answer, DayReport, Head, Heads


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


def judge_heads(stored: Head, heads: Heads) -> Answer:
    """STORED when the terminal's journal goes on from the one that central last saw.

    ROLLBACK: it is shorter now, an older copy was put back. FORK: it has another entry where
    central saw one: two histories, or two machines with one key.
    """
    if stored.seq == 0:
        return Answer.STORED
    if heads.now.seq < stored.seq or not heads.at_last:
        return Answer.ROLLBACK
    return Answer.STORED if heads.at_last == stored.hash else Answer.FORK
