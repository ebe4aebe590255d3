"""Panels of every kind at a running terminal: real lines, the real window, the real file."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from types import ModuleType

import pytest
from PySide6.QtCore import QEvent, QSocketNotifier, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hardware import numbered_link, plain_link
from hardware.catalogue import family_named
from hardware.codec import Acknowledge, Hello, KeyDown
from hardware.family import PlainFamily
from hardware.key_names import key_named
from hardware.link import ButtonPressed
from hardware.plain_simulator import SimulatedPlainPanel
from hardware.port import PortInfo
from hardware.profiles.keypad import HELD, KEY, REPORT, record
from hardware.profiles.own import encode_host, encode_panel
from hardware.sim_command import Simulated
from hardware.simulator import SimulatedPanel
from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Phase
from kiosk.domain.people import NO_OFFICER, OfficerId
from kiosk.domain.rating import Outcome
from kiosk.settings.definition import PANEL_PROFILES, Settings
from kiosk.settings.reading import parse
from kiosk.store.journal import Kind
from tests.support.builders import TODAY
from tests.support.counter import Counter
from tests.support.panels import OnLoop
from ui.panel_bridge import PanelBridge, link_of
from ui.panel_tools import simulated
from ui.text import Words
from ui.view import PinView


class Bench:
    """A terminal with the panels of its settings plugged in."""

    def __init__(self, folder: DataFolder, qtbot: QtBot, counter: Counter) -> None:
        self._folder, self._qtbot, self.counter = folder, qtbot, counter
        self.panels: list[OnLoop] = []

    def open(self, text: str, *names: str) -> None:
        """Restart on the settings `text`, where PATH1, PATH2 stand for the panels' lines."""
        for number, name in enumerate(names, start=1):
            path = self._folder.path / f"line{number}"
            self.panels.append(OnLoop(simulated(path, name, 4)))
            text = text.replace(f"PATH{number}", str(path))
        self.counter.running.stop()
        self.counter.settings = parse(text)
        self.counter.running = self.counter.open()

    def path(self, name: str) -> Path:
        return self._folder.path / name

    def plug_in(self, panel: Simulated) -> None:
        self.panels.append(OnLoop(panel))

    @property
    def settings(self) -> Settings:
        return self.counter.settings

    def wait_until_up(self) -> None:
        presenter = self.counter.running.presenter
        self._qtbot.waitUntil(lambda: presenter.panels.foremost.up, timeout=10_000)
        self.wait_until_settled()

    def wait_until_settled(self) -> None:
        """Just after its port was opened, no byte of a box without frames is a press."""
        families = [family_named(panel.profile) for panel in self.settings.panels]
        settling = [f.manners.settling for f in families if isinstance(f, PlainFamily)]
        ready_at = monotonic() + max(settling, default=0.0)
        self._qtbot.waitUntil(lambda: monotonic() >= ready_at)

    def sign_on(self) -> None:
        self.counter.running.presenter.staff.choose_officer("101")
        for digit in self.counter.pins["101"]:
            self.counter.running.presenter.staff.type_digit(digit)

    def ratings(self) -> list[int]:
        with self.counter.running.store.transaction() as t:
            tally = t.ratings.tally(TODAY)
        return sorted(score for (_, score), n in tally.scores.items() for _ in range(n))

    def press(self, panel: int, key: int) -> None:
        """Press, wait for the thanks, let the thanks pass."""
        presenter = self.counter.running.presenter
        before = len(self.ratings())
        self.panels[panel].press(key)
        self._qtbot.waitUntil(lambda: len(self.ratings()) > before, timeout=10_000)
        assert presenter.state.phase in (Phase.THANKS, Phase.REASONS)
        while presenter.state.until is not None:  # reasons, then thanks
            self.counter.clock.pass_seconds(60)
            presenter.tick()

    def type(self, text: str, repeats: int) -> None:
        """A key goes down, repeats by itself, and comes up."""
        key = Qt.Key(ord(text.upper()))
        for nth in range(repeats + 1):
            down = QKeyEvent(
                QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text, nth > 0
            )
            QApplication.sendEvent(self.counter.window, down)

    def stop(self) -> None:
        for panel in self.panels:
            panel.stop()


@pytest.fixture
def bench(folder: DataFolder, qtbot: QtBot, counter: Counter) -> Iterator[Bench]:
    bench = Bench(folder, qtbot, counter)
    yield bench
    bench.stop()


ON_A_LINE = [name for name in PANEL_PROFILES if name != "network"]
"""A panel on the network has no line: tests/hardware/test_network_panel.py."""


