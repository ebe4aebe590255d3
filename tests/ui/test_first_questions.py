"""The first questions on the screen, answered by fingers, keyboard and scanner, with a real
central on loopback and the real command behind them."""

import socket
import time
from codecs import BOM_UTF8
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from math import hypot
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from typer.testing import CliRunner

from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.settings.reading import load
from sync.central.web.terminal_api import utc_now
from tests.support.builders import FakeClock
from tests.support.central import on_roster
from tests.support.central_server import Server, running_server
from tests.support.counter import click
from ui.app import Program
from ui.cli import app
from ui.first_pages import NEXT, Answers, FirstPages, Page
from ui.first_questions import FirstQuestions
from ui.first_samples import first_samples
from ui.opening import Opening, Preparation
from ui.screens.menu import MenuScreen
from ui.screens.message import MessageScreen
from ui.screens.pin import PinScreen
from ui.screens.question import LANGUAGE, Key, QuestionScreen
from ui.view import ERASE, QuestionView
from ui.widgets.tap import Tap
from ui.widgets.text import TextBox
from ui.window import TerminalWindow

PIN = "183746"
INCHES = {(800, 480): 7.0, (1366, 768): 11.6, (1080, 1920): 15.6}
"""Diagonals of the smallest screens of these sizes."""
LEAST_TARGET_MM, LEAST_KEY_MM = 12.7, 8.0
"""A key of a keyboard is staff's: a telephone's are 6 mm wide."""


class NewMachine:
    """A machine on which nothing is set up, and who stands before it."""

    def __init__(self, path: Path, qtbot: QtBot) -> None:
        self.folder, self.qtbot, self.clock = DataFolder(path), qtbot, FakeClock()
        self.window = TerminalWindow()
        qtbot.addWidget(self.window, before_close_func=lambda _: None)
        self.window.resize(1024, 600)
        self.window.show()
        self.begin()

    def begin(self) -> None:
        self.preparation = Preparation(self.folder)
        settings = self.preparation.settings
        self.program = Program(self.folder, settings, self.window, self.clock)
        self.opening = Opening(self.preparation, self.program, self.window, self.clock)
        self.opening.go_on()

    def pull_plug(self) -> None:
        """Nothing is ended in order."""
        self.opening.stop()
        self.program.end()
        self.preparation.release()

    @property
    def questions(self) -> FirstQuestions:
        assert self.opening.questions is not None
        return self.opening.questions

    @property
    def page(self) -> str:
        return self.questions.page

    @property
    def screen(self) -> QuestionScreen:
        assert isinstance(self.window.screen_shown, QuestionScreen)
        return self.window.screen_shown

    def tap(self, *choices: str) -> None:
        for choice in choices:
            click(self.screen.tile_of(choice))

    def type_pin(self, pin: str) -> None:
        for digit in pin:
            assert isinstance(self.window.screen_shown, PinScreen)
            click(self.window.screen_shown.pad.tiles[digit])

    def scan(self, text: str) -> None:
        """As a scanner does that types: without a pause, Enter at the end."""
        QTest.keyClicks(self.screen.field, text)
        QTest.keyClick(self.screen.field, Qt.Key.Key_Return)

    def wait_for(self, page: Page) -> None:
        self.qtbot.waitUntil(lambda: self.page == page, timeout=20_000)

    @property
    def trouble(self) -> str:
        return self.questions.trouble.key if self.questions.trouble else ""

    @property
    def is_terminal(self) -> bool:
        return self.program.store is not None


@pytest.fixture
def machine(tmp_path: Path, qtbot: QtBot) -> Iterator[NewMachine]:
    machine = NewMachine(tmp_path / "data", qtbot)
    yield machine
    machine.pull_plug()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path) as server:
        server.now = utc_now()
        yield server


def press(machine: NewMachine, *keys: Qt.Key) -> None:
    """Keys of a real keyboard, to whatever has it."""
    for key in keys:
        QTest.keyClick(machine.window.focusWidget() or machine.window, key)


def lead_to(machine: NewMachine, choice: str) -> None:
    for _ in range(9):
        if machine.window.focusWidget() is machine.screen.tile_of(choice):
            return
        press(machine, Qt.Key.Key_Tab)
    raise AssertionError(f"Tab does not lead to {choice}")


