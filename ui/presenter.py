"""Puts the terminal's parts together and says what the screen must show. QtCore only.

Each part is one subject, and the only way in for what concerns it: `citizen`, `panels`, `queue`,
`staff`, `notices`, `clock`. They share one `session`; the timers are here.
"""

from collections.abc import Callable
from datetime import time
from math import ceil

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from kiosk import release
from kiosk.clock import Clock
from kiosk.domain.encounter import Encounter, Phase, Served, Tick
from kiosk.domain.people import Officer
from kiosk.domain.rating import Channel
from kiosk.settings.definition import Settings
from kiosk.store.engine import StoreFailed
from kiosk.store.journal import Kind
from kiosk.terminal import Terminal
from ui.citizen import Citizen
from ui.clock_watch import ClockWatch
from ui.dialogs import Choosing, DutyMenu, OwnRound, PanelWizard, ServiceMenu, TypingPin
from ui.nightly import delay_of, is_due
from ui.notice_board import NoticeBoard
from ui.panel_states import Panels
from ui.queue_events import Queue
from ui.session import Outlets, Outside, TerminalSession
from ui.staff import StaffDialogs
from ui.store_guard import guarded
from ui.view import ReadyView, View

CLOCK_LOOK_MS = 20_000
"""How often wall-clock duties are looked at: closing time, a jump of the clock."""
REPAIR_MS = 5_000
LANGUAGE_MS = 60_000
"""Without a touch, until the screen speaks the office's language again."""


