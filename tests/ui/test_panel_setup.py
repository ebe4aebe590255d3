"""`kiosk panel setup`: a clerk presses what the wizard asks for, on real lines."""

import operator
import re
from collections.abc import Callable, Iterator
from functools import reduce
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hardware.catalogue import family_named
from hardware.finder import Patience
from hardware.plain_simulator import SimulatedPlainPanel
from hardware.port import Wiring
from hardware.profiles import jt905
from hardware.sim_command import Simulated
from kiosk.settings.default_text import text as default_text
from kiosk.settings.definition import PanelSettings, Settings
from kiosk.settings.editing import write_panel
from kiosk.settings.reading import load
from tests.support.clerk import Clerk
from ui.cli import app
from ui.panel_setup import set_up
from ui.panel_tools import PanelTrouble, simulated


class Wizard:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "kiosk.toml"
        self.file.write_text(default_text(), encoding="utf-8")
        self.line = folder / "line"
        self.clerks: list[Clerk] = []

    def clerk(self, panel: Simulated, keys: list[int]) -> Clerk:
        self.clerks.append(Clerk(panel, keys))
        return self.clerks[-1]

    def set_up(
        self, clerk: Clerk, name: str = "", number: int = 1, seconds: float = 30
    ) -> Settings:
        settings = load(self.file)
        patience = Patience(press=seconds, mode=0.4, quiet=0.7, rest=0.7)
        set_up(settings, str(self.line), name, number, clerk.say, patience, look=clerk.look)
        return load(self.file)


@pytest.fixture
def wizard(tmp_path: Path) -> Iterator[Wizard]:
    wizard = Wizard(tmp_path)
    yield wizard
    for clerk in wizard.clerks:
        clerk.stop()


@pytest.mark.parametrize("name", ["own", "modbus", "jt905", "xid"])
def test_a_panel_is_found_among_all_families_and_its_buttons_learned(
    wizard: Wizard, name: str
) -> None:
    clerk = wizard.clerk(simulated(wizard.line, name, 5), [5, 4, 3, 1, 2])
    panel = wizard.set_up(clerk).panels[0]
    assert (panel.port, panel.profile) == (str(wizard.line), name)
    assert panel.scores == {5: 5, 4: 4, 3: 3, 1: 2, 2: 1}
    assert (wizard.folder / "kiosk.toml.1.bak").read_text(encoding="utf-8") == default_text()


def test_a_home_made_box_with_words_of_its_own_is_learned(wizard: Wizard) -> None:
    words = ("great", "good", "so so", "poor", "bad")
    family = family_named("ascii-line")
    box = family.simulated(wizard.line, Wiring(buttons=5, codes=words))
    panel = wizard.set_up(wizard.clerk(box, [1, 2, 3, 4, 5])).panels[0]
    assert panel.profile == "ascii-line"
    assert panel.codes == words
    assert panel.scores == {1: 5, 2: 4, 3: 3, 4: 2, 5: 1}


def test_a_box_of_single_bytes_is_learned_when_it_is_named(wizard: Wizard) -> None:
    family = family_named("single-byte")
    box = family.simulated(wizard.line, Wiring(buttons=5, codes=tuple("qwert")))
    panel = wizard.set_up(wizard.clerk(box, [1, 2, 3, 4, 5]), "single-byte").panels[0]
    assert panel.codes == ("0x71", "0x77", "0x65", "0x72", "0x74")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("keypad", ("KEY_KP7", "KEY_KPENTER", "BTN_TRIGGER", "0x1c0", "KEY_5")),
        ("gpio", ("GPIO17", "GPIO27", "GPIO22", "GPIO5", "GPIO6")),
    ],
)
def test_a_box_on_another_kind_of_port_is_learned_when_it_is_named(
    wizard: Wizard, name: str, codes: tuple[str, ...]
) -> None:
    box = family_named(name).simulated(wizard.line, Wiring(buttons=5, codes=codes))
    panel = wizard.set_up(wizard.clerk(box, [2, 1, 3, 4, 5]), name).panels[0]
    assert panel.codes == (codes[1], codes[0], *codes[2:])
    assert panel.scores == {1: 5, 2: 4, 3: 3, 4: 2, 5: 1}
    assert (panel.profile, panel.baud) == (name, 0)