def test_a_keyboard_alone_answers_pages_without_a_line_to_type(machine: NewMachine) -> None:
    machine.window.activateWindow()
    lead_to(machine, LANGUAGE)
    press(machine, Qt.Key.Key_Space)
    lead_to(machine, "right")
    machine.questions.look()  # the minute changes
    press(machine, Qt.Key.Key_Return)
    assert machine.page == Page.WAY
    lead_to(machine, "central")
    press(machine, Qt.Key.Key_Return)
    assert machine.page == Page.ADDRESS
    QTest.keyClicks(machine.window.focusWidget(), "report.example.go.th")
    press(machine, Qt.Key.Key_Tab)
    assert machine.page == Page.CODE
    press(machine, Qt.Key.Key_Backtab)
    assert machine.window.focusWidget() is not machine.screen.field
    QTest.keyClicks(machine.window.focusWidget(), "7kx2")
    assert machine.screen.field.hasFocus()


def test_from_nothing_to_a_working_terminal_of_central_by_one_scan(
    machine: NewMachine, server: Server
) -> None:
    on_roster(server.central, "101")
    assert machine.page == Page.CLOCK
    code = server.code()
    machine.scan(f"{server.url} {code}")
    machine.wait_for(Page.JOINED)
    machine.pull_plug()
    machine.begin()
    assert machine.page == Page.JOINED
    machine.tap(NEXT)
    machine.type_pin("111111")
    assert (machine.page, machine.trouble) == (Page.PIN, "pin_weak")
    machine.type_pin(PIN)
    machine.type_pin("183747")
    assert (machine.page, machine.trouble) == (Page.PIN, "pins_differ")
    machine.type_pin(PIN)
    machine.type_pin(PIN)
    assert machine.page == Page.DONE
    done = machine.screen._view
    assert done is not None
    facts = dict(done.rows)
    assert facts["ช่องบริการ"] == "1"
    assert facts["เจ้าหน้าที่ในรายชื่อ"] == "1"
    assert facts["การส่งข้อมูล"] == "สำเร็จ"
    machine.tap("start")
    assert machine.is_terminal
    machine.pull_plug()
    machine.begin()
    assert machine.is_terminal
    second = NewMachine(machine.folder.path.parent / "second", machine.qtbot)
    second.scan(f"{server.url} {code}")
    second.wait_for(Page.CODE)
    assert second.trouble == "code_refused"
    second.pull_plug()


def test_a_machine_of_another_zone_is_asked_about_the_time_that_it_will_keep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preparation = Preparation(DataFolder(tmp_path / "data"))
    with monkeypatch.context() as machine:
        machine.setenv("TZ", "UTC")
        time.tzset()
        assert preparation.attempt() is None
        assert SystemClock().now().wall.utcoffset() == timedelta(hours=7)
    time.tzset()
    preparation.release()


@pytest.mark.parametrize(
    ("hours", "code", "said"),
    [
        (7, "en", "Thailand (UTC+7)"),
        (7, "th", "ประเทศไทย (UTC+7)"),
        (5.5, "en", "UTC+05:30"),
        (-3, "th", "UTC-03:00"),
    ],
)
def test_the_time_that_is_kept_is_named_as_people_do(hours: float, code: str, said: str) -> None:
    now = datetime(2026, 11, 30, 8, 5, tzinfo=timezone(timedelta(hours=hours)))
    for page in (Page.CLOCK, Page.CLOCK_WRONG):
        view = FirstPages(code).view(page, Answers(), now)
        assert isinstance(view, QuestionView)
        assert view.rows[-1][1] == said


def test_alone_by_touch_in_english_with_the_counter_typed(machine: NewMachine) -> None:
    machine.tap(LANGUAGE, "wrong")
    assert machine.page == Page.CLOCK_WRONG
    click(machine.screen.back_tile)
    machine.tap("right", "alone", ERASE, "3", NEXT)
    assert machine.page == Page.PIN
    machine.type_pin(PIN)
    machine.type_pin(PIN)
    assert load(machine.folder.settings_file).office.counter == "3"
    machine.tap("panel")
    assert machine.is_terminal
    assert isinstance(machine.window.screen_shown, MenuScreen)
    for lost in machine.folder.path.glob("kiosk.db*"):
        lost.unlink()
    machine.pull_plug()
    machine.begin()
    assert machine.opening.questions is None
    assert isinstance(machine.window.screen_shown, MessageScreen)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("http://report.example.go.th", "address_not_https"),
        ("https://a b", "address_form"),
        ("https://report.example.go.th:99999", "address_form"),
    ],
)
def test_an_address_that_can_not_be_right_is_named_and_asked_again(
    machine: NewMachine, typed: str, key: str
) -> None:
    machine.tap("right", "central")
    for _ in "https://":
        machine.tap(ERASE)
    machine.scan(typed)
    assert (machine.page, machine.trouble) == (Page.ADDRESS, key)


