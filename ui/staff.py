"""Where officers and technicians come in: signing on, PINs, the two menus, sending data."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from kiosk import release
from kiosk.domain.duty import Duty
from kiosk.domain.encounter import EndThanks, Pause, Resume, SignOff, SignOn
from kiosk.domain.people import Officer, OfficerId
from kiosk.domain.refusal import Refusal
from kiosk.lockout import PinDead, PinRight, PinWait, PinWrong
from kiosk.pin import DIGITS
from kiosk.store.journal import Kind
from kiosk.terminal import SERVICE_OWNER
from ui.dialogs import (
    Choosing,
    Dialog,
    DutyMenu,
    OwnRound,
    PanelWizard,
    Purpose,
    ServiceMenu,
    TypingPin,
)
from ui.names import letters, matching
from ui.panel_states import Panels
from ui.queue_events import Queue
from ui.session import Outside, TerminalSession
from ui.store_guard import guarded
from ui.view_builder import Sending, ServiceFacts

DIALOG_IDLE_MS = 45_000
"""A dialog left alone goes away."""
OWN_ROUND_MS = 30_000
"""An own result stands so long, whatever is touched: others stand behind."""
MOST_COVERED_MS = 90_000
"""So long a dialog may stand where a citizen would rate, whatever is touched."""


class StaffDialogs(QObject):
    exit_asked = Signal()
    setup_asked = Signal()
    errand_asked = Signal(str)
    """Staff wants data sent now: `sync` by the network, or by a `stick`."""

    def __init__(
        self, session: TerminalSession, panels: Panels, queue: Queue, outside: Outside
    ) -> None:
        super().__init__()
        self.session = session
        self._panels, self._queue, self._outside = panels, queue, outside
        self._guide_troubles: tuple[Refusal, ...] | None = None
        self._sending: Sending | None = None
        self._timer = QTimer(self, singleShot=True, interval=DIALOG_IDLE_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.leave_alone)
        self._second = QTimer(self, singleShot=True, interval=1000)
        self._second.timeout.connect(self._count_down)
        self._bound = QTimer(self, singleShot=True, interval=MOST_COVERED_MS)
        self._bound.setTimerType(Qt.TimerType.PreciseTimer)
        self._bound.timeout.connect(self.back)

    # --- who wants in -----------------------------------------------------------------------

    @guarded(None)
    def message_acted(self) -> None:
        """The button of the closed or the paused screen."""
        self._open(Choosing())

    @guarded(None)
    def change_officer(self) -> None:
        """A colleague takes over while another is on duty: the other's duty ends as theirs
        begins."""
        self._open(Choosing())

    @guarded(None)
    def choose_officer(self, officer_id: str) -> None:
        officer = self.session.terminal.officer(OfficerId(officer_id))
        if officer is not None and not officer.retired:
            self._open(TypingPin(purpose=Purpose.SIGN_ON, who=officer))

    @guarded(None)
    def ask_staff(self) -> None:
        """The officer on duty wants the duty's menu; where nobody serves, somebody signs on."""
        if not self.session.encounter.serves:
            self._open(Choosing())
        elif self.session.officer is not None:
            self._open(TypingPin(purpose=Purpose.DUTY_MENU, who=self.session.officer))

    @guarded(None)
    def ask_service(self) -> None:
        """A technician wants the service menu."""
        self._open(TypingPin(purpose=Purpose.SERVICE_MENU, who=None))

    # --- typing -----------------------------------------------------------------------------

    @guarded(None)
    def type_digit(self, digit: str) -> None:
        match self.session.dialog:
            case Choosing():
                self.type_letter(digit)
            case TypingPin(typed=typed, locked=False) as dialog if len(typed) < DIGITS:
                self._open(replace(dialog, typed=typed + digit, wrong=False))
                if len(typed) + 1 == DIGITS:
                    self._check_pin(dialog, typed + digit)

    @guarded(None)
    def type_letter(self, letter: str) -> None:
        """A letter or a digit, of a number or a name."""
        dialog = self.session.dialog
        if isinstance(dialog, Choosing) and letters(letter):
            self._look_up(dialog.typed, dialog.typed + letters(letter))

    @guarded(None)
    def erase(self) -> None:
        match self.session.dialog:
            case Choosing(typed):
                self._open(Choosing(typed[:-1]))
            case TypingPin(typed=typed) as dialog:
                self._open(replace(dialog, typed=typed[:-1]))

    @guarded(None)
    def key(self, name: str) -> None:
        """A key of a keyboard, while a dialog is open."""
        if len(name) == 1 and name in "0123456789":
            self.type_digit(name)
        elif len(name) == 1:
            self.type_letter(name)
        elif name == "Backspace":
            self.erase()
        elif name == "Escape":
            self.back()

    @guarded(None)
    def back(self) -> None:
        self._close()

    def _look_up(self, before: str, typed: str) -> None:
        """Choose whose number is whole; nobody's is typed anew, a letter that is none's again."""
        officers = matching(self.session.terminal.officers(), typed)
        if len(officers) == 1 and letters(officers[0].number) == typed:
            self.choose_officer(officers[0].id)
        elif officers:
            self._open(Choosing(typed))
        else:
            self._open(Choosing("" if typed.isdigit() else before, unknown=True))

    def _check_pin(self, dialog: TypingPin, typed: str) -> None:
        owner = dialog.who.id if dialog.who else SERVICE_OWNER
        now = self.session.now().boot
        match self.session.terminal.check_pin(owner, typed):
            case PinRight():
                self._admit(dialog)
            case PinWrong(wait) | PinWait(wait):
                until = now + wait if wait else 0.0
                self._open(replace(dialog, typed="", wrong=True, wait_until=until))
                self._count_down()
            case PinDead():
                self._open(replace(dialog, typed="", locked=True))

    @guarded(None)
    def _count_down(self) -> None:
        """Say how long is still to wait, each second."""
        dialog = self.session.dialog
        if isinstance(dialog, TypingPin) and dialog.wait_until:
            if self.session.now().boot >= dialog.wait_until:
                self.session.dialog = replace(dialog, wrong=False, wait_until=0.0)
            else:
                self._second.start()
            self.session.redraw()

    def _admit(self, dialog: TypingPin) -> None:
        match dialog.purpose:
            case Purpose.SERVICE_MENU:
                self.session.note(Kind.SERVICE_MENU, "opened")
                self._sending = self._sending if self._sends() else None
                self._open(ServiceMenu())
            case Purpose.DUTY_MENU:
                self._open(DutyMenu())
            case Purpose.OWN_RESULT:
                assert dialog.who is not None  # noqa: S101  (everybody's own has somebody)
                self._open(OwnRound(dialog.who))
            case Purpose.SIGN_ON:
                assert dialog.who is not None  # noqa: S101  (sign-on is always by somebody)
                self._sign_on(dialog.who)

    def _sign_on(self, officer: Officer) -> None:
        session = self.session
        self._close()
        duty = session.encounter.duty
        if duty is not None and duty.officer == officer.id:
            session.step(Resume())
            return
        office = session.settings.office
        session.officer = officer
        session.step(SignOn(Duty(officer.id, office.service, office.counter)))

    # --- menus ------------------------------------------------------------------------------

    @guarded(None)
    def act(self, action: str) -> None:
        """An entry of a menu."""
        match self.session.dialog, action:
            case DutyMenu(), "pause":
                self._close()
                self.session.step(Pause())
            case DutyMenu(), "sign-off":
                self._close()
                self.session.step(SignOff())
            case DutyMenu(), "hand-over":
                self._open(Choosing())
            case DutyMenu(), "own-result" if self.session.officer is not None:
                self._open(TypingPin(purpose=Purpose.OWN_RESULT, who=self.session.officer))
            case ServiceMenu(testing), "panel-test":
                self._panels.forget_presses()
                self._open(ServiceMenu(not testing))
            case (ServiceMenu(), "panel-setup") | (PanelWizard(), "again"):
                if not self.session.is_rating_time:
                    self.setup_asked.emit()
            case ServiceMenu(), "sync" | "stick" if not self._sends():
                self._sending = Sending(action)
                self._open(ServiceMenu())
                self.errand_asked.emit(action)
            case ServiceMenu(), "exit":
                self.exit_asked.emit()
            case _, "back":
                self._close()

    @guarded(None)
    def show_setup(self, wizard: PanelWizard) -> None:
        """The setting up of a panel came on by a step."""
        self._open(wizard)

    @guarded(None)
    def errand_came_on(self) -> None:
        """What staff sends came on by a step."""
        if isinstance(self.session.dialog, ServiceMenu):
            self.session.redraw()

    @guarded(None)
    def errand_ended(self, errand: str, code: int, trouble: str) -> None:
        """What was asked for, or came by itself, is over: `code` of its command, and its words."""
        if self._sending == Sending(errand):
            self._sending = Sending(errand, code, trouble)
            if isinstance(self.session.dialog, ServiceMenu):
                self._timer.start(DIALOG_IDLE_MS)
        self.session.renew_words()

    def guide_stands(self, trouble: Refusal | None) -> None:
        """The audible guide can be heard, or why not."""
        self._guide_troubles = () if trouble is None else (trouble,)

    def facts(self) -> ServiceFacts:
        """What the service menu shows; StoreFailed."""
        status = self.session.terminal.status()
        last_sync = datetime.fromisoformat(status.last_sync.at) if status.last_sync else None
        return ServiceFacts(
            last_sync=last_sync,
            enrolled=status.enrolment is not None,
            due=status.due,
            free_mib=self._outside.free_mib(),
            version=release.version(),
            queue=self._queue.troubles,
            guide=self._guide_troubles,
            sending=self._sending,
            may_set_up=not self.session.is_rating_time,
            foreign_days=status.foreign_days,
            clock_off=round(status.clock_off / 60) if status.clock_is_wrong else 0,
            authority_days=self._authority_days(),
        )

    def _authority_days(self) -> int | None:
        """Days until the last certificate in the file of central's authority ends; None: more than
        three weeks, or there is no such file."""
        file = self.session.settings.sync.ca
        if not file:
            return None
        from kiosk.certificates import Validity, authority_end, days_left, validity

        now = self.session.now().wall
        try:
            end = authority_end(Path(file))
        except (OSError, ValueError):
            return None  # the sync says what is wrong with it
        return None if validity(end, now) is Validity.LONG else days_left(end, now)

    # --- opening and closing ----------------------------------------------------------------

    @guarded(None)
    def leave_alone(self) -> None:
        """Nobody did anything: the dialog goes, but for one who waits to see data sent."""
        dialog = self.session.dialog
        learns = isinstance(dialog, PanelWizard) and not dialog.over
        if learns or (isinstance(dialog, ServiceMenu) and self._sends()):
            self._timer.start(DIALOG_IDLE_MS)
        else:
            self._close()

    def _open(self, dialog: Dialog) -> None:
        if self.session.out_of_service and not _is_service(dialog):
            return
        if self.session.dialog is None:
            self.session.step(EndThanks())
        self._timer.start(OWN_ROUND_MS if isinstance(dialog, OwnRound) else DIALOG_IDLE_MS)
        self.session.show_dialog(dialog)
        if self.session.covers_faces and not self._bound.isActive():
            self._bound.start()

    def _close(self) -> None:
        self._timer.stop()
        self._bound.stop()
        self.session.show_dialog(None)

    def _sends(self) -> bool:
        return self._sending is not None and self._sending.code is None


def _is_service(dialog: Dialog) -> bool:
    if isinstance(dialog, TypingPin):
        return dialog.purpose is Purpose.SERVICE_MENU
    return isinstance(dialog, ServiceMenu | PanelWizard)
