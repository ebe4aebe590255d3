"""Every kind of button on every page, in every phase and behind every dialog: what is kept is
thanked for and lights its lamp; what is not kept is counted, and lights nothing.

A new page, phase or dialog fails here until it is said how to come to it. Real lines, the real
window, the real file.
"""

from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any, get_args

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from hardware.catalogue import family_named
from hardware.plain_simulator import SimulatedPlainPanel
from hardware.port import Wiring
from kiosk.domain.duty import EndOfDuty
from kiosk.domain.encounter import Fate, Phase, Served, SignOff, SignOn
from kiosk.domain.rating import Channel, Outcome
from kiosk.settings.reading import parse
from kiosk.store.engine import StoreFailed
from tests.support.builders import SOMYING, duty_of
from tests.support.counter import Counter, click, tally
from tests.support.panels import NetworkPanel, OnLoop
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
from ui.panel_states import Panels
from ui.presenter import Presenter
from ui.screens.ready import ReadyScreen
from ui.view import (
    QuestionView,
    ReasonsView,
    ThanksView,
    View,
)

SETTINGS = """\
[scale]
levels = 4
[comments]
url = "https://example.org/c"
[keys]
x = 4
[[panel]]
port = "OWN"
[[panel]]
port = "CANDLE"
profile = "candle485"
[[panel]]
port = "LINE"
profile = "ascii-line"
[[panel]]
port = "KEYPAD"
profile = "keypad"
[[panel]]
port = "PINS"
profile = "gpio"
[[panel]]
port = "MODBUS"
profile = "modbus"
codes = ["holding-register:40.0", "holding-register:40.9", "holding-register:41=3"]
[[panel]]
port = "HEX"
profile = "hex-frame"
lamp_on = "A5 81 5A"
lamp_off = "A5 80 5A"
"""
NETWORKED = """\
[[panel]]
port = "NETWORK"
profile = "network"
key_file = "NETWORK_KEY"
"""
MODBUS = ("holding-register:40.0", "holding-register:40.9", "holding-register:41=3")
WIRED: dict[str, dict[str, Any]] = {
    "MODBUS": {"codes": MODBUS},
    "HEX": {"lamp_on": "A5 81 5A", "lamp_off": "A5 80 5A"},
}
KINDS = {
    "OWN": "own",
    "CANDLE": "candle485",
    "LINE": "ascii-line",
    "KEYPAD": "keypad",
    "PINS": "gpio",
    "MODBUS": "modbus",
    "HEX": "hex-frame",
    "NETWORK": "network",
    "BYTES": "single-byte",
}
"""The panels' places in the settings, and their families."""
BEST = 1
"""The button of the best face."""
EFFECT_SECONDS = 0.08
"""A lamp is told in the same moment; its panel looks at its line every 20 ms."""
POLLED_EFFECT_SECONDS = 0.2
"""A lamp that waits for its turn among the questions."""


class Bench:
    """A terminal with a panel of each kind."""

    def __init__(self, counter: Counter, qtbot: QtBot, more: str = "") -> None:
        self.counter, self.qtbot = counter, qtbot
        is_full = "BYTES" in more  # a terminal has eight panels at most
        text = SETTINGS + more + ("" if is_full else NETWORKED)
        self.panels: dict[str, OnLoop | NetworkPanel] = {}
        for name, profile in KINDS.items():
            if f'"{name}"' not in text:
                continue
            path = counter.folder.path / name.lower()
            if profile == "network":
                panel = self.panels[name] = NetworkPanel(path)
                text = text.replace(f'"{name}"', f'"{panel.port}"')
                text = text.replace(f'"{name}_KEY"', f'"{path}"')
                continue
            wiring = Wiring(buttons=4, **WIRED.get(name, {}))
            self.panels[name] = OnLoop(family_named(profile).simulated(path, wiring))
            text = text.replace(f'"{name}"', f'"{path}"')
        counter.running.stop()
        counter.settings = parse(text)
        counter.running = counter.open()
        self.said: list[str] = []
        self.presenter.spoken.connect(lambda _, names: self.said.extend(names))
        wanted = self.presenter.panels.states
        qtbot.waitUntil(lambda: all(panel.up for panel in wanted), timeout=10_000)

    @property
    def presenter(self) -> Presenter:
        return self.counter.running.presenter

    @property
    def view(self) -> View | None:
        return self.counter.window._view

    def kept(self) -> int:
        return tally(self.counter).n

    def counted(self) -> int:
        beside = (Outcome.SUPPRESSED, Outcome.IGNORED, Outcome.UNASKED, Outcome.LED, Outcome.TESTED)
        return sum(n for (_, what), n in tally(self.counter).outcomes.items() if what in beside)

    def after(self, seconds: float) -> None:
        self.counter.clock.pass_seconds(seconds)

    def show(self, dialog: Dialog | None) -> None:
        self.presenter.session.show_dialog(dialog)

    def start_over(self) -> None:
        """Nobody on duty, nothing open, the last turn long over."""
        session = self.presenter.session
        if session.out_of_service:
            self.presenter.try_repair()
        self.show(None)
        for _ in range(3):  # reasons, thanks, a question
            self.after(120)
            self.presenter.tick()
        session.step(SignOff())
        self.after(120)
        session.officer = SOMYING
        session.step(SignOn(duty_of()))
        self.after(2)


