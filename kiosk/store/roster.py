"""Officers as this terminal knows them: added here, or sent by central."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    delete,
    func,
    null,
    select,
    text,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from kiosk.domain.ownresult import OwnResult
from kiosk.domain.people import Officer, OfficerId, SectionId, name_key
from kiosk.domain.refusal import Refusal, excerpt
from kiosk.store.schema import officer_photos, officers, own_results
from kiosk.store.statements import prepared, upsert

_PUT = upsert(officers)
_RETIRE_BEFORE_ROSTER = prepared(
    text(
        "UPDATE officers SET retired = 1 WHERE origin = 'central' "
        "OR id IN (SELECT value FROM json_each(:ids)) "
        "OR number IN (SELECT value FROM json_each(:numbers))"
    )
)
"""Whom central has sent before, and who stands in the way of whom it sends."""
_PUT_PHOTO = upsert(officer_photos)
_DROP_PHOTO = prepared(delete(officer_photos).where(officer_photos.c.officer == bindparam("whose")))
_DROP_RESULTS = prepared(delete(own_results))
_PUT_RESULT = prepared(insert(own_results))
_FORGET_RESULTS = prepared(
    delete(own_results).where(
        own_results.c.officer.not_in(select(officers.c.id).where(officers.c.retired == 0))
    )
)
"""Of those who have left the roster."""
_WITH_PHOTO = select(officers, officer_photos.c.photo).outerjoin(
    officer_photos, officer_photos.c.officer == officers.c.id
)
_WITHOUT = select(officers, null().label("photo"))
_OWN = prepared(_WITHOUT.where(officers.c.retired == 0, officers.c.origin == "local"))

_DAYS_OF_RESULT = ("first_day", "last_day")


class NumberTaken(Refusal):
    """Another active officer has this number."""


class UnknownOfficer(Refusal):
    """No officer has this number."""


class Roster:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def active(self) -> tuple[Officer, ...]:
        """Who can sign on, by number."""
        return self._list(officers.c.retired == 0)

    def count_active(self) -> int:
        query = select(func.count()).select_from(officers).where(officers.c.retired == 0)
        return self._connection.scalar(query) or 0

    def everyone(self, *, photos: bool = True) -> tuple[Officer, ...]:
        return self._list(photos=photos)

    def by_id(self, id: OfficerId) -> Officer | None:
        return next(iter(self._list(officers.c.id == id)), None)

    def by_number(self, number: str) -> Officer:
        """The active officer with this number; UnknownOfficer when there is none."""
        officer = self._active_with(number)
        if officer is None:
            raise UnknownOfficer("no_such_officer", number=excerpt(number))
        return officer

    def add(self, officer: Officer, origin: str = "local") -> None:
        """Add an officer, or change one with the same id; NumberTaken names whose number it is."""
        owner = None if officer.retired else self._active_with(officer.number)
        if owner is not None and owner.id != officer.id:
            raise NumberTaken("number_taken", number=officer.number, officer=owner.name)
        self._put([officer], origin)

    def retire(self, id: OfficerId) -> None:
        self._retire_all([id])

    def change(self, officers: Sequence[Officer]) -> None:
        """Write officers of this terminal's own. Numbers may pass from one of them to another."""
        self._retire_all(officer.id for officer in officers)
        self._put(officers, "local")

    def from_central(self) -> frozenset[OfficerId]:
        """Whom central has sent, the retired too."""
        query = select(officers.c.id).where(officers.c.origin == "central")
        return frozenset(map(OfficerId, self._connection.scalars(query)))

    def apply(self, sent: Iterable[Officer]) -> tuple[tuple[OfficerId, OfficerId], ...]:
        """Make central's officers what central says; those added here stay.

        An officer added here who has the number of one that central sends is retired; all
        ratings stay under the id that they came to. Where the name is the same too, it is the same
        person: these come back, each with the id of before and central's.
        """
        sent = tuple(sent)
        own = _officers(self._connection.execute(_OWN))
        own_by_words = {(officer.number, name_key(officer.name)): officer.id for officer in own}
        whom = {
            "ids": json.dumps([officer.id for officer in sent]),
            "numbers": json.dumps([officer.number for officer in sent]),
        }
        self._connection.execute(_RETIRE_BEFORE_ROSTER, whom)
        self._put(sent, "central")
        self._connection.execute(_FORGET_RESULTS)
        if not own:
            return ()
        pairs = []
        for officer in sent:
            before = own_by_words.get((officer.number, name_key(officer.name)))
            if before is not None and before != officer.id:
                pairs.append((before, officer.id))
        return tuple(pairs)

    def _retire_all(self, ids: Iterable[OfficerId]) -> None:
        leaving = update(officers).where(officers.c.id.in_(tuple(ids)))
        self._connection.execute(leaving.values(retired=1))
        self._connection.execute(_FORGET_RESULTS)

    def _put(self, people: Sequence[Officer], origin: str) -> None:
        """Write these in one go. A photo stays where none is given."""
        rows = [
            {
                "id": officer.id,
                "number": officer.number,
                "name": officer.name,
                "position": officer.position,
                "section": officer.section,
                "retired": int(officer.retired),
                "origin": origin,
            }
            for officer in people
        ]
        if rows:
            self._connection.execute(_PUT, rows)
        for officer in people:
            if officer.photo:
                self.put_photo(officer.id, officer.photo)

    def photos_from_central(self) -> dict[Officer, str]:
        """The active officers whom central sends, each with the SHA-256 of the photo, in hex, or
        "" without one."""
        sent = self._list(officers.c.retired == 0, officers.c.origin == "central", photos=False)
        query = select(officer_photos.c.officer, officer_photos.c.digest)
        digests = {row.officer: row.digest for row in self._connection.execute(query)}
        return {officer: digests.get(officer.id, "") for officer in sent}

    def put_photo(self, id: OfficerId, photo: bytes | None, digest: str = "") -> None:
        """None takes it away. `digest`: the photo's SHA-256 in hex, where somebody computed it
        before the lock was taken."""
        if not photo:
            self._connection.execute(_DROP_PHOTO, {"whose": id})
            return
        digest = digest or hashlib.sha256(photo).hexdigest()
        self._connection.execute(_PUT_PHOTO, {"officer": id, "digest": digest, "photo": photo})

    def own_result(self, id: OfficerId) -> OwnResult | None:
        """What central published of this officer's last closed round; None: it sent nothing."""
        query = select(own_results.c.figures).where(own_results.c.officer == id)
        figures = self._connection.scalar(query)
        if figures is None:
            return None
        fields = json.loads(figures)
        days = {day: date.fromisoformat(fields[day]) for day in _DAYS_OF_RESULT}
        return OwnResult(**{**fields, **days})

    def put_own_results(self, results: Mapping[OfficerId, OwnResult]) -> None:
        """Only those of the ones on the roster are kept, and none from before."""
        rows = [
            {
                "officer": officer,
                "figures": json.dumps(result._asdict(), default=date.isoformat, sort_keys=True),
            }
            for officer, result in results.items()
        ]
        self._connection.execute(_DROP_RESULTS)
        if rows:
            self._connection.execute(_PUT_RESULT, rows)
        self._connection.execute(_FORGET_RESULTS)

    def _active_with(self, number: str) -> Officer | None:
        matching = self._list(officers.c.number == number, officers.c.retired == 0)
        return matching[0] if matching else None

    def _list(self, *where: ColumnElement[bool], photos: bool = True) -> tuple[Officer, ...]:
        """`photos`: whether they are read as well."""
        query = (_WITH_PHOTO if photos else _WITHOUT).where(*where).order_by(officers.c.number)
        return _officers(self._connection.execute(query))


def _officers(rows: Iterable[Row[Any]]) -> tuple[Officer, ...]:
    return tuple(
        Officer(
            id=OfficerId(row.id),
            number=row.number,
            name=row.name,
            position=row.position,
            section=SectionId(row.section),
            retired=bool(row.retired),
            photo=row.photo,
        )
        for row in rows
    )