@pytest.mark.parametrize("name", ON_A_LINE)
def test_a_press_on_any_family_is_a_rating_with_the_score_of_its_button(
    bench: Bench, name: str
) -> None:
    bench.open(
        f'[panel]\nport = "PATH1"\nprofile = "{name}"\nbuttons = [4, 3, 2, 1]\n'
        "[scale]\nlevels = 4\n",
        name,
    )
    bench.wait_until_up()
    bench.sign_on()
    bench.press(0, 2)
    assert bench.ratings() == [3]


@pytest.mark.parametrize(("profile", "link"), [("own", numbered_link), ("modbus", plain_link)])
def test_a_panel_that_spoke_while_a_slow_disk_held_the_program_up_was_not_silent(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, profile: str, link: ModuleType
) -> None:
    settings = f'[panel]\nport = "PATH1"\nprofile = "{profile}"\nbuttons = [4, 3, 2, 1]\n'
    bench.open(f"{settings}[scale]\nlevels = 4\n", profile)
    bench.wait_until_up()
    (bridge,) = bench.counter.running.bridges
    (clock,) = [timer for timer in bridge.findChildren(QTimer) if not timer.isSingleShot()]
    clock.timeout.emit()
    panel = bench.panels[0].panel
    panel.readable(monotonic())
    panel.key_up(1, monotonic())
    monkeypatch.setattr(link, "SILENCE", 0.0)
    clock.timeout.emit()
    assert bench.counter.running.presenter.panels.foremost.up


def test_two_panels_of_different_kinds_serve_one_terminal(bench: Bench) -> None:
    bench.open(
        '[[panel]]\nport = "PATH1"\nbuttons = [5, 4, 3, 2]\n'
        '[[panel]]\nport = "PATH2"\nprofile = "ascii-line"\nbuttons = [1, 2, 3, 4]\n',
        "own",
        "ascii-line",
    )
    bench.wait_until_up()
    bench.sign_on()
    bench.press(0, 1)
    bench.press(1, 1)
    bench.press(0, 2)
    assert bench.ratings() == [1, 4, 5]


def test_the_mark_of_a_numbered_panel_survives_presses_on_a_plain_one(bench: Bench) -> None:
    bench.open(
        '[[panel]]\nport = "PATH1"\n[[panel]]\nport = "PATH2"\nprofile = "single-byte"\n',
        "own",
        "single-byte",
    )
    bench.wait_until_up()
    bench.sign_on()
    bench.press(0, 1)
    marks = bench.counter.running.terminal.marks()
    bench.press(1, 1)
    assert len(marks) == 1
    assert bench.counter.running.terminal.marks() == marks


def test_each_of_two_numbered_panels_is_remembered_over_a_restart(
    bench: Bench, qtbot: QtBot
) -> None:
    """Their last presses don't push one another out: what either offers again is not counted."""
    second = SimulatedPanel(bench.path("line2"), device="SECOND", keys=4)
    bench.plug_in(second)
    both = f'[[panel]]\nport = "PATH1"\n[[panel]]\nport = "{second.path}"\n'
    bench.open(both, "own")
    bench.panels.reverse()
    bench.wait_until_up()
    bench.sign_on()
    bench.press(0, 1)
    bench.press(1, 2)
    assert bench.ratings() == [4, 5]
    marks = bench.counter.running.terminal.marks()
    assert len({mark.device for mark in marks}) == 2
    for mark in marks:
        again = link_of(family_named("own"), bench.counter.settings.panels[0], marks)
        hello = encode_panel(
            Hello(version="1.0", device=mark.device, boot=mark.boot, firmware="1.0", keys=5)
        )
        again.opened(0.0)
        again.feed(hello, 0.1)
        offered = encode_panel(KeyDown(boot=mark.boot, seq=mark.seq, key=1, ms=1000))
        events = again.feed(offered, 0.2)
        assert not any(isinstance(event, ButtonPressed) for event in events)
        assert encode_host(Acknowledge(mark.boot, mark.seq)) in again.outgoing()


def test_one_of_two_panels_down_is_told(bench: Bench, qtbot: QtBot) -> None:
    bench.open('[[panel]]\nport = "PATH1"\n[[panel]]\nport = "/dev/none"\n', "own")
    presenter = bench.counter.running.presenter
    qtbot.waitUntil(lambda: "/dev/none" in str(presenter.panels.foremost.trouble), timeout=10_000)
    state = presenter.panels.foremost
    assert not state.up
    assert state.trouble is not None
    assert "เปิดไม่ได้: ไม่พบพอร์ตนี้" in Words.load("th").trouble(state.trouble)


