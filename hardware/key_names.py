"""Names of the keys that button boxes have, as the Linux kernel calls them.

linux/input-event-codes.h, the part that a button may well send. A key that is not here is named by
its number, such as 0x1c0.
"""

import re

_FROM = {
    1: "ESC 1 2 3 4 5 6 7 8 9 0 MINUS EQUAL BACKSPACE TAB Q W E R T Y U I O P LEFTBRACE RIGHTBRACE"
    " ENTER LEFTCTRL A S D F G H J K L SEMICOLON APOSTROPHE GRAVE LEFTSHIFT BACKSLASH Z X C V B N M"
    " COMMA DOT SLASH RIGHTSHIFT KPASTERISK LEFTALT SPACE CAPSLOCK F1 F2 F3 F4 F5 F6 F7 F8 F9 F10"
    " NUMLOCK SCROLLLOCK KP7 KP8 KP9 KPMINUS KP4 KP5 KP6 KPPLUS KP1 KP2 KP3 KP0 KPDOT",
    86: "102ND F11 F12",
    96: "KPENTER RIGHTCTRL KPSLASH SYSRQ RIGHTALT LINEFEED HOME UP PAGEUP LEFT RIGHT END DOWN"
    " PAGEDOWN INSERT DELETE MACRO MUTE VOLUMEDOWN VOLUMEUP POWER KPEQUAL KPPLUSMINUS PAUSE",
    125: "LEFTMETA RIGHTMETA COMPOSE STOP",
    163: "NEXTSONG PLAYPAUSE PREVIOUSSONG STOPCD",
    183: "F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24",
    212: "CAMERA",
}
_BUTTONS_FROM = {
    0x100: "0 1 2 3 4 5 6 7 8 9",
    0x120: "TRIGGER THUMB THUMB2 TOP TOP2 PINKIE BASE BASE2 BASE3 BASE4 BASE5 BASE6",
    0x130: "SOUTH EAST C NORTH WEST Z TL TR TL2 TR2 SELECT START MODE THUMBL THUMBR",
    0x220: "DPAD_UP DPAD_DOWN DPAD_LEFT DPAD_RIGHT",
    0x2C0: " ".join(f"TRIGGER_HAPPY{number}" for number in range(1, 41)),
}
LAST_KEY = 0x2FF
_NUMBER = re.compile(r"0x([0-9a-fA-F]{1,3})")


def _named() -> dict[int, str]:
    names: dict[int, str] = {}
    for prefix, ranges in (("KEY", _FROM), ("BTN", _BUTTONS_FROM)):
        for first, words in ranges.items():
            names |= {key: f"{prefix}_{word}" for key, word in enumerate(words.split(), first)}
    return names


NAMES = _named()
_KEYS = {name: key for key, name in NAMES.items()}


def name_of(key: int) -> str:
    return NAMES.get(key, f"{key:#x}")


def key_named(name: str) -> int:
    """The number of a key; ValueError when there is none of that name."""
    match = _NUMBER.fullmatch(name)
    key = int(match[1], 16) if match else _KEYS.get(name.upper(), 0)
    if not 0 < key <= LAST_KEY:
        raise ValueError(f"{name!r} is no key such as KEY_KP1, BTN_TRIGGER or 0x120")
    return key


def _keys(*names: str) -> tuple[int, ...]:
    return tuple(key_named(name) for name in names)


MODIFIERS = frozenset(
    _keys("KEY_LEFTCTRL", "KEY_RIGHTCTRL", "KEY_LEFTSHIFT", "KEY_RIGHTSHIFT", "KEY_LEFTALT")
    + _keys("KEY_RIGHTALT", "KEY_LEFTMETA", "KEY_RIGHTMETA", "KEY_NUMLOCK", "KEY_CAPSLOCK")
)
"""Sent beside another key, by pads that type capitals, shortcuts, or digits despite NumLock."""
USUAL = (
    tuple(_keys(f"KEY_{digit}", f"KEY_KP{digit}") for digit in range(1, 10)),
    tuple((key,) for key in range(0x120, 0x12C)),
    tuple((key,) for key in range(0x130, 0x13F)),
    tuple((key,) for key in range(0x2C0, 0x2C0 + 16)),
    tuple((key,) for key in range(key_named("KEY_F13"), key_named("KEY_F24") + 1)),
    tuple((key,) for key in range(0x101, 0x10A)),
)
"""Which keys are button 1, 2, … of the usual boxes: digits, the buttons of gamepads and joysticks,
F13 and up."""
OF_BOXES = frozenset(NAMES) - frozenset(_keys("KEY_POWER", "KEY_SYSRQ"))
"""What tells a box of buttons from a lid, a power button, a mouse or a touch screen."""
