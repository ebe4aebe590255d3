"""The composition root of `kiosk run`: builds everything, once, in the order that shows soonest.

The window is painted first; database, cryptography and panel are loaded behind it.
"""

import gc
import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QMetaObject, QObject, QSocketNotifier, Qt, QTimer
from PySide6.QtWidgets import QApplication

import ui.plain_imports  # noqa: F401 - before everything that it makes lighter
from kiosk.clock import Clock, SystemClock
from kiosk.domain.people import CounterId
from kiosk.domain.refusal import Refusal
from kiosk.servicemanager import ServiceManager
from kiosk.settings.definition import Settings
from kiosk.tomlfile.tables import SettingsError
from ui.errands import Errands
from ui.failures import require_display, trouble_of
from ui.nightly import TRY_AGAIN_SECONDS
from ui.opening import Opening, Preparation, wear
from ui.text import Words
from ui.verify_behind import VerifyBehind
from ui.view import ClosedView, Frame
from ui.window import TerminalWindow

if TYPE_CHECKING:
    from kiosk.datafolder import DataFolder
    from kiosk.loglines import LogLevel
    from kiosk.store.engine import Store
    from kiosk.terminal import Terminal
    from ui.guide import Guide
    from ui.panel_bridge import PanelBridge
    from ui.presenter import Presenter
    from ui.press_sound import PressSound
    from ui.queue_bridge import Bridge
    from ui.screen_setup import ScreenSetup
    from ui.update_watch import UpdateWatch
    from ui.view import View
    from ui.view_builder import ViewBuilder
    from ui.watchdog import Watchdog

RETRY_MS = 10_000
"""While the database can't be opened, how often it is tried again."""
NIGHTLY_MS = 60_000
_LOG = logging.getLogger("kiosk.terminal")
HEARTBEAT_MS = 15 * 60_000
DOUBTED = 71
"""The program's exit code where its file is to be recomputed at the next start."""


@dataclass(slots=True)
class Running:
    """What `start` built, for whoever ends it."""

    store: "Store"
    terminal: "Terminal"
    presenter: "Presenter"
    connections: list[QMetaObject.Connection]
    """From the window to the presenter and back."""
    bridges: "list[PanelBridge]"
    wizard: "ScreenSetup"
    queue: "list[Bridge]"
    guide: "Guide | None" = None
    press_sound: "PressSound | None" = None
    is_verified: bool = True
    """Whether the start recomputed the whole file."""

    def stop(self) -> None:
        from kiosk.store.engine import StoreFailed

        for connection in self.connections:
            QObject.disconnect(connection)
        self.wizard.stop()
        for bridge in (*self.bridges, *self.queue):
            bridge.stop()
        for sound in (self.guide, self.press_sound):
            if sound is not None:
                sound.stop()
        try:
            self.presenter.stop()
        except StoreFailed as error:
            _LOG.error("%s", error)
        self.store.close()


def start(
    folder: "DataFolder", settings: Settings, clock: Clock, window: TerminalWindow
) -> Running:
    """Open the store, verify it, connect the window and the panel. StoreFailed, FolderError."""
    from ui.notices import NoticeFolder
    from ui.panel_bridge import open_panels
    from ui.presenter import Presenter
    from ui.qr import qr_matrix
    from ui.screen_setup import ScreenSetup
    from ui.session import Outside

    store, terminal, is_verified = folder.open_at_start(clock)
    try:
        terminal.reserve_ballast()
        folder.begin_service()
        settings = at_enrolled_counter(settings, terminal)
        address = comment_address(folder, terminal, clock)
        outside = Outside(
            free_mib=lambda: folder.free_bytes() // 2**20,
            qr=lambda text: qr_matrix(address(text)),
            notices=NoticeFolder(folder.notices).read,
        )
        presenter = Presenter(terminal, settings, clock, outside)
        presenter.start()
        marks = terminal.marks()
    except BaseException:
        store.close()
        raise
    # Connected last: a start that failed and is tried again leaves no second pair of hands.
    connections = connect(window, presenter)
    window.show_view(presenter.view())
    panels = open_panels(settings, presenter, marks)
    wizard = ScreenSetup(presenter, folder.settings, panels)
    queue = queue_of(settings, presenter, folder)
    guide = guide_of(settings, presenter, folder)
    return Running(
        store=store,
        terminal=terminal,
        presenter=presenter,
        connections=connections,
        bridges=panels,
        wizard=wizard,
        queue=queue,
        guide=guide,
        press_sound=press_sound_of(settings, presenter),
        is_verified=is_verified,
    )


