"""What this machine can be heard by, and hears with, as its kernel lists it: jacks, speakers,
headsets, screens, microphones.

The names are ALSA's, by the card's own name: a number changes with what else is plugged in.
"""

import re
from pathlib import Path
from typing import NamedTuple

KERNEL = Path("/proc/asound")
_CARD = re.compile(r"^ *(\d+) \[(\S+) *\]: .* - (.+)$", re.MULTILINE)
_PLAYBACK = re.compile(r"^(\d+)-(\d+): (.*?) : .*\bplayback\b", re.MULTILINE)
_CAPTURE = re.compile(r"^(\d+)-(\d+): (.*?) : .*\bcapture\b", re.MULTILINE)


class Device(NamedTuple):
    name: str
    """What to write into the settings; `plughw` takes any rate."""
    words: str


def outputs(kernel: Path = KERNEL) -> tuple[Device, ...]:
    """Empty where there is no card. A card's jack and speaker are mostly one output: the card
    itself switches to the jack when something is in it."""
    return _devices(_PLAYBACK, kernel)


def inputs(kernel: Path = KERNEL) -> tuple[Device, ...]:
    """The microphones; empty where there is none."""
    return _devices(_CAPTURE, kernel)


def _devices(kind: re.Pattern[str], kernel: Path) -> tuple[Device, ...]:
    try:
        card_list = (kernel / "cards").read_text("utf-8")
        device_list = (kernel / "pcm").read_text("utf-8")
    except OSError:
        return ()
    cards = {int(number): (name, words) for number, name, words in _CARD.findall(card_list)}
    devices: list[Device] = []
    for card_number, device, device_words in kind.findall(device_list):
        if int(card_number) in cards:
            card, card_words = cards[int(card_number)]
            name = f"plughw:CARD={card},DEV={int(device)}"
            devices.append(Device(name, f"{card_words}: {device_words}"))
    return tuple(devices)


def card_of(output: str) -> str:
    """The card that an output belongs to; "" where its name doesn't say."""
    match = re.search(r":(?:CARD=)?([^,]+)", output)
    return match[1] if match else ""
