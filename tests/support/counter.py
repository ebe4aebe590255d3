"""A running terminal in a window on a clock moved by hand, and the fingers that use it."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kiosk.datafolder import DataFolder
from kiosk.domain.tally import Tally
from kiosk.settings.definition import Settings
from tests.support.builders import FakeClock
from ui.app import Running, start
from ui.screens.menu import MenuScreen
from ui.screens.message import MessageScreen
from ui.screens.pin import PinScreen
from ui.screens.ready import ReadyScreen
from ui.screens.sign_on import SignOnScreen
from ui.widgets.tap import Tile
from ui.window import TerminalWindow


class Counter:
    """One counter: its window, its program, its PINs."""

    def __init__(self, folder: DataFolder, settings: Settings, qtbot: QtBot) -> None:
        self.folder, self.settings = folder, settings
        self.clock = FakeClock()
        self.pins: dict[str, str] = {}
        self.window = TerminalWindow()
        qtbot.addWidget(self.window, before_close_func=lambda _: None)
        self.window.resize(1280, 800)
        self.window.show()
        self.running = self.open()

    def open(self) -> Running:
        return start(self.folder, self.settings, self.clock, self.window)

    def crash_and_start(self) -> None:
        """The program dies without a word and is started again."""
        self.running.presenter.halt()
        for connection in self.running.connections:
            QObject.disconnect(connection)
        self.running.store.close()
        self.running = self.open()


SETTINGS = """\
[comments]
url = "https://example.org/c"
seconds = 5
[keys]
a = 5
b = 4
c = 3
d = 2
e = 1
"""


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def shown(counter: Counter, kind: type[QWidget]) -> QWidget:
    screen = counter.window.screen_shown
    assert isinstance(screen, kind), f"{type(screen).__name__} is shown"
    return screen


def pin_screen(counter: Counter) -> PinScreen:
    screen = shown(counter, PinScreen)
    assert isinstance(screen, PinScreen)
    return screen


def ready(counter: Counter) -> ReadyScreen:
    screen = shown(counter, ReadyScreen)
    assert isinstance(screen, ReadyScreen)
    return screen


def type_pin(counter: Counter, pin: str) -> None:
    for digit in pin:
        click(pin_screen(counter).pad.tiles[digit])


def sign_on(counter: Counter, number: str = "101") -> None:
    notice = shown(counter, MessageScreen)
    assert isinstance(notice, MessageScreen)
    click(notice.action)
    screen = shown(counter, SignOnScreen)
    assert isinstance(screen, SignOnScreen)
    for digit in number:
        click(screen.pad.tiles[digit])
    type_pin(counter, counter.pins[number])


def press_face(counter: Counter, score: int) -> None:
    faces = ready(counter).faces
    click(next(face for face in faces if face.isVisible() and face.score == score))


def pass_time(counter: Counter, seconds: float) -> None:
    """The clock moves, and the timer that was waiting for it fires."""
    counter.clock.pass_seconds(seconds)
    counter.running.presenter.tick()
    counter.running.presenter.clock.look()


def tally(counter: Counter) -> Tally:
    with counter.running.store.transaction() as t:
        return t.ratings.tally(counter.clock.wall.date())


def service_menu(counter: Counter) -> MenuScreen:
    counter.window.corner.pressed_long.emit()
    type_pin(counter, counter.pins["service"])
    menu = shown(counter, MenuScreen)
    assert isinstance(menu, MenuScreen)
    return menu


def tile(menu: MenuScreen, words: str) -> Tile:
    return next(t for t in menu.tiles if t.isVisible() and t.text() == words)


def staff_menu(counter: Counter, number: str, entry: int) -> None:
    click(ready(counter).staff_tile)
    type_pin(counter, counter.pins[number])
    menu = shown(counter, MenuScreen)
    assert isinstance(menu, MenuScreen)
    click(menu.tiles[entry])
