"""What needs a person now, held against what was told before: an alarm is told when it begins and
when it is over, once each; a sheet when it is ready, once.

Runs as often as the outbox is emptied. Where nothing has changed, nothing is written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kiosk.domain.businessday import is_working_day
from sync.central.machine import machine_needs
from sync.central.notifying import (
    FOR_ALL,
    KEPT_DAYS,
    TOPICS,
    Phase,
    Topic,
    Transport,
    notification_id,
    thing,
)
from sync.central.period import last_month
from sync.central.silence import is_silent
from sync.central.sitesettings import SiteSettings
from sync.central.store.engine import Transaction
from sync.central.store.improvements import Improvement, ImprovementStatus
from sync.central.store.notifications import Notification, Spell
from sync.central.store.terminals import KnownTerminal
from sync.central.transports import LineSettings, MailSettings
from sync.central.usecases.central import Central
from sync.central.usecases.improvements import all_improvements
from sync.central.usecases.loghistory import read_log_breaks, unsettled
from sync.central.usecases.office_settings import read_settings
from sync.central.usecases.subscriptions import says_yes
from sync.central.usecases.terminals import Fleet, read_fleet
from sync.central.usecases.upkeep import troubles

__all__ = ["LOW_DISK", "MOST_NAMED", "watch"]

LOW_DISK, ENOUGH_DISK = 500, 600
"""MiB free at a terminal: less begins an alarm; from so many on it is over."""
READY_FROM = time(8)
"""Sheets are announced on working days from then on."""
_OF_SET_UP = ("backup_off", "backup_open", "backup_here", "backup_never", "notifications_failed")
"""What `troubles` says of how the report is set up, and of notifications themselves."""
_A_YEAR = timedelta(days=366)
MOST_NAMED = 15
"""Things of one message; the page has the others."""

Subjects = Mapping[tuple[str, str], str]
"""What is told of it, by topic and subject."""


@dataclass(frozen=True, slots=True)
class _News:
    """What began, or is over, at one look."""

    topic: Topic
    phase: Phase
    spells: tuple[Spell, ...]


def watch(central: Central, home: Central, now: datetime) -> None:
    """Put into the outbox what has begun and what is over; DatabaseError. `home`: central's own
    site, whose administrators look after the machine. Where nothing is set by which to tell,
    nothing is remembered either: what stands when something is set is told then."""
    with central.store.read(central.site) as t:
        set_up = any(one.settings.on for one in t.transports.all().values())
        before = t.spells.all()
    if not set_up:
        return
    standing = dict(_standing(central, home, before, now))
    things = standing | dict(_sheets(read_settings(central).settings, now))
    begun = [
        Spell(topic=topic, subject=subject, since=now, what=what)
        for (topic, subject), what in things.items()
        if (topic, subject) not in before
    ]
    over = [
        spell
        for key, spell in before.items()
        if not TOPICS[spell.topic].is_sheet and key not in standing
    ]
    if begun or over:
        _tell(central, begun, over, now)


def _tell(central: Central, begun: list[Spell], over: list[Spell], now: datetime) -> None:
    """What another process has told of meanwhile is left out."""
    with central.store.transaction(central.site) as t:
        begun = [spell for spell in begun if t.spells.begin(spell)]
        over = [spell for spell in over if t.spells.end(spell)]
        for news in _news(begun, over):
            t.notifications.add(_for_everybody(central, t, news, now))
        t.notifications.forget(now - timedelta(days=KEPT_DAYS))
        t.spells.forget([one.id for one in TOPICS.values() if one.is_sheet], now - _A_YEAR)


def _news(begun: list[Spell], over: list[Spell]) -> Iterator[_News]:
    """What one look has, by topic: fifteen machines behind one switch are one message."""
    for topic in TOPICS.values():
        starting = Phase.SHEET if topic.is_sheet else Phase.BEGAN
        for phase, spells in ((starting, begun), (Phase.OVER, over)):
            of_topic = tuple(spell for spell in spells if spell.topic == topic.id)
            if of_topic:
                yield _News(topic, phase, of_topic)


def _for_everybody(
    central: Central, t: Transaction, news: _News, now: datetime
) -> Iterator[Notification]:
    for transport, recipient in _recipients(central, t, news.topic, now):
        spells = sorted(f"{one.subject}@{one.since.isoformat()}" for one in news.spells)
        parts = (central.site, transport.value, recipient, news.topic.id, news.phase.value)
        yield Notification(
            id=notification_id(*parts, *spells),
            transport=transport,
            recipient=recipient,
            topic=news.topic.id,
            phase=news.phase,
            what=_listed(news.spells),
            created=now,
            due=now,
        )


def _listed(spells: tuple[Spell, ...]) -> str:
    """What a message names, a line each; the last one says how many more there are."""
    lines = [one.what for one in spells[:MOST_NAMED]]
    if len(spells) > MOST_NAMED:
        lines.append(thing("more", n=len(spells) - MOST_NAMED))
    return "\n".join(lines)


def _recipients(
    central: Central, t: Transaction, topic: Topic, now: datetime
) -> Iterator[tuple[Transport, str]]:
    """Who is told of a topic, and by what."""
    for transport, row in t.transports.all().items():
        settings = row.settings
        if not settings.on:
            continue
        if isinstance(settings, MailSettings):
            accounts = _accounts_told(central, t, topic, now)
            yield from ((transport, account) for account in accounts)
        elif topic in FOR_ALL and topic.id not in settings.left_out:
            ids = settings.recipients if isinstance(settings, LineSettings) else ("",)
            yield from ((transport, one) for one in ids)


def _accounts_told(central: Central, t: Transaction, topic: Topic, now: datetime) -> Iterator[str]:
    subscribed = t.subscriptions.all()
    for account in t.accounts.all():
        one = subscribed.get(account.account)
        is_reached = one is not None and one.proved and not account.disabled
        if one is None or not is_reached or account.ran_out(now):
            continue
        if topic.is_for(account.viewer(), central.site) and says_yes(one, topic):
            yield account.account


def _standing(
    central: Central, home: Central, before: Mapping[tuple[str, str], Spell], now: datetime
) -> Iterator[tuple[tuple[str, str], str]]:
    """Everything that needs a person now, by topic and subject."""
    today = now.astimezone().date()
    fleet = read_fleet(central, today)
    yield from _of_terminals(fleet, read_settings(central).settings, before, now)
    yield from _of_reports(fleet)
    yield from _of_alarms(fleet)
    for one in unsettled(read_log_breaks(central)):
        what = thing("log_break", terminal=one.terminal, log=one.log, broken=one.kind)
        yield ("alarm", f"{one.terminal} log {one.log} {one.seen}"), what
    for line in all_improvements(central):
        if is_overdue(line, today):
            yield ("overdue", f"{line.id} {line.due}"), thing("overdue", day=str(line.due))
    if central.site == home.site:
        yield from _of_home(home, now)


def _of_alarms(fleet: Fleet) -> Iterator[tuple[tuple[str, str], str]]:
    aside = {one.terminal for one in fleet.terminals if one.quarantined}
    for alarm in fleet.alarms:
        if alarm.settled is None and alarm.terminal not in aside:  # the quarantine says it
            what = thing("alarm", terminal=alarm.terminal, why=alarm.kind)
            yield ("alarm", f"{alarm.terminal} {alarm.kind}"), what


def _of_home(home: Central, now: datetime) -> Iterator[tuple[tuple[str, str], str]]:
    """What the report itself needs: a sentence of the table `care`."""
    for trouble in troubles(home, now):
        if trouble.key not in _OF_SET_UP:
            yield ("care", trouble.key), thing(trouble.key, **trouble.values, what=trouble.what)


def is_overdue(line: Improvement, today: date) -> bool:
    return line.status is ImprovementStatus.OPEN and line.due is not None and line.due < today


def _of_terminals(
    fleet: Fleet,
    settings: SiteSettings,
    before: Mapping[tuple[str, str], Spell],
    now: datetime,
) -> Iterator[tuple[tuple[str, str], str]]:
    for one in fleet.terminals:
        if one.ended or one.waiting:
            continue
        if one.quarantined:
            what = thing("quarantine", terminal=one.terminal, why=one.state.value)
            yield ("quarantine", one.terminal), what
        silent = before.get(("silent", one.terminal))
        # The evening ends no silence: only a sign of life does.
        if one.seen and (
            is_silent(now, settings.holidays, one.seen) or _is_still_silent(one.seen, silent, now)
        ):
            at = one.seen.isoformat()
            what = thing("silent", terminal=one.terminal, counter=one.counter, at=at)
            yield ("silent", one.terminal), what
        least = ENOUGH_DISK if ("disk", one.terminal) in before else LOW_DISK
        if one.free is not None and one.free < least:
            yield ("disk", one.terminal), thing("disk", terminal=one.terminal, free=one.free)
        yield from _of_machine(one, before, now)


def _of_machine(
    terminal: KnownTerminal, before: Mapping[tuple[str, str], Spell], now: datetime
) -> Iterator[tuple[tuple[str, str], str]]:
    was_unset = ("machine", f"{terminal.terminal} clock") in before
    for need in machine_needs(terminal, now, was_unset=was_unset):
        yield ("machine", f"{terminal.terminal} {need.part}"), need.what


def _is_still_silent(seen: datetime, silent: Spell | None, now: datetime) -> bool:
    """A silence that begins later than now was written by a wrong clock."""
    return silent is not None and seen <= silent.since <= now


def _of_reports(fleet: Fleet) -> Iterator[tuple[tuple[str, str], str]]:
    """Day reports that wait for people: here, and at terminals."""
    for group in fleet.doubted:
        what = thing("parked", terminal=group.terminal, why=group.why)
        yield ("parked", f"{group.terminal} {group.why}"), what
    for terminal, report in fleet.held:
        what = thing("held", terminal=terminal, held=report.why, day=report.date.isoformat())
        yield ("parked", f"{terminal} held {report.date}"), what


def _sheets(settings: SiteSettings, now: datetime) -> Iterator[tuple[tuple[str, str], str]]:
    """The sheets that are ready: the week's from its first working day on, the month's from the
    first working day of the next."""
    local = now.astimezone()
    today = local.date()
    if local.time() < READY_FROM or not is_working_day(today, settings.holidays):
        return
    monday = today - timedelta(days=today.weekday())
    month = last_month(today).code
    yield ("weekly", str(monday)), thing("weekly", day=str(monday))
    for topic in ("monthly", "own"):
        yield (topic, month), thing(topic, period=month)
