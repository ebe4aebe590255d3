"""The site and its officers."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select, update

from kiosk.domain.people import Officer, OfficerId, SectionId
from kiosk.domain.refusal import Refusal, Refusals
from sync.central.schema import officers, sites
from sync.central.store.room import Room


class NumberTaken(Refusals):
    """Numbers that belong to someone else."""


# Most pages ask this: building a statement takes longer than running it.
_OFFICERS = select(officers).where(officers.c.site == bindparam("site"))


class People(Room):
    def put_site(self, name: str) -> None:
        statement = self._insert(sites).values(site=self._site, name=name)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["site"], set_={"name": name})
        )

    def lock_site(self) -> None:
        """Wait until nobody else has locked this site, and lock it until the transaction ends."""
        query = select(sites.c.site).where(sites.c.site == self._site)
        self._connection.execute(query.with_for_update()).first()

    def site_name(self) -> str | None:
        return self._connection.scalar(select(sites.c.name).where(sites.c.site == self._site))

    def all_sites(self) -> tuple[tuple[str, str], ...]:
        """Every site, not only this one: ids and names."""
        query = select(sites.c.site, sites.c.name).order_by(sites.c.site)
        return tuple((row.site, row.name) for row in self._connection.execute(query))

    def put(self, renewed: Iterable[Officer]) -> None:
        """Add officers, or renew those with the same id, all or none; NumberTaken lists what is in
        the way."""
        renewed = tuple(renewed)
        before = {officer.id: officer for officer in self.everyone()}
        _refuse_clashes(before, renewed)
        for officer in renewed:
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

    def rename_section(self, before: str, after: str) -> None:
        """Whoever is in a section is in it under another name."""
        self._connection.execute(
            update(officers)
            .where(officers.c.site == self._site, officers.c.section == before)
            .values(section=after)
        )

    def active(self) -> tuple[Officer, ...]:
        return tuple(officer for officer in self.everyone() if not officer.retired)

    def everyone(self) -> tuple[Officer, ...]:
        """All officers, by section and number."""
        every = (
            Officer(
                id=OfficerId(row.officer),
                number=row.number,
                name=row.name,
                position=row.position,
                section=SectionId(row.section),
                retired=bool(row.retired),
            )
            for row in self._connection.execute(_OFFICERS, {"site": self._site})
        )
        # Sorted here: databases sort Thai and digits each in their own way.
        return tuple(sorted(every, key=lambda o: (o.section, len(o.number), o.number)))


def _refuse_clashes(before: dict[OfficerId, Officer], renewed: tuple[Officer, ...]) -> None:
    """NumberTaken when two active officers would share a number."""
    problems = []
    after = {**before, **{officer.id: officer for officer in renewed}}
    holders: dict[str, Officer] = {}
    for officer in after.values():
        if not officer.retired:
            holder = holders.setdefault(officer.number, officer)
            if holder is not officer:
                problems.append(Refusal("number_taken", number=officer.number, officer=holder.name))
    if problems:
        raise NumberTaken(problems)
