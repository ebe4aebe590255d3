"""What keeps a failure of the store from ending the program.

Every way into the presenter (a tap, a key, a button, a timer, a queue's line) is `guarded`: when
the store fails in it, the terminal goes out of service and tries to repair itself.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from kiosk.store.engine import StoreFailed


class Breakable(Protocol):
    def break_off(self, error: StoreFailed) -> None:
        """Go out of service."""


class HasSession(Protocol):
    @property
    def session(self) -> Breakable: ...


Part = TypeVar("Part", bound=HasSession)
Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")
Entry = Callable[Concatenate[Part, Arguments], Answer]


def guarded(
    otherwise: Answer,
) -> Callable[[Entry[Part, Arguments, Answer]], Entry[Part, Arguments, Answer]]:
    """Marks a way in; it answers `otherwise` when the store fails."""

    def guard(entry: Entry[Part, Arguments, Answer]) -> Entry[Part, Arguments, Answer]:
        @wraps(entry)
        def enter(part: Part, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
            try:
                return entry(part, *args, **kwargs)
            except StoreFailed as error:
                part.session.break_off(error)
                return otherwise

        return enter

    return guard