def guide_of(settings: Settings, presenter: "Presenter", folder: "DataFolder") -> "Guide | None":
    """The audible guide, where it is wanted."""
    if not settings.sound.guide:
        return None
    from ui.guide import Guide
    from ui.sounds import Shelf

    shelf = Shelf((folder.sounds, folder.recordings), presenter.session.prompt_words)
    screen = settings.screen
    guide = Guide(
        shelf,
        volume=settings.sound.volume,
        output=settings.sound.output,
        instead=(screen.language, *screen.languages),
    )
    presenter.spoken.connect(guide.say)
    guide.stands.connect(presenter.staff.guide_stands)
    guide.start()
    return guide


def press_sound_of(settings: Settings, presenter: "Presenter") -> "PressSound | None":
    """The soft sound of a stored rating, where the machine can be heard and no guide speaks."""
    from ui.outputs import outputs

    if settings.sound.guide or not settings.sound.press or not outputs():
        return None
    from ui.press_sound import PressSound

    sound = PressSound(settings.sound.output)
    presenter.spoken.connect(sound.hear)
    return sound


def queue_of(settings: Settings, presenter: "Presenter", folder: "DataFolder") -> "list[Bridge]":
    """The ways in of a queue system, where questions are offered."""
    if not (settings.offer.port or settings.offer.http):
        return []
    from ui.queue_bridge import open_queue

    return open_queue(settings.offer, presenter, folder)


def at_enrolled_counter(settings: Settings, terminal: "Terminal") -> Settings:
    """Where central says this terminal stands goes before what its own file says."""
    enrolment = terminal.status().enrolment
    if enrolment is None:
        return settings
    office = settings.office._replace(counter=CounterId(enrolment.counter))
    return settings._replace(office=office)


def comment_address(
    folder: "DataFolder", terminal: "Terminal", clock: Clock
) -> Callable[[str], str]:
    """Fills a fresh single-use token into an address with a place for one (central's
    questionnaire). Without a usable key: no address, rather than one that central refuses."""
    from sync import formtoken
    from sync.keyfile import KeyUnusable, read_key

    enrolment = terminal.status().enrolment

    def filled(address: str) -> str:
        if formtoken.PLACE not in address:
            return address
        if enrolment is None:
            return ""
        try:
            # Each time: another process may have renewed it.
            key = read_key(folder.key_file)
        except KeyUnusable:
            return ""
        day = clock.now().wall.date()
        token = formtoken.make(key, enrolment.site, enrolment.terminal, day)
        return address.replace(formtoken.PLACE, token)

    return filled


def connect(window: TerminalWindow, presenter: "Presenter") -> list[QMetaObject.Connection]:
    """Every tap to its meaning."""
    citizen, staff = presenter.citizen, presenter.staff
    return [
        presenter.view_changed.connect(window.show_view),
        presenter.thanks_expected.connect(window.prepare),
        window.score_pressed.connect(citizen.touch),
        window.reason_toggled.connect(citizen.toggle_reason),
        window.reasons_done.connect(citizen.give_reasons),
        window.more_time_asked.connect(citizen.ask_more_time),
        window.reasons_led.connect(citizen.lead),
        window.next_asked.connect(citizen.ask_next),
        window.language_chosen.connect(citizen.choose_language),
        window.skipped.connect(citizen.skip),
        window.thanks_touched.connect(citizen.end_thanks),
        window.message_acted.connect(staff.message_acted),
        window.rating_asked.connect(citizen.ask_to_rate),
        window.officer_chosen.connect(staff.choose_officer),
        window.digit_typed.connect(staff.type_digit),
        window.letter_typed.connect(staff.type_letter),
        window.erased.connect(staff.erase),
        window.back_asked.connect(staff.back),
        window.staff_asked.connect(staff.ask_staff),
        window.change_asked.connect(staff.change_officer),
        window.action_chosen.connect(staff.act),
        window.service_asked.connect(staff.ask_service),
        window.key_pressed.connect(presenter.key),
    ]


