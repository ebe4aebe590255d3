"""The online questionnaire's counts, comments and used tokens. Nothing here joins the three.

A database numbers rows as they come (SQLite's rowid, PostgreSQL's ctid and xmin), and rows of one
answer would carry the same number. So what is not old yet is put in anew with each answer, by its
random ids: all of it carries the last one's number.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, func, select, update

from sync.central.schema import LEVELS, comments, form_counts, form_tokens
from sync.central.store.room import Room

POOL = 10
"""Comments that are shown together at least (ARCHITECTURE.md#the-disclosure-rule)."""


@dataclass(frozen=True, slots=True)
class Comment:
    pool: int
    language: str
    words: str


class Form(Room):
    def use_token(self, token: str, until: date, today: date) -> bool:
        """Take a token; False when it was taken before. Forgotten once it could not be used."""
        self._connection.execute(
            delete(form_tokens).where(form_tokens.c.site == self._site, form_tokens.c.until < today)
        )
        row = {"site": self._site, "token": token, "until": until}
        insert = self._insert(form_tokens).values(row).on_conflict_do_nothing()
        if self._connection.execute(insert.returning(form_tokens.c.token)).first() is None:
            return False
        that_day = and_(form_tokens.c.site == self._site, form_tokens.c.until == until)
        self._put_anew(form_tokens, that_day, "token")
        return True

    def used(self, token: str) -> bool:
        query = select(form_tokens.c.token).where(
            form_tokens.c.site == self._site, form_tokens.c.token == token
        )
        return self._connection.execute(query).first() is not None

    def add(self, day: date, levels: int, score: int, reasons: Iterable[str]) -> None:
        """Count one answer: its score, and the reasons named."""
        self._count(day, levels, "score", "", score)
        for reason in reasons:
            self._count(day, levels, "reason", reason, 1)

    def _count(self, day: date, levels: int, kind: str, what: str, level: int) -> None:
        key = {"site": self._site, "date": day, "levels": levels, "kind": kind, "what": what}
        counts = {name: int(i == level) for i, name in enumerate(LEVELS, start=1)}
        column = form_counts.c[f"n{level}"]
        self._connection.execute(
            self._insert(form_counts)
            .values(**key, **counts)
            .on_conflict_do_update(index_elements=list(key), set_={column.name: column + 1})
        )

    # --- comments --------------------------------------------------------------------------

    def add_comment(self, language: str, words: str) -> None:
        """Keep what a citizen wrote, without time, under a random id, in the open pool."""
        row = {"site": self._site, "id": secrets.token_hex(16), "pool": 0}
        self._connection.execute(
            self._insert(comments).values(**row, language=language, words=words)
        )
        waiting = and_(comments.c.site == self._site, comments.c.pool == 0)
        self._put_anew(comments, waiting, "id")

    def _put_anew(self, table: Table, which: ColumnElement[bool], by: str) -> None:
        """Take these rows out, and put them in in the order of `by`."""
        removed = self._connection.execute(delete(table).where(which).returning(*table.c))
        rows: list[dict[str, Any]] = [dict(row) for row in removed.mappings()]
        self._connection.execute(table.insert(), sorted(rows, key=lambda row: str(row[by])))

    def close_pool(self) -> int:
        """Make a pool of the waiting comments once there are enough; how many it took."""
        mine = comments.c.site == self._site
        waiting = self._connection.scalar(
            select(func.count()).select_from(comments).where(mine, comments.c.pool == 0)
        )
        if not waiting or waiting < POOL:
            return 0
        last = self._connection.scalar(select(func.max(comments.c.pool)).where(mine)) or 0
        self._connection.execute(
            update(comments).where(mine, comments.c.pool == 0).values(pool=last + 1)
        )
        return waiting

    def comments(self) -> tuple[Comment, ...]:
        """Closed pools, newest first, in an order that tells nothing."""
        query = (
            select(comments)
            .where(comments.c.site == self._site, comments.c.pool > 0)
            .order_by(comments.c.pool.desc(), comments.c.id)
        )
        return tuple(
            Comment(row.pool, row.language, row.words) for row in self._connection.execute(query)
        )
