"""What citizens wrote as a table for a file: with its pool's status and themes, without a time."""

from collections.abc import Iterable

from sync.central.language import words
from sync.central.papers.pagetables import PageTable
from sync.central.usecases.comments import CommentPool

_COLUMNS = ("pool", "pool_status", "pool_themes", "saved_by", "comment")


def comment_table(pools: Iterable[CommentPool], language: str) -> PageTable:
    """A row for each comment, in the page's order, which tells nothing."""
    say = words(language).get
    rows = []
    for pool in pools:
        themes = ", ".join(say(f"theme.{theme}") for theme in pool.review.themes)
        status = say(f"pool_status.{pool.review.status}")
        rows += [
            (pool.number, status, themes, pool.review.author, comment.words)
            for comment in pool.comments
        ]
    return PageTable(_COLUMNS, rows)
