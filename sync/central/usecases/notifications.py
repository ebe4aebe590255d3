"""The outbox of notifications: what is tried next, what came of it, what people do about it.

Delivered at least once. A try is counted, and the next one put off, before it is made: who is
killed meanwhile, or has a full disk, sends again only then, and under the same id. LINE takes the
same id once; a mail program and a webhook can know it again by it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sync.central.logbook import told
from sync.central.notifying import TOPICS, Topic, Transport, is_too_late
from sync.central.store.notifications import Notification, NotificationState
from sync.central.usecases.audit import write_change
from sync.central.usecases.central import Central
from sync.central.usecases.subscriptions import says_yes
from sync.central.viewer import Right, Viewer

__all__ = [
    "LISTED",
    "Notification",
    "NotificationState",
    "Reader",
    "claim_next",
    "count_failed",
    "drop_notification",
    "note_trial",
    "read_notifications",
    "reader_of",
    "retry_all_failed",
    "retry_notification",
    "settle",
]

LISTED = 200
"""Lines of the list."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is told by mail, as it is when the message goes."""

    viewer: Viewer
    mail: str
    language: str


def claim_next(
    central: Central, now: datetime, but: Collection[Transport] = ()
) -> Notification | None:
    """What is to be sent now, counted as tried; None: nothing is due. What waited too long is
    given up. Of several processes each takes another one."""
    while True:
        with central.store.read(central.site) as t:
            one = t.notifications.next_due(now, but)
        if one is None:
            return None
        with central.store.transaction(central.site) as t:
            if is_too_late(one.transport, one.created, one.tries, now):
                t.notifications.settle(one.id, NotificationState.FAILED, one.answer, now)
            elif t.notifications.claim(one, now):
                return one


def settle(
    central: Central, one: Notification, state: NotificationState, answer: str, now: datetime
) -> None:
    """Keep what came of a try; WAITING: it is tried again."""
    with central.store.transaction(central.site) as t:
        t.notifications.settle(one.id, state, answer, now)


def reader_of(central: Central, account: str, topic: Topic, now: datetime) -> Reader | None:
    """Whom a message is for, where that account may be told of it still and wants to."""
    with central.store.read(central.site) as t:
        person, one = t.accounts.get(account), t.subscriptions.get(account)
    if person is None or person.disabled or person.ran_out(now):
        return None
    viewer = person.viewer()
    if one is None or not one.proved or not topic.is_for(viewer, central.site):
        return None
    return Reader(viewer, one.mail, one.language) if says_yes(one, topic) else None


def read_notifications(central: Central) -> tuple[Notification, ...]:
    """What failed first, then what waits, then the others; of each the newest first."""
    with central.store.read(central.site) as t:
        return t.notifications.newest(LISTED)


def count_failed(central: Central) -> int:
    with central.store.read(central.site) as t:
        return t.notifications.count(NotificationState.FAILED)


def retry_notification(central: Central, viewer: Viewer, id: str, now: datetime) -> bool:
    """Try it from now on as if it were new; False where it has gone. NotYours."""
    viewer.require(central.site, Right.RUN)
    with central.store.transaction(central.site) as t:
        return t.notifications.again(id, now)


def retry_all_failed(central: Central, viewer: Viewer, now: datetime) -> int:
    """Try everything that failed as if it were new; how many. NotYours."""
    viewer.require(central.site, Right.RUN)
    with central.store.transaction(central.site) as t:
        return t.notifications.all_failed_again(now)


def note_trial(central: Central, viewer: Viewer, transport: Transport, now: datetime) -> None:
    """Log that somebody sends a message by hand, before it goes. NotYours."""
    viewer.require(central.site, Right.RUN)
    with central.store.transaction(central.site) as t:
        write_change(t, viewer, told("transport_tried", transport=transport.value), now)


def drop_notification(central: Central, viewer: Viewer, id: str, now: datetime) -> bool:
    """Send it no more; False where it has gone. NotYours."""
    viewer.require(central.site, Right.RUN)
    with central.store.transaction(central.site) as t:
        one = t.notifications.get(id)
        if one is None or not t.notifications.drop(id, now):
            return False
        what = told("notification_dropped", topic=TOPICS[one.topic].id, to=one.recipient)
        write_change(t, viewer, what, now)
    return True
