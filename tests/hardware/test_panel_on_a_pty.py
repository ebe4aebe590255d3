"""A simulated panel on a real pseudo-terminal, through the real port and link."""

import os
import select
import termios
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from hardware.command_lines import HasFileno
from hardware.link import (
    ButtonPressed,
    ButtonStuck,
    LinkEvent,
    PanelDown,
    PanelRefused,
    PanelUp,
    PressMark,
)
from hardware.monitor import counter_line, event_line, raw_line
from hardware.numbered_link import PanelLink
from hardware.port import PortLost
from hardware.profiles.own import OwnCodec
from hardware.serial_port import SerialPort, find_ports, reason_of
from hardware.sim_command import obey, serve
from hardware.simulator import Fault, SimulatedPanel


class Bench:
    """A panel and a host at one table, with one clock moved by hand. Bytes are real."""

    def __init__(self, path: Path) -> None:
        self.now = 0.0
        self.panel = SimulatedPanel(path)
        self.panel.start(self.now)
        self.committed: list[tuple[int, PressMark]] = []
        self.events: list[LinkEvent] = []
        self.keep = True
        self.store_fails = False
        self.host()

    def host(self, last: PressMark | None = None) -> None:
        self.link = PanelLink(OwnCodec(), [last] if last else ())
        self.port: SerialPort | None = SerialPort.open(str(self.panel.path))
        self.link.opened(self.now)

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += 0.05
            self.panel.tick(self.now)
            self.pump()

    def pump(self) -> None:
        for _ in range(3):
            self._take(self.link.tick(self.now))
            if self.port is not None:
                try:
                    self.port.write(self.link.outgoing())
                    self._settle()
                    self.panel.readable(self.now)
                    self._take(self.link.feed(self.port.read(), self.now))
                except PortLost:
                    self.port.close()
                    self.port = None
                    self._take(self.link.lost("unplugged"))

    def _settle(self) -> None:
        """Give the kernel's line discipline its moment to carry bytes across."""
        if self.panel.plugged and self.port is not None:
            ends: list[HasFileno] = [self.panel, self.port]
            select.select(ends, [], [], 0.001)

    def _take(self, events: list[LinkEvent]) -> None:
        self.events += events
        for event in events:
            if isinstance(event, ButtonPressed) and self.store_fails:
                self.link.release(event.mark)
            elif isinstance(event, ButtonPressed) and self.keep:
                self.committed.append((event.button, event.mark))
                self.link.acknowledge(event.mark)

    @property
    def buttons(self) -> list[int]:
        return [button for button, _ in self.committed]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "panel")
    yield bench
    bench.panel.unplug()
    if bench.port is not None:
        bench.port.close()


def test_presses_arrive_in_order_and_are_acknowledged(bench: Bench) -> None:
    for key in (5, 1, 3, 3, 2):
        bench.panel.press(key, bench.now)
        bench.run(0.5)
    assert bench.buttons == [5, 1, 3, 3, 2]
    assert bench.panel.waiting == 0
    assert bench.panel.lamp(bench.now)


@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.LOST_BYTES])
def test_on_a_bad_line_no_press_is_lost_and_none_doubled(bench: Bench, fault: Fault) -> None:
    bench.run(0.3)
    bench.panel.fault = fault
    pressed = [1 + i % 5 for i in range(25)]
    for key in pressed:
        bench.panel.press(key, bench.now)
        bench.run(0.5)
    bench.run(5)
    assert bench.buttons == pressed


def test_presses_made_while_unplugged_arrive_after_replugging(bench: Bench) -> None:
    bench.run(0.3)
    bench.panel.unplug()
    bench.run(0.3)
    assert bench.events[-1] == PanelDown("unplugged")
    assert not bench.panel.path.exists()
    for key in (4, 5):
        bench.panel.press(key, bench.now)
        bench.now += 1
    bench.panel.plug()
    bench.port = SerialPort.open(str(bench.panel.path))
    bench.link.opened(bench.now)
    bench.run(1)
    assert bench.buttons == [4, 5]


