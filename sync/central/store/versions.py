"""Texts that people edit: each save is a new version, and nothing is overwritten."""

from typing import Any

from sync.central.store.room import Room


class EditedMeanwhile(Exception):
    """Somebody else saved first; nothing was lost: read again, and save again."""


class VersionedRoom(Room):
    """A room of versioned rows."""

    def _append(
        self, table: Any, base: int, newest: int, values: dict[str, object], key: dict[str, object]
    ) -> None:
        """Write the version after `base`; EditedMeanwhile when `base` is not the newest."""
        if base != newest:
            raise EditedMeanwhile
        row = {"site": self._site, **key, "version": base + 1, **values}
        insert = self._insert(table).values(row).on_conflict_do_nothing()
        written = self._connection.execute(insert.returning(table.c.version)).first()
        if written is None:
            raise EditedMeanwhile
