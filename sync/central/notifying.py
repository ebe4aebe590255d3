"""Who is told what outside the pages, by what, and what may leave the house. Pure.

A notification says that something needs a person, or that a sheet is ready. What it is about is a
topic: one row. An alarm is told when it begins and when it is over: the time between is a spell.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from sync.central.logbook import told
from sync.central.viewer import Reach, Right, Viewer


class Transport(StrEnum):
    """By what a notification goes."""

    MAIL = "mail"
    LINE = "line"
    WEBHOOK = "webhook"


class Encryption(StrEnum):
    """How the way to the mail server is protected; with TLS its certificate is always checked."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


def may_carry_figures(transport: Transport, encryption: Encryption) -> bool:
    """The rule of what may leave the house: a sheet with figures goes by mail alone, to an
    account's own address, and over TLS. Everybody else gets the address of the page."""
    return transport is Transport.MAIL and encryption in (Encryption.TLS, Encryption.STARTTLS)


class Phase(StrEnum):
    BEGAN = "began"
    OVER = "over"
    SHEET = "sheet"


@dataclass(frozen=True, slots=True)
class Topic:
    """What notifications are about. `id`: its words are in the tables `topic` and `topic_do`.
    `right`: who has it on the office may be told. `page`: where to look."""

    id: str
    right: Right
    page: str
    is_sheet: bool = False
    is_usual: bool = True
    """Whether an account is told unless it says no."""
    own: bool = False
    """Whether it is about an officer's own results."""

    def is_for(self, viewer: Viewer, site: str) -> bool:
        """Whether somebody may be told of it: by the rule of the pages."""
        if viewer.site != site or not viewer.has(site, self.right):
            return False
        return viewer.is_officer(site, viewer.officer) if self.own else True


_ROWS = (
    Topic(id="quarantine", right=Right.FLEET, page="fleet"),
    Topic(id="alarm", right=Right.FLEET, page="fleet"),
    Topic(id="parked", right=Right.FLEET, page="fleet"),
    Topic(id="silent", right=Right.RUN, page="fleet"),
    Topic(id="disk", right=Right.RUN, page="fleet"),
    Topic(id="machine", right=Right.RUN, page="fleet"),
    Topic(id="care", right=Right.RUN, page="fleet"),
    Topic(id="overdue", right=Right.IMPROVE, page="improvements"),
    Topic(id="weekly", right=Right.PAPERS, page="papers", is_sheet=True),
    Topic(id="monthly", right=Right.PAPERS, page="papers", is_sheet=True),
    Topic(id="own", right=Right.OFFICER, page="officer", is_sheet=True, is_usual=False, own=True),
)
TOPICS = {topic.id: topic for topic in _ROWS}
"""The table: a new topic is a new row, its words, and who finds it (`usecases/watching.py`)."""
FOR_ALL = tuple(topic for topic in _ROWS if not topic.own)
"""What LINE and the webhook are told: they are the office's, not a person's."""


def topics_for(viewer: Viewer, site: str) -> tuple[Topic, ...]:
    """Of what somebody may be told."""
    return tuple(topic for topic in _ROWS if topic.is_for(viewer, site))


def reads_whole_office(viewer: Viewer) -> bool:
    """Whether the month's sheet is the office's; else it is the one of the own section."""
    return any(role.sections is Reach.ALL for role in viewer.roles)


_NAMES = UUID("6f9a54b2-6f0f-4f0b-9d0b-0c1f6f4e7c11")
"""In which ids of notifications are unique (RFC 9562, version 5)."""


def notification_id(*parts: str) -> str:
    """A UUID that follows from what is told, to whom and by what: the same is one row, one
    Message-ID, one retry key. So who sends it again sends the same."""
    return str(uuid5(_NAMES, "\x1f".join(parts)))


def thing(key: str, **values: str | int) -> str:
    """One thing that is told, as it is stored: the key of a sentence in the table `topic_says`, and
    its values; of the topic `care` in the table `care`."""
    return told(key, **values)


FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=2), timedelta(minutes=30)
CLOCKS_APART = timedelta(hours=2)
"""So far the clocks of two machines may differ, before what one has put off is taken for the work
of a wrong clock."""
GIVES_UP = {
    Transport.MAIL: timedelta(days=3),
    Transport.LINE: timedelta(hours=23),
    Transport.WEBHOOK: timedelta(days=3),
}
"""After so long nothing is tried any more. LINE knows a retry key for 24 hours: later the same
message would come twice."""
LEAST_TRIES = 5
"""Before a message is given up; in an hour there are more."""
KEPT_DAYS = 90
"""Days for which the list keeps what was sent, or could not be."""


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries: each time twice as long."""
    doubled: int = 1 << min(tries - 1, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def is_too_late(transport: Transport, created: datetime, tries: int, now: datetime) -> bool:
    """A clock that is ahead for one look gives nothing up that was tried a few times; LINE's key
    does not wait for tries."""
    least = 1 if transport is Transport.LINE else LEAST_TRIES
    return tries >= least and now - created > GIVES_UP[transport]