def test_a_modbus_box_without_inputs_is_asked_elsewhere(wizard: Wizard) -> None:
    codes = tuple(f"input-register:0.{bit}" for bit in range(16))
    box = family_named("modbus").simulated(wizard.line, Wiring(buttons=16, codes=codes))
    panel = wizard.set_up(wizard.clerk(box, [1, 9, 3, 2, 16]), "modbus").panels[0]
    assert panel.codes == tuple(codes[key - 1] for key in (1, 9, 3, 2, 16))
    assert panel.scores == {1: 5, 2: 4, 3: 3, 4: 2, 5: 1}


def test_a_modbus_box_at_an_address_of_its_own_is_found_when_that_is_named(wizard: Wizard) -> None:
    family = family_named("modbus")
    box = family.simulated(wizard.line, Wiring(buttons=5, address=9))
    clerk = wizard.clerk(box, [1, 2, 3, 4, 5])
    line = str(wizard.line)
    patience = Patience(press=30, mode=0.4, quiet=0.2, rest=0.2)
    settings = load(wizard.file)
    set_up(settings, line, "modbus", 1, clerk.say, patience, address=9, look=clerk.look)
    panel = load(wizard.file).panels[0]
    assert (panel.profile, panel.address, panel.port) == ("modbus", 9, line)


class Box:
    """A box that nobody described: `press` gets the button, and how many presses there were."""

    lamp = False

    def __init__(self, press: Callable[[int, int], bytes], asked: bytes = b"") -> None:
        self.keys, self._press, self._asked = 5, press, asked
        self._count = 7
        self._held: int | None = None

    def down(self, key: int, ms: int) -> bytes:
        self._count += 1
        self._held = key
        return b"" if self._asked else self._press(key, self._count)

    def up(self, key: int, ms: int) -> bytes:
        self._held = None
        return b""

    def answer(self, data: bytes) -> bytes:
        if not self._asked or self._asked not in data:
            return b""
        return self._press(self._held or 0, self._count)


def learned_box(wizard: Wizard, box: Box, name: str = "") -> PanelSettings:
    panel = SimulatedPlainPanel(wizard.line, "box", box)
    return wizard.set_up(wizard.clerk(panel, [5, 4, 3, 2, 1]), name).panels[0]


def xor(data: bytes) -> bytes:
    return data + bytes([reduce(operator.xor, data)])


@pytest.mark.parametrize(
    ("press", "profile", "code"),
    [
        (lambda key, _: bytes([0xA5, key, 0x5A]), "hex-frame", "A5 05 5A"),
        (lambda key, _: b"EVAL=%d#" % key, "hex-frame", b"EVAL=5#".hex(" ").upper()),
        (lambda key, n: xor(bytes([0xA5, n, key])), "hex-frame", "A5 ?? 05 xor"),
        (lambda key, n: b"<%d NO %03d>\r\n" % (key, n), "ascii-line", "<5 NO {}>"),
        (lambda key, n: jt905.frame(6, 0, 0x10, bytes([n, 9, key])), "jt905", "0010:??0905"),
    ],
    ids=["hex", "text", "counter and check", "line with a counter", "frame with a counter"],
)
def test_a_box_of_any_kind_is_found_as_what_it_is(
    wizard: Wizard, press: Callable[[int, int], bytes], profile: str, code: str
) -> None:
    panel = learned_box(wizard, Box(press))
    assert (panel.profile, panel.codes[0]) == (profile, code)
    assert panel.scores == {1: 5, 2: 4, 3: 3, 4: 2, 5: 1}


def test_a_box_that_must_be_asked_is_learned_with_the_question_of_the_settings(
    wizard: Wizard,
) -> None:
    write_panel(load(wizard.file), 1, {"profile": "hex-frame", "poll": "A5 00 5A"})
    box = Box(lambda key, _: bytes([0x5A, key, 0xA5]), asked=bytes.fromhex("A5005A"))
    panel = learned_box(wizard, box, "hex-frame")
    assert (panel.poll, panel.codes[:2]) == ("A5 00 5A", ("5A 05 A5", "5A 04 A5"))


