"""One working day at the terminal, pressed on its real widgets: what a person would do, in order.

A generator that yields conditions; the event loop resumes it when they hold.
"""

import resource
from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path
from time import monotonic
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from kiosk.domain.encounter import Phase
from ui.app import Running
from ui.citizen_turn import SLIP
from ui.screens.menu import MenuScreen
from ui.screens.message import MessageScreen
from ui.screens.pin import PinScreen
from ui.screens.ready import ReadyScreen
from ui.screens.reasons import ReasonsScreen
from ui.screens.sign_on import SignOnScreen
from ui.screens.thanks import ThanksScreen
from ui.trial.panel import PanelOnLoop
from ui.trial.stage import TrialFailed
from ui.view import MenuView
from ui.window import TerminalWindow

S = TypeVar("S", bound=QWidget)
Condition = Callable[[], bool]
Story = Generator[Condition, None, None]
SCORES = (5, 5, 4, 5, 3, 5, 4, 5, 2, 5, 4, 5, 5, 1, 5, 4, 5, 5, 3, 4, 5, 5)
"""What citizens press for the first officer."""
BOUNCE = 0.06
"""Seconds after which a second press is a person's, no bouncing contact."""
LATER = (4, 5, 2, 5, 4, 3, 5)
"""And for the second."""


