"""The store fails, in every way and at every way in: the program lives, says so, and heals."""

import inspect
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from datetime import time
from pathlib import Path
from time import monotonic, sleep

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Phase, Served
from kiosk.domain.rating import Channel
from kiosk.domain.refusal import Refusal
from kiosk.store import engine
from kiosk.store.engine import Store, StoreFailed
from kiosk.store.journal import Kind
from kiosk.store.state import Mark
from tests.support.builders import PRASIT, SOMYING
from tests.support.counter import Counter, press_face, ready, sign_on
from tests.support.locking import locked_by_another
from ui.app import Program
from ui.dialogs import (
    Choosing,
    Dialog,
    DutyMenu,
    OwnRound,
    PanelWizard,
    Purpose,
    ServiceMenu,
    SetupStage,
    TypingPin,
)
from ui.failures import NOT_NOW
from ui.presenter import Presenter
from ui.screens.message import MessageScreen
from ui.screens.thanks import ThanksScreen
from ui.view import OutOfServiceView
from ui.window import TerminalWindow

SAMPLES: dict[str, tuple[object, ...]] = {
    "score": (5, 1),
    "channel": (Channel.TOUCH, Channel.PANEL),
    "mark": (Mark(device="DD-07", boot="9f3ac21b", seq=1),),
    "age": (0.0, 3600.0),
    "reason": ("wait",),
    "lead": ("next", "choose", "done"),
    "at": (time(20, 30),),
    "code": ("en",),
    "event": (Served(),),
    "way": ("serial",),
    "trouble": (Refusal("panel_says", text="gone"),),
    "button": (1, 9),
    "panel": (0,),
    "device": ("DD-07",),
    "refused": (False, True),
    "officer_id": (SOMYING.id, PRASIT.id),
    "digit": ("1", "7"),
    "action": ("pause", "sign-off", "hand-over", "panel-test", "sync", "exit", "back"),
    "errand": ("sync",),
    "name": ("1", "F", "Escape", "Backspace"),
    "language": ("th",),
    "letter": ("ส", "%"),
    "wizard": (PanelWizard(), PanelWizard(stage=SetupStage.FAILED)),
}
"""What a parameter of a way in may be. A new one needs its line here."""
ENDED: dict[str, tuple[object, ...]] = {"code": (3,), "trouble": ("gone", "")}
"""The same of an errand that ended: its exit code, and what it wrote."""
PARTS = ("citizen", "panels", "queue", "staff", "notices", "clock")
NOT_FROM_OUTSIDE = {"start", "stop", "halt", "fill", "forget_presses", "facts"}
"""What only the program itself calls, and itself guards: building, ending, drawing."""
DIALOGS: tuple[Dialog | None, ...] = (
    None,
    Choosing("10"),
    TypingPin(purpose=Purpose.DUTY_MENU, who=SOMYING, typed="12345"),
    TypingPin(purpose=Purpose.SERVICE_MENU, who=None, typed="12345"),
    DutyMenu(),
    OwnRound(SOMYING),
    ServiceMenu(),
    ServiceMenu(testing=True),
    PanelWizard(stage=SetupStage.PRESS),
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred waits for a lock would take minutes; one test waits for the real time."""
    monkeypatch.setattr(engine, "BUSY_MS", 20)


def entries(presenter: Presenter) -> Iterator[tuple[str, Callable[..., object]]]:
    """Every public method of the presenter and its parts."""
    for part in (presenter, *(getattr(presenter, name) for name in PARTS)):
        for name, method in vars(type(part)).items():
            public = inspect.isfunction(method) and not name.startswith("_")
            if public and name not in NOT_FROM_OUTSIDE:
                yield f"{type(part).__name__}.{name}", getattr(part, name)


def calls(name: str, entry: Callable[..., object]) -> Iterator[dict[str, object]]:
    """The arguments to try an entry with: each sample of each parameter."""
    method = name.rpartition(".")[2]
    samples = {
        parameter: ENDED[parameter]
        if method == "errand_ended" and parameter in ENDED
        else SAMPLES[parameter]
        for parameter in inspect.signature(entry).parameters
    }
    for round_ in range(max((len(values) for values in samples.values()), default=1)):
        yield {name: values[round_ % len(values)] for name, values in samples.items()}


def locked(counter: Counter) -> AbstractContextManager[None]:
    return locked_by_another(counter.folder.database)


@contextmanager
def unreadable(counter: Counter) -> Iterator[None]:
    """The file's first page is zeros, as far as it is read again."""
    path = counter.folder.database
    counter.running.store.checkpoint()
    good = path.read_bytes()
    path.write_bytes(bytes(4096) + good[4096:])
    with suppress(StoreFailed):
        counter.running.store.reopen()
    yield
    path.write_bytes(good)


@contextmanager
def gone(counter: Counter) -> Iterator[None]:
    path = counter.folder.database
    path.rename(path.with_name("elsewhere"))
    yield
    assert not path.exists(), "an empty file came in its place"
    path.with_name("elsewhere").rename(path)


FAULTS = (locked, unreadable, gone)


@pytest.mark.parametrize("fault", FAULTS)
def test_no_way_into_the_presenter_ends_the_program_when_the_store_fails(
    counter: Counter, fault: Callable[[Counter], AbstractContextManager[None]]
) -> None:
    sign_on(counter)
    presenter = counter.running.presenter
    session, on_duty = presenter.session, presenter.state
    broken: set[str] = set()
    with fault(counter):
        for name, entry in entries(presenter):
            for arguments in calls(name, entry):
                for dialog in DIALOGS:
                    session.encounter, session.dialog = on_duty, dialog
                    entry(**arguments)
                    assert session.encounter.phase in (Phase.READY, Phase.OUT_OF_SERVICE), name
                    if session.out_of_service:
                        broken.add(name)
                        assert isinstance(counter.window._view, OutOfServiceView), name
    assert {"Citizen.press", "Citizen.touch", "Panels.pressed", "Panels.up"} <= broken
    presenter.try_repair()
    assert not session.out_of_service
    assert counter.folder.database.is_file()
    session.encounter = on_duty
    session.redraw()
    press_face(counter, 5)
    assert isinstance(counter.window.screen_shown, ThanksScreen)


def test_reading_goes_on_while_another_process_has_the_file_locked(counter: Counter) -> None:
    sign_on(counter)
    presenter = counter.running.presenter
    with locked(counter):
        presenter.renew_words()
        presenter.staff.message_acted()
        presenter.staff.back()
        assert presenter.staff.facts().due == 0
        assert not presenter.is_enrolled()
        ready(counter)


@pytest.mark.parametrize("fault", FAULTS)
def test_no_timer_of_the_program_ends_it_when_the_store_fails(
    counter: Counter,
    window: TerminalWindow,
    fault: Callable[[Counter], AbstractContextManager[None]],
) -> None:
    counter.running.stop()
    program = Program(counter.folder, counter.settings, window, counter.clock)
    program.load()
    running = program._running
    assert running is not None
    former, counter.running = counter.running, running
    with fault(counter):
        for owner in (program, running.presenter, running.presenter.staff):
            for timer in owner.findChildren(QTimer):
                timer.timeout.emit()
        program.errands.ended.emit("sync", 3, "no route to host")
        program._send("heartbeat")
    running.presenter.try_repair()
    assert not running.presenter.session.out_of_service
    assert program.end() == 0
    counter.running = former
    counter.running = counter.open()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_start_with_a_failing_store_says_so_and_is_tried_again(
    counter: Counter,
    window: TerminalWindow,
    fault: Callable[[Counter], AbstractContextManager[None]],
) -> None:
    program = Program(counter.folder, counter.settings, window, counter.clock)
    with fault(counter):
        counter.running.store.close()
        program.load()
        assert isinstance(window._view, OutOfServiceView)
        if fault is unreadable:  # it was set aside, for somebody to decide
            assert counter.folder.damaged_folder() is not None
    counter.running.store.reopen()
    if fault is unreadable:
        assert program.end() == 3
    else:
        program.load()
        assert program.end() == 0


def test_a_lock_longer_than_the_busy_time_is_out_of_service_and_heals_by_itself(
    counter: Counter, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    counter.running.store.reopen()
    sign_on(counter)
    presenter = counter.running.presenter
    with locked(counter):
        began = monotonic()
        press_face(counter, 5)
        assert monotonic() - began > engine.BUSY_MS / 1000
        assert isinstance(counter.window.screen_shown, MessageScreen)
        assert isinstance(counter.window._view, OutOfServiceView)
    qtbot.waitUntil(lambda: not presenter.session.out_of_service, timeout=10_000)
    press_face(counter, 5)
    assert isinstance(counter.window.screen_shown, ThanksScreen)


def test_kiosk_run_outlives_a_lock_on_its_file(folder: DataFolder) -> None:
    command = [sys.executable, "-m", "ui", "--data", str(folder.path), "run"]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    with ExitStack() as stack:
        with locked_by_another(folder.database):
            starting = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
            program = stack.enter_context(starting)
            assert program.stderr is not None
            assert b"locked" in program.stderr.readline()
        deadline = monotonic() + 30
        while not was_started(folder.database):
            assert program.poll() is None
            assert monotonic() < deadline
            sleep(0.1)
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=10) == 0


def was_started(database: Path) -> bool:
    store = Store.open(database)
    with store.read() as snapshot:
        entry = snapshot.journal.last(Kind.STARTED)
    store.close()
    return entry is not None


@contextmanager
def closed_to_everybody(folder: Path) -> Iterator[None]:
    folder.chmod(0)
    try:
        yield
    finally:
        folder.chmod(0o700)


def stopped_by_permissions(command: list[str]) -> list[str]:
    """`command`, with permissions that bite: root passes by them otherwise."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]


def test_a_copy_to_where_the_command_may_not_look_says_who_may_not(
    folder: DataFolder, tmp_path: Path
) -> None:
    (tmp_path / "root").mkdir()
    copy = tmp_path / "root/copy.db"
    command = [sys.executable, "-m", "ui", "--data", str(folder.path), "backup", str(copy)]
    with closed_to_everybody(copy.parent):
        done = subprocess.run(stopped_by_permissions(command), capture_output=True, text=True)
    assert done.returncode == NOT_NOW
    login = pwd.getpwuid(os.geteuid()).pw_name
    assert done.stderr == (
        f"kiosk: {copy}: Permission denied. This command acts as {login}: put a file where "
        f"{login} may read it, such as /tmp, and mount a stick with -o uid={login}\n"
    )


def test_kiosk_run_outlives_a_folder_that_nobody_may_look_into(folder: DataFolder) -> None:
    run = [sys.executable, "-m", "ui", "--data", str(folder.path), "run"]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    with ExitStack() as stack:
        with locked_by_another(folder.database):
            starting = subprocess.Popen(
                stopped_by_permissions(run), env=environment, stderr=subprocess.PIPE
            )
            program = stack.enter_context(starting)
            assert program.stderr is not None
            assert b"locked" in program.stderr.readline()
            stack.enter_context(closed_to_everybody(folder.path))
        assert b"Permission denied" in program.stderr.readline()
        folder.path.chmod(0o700)
        deadline = monotonic() + 30
        while not was_started(folder.database):
            assert program.poll() is None
            assert monotonic() < deadline
            sleep(0.1)
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=10) == 0
