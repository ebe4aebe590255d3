"""Where a citizen's touches and presses come in."""

from secrets import token_bytes

from kiosk.domain.encounter import (
    Aside,
    AskNext,
    EndThanks,
    Fate,
    GiveReasons,
    Linger,
    Phase,
    Press,
    Skip,
    TickReason,
    late,
)
from kiosk.domain.rating import Channel, Outcome, RatingId, ReasonId
from kiosk.domain.scale import Score
from kiosk.store.engine import StoreFailed
from kiosk.store.state import Mark
from ui import prompts
from ui.citizen_turn import SLIP, Lead
from ui.clock_watch import ClockWatch
from ui.session import TerminalSession
from ui.store_guard import guarded


class Citizen:
    def __init__(self, session: TerminalSession, clock: ClockWatch) -> None:
        self.session, self._clock = session, clock

    @guarded(Fate.LOST)
    def press(
        self, score: int, channel: Channel, mark: Mark | None = None, age: float = 0.0
    ) -> Fate:
        """A citizen pressed, `age` seconds ago: what became of it, durably. Lamp, acknowledgement
        and thanks follow from this alone, whatever page or dialog stands on the screen."""
        session = self.session
        # A clock that jumped ends a duty: nothing is rated for who was there before it.
        self._clock.look()
        event = Press(score=Score(score), channel=channel, id=RatingId(token_bytes(16)), age=age)
        by_button = channel is not Channel.TOUCH and not self._comes_late(age)
        if by_button and session.turn.led_by_buttons(session.encounter, session.now().boot):
            return self._lead(Lead.of(score, session.rules.scale.levels), mark, by_button=True)
        try:
            return session.step(event, mark)
        except StoreFailed as error:
            session.break_off(error)
            return session.step(event, mark)  # remembered, where nobody can send it again

    @guarded(Fate.LOST)
    def ask_for_question(self, panel: int, mark: Mark | None, age: float) -> Fate:
        """The button of a panel that has the question read aloud."""
        session = self.session
        if session.encounter.phase is Phase.READY and not self._comes_late(age):
            session.say(prompts.of_question(session.settings, panel))
        return session.store_mark(mark)

    def _comes_late(self, age: float) -> bool:
        return late(self.session.encounter, age, self.session.now())

    def lock_is_over(self) -> bool:
        """Whether a press now would be a rating of its own."""
        return self.session.now().boot >= self.session.encounter.locked_until

    def touch(self, score: int) -> None:
        self.press(score, Channel.TOUCH)

    @guarded(None)
    def toggle_reason(self, reason: str) -> None:
        if not self._slips():
            self.session.step(TickReason(ReasonId(reason)))
            self.session.give_more_time()

    @guarded(None)
    def lead(self, lead: str) -> None:
        """A touch of what a button would do on the page of reasons (a Lead)."""
        self._lead(lead, None, by_button=False)

    def _lead(self, lead: str, mark: Mark | None, *, by_button: bool) -> Fate:
        """A citizen who rated by a button goes through the reasons by buttons; StoreFailed. Each
        press is counted: it may have been meant as a rating."""
        session, turn = self.session, self.session.turn
        if lead == Lead.DONE:
            return session.step(GiveReasons(by_button), mark)
        names = [str(reason.id) for reason in session.settings.reasons]
        comes_first = turn.pointed not in names
        if comes_first or lead == Lead.NEXT:
            fate = session.step(Aside(Outcome.LED), mark) if by_button else Fate.NEITHER
            turn.point_at_next(names)
        else:
            fate = session.step(TickReason(ReasonId(turn.pointed), by_button), mark)
        session.give_more_time()
        asking = session.encounter.asking
        chosen = asking is not None and turn.pointed in asking.ticked
        before = prompts.of_reasons(session.settings) if comes_first else ()
        session.say((*before, *prompts.of_reason(turn.pointed, chosen=chosen)))
        return fate

    @guarded(None)
    def ask_more_time(self) -> None:
        """Asked for by a touch: what ends the page now comes where that was."""
        self.session.turn.moved_at = self.session.now().boot
        self.session.give_more_time()

    @guarded(None)
    def give_reasons(self) -> None:
        """A citizen touched that they are done."""
        if not self._slips():
            self.session.step(GiveReasons())
            self.session.turn.moved_at = self.session.now().boot

    @guarded(None)
    def ask_next(self) -> None:
        """The next citizen met the reasons of the one before."""
        session, now = self.session, self.session.now().boot
        # Whoever was about to be done does not hit what has only just come there.
        if session.turn.asks_next(session.encounter, now - SLIP):
            session.step(AskNext())

    @guarded(None)
    def end_thanks(self) -> None:
        """A citizen touched the thanks."""
        if not self._slips():
            self.session.step(EndThanks())

    @guarded(None)
    def ask_to_rate(self) -> None:
        """Whoever was served before a pause or a sign-off wants the question."""
        self.session.step(Linger())
        self.session.turn.moved_at = self.session.now().boot

    @guarded(None)
    def choose_language(self, code: str) -> None:
        if not self._slips():
            self.session.use_language(code)
            self.session.give_more_time()

    @guarded(None)
    def skip(self) -> None:
        """The citizen declines the question that was offered."""
        if not self._slips():
            self.session.step(Skip())

    def _slips(self) -> bool:
        return self.session.turn.slips(self.session.now().boot)
