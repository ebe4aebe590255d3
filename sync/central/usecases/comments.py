"""What citizens wrote, in pools of ten and more, and what the office made of each pool."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from kiosk.domain.refusal import Refusal
from sync.central.store.pools import PoolReview, PoolStatus, Theme
from sync.central.store.questionnaire import Comment
from sync.central.store.versions import EditedMeanwhile
from sync.central.usecases.central import Central
from sync.central.viewer import Right, Viewer

__all__ = [
    "Comment",
    "CommentPool",
    "EditedMeanwhile",
    "NoSuchPool",
    "PoolCounts",
    "PoolReview",
    "PoolStatus",
    "Theme",
    "comment_pools",
    "count_pools",
    "review_pool",
]


class NoSuchPool(Refusal):
    """No closed pool has this number, or its comments are old and gone."""


@dataclass(frozen=True, slots=True)
class CommentPool:
    """Comments that are shown together. `earlier`: reviews before the newest, newest first."""

    comments: tuple[Comment, ...]
    review: PoolReview
    earlier: tuple[PoolReview, ...] = ()

    @property
    def number(self) -> int:
        return self.review.pool


@dataclass(frozen=True, slots=True)
class PoolCounts:
    """How many pools have a status, and how many a theme."""

    by_status: dict[PoolStatus, int]
    by_theme: dict[Theme, int]


def comment_pools(central: Central) -> tuple[CommentPool, ...]:
    """Closed pools, the newest first."""
    with central.store.read(central.site) as t:
        every = t.questionnaire.comments()
        reviews = t.pools.reviews()
    pools = []
    for number, of_pool in groupby(every, key=lambda comment: comment.pool):
        newest, *earlier = reviews.get(number) or (PoolReview(pool=number),)
        pools.append(CommentPool(tuple(of_pool), newest, tuple(earlier)))
    return tuple(pools)


def count_pools(pools: Iterable[CommentPool]) -> PoolCounts:
    """Every status and every theme with its number of pools."""
    reviews = [pool.review for pool in pools]
    statuses = Counter(review.status for review in reviews)
    themes = Counter(theme for review in reviews for theme in review.themes)
    return PoolCounts(
        by_status={status: statuses[status] for status in PoolStatus},
        by_theme={theme: themes[theme] for theme in Theme},
    )


def review_pool(central: Central, viewer: Viewer, review: PoolReview) -> None:
    """Save what the office makes of a pool, changed from `review.version`. EditedMeanwhile when
    that is not the newest; NoSuchPool; NotYours."""
    viewer.require(central.site, Right.COMMENTS)
    with central.store.transaction(central.site) as t:
        # The nightly removal must not take the pool's comments in between.
        t.people.lock_site()
        if not t.pools.is_there(review.pool):
            raise NoSuchPool("no_pool")
        t.pools.append(review, viewer.name)
