"""Officers as this terminal knows them: added here, or sent by central."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert

from kiosk.domain.people import Officer, OfficerId, SectionId
from kiosk.domain.refusal import Refusal, excerpt
from kiosk.store.schema import officers


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

    def everyone(self) -> tuple[Officer, ...]:
        return self._list()

    def by_id(self, id: OfficerId) -> Officer | None:
        return next(iter(self._list(officers.c.id == id)), None)

    def by_number(self, number: str) -> Officer:
        """The active officer with this number; UnknownOfficer when there is none."""
        found = self._list(officers.c.number == number, officers.c.retired == 0)
        if not found:
            raise UnknownOfficer("no_such_officer", number=excerpt(number))
        return found[0]

    def add(self, officer: Officer, origin: str = "local") -> None:
        """Add an officer, or renew one with the same id; NumberTaken names whose number it is."""
        taken = self._list(officers.c.number == officer.number, officers.c.retired == 0)
        if not officer.retired and taken and taken[0].id != officer.id:
            raise NumberTaken("number_taken", number=officer.number, officer=taken[0].name)
        values = {
            "number": officer.number,
            "name": officer.name,
            "position": officer.position,
            "section": officer.section,
            "retired": int(officer.retired),
            "origin": origin,
        }
        if officer.photo is not None:
            values["photo"] = officer.photo
        self._connection.execute(
            insert(officers)
            .values(id=officer.id, **values)
            .on_conflict_do_update(index_elements=["id"], set_=values)
        )

    def retire(self, id: OfficerId) -> None:
        self._connection.execute(update(officers).where(officers.c.id == id).values(retired=1))

    def apply(self, sent: Iterable[Officer]) -> None:
        """Make central's officers what central says; those added here stay.

        An officer added here who has the number of one that central sends gives way: retired,
        with all ratings kept.
        """
        wanted = tuple(sent)
        ids = [officer.id for officer in wanted]
        numbers = [officer.number for officer in wanted]
        self._connection.execute(
            update(officers)
            .where(officers.c.origin == "central", officers.c.id.not_in(ids))
            .values(retired=1)
        )
        self._connection.execute(
            update(officers)
            .where(officers.c.number.in_(numbers) | officers.c.id.in_(ids))
            .values(retired=1)
        )
        for officer in wanted:
            self.add(officer, "central")

    def photos_from_central(self) -> dict[OfficerId, str]:
        """The active officers whom central sends, each with the SHA-256 of the photo, in hex, or
        "" without one."""
        found = self._list(officers.c.retired == 0, officers.c.origin == "central")
        return {o.id: hashlib.sha256(o.photo).hexdigest() if o.photo else "" for o in found}

    def put_photo(self, id: OfficerId, photo: bytes | None) -> None:
        self._connection.execute(update(officers).where(officers.c.id == id).values(photo=photo))

    def _list(self, *where: "object") -> tuple[Officer, ...]:
        query = select(officers).where(*where).order_by(officers.c.number)  # type: ignore[arg-type]
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
            for row in self._connection.execute(query)
        )
