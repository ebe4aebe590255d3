"""Closes a business day: ratings -> tally -> day report -> outbox.

A day report is a pure function of what the day holds, so closing again changes nothing; when more
came in since (ratings in the grace after closing), the whole day goes out as the next revision.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter

from msgspec.structs import replace

from kiosk.clock import Clock
from kiosk.domain.businessday import business_date, half_day
from kiosk.domain.duty import Moment
from kiosk.domain.people import NO_OFFICER, OfficerId
from kiosk.domain.scale import FaceOrder
from kiosk.domain.seal import Seal
from kiosk.store.engine import Snapshot, Store
from kiosk.store.journal import Kind, Power
from kiosk.store.outbox import Delivery, Parcel
from kiosk.store.ratings import Sheet
from kiosk.store.state import Enrolment
from kiosk.store.witnessed import Shown
from sync.absence import Before, Hours, absences, unattended
from sync.messages import SIGN_ONS, DayReport, GapCount, HeldWhy, SheetSeal
from sync.messages.values import MAX_COUNT
from sync.parking import central_day, send_again
from sync.protocol import digest
from sync.witness import MOST_TRIES, compare_shown, counts_of, finish, shown_sheets, unshown

_UP_OR_DOWN = (
    (Kind.STARTED, Kind.STOPPED),
    (Kind.PANEL_UP, Kind.PANEL_DOWN),
    (Kind.QUEUE_UP, Kind.QUEUE_DOWN),
)
_GAPS = (
    Kind.STARTED,
    Kind.DUTY_PAUSED,
    Kind.PANEL_DOWN,
    Kind.QUEUE_DOWN,
    Kind.BUTTON_STUCK,
    Kind.STORE_REOPENED,
    Kind.RESTORED,
    Kind.CLOCK_JUMPED,
    Kind.PIN_LOCKED,
)


RECENT = timedelta(days=7)
"""Days so young are always closed again: a corrected clock may still move an event into them."""
MOST_DARK_DAYS = 60
"""As far back as days without a sheet are reported."""


class NotEnrolled(Exception):
    """A day report needs to say which terminal of which site it is."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A day that was closed. `fresh` is false when it was, with the same content, before."""

    day: date
    revision: int
    n: int
    fresh: bool


def is_over(store: Store, clock: Clock, hours: Hours, grace: float) -> bool:
    """Whether today can be closed: after closing time and the seconds of `grace` in which the last
    officer is still rated, with nobody on duty. A day that goes on has two reports, and who has
    both knows what came between them."""
    with store.read() as snapshot:
        on_duty = snapshot.state.duty()
    now = clock.now().wall
    still_served = on_duty is not None and on_duty.day == business_date(now)
    until = datetime.combine(now.date(), hours.closes, now.tzinfo) + timedelta(seconds=grace)
    return now >= until and not still_served


def close_days(
    store: Store,
    clock: Clock,
    *,
    today: bool,
    hours: Hours = Hours(),  # noqa: B008  (a value)
    central: date | None = None,
) -> tuple[Closed, ...]:
    """Close every business date that may have something new; today's only when `today`.

    `central`: which day it is by central's clock; no later one is closed. None where central was
    not asked: a day on which nothing happened here is then closed only if central has since said
    that it is over. The clock of this machine alone may be a year ahead.
    NotEnrolled when the terminal belongs to no site yet: everything stays, to be closed later.
    """
    now = clock.now()
    this_day = business_date(now.wall)
    until = this_day if today else this_day - timedelta(days=1)
    store.forget_order((this_day, half_day(now.wall)))
    with store.read() as snapshot:
        enrolment = snapshot.state.enrolment()
        believed = central or central_day(now, snapshot.state.last_exchange().central_clock)
        # Where this machine is ahead, central's own day goes on.
        over = believed if this_day <= believed else believed - timedelta(days=1)
        until = min(until, over) if central else until
        days = _days(snapshot, until, min(until, over), hours)
        if enrolment is not None:
            settled = _settled(snapshot, enrolment, this_day - RECENT)
            days = [day for day in days if day not in settled]
    if enrolment is None:
        raise NotEnrolled("this terminal is not enrolled with a central report yet")
    closed = [_close(store, day, enrolment, hours, now) for day in days]
    store.checkpoint()
    return tuple(closed)


def compare_reports(store: Store) -> str | None:
    """What is wrong with the first day report that its own sheets or the journal contradict; None:
    nothing.

    A sheet may have grown since it was reported, never shrunk, and at the same size it must be
    the same. The orders of the faces are those that the journal had when the day was closed: no
    step binds them, but central has seen the journal's head.
    """
    with store.read() as snapshot:
        powers, closings = snapshot.journal.powers(), snapshot.journal.closings()
        for parcel in snapshot.outbox.everything():
            if contradiction := _contradiction(snapshot, parcel):
                return contradiction
            closed = closings.get((parcel.day, parcel.revision), MAX_COUNT)
            if DayReport.parse(parcel.body).orders != _orders_when(powers, parcel.day, closed):
                revision = f"day report {parcel.revision} of {parcel.day}"
                return f"{revision}: the journal has other orders of the faces"
        return compare_shown(snapshot)


