"""What an office tells people: by what, whom, of what, and what became of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, and_, delete, exists, func, literal, not_, or_, select, update

from sync.central.notifying import CLOCKS_APART, LONGEST_PAUSE, Phase, Transport, pause_after
from sync.central.schema import notifications, spells, subscriptions, transports
from sync.central.store.faults import member, reading
from sync.central.store.room import Room
from sync.central.store.terminals import utc
from sync.central.transports import AnySettings, parse


class NotificationState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    """Nothing is tried any more, until a person says so."""
    DROPPED = "dropped"
    """By a person, or because nobody may read it any more."""


@dataclass(frozen=True, slots=True)
class Notification:
    """A line of the outbox. `recipient`: an account, one of LINE's ids, or "" for the webhook;
    where it is reached is looked up when it is sent. `what`: as a log stores it (`told`), a line
    for each thing; of a sheet, which one. `answer`: what came of the newest try, as `told`."""

    id: str
    transport: Transport
    recipient: str
    topic: str
    phase: Phase
    what: str
    created: datetime
    due: datetime
    tries: int = 0
    state: NotificationState = NotificationState.WAITING
    answer: str = ""
    settled: datetime | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """An alarm from its beginning on, or a sheet that was announced."""

    topic: str
    subject: str
    since: datetime
    what: str


@dataclass(frozen=True, slots=True)
class StoredTransport:
    """As it is stored: `body` without the secret, `secret` encrypted."""

    transport: Transport
    body: str
    secret: str
    at: datetime
    author: str

    @property
    def settings(self) -> AnySettings:
        with reading("transports.body", self.body):
            return parse(self.transport, self.body)


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where an account is told things. `topics`: what it has said yes or no to, such as "+own
    -weekly". `code`: a keyed hash of what proves the address; "": it is proved."""

    account: str
    mail: str
    language: str
    topics: str = ""
    code: str = ""
    tries: int = 0
    until: datetime | None = None

    @property
    def proved(self) -> bool:
        return bool(self.mail) and not self.code


class Transports(Room):
    def all(self) -> dict[Transport, StoredTransport]:
        query = select(transports).where(transports.c.site == self._site)
        return {
            member(Transport, row.transport, "transports.transport"): StoredTransport(
                transport=member(Transport, row.transport, "transports.transport"),
                body=row.body,
                secret=row.secret,
                at=utc(row.at),
                author=row.author,
            )
            for row in self._connection.execute(query)
        }

    def put(self, stored: StoredTransport) -> None:
        key = {"site": self._site, "transport": stored.transport.value}
        values = {
            "at": stored.at,
            "author": stored.author,
            "body": stored.body,
            "secret": stored.secret,
        }
        self._connection.execute(
            self._insert(transports)
            .values(**key, **values)
            .on_conflict_do_update(index_elements=list(key), set_=values)
        )

    def drop(self, transport: Transport) -> bool:
        own = and_(transports.c.site == self._site, transports.c.transport == transport.value)
        dropped = self._connection.execute(delete(transports).where(own).returning(own))
        return dropped.first() is not None


class Subscriptions(Room):
    def get(self, account: str) -> Subscription | None:
        query = select(subscriptions).where(
            subscriptions.c.site == self._site, subscriptions.c.account == account
        )
        row = self._connection.execute(query).first()
        return _subscription(row) if row else None

    def all(self) -> dict[str, Subscription]:
        """By account."""
        query = select(subscriptions).where(subscriptions.c.site == self._site)
        return {row.account: _subscription(row) for row in self._connection.execute(query)}

    def put(self, one: Subscription) -> None:
        key = {"site": self._site, "account": one.account}
        values: dict[str, object] = {
            "mail": one.mail,
            "language": one.language,
            "topics": one.topics,
            "code": one.code,
            "tries": one.tries,
            "until": one.until,
        }
        self._connection.execute(
            self._insert(subscriptions)
            .values(**key, **values)
            .on_conflict_do_update(index_elements=list(key), set_=values)
        )

    def drop(self, account: str) -> None:
        self._connection.execute(
            delete(subscriptions).where(
                subscriptions.c.site == self._site, subscriptions.c.account == account
            )
        )


