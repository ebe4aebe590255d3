"""Turns the office's notices over while nobody is being served."""

from collections.abc import Callable

from kiosk.domain.encounter import Phase
from ui.session import TerminalSession
from ui.store_guard import guarded
from ui.view import NoticeCard


class NoticeBoard:
    def __init__(
        self, session: TerminalSession, notices: Callable[[], tuple[NoticeCard, ...]]
    ) -> None:
        self.session = session
        self._notices = notices
        self._cards: tuple[NoticeCard, ...] = ()
        self._position = 0

    @property
    def card(self) -> NoticeCard | None:
        """The notice that is up now."""
        return self._cards[self._position % len(self._cards)] if self._cards else None

    def fill(self) -> None:
        self._cards = self.session.builder.board(self._notices())

    @guarded(None)
    def turn(self) -> None:
        """The next notice, while nobody is being served and the office is open: outside its hours
        nothing moves, and the screen may dim."""
        session = self.session
        idle = session.dialog is None and session.encounter.phase in (Phase.CLOSED, Phase.PAUSED)
        if not idle or not session.office_is_open():
            return
        self.fill()
        self._position += 1
        session.redraw()
