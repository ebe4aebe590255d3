"""The roster: officers, and their photos."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kiosk.domain.people import Officer, RosterEntry, name_key
from kiosk.domain.rosterplan import Answer, RosterPlan, plan
from kiosk.domain.thaiorder import thai_order
from kiosk.officerid import new_officer_id
from sync.central.logbook import told
from sync.central.store.engine import Transaction
from sync.central.store.people import NumberTaken
from sync.central.store.versions import EditedMeanwhile
from sync.central.usecases.audit import write_change
from sync.central.usecases.central import Central
from sync.central.usecases.publishing import close_due
from sync.central.usecases.two_people import count_now_known
from sync.central.viewer import NotYours, Right, Viewer

__all__ = [
    "EditedMeanwhile",
    "NoSuchOfficer",
    "NumberTaken",
    "RosterPage",
    "all_officers",
    "change_roster",
    "edit_officer",
    "edition",
    "find_officer",
    "officer_names",
    "officer_with",
    "preview_roster",
    "put_officers",
    "read_photo",
    "read_roster_page",
    "remove_photo",
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
    sections: tuple[str, ...]
    """Whose officers or results are there."""


def all_officers(central: Central) -> tuple[Officer, ...]:
    with central.store.read(central.site) as t:
        return t.people.everyone()


def read_roster_page(central: Central) -> RosterPage:
    with central.store.read(central.site) as t:
        officers = t.people.everyone()
        names = {str(officer.section) for officer in officers} | t.blocks.sections()
        return RosterPage(
            officers=officers,
            pictured=t.photos.owners(),
            sections=tuple(sorted(names - {""}, key=thai_order)),
        )


def preview_roster(
    central: Central, entries: Sequence[RosterEntry], answers: Mapping[str, Answer]
) -> RosterPlan:
    """What `change_roster` would do. BadPlan."""
    with central.store.read(central.site) as t:
        return plan(t.people.everyone(), entries, answers, new_officer_id)


def change_roster(
    central: Central,
    entries: Sequence[RosterEntry],
    answers: Mapping[str, Answer],
    by: str,
    now: datetime,
) -> RosterPlan:
    """Take entries onto the roster: all, or none where the plan has questions. `answers`: what
    somebody said, by number. `by`, `now`: for the log. BadPlan."""
    with central.store.transaction(central.site) as t:
        t.people.lock_site()
        change = plan(t.people.everyone(), entries, answers, new_officer_id)
        _carry_out(t, change, by, now)
    return change


def edit_officer(
    central: Central,
    entry: RosterEntry,
    answers: Mapping[str, Answer],
    base: str,
    by: str,
    now: datetime,
) -> RosterPlan:
    """Give the officer with the entry's id exactly these values. `base`: the `edition` that the
    form was filled from; EditedMeanwhile when it is another by now. NoSuchOfficer; BadPlan."""
    with central.store.transaction(central.site) as t:
        t.people.lock_site()
        officer = _officer(t, entry.id)
        if officer.retired or edition(officer) != base:
            raise EditedMeanwhile
        change = plan(t.people.everyone(), (entry,), answers, new_officer_id, whole=True)
        _carry_out(t, change, by, now)
    return change


def edition(officer: Officer) -> str:
    """Another one after each change of what the roster says of an officer."""
    fields = (officer.number, officer.name, officer.position, officer.section, officer.retired)
    return hashlib.sha256(repr(fields).encode()).hexdigest()[:16]


def put_officers(t: Transaction, officers: Iterable[Officer], now: datetime | None) -> list[str]:
    """Write officers under the ids that they have: all, or none with NumberTaken. What waited for
    one of them counts; who retires loses the PIN. Returns what the log says of those who move to
    another section. What could be closed by now closes before they move: it is a result of the
    section that they leave."""
    t.people.lock_site()
    officers = tuple(officers)
    before = {officer.id: officer for officer in t.people.everyone()}
    moves = []
    for officer in officers:
        former = before.get(officer.id, officer)
        if former.section != officer.section:
            number, section = officer.number, officer.section
            moves.append(told("officer_moved", number=number, left=former.section, section=section))
        if now is not None and name_key(former.name) != name_key(officer.name):
            t.people.put_former_name(officer.id, former.name, now)
    if moves and now is not None:
        close_due(t, now.astimezone().date())
    t.people.put(officers)
    count_now_known(t)
    t.pins.withdraw(str(officer.id) for officer in officers if officer.retired)
    return moves


def set_retired(
    central: Central, viewer: Viewer, officer_id: str, now: datetime, *, retired: bool
) -> None:
    """Retire an officer, or bring one back. NoSuchOfficer; NumberTaken."""
    with central.store.transaction(central.site) as t:
        officer = _officer(t, officer_id)
        put_officers(t, (replace(officer, retired=retired),), now)
        deed = "officer_retired" if retired else "officer_returned"
        write_change(t, viewer, told(deed, number=officer.number, officer=officer.name), now)


def retire_officer(
    central: Central, number: str, by: str = "", now: datetime | None = None
) -> bool:
    """Retire the active officer with this number, whose PIN ends; whether there was one. `by`,
    `now`: for the log."""
    with central.store.transaction(central.site) as t:
        officer = next((o for o in t.people.active() if o.number == number), None)
        if officer is None:
            return False
        put_officers(t, (replace(officer, retired=True),), now)
        if now is not None:
            what = told("officer_retired", number=number, officer=officer.name)
            t.logs.change(by, what, now)
    return True


def save_photo(
    central: Central, viewer: Viewer, officer_id: str, jpeg: bytes, now: datetime
) -> None:
    """Keep an officer's photo in place of any other. NoSuchOfficer."""
    with central.store.transaction(central.site) as t:
        officer = _officer(t, officer_id)
        t.photos.put(officer_id, jpeg)
        write_change(t, viewer, told("photo", number=officer.number, officer=officer.name), now)