class Spells(Room):
    def all(self) -> dict[tuple[str, str], Spell]:
        """By topic and subject."""
        query = select(spells).where(spells.c.site == self._site)
        return {
            (row.topic, row.subject): Spell(
                topic=row.topic, subject=row.subject, since=utc(row.since), what=row.what
            )
            for row in self._connection.execute(query)
        }

    def begin(self, spell: Spell) -> bool:
        """Whether it begins now; False where it had begun."""
        begun = self._connection.execute(
            self._insert(spells)
            .values(
                site=self._site,
                topic=spell.topic,
                subject=spell.subject,
                since=spell.since,
                what=spell.what,
            )
            .on_conflict_do_nothing()
            .returning(spells.c.site)
        )
        return begun.first() is not None

    def end(self, spell: Spell) -> bool:
        """Whether it ends now; False where it had ended."""
        own = (spells.c.site == self._site, spells.c.topic == spell.topic)
        of_subject = (spells.c.subject == spell.subject, spells.c.since == spell.since)
        ended = self._connection.execute(
            delete(spells).where(*own, *of_subject).returning(spells.c.site)
        )
        return ended.first() is not None

    def forget(self, topics: Collection[str], before: datetime) -> None:
        """Sheets that were announced long ago."""
        self._connection.execute(
            delete(spells).where(
                spells.c.site == self._site, spells.c.topic.in_(topics), spells.c.since < before
            )
        )