@pytest.mark.parametrize(
    ("press", "why"),
    [
        (lambda key, n: bytes([0xA5, n, 0x5A]), "two buttons can't be told apart"),
        # The counter names the button until it has gone round: only the third press can tell.
        (lambda key, n: bytes([0xA5, (n - 6) // 2, 0x5A]), "do not send the same each time"),
    ],
)
def test_what_a_third_press_does_not_prove_is_not_written(
    wizard: Wizard, press: Callable[[int, int], bytes], why: str
) -> None:
    with pytest.raises(PanelTrouble, match=why):
        learned_box(wizard, Box(press), "hex-frame")
    assert wizard.file.read_text(encoding="utf-8") == default_text()


def test_a_button_pressed_twice_is_asked_again(wizard: Wizard) -> None:
    clerk = wizard.clerk(simulated(wizard.line, "own", 6), [1, 1, 2, 4, 5, 6])
    assert wizard.set_up(clerk, "own").panels[0].scores == {1: 5, 2: 4, 4: 3, 5: 2, 6: 1}
    assert any("already" in line for line in clerk.lines)


def test_a_second_panel_is_put_beside_the_first(wizard: Wizard) -> None:
    clerk = wizard.clerk(simulated(wizard.line, "xid", 5), [1, 2, 3, 4, 5])
    first, second = wizard.set_up(clerk, "xid", 2).panels
    assert (first.port, second.profile) == ("", "xid")


def test_one_box_is_not_set_up_as_two_panels(wizard: Wizard) -> None:
    wizard.set_up(wizard.clerk(simulated(wizard.line, "own", 5), [1, 2, 3, 4, 5]), "own")
    before = wizard.file.read_text(encoding="utf-8")
    link = wizard.folder / "the same line"
    link.symlink_to(wizard.line)
    message = one_line(wizard.folder, 2, "setup", str(link), "--panel", "2")
    assert "is another panel's in the settings" in message
    assert wizard.file.read_text(encoding="utf-8") == before


def test_a_panel_with_too_few_buttons_for_the_scale_is_said_so(wizard: Wizard) -> None:
    clerk = wizard.clerk(simulated(wizard.line, "candle485", 4), [1, 2, 3, 4])
    with pytest.raises(PanelTrouble, match=r"has 4 buttons, the scale 5 levels; set scale\.levels"):
        wizard.set_up(clerk, "candle485")
    assert wizard.file.read_text(encoding="utf-8") == default_text()


def test_a_clerk_who_goes_away_leaves_the_settings_as_they_were(wizard: Wizard) -> None:
    clerk = wizard.clerk(simulated(wizard.line, "own", 5), [1, 2])
    with pytest.raises(PanelTrouble, match="no press came in time; nothing was changed"):
        wizard.set_up(clerk, "own", seconds=2)
    assert wizard.file.read_text(encoding="utf-8") == default_text()
    assert not (wizard.folder / "kiosk.toml.1.bak").exists()


def one_line(folder: Path, code: int, *words: str) -> str:
    result = CliRunner().invoke(app, ["--data", str(folder), "panel", *words])
    assert result.exit_code == code, (result.output, result.exception)
    [line] = result.stderr.strip().splitlines()
    return str(line)


def test_the_commands_say_in_one_line_what_can_not_be(wizard: Wizard) -> None:
    folder, line = wizard.folder, str(wizard.line)
    assert "there are own, modbus" in one_line(folder, 2, "monitor", line, "--profile", "x")
    assert "there are own, modbus" in one_line(folder, 2, "simulate", line, "--profile", "x")
    assert "there are own, modbus" in one_line(folder, 2, "setup", line, "--profile", "x")
    wrong = ("setup", line, "--profile", "candle485", "--address", "3")
    assert "0x20 to 0x7f" in one_line(folder, 2, *wrong)
    assert "set that up first" in one_line(folder, 2, "setup", line, "--panel", "3")
    message = one_line(folder, 3, "setup", line, "--profile", "own", "--seconds", "1")
    assert re.search(r"heard no panel \(own\); check its power and cable", message)


def test_the_profiles_are_listed_with_their_meaning(wizard: Wizard) -> None:
    listed = CliRunner().invoke(app, ["panel", "profiles"]).stdout
    assert "candle485" in listed
    assert "home-made: one line of text" in listed


def test_a_panel_on_the_network_gets_a_key_that_nobody_else_reads(wizard: Wizard) -> None:
    folder = wizard.folder
    words = ["--data", str(folder), "panel", "network", "wlan0:8766"]
    first, second = (CliRunner().invoke(app, words).stdout for _ in range(2))
    panel, key_file = load(wizard.file).panels[0], folder / "panel-1.key"
    assert (panel.port, panel.profile) == ("wlan0:8766", "network")
    assert panel.key_file == str(key_file)
    assert key_file.stat().st_mode & 0o077 == 0
    assert f'KEY = "{key_file.read_text().strip()}"' in first
    assert first.splitlines()[-1] == second.splitlines()[-1], "a key that is there stays"
    assert "PORT = 8766" in first
    assert "such as wlan0:8766" in one_line(folder, 2, "network", "wlan0")