def test_nobody_at_the_address_is_said_there_and_back_is_always_a_way(
    machine: NewMachine,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    machine.scan(f"https://localhost:{port} 7KX2M-9QPRT")
    machine.wait_for(Page.ADDRESS)
    assert machine.trouble == "port_refused"
    machine.tap(NEXT)
    assert machine.page == Page.CODE
    machine.scan("7kx2m9q")
    assert (machine.page, machine.trouble) == (Page.CODE, "code_length")
    assert machine.questions.answers.code == "7KX2M-9Q"
    for page in (Page.ADDRESS, Page.WAY, Page.CLOCK):
        click(machine.screen.back_tile)
        assert machine.page == page
    assert not machine.screen.back_tile.isVisible()


def test_a_command_that_sets_the_terminal_up_meanwhile_is_noticed(machine: NewMachine) -> None:
    made = CliRunner().invoke(app, ["--data", str(machine.folder.path), "init"])
    assert made.exit_code == 0, made.output
    machine.questions.look()
    assert machine.is_terminal


def test_broken_settings_stand_on_the_screen_until_they_are_mended(machine: NewMachine) -> None:
    machine.pull_plug()
    CliRunner().invoke(app, ["--data", str(machine.folder.path), "init"])
    file = machine.folder.settings_file
    right = file.read_bytes()
    for broken, line, said in (
        (right.replace(b'opens = "08:00"', b'opens = "8 o clock"'), 9, "HH:MM"),
        (right + b"x =\n", right.count(b"\n") + 1, "at line"),
        ("[office]\nname_th = 'ดินแดง'\n".encode("cp874"), 2, "Windows-874"),
        (right.decode().encode("utf-16"), 1, "UTF-16"),
        (b'[office]\nzone = "Asia/Bangkog"\n', 2, "tzdata"),
    ):
        file.write_bytes(broken)
        machine.begin()
        view = machine.screen._view
        assert view is not None
        facts = dict(view.rows)
        assert facts["ไฟล์ · File"] == str(file)
        assert facts["บรรทัด · Line"] == str(line), said
        assert said in facts["What to mend"]
        assert facts["สิ่งที่ต้องแก้"] != facts["What to mend"]
        assert not machine.is_terminal
        machine.pull_plug()
    machine.begin()
    file.write_bytes(BOM_UTF8 + right)
    machine.opening.go_on()
    assert machine.is_terminal


def test_a_clock_before_the_program_was_built_is_asked_to_be_set(
    tmp_path: Path, qtbot: QtBot
) -> None:
    machine = NewMachine(tmp_path / "data", qtbot)
    machine.clock.wall = machine.clock.wall.replace(year=2019)
    machine.questions.begin()
    assert machine.page == Page.CLOCK_WRONG
    click(machine.screen.back_tile)
    assert machine.page == Page.CLOCK_WRONG
    machine.pull_plug()


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("size", [(800, 480), (1366, 768), (1080, 1920)])
def test_every_page_has_its_words_whole_and_targets_for_a_finger(
    size: tuple[int, int], language: str, qtbot: QtBot
) -> None:
    window = TerminalWindow()
    qtbot.addWidget(window, before_close_func=lambda _: None)
    window.resize(*size)
    window.show()
    per_mm = hypot(*size) / (INCHES[size] * 25.4)
    for name, view in first_samples(language):
        window.show_view(view)
        assert window.screen_shown is not None
        for box in window.screen_shown.findChildren(TextBox):
            if box.isVisible() and box._text:
                laid = box.laid()
                fits = laid.widest <= box.width() + 0.5 and laid.height <= box.height() + 0.5
                assert fits, f"{name}: {box._text}"
        for tap in window.screen_shown.findChildren(Tap):
            if tap.isVisible():
                least = LEAST_KEY_MM if isinstance(tap, Key) else LEAST_TARGET_MM
                where = f"{name}: {tap.accessibleName()}"
                assert min(tap.width(), tap.height()) >= least * per_mm - 1, where
