"""Day reports that can't go: each is parked by name, with the reason, and everything else goes on.

The journal says so, `kiosk outbox` shows and settles them, and central learns of it.
"""

from collections.abc import Callable
from datetime import date, datetime

from kiosk.domain.businessday import business_date
from kiosk.domain.duty import Moment
from kiosk.store.engine import Snapshot, Store
from kiosk.store.journal import Kind
from kiosk.store.outbox import Delivery, Parcel
from kiosk.store.state import Enrolment
from sync.messages import DayReport, HeldReport, HeldWhy, Outbox
from sync.messages.outbox import MOST_HELD

LONGEST_WORDS = 300
"""Characters of a reason."""

Progress = Callable[[str], None]


class NoSuchReport(LookupError):
    """The outbox has no such report, or it can't be settled so; one line."""


def central_day(now: Moment, central_clock: int) -> date:
    """Which day it is by central's clock, where this machine's clock shows `now`."""
    return business_date(datetime.fromtimestamp(central_clock, now.wall.tzinfo))


def park(store: Store, now: Moment, parcel: Parcel, why: HeldWhy, words: str) -> str:
    """Hold a report back from now on; the line that says so."""
    with store.transaction() as t:
        t.outbox.set_aside(parcel, Delivery.PARKED, why.value, words[:LONGEST_WORDS])
        t.journal.append(now, Kind.DAY_PARKED, _detail(parcel, why=why.value))
    return f"{name_of(parcel)}: {said_of(why.value, words)}"


def park_what_can_not_go(
    store: Store, now: Moment, enrolment: Enrolment, today: date
) -> tuple[str, ...]:
    """Park the reports of days that have not come by central's clock (`today`), and those made
    under an earlier enrolment: their days are closed again under the id of now."""
    with store.read() as snapshot:
        due = snapshot.outbox.due()
    lines = []
    for parcel in due:
        if parcel.day > today:
            words = f"central's clock shows {today}"
            lines.append(park(store, now, parcel, HeldWhy.AHEAD, words))
        elif not is_of(parcel, enrolment):
            lines.append(park(store, now, parcel, HeldWhy.EARLIER, made_as(parcel)))
    return tuple(lines)


def send_again(store: Store, now: Moment, day: date, revision: int | None) -> Parcel:
    """A parked or dropped report goes with the next sync after all; NoSuchReport."""
    with store.transaction() as t:
        parcel = _settleable(t, day, revision, (Delivery.PARKED, Delivery.DROPPED))
        enrolment = t.state.enrolment()
        if enrolment is not None and not is_of(parcel, enrolment):
            raise NoSuchReport(f"{name_of(parcel)}: was made as {made_as(parcel)}; it can't go")
        t.outbox.reopen(parcel)
        t.journal.append(now, Kind.DAY_DUE_AGAIN, _detail(parcel))
    return parcel


def drop(store: Store, now: Moment, day: date, revision: int | None, reason: str) -> Parcel:
    """A report is not to be sent, for a person's reason. It stays in the file, and central learns
    of it; NoSuchReport."""
    with store.transaction() as t:
        parcel = _settleable(t, day, revision, (Delivery.PARKED,))
        t.outbox.set_aside(parcel, Delivery.DROPPED, HeldWhy.DROPPED, reason[:LONGEST_WORDS])
        t.journal.append(now, Kind.DAY_DROPPED, _detail(parcel, reason=reason))
    return parcel


def held_reports(snapshot: Snapshot) -> Outbox:
    """What central learns of it: everything parked that no later report replaces, and what was
    dropped."""
    parked = {(parcel.day, parcel.revision) for parcel in snapshot.outbox.parked()}
    reports = [
        HeldReport(
            date=parcel.day,
            revision=parcel.revision,
            why=HeldWhy(parcel.why),
            words=parcel.words,
        )
        for parcel in snapshot.outbox.aside()
        if parcel.state is Delivery.DROPPED or (parcel.day, parcel.revision) in parked
    ]
    return Outbox(tuple(reports[-MOST_HELD:]))


def is_of(parcel: Parcel, enrolment: Enrolment) -> bool:
    """Whether this generation of the terminal made it."""
    report = DayReport.parse(parcel.body)
    return (report.site, report.terminal) == (enrolment.site, enrolment.terminal)


def made_as(parcel: Parcel) -> str:
    report = DayReport.parse(parcel.body)
    return f"{report.site}/{report.terminal}"


def name_of(parcel: Parcel) -> str:
    return f"{parcel.day} revision {parcel.revision}"


def said_of(why: str, words: str) -> str:
    """Why a report is held back, for IT."""
    sentence = _SENTENCES.get(why, why)
    return f"{sentence}: {words}" if words else sentence


_SENTENCES: dict[str, str] = {
    HeldWhy.AHEAD: "this day has not come yet",
    HeldWhy.REFUSED: "central refuses it",
    HeldWhy.EARLIER: "made before this terminal was enrolled anew",
    HeldWhy.STALE: "central has a later report of this day",
    HeldWhy.CONFLICT: "central has another report of this day and revision",
    HeldWhy.DROPPED: "not to be sent",
}


def _settleable(
    snapshot: Snapshot, day: date, revision: int | None, states: tuple[Delivery, ...]
) -> Parcel:
    """The newest report of a day that is in one of these states; or the one of this revision."""
    matching = [
        parcel
        for parcel in snapshot.outbox.aside()
        if parcel.day == day and parcel.state in states and revision in (None, parcel.revision)
    ]
    if not matching:
        which = f" revision {revision}" if revision else ""
        raise NoSuchReport(f"{day}{which}: no such report is parked; see `kiosk outbox`")
    return matching[-1]


def _detail(parcel: Parcel, **more: str) -> dict[str, str]:
    return {"day": parcel.day.isoformat(), "revision": str(parcel.revision), **more}
