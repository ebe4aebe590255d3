"""The first questions of a new terminal, on its own screen: from a bare package to a counter that
works, alone or with central.

What `kiosk setup` does is done by that command, as a process: asking central can't freeze the
screen, and there is one way to do it. Nothing is lost by a pulled plug: each answer that matters is
on the disk, and the questions begin again where it stands. The service menu's PIN comes last.
"""

from contextlib import suppress

from PySide6.QtCore import QObject, QTimer, Signal

from kiosk.clock import Clock, plausible
from kiosk.datafolder import DataFolder, FolderError
from kiosk.domain.people import BadPerson, CounterId, identifier
from kiosk.domain.refusal import Refusal
from kiosk.pin import DIGITS, WeakPin, require_strong
from kiosk.settings.editing import write_counter
from kiosk.store.engine import StoreFailed
from kiosk.terminal import SERVICE_OWNER, Status
from kiosk.tomlfile.tables import SettingsError
from sync.firstlook import Invitation, central_address, plain_code
from ui.errands import Errands
from ui.first_pages import NEXT, Answers, FirstPages, Page
from ui.joining import from_line
from ui.screens.question import LANGUAGE
from ui.window import TerminalWindow

LOOK_MS = 1000
"""Between two looks at the clock, and whether a command has set the terminal up meanwhile."""
MAX_TYPED = 200
"""Characters, of a scanned invitation at most."""
CODE_SIGNS = 11
_BACK = {
    Page.CLOCK_WRONG: Page.CLOCK,
    Page.WAY: Page.CLOCK,
    Page.ADDRESS: Page.WAY,
    Page.COUNTER: Page.WAY,
    Page.CODE: Page.ADDRESS,
    Page.CERTIFICATE: Page.CODE,
    Page.JOINED: Page.WAY,
    Page.PIN_AGAIN: Page.PIN,
}
_AT_FAULT = {
    "code_refused": Page.CODE,
    "code_length": Page.CODE,
    "certificate_unknown": Page.CERTIFICATE,
}
"""Where a trouble is mended; elsewhere it is the address, or what lies behind it."""