class Outbox(Room):
    def add(self, new: Iterable[Notification]) -> None:
        """What is there already stays as it is."""
        rows = [_row(self._site, one) for one in new]
        if rows:
            self._connection.execute(
                self._insert(notifications).values(rows).on_conflict_do_nothing()
            )

    def newest(self, most: int) -> tuple[Notification, ...]:
        """What failed first, then what waits, then the others; of each the newest first."""
        has_failed = notifications.c.state == NotificationState.FAILED.value
        waits = notifications.c.state == NotificationState.WAITING.value
        newest = notifications.c.created.desc()
        query = (
            select(notifications)
            .where(notifications.c.site == self._site)
            .order_by(has_failed.desc(), waits.desc(), newest, notifications.c.id)
            .limit(most)
        )
        return tuple(_notification(row) for row in self._connection.execute(query))

    def count(self, state: NotificationState) -> int:
        query = select(func.count()).where(
            notifications.c.site == self._site, notifications.c.state == state.value
        )
        return self._connection.scalar(query) or 0

    def get(self, id: str) -> Notification | None:
        query = select(notifications).where(
            notifications.c.site == self._site, notifications.c.id == id
        )
        row = self._connection.execute(query).first()
        return _notification(row) if row else None

    def next_due(self, now: datetime, but: Collection[Transport]) -> Notification | None:
        """What is to be tried now and goes by none of these transports. A time that lies too far
        ahead was written by a wrong clock. Nobody hears that an alarm is over before they hear
        of it: of one topic a reader gets the older message first."""
        due, before = notifications.c.due, notifications.alias()
        too_far = now + LONGEST_PAUSE + CLOCKS_APART
        waits_for_another = exists().where(
            before.c.site == self._site,
            before.c.state == NotificationState.WAITING.value,
            before.c.transport == notifications.c.transport,
            before.c.recipient == notifications.c.recipient,
            before.c.topic == notifications.c.topic,
            before.c.created < notifications.c.created,
        )
        query = (
            select(notifications)
            .where(
                notifications.c.site == self._site,
                notifications.c.state == NotificationState.WAITING.value,
                or_(due <= now, due > too_far),
                notifications.c.transport.not_in([one.value for one in but]),
                not_(waits_for_another),
            )
            .order_by(due, notifications.c.id)
            .limit(1)
        )
        row = self._connection.execute(query).first()
        return _notification(row) if row else None

    def claim(self, one: Notification, now: datetime) -> bool:
        """Count one more try before it is made, and put off the next one: who dies meanwhile, or
        can't write what came of it, tries again only then. False: somebody else tries now."""
        tries = one.tries + 1
        claimed = self._connection.execute(
            update(notifications)
            .where(
                notifications.c.site == self._site,
                notifications.c.id == one.id,
                notifications.c.state == NotificationState.WAITING.value,
                notifications.c.tries == one.tries,
            )
            .values(tries=tries, due=now + pause_after(tries))
            .returning(notifications.c.id)
        )
        return claimed.first() is not None

    def settle(self, id: str, state: NotificationState, answer: str, now: datetime) -> None:
        """What a person dropped meanwhile stays dropped, but where it has gone."""
        values: dict[str, object] = {"state": state.value, "answer": answer}
        if state is not NotificationState.WAITING:
            values["settled"] = now
        self._connection.execute(
            update(notifications)
            .where(
                notifications.c.site == self._site,
                notifications.c.id == id,
                or_(
                    notifications.c.state == NotificationState.WAITING.value,
                    literal(state is NotificationState.SENT),
                ),
            )
            .values(**values)
        )

    def again(self, id: str, now: datetime) -> bool:
        """Try what failed or waits from now on, as if it were new; False where there is none."""
        return self._moved(id, _as_new(now))

    def all_failed_again(self, now: datetime) -> int:
        """The same with everything that failed; how many."""
        begun = self._connection.execute(
            update(notifications)
            .where(
                notifications.c.site == self._site,
                notifications.c.state == NotificationState.FAILED.value,
            )
            .values(**_as_new(now))
            .returning(notifications.c.id)
        )
        return len(begun.all())

    def drop(self, id: str, now: datetime) -> bool:
        """Send it no more; False where it has gone."""
        return self._moved(id, {"state": NotificationState.DROPPED.value, "settled": now})

    def _moved(self, id: str, values: dict[str, object]) -> bool:
        open_states = [NotificationState.WAITING.value, NotificationState.FAILED.value]
        moved = self._connection.execute(
            update(notifications)
            .where(
                notifications.c.site == self._site,
                notifications.c.id == id,
                notifications.c.state.in_(open_states),
            )
            .values(**values)
            .returning(notifications.c.id)
        )
        return moved.first() is not None

    def forget(self, before: datetime) -> None:
        """Drop the lines of what was settled long ago."""
        self._connection.execute(
            delete(notifications).where(
                notifications.c.site == self._site, notifications.c.settled < before
            )
        )


def _as_new(now: datetime) -> dict[str, object]:
    waiting = NotificationState.WAITING.value
    return {"state": waiting, "due": now, "created": now, "tries": 0, "settled": None}


def _row(site: str, one: Notification) -> dict[str, object]:
    return {
        "site": site,
        "id": one.id,
        "transport": one.transport.value,
        "recipient": one.recipient,
        "topic": one.topic,
        "phase": one.phase.value,
        "what": one.what,
        "created": one.created,
        "due": one.due,
        "tries": one.tries,
        "state": one.state.value,
        "answer": one.answer,
        "settled": one.settled,
    }


def _notification(row: Row[Any]) -> Notification:
    return Notification(
        id=row.id,
        transport=member(Transport, row.transport, "notifications.transport"),
        recipient=row.recipient,
        topic=row.topic,
        phase=member(Phase, row.phase, "notifications.phase"),
        what=row.what,
        created=utc(row.created),
        due=utc(row.due),
        tries=row.tries,
        state=member(NotificationState, row.state, "notifications.state"),
        answer=row.answer,
        settled=utc(row.settled) if row.settled else None,
    )


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        account=row.account,
        mail=row.mail,
        language=row.language,
        topics=row.topics,
        code=row.code,
        tries=row.tries,
        until=utc(row.until) if row.until else None,
    )
