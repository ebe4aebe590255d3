"""`kiosk panel setup`: a clerk presses what the wizard asks for, on real lines."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hardware.catalogue import family_named
from hardware.finder import Patience
from hardware.port import Wiring
from hardware.sim_command import Simulated
from kiosk.settings.default_text import text as default_text
from kiosk.settings.definition import Settings
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
        patience = Patience(seconds, mode=0.4, quiet=0.2)
        set_up(settings, str(self.line), name, number, clerk.say, patience)
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


def test_a_modbus_box_at_an_address_of_its_own_is_found_when_that_is_named(wizard: Wizard) -> None:
    family = family_named("modbus")
    box = family.simulated(wizard.line, Wiring(buttons=5, address=9))
    clerk = wizard.clerk(box, [1, 2, 3, 4, 5])
    line = str(wizard.line)
    set_up(load(wizard.file), line, "modbus", 1, clerk.say, Patience(30, 0.4, 0.2), address=9)
    panel = load(wizard.file).panels[0]
    assert (panel.profile, panel.address, panel.port) == ("modbus", 9, line)


def test_a_button_pressed_twice_is_asked_again(wizard: Wizard) -> None:
    clerk = wizard.clerk(simulated(wizard.line, "own", 6), [1, 1, 2, 4, 5, 6])
    assert wizard.set_up(clerk, "own").panels[0].scores == {1: 5, 2: 4, 4: 3, 5: 2, 6: 1}
    assert any("already" in line for line in clerk.lines)


def test_a_second_panel_is_put_beside_the_first(wizard: Wizard) -> None:
    clerk = wizard.clerk(simulated(wizard.line, "xid", 5), [1, 2, 3, 4, 5])
    first, second = wizard.set_up(clerk, "xid", 2).panels
    assert (first.port, second.profile) == ("", "xid")


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
