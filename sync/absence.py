"""How long a terminal could not listen on a business day, in whole minutes of the opening hours.

Pure: from the journal's entries to counts that travel in the day report. Knows no store, no clock.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kiosk.domain.people import NO_OFFICER
from kiosk.store.journal import Happening, Kind

SATURDAY = 5
BEFORE_CLOSING = timedelta(minutes=30)
"""A pause that begins within this of closing time, and is not ended, is counted apart."""

DARK, NO_PANEL, LATE_PAUSE = "dark-minutes", "panel-down-minutes", "pause-before-closing"
NO_QUEUE, NO_STORE = "queue-down-minutes", "out-of-service-minutes"

PAUSED, NOBODY, COVERED = "paused-minutes", "no-duty-minutes", "covered-minutes"
"""Minutes of a pause, without anybody on duty, and with a page for staff over the faces."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When the office is open: from Monday to Friday but on `holidays`."""

    opens: time = time(8, 0)
    closes: time = time(16, 30)
    holidays: frozenset[date] = frozenset()

    def open_on(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in self.holidays


@dataclass(frozen=True, slots=True)
class Before:
    """How the terminal was when the day began."""

    running: bool = False
    panel_down: bool = False
    queue_down: bool = False


def absences(
    day: date, happened: Sequence[Happening], hours: Hours, now: datetime, before: Before
) -> Counter[str]:
    """Minutes dark, without panel, without the ticket machine's line, and out of service between
    opening and closing (or `now`), and late pauses; nothing on a day on which the office is closed,
    whoever works there.

    A program that died without a word was dark from its last entry on. A line that is down stays
    down through a restart and a night, until it is up.
    """
    if not hours.open_on(day):
        return Counter()
    zone = now.tzinfo
    opens = datetime.combine(day, hours.opens, zone)
    closes = min(datetime.combine(day, hours.closes, zone), now)
    dark = timedelta()
    dark_since = None if before.running else opens
    last = opens
    for at, kind, _ in happened:
        if kind is Kind.STARTED:
            dark += _within(dark_since or last, at, opens, closes)
            dark_since = None
        elif kind is Kind.STOPPED:
            dark_since = at
        last = at
    if dark_since is not None:
        dark += _within(dark_since, closes, opens, closes)
    panel = _down(happened, (Kind.PANEL_DOWN, Kind.PANEL_UP), before.panel_down, opens, closes)
    queue = _down(happened, (Kind.QUEUE_DOWN, Kind.QUEUE_UP), before.queue_down, opens, closes)
    store = _down(happened, (Kind.OUT_OF_SERVICE, Kind.STORE_REOPENED), False, opens, closes)
    closing = datetime.combine(day, hours.closes, zone)
    late_pauses = _late_pauses(happened, closing) if now >= closing else 0
    counts = {
        DARK: _minutes(dark),
        NO_PANEL: _minutes(panel),
        NO_QUEUE: _minutes(queue),
        NO_STORE: _minutes(store),
        LATE_PAUSE: late_pauses,
    }
    return +Counter(counts)


def unattended(
    day: date, happened: Sequence[Happening], hours: Hours, now: datetime, before: Before
) -> Counter[tuple[str, str]]:
    """Minutes of the opening hours in which a running terminal asked nobody: by officer (""
    where none was on duty) and PAUSED, NOBODY or COVERED. A duty lasts no longer than its day, so
    each day begins with nobody on duty."""
    if not hours.open_on(day):
        return Counter()
    opens = datetime.combine(day, hours.opens, now.tzinfo)
    closes = min(datetime.combine(day, hours.closes, now.tzinfo), now)
    shift, since = _Shift(running=before.running), opens
    spans: dict[tuple[str, str], timedelta] = defaultdict(timedelta)
    for what in happened:
        died = what.kind is Kind.STARTED and shift.running
        for kind in () if died else shift.kinds():
            spans[shift.officer, kind] += _within(since, what.at, opens, closes)
        shift.take(what)
        since = what.at
    for kind in shift.kinds():
        spans[shift.officer, kind] += _within(since, closes, opens, closes)
    return +Counter({key: _minutes(span) for key, span in spans.items()})


@dataclass(slots=True)
class _Shift:
    """Who was at the counter, as the journal goes on."""

    running: bool
    officer: str = NO_OFFICER
    paused: bool = False
    covered: bool = False

    def kinds(self) -> tuple[str, ...]:
        """What the minutes until the next entry are counted as."""
        if not self.running:
            return ()
        if not self.officer:
            return (NOBODY,)
        if self.paused:
            return (PAUSED,)
        return (COVERED,) if self.covered else ()

    def take(self, what: Happening) -> None:
        match what.kind:
            case Kind.STARTED | Kind.STOPPED:
                self.running, self.covered = what.kind is Kind.STARTED, False
            case Kind.DUTY_BEGAN | Kind.DUTY_RESUMED:
                self.officer, self.paused = what.officer, False
            case Kind.DUTY_PAUSED:
                self.officer, self.paused = what.officer, True
            case Kind.DUTY_ENDED:
                self.officer, self.paused = NO_OFFICER, False
            case Kind.FACES_COVERED | Kind.FACES_FREE:
                self.covered = what.kind is Kind.FACES_COVERED


def _down(
    happened: Sequence[Happening],
    kinds: tuple[Kind, Kind],
    before: bool,
    opens: datetime,
    closes: datetime,
) -> timedelta:
    """How long a line was down: `kinds` are what says that it is down, and up again."""
    down, up = kinds
    total, since = timedelta(), opens if before else None
    for at, kind, _ in happened:
        if kind is down:
            since = since or at
        elif kind is up and since is not None:
            total += _within(since, at, opens, closes)
            since = None
    return total + (_within(since, closes, opens, closes) if since is not None else timedelta())


def _late_pauses(happened: Sequence[Happening], closes: datetime) -> int:
    paused: datetime | None = None
    for at, kind, _ in happened:
        if kind is Kind.DUTY_PAUSED:
            paused = at
        elif kind in (Kind.DUTY_RESUMED, Kind.DUTY_BEGAN):
            paused = None
    return int(paused is not None and closes - BEFORE_CLOSING <= paused < closes)


def _within(since: datetime, until: datetime, opens: datetime, closes: datetime) -> timedelta:
    return max(timedelta(), min(until, closes) - max(since, opens))


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
