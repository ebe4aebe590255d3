"""The roster: officers, and their photos."""

from dataclasses import dataclass, replace
from datetime import datetime

from kiosk.domain.people import Officer
from sync.central.logbook import told
from sync.central.store.engine import Transaction
from sync.central.store.people import NumberTaken
from sync.central.usecases.audit import write_change
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import close_due
from sync.central.usecases.two_people import count_now_known
from sync.central.viewer import NotYours, Right, Viewer

__all__ = [
    "NoSuchOfficer",
    "NumberTaken",
    "RosterPage",
    "all_officers",
    "find_officer",
    "import_officers",
    "read_photo",
    "read_roster_page",
    "remove_photo",
    "renew_officers",
    "retire_officer",
    "save_photo",
    "set_retired",
]


class NoSuchOfficer(LookupError):
    """No officer of the roster has this id."""


@dataclass(frozen=True, slots=True)
class RosterPage:
    officers: tuple[Officer, ...]
    pictured: frozenset[str]
    """The officers who have a photo."""


def all_officers(central: Central) -> tuple[Officer, ...]:
    with central.store.read(central.site) as t:
        return t.people.everyone()


def read_roster_page(central: Central) -> RosterPage:
    with central.store.read(central.site) as t:
        return RosterPage(officers=t.people.everyone(), pictured=t.photos.owners())


def import_officers(
    central: Central, officers: tuple[Officer, ...], by: str = "", now: datetime | None = None
) -> None:
    """Add or renew officers: all or none. NumberTaken names the first clash. `by`, `now`: for the
    log."""
    with central.store.transaction(central.site) as t:
        moves = _put(t, officers, now)
        if now is not None:
            for what in (*moves, told("roster", n=len(officers))):
                t.logs.change(by, what, now)


def renew_officers(
    central: Central, viewer: Viewer, officers: tuple[Officer, ...], now: datetime
) -> None:
    """Add or renew officers as `import_officers` does, and log who did."""
    with central.store.transaction(central.site) as t:
        for what in (*_put(t, officers, now), told("roster", n=len(officers))):
            write_change(t, viewer, what, now)


def set_retired(
    central: Central, viewer: Viewer, officer_id: str, now: datetime, *, retired: bool
) -> None:
    """Retire an officer, or bring one back. NoSuchOfficer; NumberTaken."""
    with central.store.transaction(central.site) as t:
        officer = _officer(t, officer_id)
        _put(t, (replace(officer, retired=retired),), now)
        deed = "officer_retired" if retired else "officer_returned"
        write_change(t, viewer, told(deed, number=officer.number), now)


def retire_officer(
    central: Central, number: str, by: str = "", now: datetime | None = None
) -> bool:
    """Retire the active officer with this number, whose PIN ends; whether there was one. `by`,
    `now`: for the log."""
    with central.store.transaction(central.site) as t:
        t.pins.withdraw(str(o.id) for o in t.people.active() if o.number == number)
        retired = t.people.retire(number)
        if retired and now is not None:
            t.logs.change(by, told("officer_retired", number=number), now)
    return retired


def save_photo(
    central: Central, viewer: Viewer, officer_id: str, jpeg: bytes, now: datetime
) -> None:
    """Keep an officer's photo in place of any other. NoSuchOfficer."""
    with central.store.transaction(central.site) as t:
        officer = _officer(t, officer_id)
        t.photos.put(officer_id, jpeg)
        write_change(t, viewer, told("photo", number=officer.number), now)


def remove_photo(central: Central, viewer: Viewer, officer_id: str, now: datetime) -> None:
    """NoSuchOfficer."""
    with central.store.transaction(central.site) as t:
        officer = _officer(t, officer_id)
        t.photos.remove(officer_id)
        write_change(t, viewer, told("photo_removed", number=officer.number), now)


def read_photo(central: Central, viewer: Viewer, officer_id: str) -> bytes | None:
    """An officer's photo, None without one. For who may read that officer, and who keeps the
    roster; NotYours for anybody else, so that nobody learns who exists."""
    with central.store.read(central.site) as t:
        officer = next((o for o in t.people.everyone() if o.id == officer_id), None)
        sections = {str(officer.section) if officer else "", *t.blocks.sections_of(officer_id)}
        keeps_roster = viewer.has(central.site, Right.RUN)
        if not keeps_roster and not viewer.may_read_officer(central.site, officer_id, sections):
            raise NotYours(Right.OFFICER)
        return t.photos.of(officer_id)


def find_officer(central: Central, officer_id: str) -> Officer:
    """NoSuchOfficer."""
    with central.store.read(central.site) as t:
        return _officer(t, officer_id)


def _officer(t: Transaction, officer_id: str) -> Officer:
    officer = next((o for o in t.people.everyone() if o.id == officer_id), None)
    if officer is None:
        raise NoSuchOfficer(officer_id)
    return officer


def _put(t: Transaction, officers: tuple[Officer, ...], now: datetime | None) -> list[str]:
    """Add or renew officers; what the log says of those who move to another section. What could
    be closed by now closes before they move: it is a result of the section that they leave."""
    t.people.lock_site()
    before = {officer.id: officer for officer in t.people.everyone()}
    moves = []
    for officer in officers:
        former = before.get(officer.id, officer)
        if former.section != officer.section:
            number, section = officer.number, officer.section
            moves.append(told("officer_moved", number=number, left=former.section, section=section))
    if moves and now is not None:
        close_due(t, now.astimezone().date())
    t.people.put(officers)
    count_now_known(t)
    t.pins.withdraw(str(officer.id) for officer in officers if officer.retired)
    return moves
