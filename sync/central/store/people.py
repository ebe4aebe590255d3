"""The site and its officers."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, func, select, update

from kiosk.domain.people import Officer, OfficerId, SectionId
from kiosk.domain.refusal import Refusal, Refusals
from kiosk.domain.thaiorder import thai_order
from sync.central.logbook import SITE_RETIRED, Kind, Log
from sync.central.schema import former_names, log_entries, officers, sites, terminals
from sync.central.store.room import Room
from sync.central.store.terminals import ENDED, utc


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name that an officer had on the roster until then."""

    name: str
    until: datetime

    @property
    def last_day(self) -> date:
        """On this machine's calendar."""
        return self.until.astimezone().date()


class SiteName(NamedTuple):
    site: str
    name: str
    province: str


class NumberTaken(Refusals):
    """Numbers that belong to someone else."""


# Most pages ask this: building a statement takes longer than running it.
_OFFICERS = select(officers).where(officers.c.site == bindparam("site"))
_SITE_NAME = select(sites.c.name).where(sites.c.site == bindparam("site"))
_SOME_OFFICERS = _OFFICERS.where(officers.c.officer.in_(bindparam("ids", expanding=True)))


class People(Room):
    def put_site(self, name: str, province: str | None = None) -> None:
        """Add this site, or rename it. `province`: where it is; None leaves that as it is."""
        changed = {"name": name} if province is None else {"name": name, "province": province}
        row = {"site": self._site, "province": "", **changed}
        statement = self._insert(sites).values(row)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["site"], set_=changed)
        )

    def lock_site(self) -> None:
        """Wait until nobody else has locked this site, and lock it until the transaction ends."""
        query = select(sites.c.site).where(sites.c.site == self._site)
        self._connection.execute(query.with_for_update()).first()

    def site_name(self) -> str | None:
        return self._connection.scalar(_SITE_NAME, {"site": self._site})

    def all_sites(self) -> tuple[tuple[str, str], ...]:
        """Every site, not only this one: ids and names."""
        query = select(sites.c.site, sites.c.name).order_by(sites.c.site)
        return tuple((row.site, row.name) for row in self._connection.execute(query).all())

    def count_sites(self) -> int:
        """How many sites there are, with this one."""
        return self._connection.scalar(select(func.count()).select_from(sites)) or 0

    def matching_sites(
        self, text: str = "", province: str | None = None, most: int | None = None
    ) -> tuple[SiteName, ...]:
        """Sites, not only this one, in whose id or name `text` stands; of one province, where it is
        given."""
        query = select(sites.c.site, sites.c.name, sites.c.province).order_by(sites.c.site)
        if text:
            pattern = text.lower()
            query = query.where(
                func.lower(sites.c.name).contains(pattern, autoescape=True)
                | sites.c.site.contains(pattern, autoescape=True)
            )
        if province is not None:
            query = query.where(sites.c.province == province)
        rows = self._connection.execute(query if most is None else query.limit(most)).all()
        return tuple(map(SiteName._make, rows))

    def retired_sites(self, among: Collection[str]) -> frozenset[str]:
        """Which of some sites, not only of this one, were retired and have had no terminal since.
        The log says it for as long as it is stored."""
        c = terminals.c
        running = select(c.site).where(c.site.in_(among), c.state.not_in(ENDED)).distinct()
        idle = set(among) - set(self._connection.scalars(running))
        if not idle:
            return frozenset()
        e = log_entries.c
        closed = select(e.site).where(
            e.site.in_(idle),
            e.log == Log.RECORD.value,
            e.kind == Kind.CHANGE.value,
            e.what.startswith(f'["{SITE_RETIRED}",', autoescape=True),
        )
        return frozenset(self._connection.scalars(closed.distinct()))

    def provinces(self) -> dict[str, int]:
        """How many sites each province has; "": those of which nobody said it."""
        offices = func.count().label("offices")
        query = select(sites.c.province, offices).group_by(sites.c.province)
        return {row.province: row.offices for row in self._connection.execute(query)}

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

    def put_former_name(self, officer: str, name: str, until: datetime) -> None:
        row = {"site": self._site, "officer": officer, "until": until, "name": name}
        self._connection.execute(self._insert(former_names).values(row).on_conflict_do_nothing())

    def former_names(self, officer: str) -> tuple[FormerName, ...]:
        """The names that an officer had before, the last one first."""
        c = former_names.c
        query = (
            select(c.name, c.until)
            .where(c.site == self._site, c.officer == officer)
            .order_by(c.until.desc())
        )
        rows = self._connection.execute(query)
        return tuple(FormerName(name=row.name, until=utc(row.until)) for row in rows)

    def active(self) -> tuple[Officer, ...]:
        return tuple(officer for officer in self.everyone() if not officer.retired)

    def everyone(self) -> tuple[Officer, ...]:
        """All officers, by section and number."""
        every = map(_officer, self._connection.execute(_OFFICERS, {"site": self._site}).all())
        # Sorted here: databases sort Thai and digits each in their own way.
        return tuple(sorted(every, key=lambda o: (thai_order(o.section), len(o.number), o.number)))

    def some(self, ids: Iterable[str]) -> dict[str, Officer]:
        """Those of these officers who are known, by id."""
        asked = {"site": self._site, "ids": sorted(set(ids))}
        rows = self._connection.execute(_SOME_OFFICERS, asked).all()
        return {row.officer: _officer(row) for row in rows}


def _officer(row: Row[Any]) -> Officer:
    return Officer(
        id=OfficerId(row.officer),
        number=row.number,
        name=row.name,
        position=row.position,
        section=SectionId(row.section),
        retired=bool(row.retired),
    )


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
