"""Texts that people edit: each save is a new version, and nothing is overwritten."""

from typing import Any

from sqlalchemy import and_, select

from sync.central.store.room import Room


class EditedMeanwhile(Exception):
    """Somebody else saved first; nothing was lost: read again, and save again."""


class VersionedRoom(Room):
    """A room of versioned rows."""

    def _append(
        self, table: Any, base: int, newest: int, values: dict[str, object], key: dict[str, object]
    ) -> bool:
        """Write the version after `base`; EditedMeanwhile when `base` is not the newest. False: the
        same form was sent before, and is there."""
        if base + 1 == newest and self._is_there(table, newest, values, key):
            return False
        if base != newest:
            raise EditedMeanwhile
        row = {"site": self._site, **key, "version": base + 1, **values}
        insert = self._insert(table).values(row).on_conflict_do_nothing()
        written = self._connection.execute(insert.returning(table.c.version)).first()
        if written is None:
            raise EditedMeanwhile
        return True

    def _is_there(
        self, table: Any, version: int, values: dict[str, object], key: dict[str, object]
    ) -> bool:
        """Whether this version says the same, whenever it came."""
        content = {name: value for name, value in values.items() if name != "at"}
        named = {"site": self._site, **key, "version": version}
        of_key = and_(*(table.c[name] == value for name, value in named.items()))
        query = select(*(table.c[name] for name in content)).where(of_key)
        row = self._connection.execute(query).first()
        return row is not None and dict(row._mapping) == content