def _contradiction(snapshot: Snapshot, parcel: Parcel) -> str | None:
    """How the sheets of a day contradict one of its reports."""
    report = DayReport.parse(parcel.body)
    sheets: dict[str, Sheet] = {s.officer: s for s in snapshot.ratings.sheets(parcel.day)}
    is_newest = snapshot.outbox.newest(parcel.day) == parcel
    for reported in report.sheets:
        name = f"sheet of {reported.officer or 'nobody'} on {parcel.day}"
        none_yet = Sheet(day=parcel.day, officer=OfficerId(reported.officer))
        sheet = sheets.get(reported.officer, none_yet)
        if sheet.n < reported.n:
            return f"{name}: has fewer ratings than day report {parcel.revision} says"
        if is_newest and sheet.n == reported.n and not _grown(sheet, reported, report):
            return f"{name}: differs from day report {parcel.revision}"
    return None


def _grown(sheet: Sheet, reported: SheetSeal, report: DayReport) -> bool:
    """Whether the sheet is as reported, or has outcomes and reasons that came later."""
    return sheet.seal.digest == reported.seal or sheet.seal.entries > _entries(report, reported)


def _entries(report: DayReport, reported: SheetSeal) -> int:
    outcomes = sum(x.n for x in report.outcomes if x.officer == reported.officer)
    reasons = sum(x.n for x in report.reasons if x.officer == reported.officer)
    return reported.n + outcomes + reasons


def _close(store: Store, day: date, enrolment: Enrolment, hours: Hours, now: Moment) -> Closed:
    """Report the day as it is in one state of the file. A press that comes while the report is
    counted waits for nothing, and goes out with the next revision."""
    newest, report, entry = _finished(store, day, enrolment, hours, now)
    n = sum(sheet.n for sheet in report.sheets)
    if newest is not None:
        if _says_the_same(report, newest):
            came = newest.state is Delivery.PARKED and newest.why == HeldWhy.AHEAD
            if came:
                send_again(store, now, day, newest.revision)
            return Closed(day=day, revision=newest.revision, n=n, fresh=came)
        report = replace(report, revision=newest.revision + 1)
    body = report.to_bytes()
    parcel = Parcel(
        day=day, revision=report.revision, digest=digest(body), body=body, state=Delivery.DUE
    )
    detail = {"day": day.isoformat(), "revision": str(report.revision)}
    with store.transaction() as t:
        if t.outbox.newest(day) != newest:
            # Another process closed this day meanwhile; its report is as good.
            return Closed(day=day, revision=report.revision, n=n, fresh=False)
        # The orders of the faces follow from its starts and stops.
        started_meanwhile = t.journal.has_since(entry, Kind.STARTED, Kind.STOPPED)
        if not started_meanwhile:
            t.outbox.add(parcel)
            t.journal.append(now, Kind.DAY_CLOSED, detail)
    if started_meanwhile:
        return _close(store, day, enrolment, hours, now)
    return Closed(day=day, revision=report.revision, n=n, fresh=True)


def _says_the_same(report: DayReport, newest: Parcel) -> bool:
    """Whether a day has been reported as it is. What central has from an earlier generation of this
    terminal is not sent a second time under the new id; what it has not, is."""
    if digest(report.to_bytes()) == newest.digest:
        return True
    before = DayReport.parse(newest.body)
    same = replace(report, site=before.site, terminal=before.terminal)
    return newest.state is Delivery.RECEIPTED and same == before


def _finished(
    store: Store, day: date, enrolment: Enrolment, hours: Hours, now: Moment
) -> tuple[Parcel | None, DayReport, int]:
    """The newest report of a day, and one of how it is now, with the journal's newest entry at that
    moment; once everything in it was committed to, if central was shown any of it. Should a press
    come while that is computed: again."""
    for _ in range(MOST_TRIES):
        finish(store, enrolment, day)
        with store.read() as snapshot:
            newest = snapshot.outbox.newest(day)
            entry, _ = snapshot.journal.head()
            revision = newest.revision if newest else 1
            report = _report(snapshot, day, enrolment, revision, hours, now.wall)
            if not unshown(snapshot, day):
                break
    return newest, report, entry


def _report(
    snapshot: Snapshot,
    day: date,
    enrolment: Enrolment,
    revision: int,
    hours: Hours,
    now: datetime,
) -> DayReport:
    counts = counts_of(snapshot, day)
    gaps = _gaps(snapshot, day, hours, now)
    return DayReport(
        site=enrolment.site,
        terminal=enrolment.terminal,
        date=day,
        revision=revision,
        lines=counts.lines,
        outcomes=counts.outcomes,
        reasons=counts.reasons,
        sheets=_sheets(snapshot, day),
        gaps=tuple(
            GapCount(officer=officer, kind=kind, n=n) for (officer, kind), n in sorted(gaps.items())
        ),
        orders=_orders(snapshot, day),
    )


