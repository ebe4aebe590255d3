"""Setting up a panel on the screen: the service menu, a real line, and the panel used at once."""

from collections.abc import Callable, Iterator
from time import monotonic

import pytest
from pytestqt.qtbot import QtBot

from hardware.finder import Patience
from hardware.plain_simulator import SimulatedPlainPanel
from hardware.profiles.hex_frame import HexFrameBox
from kiosk.settings.reading import load
from tests.support.counter import (
    Counter,
    click,
    service_menu,
    shown,
    sign_on,
    tally,
    tile,
)
from tests.support.panels import OnLoop
from ui.dialogs import PanelWizard, SetupStage
from ui.screens.menu import MenuScreen

BETWEEN_PRESSES = 0.15
SET_UP, BEGIN_AGAIN = "ตั้งค่าแผงปุ่มกด", "เริ่มใหม่"


class Desk:
    """A counter with a panel that its settings do not name yet."""

    def __init__(self, counter: Counter, qtbot: QtBot, panel: OnLoop) -> None:
        self.counter, self.qtbot, self.panel = counter, qtbot, panel
        file = counter.folder.path / "kiosk.toml"
        counter.running.stop()
        counter.settings = load(file)
        counter.running = counter.open()
        wizard = counter.running.wizard
        wizard.port = str(panel.panel.path)
        wizard.patience = Patience(press=20, mode=0.2, quiet=0.05, rest=0.1)
        self.titles: list[str] = []
        self.pressed_at = 0.0

    @property
    def wizard(self) -> PanelWizard | None:
        dialog = self.counter.running.presenter.session.dialog
        return dialog if isinstance(dialog, PanelWizard) else None

    def until(self, done: Callable[[PanelWizard], bool], doing: Callable[[], None]) -> None:
        """Do it again until the wizard is there."""

        def is_done() -> bool:
            assert self.wizard is not None
            if done(self.wizard):
                return True
            doing()
            return False

        self.qtbot.waitUntil(is_done, timeout=20_000)

    def learn(self, keys: list[int]) -> None:
        """Press what the screen asks for, until it is over."""
        asked: list[tuple[SetupStage, int, int]] = []

        def press() -> None:
            wizard = self.wizard
            assert wizard is not None
            at = (wizard.stage, wizard.place, wizard.time)
            may_press = wizard.stage in (SetupStage.PRESS, SetupStage.PROVE)
            is_asked = self.counter.running.wizard.awaits_press
            if may_press and is_asked and at not in asked:
                asked.append(at)
                self.titles.append(self.counter.window._view.title)  # type: ignore[union-attr]
                self.panel.press(keys[wizard.place])

        self.until(lambda wizard: wizard.stage is not SetupStage.LISTENING, self.press_any)
        self.until(lambda wizard: wizard.over, press)

    def press_any(self) -> None:
        if monotonic() - self.pressed_at >= BETWEEN_PRESSES:
            self.pressed_at = monotonic()
            self.panel.press(1)


@pytest.fixture
def desk(counter: Counter, qtbot: QtBot) -> Iterator[Desk]:
    box = HexFrameBox(5, [f"A5 ?? 0{key} xor" for key in range(1, 6)])
    panel = OnLoop(SimulatedPlainPanel(counter.folder.path / "line", "box", box))
    yield Desk(counter, qtbot, panel)
    panel.stop()


def test_a_panel_is_learned_written_and_used_without_a_restart(desk: Desk) -> None:
    counter = desk.counter
    click(tile(service_menu(counter), SET_UP))
    desk.learn([5, 4, 3, 2, 1])
    assert desk.wizard is not None
    assert desk.wizard.stage is SetupStage.LEARNED, desk.wizard.remark
    [written] = load(counter.folder.path / "kiosk.toml").panel
    assert (written.profile, written.codes[0]) == ("hex-frame", "A5 ?? 05 xor")
    assert "ครั้งที่ 2" in desk.titles[1]
    counter.running.presenter.staff.back()
    sign_on(counter)
    desk.panel.press(5)
    desk.qtbot.waitUntil(lambda: tally(counter).n == 1, timeout=5000)


def test_nobody_sets_a_panel_up_where_a_citizen_could_rate(desk: Desk) -> None:
    sign_on(desk.counter)
    menu = service_menu(desk.counter)
    assert SET_UP not in [t.text() for t in menu.tiles if t.isVisible()]
    desk.counter.running.presenter.staff.act("panel-setup")
    assert desk.wizard is None


def test_a_panel_that_is_not_heard_leaves_everything_as_it_was(desk: Desk) -> None:
    counter = desk.counter
    before = (counter.folder.path / "kiosk.toml").read_text(encoding="utf-8")
    counter.running.wizard.patience = Patience(press=0.2, mode=0.1)
    click(tile(service_menu(counter), SET_UP))
    desk.until(lambda wizard: wizard.stage is SetupStage.FAILED, lambda: None)
    assert desk.wizard is not None
    assert desk.wizard.remark is not None
    assert desk.wizard.remark.key == "no_panel_heard"
    counter.running.wizard.patience = Patience(press=20)
    menu = shown(counter, MenuScreen)
    assert isinstance(menu, MenuScreen)
    click(tile(menu, BEGIN_AGAIN))
    assert desk.wizard.stage is SetupStage.LISTENING
    counter.running.presenter.staff.back()
    desk.qtbot.waitUntil(lambda: not counter.running.wizard.learns, timeout=2000)
    assert (counter.folder.path / "kiosk.toml").read_text(encoding="utf-8") == before
