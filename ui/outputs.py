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
    """None where there is no card. A card's jack and speaker are one output mostly: the card
    itself turns to the jack when something is in it."""
    try:
        cards, ways = ((kernel / name).read_text("utf-8") for name in ("cards", "pcm"))
    except OSError:
        return ()
    known = {int(number): (name, words) for number, name, words in _CARD.findall(cards)}
    return tuple(
        Output(f"plughw:CARD={known[card][0]},DEV={int(way)}", f"{known[card][1]}: {words}")
        for card, way, words in ((int(c), w, t) for c, w, t in _PLAYBACK.findall(ways))
        if card in known
    )


def card_of(output: str) -> str:
    """The card that an output belongs to; "" where its name doesn't say."""
    found = re.search(r":(?:CARD=)?([^,]+)", output)
    return found[1] if found else ""
