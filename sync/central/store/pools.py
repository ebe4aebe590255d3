"""What the office made of each pool of comments: a status and themes, of the pool as a whole.

Nothing here says which comment of a pool is meant, and nothing has a time: the moment of a change
would say by when the pool was closed (ARCHITECTURE.md#the-disclosure-rule).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, and_, delete, exists, func, select

from sync.central.schema import comments, pool_reviews
from sync.central.store.faults import member
from sync.central.store.versions import VersionedRoom


class PoolStatus(StrEnum):
    """How far the office is with a pool, in the order in which it gets on."""

    NEW = "new"
    LOOKING = "looking"
    PASSED_ON = "passed_on"
    DONE = "done"
    NOTED = "noted"
    """Nothing is to be done about it."""


class Theme(StrEnum):
    """What comments are about. A new one is a row here, and its words."""

    WAITING = "waiting"
    MANNER = "manner"
    ANSWERS = "answers"
    STEPS = "steps"
    FEES = "fees"
    HONESTY = "honesty"
    PLACE = "place"
    ACCESS = "access"
    ONLINE = "online"
    PRAISE = "praise"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PoolReview:
    """What somebody found a pool to be. `version` 0: nobody has looked yet."""

    pool: int
    status: PoolStatus = PoolStatus.NEW
    themes: tuple[Theme, ...] = ()
    version: int = 0
    author: str = ""


class Pools(VersionedRoom):
    def reviews(self) -> dict[int, tuple[PoolReview, ...]]:
        """Every version by the pool's number, the newest first."""
        query = (
            select(pool_reviews)
            .where(pool_reviews.c.site == self._site)
            .order_by(pool_reviews.c.pool, pool_reviews.c.version.desc())
        )
        by_pool: dict[int, list[PoolReview]] = {}
        for row in self._connection.execute(query):
            by_pool.setdefault(row.pool, []).append(_review(row))
        return {pool: tuple(versions) for pool, versions in by_pool.items()}

    def is_there(self, pool: int) -> bool:
        """Whether a closed pool has this number."""
        of_pool = select(comments.c.id).where(
            comments.c.site == self._site, comments.c.pool == pool
        )
        return pool > 0 and self._connection.execute(of_pool.limit(1)).first() is not None

    def append(self, review: PoolReview, author: str) -> None:
        """Save what was changed from `review.version`; EditedMeanwhile when that is not the
        newest."""
        mine = pool_reviews.c.site == self._site
        newest = self._connection.scalar(
            select(func.max(pool_reviews.c.version)).where(mine, pool_reviews.c.pool == review.pool)
        )
        values: dict[str, object] = {
            "author": author,
            "status": review.status.value,
            "themes": " ".join(theme.value for theme in Theme if theme in review.themes),
        }
        self._append(pool_reviews, review.version, newest or 0, values, {"pool": review.pool})

    def remove_empty(self) -> None:
        """Reviews go with the last comment of their pool: its number may be given again."""
        has_comments = exists().where(
            comments.c.site == pool_reviews.c.site, comments.c.pool == pool_reviews.c.pool
        )
        self._connection.execute(
            delete(pool_reviews).where(and_(pool_reviews.c.site == self._site, ~has_comments))
        )


def _review(row: Row[Any]) -> PoolReview:
    ids = row.themes.split()
    return PoolReview(
        pool=row.pool,
        status=member(PoolStatus, row.status, "pool_reviews.status"),
        themes=tuple(theme for theme in Theme if theme.value in ids),
        version=row.version,
        author=row.author,
    )