# --- where a press may meet the terminal ----------------------------------------------------------


def ready(bench: Bench) -> None:
    pass


def locked(bench: Bench) -> None:
    bench.presenter.citizen.press(4, Channel.PANEL)


def thanked(bench: Bench) -> None:
    locked(bench)
    bench.after(bench.counter.settings.times.lock + 0.1)


def asked(bench: Bench) -> None:
    bench.presenter.citizen.press(1, Channel.PANEL)
    bench.after(bench.counter.settings.times.lock + 0.1)


def just_asked(bench: Bench) -> None:
    bench.presenter.citizen.press(1, Channel.PANEL)


def paused(bench: Bench) -> None:
    bench.show(DutyMenu())
    bench.presenter.staff.act("pause")
    bench.after(bench.counter.settings.times.grace + 1)


def paused_now(bench: Bench) -> None:
    bench.show(DutyMenu())
    bench.presenter.staff.act("pause")


def paused_and_asked_for(bench: Bench) -> None:
    paused_now(bench)
    bench.presenter.citizen.ask_to_rate()


def closed(bench: Bench) -> None:
    bench.show(DutyMenu())
    bench.presenter.staff.act("sign-off")
    bench.after(bench.counter.settings.times.grace + 1)


def after_hours(bench: Bench) -> None:
    bench.presenter.session.step(SignOff(EndOfDuty.CLOSING_TIME))


def broken(bench: Bench) -> None:
    bench.presenter.session.break_off(StoreFailed("no room"))


def behind(dialog: Dialog) -> Callable[[Bench], None]:
    return lambda bench: bench.show(dialog)


PINS = {purpose: TypingPin(purpose=purpose, who=SOMYING, typed="12") for purpose in Purpose}
PLACES: dict[str, Callable[[Bench], None]] = {
    "ready": ready,
    "locked": locked,
    "thanked": thanked,
    "asked": asked,
    "just asked": just_asked,
    "paused": paused,
    "paused just now": paused_now,
    "paused and asked for": paused_and_asked_for,
    "closed": closed,
    "after hours": after_hours,
    "broken": broken,
    "choosing": behind(Choosing()),
    "duty menu": behind(DutyMenu()),
    "own round": behind(OwnRound(SOMYING)),
    "service menu": behind(ServiceMenu()),
    "panel setup": behind(PanelWizard()),
    "panel test": behind(ServiceMenu(testing=True)),
    **{f"pin for {purpose}": behind(pin) for purpose, pin in PINS.items()},
}
OFFERED = '[offer]\nmode = "offered"\n'


def waiting(bench: Bench) -> None:
    pass


def offered(bench: Bench) -> None:
    bench.presenter.queue.take(Served())


QUEUE_PLACES = {"waiting": waiting, "offered": offered}


# --- the ways to press ----------------------------------------------------------------------------


WITH_LAMP = ("OWN", "CANDLE", "PINS", "MODBUS", "HEX", "NETWORK")


def lit(bench: Bench) -> dict[str, int]:
    """How often each panel's lamp was lit."""
    return {name: panel.lit for name, panel in bench.panels.items()}


def by_touch(bench: Bench) -> bool:
    screen = bench.counter.window.screen_shown
    if not isinstance(screen, ReadyScreen):
        return False
    click(next(face for face in screen.faces if face.isVisible() and face.score == 4))
    return True


def by_key(bench: Bench) -> bool:
    QTest.keyClick(bench.counter.window, Qt.Key.Key_X)
    return True


def by_panel(name: str) -> Callable[[Bench], bool]:
    def press(bench: Bench) -> bool:
        bench.panels[name].press(BEST)
        return True

    return press


WAYS: dict[str, Callable[[Bench], bool]] = {
    "touch": by_touch,
    "keyboard": by_key,
    **{name: by_panel(name) for name in KINDS if name != "BYTES"},
}