class Presenter(QObject):
    view_changed = Signal(object)
    thanks_expected = Signal(object)
    """The view that the next press may lead to, sent while nobody waits."""
    spoken = Signal(str, tuple)
    """What an audible guide says now: language, prompts."""

    def __init__(
        self, terminal: Terminal, settings: Settings, clock: Clock, outside: Outside
    ) -> None:
        super().__init__()
        self._phase_timer = self._once(self.tick)
        self._repair_timer = self._once(self.try_repair)
        self._idle_timer = self._once(self._expect_thanks)
        self._language_timer = self._once(self.forget_language)
        outlets = Outlets(
            redraw=self._redraw,
            say=self.spoken.emit,
            broken=lambda: self._repair_timer.start(REPAIR_MS),
        )
        self.session = TerminalSession(
            terminal=terminal, settings=settings, clock=clock, outside=outside, outlets=outlets
        )
        self.clock = ClockWatch(self.session)
        self.citizen = Citizen(self.session, self.clock)
        self.panels = Panels(self.session, self.citizen)
        self.queue = Queue(self.session)
        self.staff = StaffDialogs(self.session, self.panels, self.queue, outside)
        self.notices = NoticeBoard(self.session, outside.notices)
        self._notice_timer = self._every(int(settings.notices.seconds * 1000), self.notices.turn)
        self._clock_timer = self._every(CLOCK_LOOK_MS, self.clock.look)
        self._clock_timer.setTimerType(Qt.TimerType.VeryCoarseTimer)

    def start(self) -> None:
        """Take up a duty that was open when the program stopped. StoreFailed, and then nothing
        moves."""
        try:
            order = self.session.settings.scale.order
            self.session.terminal.note(
                Kind.STARTED, {"version": release.version(), "order": order.value}
            )
            self.session.take_up()
            if self.session.encounter.duty is not None:
                # Else a duty ended with power cuts that are never a quarter of an hour apart.
                self.session.note(Kind.RUNNING, "")
            self.notices.fill()
            self._redraw()
        except StoreFailed:
            self.halt()
            raise
        self._clock_timer.start()
        self._notice_timer.start()

    def stop(self) -> None:
        """The program ends in order. StoreFailed."""
        self.halt()
        if not self.session.out_of_service:
            self.session.terminal.note(Kind.STOPPED)

    def halt(self) -> None:
        """Nothing comes by itself any more."""
        for timer in (*self.findChildren(QTimer), *self.staff.findChildren(QTimer)):
            timer.stop()

    @property
    def state(self) -> Encounter:
        return self.session.encounter

    @guarded(None)
    def key(self, name: str) -> None:
        """A key of a keyboard, or of a keyboard-type pad: a key that the settings name is a
        citizen's on every page."""
        settings = self.session.settings
        score = settings.keys.get(name)
        if score is not None:
            self.citizen.press(score, Channel.KEYBOARD)
        elif self.session.dialog_shown is not None:
            self.staff.key(name)
        elif name == settings.offer.key and not self.queue.take(Served()):
            self.queue.take(Served())  # a key is not sent again: now it is at least remembered

    @guarded(None)
    def renew_words(self) -> None:
        """The roster or the wording may have changed."""
        self.session.renew_words()

    @guarded(False)
    def is_enrolled(self) -> bool:
        """Whether this terminal belongs to a central report, as far as that can be read now."""
        return self.session.terminal.enrolment() is not None

    @guarded(False)
    def sync_is_due(self, at: time) -> bool:
        """Whether the last night's sync, planned for `at`, is still to be made."""
        terminal = self.session.terminal
        enrolment = terminal.enrolment()
        if enrolment is None:
            return False
        delay = delay_of(enrolment.site, enrolment.terminal)
        return is_due(self.session.now().wall, terminal.synced(), at, delay)

    @guarded(None)
    def tick(self) -> None:
        """The present phase may be over."""
        self.session.step(Tick())

    @guarded(None)
    def forget_language(self) -> None:
        """Whoever chose a language has gone without a touch; a turn that goes on has its time."""
        encounter = self.session.encounter
        if encounter.phase in (Phase.REASONS, Phase.THANKS) or encounter.offer is not None:
            self._language_timer.start(LANGUAGE_MS)
            return
        self.session.use_language(self.session.settings.screen.language)
        self.session.redraw()

    @guarded(None)
    def try_repair(self) -> None:
        """Out of service: see whether the store answers again."""
        self.session.repair()

    # --- what stands on the screen ------------------------------------------------------------

    def view(self) -> View:
        """What the screen must show now."""
        try:
            return self._view()
        except StoreFailed as error:
            self.session.break_off(error)
            return self._view()

    def _view(self) -> View:
        session, builder = self.session, self.session.builder
        match session.dialog_shown:
            case Choosing(typed, unknown):
                return builder.sign_on(session.terminal.officers(), typed, unknown=unknown)
            case TypingPin() as dialog:
                return builder.pin(dialog, session.now().boot)
            case DutyMenu() if session.officer is not None:
                return builder.duty_menu(
                    session.officer,
                    session.terminal.duty_began(),
                    has_result=session.terminal.own_result(session.officer.id) is not None,
                )
            case OwnRound(who):
                return builder.own_round(who, session.terminal.own_result(who.id))
            case PanelWizard() as wizard:
                return builder.panel_setup(wizard)
            case ServiceMenu(testing):
                return builder.service_menu(self.staff.facts(), self.panels.foremost, testing)
        officer = self._rated_officer()
        return builder.resting(
            state=session.encounter,
            officer=officer,
            follows=session.officer if officer != session.officer else None,
            panel=self.panels.foremost,
            turn=session.turn.on_screen(session.encounter, session.now().boot),
            notice=self.notices.card,
            now=session.now().wall,
            open_now=session.office_is_open(),
            closes_soon=session.closes_soon(),
        )

    def _rated_officer(self) -> Officer | None:
        """Whom a rating now would be about: an open offer stays its own officer's, and so does the
        question for a moment after another signed on."""
        session = self.session
        named, officer = session.encounter.named(session.now()), session.officer
        if named is None or (officer is not None and officer.id == named.officer):
            return officer
        return session.terminal.officer(named.officer)

    def _redraw(self) -> None:
        self._set_phase_timer()
        if self.session.builder.language == self.session.settings.screen.language:
            self._language_timer.stop()
        else:
            self._language_timer.start(LANGUAGE_MS)
        view = self._view()
        self.view_changed.emit(view)
        if isinstance(view, ReadyView):
            self._idle_timer.start(0)

    def _set_phase_timer(self) -> None:
        """Wake up when the phase ends, or when the screen has to warn of its end."""
        session, now = self.session, self.session.now().boot
        change_at = session.turn.next_change(session.encounter, now)
        if change_at is None:
            self._phase_timer.stop()
        else:
            self._phase_timer.start(max(0, ceil((change_at - now) * 1000)))

    def _expect_thanks(self) -> None:
        self.thanks_expected.emit(self.session.builder.thanks())

    # --- timers -----------------------------------------------------------------------------

    def _once(self, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(slot)
        return timer

    def _every(self, milliseconds: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self, interval=milliseconds)
        timer.setTimerType(Qt.TimerType.CoarseTimer)
        timer.timeout.connect(slot)
        return timer