def test_a_polled_panel_is_asked_at_least_as_often_as_its_family_says(
    bench: Bench, qtbot: QtBot
) -> None:
    """Counted beside a precise timer of the same event loop, so that a busy machine slows both."""
    text = '[panel]\nport = "PATH1"\nprofile = "modbus"\nbuttons = [4, 3, 2, 1]\n'
    bench.open(text, "modbus")
    panel = bench.panels[0].panel
    assert isinstance(panel, SimulatedPlainPanel)
    answers = QSocketNotifier(panel.fileno(), QSocketNotifier.Type.Read)
    questions: list[int] = []
    answers.activated.connect(lambda: questions.append(1))
    answers.activated.connect(lambda: panel.readable(monotonic()))
    bench.wait_until_up()
    family = family_named("modbus")
    assert isinstance(family, PlainFamily)
    intervals: list[int] = []
    metronome = QTimer(interval=round(family.manners.poll * 1000))
    metronome.setTimerType(Qt.TimerType.PreciseTimer)
    metronome.timeout.connect(lambda: intervals.append(1))
    metronome.start()
    questions.clear()
    qtbot.waitUntil(lambda: len(intervals) == 20, timeout=10_000)
    answers.setEnabled(False)
    assert len(questions) >= len(intervals)


def test_up_is_told_only_once_each_of_several_panels_is_there(bench: Bench, qtbot: QtBot) -> None:
    late = simulated(bench.path("late"), "own", 4)
    bench.open(f'[[panel]]\nport = "PATH1"\n[[panel]]\nport = "{late.path}"\n', "own")
    presenter = bench.counter.running.presenter
    qtbot.waitUntil(lambda: presenter.panels.states[0].up, timeout=10_000)
    qtbot.waitUntil(lambda: presenter.panels.states[1].trouble is not None, timeout=10_000)
    assert panel_events(bench) == [Kind.PANEL_DOWN]
    bench.plug_in(late)
    bench.wait_until_up()
    assert panel_events(bench) == [Kind.PANEL_DOWN, Kind.PANEL_UP]


def panel_events(bench: Bench) -> list[Kind]:
    with bench.counter.running.store.transaction() as t:
        kinds = [what.kind for what in t.journal.of_day(TODAY)]
    return [kind for kind in kinds if kind in (Kind.PANEL_UP, Kind.PANEL_DOWN)]


def test_a_panel_whose_codes_can_not_be_is_refused_and_the_other_works(bench: Bench) -> None:
    bench.open(
        '[[panel]]\nport = "PATH1"\nprofile = "single-byte"\n'
        '[[panel]]\nport = "PATH1"\nprofile = "jt905"\ncodes = ["nonsense"]\n',
        "single-byte",
    )
    presenter = bench.counter.running.presenter
    assert "such as 0010:03" in str(presenter.panels.foremost.trouble)
    assert presenter.panels.foremost.refused
    bench.wait_until_settled()
    bench.sign_on()
    bench.press(0, 2)
    assert bench.ratings() == [4]


def test_a_button_with_score_zero_scores_nothing(bench: Bench, qtbot: QtBot) -> None:
    bench.open('[panel]\nport = "PATH1"\nprofile = "xid"\nbuttons = [0, 5]\n', "xid")
    bench.wait_until_up()
    bench.sign_on()
    bench.panels[0].press(1)
    bench.press(0, 2)
    assert bench.ratings() == [5]


@pytest.mark.parametrize("name", ["candle485", "keypad"])
def test_an_unplugged_plain_panel_is_noted_and_comes_back_by_itself(
    bench: Bench, qtbot: QtBot, name: str
) -> None:
    bench.open(f'[panel]\nport = "PATH1"\nprofile = "{name}"\n', name)
    bench.wait_until_up()
    presenter = bench.counter.running.presenter
    bench.panels[0].panel.unplug()
    qtbot.waitUntil(lambda: not presenter.panels.foremost.up, timeout=10_000)
    bench.panels[0].panel.plug()
    bench.wait_until_up()
    with bench.counter.running.store.transaction() as t:
        kinds = [what.kind for what in t.journal.of_day(TODAY)]
    assert (kinds.count(Kind.PANEL_UP), kinds.count(Kind.PANEL_DOWN)) == (2, 1)