def remove_photo(central: Central, viewer: Viewer, officer_id: str, now: datetime) -> None:
    """NoSuchOfficer."""
    with central.store.transaction(central.site) as t:
        officer = _officer(t, officer_id)
        t.photos.remove(officer_id)
        write_change(
            t, viewer, told("photo_removed", number=officer.number, officer=officer.name), now
        )


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


def officer_names(central: Central) -> dict[str, str]:
    """Number and name of everybody who is or was on the roster, by id."""
    return {str(one.id): f"{one.number} {one.name}" for one in all_officers(central)}


def officer_with(central: Central, number: str) -> Officer | None:
    """The active officer who has this number now."""
    with central.store.read(central.site) as t:
        return next((o for o in t.people.active() if o.number == number), None)


def find_officer(central: Central, officer_id: str) -> Officer:
    """NoSuchOfficer."""
    with central.store.read(central.site) as t:
        return _officer(t, officer_id)


def _officer(t: Transaction, officer_id: str) -> Officer:
    officer = next((o for o in t.people.everyone() if o.id == officer_id), None)
    if officer is None:
        raise NoSuchOfficer(officer_id)
    return officer


def _carry_out(t: Transaction, change: RosterPlan, by: str, now: datetime) -> None:
    """Write a plan without questions, and say in the log whose record went on under another name or
    number, and who came in whose place."""
    if change.questions or not change.officers:
        return
    moves = put_officers(t, change.officers, now)
    n = len(change.added) + len(change.changed) + len(change.returned)
    for what in (*moves, *_named_changes(change), told("roster", n=n)):
        t.logs.change(by, what, now)


def _named_changes(change: RosterPlan) -> Iterator[str]:
    newcomers = {officer.number: officer for officer in change.added}
    for officer in change.retired:
        newcomer = newcomers[officer.number]
        yield told(
            "officer_replaced", number=officer.number, before=officer.name, officer=newcomer.name
        )
    for one in change.returned:
        yield told("officer_returned", number=one.after.number, officer=one.after.name)
    for one in (*change.changed, *change.returned):
        if one.renamed:
            yield told(
                "officer_renamed",
                number=one.after.number,
                before=one.before.name,
                officer=one.after.name,
            )
        if one.renumbered:
            yield told(
                "officer_renumbered",
                officer=one.after.name,
                before=one.before.number,
                number=one.after.number,
            )
