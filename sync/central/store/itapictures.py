"""The pictures of the ITA measures report, a round at a time."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, func, insert, literal, or_, select, update

from sync.central.plainjpeg import without_metadata
from sync.central.schema import ita_pictures, sites
from sync.central.store.room import Room

REMOVED = "-"
"""Before a row's code: of it the picture was removed. No row's own code begins so."""


@dataclass(frozen=True, slots=True)
class ItaPicture:
    """A picture of a row, without its bytes. `words`: what it shows, for who can't see it. `code`:
    the row's, after REMOVED where the picture can still be brought back."""

    id: str
    code: str
    caption: str
    words: str
    width: int
    height: int


class ItaPictures(Room):
    def of_round(self, fiscal_year: int, number: int) -> dict[str, tuple[ItaPicture, ...]]:
        """By the code, in the order in which they were added."""
        columns = [column for column in ita_pictures.c if column is not ita_pictures.c.jpeg]
        query = (
            select(*columns)
            .where(
                ita_pictures.c.site == self._site,
                ita_pictures.c.fiscal_year == fiscal_year,
                ita_pictures.c.round == number,
            )
            .order_by(ita_pictures.c.at, ita_pictures.c.id)
        )
        by_code: dict[str, tuple[ItaPicture, ...]] = {}
        for row in self._connection.execute(query):
            picture = ItaPicture(
                id=row.id,
                code=row.code,
                caption=row.caption,
                words=row.words,
                width=row.width,
                height=row.height,
            )
            by_code[row.code] = (*by_code.get(row.code, ()), picture)
        return by_code

    def jpeg(self, id: str) -> bytes | None:
        query = select(ita_pictures.c.jpeg).where(
            ita_pictures.c.site == self._site, ita_pictures.c.id == id
        )
        jpeg = self._connection.scalar(query)
        return jpeg and without_metadata(jpeg)

    def jpegs(self, fiscal_year: int, number: int) -> dict[str, bytes]:
        """Every picture of a round that stands in it, by its id."""
        query = select(ita_pictures.c.id, ita_pictures.c.jpeg).where(
            ita_pictures.c.site == self._site,
            ita_pictures.c.fiscal_year == fiscal_year,
            ita_pictures.c.round == number,
            ~ita_pictures.c.code.startswith(REMOVED),
        )
        return {row.id: without_metadata(row.jpeg) for row in self._connection.execute(query)}

    def count(self, fiscal_year: int, number: int) -> int:
        query = select(func.count()).where(
            ita_pictures.c.site == self._site,
            ita_pictures.c.fiscal_year == fiscal_year,
            ita_pictures.c.round == number,
            ~ita_pictures.c.code.startswith(REMOVED),
        )
        return self._connection.scalar(query) or 0

    def hold(self) -> None:
        """Let nobody else add or bring one until this transaction ends: a row and a round have so
        many at most."""
        self._connection.execute(
            select(sites.c.site).where(sites.c.site == self._site).with_for_update()
        ).first()

    def add(
        self,
        fiscal_year: int,
        number: int,
        *,
        code: str,
        caption: str,
        words: str,
        jpeg: bytes,
        size: tuple[int, int],
        now: datetime,
    ) -> None:
        """`size`: width and height in pixels."""
        self._connection.execute(
            insert(ita_pictures).values(
                site=self._site,
                id=secrets.token_hex(8),
                fiscal_year=fiscal_year,
                round=number,
                code=code,
                at=now,
                caption=caption,
                words=words,
                width=size[0],
                height=size[1],
                jpeg=jpeg,
            )
        )

    def has(self, fiscal_year: int, number: int, code: str, caption: str, jpeg: bytes) -> bool:
        """Whether a row has this very picture with this caption."""
        c = ita_pictures.c
        of_row = (c.site == self._site, c.fiscal_year == fiscal_year, c.round == number)
        query = select(c.id).where(*of_row, c.code == code, c.caption == caption, c.jpeg == jpeg)
        return self._connection.execute(query.limit(1)).first() is not None

    def describe(self, id: str, caption: str, words: str) -> bool:
        """Whether there is such a picture."""
        changed = self._connection.execute(
            update(ita_pictures)
            .where(ita_pictures.c.site == self._site, ita_pictures.c.id == id)
            .values(caption=caption, words=words)
        )
        return bool(changed.rowcount)

    def place(self, id: str) -> tuple[int, int, str] | None:
        """Fiscal year, round and code of a picture; None when there is none."""
        c = ita_pictures.c
        query = select(c.fiscal_year, c.round, c.code).where(c.site == self._site, c.id == id)
        row = self._connection.execute(query).first()
        return (row.fiscal_year, row.round, row.code) if row else None

    def move(self, id: str, code: str) -> None:
        self._connection.execute(
            update(ita_pictures)
            .where(ita_pictures.c.site == self._site, ita_pictures.c.id == id)
            .values(code=code)
        )

    def discard(self, id: str) -> None:
        """For good."""
        self._connection.execute(
            delete(ita_pictures).where(ita_pictures.c.site == self._site, ita_pictures.c.id == id)
        )

    def discard_removed(self, fiscal_year: int, number: int) -> None:
        """For good, what was removed from rounds before this one."""
        c = ita_pictures.c
        earlier = or_(
            c.fiscal_year < fiscal_year, and_(c.fiscal_year == fiscal_year, c.round < number)
        )
        of_site = c.site == self._site
        self._connection.execute(
            delete(ita_pictures).where(of_site, c.code.startswith(REMOVED), earlier)
        )

    def bring(self, code: str, before: tuple[int, int], into: tuple[int, int]) -> int:
        """Copy a row's pictures from one fiscal year and round into another; how many."""
        pictures = self.of_round(*before).get(code, ())
        for picture in pictures:
            copied = select(
                ita_pictures.c.site,
                literal(secrets.token_hex(8)),
                literal(into[0]),
                literal(into[1]),
                ita_pictures.c.code,
                ita_pictures.c.at,
                ita_pictures.c.caption,
                ita_pictures.c.words,
                ita_pictures.c.width,
                ita_pictures.c.height,
                ita_pictures.c.jpeg,
            ).where(ita_pictures.c.site == self._site, ita_pictures.c.id == picture.id)
            names = [
                "site", "id", "fiscal_year", "round", "code", "at", "caption", "words",
                "width", "height", "jpeg",
            ]  # fmt: skip
            self._connection.execute(insert(ita_pictures).from_select(names, copied))
        return len(pictures)
