"""Tries to sign in, by name: the same rows for names that somebody has and for all others."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, select

from sync.central.schema import sign_in_tries
from sync.central.store.room import Room
from sync.central.store.terminals import utc

MOST = 500_000
"""Names. To make central forget one, somebody needs so many other tries: hours of them, where
waiting gives a try an hour."""


class Tries(NamedTuple):
    tries: int
    until: datetime | None
    """When the next one is looked at; None: at once."""


class SignInTries(Room):
    """Keyed by a hash, so that the rows name nobody, whatever was typed."""

    def of(self, name: str, now: datetime) -> Tries:
        """The tries of a name; nobody else changes its row meanwhile."""
        key = {"site": self._site, "name": name}
        fresh = self._insert(sign_in_tries).values(**key, tries=0, until=None, at=now)
        # A row that is not there can't be locked: two first tries at once would count as one.
        self._connection.execute(fresh.on_conflict_do_nothing())
        query = select(sign_in_tries).where(self._is(name)).with_for_update()
        row = self._connection.execute(query).one()
        return Tries(row.tries, utc(row.until) if row.until else None)

    def put(self, name: str, tries: Tries, now: datetime) -> None:
        key = {"site": self._site, "name": name}
        values = {"tries": tries.tries, "until": tries.until, "at": now}
        self._connection.execute(
            self._insert(sign_in_tries)
            .values(**key, **values)
            .on_conflict_do_update(index_elements=list(key), set_=values)
        )

    def clear(self, name: str) -> None:
        self._connection.execute(delete(sign_in_tries).where(self._is(name)))

    def forget(self, before: datetime, most: int = MOST) -> None:
        """Drop names whose last try was before then, and the oldest of more than `most`."""
        here = sign_in_tries.c.site == self._site
        self._connection.execute(delete(sign_in_tries).where(here, sign_in_tries.c.at < before))
        newest_first = sign_in_tries.c.at.desc()
        oldest = select(sign_in_tries.c.at).where(here).order_by(newest_first)
        beyond = self._connection.execute(oldest.offset(most).limit(1)).scalar()
        if beyond is not None:
            old = sign_in_tries.c.at <= beyond
            self._connection.execute(delete(sign_in_tries).where(here, old))

    def _is(self, name: str) -> ColumnElement[bool]:
        return and_(sign_in_tries.c.site == self._site, sign_in_tries.c.name == name)