def test_a_host_killed_between_commit_and_acknowledgement_doubles_nothing(bench: Bench) -> None:
    bench.run(0.3)
    bench.keep = False
    bench.panel.press(4, bench.now)
    bench.run(0.5)
    [pressed] = [e for e in bench.events if isinstance(e, ButtonPressed)]
    assert bench.port is not None
    bench.port.close()
    bench.keep = True
    bench.host(last=pressed.mark)
    bench.panel.press(2, bench.now)
    bench.run(1.5)
    assert bench.buttons == [2]
    assert bench.panel.waiting == 0


def test_a_host_killed_before_the_commit_gets_the_press_again(bench: Bench) -> None:
    bench.run(0.3)
    bench.keep = False
    bench.panel.press(4, bench.now)
    bench.run(0.5)
    assert bench.port is not None
    bench.port.close()
    bench.keep = True
    bench.host()
    bench.run(1.5)
    assert bench.buttons == [4]


def test_while_the_store_fails_no_lamp_turns_green_and_the_press_comes_later(bench: Bench) -> None:
    bench.run(0.3)
    bench.store_fails = True
    bench.panel.press(4, bench.now)
    bench.run(2)
    assert bench.panel.waiting == 1
    assert bench.panel.acknowledged == []
    assert not bench.panel.lamp(bench.now)
    bench.store_fails = False
    bench.run(0.5)
    assert bench.buttons == [4]
    assert bench.panel.waiting == 0


def test_an_acknowledgement_lost_with_the_cable_doubles_nothing(bench: Bench) -> None:
    bench.run(0.3)
    bench.keep = False
    bench.panel.press(4, bench.now)
    bench.run(0.3)
    [pressed] = [e for e in bench.events if isinstance(e, ButtonPressed)]
    bench.panel.unplug()
    bench.link.acknowledge(pressed.mark)  # committed, but the line is gone
    bench.run(0.3)
    bench.keep = True
    bench.panel.plug()
    bench.port = SerialPort.open(str(bench.panel.path))
    bench.link.opened(bench.now)
    bench.run(0.5)
    assert bench.buttons == []
    assert bench.panel.waiting == 0


def test_a_stuck_key_is_one_press_and_told_once_while_others_work(bench: Bench) -> None:
    bench.run(0.3)
    bench.panel.fault = Fault.STUCK_KEY
    bench.panel.press(2, bench.now)
    bench.run(15)
    bench.panel.fault = Fault.NONE
    bench.panel.press(4, bench.now)
    bench.run(1)
    assert bench.buttons == [2, 4]
    assert [e for e in bench.events if isinstance(e, ButtonStuck)] == [ButtonStuck(2)]
    bench.panel.key_up(2, bench.now)
    bench.run(0.3)
    bench.panel.press(2, bench.now)
    bench.run(0.5)
    assert bench.buttons == [2, 4, 2]


def test_silence_is_noticed_and_its_end_too(bench: Bench) -> None:
    bench.run(0.5)
    bench.panel.fault = Fault.SILENCE
    bench.run(8)
    assert PanelDown("silent") in bench.events
    bench.panel.fault = Fault.NONE
    bench.run(2)
    assert isinstance(bench.events[-1], PanelUp)


def test_a_panel_of_another_version_is_refused_and_its_presses_wait(bench: Bench) -> None:
    bench.panel.fault = Fault.WRONG_VERSION
    bench.panel.press(5, bench.now)
    bench.run(3)
    assert any(isinstance(e, PanelRefused) for e in bench.events)
    assert bench.buttons == []


def test_a_second_program_can_not_open_the_line(bench: Bench) -> None:
    with pytest.raises(PortLost, match="another program has it; close that"):
        SerialPort.open(str(bench.panel.path))


@pytest.fixture
def stopped_line() -> Iterator[tuple[SerialPort, int, int]]:
    """A port whose line takes no bytes until TCOON, with both ends of its pty."""
    master, slave = os.openpty()
    tty.setraw(slave)
    port = SerialPort.open(os.ttyname(slave))
    termios.tcflow(slave, termios.TCOOFF)
    yield port, master, slave
    port.close()
    os.close(slave)
    os.close(master)