def faults(bench: Bench, place: str, way: str) -> list[str]:
    """Press once, and say what does not follow from what became of it."""
    kept, counted, lit_before = bench.kept(), bench.counted(), lit(bench)
    bench.said.clear()
    begun = monotonic()
    if not WAYS[way](bench):
        return []
    if place == "broken":
        bench.qtbot.waitUntil(lambda: monotonic() >= begun + EFFECT_SECONDS)
        bench.presenter.try_repair()

    def has_come() -> bool:
        return bench.kept() + bench.counted() > kept + counted

    bench.qtbot.waitUntil(has_come, timeout=5000)
    settled_at = monotonic() + (POLLED_EFFECT_SECONDS if way == "MODBUS" else EFFECT_SECONDS)
    bench.qtbot.waitUntil(lambda: monotonic() >= settled_at)
    more, beside = bench.kept() - kept, bench.counted() - counted
    is_thanked = "thanks" in bench.said
    wrong = []
    if (more, beside) not in ((1, 0), (0, 1)):
        wrong.append(f"{more} kept and {beside} counted")
    if is_thanked is not (more == 1):
        wrong.append(f"thanked: {is_thanked}, kept: {more}")
    if is_thanked and not isinstance(bench.view, ThanksView | ReasonsView):
        wrong.append(f"{type(bench.view).__name__} hides the thanks")
    now_lit = {name: times - lit_before[name] for name, times in lit(bench).items()}
    if now_lit != {name: more * (name == way in WITH_LAMP) for name in now_lit}:
        wrong.append(f"lit: {now_lit}, kept: {more}")
    return [f"{place}, {way}: {words}" for words in wrong]


@pytest.fixture
def bench(counter: Counter, qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[Bench]:
    bench = Bench(counter, qtbot, getattr(request, "param", ""))
    yield bench
    for panel in bench.panels.values():
        panel.stop()


def every_way(bench: Bench, place: str, reach: Callable[[Bench], None]) -> list[str]:
    wrong = []
    for way in WAYS:
        bench.start_over()
        reach(bench)
        wrong += faults(bench, place, way)
    return wrong


@pytest.mark.parametrize("place", PLACES)
def test_kept_and_thanked_and_lit_are_one(bench: Bench, place: str) -> None:
    assert every_way(bench, place, PLACES[place]) == []


@pytest.mark.parametrize("bench", [OFFERED], indirect=True)
@pytest.mark.parametrize("place", QUEUE_PLACES)
def test_they_are_where_questions_are_offered(bench: Bench, place: str) -> None:
    assert every_way(bench, place, QUEUE_PLACES[place]) == []


@pytest.mark.parametrize("bench", ["[sound]\nguide = true\n"], indirect=True)
def test_they_are_where_buttons_lead_through_the_reasons(bench: Bench) -> None:
    assert every_way(bench, "asked", asked) == []
    assert tally(bench.counter).outcomes[SOMYING.id, Outcome.LED] > 0


BYTES = """\
[[panel]]
port = "BYTES"
profile = "single-byte"
buttons = [4, 3, 2, 1]
"""


@pytest.mark.parametrize("bench", [BYTES], indirect=True)
def test_what_a_box_without_frames_says_of_itself_is_a_press_nowhere(
    bench: Bench, qtbot: QtBot
) -> None:
    """A greeting holds the bytes of buttons, as noise does. One byte alone is a press."""
    on_loop = bench.panels["BYTES"]
    assert isinstance(on_loop, OnLoop)
    box = on_loop.panel
    assert isinstance(box, SimulatedPlainPanel)
    settled_at = monotonic() + 1.1
    qtbot.waitUntil(lambda: monotonic() >= settled_at)
    wrong = []
    for place, reach in PLACES.items():
        bench.start_over()
        reach(bench)
        before = bench.kept(), bench.counted(), lit(bench)
        box.send(b"Ready v1.2 5 buttons\r\n1234512345\r\n")
        judged_at = monotonic() + EFFECT_SECONDS
        qtbot.waitUntil(lambda at=judged_at: monotonic() >= at)  # type: ignore[misc]
        after = bench.kept(), bench.counted(), lit(bench)
        wrong += [place] if after != before else []
    assert wrong == []
    bench.start_over()
    kept = bench.kept()
    box.send(b"1")
    qtbot.waitUntil(lambda: bench.kept() == kept + 1, timeout=5000)


def test_the_places_are_every_page_phase_and_dialog(bench: Bench, qtbot: QtBot) -> None:
    pages, phases, dialogs = set[object](), set[object](), set[object]()
    for places in (PLACES, QUEUE_PLACES):
        for reach in places.values():
            bench.start_over()
            reach(bench)
            pages.add(type(bench.view))
            phases.add(bench.presenter.state.phase)
            dialogs.add(type(bench.presenter.session.dialog))
        bench.counter.running.stop()
        bench.counter.settings = parse(OFFERED)
        bench.counter.running = bench.counter.open()
    # A question is asked before there is a counter to press at.
    assert pages == set(get_args(View)) - {QuestionView}
    assert phases == set(Phase)
    assert dialogs == {type(None), *get_args(Dialog)}


@pytest.mark.parametrize("place", ["locked", "closed"])
def test_a_lamp_that_lights_for_every_press_is_found(
    bench: Bench, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = Panels.pressed

    def answered(panels: Panels, button: int, *what: object, panel: int = 0) -> Fate:
        truth(panels, button, *what, panel=panel)  # type: ignore[arg-type]  # as it came
        return Fate.KEPT

    monkeypatch.setattr(Panels, "pressed", answered)
    wrong = every_way(bench, place, PLACES[place])
    assert len(wrong) == len(WITH_LAMP)
