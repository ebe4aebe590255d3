"""A panel family is one row: one that no room knows goes through setup, monitor and simulate."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest

from hardware.codec import LineCounters, PlainFromHost, PlainFromPanel, Pressed, UnknownCode
from hardware.family import Certainty, NoSuchPanel, PanelFamily, PlainFamily
from hardware.finder import Patience
from hardware.monitor import watch
from hardware.plain_link import Manners
from hardware.port import LineMode, Wiring
from hardware.serial_port import SerialPort
from hardware.sim_command import Simulated
from kiosk.settings.reading import parse
from tests.support.clerk import Clerk
from ui.panel_setup import PanelSetup, converse
from ui.panel_tools import NO_PANEL, PanelTrouble, monitor, simulated


class KnockCodec:
    """Each press is the button's letter between angle brackets: <a> is button 1, or `codes`."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        self._buttons = {code: number for number, code in enumerate(codes, start=1)}
        self._pending = b""
        self._frames = 0

    def feed(self, data: bytes) -> list[PlainFromPanel]:
        *frames, self._pending = (self._pending + data).split(b">")
        messages: list[PlainFromPanel] = []
        for frame in frames:
            self._frames += 1
            code = frame.removeprefix(b"<").decode("ascii")
            button = self._buttons.get(code)
            messages.append(UnknownCode(code) if button is None else Pressed(button))
        return messages

    def quiet(self) -> list[PlainFromPanel]:
        self._pending = b""
        return []

    def encode(self, message: PlainFromHost) -> bytes:
        return b""

    @property
    def counters(self) -> LineCounters:
        return LineCounters(self._frames)


class KnockBox:
    """The far end."""

    lamp = False

    def __init__(self, keys: int) -> None:
        self.keys = keys

    def down(self, key: int, ms: int) -> bytes:
        return b"<%c>" % (ord("a") + key - 1)

    def up(self, key: int, ms: int) -> bytes:
        return b""

    def answer(self, data: bytes) -> bytes:
        return b""


KNOCK = PlainFamily(
    name="knock",
    description="letters between angle brackets",
    line_modes=(LineMode(4800),),
    certainty=Certainty.FRAMES,
    most_buttons=7,
    codec=lambda wiring: KnockCodec(wiring.codes),
    far_end=lambda wiring: KnockBox(wiring.buttons),
    manners=Manners(debounce=0.1),
    unused_code="-",
)
FAMILIES: tuple[PanelFamily, ...] = (KNOCK,)


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Simulated]:
    """A panel of the new family, made as `kiosk panel simulate` makes one."""
    panel = simulated(tmp_path / "line", "knock", 5, FAMILIES)
    yield panel
    panel.unplug()


def learned(panel: Simulated, clerk: Clerk, families: tuple[PanelFamily, ...]) -> PanelSetup:
    patience = Patience(press=30, mode=0.4, quiet=0.2, rest=0.2)
    now = clerk.look([])
    setup = PanelSetup(parse(""), str(panel.path), "", 1, patience, now=now, families=families)
    try:
        converse(setup, clerk.say, clerk.look)
    finally:
        clerk.stop()
    return setup


def test_setup_finds_a_new_family_and_learns_its_codes(panel: Simulated) -> None:
    setup = learned(panel, Clerk(panel, [5, 4, 3, 2, 1]), FAMILIES)
    assert setup.learner.learned is not None
    values = setup.values(setup.learner.learned)
    assert {key: value for key, value in values.items() if value is not None} == {
        "port": str(panel.path),
        "profile": "knock",
        "codes": ("e", "d", "c", "b", "a"),
        "buttons": (5, 4, 3, 2, 1),
    }


def test_setup_says_how_many_buttons_a_new_family_has(panel: Simulated) -> None:
    small: tuple[PanelFamily, ...] = (replace(KNOCK, most_buttons=3),)
    with pytest.raises(PanelTrouble, match="a knock panel has 3 buttons, the scale 5 levels"):
        learned(panel, Clerk(panel, [1]), small)


def test_the_monitor_shows_a_new_family(panel: Simulated) -> None:
    lines: list[str] = []
    panel.start(monotonic())
    link = KNOCK.link(Wiring(codes=("a", "b")))
    port = SerialPort.open(str(panel.path), KNOCK.line_mode().baud)
    panel.press(2, monotonic())
    watch(port, link, lines.append, seconds=0.3, reader=KNOCK.code_reader())
    port.close()
    assert any("|<b>|" in line for line in lines)
    assert "code    b" in lines
    assert any("ButtonPressed(button=2" in line for line in lines)


def test_the_monitor_command_takes_a_new_family_by_name(panel: Simulated) -> None:
    lines: list[str] = []
    panel.start(monotonic())
    monitor(str(panel.path), "knock", 0, NO_PANEL, 0.1, lines.append, FAMILIES)
    assert lines[-1].startswith("counts ")
    with pytest.raises(PanelTrouble, match="there are knock"):
        monitor(str(panel.path), "own", 0, NO_PANEL, 0.1, lines.append, FAMILIES)


def test_the_simulator_names_the_families_there_are(tmp_path: Path) -> None:
    with pytest.raises(NoSuchPanel, match="there are knock"):
        simulated(tmp_path / "line", "xid", 5, FAMILIES)
