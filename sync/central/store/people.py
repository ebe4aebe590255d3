"""The site and its officers."""

from collections.abc import Iterable

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kiosk.domain.people import Officer, OfficerId, SectionId
from sync.central.schema import officers, sites


class NumberTaken(ValueError):
    """Another active officer has this number."""


class People:
    def __init__(self, connection: Connection, site: str) -> None:
        self._connection, self._site = connection, site
        self._insert = (
            postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        )

    def put_site(self, name: str) -> None:
        statement = self._insert(sites).values(site=self._site, name=name)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["site"], set_={"name": name})
        )

    def site_name(self) -> str | None:
        return self._connection.scalar(select(sites.c.name).where(sites.c.site == self._site))

    def put(self, wanted: Iterable[Officer]) -> None:
        """Add officers, or renew those with the same id; NumberTaken names whose it is."""
        active = {officer.number: officer for officer in self.active()}
        for officer in wanted:
            taken = active.get(officer.number)
            if taken is not None and taken.id != officer.id:
                raise NumberTaken(f"number {officer.number} is {taken.name}'s already")
            values = {
                "number": officer.number,
                "name": officer.name,
                "position": officer.position,
                "section": officer.section,
                "retired": int(officer.retired),
            }
            statement = self._insert(officers).values(site=self._site, officer=officer.id, **values)
            self._connection.execute(
                statement.on_conflict_do_update(index_elements=["site", "officer"], set_=values)
            )

    def retire(self, number: str) -> bool:
        """Retire the active officer with this number; whether there was one."""
        done = self._connection.execute(
            update(officers)
            .where(
                officers.c.site == self._site,
                officers.c.number == number,
                officers.c.retired == 0,
            )
            .values(retired=1)
        )
        return done.rowcount > 0

    def active(self) -> tuple[Officer, ...]:
        return tuple(officer for officer in self.everyone() if not officer.retired)

    def everyone(self) -> tuple[Officer, ...]:
        """All officers, by section and number."""
        query = (
            select(officers)
            .where(officers.c.site == self._site)
            .order_by(officers.c.section, officers.c.number)
        )
        return tuple(
            Officer(
                id=OfficerId(row.officer),
                number=row.number,
                name=row.name,
                position=row.position,
                section=SectionId(row.section),
                retired=bool(row.retired),
            )
            for row in self._connection.execute(query)
        )
