"""Officers' photos."""

import hashlib

from sqlalchemy import bindparam, delete, select

from sync.central.plainjpeg import without_metadata
from sync.central.schema import photos
from sync.central.store.room import Room

# A page asks this: building a statement takes longer than running it.
_HAS = select(photos.c.officer).where(
    photos.c.site == bindparam("site"), photos.c.officer == bindparam("officer")
)


class Photos(Room):
    def put(self, officer: str, jpeg: bytes) -> None:
        key = {"site": self._site, "officer": officer}
        self._connection.execute(
            self._insert(photos)
            .values(**key, jpeg=jpeg)
            .on_conflict_do_update(index_elements=list(key), set_={"jpeg": jpeg})
        )

    def has(self, officer: str) -> bool:
        asked = {"site": self._site, "officer": officer}
        return self._connection.execute(_HAS, asked).first() is not None

    def of(self, officer: str) -> bytes | None:
        query = select(photos.c.jpeg).where(
            photos.c.site == self._site, photos.c.officer == officer
        )
        jpeg = self._connection.scalar(query)
        return jpeg and without_metadata(jpeg)

    def remove(self, officer: str) -> None:
        self._connection.execute(
            delete(photos).where(photos.c.site == self._site, photos.c.officer == officer)
        )

    def digests(self) -> list[tuple[str, str]]:
        """Whose photo there is, and its SHA-256 in hex."""
        query = (
            select(photos.c.officer, photos.c.jpeg)
            .where(photos.c.site == self._site)
            .order_by(photos.c.officer)
        )
        rows = self._connection.execute(query)
        return [
            (row.officer, hashlib.sha256(without_metadata(row.jpeg)).hexdigest()) for row in rows
        ]

    def owners(self) -> frozenset[str]:
        """The officers who have a photo."""
        query = select(photos.c.officer).where(photos.c.site == self._site)
        return frozenset(self._connection.scalars(query))