def _orders(snapshot: Snapshot, day: date) -> tuple[FaceOrder, ...]:
    """In which orders the faces stood on a day: settings are read when the terminal starts."""
    [power] = snapshot.journal.last_before(day, _UP_OR_DOWN[:1])
    orders = snapshot.journal.face_orders(day, with_before=power is Kind.STARTED)
    return tuple(order for order in FaceOrder if order in orders)


def _orders_when(powers: Sequence[Power], day: date, closed: int) -> tuple[FaceOrder, ...]:
    """The same as far as the journal's entry `closed` says. The newest first: those of long ago
    are not looked at again for each day."""
    orders = set()
    for power in reversed(powers[: bisect_left(powers, closed, key=attrgetter("seq"))]):
        if power.day == day and power.running:
            orders.add(power.order)
        elif power.day < day:
            if power.running:
                orders.add(power.order)
            break
    return tuple(order for order in FaceOrder if order in orders)


def _sheets(snapshot: Snapshot, day: date) -> tuple[SheetSeal, ...]:
    """Every sheet of the day, and every one that central was shown, with what opens it."""
    witnessed = shown_sheets(snapshot, day)
    sheets = {str(sheet.officer): sheet for sheet in snapshot.ratings.sheets(day)}
    for officer in witnessed.keys() - sheets.keys():
        sheets[officer] = Sheet(day=day, officer=OfficerId(officer))
    return tuple(_seal(sheet, witnessed.get(officer)) for officer, sheet in sorted(sheets.items()))


def _seal(sheet: Sheet, shown: Shown | None) -> SheetSeal:
    return SheetSeal(
        officer=sheet.officer,
        n=sheet.n,
        seal=sheet.seal.digest,
        steps=shown.steps if shown else 0,
        opening=shown.opening.hex() if shown else "",
    )


def _gaps(snapshot: Snapshot, day: date, hours: Hours, now: datetime) -> Counter[tuple[str, str]]:
    """How often, and for how many minutes, the terminal was not listening; by officer, where that
    is known."""
    happened = snapshot.journal.of_day(day)
    times = Counter(what.kind.value for what in happened if what.kind in _GAPS)
    power, panel, queue = snapshot.journal.last_before(day, _UP_OR_DOWN)
    before = Before(power is Kind.STARTED, panel is Kind.PANEL_DOWN, queue is Kind.QUEUE_DOWN)
    of_nobody = times + absences(day, happened, hours, now, before)
    gaps = Counter({(str(NO_OFFICER), kind): n for kind, n in of_nobody.items()})
    sign_ons = Counter(
        (what.officer, SIGN_ONS) for what in happened if what.kind is Kind.DUTY_BEGAN
    )
    return gaps + sign_ons + unattended(day, happened, hours, now, before)


def _settled(snapshot: Snapshot, enrolment: Enrolment, before: date) -> set[date]:
    """Days before a date whose newest report has every sheet as it is now: closing one of them
    again would say the same, however many years there are. Not those that never went out under an
    earlier id, or that had not come yet."""
    newest = {p.day: p for p in snapshot.outbox.everything() if p.day < before}
    sheets = snapshot.ratings.all_sheets()
    settled = set()
    for day, parcel in newest.items():
        current = {(str(s.officer), s.seal.digest) for s in sheets.get(day, ())}
        report = DayReport.parse(parcel.body)
        if not _stands(parcel, report, enrolment):
            continue
        reported = {(s.officer, s.seal) for s in report.sheets}
        # One without an entry is reported where central was shown it.
        if current == {(officer, seal) for officer, seal in reported if seal != Seal().digest}:
            settled.add(day)
    return settled


def _stands(parcel: Parcel, report: DayReport, enrolment: Enrolment) -> bool:
    """Whether a report is not to be made anew: it arrived, or can still go as it is."""
    if parcel.state is Delivery.RECEIPTED:
        return True
    mine = (report.site, report.terminal) == (enrolment.site, enrolment.terminal)
    return mine and parcel.why != HeldWhy.AHEAD


def _days(snapshot: Snapshot, until: date, dark_until: date, hours: Hours) -> list[date]:
    """The days to report up to and with `until`: those with a sheet, those reported before (a
    holiday may be made known late), and up to `dark_until` every working day since the terminal was
    first run, so that one on which it stayed dark is reported as well."""
    days = {day for day in snapshot.ratings.days() if day <= until}
    days |= {day for day in snapshot.outbox.days() if day <= until}
    days |= {sheet.day for sheet in snapshot.witnessed.sheets() if sheet.day <= until}
    first = snapshot.journal.first_start()
    if first is None:
        return sorted(days)
    some_weeks = timedelta(days=MOST_DARK_DAYS)
    happened = snapshot.journal.days(max(first, until - some_weeks), until)
    days |= {day for day in happened if hours.open_on(day)}
    for back in range(min((dark_until - first).days + 1, MOST_DARK_DAYS)):
        day = dark_until - timedelta(days=back)
        if hours.open_on(day):
            days.add(day)
    return sorted(days)