def test_a_line_that_takes_no_bytes_is_lost_not_waited_for(
    stopped_line: tuple[SerialPort, int, int],
) -> None:
    port, _, _ = stopped_line
    port.write(bytes(4000))
    with pytest.raises(PortLost, match="takes no bytes; check its cable and power"):
        port.write(bytes(4000))


def test_what_a_line_did_not_take_follows_in_order_when_it_takes_bytes_again(
    stopped_line: tuple[SerialPort, int, int],
) -> None:
    port, master, slave = stopped_line
    port.write(b"first ")
    port.write(b"second ")
    assert select.select([master], [], [], 0)[0] == []
    termios.tcflow(slave, termios.TCOON)
    port.write(b"third")
    got = b""
    while len(got) < len(b"first second third"):
        got += os.read(master, 100)
    assert got == b"first second third"


def test_a_missing_port_is_named(tmp_path: Path) -> None:
    with pytest.raises(PortLost, match=r"nothing-here.*no such port"):
        SerialPort.open(str(tmp_path / "nothing-here"))
    with pytest.raises(PortLost, match="kiosk panel list"):
        SerialPort.open("1234:ABCD:none")


def test_what_is_no_serial_port_or_no_speed_gets_one_line(bench: Bench, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    with pytest.raises(PortLost, match="kiosk panel list"):
        SerialPort.open(str(plain))
    with pytest.raises(PortLost, match="baud"):
        SerialPort.open(str(bench.panel.path), -1)


def test_a_simulated_panel_takes_no_path_that_is_not_its_own(tmp_path: Path) -> None:
    plain = tmp_path / "notes"
    plain.write_text("precious", encoding="utf-8")
    with pytest.raises(FileExistsError):
        SimulatedPanel(plain).start(0.0)
    assert plain.read_text(encoding="utf-8") == "precious"
    first, second = SimulatedPanel(tmp_path / "panel"), SimulatedPanel(tmp_path / "panel")
    first.start(0.0)
    second.start(0.0)
    first.unplug()
    assert second.path.exists()
    second.unplug()
    assert not second.path.exists()


def test_ports_can_be_listed() -> None:
    for port in find_ports():
        assert port.device
        assert port.stable


def test_the_simulator_as_a_program_obeys_and_tells(tmp_path: Path) -> None:
    path = tmp_path / "panel"
    output: list[str] = []
    read, write = os.pipe()
    os.write(write, b"press 3\nfault garbage\nfault nonsense\nstatus\nunplug\nplug\nquit\n")
    with os.fdopen(read, closefd=True) as commands:
        serve(SimulatedPanel(path), iter(range(100_000)).__next__, commands, output.append)
    os.close(write)
    assert output[1:3] == ["ok", "ok"]
    assert "nonsense" in output[3]
    assert output[4].startswith("waiting 1")
    assert not path.exists()


def test_a_key_that_is_not_there_is_named(tmp_path: Path) -> None:
    panel = SimulatedPanel(tmp_path / "panel")
    panel.start(0.0)
    assert obey(panel, ["press", "9"], 0.0) == "key 9: this panel has keys 1 to 5"
    assert obey(panel, ["dance"], 0.0).startswith("press N")
    panel.unplug()


def test_the_monitor_shows_bytes_meaning_and_counts(bench: Bench) -> None:
    bench.panel.press(5, bench.now)
    bench.run(0.5)
    assert raw_line(b"$HB\r\n") == "bytes   24 48 42 0d 0a  |$HB..|"
    assert "ButtonPressed(button=5" in event_line(bench.events[-1])
    assert "1 presses" in counter_line(bench.link.counters)


def test_what_a_lost_line_says_ends_before_the_drivers_guess() -> None:
    """pyserial's own words, when a line that is hung up reads as empty."""
    guessing = serial.SerialException(
        "device reports readiness to read but returned no data "
        "(device disconnected or multiple access on port?)"
    )
    assert reason_of(guessing) == "device reports readiness to read but returned no data"