class Program(QObject):
    """`kiosk run`, from the first paint to the end."""

    def __init__(
        self, folder: "DataFolder", settings: Settings, window: TerminalWindow, clock: Clock
    ) -> None:
        super().__init__()
        self._folder, self._settings, self._window = folder, settings, window
        self._clock = clock
        self._running: Running | None = None
        self.watchdog: Watchdog | None = None
        self._updates: UpdateWatch | None = None
        self.errands = Errands(folder.path)
        self.errands.ended.connect(self._errand_ended)
        self.verifier = VerifyBehind(folder.path, lambda: clock.now().boot)
        self.verifier.doubted.connect(self._doubt)
        self._tried = clock.now().boot
        self._retry = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._retry.timeout.connect(self.load)
        self._nightly = QTimer(self, interval=NIGHTLY_MS)
        self._nightly.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._nightly.timeout.connect(self._maybe_sync)
        self._heartbeat = QTimer(self, interval=HEARTBEAT_MS)
        self._heartbeat.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._heartbeat.timeout.connect(self._beat)

    @property
    def store(self) -> "Store | None":
        """What is open now."""
        return self._running.store if self._running else None

    def use(self, settings: Settings) -> None:
        """What was read since this was built."""
        self._settings = settings

    def trouble_view(self, error: Exception) -> "View":
        """What is wrong, and what to do, on the whole screen."""
        if isinstance(error, SettingsError):
            from ui.first_pages import settings_trouble

            problem = error.problem or Refusal("toml_form", error=str(error))
            return settings_trouble(str(error.path or self._folder.path), error.line, problem)
        return first_builder(self._settings).trouble(trouble_of(error))

    def set_up_panel(self) -> None:
        """As the service menu does it, for who has just set this machine up."""
        if self._running is not None:
            self._running.presenter.staff.setup_asked.emit()

    def load(self) -> None:
        """Everything behind the first screen; on failure say so and try again."""
        from kiosk.clock import ClockImplausible
        from kiosk.datafolder import FolderError
        from kiosk.store.engine import StoreFailed

        self._make_room()
        try:
            self._running = start(self._folder, self._settings, self._clock, self._window)
        except (StoreFailed, FolderError, ClockImplausible) as error:
            _LOG.error("%s", error)
            self._window.show_view(self.trouble_view(error))
            self._retry.start()
            return
        _LOG.info("started: %s", described(self._folder, self._running.terminal))
        presenter = self._running.presenter
        presenter.staff.exit_asked.connect(end_loop)
        presenter.staff.errand_asked.connect(self._send)
        self.errands.came_on.connect(presenter.staff.errand_came_on)
        self.errands.ended.connect(presenter.staff.errand_ended)
        self._nightly.start()
        self._heartbeat.start()
        if not self._running.is_verified:
            self.verifier.begin()
        self._watch_updates(self._running)

    def _watch_updates(self, running: Running) -> None:
        from kiosk.releases import releases_of
        from ui.update_watch import UpdateWatch

        releases = releases_of(self._folder.releases, os.environ)
        if releases is None:
            return
        self._updates = UpdateWatch(
            releases, running.presenter, running.store, self.errands, end_loop
        )
        self._updates.start()

    def end(self) -> int:
        """Nothing comes by itself any more; the exit code: 0, or 3 when the terminal never came
        up."""
        for timer in (self._retry, self._nightly, self._heartbeat):
            timer.stop()
        if self.watchdog is not None:
            self.watchdog.stop()
        if self._updates is not None:
            self._updates.stop()
        self.errands.stop()
        self.verifier.stop()
        if self._running is None:
            return 3
        self._running.stop()
        _LOG.info("stopped")
        return 0

    def _maybe_sync(self) -> None:
        """Once a night `kiosk sync`, as a process of its own; what fails, or was missed while the
        machine was off, is tried again and again."""
        self.verifier.look()
        now = self._clock.now().boot
        if now - self._tried < TRY_AGAIN_SECONDS or self._running is None:
            return
        if self._updates is not None and self._updates.on_trial:
            return  # nothing is closed or sent by a release that may be given up
        if not self.errands.busy and self._running.presenter.sync_is_due(self._settings.sync.at):
            self._tried = now
            self.errands.run("sync")

    def _errand_ended(self, errand: str, code: int, _trouble: str) -> None:
        if errand == "sync" and code == 0:
            self.verifier.at_night()

    def _doubt(self, trouble: str) -> None:
        """The file is not what was written: nothing more is promised on it. Whoever started this
        program starts it again, and that start recomputes everything first."""
        _LOG.error("%s", trouble)
        try:
            self._folder.doubt()
        except OSError as error:
            _LOG.error("%s: %s", error.filename, error.strerror)
        QApplication.exit(DOUBTED)

    def _beat(self) -> None:
        """Tell the journal and central that this terminal lives. Offline the latter fails without
        a word: what the night's sync can't send is said there."""
        self._make_room()
        if self._running is not None:
            self._running.presenter.clock.still_running()
        if self._may_reach_central():
            self.errands.run("heartbeat")

    def _make_room(self) -> None:
        if dropped := self._folder.make_room():
            _LOG.warning("the disk is nearly full: dropped %d old copies", dropped)

    def _may_reach_central(self) -> bool:
        if self._running is None or self.errands.busy:
            return False
        return self._running.presenter.is_enrolled()

    def _send(self, errand: str) -> None:
        """Asked for at the service menu: who reads that has seen the program work."""
        if self._updates is not None:
            self._updates.prove()
        if errand == "stick":
            self.errands.run("stick", "--mounted", self._settings.sync.stick)
        else:
            self.errands.run(errand)


