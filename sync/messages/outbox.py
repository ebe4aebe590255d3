"""Which day reports a terminal holds back: what central can't take, and what a person dropped."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from sync.messages.message import Message, Row, check_once
from sync.messages.values import Revision, Settlement

MOST_HELD = 400
"""Rows of one message: the newest days."""


class HeldWhy(StrEnum):
    """Why a day report is not on its way."""

    AHEAD = "ahead"
    """Its day has not come yet by central's clock."""
    REFUSED = "refused"
    """Central refused it, in its own words."""
    EARLIER = "earlier-enrolment"
    """Made before the terminal was enrolled as who it is now."""
    STALE = "stale"
    CONFLICT = "conflict"
    DROPPED = "dropped"
    """A person at the terminal decided so, with a reason."""


class HeldReport(Row, frozen=True, order=True):
    """One day report that the terminal holds back. `words`: central's, or a person's."""

    date: date
    revision: Revision
    why: HeldWhy
    words: Settlement


class Outbox(Message, frozen=True):
    """Everything that a terminal holds back."""

    reports: Annotated[tuple[HeldReport, ...], Meta(max_length=MOST_HELD)]

    def check(self) -> None:
        check_once("reports", ((report.date, report.revision) for report in self.reports))