class WorkingDay:
    """The hands and eyes: presses widgets, takes pictures, counts what was pressed."""

    def __init__(
        self,
        window: TerminalWindow,
        running: Running,
        panel: PanelOnLoop,
        pins: dict[str, str],
        pictures: Path,
    ) -> None:
        self._window, self._running, self._panel = window, running, panel
        self._pins, self._pictures = pins, pictures
        self.pressed: Counter[tuple[str, int]] = Counter()
        """Ratings per officer number and score."""
        self.suppressed = 0

    def story(self) -> Story:
        yield self._on(MessageScreen)
        self._picture("closed")
        yield from self._sign_on("101", wrong_first=True)
        self._picture("ready")
        for turn, score in enumerate(SCORES):
            yield from self._rate("101", score, by_panel=turn % 2 == 1)
        yield from self._press_twice("101")
        yield from self._look_in_english()
        yield from self._pause_and_resume()
        yield from self._unplug_and_plug("101")
        yield from self._hand_over("102")
        # The citizen who is still there was served by the officer before.
        yield from self._rate("101", LATER[0], by_panel=True)
        for turn, score in enumerate(LATER[1:]):
            yield from self._rate("102", score, by_panel=turn % 2 == 1)
        yield from self._service_menu()
        yield from self._full_disk()
        yield from self._duty_menu("102", "sign-off")
        yield self._on(MessageScreen)
        self._picture("signed-off")

    # --- parts of the day --------------------------------------------------------------------

    def _sign_on(self, number: str, *, wrong_first: bool = False) -> Story:
        self._click(self._screen(MessageScreen).action)
        yield self._on(SignOnScreen)
        self._picture("sign-on")
        for digit in number:
            self._click(self._screen(SignOnScreen).pad.tiles[digit])
        yield self._on(PinScreen)
        if wrong_first:
            pin = self._pins[number]
            wrong_last_digit = str((int(pin[-1]) + 1) % 10)
            self._type(pin[:-1] + wrong_last_digit)
            self._picture("pin-wrong")
        self._type(self._pins[number])
        yield self._on(ReadyScreen)

    def _rate(self, number: str, score: int, *, by_panel: bool) -> Story:
        yield self._ready
        acknowledged = len(self._panel.panel.acknowledged)
        if by_panel:
            self._panel.press(6 - score)
            yield lambda: len(self._panel.panel.acknowledged) > acknowledged
        else:
            ready = self._screen(ReadyScreen)
            visible = (face for face in ready.faces if face.isVisible())
            self._click(next(face for face in visible if face.score == score))
        self.pressed[number, score] += 1
        if score <= 2:
            yield self._on(ReasonsScreen)
            since = monotonic()
            yield lambda: monotonic() - since > SLIP
            self._click(self._screen(ReasonsScreen).tiles[0])
            self._picture("reasons")
            self._click(self._screen(ReasonsScreen).done_tile)
        yield self._on(ThanksScreen)
        self._picture("thanks")
        yield self._ready

    def _press_twice(self, number: str) -> Story:
        yield self._ready
        acknowledged = len(self._panel.panel.acknowledged)
        self._panel.press(1)
        yield lambda: len(self._panel.panel.acknowledged) == acknowledged + 1
        since = monotonic()
        yield lambda: monotonic() - since > BOUNCE
        self._panel.press(1)
        yield lambda: self._panel.panel.waiting == 0
        self.pressed[number, 5] += 1
        self.suppressed += 1

    def _look_in_english(self) -> Story:
        yield self._ready
        languages = dict(self._screen(ReadyScreen).languages)
        self._click(languages["en"])
        self._picture("ready-english")
        self._click(languages["th"])

    def _pause_and_resume(self) -> Story:
        yield from self._duty_menu("101", "pause")
        yield self._on(MessageScreen)
        self._picture("paused")
        yield from self._sign_on("101")

    def _unplug_and_plug(self, number: str) -> Story:
        yield self._ready
        self._panel.unplug()
        yield lambda: not self._panel_up()
        self._picture("ready-panel-unplugged")
        yield from self._rate(number, 4, by_panel=False)
        self._panel.press(2)
        self._panel.plug()
        yield lambda: self._panel_up() and self._panel.panel.waiting == 0
        self.pressed[number, 4] += 1
        yield self._ready

    def _hand_over(self, number: str) -> Story:
        yield from self._duty_menu("101", "hand-over")
        yield self._on(SignOnScreen)
        rows = self._screen(SignOnScreen).rows
        officer = self._running.terminal.by_number(number)
        visible = (row for row in rows if row.isVisible())
        self._click(next(row for row in visible if officer and row.officer == officer.id))
        yield self._on(PinScreen)
        self._type(self._pins[number])
        yield self._on(ReadyScreen)
        self._picture("handed-over")

    def _duty_menu(self, number: str, action: str) -> Story:
        yield self._ready
        self._click(self._screen(ReadyScreen).staff_tile)
        yield self._on(PinScreen)
        self._type(self._pins[number])
        yield self._on(MenuScreen)
        self._picture("duty-menu")
        view = self._running.presenter.view()
        offered = [choice.id for choice in view.actions] if isinstance(view, MenuView) else []
        self._click(self._screen(MenuScreen).tiles[offered.index(action)])

    def _service_menu(self) -> Story:
        yield self._ready
        corner = self._window.corner
        middle = QPoint(corner.width() // 2, corner.height() // 2)
        QTest.mousePress(corner, Qt.MouseButton.LeftButton, pos=middle)
        yield self._on(PinScreen)
        QTest.mouseRelease(corner, Qt.MouseButton.LeftButton, pos=middle)
        self._picture("service-pin")
        self._type(self._pins["service"])
        yield self._on(MenuScreen)
        menu = self._screen(MenuScreen)
        self._click(menu.tiles[0])
        self._panel.press(3)
        yield lambda: self._panel.panel.waiting == 0
        self._picture("service-menu")
        visible = [tile for tile in menu.tiles if tile.isVisible()]
        self._click(visible[-1])
        yield self._on(ReadyScreen)

    def _full_disk(self) -> Story:
        """The file may not grow: nobody is thanked, the screen says so, and it heals by itself."""
        yield self._ready
        self._running.store.checkpoint()
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
        try:
            self._click(self._screen(ReadyScreen).faces[0])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        if self._running.presenter.state.phase is not Phase.OUT_OF_SERVICE:
            raise TrialFailed("a press was thanked for on a full disk")
        self._picture("out-of-service")
        yield self._ready

    # --- hands and eyes ----------------------------------------------------------------------

    def _screen(self, kind: type[S]) -> S:
        """The screen that is shown, which must be of this kind."""
        screen = self._window.screen_shown
        if not isinstance(screen, kind):
            raise TrialFailed(f"{kind.__name__} expected, {type(screen).__name__} is shown")
        return screen

    def _on(self, kind: type[QWidget]) -> Condition:
        return lambda: isinstance(self._window.screen_shown, kind)

    def _ready(self) -> bool:
        """A citizen may press: the faces are there and the thank-you lock is over."""
        state = self._running.presenter.state
        over = self._running.presenter.citizen.lock_is_over()
        return state.phase is Phase.READY and over and self._on(ReadyScreen)()

    def _panel_up(self) -> bool:
        return self._running.presenter.panels.foremost.up

    def _click(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def _type(self, pin: str) -> None:
        for digit in pin:
            self._click(self._screen(PinScreen).pad.tiles[digit])

    def _picture(self, name: str) -> None:
        path = self._pictures / f"{name}.png"
        if not path.exists():
            self._window.grab().save(str(path))
