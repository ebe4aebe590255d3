"""The heads of central's logs: terminals remember them, as central remembers journals."""

from typing import Annotated

from msgspec import Meta

from sync.messages.message import Message, Row, check_once
from sync.messages.values import (
    MAX_DIGESTS,
    MAX_LOGS,
    EntryNumber,
    Hash,
    HashOrNone,
    Identifier,
    Settlement,
)


class LogHead(Row, frozen=True):
    """A log's name, and the number and hash of its newest entry."""

    log: Identifier
    seq: EntryNumber
    hash: HashOrNone


class LogProof(Row, frozen=True):
    """How a log goes on from the entry `since`, which the terminal has seen: the digests of the
    entries after it, in their order, and its head now. Each entry's hash is over the hash before
    and its digest: a terminal that recomputes them comes to the head, if nothing that it saw was
    changed. `settled`: who decided that a log which does not go on is to be taken as it is, and
    why; "" where nobody did."""

    log: Identifier
    since: EntryNumber
    digests: Annotated[tuple[Hash, ...], Meta(max_length=MAX_DIGESTS)]
    seq: EntryNumber
    hash: HashOrNone
    settled: Settlement


LogHeads = Annotated[tuple[LogHead, ...], Meta(max_length=MAX_LOGS)]
LogProofs = Annotated[tuple[LogProof, ...], Meta(max_length=MAX_LOGS)]


class SeenLogs(Message, frozen=True):
    """The newest heads of central's logs that a terminal has seen."""

    logs: LogHeads

    def check(self) -> None:
        check_once("logs", (head.log for head in self.logs))


class LogsAnswer(Message, frozen=True):
    """How each of central's logs goes on from what the terminal has seen."""

    logs: LogProofs

    def check(self) -> None:
        check_once("logs", (proof.log for proof in self.logs))
