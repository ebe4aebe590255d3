"""Every plain family on a real pseudo-terminal, through the real port and link, with faults."""

import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.catalogue import PROFILES, Profile, Wiring, line_mode, link
from hardware.link import ButtonPressed, ButtonStuck, LinkEvent, PanelDown, PanelUp
from hardware.monitor import watch
from hardware.plain_simulator import SimulatedPlainPanel
from hardware.port import Port, PortLost
from hardware.profiles import modbus
from hardware.sim_command import HasFileno, obey
from hardware.simulator import Fault

PLAIN = [known for known in PROFILES if known.plain is not None]
STEP = 0.05


class Desk:
    """A panel and a host on one desk, with one clock moved by hand. Bytes are real."""

    def __init__(self, path: Path, profile: Profile) -> None:
        assert profile.plain is not None
        self.now = 0.0
        self.profile = profile
        self.panel = SimulatedPlainPanel(path, profile.name, profile.plain.far_end(Wiring()))
        self.panel.start(self.now)
        self.link = link(profile, Wiring())
        self.events: list[LinkEvent] = []
        self.port: Port | None = None
        self.open()

    def open(self) -> None:
        mode = line_mode(self.profile)
        # A pseudo-terminal has no parity; the bytes are the same.
        self.port = Port.open(str(self.panel.path), mode.baud)
        self.link.opened(self.now)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP)):
            self.now += STEP
            self.panel.tick(self.now)
            self._take(self.link.tick(self.now))
            if self.port is None:
                continue
            try:
                self.port.write(self.link.outgoing())
                self._settle()
                self.panel.readable(self.now)
                self._settle()
                self._take(self.link.feed(self.port.read(), self.now))
            except PortLost:
                self.port.close()
                self.port = None
                self._take(self.link.lost("unplugged"))

    def _settle(self) -> None:
        if self.panel.plugged and self.port is not None:
            ends: list[HasFileno] = [self.panel, self.port]
            select.select(ends, [], [], 0.001)

    def _take(self, events: list[LinkEvent]) -> None:
        self.events += events
        for event in events:
            if isinstance(event, ButtonPressed):
                self.link.acknowledge(event.mark)

    @property
    def buttons(self) -> list[int]:
        return [event.button for event in self.events if isinstance(event, ButtonPressed)]


@pytest.fixture(params=PLAIN, ids=lambda known: known.name)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "panel", request.param)
    yield desk
    desk.panel.unplug()
    if desk.port is not None:
        desk.port.close()


def press(desk: Desk, *keys: int) -> None:
    for key in keys:
        desk.panel.press(key, desk.now)
        desk.run(1.5)


def test_presses_arrive_in_order_each_once(desk: Desk) -> None:
    desk.run(0.5)
    press(desk, 4, 1, 3, 3, 2)
    assert desk.buttons == [4, 1, 3, 3, 2]


def test_the_lamp_of_a_panel_that_has_one_tells_that_it_was_kept(desk: Desk) -> None:
    assert desk.profile.plain is not None
    desk.run(0.5)
    desk.panel.press(2, desk.now)
    desk.run(0.5)
    assert desk.panel.lamp is desk.profile.plain.manners.lamp
    desk.run(3)
    assert not desk.panel.lamp


def test_noise_before_every_message_costs_no_press_where_frames_tell(desk: Desk) -> None:
    desk.run(0.5)
    desk.panel.fault = Fault.GARBAGE
    press(desk, 1, 2, 3, 4)
    if desk.profile.name == "ascii-line":
        assert desk.buttons == []  # noise and text are one line: refused rather than guessed
    else:
        assert desk.buttons == [1, 2, 3, 4]


def test_a_lost_byte_never_becomes_another_button(desk: Desk) -> None:
    desk.run(0.5)
    desk.panel.fault = Fault.LOST_BYTES
    pressed = [1, 2, 3, 4] * 3
    press(desk, *pressed)
    left = iter(pressed)
    assert all(button in left for button in desk.buttons)  # some of them, in order


def test_an_unplugged_panel_is_down_and_works_again_when_plugged(desk: Desk) -> None:
    desk.run(0.5)
    desk.panel.unplug()
    desk.run(0.2)
    assert desk.events[-1] == PanelDown("unplugged")
    desk.panel.replug()
    desk.open()
    desk.run(0.5)
    assert isinstance(desk.events[-1], PanelUp)
    press(desk, 3)
    assert desk.buttons == [3]


def test_a_stuck_key_does_not_stop_the_others(desk: Desk) -> None:
    assert desk.profile.plain is not None
    desk.run(0.5)
    desk.panel.fault = Fault.STUCK_KEY
    desk.panel.press(2, desk.now)
    desk.run(12)
    desk.panel.fault = Fault.NONE
    press(desk, 4)
    assert desk.buttons == [2, 4]
    assert (ButtonStuck(2) in desk.events) is desk.profile.plain.manners.releases


def test_the_simulator_names_a_key_that_is_not_there(desk: Desk) -> None:
    assert "this panel has keys 1 to" in obey(desk.panel, ["press", "9"], desk.now)
    assert obey(desk.panel, ["status"], desk.now) == "lamp off"


def test_the_monitor_shows_bytes_and_meaning_of_any_family(desk: Desk) -> None:
    assert desk.port is not None
    said: list[str] = []
    if desk.profile.name == "modbus":
        # Its far end would have to answer while the monitor runs; its answer is there already.
        desk.panel.send(modbus.frame(1, 2, b"\x01\x00") + modbus.frame(1, 2, b"\x01\x04"))
    desk.panel.press(3, desk.now)
    watch(desk.port, desk.link, said.append, seconds=0.2)
    assert said[0].startswith(("bytes", "event"))
    assert any("ButtonPressed(button=3" in line for line in said)
    assert "1 presses" in said[-1]