def starting_view(settings: Settings) -> ClosedView:
    """The first screen. Made here, of as little as it needs: everything else loads behind it."""
    words = Words.load(settings.screen.language)
    counter = words.get("frame.counter", counter=settings.office.counter)
    frame = Frame(settings.office.name.in_language(settings.screen.language), counter)
    return ClosedView(
        frame=frame,
        title=words.get("starting.title"),
        subtitle=words.get("starting.subtitle"),
        sign_on="",
    )


def first_builder(settings: Settings) -> "ViewBuilder":
    from kiosk.domain.wording import Wording
    from ui.view_builder import ViewBuilder

    return ViewBuilder(settings, Words.load(settings.screen.language), Wording(), ())


def described(folder: "DataFolder", terminal: "Terminal") -> str:
    """Which program on what, for the log."""
    import platform

    from kiosk import release
    from kiosk.store import engine

    enrolment = terminal.status().enrolment
    name = f"{enrolment.site}/{enrolment.terminal}" if enrolment else "not enrolled"
    parts = (
        f"kiosk {release.version()}",
        f"Python {platform.python_version()}",
        f"SQLite {engine.SQLITE_VERSION}",
        f"schema {engine.HEAD}",
        f"{folder.path} ({name})",
    )
    return ", ".join(parts)


def run_terminal(
    path: Path, size: tuple[int, int] | None, log_level: "LogLevel | None" = None
) -> int:
    """Open the terminal on the data folder `path` and stay until it is ended; the exit code.
    Without a `log_level`: as the environment says.
    AlreadyRunning and NoDisplay before any window; whatever else is wrong stands on the screen."""
    from kiosk.datafolder import AlreadyRunning, DataFolder

    folder = DataFolder(path)
    require_display(os.environ)
    preparation = Preparation(folder)
    if isinstance(error := preparation.attempt(), AlreadyRunning):
        raise error
    settings = preparation.settings
    manager = ServiceManager.of(os.environ)
    app = QApplication(["kiosk"])
    sys.excepthook = _loud
    window = TerminalWindow()
    wear(settings)
    clock = SystemClock()
    program = Program(folder, settings, window, clock)
    opening = Opening(preparation, program, window, clock)
    window.close_asked.connect(end_loop)
    notifier = on_signals(end_loop)
    if size:
        window.open_windowed(*size)
    else:
        window.open_full_screen()
    window.show_view(starting_view(settings))

    def load() -> None:
        from kiosk import loglines

        loglines.log_while_running(log_level or loglines.LogLevel.of(os.environ))
        opening.go_on()
        watch()
        gc.freeze()
        gc.enable()

    watch = watched(program, manager, clock)
    after_first_paint(window, load)
    bug = app.exec()
    opening.stop()
    del notifier
    code = program.end() or bug
    preparation.release()
    return code


def watched(program: Program, manager: ServiceManager, clock: Clock) -> Callable[[], None]:
    """What starts the signs of life. Built behind the first paint."""

    def start() -> None:
        from ui.watchdog import Watchdog

        program.watchdog = Watchdog(manager, lambda: program.store, lambda: clock.now().boot)
        program.watchdog.start()

    return start


def _loud(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A bug ends the program (whoever started it starts it again): Qt would go on without a word,
    with a state that nobody thought of. What was thanked for is on the disk."""
    _LOG.critical("a bug ends the program", exc_info=(kind, error, trace))
    QApplication.exit(70)


def end_loop() -> None:
    """End the event loop. Not by quit(): that asks the window to close, which it denies."""
    QApplication.exit(0)


def after_first_paint(window: TerminalWindow, then: Callable[[], None]) -> None:
    """Call `then` once, from the event loop, when the first view is on the screen."""

    def painted() -> None:
        window.painted.disconnect(painted)
        QTimer.singleShot(0, then)

    window.painted.connect(painted)


def on_signals(quit_: Callable[[], None]) -> QSocketNotifier:
    """SIGTERM and SIGINT end the event loop: Python's handlers need it to wake up."""
    read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    notifier = QSocketNotifier(read, QSocketNotifier.Type.Read)

    def woken() -> None:
        os.read(read, 16)
        quit_()

    notifier.activated.connect(woken)
    return notifier
