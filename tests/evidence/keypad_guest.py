"""Boxes of buttons on a real kernel: runs inside the virtual machine, as root."""

import os
import select

import evdev

from hardware.catalogue import family_named
from hardware.input_port import INPUT_DEVICES
from hardware.port import NO_LINE, PortLost, Wiring
from tests.evidence.guest import Terminal, ask, run, within

KEYPAD = family_named("keypad")
KEYBOARD = "QEMU QEMU USB Keyboard"
DIGITS = Wiring(buttons=5)


def is_refused(name: str) -> str:
    """Why a box can't be opened; empty when it can."""
    try:
        INPUT_DEVICES.open(name, NO_LINE, DIGITS).close()
    except PortLost as trouble:
        return str(trouble)
    return ""


def opened(name: str) -> Terminal:
    return Terminal(KEYPAD, name, DIGITS)


def names() -> list[str]:
    return [port.stable for port in INPUT_DEVICES.find()]


def a_box_is_found_when_it_is_plugged() -> str:
    if names():
        return f"{names()} before anything was plugged"
    ask("plug", "first", 1)
    return "" if within(20, lambda: names() == [KEYBOARD]) else f"{names()}"


def a_held_key_is_one_press_and_the_screen_hears_nothing() -> str:
    """The kernel repeats it thirty times a second."""
    [box] = INPUT_DEVICES.find()
    screen = evdev.InputDevice(box.device)
    terminal = opened(KEYBOARD)
    ask("down", "kp_2")
    pressed = terminal.listen(2.5)
    ask("up", "kp_2")
    pressed += terminal.listen(0.5)
    on_screen = list(iter(screen.read_one, None))
    screen.close()
    terminal.close()
    return "" if (pressed, on_screen) == ([2], []) else f"{pressed}, and the screen {on_screen}"


def without_the_grab_the_screen_hears_each_repeat() -> str:
    """Negative control: a port that does not keep the box to itself."""
    [box] = INPUT_DEVICES.find()
    screen = evdev.InputDevice(box.device)
    port = INPUT_DEVICES.open(KEYBOARD, NO_LINE, DIGITS, alone=False)
    ask("down", "kp_2")
    select.select([], [], [], 2)
    ask("up", "kp_2")
    values = [event.value for event in iter(screen.read_one, None) if event.type == 1]
    port.close()
    screen.close()
    return "" if values.count(2) > 5 else f"the screen heard {values}"


def another_program_that_has_the_box_is_named() -> str:
    terminal = opened(KEYBOARD)
    trouble = is_refused(KEYBOARD)
    terminal.close()
    return "" if "another program has it" in trouble else trouble or "opened twice"


def a_box_with_a_key_down_waits_until_it_is_up() -> str:
    ask("down", "kp_1")
    trouble = is_refused(KEYBOARD)
    ask("up", "kp_1")
    if "held down" not in trouble:
        return trouble or "opened while a key was down"
    return is_refused(KEYBOARD)


def a_pulled_box_is_lost_at_once_and_found_again() -> str:
    terminal = opened(KEYBOARD)
    ask("pull", "first")
    try:
        terminal.listen(10)
        return "nobody noticed"
    except PortLost as trouble:
        reason = str(trouble)
    terminal.close()
    if "unplugged" not in reason:
        return reason
    if not within(10, lambda: "no such port" in is_refused(KEYBOARD)):
        return is_refused(KEYBOARD) or "opened, and nothing was there"
    ask("plug", "first", 1)
    if not within(20, lambda: not is_refused(KEYBOARD)):
        return is_refused(KEYBOARD)
    again = opened(KEYBOARD)
    ask("down", "kp_3")
    ask("up", "kp_3")
    pressed = again.listen(1)
    again.close()
    return "" if pressed == [3] else f"{pressed}"


def of_two_equal_boxes_each_keeps_its_own() -> str:
    ask("plug", "second", 2)
    if not within(20, lambda: len(names()) == 2):
        return f"{names()}"
    first, second = (opened(name) for name in sorted(names()))
    ask("down", "4")  # the machine's hand is on the box that was plugged last
    ask("up", "4")
    pressed = first.listen(0.5), second.listen(0.5)
    first.close()
    second.close()
    ask("pull", "second")
    if pressed != ([], [4]):
        return f"{pressed}"
    return "" if within(10, lambda: names() == [KEYBOARD]) else f"{names()}"


def a_gamepad_encoder_and_a_bluetooth_button_are_boxes_and_a_mouse_is_none() -> str:
    """Made by python-evdev through uinput, as the drivers of such devices make them."""
    keys = evdev.ecodes
    encoder = evdev.UInput({keys.EV_KEY: range(0x120, 0x12C)}, name="Generic USB Joystick")
    shutter = evdev.UInput({keys.EV_KEY: [keys.KEY_VOLUMEUP]}, name="AB Shutter3")
    mouse = evdev.UInput(
        {keys.EV_KEY: [keys.BTN_LEFT], keys.EV_REL: [keys.REL_X, keys.REL_Y]}, name="Mouse"
    )
    wanted = {KEYBOARD, "Generic USB Joystick", "AB Shutter3"}
    if not within(5, lambda: {*names()} == wanted):
        return f"{names()}"
    terminal = opened("Generic USB Joystick")
    pressed: list[int] = []
    for value in (1, 0):
        encoder.write(keys.EV_KEY, keys.BTN_THUMB2, value)
        encoder.syn()
        pressed += terminal.listen(0.3)
    for device in (encoder, shutter, mouse):
        device.close()
    terminal.close()
    return "" if pressed == [3] else f"{pressed}"


def who_lacks_the_group_is_told_which() -> str:
    if child := os.fork():
        _, status = os.waitpid(child, 0)
        return "" if status == 0 else f"status {status}"
    os.setgroups([])
    os.setuid(65534)
    os._exit("group input" not in is_refused(KEYBOARD))


TRIALS = (
    a_box_is_found_when_it_is_plugged,
    a_held_key_is_one_press_and_the_screen_hears_nothing,
    without_the_grab_the_screen_hears_each_repeat,
    another_program_that_has_the_box_is_named,
    a_box_with_a_key_down_waits_until_it_is_up,
    a_pulled_box_is_lost_at_once_and_found_again,
    of_two_equal_boxes_each_keeps_its_own,
    a_gamepad_encoder_and_a_bluetooth_button_are_boxes_and_a_mouse_is_none,
    who_lacks_the_group_is_told_which,
)


if __name__ == "__main__":
    run(TRIALS)
