"""Owns the encounter's state, carries its effects out, and says what the screen must show.

QtCore only: timers and signals. Every press, by touch, panel or keyboard, comes in at `press`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil
from secrets import token_bytes

from PySide6.QtCore import QObject, Qt, QTimer, Signal

import kiosk
from kiosk.clock import Clock
from kiosk.config import Settings
from kiosk.domain.duty import Duty, EndOfDuty, Moment
from kiosk.domain.encounter import (
    Break,
    Encounter,
    Event,
    GiveReasons,
    Pause,
    Phase,
    Press,
    QueueEvent,
    Record,
    Repair,
    Resume,
    Served,
    SignOff,
    SignOn,
    Skip,
    Tick,
    late,
    step,
)
from kiosk.domain.people import Officer, OfficerId
from kiosk.domain.rating import Channel, RatingId, ReasonId
from kiosk.domain.rules import Ask
from kiosk.domain.scale import Score
from kiosk.lockout import PinDead, PinRight, PinWait, PinWrong
from kiosk.pin import DIGITS
from kiosk.store.engine import StoreFailed
from kiosk.store.journal import Kind
from kiosk.store.state import Mark
from kiosk.terminal import SERVICE_OWNER, Terminal
from ui.dialogs import Choosing, Dialog, DutyMenu, Purpose, ServiceMenu, TypingPin
from ui.show import Lead, PanelState, Sending, ServiceFacts, Shower, Turn
from ui.text import Words
from ui.view import NoticeCard, ReadyView, View

DIALOG_IDLE_MS = 45_000
"""A dialog left alone goes away."""
COARSE_MS = 20_000
"""How often wall-clock duties are looked at: closing time, a jump of the clock."""
REPAIR_MS = 5_000
WARNING = 10.0
"""Seconds before the page of reasons goes away at which it says so."""
MOST_EXTENSIONS = 10
"""How often one citizen may have the whole time again (WCAG 2.2, 2.2.1): a page that is held for
ever would keep the next ones from rating."""
SETTLING = 1.5
"""Seconds after the rating at which the buttons begin to lead the page of reasons: a second press
of the same button before is a slip, and counted as suppressed."""
SLIP = 0.7
"""Seconds in which a touch is the second of a double tap: what it hits has only just come there."""
JUMP = 90.0
"""Seconds by which the wall clock may stray from the boot clock between two looks."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What the presenter asks of the world: free disk in MiB, the QR matrix of an address, with a
    fresh single-use token where the address has a place for one, the office's notices now."""

    free_mib: Callable[[], int]
    qr: Callable[[str], tuple[tuple[bool, ...], ...]]
    notices: Callable[[], tuple[NoticeCard, ...]] = tuple


