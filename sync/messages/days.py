"""A business day as it is reported, and what central says to it."""

from collections import Counter
from datetime import date
from typing import Annotated

from msgspec import Meta

from kiosk.domain.people import NO_OFFICER
from kiosk.domain.rating import Channel, Half, Outcome
from kiosk.domain.scale import FaceOrder
from sync.messages.logs import LogHeads
from sync.messages.message import Message, Row, check_once
from sync.messages.runs import Answer, OpenSheet
from sync.messages.values import (
    MAX_ROWS,
    Count,
    Counts,
    Hash,
    HashOrNone,
    Identifier,
    OfficerOrNobody,
    Revision,
)
from sync.protocol import BadMessage


class LineCount(Row, frozen=True):
    """Ratings of one officer, service, counter, half-day, channel; `n` is worst score first."""

    officer: Identifier
    service: Identifier
    counter: Identifier
    half: Half
    channel: Channel
    n: Counts


class OutcomeCount(Row, frozen=True):
    """What happened to one officer beside the ratings, and how often."""

    officer: OfficerOrNobody
    outcome: Outcome
    n: Count


class ReasonCount(Row, frozen=True):
    """How often citizens gave a reason for a low score."""

    officer: Identifier
    reason: Identifier
    n: Count


class SheetSeal(Row, frozen=True, order=True):
    """One officer's sheet of the day: how many ratings, and the seal digest of all its entries.
    `steps`: how many steps central was shown of it; `opening` opens their product as the counts of
    this report ("" where there were none).

    The sheet of officer "" holds the presses that went to nobody; its n is 0.
    """

    officer: OfficerOrNobody
    n: Count
    seal: Hash
    steps: Count
    opening: HashOrNone


SIGN_ONS = "duty-began"
"""The kind of a GapCount that says how often an officer signed on. No gap is shown for it."""


class GapCount(Row, frozen=True):
    """How often, or for how many minutes, the terminal was not listening: pauses, panel losses,
    restarts, clock jumps; of which officer, where that is known. Beside them, SIGN_ONS."""

    officer: OfficerOrNobody
    kind: Identifier
    n: Count


class DayReport(Message, frozen=True):
    """One terminal's whole business day. A later revision replaces an earlier one."""

    site: Identifier
    terminal: Identifier
    date: date
    revision: Revision
    lines: Annotated[tuple[LineCount, ...], Meta(max_length=MAX_ROWS)]
    outcomes: Annotated[tuple[OutcomeCount, ...], Meta(max_length=MAX_ROWS)]
    reasons: Annotated[tuple[ReasonCount, ...], Meta(max_length=MAX_ROWS)]
    sheets: Annotated[tuple[SheetSeal, ...], Meta(max_length=MAX_ROWS)]
    gaps: Annotated[tuple[GapCount, ...], Meta(max_length=MAX_ROWS)]
    orders: Annotated[tuple[FaceOrder, ...], Meta(max_length=len(FaceOrder))]
    """In which orders the faces stood on the screen that day; none: the terminal did not run."""

    def open_sheets(self) -> tuple[OpenSheet, ...]:
        """The same sheets as a terminal's heads show them."""
        beside_ratings: Counter[str] = Counter()
        for outcome in self.outcomes:
            beside_ratings[outcome.officer] += outcome.n
        for reason in self.reasons:
            beside_ratings[reason.officer] += reason.n
        return tuple(
            OpenSheet(
                date=self.date,
                officer=sheet.officer,
                n=sheet.n,
                entries=sheet.n + beside_ratings[sheet.officer],
                seal=sheet.seal,
            )
            for sheet in self.sheets
        )

    def officers(self) -> frozenset[str]:
        """Everybody whom it names; nobody is none."""
        named = {
            *(line.officer for line in self.lines),
            *(outcome.officer for outcome in self.outcomes),
            *(reason.officer for reason in self.reasons),
            *(sheet.officer for sheet in self.sheets),
            *(gap.officer for gap in self.gaps),
        }
        return frozenset(named - {NO_OFFICER})

    def counters(self) -> frozenset[str]:
        """Every counter that it names."""
        return frozenset(line.counter for line in self.lines)

    def check(self) -> None:
        check_once("lines", (_line_key(line) for line in self.lines))
        check_once("outcomes", ((x.officer, x.outcome) for x in self.outcomes))
        check_once("reasons", ((x.officer, x.reason) for x in self.reasons))
        check_once("sheets", (sheet.officer for sheet in self.sheets))
        check_once("gaps", ((gap.officer, gap.kind) for gap in self.gaps))
        check_once("orders", self.orders)
        if any(bool(sheet.steps) != bool(sheet.opening) for sheet in self.sheets):
            raise BadMessage("sheets: steps without an opening, or an opening without steps")
        ratings: Counter[str] = Counter()
        for line in self.lines:
            ratings[line.officer] += sum(line.n)
        sealed = Counter({sheet.officer: sheet.n for sheet in self.sheets})
        if ratings != sealed:
            raise BadMessage("sheets: their counts differ from the lines'")


def _line_key(line: LineCount) -> tuple[object, ...]:
    return line.officer, line.service, line.counter, line.half, line.channel, len(line.n)


class Receipt(Message, frozen=True):
    """Central's word on one day report: the only proof that it arrived. The terminal keeps it, and
    with it the heads of central's logs at that time, under central's signature."""

    terminal: Identifier
    date: date
    revision: Revision
    digest: Hash
    answer: Answer
    logs: LogHeads = ()


class StoredRevision(Row, frozen=True):
    """The newest report of a day that central has."""

    date: date
    revision: Revision
    digest: Hash


class NotMine(Message, frozen=True):
    """Days that central has under a terminal's name and the terminal never made."""

    days: Annotated[tuple[date, ...], Meta(max_length=MAX_ROWS)]

    def check(self) -> None:
        check_once("days", self.days)


class StoredDays(Message, frozen=True):
    """Which day reports of a terminal central has, also those that a later revision replaced."""

    days: Annotated[tuple[StoredRevision, ...], Meta(max_length=MAX_ROWS)]
