"""Pure decisions about what terminals send. What is kept follows from these answers alone."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sync.messages import Answer, DayReport, Head, Heads, OpenSheet


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


def judge_sheets(
    seen: Mapping[SheetKey, OpenSheet], shown: Iterable[OpenSheet], *, whole: Container[date]
) -> tuple[Answer, str]:
    """STORED when every sheet that central has seen only grew; else the answer and why.

    `whole`: days of which `shown` has every sheet, so that one that is missing is gone.
    ROLLBACK: a sheet is gone or has less. FORK: as many entries, but other ones.
    """
    now = {(sheet.date, sheet.officer): sheet for sheet in shown}
    for key, was in sorted(seen.items()):
        name = f"sheet of {was.officer or 'nobody'} on {was.date}"
        sheet = now.get(key)
        if sheet is None:
            if was.date in whole:
                return Answer.ROLLBACK, f"{name}: had {was.n} ratings and is gone"
            continue
        if sheet.n < was.n or sheet.entries < was.entries:
            return Answer.ROLLBACK, f"{name}: had {was.n} ratings, has {sheet.n}"
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
