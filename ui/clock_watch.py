"""What time alone brings about: closing time, a duty left alone, a wall clock that jumped."""

from kiosk.domain.businessday import half_day
from kiosk.domain.duty import EndOfDuty, Moment
from kiosk.domain.encounter import Phase, SignOff
from kiosk.store.journal import Kind
from ui.session import TerminalSession
from ui.store_guard import guarded

JUMP = 90.0
"""Seconds by which the wall clock may stray from the boot clock between two looks."""


def _quarter(moment: Moment) -> tuple[int, int]:
    """A duty left alone ends with a quarter of an hour: to the second it would tell in the journal
    when its last citizen pressed."""
    return moment.wall.hour, moment.wall.minute // 15


class ClockWatch:
    def __init__(self, session: TerminalSession) -> None:
        self.session = session
        self._seen = session.now()
        self._shown = self._to_show()

    @guarded(None)
    def look(self) -> None:
        """End what time has ended.

        A duty ends when closing time passes; one that begins after it (overtime) goes on until
        midnight passes.
        """
        session = self.session
        before, now = self._seen, session.now()
        self._seen = now
        has_jumped = self._note_jump(before, now)
        self._forget_order(before, now)
        encounter = session.encounter
        passed_closing = before.wall.time() < session.settings.office.closes <= now.wall.time()
        passed_midnight = before.wall.date() != now.wall.date()
        if encounter.duty is not None and (passed_closing or passed_midnight):
            cause = EndOfDuty.CLOCK_JUMPED if has_jumped else EndOfDuty.CLOSING_TIME
            session.step(SignOff(cause))
        elif _quarter(before) != _quarter(now) and encounter.idle(now, session.settings.rules):
            session.step(SignOff(EndOfDuty.IDLE))
        if self._shown != self._to_show():
            self._shown = self._to_show()
            session.redraw()

    def _to_show(self) -> tuple[bool, bool, int]:
        """What the screen says of the time: whether the office is open, whether it closes soon;
        and the minute, where a clock stands."""
        session = self.session
        has_clock = session.encounter.phase in (Phase.CLOSED, Phase.PAUSED)
        minute = session.now().wall.minute if has_clock else 0
        return session.office_is_open(), session.closes_soon(), minute

    @guarded(None)
    def still_running(self) -> None:
        """Called every quarter of an hour: no press is in the journal, so that without this a power
        cut at two would count as dark since the last pause."""
        session = self.session
        if session.out_of_service:
            return
        if session.office_is_open() or session.encounter.duty is not None:
            session.note(Kind.RUNNING, "")
        session.terminal.forget_order()

    def _forget_order(self, before: Moment, now: Moment) -> None:
        """Once a half-day is over, nothing in the file tells which of its presses came first."""
        over = (before.wall.date(), half_day(before.wall)) != (now.wall.date(), half_day(now.wall))
        if over and not self.session.out_of_service:
            self.session.terminal.forget_order()

    def _note_jump(self, before: Moment, now: Moment) -> bool:
        passed = now.boot - before.boot
        strayed = (now.wall - before.wall).total_seconds() - passed
        if abs(strayed) > JUMP:
            self.session.note(Kind.CLOCK_JUMPED, f"{strayed:+.0f} s")
            return True
        return False
