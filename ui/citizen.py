"""Where a citizen's touches and presses come in."""

from secrets import token_bytes

from kiosk.domain.encounter import GiveReasons, Press, Skip, late
from kiosk.domain.rating import Channel, RatingId
from kiosk.domain.scale import Score
from kiosk.store.state import Mark
from ui import prompts
from ui.citizen_turn import Lead
from ui.session import TerminalSession
from ui.store_guard import guarded


class Citizen:
    def __init__(self, session: TerminalSession) -> None:
        self.session = session

    @guarded(False)
    def press(
        self, score: int, channel: Channel, mark: Mark | None = None, age: float = 0.0
    ) -> bool:
        """A citizen pressed, `age` seconds ago. True once what follows is durable (rating or
        count): only then may the panel have its answer."""
        session = self.session
        event = Press(score=Score(score), channel=channel, id=RatingId(token_bytes(16)), age=age)
        if self.comes_late(age):
            return session.step(event, mark)  # nobody stands there: it changes no screen
        session.dialog = None
        by_button = channel is not Channel.TOUCH
        if by_button and session.turn.led_by_buttons(session.encounter, session.now().boot):
            levels = session.settings.rules.scale.levels
            return self.lead(Lead.of(score, levels), mark)
        return session.step(event, mark)

    def comes_late(self, age: float) -> bool:
        """Whether a press of `age` seconds ago is counted as late, so that nobody is thanked."""
        return late(self.session.encounter, age, self.session.now())

    def lock_is_over(self) -> bool:
        """Whether a press now would be a rating of its own."""
        return self.session.now().boot >= self.session.encounter.locked_until

    def touch(self, score: int) -> None:
        self.press(score, Channel.TOUCH)

    @guarded(None)
    def toggle_reason(self, reason: str) -> None:
        if not self._slips():
            self._toggle(reason)

    @guarded(False)
    def lead(self, lead: str, mark: Mark | None = None) -> bool:
        """A citizen who rated by a button goes through the reasons by buttons (a Lead). True once
        what follows is durable."""
        session, turn = self.session, self.session.turn
        if lead == Lead.DONE:
            return session.step(GiveReasons(tuple(turn.chosen)), mark)
        session.store_mark(mark)
        names = [str(reason.id) for reason in session.settings.reasons]
        comes_first = turn.pointed not in names
        if comes_first or lead == Lead.NEXT:
            turn.point_at_next(names)
            session.give_more_time()
        else:
            self._toggle(turn.pointed)
        of_reason = prompts.of_reason(turn.pointed, chosen=turn.pointed in turn.chosen)
        before = prompts.of_reasons(session.settings) if comes_first else ()
        session.say((*before, *of_reason))
        return True

    @guarded(None)
    def ask_more_time(self) -> None:
        """Asked for by a touch: what ends the page now comes where that was."""
        self.session.turn.moved_at = self.session.now().boot
        self.session.give_more_time()

    @guarded(None)
    def give_reasons(self) -> None:
        """A citizen touched that they are done."""
        if not self._slips():
            self.session.step(GiveReasons(tuple(self.session.turn.chosen)))

    @guarded(None)
    def choose_language(self, code: str) -> None:
        self.session.use_language(code)
        self.session.give_more_time()

    @guarded(None)
    def skip(self) -> None:
        """The citizen declines the question that was offered."""
        if not self._slips():
            self.session.step(Skip())

    def _toggle(self, reason: str) -> None:
        self.session.turn.toggle(reason)
        self.session.give_more_time()

    def _slips(self) -> bool:
        return self.session.turn.slips(self.session.now().boot)
