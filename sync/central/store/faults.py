"""What may be wrong with the database, by kind; and how a row is read that somebody may have
changed by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TypeVar

from msgspec import MsgspecError

E = TypeVar("E", bound=StrEnum)
_SHOWN = 40
"""Characters of a value that the line repeats."""


class DatabaseError(Exception):
    """The database can't be used; one line that names it and the remedy."""


class RowUnreadable(DatabaseError):
    """A row holds what no version of this program writes there; one line that names it."""


def member(kind: type[E], value: str, column: str) -> E:
    """What a column stands for; RowUnreadable. `column`: table and column."""
    try:
        return kind(value)
    except ValueError:
        raise _unreadable(column, value) from None


@contextmanager
def reading(column: str, value: str) -> Iterator[None]:
    """Around what reads a column's text; RowUnreadable."""
    try:
        yield
    except (ValueError, KeyError, TypeError, MsgspecError):
        raise _unreadable(column, value) from None


def gone(rows: str) -> RowUnreadable:
    """What is raised where rows are missing that this program always writes with others."""
    return RowUnreadable(
        f"{rows} are gone: somebody removed them by hand; put them back, or restore the newest "
        "backup"
    )


def _unreadable(column: str, value: str) -> RowUnreadable:
    short = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
    return RowUnreadable(
        f"{column} holds {short!r}, which this program does not write: somebody changed the row by "
        "hand; set it back, or restore the newest backup"
    )
