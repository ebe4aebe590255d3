"""Releases of the terminal's program, how terminals stand to them, and whose are trusted."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from sync.central.rings import Offered, Standing
from sync.central.schema import publisher_keys, releases, terminal_updates
from sync.central.store.room import Room
from sync.central.store.terminals import utc
from sync.messages import NextPublisher


class Releases(Room):
    def add(self, release: Offered) -> bool:
        """Whether it was new: a version stands once for each Python and processor."""
        values = {
            "site": self._site,
            "version": release.version,
            "python": release.python,
            "machine": release.machine,
            "header": release.header,
            "digest": release.digest,
            "added": release.added,
            "added_by": release.added_by,
            "withdrawn": int(release.withdrawn),
            "first_terminal": release.first_terminal,
            "hours": release.hours,
            "resumed": release.resumed,
        }
        insert = self._insert(releases).values(values).on_conflict_do_nothing()
        return self._connection.execute(insert.returning(releases.c.version)).first() is not None

    def all(self) -> tuple[Offered, ...]:
        """In the order in which they were added."""
        query = select(releases).where(releases.c.site == self._site)
        order = releases.c.added, releases.c.version, releases.c.python, releases.c.machine
        rows = self._connection.execute(query.order_by(*order))
        return tuple(map(_offered, rows))

    def change(self, version: str, **values: object) -> bool:
        """Every file of a release; whether there is one."""
        statement = update(releases).where(
            releases.c.site == self._site, releases.c.version == version
        )
        return self._connection.execute(statement.values(values)).rowcount > 0

    def name_first(self, release: Offered, terminal: str) -> None:
        """Say which terminal takes this file first."""
        statement = update(releases).where(
            releases.c.site == self._site,
            releases.c.version == release.version,
            releases.c.python == release.python,
            releases.c.machine == release.machine,
        )
        self._connection.execute(statement.values(first_terminal=terminal))

    def standings(self) -> tuple[Standing, ...]:
        query = select(terminal_updates).where(terminal_updates.c.site == self._site)
        rows = self._connection.execute(query.order_by(terminal_updates.c.terminal))
        return tuple(map(_standing, rows))

    def put_standing(self, one: Standing) -> None:
        key = {"site": self._site, "terminal": one.terminal}
        values = {
            "at": one.at,
            "python": one.python,
            "machine": one.machine,
            "version": one.version,
            "since": one.since,
            "fetched": one.fetched,
            "on_trial": int(one.on_trial),
            "refused": one.refused,
            "reason": one.reason,
            "refused_at": one.refused_at,
        }
        self._connection.execute(
            self._insert(terminal_updates)
            .values(**key, **values)
            .on_conflict_do_update(index_elements=list(key), set_=values)
        )

    def publishers(self) -> tuple[NextPublisher, ...]:
        """How the publisher's key went on; the first one has no proof."""
        query = select(publisher_keys).where(publisher_keys.c.site == self._site)
        rows = self._connection.execute(query.order_by(publisher_keys.c.number))
        return tuple(NextPublisher(public_key=row.public_key, proof=row.proof) for row in rows)

    def add_publisher(self, step: NextPublisher, now: datetime) -> None:
        number = len(self.publishers()) + 1
        self._connection.execute(
            publisher_keys.insert().values(
                site=self._site,
                number=number,
                public_key=step.public_key,
                proof=step.proof,
                at=now,
            )
        )


def _offered(row: Row[Any]) -> Offered:
    return Offered(
        version=row.version,
        python=row.python,
        machine=row.machine,
        header=bytes(row.header),
        digest=row.digest,
        added=utc(row.added),
        added_by=row.added_by,
        withdrawn=bool(row.withdrawn),
        first_terminal=row.first_terminal,
        hours=row.hours,
        resumed=utc(row.resumed) if row.resumed else None,
    )


def _standing(row: Row[Any]) -> Standing:
    return Standing(
        terminal=row.terminal,
        python=row.python,
        machine=row.machine,
        at=utc(row.at),
        version=row.version,
        since=utc(row.since),
        fetched=row.fetched,
        on_trial=bool(row.on_trial),
        refused=row.refused,
        reason=row.reason,
        refused_at=utc(row.refused_at) if row.refused_at else None,
    )