def pressed_while_unplugged(bench: Bench, qtbot: QtBot, ago: float) -> SimulatedPanel:
    """The panel was pressed `ago` seconds ago, and is plugged in again now."""
    panel = bench.panels[0].panel
    assert isinstance(panel, SimulatedPanel)
    presenter = bench.counter.running.presenter
    panel.unplug()
    qtbot.waitUntil(lambda: not presenter.panels.foremost.up, timeout=10_000)
    panel.press(1, monotonic() - ago)
    panel.plug()
    qtbot.waitUntil(lambda: not panel.waiting, timeout=10_000)
    return panel


def outcomes(bench: Bench) -> dict[tuple[OfficerId, Outcome], int]:
    with bench.counter.running.store.transaction() as t:
        return dict(t.ratings.tally(TODAY).outcomes)


def test_a_press_that_nobody_could_hear_is_counted_late_beside_the_score_and_thanks_nobody(
    bench: Bench, qtbot: QtBot
) -> None:
    bench.open('[panel]\nport = "PATH1"\n', "own")
    bench.wait_until_up()
    bench.sign_on()
    bench.counter.clock.pass_seconds(300)
    panel = pressed_while_unplugged(bench, qtbot, ago=60)
    assert bench.ratings() == []
    assert outcomes(bench) == {(OfficerId("101"), Outcome.LATE): 1}
    assert bench.counter.running.presenter.state.phase is Phase.READY
    assert (panel.late, panel.acknowledged) == ([1], [])
    assert not panel.lamp(monotonic())
    bench.press(0, 2)
    assert bench.ratings() == [4], "the next press is a rating as ever"


def test_a_press_from_before_the_hand_over_goes_to_nobody(bench: Bench, qtbot: QtBot) -> None:
    bench.open('[panel]\nport = "PATH1"\n', "own")
    bench.wait_until_up()
    bench.sign_on()
    bench.counter.clock.pass_seconds(2)
    panel = pressed_while_unplugged(bench, qtbot, ago=5)
    assert bench.ratings() == []
    assert outcomes(bench) == {(NO_OFFICER, Outcome.LATE): 1}
    assert panel.late == [1]


def test_a_late_press_leaves_the_officers_menu_open(bench: Bench, qtbot: QtBot) -> None:
    bench.open('[panel]\nport = "PATH1"\n', "own")
    bench.wait_until_up()
    bench.sign_on()
    bench.counter.running.presenter.staff.ask_staff()
    pressed_while_unplugged(bench, qtbot, ago=60)
    assert isinstance(bench.counter.running.presenter.view(), PinView)


def test_a_panel_that_answers_is_found_on_whichever_port_it_is(bench: Bench, qtbot: QtBot) -> None:
    """Three ports: one is gone, one is silent, one is the panel's."""
    bench.open("", "single-byte", "own")
    lines = [panel.panel.path for panel in bench.panels]
    ports = tuple(PortInfo(str(x), str(x), "") for x in (Path("/dev/none"), *lines))
    settings = parse('[panel]\nport = "auto"\n').panels[0]
    presenter = bench.counter.running.presenter
    bridge = PanelBridge(settings, presenter, (), ports=lambda: ports)
    bridge.start()
    qtbot.waitUntil(lambda: presenter.panels.foremost.up, timeout=30_000)
    assert presenter.panels.foremost.device == "SIM-5"
    bridge.stop()


def test_a_key_held_on_a_keypad_is_one_press_and_the_next_is_another(
    bench: Bench, qtbot: QtBot
) -> None:
    bench.open('[panel]\nport = "PATH1"\nprofile = "keypad"\n', "keypad")
    bench.wait_until_up()
    bench.sign_on()
    pad = bench.panels[0].panel
    assert isinstance(pad, SimulatedPlainPanel)
    pad.key_down(1, monotonic())
    for _ in range(40):  # as the kernel repeats it
        pad.send(record(KEY, key_named("KEY_1"), HELD) + record(REPORT, 0, 1))
    pad.key_up(1, monotonic())
    qtbot.waitUntil(lambda: bench.ratings() == [5], timeout=10_000)
    bench.counter.clock.pass_seconds(60)
    bench.counter.running.presenter.tick()
    bench.press(0, 2)
    assert bench.ratings() == [4, 5]
    assert outcomes(bench) == {}


def test_a_key_held_on_a_keyboard_pad_is_one_press(bench: Bench) -> None:
    bench.open("[keys]\na = 5\nb = 1\n")
    bench.sign_on()
    bench.type("b", repeats=40)
    assert bench.ratings() == [1]
    with bench.counter.running.store.transaction() as t:
        assert t.ratings.tally(TODAY).outcomes == {}
