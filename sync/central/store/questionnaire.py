"""The online questionnaire's counts, comments and used tokens. Nothing here joins the three.

A database numbers rows as they come (SQLite's rowid, PostgreSQL's ctid and xmin), and rows of one
answer would carry the same number. So each answer also rewrites the rows that are not old yet, in
the order of their random ids: all of them carry the last one's number.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, func, select, update

from sync.central.schema import LEVELS, comments, questionnaire_counts, questionnaire_tokens
from sync.central.store.room import Room

POOL = 10
"""Comments that are shown together at least (ARCHITECTURE.md#the-disclosure-rule)."""


@dataclass(frozen=True, slots=True)
class Comment:
    pool: int
    language: str
    words: str


class Questionnaire(Room):
    def use_token(self, token: str, until: date, today: date) -> bool:
        """Use a token up; False when it was used before. Tokens too old to be used are dropped."""
        tokens = questionnaire_tokens.c
        too_old = and_(tokens.site == self._site, tokens.until < today)
        self._connection.execute(delete(questionnaire_tokens).where(too_old))
        row = {"site": self._site, "token": token, "until": until}
        insert = self._insert(questionnaire_tokens).values(row).on_conflict_do_nothing()
        if self._connection.execute(insert.returning(tokens.token)).first() is None:
            return False
        that_day = and_(tokens.site == self._site, tokens.until == until)
        self._rewrite(questionnaire_tokens, that_day, "token")
        return True

    def is_used(self, token: str) -> bool:
        query = select(questionnaire_tokens.c.token).where(
            questionnaire_tokens.c.site == self._site, questionnaire_tokens.c.token == token
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
        column = questionnaire_counts.c[f"n{level}"]
        self._connection.execute(
            self._insert(questionnaire_counts)
            .values(**key, **counts)
            .on_conflict_do_update(index_elements=list(key), set_={column.name: column + 1})
        )

    # --- comments --------------------------------------------------------------------------

    def add_comment(self, language: str, words: str) -> None:
        """Store what a citizen wrote, without time, under a random id, in the open pool."""
        row = {"site": self._site, "id": secrets.token_hex(16), "pool": 0}
        self._connection.execute(
            self._insert(comments).values(**row, language=language, words=words)
        )
        waiting = and_(comments.c.site == self._site, comments.c.pool == 0)
        self._rewrite(comments, waiting, "id")

    def _rewrite(self, table: Table, which: ColumnElement[bool], by: str) -> None:
        """Write these rows again, in the order of `by`."""
        removed = self._connection.execute(delete(table).where(which).returning(*table.c))
        rows: list[dict[str, Any]] = [dict(row) for row in removed.mappings()]
        self._connection.execute(table.insert(), sorted(rows, key=lambda row: str(row[by])))

    def close_pool(self, day: date) -> int:
        """Make a pool of the waiting comments once there are enough, as of this day; how many it
        took."""
        mine = comments.c.site == self._site
        waiting = self._connection.scalar(
            select(func.count()).select_from(comments).where(mine, comments.c.pool == 0)
        )
        if not waiting or waiting < POOL:
            return 0
        last = self._connection.scalar(select(func.max(comments.c.pool)).where(mine)) or 0
        self._connection.execute(
            update(comments).where(mine, comments.c.pool == 0).values(pool=last + 1, closed=day)
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
