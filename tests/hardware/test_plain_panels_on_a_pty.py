"""Every plain family on a real pseudo-terminal, through the real port and link, with faults."""

import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.catalogue import FAMILIES
from hardware.command_lines import HasFileno
from hardware.family import PlainFamily
from hardware.link import ButtonPressed, ButtonStuck, LinkEvent, PanelDown, PanelUp
from hardware.monitor import watch
from hardware.plain_simulator import SimulatedPlainPanel
from hardware.port import LineMode, Port, PortLost, Wiring
from hardware.profiles import modbus
from hardware.sim_command import obey
from hardware.simulator import Fault

PLAIN_FAMILIES = [family for family in FAMILIES if isinstance(family, PlainFamily)]
STEP = 0.05


class HostAndPanel:
    """A panel and a host at one table, with one clock moved by hand. Bytes are real."""

    def __init__(self, path: Path, family: PlainFamily) -> None:
        self.now = 0.0
        self.family = family
        self.panel = SimulatedPlainPanel(path, family.name, family.far_end(Wiring()))
        self.panel.start(self.now)
        self.link = family.link(Wiring())
        self.events: list[LinkEvent] = []
        self.port: Port | None = None
        self.open()

    def open(self) -> None:
        # A pseudo-terminal has no parity; the bytes are the same.
        mode = LineMode(self.family.line_mode().baud)
        self.port = self.family.open(str(self.panel.path), mode, Wiring())
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


@pytest.fixture(params=PLAIN_FAMILIES, ids=lambda family: family.name)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HostAndPanel]:
    rig = HostAndPanel(tmp_path / "panel", request.param)
    yield rig
    rig.panel.unplug()
    if rig.port is not None:
        rig.port.close()


def press(rig: HostAndPanel, *keys: int) -> None:
    for key in keys:
        rig.panel.press(key, rig.now)
        rig.run(1.5)


def test_presses_arrive_in_order_each_once(rig: HostAndPanel) -> None:
    rig.run(1.5)
    press(rig, 4, 1, 3, 3, 2)
    assert rig.buttons == [4, 1, 3, 3, 2]


def test_the_lamp_of_a_panel_that_has_one_tells_that_it_was_kept(rig: HostAndPanel) -> None:
    rig.run(0.5)
    rig.panel.press(2, rig.now)
    rig.run(0.5)
    assert rig.panel.lamp is rig.family.manners.lamp
    rig.run(3)
    assert not rig.panel.lamp


@pytest.mark.parametrize("when", [0.0, 0.6, 2.0], ids=["at once", "in the first second", "later"])
def test_what_a_board_says_of_itself_when_it_is_plugged_in_again_is_no_press(
    rig: HostAndPanel, when: float
) -> None:
    rig.run(1.5)
    press(rig, 3)
    rig.panel.unplug()
    rig.run(0.5)
    assert rig.port is None
    rig.panel.plug()
    rig.open()
    rig.run(when)
    rig.panel.send(b"Panel v2.1 ready\r\n")
    rig.run(2.0)
    assert rig.buttons == [3]
    press(rig, 2)
    assert rig.buttons == [3, 2]


def test_noise_before_every_message_costs_no_press_where_frames_tell(rig: HostAndPanel) -> None:
    rig.run(0.5)
    rig.panel.fault = Fault.GARBAGE
    press(rig, 1, 2, 3, 4)
    if rig.family.name in ("ascii-line", "single-byte"):
        assert rig.buttons == []  # noise and press are one: refused rather than guessed
    else:
        assert rig.buttons == [1, 2, 3, 4]


def test_a_lost_byte_never_becomes_another_button(rig: HostAndPanel) -> None:
    rig.run(0.5)
    rig.panel.fault = Fault.LOST_BYTES
    pressed = [1, 2, 3, 4] * 3
    press(rig, *pressed)
    remaining = iter(pressed)
    assert all(button in remaining for button in rig.buttons)  # some of them, in order


def test_an_unplugged_panel_is_down_and_works_again_when_plugged(rig: HostAndPanel) -> None:
    rig.run(0.5)
    rig.panel.unplug()
    rig.run(0.2)
    assert rig.events[-1] == PanelDown("unplugged")
    rig.panel.plug()
    rig.open()
    rig.run(1.5)
    assert isinstance(rig.events[-1], PanelUp)
    press(rig, 3)
    assert rig.buttons == [3]


def test_a_stuck_key_does_not_stop_the_others(rig: HostAndPanel) -> None:
    rig.run(1.5)
    rig.panel.fault = Fault.STUCK_KEY
    rig.panel.press(2, rig.now)
    rig.run(12)
    rig.panel.fault = Fault.NONE
    press(rig, 4)
    assert rig.buttons == [2, 4]
    assert (ButtonStuck(2) in rig.events) is rig.family.manners.releases


def test_the_simulator_names_a_key_that_is_not_there(rig: HostAndPanel) -> None:
    assert "this panel has keys 1 to" in obey(rig.panel, ["press", "9"], rig.now)
    assert obey(rig.panel, ["status"], rig.now) == "lamp off"


def test_the_monitor_shows_bytes_and_meaning_of_any_family(rig: HostAndPanel) -> None:
    assert rig.port is not None
    output: list[str] = []
    if rig.family.name == "modbus":
        # Its far end would have to answer while the monitor runs; its answer is there already.
        rig.panel.send(modbus.frame(1, 2, b"\x01\x00") + modbus.frame(1, 2, b"\x01\x04"))
    rig.panel.press(3, rig.now)
    watch(rig.port, rig.link, output.append, seconds=0.2)
    assert output[0].startswith(("bytes", "event"))
    if rig.family.name == "single-byte":
        assert "0 presses" in output[-1], "too soon after opening"
    else:
        assert any("ButtonPressed(button=3" in line for line in output)
        assert "1 presses" in output[-1]