class FirstQuestions(QObject):
    """One at a time on the window's screen, until the terminal can begin."""

    finished = Signal(bool)
    """The terminal is set up; whether a panel is to be set up next."""

    def __init__(self, folder: DataFolder, clock: Clock, window: TerminalWindow) -> None:
        super().__init__()
        self._folder, self._clock, self._window = folder, clock, window
        self.answers = Answers()
        self.pages = FirstPages()
        self.page = Page.CLOCK
        self.trouble: Refusal | None = None
        self._sync_trouble: Refusal | None = None
        self._status: Status | None = None
        self._scanned = ""
        self._errands: Errands | None = None
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._connections = [
            window.text_typed.connect(self.type),
            window.text_entered.connect(self.enter),
            window.erased.connect(self.erase),
            window.digit_typed.connect(self.type_digit),
            window.action_chosen.connect(self.choose),
            window.back_asked.connect(self.back),
            window.key_pressed.connect(self._press),
        ]

    def begin(self) -> None:
        """Show the first page that is not answered: what an attempt before had reached stays."""
        self._timer.start()
        self._read_status()
        joined = self._status is not None and self._status.enrolment is not None
        self._go(Page.JOINED if joined else Page.CLOCK)

    def stop(self) -> None:
        self._timer.stop()
        self._end_errand()
        for connection in self._connections:
            QObject.disconnect(connection)
        self._connections = []

    # --- what a person does -------------------------------------------------------------------

    def type(self, text: str) -> None:
        """A key of the screen, of a keyboard, or a sign of what a scanner reads."""
        self._scanned = (self._scanned + text)[-MAX_TYPED:]
        answers = self.answers
        match self.page:
            case Page.ADDRESS:
                answers.address = (answers.address + text)[:MAX_TYPED]
            case Page.CODE:
                # Behind a whole code another one begins.
                before = answers.code if len(answers.code) < CODE_SIGNS else ""
                answers.code = plain_code(before + text)[:CODE_SIGNS]
            case Page.COUNTER:
                answers.counter = (answers.counter + text)[:32]
            case _:
                return
        self._show()

    def erase(self) -> None:
        self._scanned, answers = "", self.answers
        match self.page:
            case Page.ADDRESS:
                answers.address = answers.address[:-1]
            case Page.CODE:
                answers.code = plain_code(answers.code[:-1])
            case Page.COUNTER:
                answers.counter = answers.counter[:-1]
            case Page.PIN:
                answers.pin = answers.pin[:-1]
            case Page.PIN_AGAIN:
                answers.pin_again = answers.pin_again[:-1]
        self._show()

    def enter(self) -> None:
        """The end of a line: an invitation that was scanned, else the usual answer."""
        scanned, self._scanned = self._scanned, ""
        may_be_scanned = self.page not in (Page.ASKING, Page.JOINED, Page.DONE)
        invitation = Invitation.read(scanned) if may_be_scanned else None
        if invitation is not None:
            self._take(invitation)
        elif self.page in (Page.ADDRESS, Page.CODE, Page.COUNTER):
            self.choose(NEXT)

    def choose(self, choice: str) -> None:
        """An answer on the foot of the page."""
        if choice == LANGUAGE:
            self.pages = self.pages.turned()
            self._show()
            return
        match self.page, choice:
            case Page.CLOCK, "right":
                self._go(Page.WAY)
            case Page.CLOCK, "wrong":
                self._go(Page.CLOCK_WRONG)
            case Page.WAY, "central":
                self._go(Page.ADDRESS)
            case Page.WAY, "alone":
                self._go(Page.COUNTER)
            case Page.ADDRESS, _:
                self._take_address()
            case Page.CODE, _:
                self._take_code()
            case Page.COUNTER, _:
                self._stay_alone()
            case Page.CERTIFICATE, "accept":
                self.answers.fingerprint = self.answers.shown
                self._ask()
            case Page.CERTIFICATE, _:
                self._go(Page.ADDRESS, Refusal("certificate_other"))
            case Page.JOINED, _:
                self._go(Page.PIN)
            case Page.DONE, _:
                self._finish(choice == "panel")

    def back(self) -> None:
        """A page back; while central is asked: no longer."""
        if self.page is Page.ASKING:
            self._end_errand()
            self._settle(None)
            return
        if self.page is Page.PIN:
            alone = self._status is None or self._status.enrolment is None
            self._go(Page.COUNTER if alone else Page.JOINED)
        elif self.page in _BACK:
            self._go(_BACK[self.page])

    def type_digit(self, digit: str) -> None:
        """Of the PIN: twice, and not one that anybody would try first."""
        answers = self.answers
        if self.page is Page.PIN and len(answers.pin) < DIGITS:
            answers.pin += digit
            if len(answers.pin) == DIGITS:
                self._judge_pin()
        elif self.page is Page.PIN_AGAIN and len(answers.pin_again) < DIGITS:
            answers.pin_again += digit
            if len(answers.pin_again) == DIGITS:
                self._set_pin()
        self._show()

    def look(self) -> None:
        """The clock goes on; and `kiosk setup` may have answered everything."""
        with suppress(FolderError):
            if self.page is not Page.DONE and self._folder.is_set_up():
                self._finish(panel=False)
                return
        if self.page in (Page.CLOCK, Page.CLOCK_WRONG):
            self._show()

    # --- what comes of it ---------------------------------------------------------------------

    def _press(self, name: str) -> None:
        """A real keyboard on the pages of the PIN."""
        if self.page in (Page.PIN, Page.PIN_AGAIN):
            if name.isdigit() and len(name) == 1:
                self.type_digit(name)
            elif name == "Backspace":
                self.erase()

    def _take(self, invitation: Invitation) -> None:
        answers = self.answers
        answers.address, answers.code = invitation.address, invitation.code
        answers.fingerprint = invitation.fingerprint
        self._ask()

    def _take_address(self) -> None:
        try:
            self.answers.address = central_address(self.answers.address)
        except Refusal as refusal:
            self._go(Page.ADDRESS, refusal)
        else:
            self.answers.fingerprint = ""
            self._go(Page.CODE)

    def _take_code(self) -> None:
        if len(self.answers.code) < CODE_SIGNS:
            self._go(Page.CODE, Refusal("code_length"))
        else:
            self._ask()

    def _ask(self) -> None:
        """`kiosk setup`, as a process of its own."""
        answers = self.answers
        self._end_errand()
        self._errands = Errands(self._folder.path)
        self._errands.ended.connect(self._asked)
        self._go(Page.ASKING)
        words = (answers.address, answers.code, answers.fingerprint)
        self._errands.run("setup", "--screen", *filter(None, words))

    def _asked(self, _command: str, code: int, line: str) -> None:
        if code == 0:
            self._settle(None)
        else:
            self._settle(from_line(line) or Refusal("sync_failed", error=line))

    def _settle(self, trouble: Refusal | None) -> None:
        """Go on from where the folder says that this terminal stands."""
        self._read_status()
        self._sync_trouble = None
        if self._status is not None and self._status.enrolment is not None:
            self._sync_trouble = trouble
            self._go(Page.JOINED)
            return
        if trouble is None:
            self._go(Page.CODE)
            return
        page = _AT_FAULT.get(trouble.key, Page.ADDRESS)
        if page is Page.CERTIFICATE:
            self.answers.shown = str(trouble.values["fingerprint"])
        self._go(page, trouble)

    def _stay_alone(self) -> None:
        """A terminal without central: its counter is the only thing it must know."""
        try:
            counter = identifier("counter", self.answers.counter.strip())
            if not self._folder.database.exists():
                self._folder.create(unfinished=True)
            write_counter(self._folder.settings(), CounterId(counter))
        except BadPerson as refusal:
            self._go(Page.COUNTER, refusal)
        except (FolderError, SettingsError, StoreFailed) as error:
            self._go(Page.COUNTER, Refusal("sync_failed", error=str(error)))
        else:
            self._read_status()
            self._go(Page.PIN)

    def _judge_pin(self) -> None:
        try:
            require_strong(self.answers.pin)
        except WeakPin:
            self._go(Page.PIN, Refusal("pin_weak"))
        else:
            self._go(Page.PIN_AGAIN)

    def _set_pin(self) -> None:
        answers = self.answers
        if answers.pin != answers.pin_again:
            self._go(Page.PIN, Refusal("pins_differ"))
            return
        try:
            store, terminal = self._folder.open(self._clock)
            try:
                terminal.set_pin(SERVICE_OWNER, answers.pin)
                self._status = terminal.status()
            finally:
                store.close()
            self._folder.finish_setup()
        except Exception as error:
            if not _is_of_folder(error):
                raise
            self._go(Page.PIN, Refusal("sync_failed", error=str(error)))
        else:
            self._go(Page.DONE, self._sync_trouble)

    def _read_status(self) -> None:
        """How far this terminal is; None: nothing is made yet, or it can't be read now."""
        self._status = None
        try:
            if not self._folder.database.exists():
                return
            store, terminal = self._folder.open(self._clock)
            try:
                self._status = terminal.status()
            finally:
                store.close()
        except Exception as error:
            if not _is_of_folder(error):
                raise

    def _finish(self, panel: bool) -> None:
        self.stop()
        self.answers = Answers()
        self.finished.emit(panel)

    def _end_errand(self) -> None:
        if self._errands is not None:
            self._errands.stop()
            self._errands.deleteLater()
            self._errands = None

    def _go(self, page: Page, trouble: Refusal | None = None) -> None:
        self.page, self.trouble = page, trouble
        self._scanned = ""
        if page is Page.PIN:
            self.answers.pin = ""
        if page in (Page.PIN, Page.PIN_AGAIN):
            self.answers.pin_again = ""
        if page is Page.CLOCK and not plausible(self._clock.now().wall.date()):
            self.page = Page.CLOCK_WRONG
        self._show()

    def _show(self) -> None:
        now = self._clock.now().wall
        view = self.pages.view(self.page, self.answers, now, self.trouble, self._status)
        self._window.show_view(view)


def _is_of_folder(error: Exception) -> bool:
    """Whether a person can mend it: the folder, the file, the clock; else it is a bug."""
    from ui.failures import exit_code

    return exit_code(error) is not None