class Presenter(QObject):
    view_changed = Signal(object)
    thanks_expected = Signal(object)
    """The view that the next press may lead to, told while nobody waits."""
    exit_asked = Signal()
    errand_asked = Signal(str)
    """Staff wants data sent now: `sync` by the network, or by a `stick`."""
    spoken = Signal(str, tuple)
    """What an audible guide says now: language, prompts."""

    def __init__(
        self, terminal: Terminal, settings: Settings, clock: Clock, outside: Outside
    ) -> None:
        super().__init__()
        self._terminal, self._own, self._clock = terminal, settings, clock
        self._wording = terminal.wording()
        self._settings = settings.with_wording(self._wording)
        """The file's, with central's words."""
        self._outside = outside
        self._state = Encounter()
        self._officer: Officer | None = None
        self._dialog: Dialog | None = None
        self._turn = Turn()
        self._extended = 0
        self._settled = 0.0
        """When buttons lead the page of reasons, if they do."""
        self._moved = -SLIP
        """When what a citizen touches last moved beneath the finger."""
        self._panels = [PanelState(wanted=bool(panel.port)) for panel in settings.panels]
        self._queue_ways: dict[str, str] = {}
        """What is wrong with each way in of the queue system; "": nothing."""
        self._guide: str | None = None
        """Why the audible guide can't be heard; "": it can; None: there is none."""
        self._sending: Sending | None = None
        self._broken_at: Moment | None = None
        self._seen = clock.now()
        self._shower = self._made_shower(settings.language)
        self._phase_timer = self._timer(self._tick)
        self._dialog_timer = self._timer(self._dialog_left)
        self._repair_timer = self._timer(self._try_repair)
        self._idle_timer = self._timer(self._expect)
        self._board: tuple[NoticeCard, ...] = ()
        self._notice = 0
        self._notice_timer = QTimer(self, interval=int(settings.notice_seconds * 1000))
        self._notice_timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._notice_timer.timeout.connect(self.turn_notice)
        self._coarse_timer = QTimer(self, interval=COARSE_MS)
        self._coarse_timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._coarse_timer.timeout.connect(self.look_at_the_clock)

    def start(self) -> None:
        """Take up a duty that was open when the program stopped."""
        self._terminal.note(Kind.STARTED, {"version": kiosk.__version__})
        left = self._terminal.open_duty()
        if left is not None:
            self._officer = self._terminal.officer(left.duty.officer)
            self._state = replace(
                self._state, duty=left.duty, paused=left.paused, served_at=self._seen.boot
            )
            self._state = replace(
                self._state, phase=self._state.resting_phase(self._settings.rules)
            )
            if self._seen.wall.time() >= self._settings.office.closes:
                self._step(SignOff(EndOfDuty.CLOSING_TIME))
        self._coarse_timer.start()
        self._notice_timer.start()
        self._board = self._shower.board(self._outside.notices())
        self._refresh()

    def stop(self) -> None:
        """The program ends in order."""
        for timer in (
            self._phase_timer,
            self._dialog_timer,
            self._repair_timer,
            self._idle_timer,
        ):
            timer.stop()
        self._coarse_timer.stop()
        self._notice_timer.stop()
        if self._state.phase is not Phase.OUT_OF_SERVICE:
            self._terminal.note(Kind.STOPPED)

    def still_running(self) -> None:
        """Called every quarter of an hour: no press is in the journal, so that without this a power
        cut at two would count as dark since the last pause."""
        hours = self._settings.office
        open_now = hours.opens <= self._clock.now().wall.time() < hours.closes
        if open_now and self._state.phase is not Phase.OUT_OF_SERVICE:
            self._note(Kind.RUNNING, "")

    @property
    def state(self) -> Encounter:
        return self._state

    @property
    def panel(self) -> PanelState:
        """The panel to speak of: one that is wanted and down, else the first."""
        troubled = (panel for panel in self._panels if panel.wanted and not panel.up)
        return next(troubled, self._panels[0])

    def lock_is_over(self) -> bool:
        """Whether a press now would be a rating of its own."""
        return self._clock.now().boot >= self._state.locked_until

    # --- citizens --------------------------------------------------------------------------

    def press(
        self, score: int, channel: Channel, mark: Mark | None = None, age: float = 0.0
    ) -> bool:
        """A citizen pressed, `age` seconds ago. True once what follows is durable (rating or
        count): only then may a panel be told."""
        event = Press(score=Score(score), channel=channel, id=RatingId(token_bytes(16)), age=age)
        if self.comes_late(age):
            return self._step(event, mark)  # nobody stands there: it changes no screen
        self._dialog = None
        if channel is not Channel.TOUCH and self._leads:
            return self.lead(Lead.of(score, self._settings.rules.scale.levels), mark)
        return self._step(event, mark)

    def comes_late(self, age: float) -> bool:
        """Whether a press of `age` seconds ago is counted as late, so that nobody is thanked."""
        return late(self._state, age, self._clock.now())

    def touch(self, score: int) -> None:
        self.press(score, Channel.TOUCH)

    def toggle_reason(self, reason: str) -> None:
        """A citizen touched a reason."""
        if not self._slips:
            self._toggle(reason)

    def _toggle(self, reason: str) -> None:
        self._turn = replace(self._turn, chosen=self._turn.chosen ^ {ReasonId(reason)})
        self.give_more_time()

    def lead(self, lead: str, mark: Mark | None = None) -> bool:
        """A citizen who rated by a button goes through the reasons by buttons (a Lead). True once
        what follows is durable."""
        if lead == Lead.DONE:
            return self._step(GiveReasons(tuple(self._turn.chosen)), mark)
        if not self._keep_mark(mark):
            return False
        names = [str(reason.id) for reason in self._settings.reasons]
        pointed = self._turn.pointed if self._turn.pointed in names else ""
        said = () if pointed else self._buttons_of_reasons()
        if lead == Lead.NEXT or not pointed:
            pointed = names[(names.index(pointed) + 1) % len(names)] if pointed else names[0]
            self._turn = replace(self._turn, pointed=pointed)
            self.give_more_time()
        else:
            self._toggle(pointed)
        state = "chosen" if pointed in self._turn.chosen else "not-chosen"
        self.spoken.emit(self._shower.language, (*said, f"reason-{pointed}", state))
        return True

    def ask_more_time(self) -> None:
        """Asked for by a touch: what ends the page now comes where that was."""
        self._moved = self._clock.now().boot
        self.give_more_time()

    def give_more_time(self) -> None:
        """The citizen is still choosing: the whole time of an offer or of reasons begins again, as
        long as it may."""
        rules, now = self._settings.rules, self._clock.now().boot
        if self._extended < MOST_EXTENSIONS:
            if self._state.phase is Phase.REASONS:
                self._state = replace(self._state, until=now + rules.reasons_timeout)
            elif self._state.offer is not None:
                self._state = replace(self._state, until=now + rules.offer)
            self._extended += 1
        self._refresh()

    def give_reasons(self) -> None:
        """A citizen touched that they are done."""
        if not self._slips:
            self._step(GiveReasons(tuple(self._turn.chosen)))

    def choose_language(self, code: str) -> None:
        self._shower = self._made_shower(code)
        self.give_more_time()

    def skip(self) -> None:
        """The citizen declines the question that was offered."""
        if not self._slips:
            self._step(Skip())

    @property
    def _slips(self) -> bool:
        return self._clock.now().boot < self._moved + SLIP

    # --- the queue -------------------------------------------------------------------------

    def queue(self, event: QueueEvent) -> bool:
        """The queue system or the officer says how the counter's queue moves. True once what
        follows is durable; out of service, once it is remembered to be counted."""
        if isinstance(event, Served):
            self._dialog = None  # an offer that stands behind a dialog would be none
            self._dialog_timer.stop()
        return self._step(event)

    def queue_way(self, way: str, trouble: str = "") -> None:
        """One way in of the queue system is up, or down for a reason (told once)."""
        if self._queue_ways.get(way) != trouble:
            self._queue_ways[way] = trouble
            self._note(Kind.QUEUE_DOWN if trouble else Kind.QUEUE_UP, trouble or way)

    def guide_stands(self, trouble: str) -> None:
        """The audible guide can be heard, or why not."""
        self._guide = trouble

    # --- the panel -------------------------------------------------------------------------

    def panel_pressed(
        self, button: int, mark: Mark | None, age: float = 0.0, *, panel: int = 0
    ) -> bool:
        """A button of a panel, pressed `age` seconds ago; True when the panel may be told that it
        was kept. `mark` None: it can't be told again."""
        if isinstance(self._dialog, ServiceMenu) and self._dialog.testing:
            self._panels = [replace(known, last_button=button) for known in self._panels]
            self._refresh()
            return self._keep_mark(mark)
        score = self._settings.panels[panel].buttons.get(button)
        if score is None:
            if self._state.phase is Phase.READY and not self.comes_late(age):
                self._explain(panel)
            return self._keep_mark(mark)
        return self.press(score, Channel.PANEL, mark, age)

    def panel_up(self, device: str, *, panel: int = 0) -> None:
        known = replace(self._panels[panel], up=True, device=device, trouble="", refused=False)
        self._panels[panel] = known
        self._note(Kind.PANEL_UP, device)
        self._refresh()

    def panel_down(self, reason: str, *, refused: bool = False, panel: int = 0) -> None:
        was_up = self._panels[panel].up
        known = replace(self._panels[panel], up=False, trouble=reason, refused=refused)
        self._panels[panel] = known
        if was_up or refused:
            self._note(Kind.PANEL_DOWN, reason)
        self._refresh()

    def panel_stuck(self, button: int) -> None:
        self._note(Kind.BUTTON_STUCK, str(button))

    # --- officers --------------------------------------------------------------------------

    def message_acted(self) -> None:
        """The button of the closed or the paused screen."""
        self._open(Choosing())

    def choose_officer(self, officer_id: str) -> None:
        officer = self._terminal.officer(OfficerId(officer_id))
        if officer is not None and not officer.retired:
            self._open(TypingPin(purpose=Purpose.SIGN_ON, who=officer))

    def ask_staff(self) -> None:
        if self._officer is not None:
            self._open(TypingPin(purpose=Purpose.DUTY_MENU, who=self._officer))

    def ask_service(self) -> None:
        self._open(TypingPin(purpose=Purpose.SERVICE_MENU, who=None))

    def type_digit(self, digit: str) -> None:
        match self._dialog:
            case Choosing(typed):
                self._type_number(typed + digit)
            case TypingPin(typed=typed, locked=False) as dialog if len(typed) < DIGITS:
                self._open(replace(dialog, typed=typed + digit, message=""))
                if len(typed) + 1 == DIGITS:
                    self._check_pin(typed + digit)

    def erase(self) -> None:
        match self._dialog:
            case Choosing(typed) | TypingPin(typed=typed) as dialog:
                self._open(replace(dialog, typed=typed[:-1]))

    def back(self) -> None:
        self._drop_dialog()

    def act(self, action: str) -> None:
        """An entry of a menu."""
        match self._dialog, action:
            case DutyMenu(), "pause":
                self._drop_dialog()
                self._step(Pause())
            case DutyMenu(), "sign-off":
                self._drop_dialog()
                self._step(SignOff())
            case DutyMenu(), "hand-over":
                self._open(Choosing())
            case ServiceMenu(testing), "panel-test":
                self._panels = [replace(known, last_button=0) for known in self._panels]
                self._open(ServiceMenu(not testing))
            case ServiceMenu(), "sync" | "stick" if not self._sends:
                self._sending = Sending(action)
                self._open(ServiceMenu())
                self.errand_asked.emit(action)
            case ServiceMenu(), "exit":
                self.exit_asked.emit()
            case _, "back":
                self._drop_dialog()

    def key(self, name: str) -> None:
        """A key of a keyboard or a keyboard-type pad."""
        if self._dialog is not None:
            if len(name) == 1 and name in "0123456789":
                self.type_digit(name)
            elif name == "Backspace":
                self.erase()
            elif name == "Escape":
                self.back()
            return
        score = self._settings.keys.get(name)
        if score is not None:
            self.press(score, Channel.KEYBOARD)
        elif name == self._settings.queue.key and not self.queue(Served()):
            self.queue(Served())  # a key is not said again: now it is at least remembered

    def errand_came_on(self) -> None:
        """What staff sends came on by a step."""
        if isinstance(self._dialog, ServiceMenu):
            self._refresh()

    def errand_ended(self, errand: str, code: int, trouble: str) -> None:
        """What was asked for, or came by itself, is over: `code` of its command, and its words."""
        if self._sending == Sending(errand):
            self._sending = Sending(errand, code, trouble)
            if isinstance(self._dialog, ServiceMenu):
                self._dialog_timer.start(DIALOG_IDLE_MS)
        self.renew_roster()

    def renew_roster(self) -> None:
        """The roster or the wording may have changed (after a sync)."""
        try:
            self._wording = self._terminal.wording()
        except StoreFailed as error:
            self._fail(str(error))
            return
        self._settings = self._own.with_wording(self._wording)
        self._shower = self._made_shower(self._shower.language)
        if self._state.duty is not None:
            self._officer = self._terminal.officer(self._state.duty.officer)
        self._refresh()

    def look_at_the_clock(self) -> None:
        """Closing time, a duty left alone, and whether the wall clock jumped.

        A duty ends when closing time passes; one that begins after it (overtime) goes on until
        midnight passes.
        """
        now, before = self._clock.now(), self._seen
        self._notice_jump(now)
        closes = self._settings.office.closes
        passed = before.wall.time() < closes <= now.wall.time()
        if self._state.duty is not None and (passed or before.wall.date() != now.wall.date()):
            self._step(SignOff(EndOfDuty.CLOSING_TIME))
        elif self._state.idle(now, self._settings.rules):
            self._step(SignOff(EndOfDuty.IDLE))

    def turn_notice(self) -> None:
        """The next notice, while nobody is being served and the office is open: outside its hours
        nothing moves, and the screen may dim."""
        hours = self._settings.office
        idle = self._dialog is None and self._state.phase in (Phase.CLOSED, Phase.PAUSED)
        if not idle or not hours.opens <= self._clock.now().wall.time() < hours.closes:
            return
        self._board = self._shower.board(self._outside.notices())
        self._notice += 1
        self._refresh()

    # --- inside ----------------------------------------------------------------------------

    def _type_number(self, typed: str) -> None:
        officers = self._terminal.officers()
        matching = [o for o in officers if o.number.startswith(typed)]
        if len(matching) == 1 and matching[0].number == typed:
            self.choose_officer(matching[0].id)
        elif matching:
            self._open(Choosing(typed))

    def _check_pin(self, typed: str) -> None:
        dialog = self._dialog
        assert isinstance(dialog, TypingPin)  # noqa: S101  (called from there only)
        try:
            answer = self._terminal.check_pin(dialog.who.id if dialog.who else SERVICE_OWNER, typed)
        except StoreFailed as error:
            self._fail(str(error))
            return
        match answer:
            case PinRight():
                self._admit(dialog)
            case PinWrong(wait) | PinWait(wait):
                say = self._shower.say
                message = say("pin.wait", seconds=ceil(wait)) if wait else say("pin.wrong")
                self._open(replace(dialog, typed="", message=message))
            case PinDead():
                message = self._shower.say("pin.dead")
                self._open(replace(dialog, typed="", message=message, locked=True))

    def _admit(self, dialog: TypingPin) -> None:
        match dialog.purpose:
            case Purpose.SERVICE_MENU:
                self._note(Kind.SERVICE_MENU, "opened")
                self._sending = self._sending if self._sends else None
                self._open(ServiceMenu())
            case Purpose.DUTY_MENU:
                self._open(DutyMenu())
            case Purpose.SIGN_ON:
                assert dialog.who is not None  # noqa: S101  (sign-on is always by somebody)
                self._sign_on(dialog.who)

    def _sign_on(self, officer: Officer) -> None:
        self._drop_dialog()
        duty = self._state.duty
        if duty is not None and duty.officer == officer.id:
            self._step(Resume())
            return
        office = self._settings.office
        self._officer = officer
        self._step(SignOn(Duty(officer.id, office.service, office.counter)))

    def _step(self, event: Event, mark: Mark | None = None) -> bool:
        """Decide, keep, and only then move on. False when nothing could be kept."""
        if self._state.phase is Phase.OUT_OF_SERVICE and not isinstance(event, Repair | QueueEvent):
            return False
        after, effects = step(self._state, event, self._clock.now(), self._settings.rules)
        try:
            self._terminal.carry_out(effects, mark)
        except StoreFailed as error:
            self._fail(str(error))
            return False
        before, self._state = self._state, after
        served = isinstance(event, Served) or after.until != before.until
        offered = after.offer is not None and served
        if after.phase is not before.phase or offered:
            self._turn, self._extended = Turn(), 0
            if after.phase not in (Phase.REASONS, Phase.THANKS):
                self._shower = self._made_shower(self._settings.language)
        kept = next((e.rating for e in effects if isinstance(e, Record)), None)
        if kept is not None:
            self._turn = Turn(leads=kept.channel is not Channel.TOUCH)
            self._moved = self._clock.now().boot
            self._settled = self._moved + SETTLING
        self._refresh()
        if kept is not None:
            self.spoken.emit(self._shower.language, ("thanks", *self._said_of_reasons()))
        elif offered:
            self._explain(0)
        return True

    @property
    def _leads(self) -> bool:
        """Whether a press of a button now leads the page of reasons. It rates nobody then."""
        there = self._state.phase is Phase.REASONS and self._turn.leads
        return there and self._clock.now().boot >= self._settled

    def _said_of_reasons(self) -> tuple[str, ...]:
        """What is said of them at once: nothing where that would tell of a low score."""
        if self._settings.rules.ask is not Ask.ALWAYS or not self._turn.leads:
            return ()
        return self._buttons_of_reasons()

    def _buttons_of_reasons(self) -> tuple[str, ...]:
        """What a citizen hears who comes to the reasons by buttons."""
        levels = self._settings.rules.scale.levels
        known = self._panels[0].wanted
        buttons = self._settings.panels[0].buttons.items() if known else ()
        pairs = ((f"button-{n}", Lead.of(s, levels).value) for n, s in sorted(buttons))
        return ("reasons", *(name for pair in pairs for name in pair))

    def _explain(self, panel: int) -> None:
        """Have the question said, and which button of the panel is which, if there is one."""
        levels = self._settings.rules.scale.levels
        known = self._panels[panel].wanted
        buttons = self._settings.panels[panel].buttons.items() if known else ()
        pairs = ((f"button-{n}", f"scale{levels}-{score}") for n, score in sorted(buttons))
        names = ("question", *(name for pair in pairs for name in pair))
        self.spoken.emit(self._shower.language, names)

    def _keep_mark(self, mark: Mark | None) -> bool:
        try:
            self._terminal.carry_out((), mark)
        except StoreFailed as error:
            self._fail(str(error))
            return False
        return True

    def _fail(self, trouble: str) -> None:
        self._dialog = None
        now = self._clock.now()
        if self._state.phase is not Phase.OUT_OF_SERVICE:
            self._broken_at = now
        self._state, _ = step(self._state, Break(trouble), now, self._settings.rules)
        self._repair_timer.start(REPAIR_MS)
        self._refresh()

    def _try_repair(self) -> None:
        try:
            self._terminal.repair(self._broken_at)
        except StoreFailed as error:
            self._fail(str(error))
            return
        self._step(Repair())

    def _tick(self) -> None:
        self._step(Tick())

    def _seconds_left(self) -> int:
        """Seconds that an offer or the reasons stay, once worth a warning; 0 before."""
        until = self._state.until
        if not self._warns or until is None:
            return 0
        left = until - self._clock.now().boot
        return ceil(left) if 0 < left <= WARNING else 0

    @property
    def _warns(self) -> bool:
        """Whether what the citizen is looking at goes away by itself, after a warning."""
        return self._state.phase is Phase.REASONS or self._state.offer is not None

    def _open(self, dialog: Dialog) -> None:
        if self._state.phase is Phase.OUT_OF_SERVICE and not _is_service(dialog):
            return
        self._dialog = dialog
        self._dialog_timer.start(DIALOG_IDLE_MS)
        self._refresh()

    def _dialog_left(self) -> None:
        """Nobody did anything: the dialog goes, but for one who waits to see it sent."""
        if isinstance(self._dialog, ServiceMenu) and self._sends:
            self._dialog_timer.start(DIALOG_IDLE_MS)
        else:
            self._drop_dialog()

    @property
    def _sends(self) -> bool:
        return self._sending is not None and self._sending.code is None

    def _drop_dialog(self) -> None:
        self._dialog = None
        self._dialog_timer.stop()
        self._refresh()

    def _note(self, kind: Kind, what: str) -> None:
        try:
            self._terminal.note(kind, {"what": what[:100]})
        except StoreFailed as error:
            self._fail(str(error))

    def _notice_jump(self, now: Moment) -> None:
        passed = now.boot - self._seen.boot
        strayed = (now.wall - self._seen.wall).total_seconds() - passed
        self._seen = now
        if abs(strayed) > JUMP:
            self._note(Kind.CLOCK_JUMPED, f"{strayed:+.0f} s")

    def _made_shower(self, language: str) -> Shower:
        """With a code of its own for the next thanks: each token is one citizen's."""
        shower = Shower(self._settings, Words.load(language), self._wording, ())
        return shower.with_code(self._outside.qr)

    def _refresh(self) -> None:
        until = self._state.until
        if until is None:
            self._phase_timer.stop()
        else:
            left = until - self._clock.now().boot
            if self._warns and left > WARNING:
                left -= WARNING
            self._phase_timer.start(max(0, ceil(left * 1000)))
        view = self.view()
        self.view_changed.emit(view)
        if isinstance(view, ReadyView):
            self._idle_timer.start(0)

    def _expect(self) -> None:
        """Make the next thanks ready."""
        self.thanks_expected.emit(self._shower.thanks())

    def view(self) -> View:
        """What the screen must show now."""
        show = self._shower
        match self._dialog:
            case Choosing(typed):
                return show.sign_on(self._terminal.officers(), typed)
            case TypingPin(_, who, typed, message, locked):
                return show.pin(who, len(typed), message, locked)
            case DutyMenu() if self._officer is not None:
                return show.duty_menu(self._officer)
            case ServiceMenu(testing):
                return show.service_menu(self._facts(), self.panel, testing)
        more = self._extended < MOST_EXTENSIONS
        turn = replace(self._turn, seconds_left=self._seconds_left(), more=more)
        notice = self._board[self._notice % len(self._board)] if self._board else None
        return show.resting(self._state, self._rated, self.panel, turn, notice)

    @property
    def _rated(self) -> Officer | None:
        """Whom a rating now would be about: an open offer stays its own officer's."""
        offer = self._state.offer
        if offer is None or (self._officer and self._officer.id == offer.officer):
            return self._officer
        return self._terminal.officer(offer.officer)

    def _facts(self) -> ServiceFacts:
        status = self._terminal.status()
        return ServiceFacts(
            last_sync=status.last_sync.at.replace("T", " ")[:16] if status.last_sync else "",
            enrolled=status.enrolment is not None,
            due=status.due,
            free_mib=self._outside.free_mib(),
            version=kiosk.__version__,
            queue="; ".join(filter(None, self._queue_ways.values())) if self._queue_ways else None,
            guide=self._guide,
            sending=self._sending,
        )

    def _timer(self, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(slot)
        return timer


def _is_service(dialog: Dialog) -> bool:
    return isinstance(dialog, ServiceMenu) or (
        isinstance(dialog, TypingPin) and dialog.purpose is Purpose.SERVICE_MENU
    )
