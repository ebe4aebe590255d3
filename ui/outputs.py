"""What this machine can be heard by, as its kernel lists it: jacks, speakers, headsets, screens.

The names are ALSA's, by the card's own name: a number changes with what else is plugged in.
"""

import re
from pathlib import Path
from typing import NamedTuple

KERNEL = Path("/proc/asound")
_CARD = re.compile(r"^ *(\d+) \[(\S+) *\]: .* - (.+)$", re.MULTILINE)
_PLAYBACK = re.compile(r"^(\d+)-(\d+): (.*?) : .*\bplayback\b", re.MULTILINE)


class Output(NamedTuple):
    name: str
    """What to write into the settings; `plughw` plays any rate."""
    words: str


def outputs(kernel: Path = KERNEL) -> tuple[Output, ...]:
    """Empty where there is no card. A card's jack and speaker are mostly one output: the card
    itself switches to the jack when something is in it."""
    try:
        card_list = (kernel / "cards").read_text("utf-8")
        device_list = (kernel / "pcm").read_text("utf-8")
    except OSError:
        return ()
    cards = {int(number): (name, words) for number, name, words in _CARD.findall(card_list)}
    playable: list[Output] = []
    for card_number, device, device_words in _PLAYBACK.findall(device_list):
        if int(card_number) in cards:
            card, card_words = cards[int(card_number)]
            name = f"plughw:CARD={card},DEV={int(device)}"
            playable.append(Output(name, f"{card_words}: {device_words}"))
    return tuple(playable)


def card_of(output: str) -> str:
    """The card that an output belongs to; "" where its name doesn't say."""
    match = re.search(r":(?:CARD=)?([^,]+)", output)
    return match[1] if match else ""
