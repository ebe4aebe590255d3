"""Buttons on pins of a real kernel: runs inside the virtual machine, as root.

gpio-sim is a chip of the kernel's own whose pins are pulled up and down by writing to files.
"""

import select
import subprocess
from pathlib import Path

import gpiod

from hardware.catalogue import family_named
from hardware.codec import UnknownCode
from hardware.gpio_port import PINS
from hardware.port import PortLost, Wiring
from hardware.profiles.gpio import USUAL_LINES
from tests.evidence.guest import Terminal, run

GPIO = family_named("gpio")
LABEL = "pinctrl-sim"
SETTINGS = Path("/sys/kernel/config")
CHIP = SETTINGS / "gpio-sim/kiosk"
BANK = CHIP / "bank"
HELD = 10.5
FIRST, SECOND, LAMP = USUAL_LINES[0], USUAL_LINES[1], 12
USUAL = Wiring(buttons=5)


def make_chip() -> None:
    """28 pins, named as a Raspberry Pi's."""
    subprocess.run(["mount", "-t", "configfs", "configfs", SETTINGS], check=True)
    BANK.mkdir(parents=True)
    (BANK / "num_lines").write_text("28")
    (BANK / "label").write_text(LABEL)
    for number in range(2, 28):
        line = BANK / f"line{number}"
        line.mkdir()
        (line / "name").write_text(f"GPIO{number}")
    (CHIP / "live").write_text("1")


def pin(number: int) -> Path:
    device, chip = (CHIP / "dev_name").read_text().strip(), (BANK / "chip_name").read_text().strip()
    return Path("/sys/devices/platform") / device / chip / f"sim_gpio{number}"


def chip_file() -> str:
    return f"/dev/{(BANK / 'chip_name').read_text().strip()}"


def pull(number: int, where: str) -> None:
    (pin(number) / "pull").write_text(f"pull-{where}")


def opened(wiring: Wiring = USUAL) -> Terminal:
    return Terminal(GPIO, LABEL, wiring)


def press(terminal: Terminal, number: int, seconds: float = 0.3) -> list[int]:
    """A button to ground goes down and comes up."""
    pull(number, "down")
    pressed = terminal.listen(seconds)
    pull(number, "up")
    return pressed + terminal.listen(0.3)


def the_chip_is_found_by_its_label() -> str:
    names = [port.stable for port in PINS.find()]
    return "" if names == [LABEL] else f"{names}"


def each_usual_pin_is_its_button() -> str:
    terminal = opened()
    pressed = [press(terminal, number) for number in USUAL_LINES[:5]]
    terminal.close()
    return "" if pressed == [[1], [2], [3], [4], [5]] else f"{pressed}"


def pins_of_the_settings_take_their_place() -> str:
    terminal = opened(Wiring(codes=("GPIO17", "27")))
    pressed = [press(terminal, number) for number in (27, 17, FIRST)]
    terminal.close()
    return "" if pressed == [[2], [1], []] else f"{pressed}"


def a_button_that_bounces_is_one_press() -> str:
    terminal = opened()
    for _ in range(6):
        pull(FIRST, "down")
        pull(FIRST, "up")
    pressed = press(terminal, FIRST)
    terminal.close()
    return "" if pressed == [1] else f"{pressed}"


def a_spike_shorter_than_the_kernel_waits_is_none() -> str:
    terminal = opened()
    with (pin(FIRST) / "pull").open("w", buffering=1) as level:
        level.write("pull-down\n")
        level.write("pull-up\n")
    pressed = terminal.listen(0.3)
    terminal.close()
    return "" if pressed == [] else f"{pressed}"


def a_button_that_stays_down_is_one_press_and_stuck() -> str:
    terminal = opened()
    pressed = press(terminal, FIRST, HELD)
    stuck = terminal.stuck
    pressed += press(terminal, FIRST)
    terminal.close()
    return "" if (pressed, stuck) == ([1, 1], [1]) else f"{pressed}, stuck {stuck}"


def a_button_that_is_down_at_the_start_is_no_press() -> str:
    """The pins of a port that is given back keep their level."""
    opened().close()
    pull(FIRST, "down")
    down = Wiring(buttons=5, pull="none")
    terminal = opened(down)
    pressed = terminal.listen(0.3)
    pull(FIRST, "up")
    pressed += terminal.listen(0.3)
    again = press(terminal, FIRST)
    terminal.close()
    return "" if (pressed, again) == ([], [1]) else f"{pressed}, then {again}"


def a_button_to_the_supply_has_its_resistor_to_ground() -> str:
    terminal = opened(Wiring(buttons=5, pull="down"))
    pull(SECOND, "up")
    pressed = terminal.listen(0.3)
    pull(SECOND, "down")
    pressed += terminal.listen(0.3)
    terminal.close()
    return "" if pressed == [2] else f"{pressed}"


def the_lamp_lights_for_a_second() -> str:
    terminal = opened(Wiring(buttons=5, lamp=f"GPIO{LAMP}"))
    value = pin(LAMP) / "value"
    levels = [value.read_text().strip()]
    pull(FIRST, "down")
    terminal.listen(0.3)
    levels.append(value.read_text().strip())
    pull(FIRST, "up")
    terminal.listen(2.2)
    levels.append(value.read_text().strip())
    terminal.close()
    return "" if levels == ["0", "1", "0"] else f"{levels}"


def a_pin_that_another_program_has_is_said() -> str:
    output = gpiod.LineSettings(direction=gpiod.line.Direction.OUTPUT)
    with gpiod.request_lines(chip_file(), {FIRST: output}):
        try:
            opened().close()
        except PortLost as trouble:
            return "" if "busy" in str(trouble).lower() else str(trouble)
    return "opened although a pin was taken"


def a_search_leaves_pins_alone_that_are_taken_and_hears_every_other() -> str:
    output = gpiod.LineSettings(direction=gpiod.line.Direction.OUTPUT)
    with gpiod.request_lines(chip_file(), {4: output}):
        terminal = opened(Wiring(buttons=0))
        pull(4, "down")
        pull(23, "down")
        is_there, _, _ = select.select([terminal.port], [], [], 5)
        reader = GPIO.code_reader()
        codes = reader.feed(terminal.port.read()) if is_there and reader else []
        terminal.close()
    pull(23, "up")
    return "" if codes == [UnknownCode("GPIO23")] else f"{codes}"


TRIALS = (
    the_chip_is_found_by_its_label,
    each_usual_pin_is_its_button,
    pins_of_the_settings_take_their_place,
    a_button_that_bounces_is_one_press,
    a_spike_shorter_than_the_kernel_waits_is_none,
    a_button_that_stays_down_is_one_press_and_stuck,
    a_button_that_is_down_at_the_start_is_no_press,
    a_button_to_the_supply_has_its_resistor_to_ground,
    the_lamp_lights_for_a_second,
    a_pin_that_another_program_has_is_said,
    a_search_leaves_pins_alone_that_are_taken_and_hears_every_other,
)

if __name__ == "__main__":
    make_chip()
    run(TRIALS)
